"""Word lists of a dataset in the whole search: hits, numbers of patients, the bar above the results, scope and spelling."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.scope import Scope
from search.filters import Filters
from search.model import Match, SearchRequest, SearchResult
from search.questions.listed import DatasetLists, ListKind
from search.retriever import Retriever
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from webapp.app import create_app


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("lists"))  # type: ignore[no-untyped-call]
        lab.ingest(  # type: ignore[no-untyped-call]
            *(patient(f"p{n}") for n in range(1, 4)),  # type: ignore[no-untyped-call]
            condition(),  # type: ignore[no-untyped-call]
            note("d1", "Breast cancer was found on the left side."),  # type: ignore[no-untyped-call]
            note("d2", "She denies breast cancer.", "Patient/p2"),  # type: ignore[no-untyped-call]
            note("d3", "The quarterly form was signed.", "Patient/p3"),  # type: ignore[no-untyped-call]
        )
        lab.ingest(patient(), note("d1", "Breast cancer is told."), dataset="e")  # type: ignore[no-untyped-call]
        yield lab


@pytest.fixture
def use(lab: Lab, tmp_path: Path) -> Iterator[DatasetLists]:
    lists = DatasetLists(lab.workspace.folder)
    for kind, content in ((ListKind.SYNONYMS, "mamma thing => breast cancer\nquartly, quarterly"), (ListKind.STOPWORDS, "kindly show")):
        (tmp_path / kind).write_text(content)
        lists.put("d", kind, tmp_path / kind)
    yield lists
    for kind in ListKind:
        lists.drop("d", kind)


def search(retriever: Retriever, query: str, **options: bool) -> tuple[SearchResult, list[str]]:
    result = retriever.search(SearchRequest(query, Filters(datasets=("d",)), **options))  # type: ignore[arg-type]
    return result, [hit.document.rpartition("/")[2].partition("#")[0] for hit in result.hits if hit.match is Match.WELL]


def test_listed_words_find_and_count_what_they_stand_for(lab: Lab, use: DatasetLists) -> None:
    retriever = lab.snapshot().retriever  # type: ignore[no-untyped-call]
    plain, found = search(retriever, "breast cancer")
    listed, by_list = search(retriever, "mamma thing")
    assert by_list == found == ["d1"] and listed.head == plain.head
    assert [(hit.document, hit.score) for hit in listed.hits] == [(hit.document, hit.score) for hit in plain.hits]
    assert listed.hits[0].highlights == plain.hits[0].highlights
    assert search(retriever, "kindly show no mamma thing")[1] == ["d2"]
    assert listed.respelled is None and search(retriever, "quartly form")[1] == ["d3"], "a listed word is no slip of the pen"
    for options in ({"as_typed": True}, {"literal": True}):
        assert search(retriever, "mamma thing", **options)[1] == []


def test_lists_are_of_the_datasets_that_are_seen(lab: Lab, use: DatasetLists) -> None:
    snapshot = lab.snapshot()  # type: ignore[no-untyped-call]
    within = snapshot.within(Scope(frozenset({"e"}))).retriever
    assert within.search(SearchRequest("mamma thing")).question.reworded == ()
    assert snapshot.retriever.search(SearchRequest("mamma thing")).question.reworded
    assert snapshot.retriever.search(SearchRequest("mamma thing", Filters(datasets=("e",)))).question.reworded == ()


def test_the_bar_and_the_answer_say_what_was_looked_for(lab: Lab, use: DatasetLists) -> None:
    client = create_app(lab.library()).test_client()  # type: ignore[no-untyped-call]
    html = re.sub(r"</?bdi[^>]*>", "", client.get("/search?q=kindly+show+mamma+thing").text)
    assert "“mamma thing” is looked for as <b>breast cancer</b>" in html and "“kindly show” is left out" in html
    assert "as_typed=true" in html[html.index('class="lists"') :]
    question = client.get("/api/v1/search?q=kindly+show+mamma+thing").json["question"]  # type: ignore[index]
    assert question["reworded"] == [{"text": "mamma thing", "wordings": ["breast cancer"]}] and question["left_out"] == ["kindly show"]
    assert 'class="lists"' not in client.get("/search?q=breast+cancer").text
