"""What a search finds and how it says so, also without a model, without a graph, and asked oddly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.errors import StoreUnavailable
from graph.identifiers import record_iri
from graph.stores.memory import MemoryStore
from search.errors import InvalidRequest, ModelUnavailable
from search.generation import Generation
from search.model import Fact, Filters, Match, Mode, SearchRequest, SearchResult
from search.retriever import Retriever
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic, opened
from tests.search.reference import QUERY, whole


def test_what_matches_well_comes_first_and_can_be_listed_alone(retriever: Retriever) -> None:
    everything = retriever.search(SearchRequest(QUERY, limit=100, join=False))
    well, loosely = (retriever.search(SearchRequest(QUERY, limit=100, join=False, match=match)) for match in Match)
    assert [hit.match for hit in everything.hits[: everything.well]] == [Match.WELL] * everything.well
    assert {hit.match for hit in everything.hits[everything.well :]} == {Match.LOOSELY}
    assert [hit.document for hit in (*well.hits, *loosely.hits)][:100] == [hit.document for hit in everything.hits]
    assert (well.total, loosely.total) == (everything.well, everything.loosely) == (well.well, well.loosely)
    assert {hit.match for hit in retriever.search(SearchRequest("")).hits} == {None}


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", ["zebra quantum flux", "qwrtz plmfgh", "?", "please tell me about them"])
def test_what_no_document_is_about_finds_nothing(retriever: Retriever, query: str, mode: Mode) -> None:
    result = retriever.search(SearchRequest(query, mode=mode))
    assert (result.total, result.well, result.loosely, result.hits) == (0, 0, 0, ())


def test_a_slip_of_the_pen_still_finds_and_is_said(retriever: Retriever) -> None:
    mended = retriever.search(SearchRequest("metfromin", mode=Mode.LEXICAL, join=False))
    assert [hit.document for hit in mended.hits] == whole(retriever, SearchRequest("metformin", mode=Mode.LEXICAL))[:10]
    assert mended.respelled is not None and (mended.respelled.asked, mended.respelled.searched) == ("metfromin", "metformin")


def test_hits_say_why(retriever: Retriever, clinic: Clinic) -> None:
    by_id = {d.id: d for d in clinic.documents}
    words = {"cisplatin", "paclitaxel", "treated", "woman", "with"}
    hits = retriever.search(SearchRequest(QUERY, limit=100)).hits
    assert any(hit.answer for hit in hits)
    for hit in hits:
        document = by_id[hit.document]
        for span in (hit.passage, *hit.highlights, *filter(None, [hit.answer])):
            assert document.text[span.start : span.end] == span.text
            assert hit.passage.start <= span.start < span.end <= hit.passage.end
        assert {w.lower() for span in hit.highlights for w in span.text.split()} <= words | {"and"}
        assert set(hit.matched_terms) == {
            w for w in words - {"with"} if w in document.text[hit.passage.start : hit.passage.end].lower().split()
        }
        assert (hit.answer is None) == (not hit.matched_terms)
        assert (hit.evidence.document, hit.evidence.record) == (document.id, document.record)
        assert (hit.evidence.source, hit.evidence.line, hit.evidence.run) == (document.source, document.line, "run-1")
        assert set(hit.scores) <= {"semantic", "lexical"}
        assert set(hit.concepts) == {(m.concept, m.label, m.assertion) for m in document.mentions}
    assert hits[0].answer is not None and "cisplatin and paclitaxel" in hits[0].answer.text


def test_copies_are_folded_and_findable(retriever: Retriever, clinic: Clinic) -> None:
    reports = [d for d in clinic.documents if d.kind == "DiagnosticReport"]
    assert reports
    result = retriever.search(SearchRequest("", limit=100, join=False))
    assert sum(hit.duplicates for hit in result.hits) > 0
    assert not {d.id for d in reports} & {hit.document for hit in result.hits}, "the note stands for its report"
    found = retriever.search(SearchRequest("", Filters(types=("Report",)), limit=100, join=False))
    assert {hit.document for hit in found.hits} == {d.id for d in reports}


def test_a_note_stands_for_what_was_labeled_of_it(tmp_path: Path) -> None:
    clinic = make_clinic(patients=3)
    note, other = (d for d in clinic.documents[:2])
    record = record_iri("clinic", "Item", "labels-1")
    item = replace(note, id=record, record=record, kind="Item", type="Labeled text", date="2031-01-01", encounter=None, mentions=())
    clinic.documents += [item, replace(item, id=f"{record}b", record=f"{record}b", text=other.text, passages=other.passages, patient=None)]
    for labeled in clinic.documents[-2:]:
        label = Fact(labeled.record, "clinic", labeled.record, "label", None, "seen", status="labeled", counted=True)
        clinic.facts.append(replace(label, job="https://example.org/job"))
    build(clinic, tmp_path, embedder=FakeEmbedder())
    with opened(tmp_path / "g1") as generation:
        retriever = Retriever(generation, None, FakeEmbedder())
        for query in ("", note.text[:200]):
            hits = {hit.document: hit for hit in retriever.search(SearchRequest(query, limit=100)).hits}
            assert item.id not in hits and f"{item.id}b" in hits, "the second has no patient to share with the note"
            assert hits[note.id].duplicates == len(retriever.copies(note.id)) > 0
        assert item.id in [copy.id for copy in retriever.copies(note.id)]
        assert note.id in [copy.id for copy in retriever.copies(item.id)]
        assert (retriever.copies(f"{item.id}b"), retriever.copies("nobody")) == ((), ())
        asked = SearchRequest("", Filters(states=("labeled",)))
        assert {hit.document for hit in retriever.search(asked).hits} == {item.id, f"{item.id}b"}


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (SearchRequest("x", limit=0), "limit"),
        (SearchRequest("x", limit=101), "limit"),
        (SearchRequest("x", offset=-1), "offset"),
        (SearchRequest("x", offset=991), "offset"),
        (SearchRequest("x" * 10_001), "q"),
        (SearchRequest("x", Filters(date_from="yesterday")), "from"),
        (SearchRequest("x", Filters(date_from="2019-13")), "from"),
        (SearchRequest("x", Filters(date_to="2019-02-30")), "to"),
        (SearchRequest("x", Filters(date_to="2019-00")), "to"),
        (SearchRequest("x", Filters(date_to="2019-05-01T10:00:00Z")), "to"),
        (SearchRequest("x", Filters(date_from="2020", date_to="2019")), "to"),
        (SearchRequest("x", Filters(date_from="٢٠١٩")), "from"),
        (SearchRequest("x", Filters(datasets=("clinic", "no"))), "dataset"),
        (SearchRequest("x", Filters(patients=("p1",))), "patient"),
        (SearchRequest("x", Filters(patients=("https://example.org/Patient/none",))), "patient"),
        (SearchRequest("x", Filters(confidence_from=0.9, confidence_to=0.1)), "confidence_to"),
    ],
)
def test_bad_requests_name_the_field(retriever: Retriever, request_: SearchRequest, field: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        retriever.search(request_)
    assert error.value.field == field


@pytest.mark.parametrize("query", ["\x00", '"', "*", "NEAR(", "a" * 9999, "日本語 ½ ﷺ", "\ud800", "-", "the of", "' OR 1=1 --"])
def test_odd_queries_are_only_words(retriever: Retriever, query: str) -> None:
    result = retriever.search(SearchRequest(query, mode=Mode.LEXICAL))
    assert result.total == 0 or result.hits


def test_without_a_model_words_find(generation: Generation, graph: MemoryStore, retriever: Retriever) -> None:
    lexical = whole(retriever, SearchRequest(QUERY, mode=Mode.LEXICAL))
    for embedder in (None, FakeEmbedder("another")):
        result = Retriever(generation, graph, embedder).search(SearchRequest(QUERY, limit=100))
        assert [hit.document for hit in result.hits] == lexical
        assert len(result.notices) == 1 and "words alone" in result.notices[0]
    assert retriever.search(SearchRequest(QUERY)).notices == ()


def test_words_need_no_model(generation: Generation, retriever: Retriever) -> None:
    class Unloaded:
        dimension = 32

        @property
        def name(self) -> str:
            raise ModelUnavailable("there is no model in /secret/folder")

        encode = encode_query = None

    unloaded = Retriever(generation, None, Unloaded())  # type: ignore[arg-type]
    lexical = SearchRequest(QUERY, mode=Mode.LEXICAL, limit=100, join=False)
    assert unloaded.search(lexical).hits == retriever.search(lexical).hits
    assert unloaded.search(lexical).notices == ()
    hybrid = unloaded.search(SearchRequest(QUERY, limit=100, join=False))
    assert hybrid.hits == retriever.search(lexical).hits
    assert hybrid.notices == ("Semantic search is unavailable (the embedding model cannot be loaded): results are found by words alone.",)


def test_a_model_that_fails_is_noticed(generation: Generation, graph: MemoryStore, retriever: Retriever) -> None:
    class Broken(FakeEmbedder):
        def encode_query(self, text: str) -> np.ndarray:
            raise ModelUnavailable("model.safetensors is damaged")

    result = Retriever(generation, graph, Broken()).search(SearchRequest(QUERY, limit=100))
    assert [hit.document for hit in result.hits] == whole(retriever, SearchRequest(QUERY, mode=Mode.LEXICAL))
    assert "cannot be loaded" in result.notices[0] and "damaged" not in result.notices[0]


def test_without_a_graph_hits_stay(generation: Generation, retriever: Retriever) -> None:
    class Down(MemoryStore):
        def neighbourhood(self, *args: object, **kwargs: object) -> None:  # type: ignore[override]
            raise StoreUnavailable("connection refused")

    expected = retriever.search(SearchRequest(QUERY))
    assert expected.neighbourhood.nodes
    for graph in (None, Down()):
        result = Retriever(generation, graph, FakeEmbedder()).search(SearchRequest(QUERY))
        assert result.hits == expected.hits
        assert (result.neighbourhood.nodes, result.shared, dict(result.groups)) == ((), (), {})
        assert len(result.notices) == 1
    assert retriever.search(SearchRequest(QUERY, join=False)).neighbourhood.nodes == ()


def test_threads_get_the_same_answers(retriever: Retriever) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(number: int) -> SearchResult:
        return retriever.search(SearchRequest(QUERY if number % 2 else "cough", join=False))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(ask, range(40)))
    for number, result in enumerate(results):
        assert result.hits == results[number % 2].hits
