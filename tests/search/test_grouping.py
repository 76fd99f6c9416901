"""Hits put together by patient: every patient once, in the order of the best hits, however the pages are cut."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from concepts.model import Assertion
from search.errors import InvalidRequest
from search.generation import Generation
from search.hits.grouping import MOST_SHOWN, Way, by_patient, standing_for
from search.hits.sheets import in_rows, table
from search.model import Filters, Group, Match, PatientHits, SearchRequest
from search.ranking.finding import Found
from search.retriever import Retriever
from tests.ingest.exports import InlinePool, Lab, note, patient
from tests.ingest.exports import condition as charted
from tests.search.clinic import FakeEmbedder, build, condition, make_clinic, opened

QUERIES = ("cisplatin and paclitaxel", "no fever", "hypertension", "")


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder: Path = tmp_path_factory.mktemp("grouping")
    build(make_clinic(seed=5, patients=25), folder, embedder=FakeEmbedder())
    with opened(folder / "g1") as found:
        yield found


@pytest.fixture(scope="module")
def retriever(generation: Generation) -> Retriever:
    return Retriever(generation, None, FakeEmbedder())


def everyone(retriever: Retriever, limit: int, **asked: object) -> list[PatientHits]:
    found: list[PatientHits] = []
    while True:
        result = retriever.search(SearchRequest(**asked, limit=limit, offset=len(found), group=Group.PATIENT, facets=False))
        assert result.by_patient is not None
        assert [hit.rank for hit in result.hits] == [rank for one in result.by_patient.page for rank in one.hits]
        found += result.by_patient.page
        if len(found) >= result.by_patient.total:
            assert len(found) == result.by_patient.total
            return found


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("match", [None, Match.WELL, Match.LOOSELY])
def test_pages_of_patients_are_the_list_of_hits_put_together(retriever: Retriever, query: str, match: Match | None) -> None:
    hits = [*retriever.listed(SearchRequest(query, match=match)).hits]
    best = {hit.patient: hit.rank for hit in reversed(hits)}
    documents = {one: sum(hit.patient == one for hit in hits) for one in best}
    well = {one: sum(hit.patient == one and hit.match is Match.WELL for hit in hits) for one in best}
    found = everyone(retriever, 4, query=query, match=match)
    assert found == everyone(retriever, 7, query=query, match=match)
    assert [(one.patient, one.documents, one.well, one.hits[0]) for one in found] == [
        (one, documents[one], well[one], best[one]) for one in sorted(best, key=best.__getitem__)
    ]
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert all(one.hits == tuple(sorted(one.hits)) and len(one.hits) <= MOST_SHOWN for one in found)


def test_patients_are_counted_within_filters(retriever: Retriever) -> None:
    filters = Filters(concepts=(condition("Gout"),))
    result = retriever.search(SearchRequest("", filters, group=Group.PATIENT))
    patients = {hit.patient for hit in retriever.listed(SearchRequest("", filters)).hits}
    assert result.by_patient is not None and result.by_patient.patients == len(patients) == result.by_patient.total > 1
    with pytest.raises(InvalidRequest):
        retriever.search(SearchRequest("gout", offset=-1, group=Group.PATIENT))


def test_a_table_of_patients_has_all_of_them_and_one_of_hits_is_put_together(retriever: Retriever) -> None:
    request = SearchRequest("hypertension", group=Group.PATIENT)
    found = everyone(retriever, 50, query="hypertension")
    rows = [*table(retriever.listed(in_rows(SearchRequest("hypertension"), "patients")), "patients")]
    assert [row.split(",")[0] for row in rows[1:]] == [one.patient for one in found]
    patients = [hit.patient for hit in retriever.listed(request).hits]
    assert [one for one, _ in groupby(patients)] == [one.patient for one in found]


def found_of(documents: list[int], well: int = 0) -> Found:
    places = np.asarray(documents, dtype=np.int64)
    return Found(places, np.zeros_like(places), places, None, np.arange(len(places)), True, well)


def test_documents_of_nobody_stand_for_themselves() -> None:
    grouped = by_patient(found_of([3, 0, 4, 1, 2], well=2), np.asarray([7, -1, 7, 5, -1], dtype=np.int32))
    assert [grouped.of(group).tolist() for group in range(grouped.total)] == [[0], [1, 4], [2], [3]]
    assert (grouped.patients, grouped.well) == (2, 2)
    nothing = by_patient(found_of([]), np.asarray([7], dtype=np.int32))
    assert (nothing.total, nothing.patients, nothing.well) == (0, 0, 0)


def test_the_best_of_each_way_stands_for_a_patient() -> None:
    documents = np.arange(6)
    denied = Way(0, "denied", documents == 4)
    having = Way(0, "concept", documents < 3)
    places = documents + 10
    assert standing_for(places, documents, [having, denied], well=13).tolist() == [10, 11, 14], (
        "who affirms, who denies, and what matches well"
    )
    assert standing_for(places, documents, [having, denied], well=0).tolist() == [10, 14], "nothing that only comes near fills the page"
    assert standing_for(places[:1], documents[:1], [], well=13).tolist() == [10]


def test_a_patient_who_affirms_here_and_denies_there_shows_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(
        patient("p1", "Baker"),
        patient("p2", "Carver"),
        patient("p3", "Doe"),
        charted("c1", "Patient/p3", code="49727002", display="Cough"),
        *(note(f"d{n}", text=f"Cough since {n} days.") for n in range(1, 5)),
        note("d9", text="She denies cough."),
        note("d5", "No cough.", "Patient/p2"),
        dataset="clinic",
    )
    result = lab.library().current().retriever.search(SearchRequest("cough", group=Group.PATIENT))
    assert result.by_patient is not None and result.question is not None
    assert [part.text for part in result.question.parts] == ["cough"]
    first, second = result.by_patient.page
    counts = {one.patient: {said.way: said.documents for said in one.said} for one in (first, second)}
    assert list(counts.values()) == [{"concept": 4, "denied": 1}, {"denied": 1}]
    shown = {hit.rank: hit for hit in result.hits}
    said = [shown[rank].said[0].assertions for rank in first.hits]
    assert (Assertion.NEGATED,) in said and said.count((Assertion.AFFIRMED,)) == 2
