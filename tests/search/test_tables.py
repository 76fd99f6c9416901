"""All hits of a question as a table, compared with the pages of its answer."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.errors import InvalidRequest
from search.generation import Generation
from search.hits.sheets import table
from search.model import Filters, FormerPatient, SearchRequest
from search.retriever import Retriever
from tests.search.clinic import FakeEmbedder, build, make_clinic, opened

QUERY = "patient treated with cisplatin and paclitaxel"


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("generation")
    build(make_clinic(seed=5, patients=60), folder, embedder=FakeEmbedder())
    generation = Generation.open(folder / "g1")
    yield generation
    generation.close()


@pytest.fixture(scope="module")
def retriever(generation: Generation) -> Retriever:
    return Retriever(generation, None, FakeEmbedder())


def read(retriever: Retriever, request: SearchRequest, rows: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(table(retriever.listed(request), rows)))))


@pytest.mark.parametrize("query", [QUERY, ""])
def test_a_table_has_what_the_pages_have_end_to_end(retriever: Retriever, query: str) -> None:
    total = retriever.search(SearchRequest(query, limit=1)).total
    assert total > 100, "more than a page"
    hits = [hit for at in range(0, total, 50) for hit in retriever.search(SearchRequest(query, limit=50, offset=at, join=False)).hits]
    rows = read(retriever, SearchRequest(query), "hits")
    assert [(row["rank"], row["document"], row["passage"]) for row in rows] == [(str(h.rank), h.document, h.passage.text) for h in hits]
    assert [row["answer"] for row in rows] == [hit.answer.text if hit.answer else "" for hit in hits]


def test_patients_are_counted_once_each(retriever: Retriever) -> None:
    request = SearchRequest(QUERY, Filters(date_from="2019"))
    hits, patients = read(retriever, request, "hits"), read(retriever, request, "patients")
    assert Counter(hit["patient_id"] for hit in hits) == {row["patient_id"]: int(row["hits"]) for row in patients}
    assert len({row["patient_id"] for row in patients}) == len(patients)
    for row in patients:
        own = [hit for hit in hits if hit["patient_id"] == row["patient_id"]]
        assert (row["best_rank"], row["best_document"], row["best_score"]) == (own[0]["rank"], own[0]["document"], own[0]["score"])
        dates = [hit["date"] for hit in own if hit["date"]]
        assert (row["first_date"], row["last_date"]) == (min(dates), max(dates))


def test_a_bound_is_said(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    assert retriever.listed(SearchRequest("")).cut == ""
    monkeypatch.setattr("search.retriever.MOST_LISTED", 7)
    listing = retriever.listed(SearchRequest(""))
    assert len(list(listing.hits)) == 7 and listing.cut.startswith(f"the first 7 of {listing.total}")


def test_what_is_wrong_is_said_before_the_first_row(retriever: Retriever) -> None:
    for request in (
        SearchRequest("x", Filters(datasets=("no",))),
        SearchRequest("phras*"),
        SearchRequest("x", Filters(date_to="soon")),
    ):
        with pytest.raises(InvalidRequest):
            retriever.listed(request)


def test_sources_say_nothing_of_the_machine(tmp_path: Path) -> None:
    clinic = make_clinic(patients=3)
    clinic.documents[:] = [replace(one, source=f"/srv/exports/{at % 2}/Doc.ndjson") for at, one in enumerate(clinic.documents)]
    clinic.facts[:] = [replace(one, source="/srv/exports/facts/Condition.ndjson") for one in clinic.facts]
    clinic.patients[:] = [replace(one, source="/srv/exports/Patient.ndjson") for one in clinic.patients]
    clinic.former.append(FormerPatient("r", "r", clinic.patients[0].id, "clinic", "Old", "/srv/exports/Patient.ndjson", 1))
    build(clinic, tmp_path, embedder=FakeEmbedder())
    with opened(tmp_path / "g1") as generation:
        place = generation.catalog.relative_source
        assert {place("clinic", one.source) for one in clinic.documents} == {"exports/0/Doc.ndjson", "exports/1/Doc.ndjson"}
        assert place("clinic", "/elsewhere/y.ndjson") == place("nobody", "s3://bucket/y.ndjson") == "y.ndjson"
        assert place("clinic", "part/x.ndjson") == "part/x.ndjson", "already within the export"
        catalog, (first, *_) = generation.catalog, clinic.patients
        documents = catalog.documents_of_patient(first.id)
        said = [catalog.document(documents[0].id), *catalog.facts_of_patient(first.id), catalog.patient(first.id), *catalog.patients()]
        said += [*catalog.former_patients(first.id), *(one.patient for one in catalog.patient_overviews())]
        said += [fact for same in catalog.charted("patient", first.id, 10) for fact in same]
        assert said and {one.source.split("/")[0] for one in said} == {"exports"}
