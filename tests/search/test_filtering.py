"""Filters, pages and facets, compared with a reference that looks at every document."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from search.columns.documents import WAYS
from search.model import Filters, Match, Mode, PatientSummary, SearchRequest
from search.retriever import Retriever
from tests.search.clinic import CONDITIONS, MEDICATIONS, Clinic, condition
from tests.search.reference import (
    A1C,
    FILTERS,
    QUERY,
    ROWS,
    ages_of,
    allows,
    band_of,
    concepts_of,
    folded,
    found,
    newest_first,
    said_of,
    whole,
)


@pytest.mark.parametrize("filters", FILTERS)
def test_browsing_shows_exactly_what_the_filters_allow_newest_first(retriever: Retriever, clinic: Clinic, filters: Filters) -> None:
    expected = folded(newest_first([d for d in clinic.documents if allows(filters, d, clinic)]))
    result = retriever.search(SearchRequest("", filters, limit=100, join=False))
    assert [hit.document for hit in result.hits] == [d.id for d in expected][:100]
    assert (result.total, result.total_is_exact) == (len(expected), True)


def test_the_filters_of_these_tests_tell_documents_apart(clinic: Clinic) -> None:
    sizes = [sum(allows(f, d, clinic) for d in clinic.documents) for f in FILTERS]
    assert sizes[0] == len(clinic.documents) > 100
    assert all(0 < size < len(clinic.documents) for size in sizes[1:-1]), sizes
    assert sizes[-1] == 0


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("mode", list(Mode))
def test_filtering_first_finds_what_finding_first_would_filter(retriever: Retriever, clinic: Clinic, mode: Mode, filters: Filters) -> None:
    """Nothing that the filters allow is lost to something they do not: the depth is far from reached here."""
    everything = found(retriever, clinic, SearchRequest(QUERY, mode=mode))
    assert len(everything) > 20
    by_id = {d.id: d for d in clinic.documents}
    expected = [d for d in everything if allows(filters, by_id[d], clinic)]
    assert found(retriever, clinic, SearchRequest(QUERY, filters, mode)) == expected


@pytest.mark.parametrize("mode", list(Mode))
def test_filters_come_before_the_depth(retriever: Retriever, clinic: Clinic, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patient's notes are found even where the best of all documents are others."""
    best = [hit.patient for hit in retriever.search(SearchRequest(QUERY, mode=mode, limit=100)).hits]
    last = next(patient for patient in reversed(best) if patient not in best[:10])
    expected = whole(retriever, SearchRequest(QUERY, Filters(patients=(str(last),)), mode))[:3]
    monkeypatch.setattr("search.bounds.DEPTH", 3)
    result = retriever.search(SearchRequest(QUERY, Filters(patients=(str(last),)), mode, limit=3))
    assert expected
    assert [hit.document for hit in result.hits] == expected[: len(result.hits)]
    assert not set(expected) & {hit.document for hit in retriever.search(SearchRequest(QUERY, mode=mode, limit=3)).hits}


@pytest.mark.parametrize("mode", list(Mode))
def test_a_filter_on_one_patient_brings_exactly_their_notes(retriever: Retriever, clinic: Clinic, mode: Mode) -> None:
    several = 0
    for patient in clinic.patients:
        own = folded(newest_first([d for d in clinic.documents if d.patient == patient.id]))
        query = "metformin cisplatin"
        result = retriever.search(SearchRequest(query, Filters(patients=(patient.id,)), mode, limit=100))
        assert {hit.document for hit in result.hits} <= {d.id for d in own}
        worded = {d.id for d in own if {"metformin", "cisplatin"} <= {w.strip(".,;#").lower() for w in d.text.split()}}
        several += len(worded)
        if mode is not Mode.SEMANTIC:
            assert {hit.document for hit in result.hits} >= worded
    assert several > 5


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", [QUERY, ""])
def test_pages_end_to_end_are_the_whole_list(retriever: Retriever, query: str, mode: Mode) -> None:
    total = retriever.search(SearchRequest(query, mode=mode)).total
    paged: list[str] = []
    for offset in range(0, total, 7):
        result = retriever.search(SearchRequest(query, mode=mode, limit=7, offset=offset, join=False))
        assert [hit.rank for hit in result.hits] == list(range(offset + 1, min(offset + 7, total) + 1))
        paged.extend(hit.document for hit in result.hits)
    assert len(paged) == len(set(paged)) == total
    assert paged[:100] == whole(retriever, SearchRequest(query, mode=mode))


def test_scores_fall_and_ties_are_newest_first(retriever: Retriever, clinic: Clinic) -> None:
    places = {d.id: place for place, d in enumerate(newest_first(clinic.documents))}
    hits = retriever.search(SearchRequest(QUERY, limit=100)).hits
    keys = [(hit.match is not Match.WELL, -hit.score, places[hit.document]) for hit in hits]
    assert keys == sorted(keys)
    assert len({hit.score for hit in hits}) < len(hits), "there are ties to break"


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("query", [QUERY, ""])
def test_facets_count_what_was_found(retriever: Retriever, clinic: Clinic, query: str, filters: Filters) -> None:
    by_id = {d.id: d for d in clinic.documents}
    everything = retriever.search(SearchRequest(query, filters, join=False))
    good = Match.WELL if everything.well else None
    documents = [by_id[identifier] for identifier in found(retriever, clinic, SearchRequest(query, filters, match=good))]
    facets = retriever.search(SearchRequest(query, filters, join=False)).facets

    people: dict[str | None, PatientSummary] = {p.id: p for p in clinic.patients}

    def asked_age(age: int) -> bool:
        return (filters.age_from or 0) <= age <= (150 if filters.age_to is None else filters.age_to)

    def texts(values: Callable[[Any], Iterable[str]]) -> Counter[str]:
        """Of how many distinct texts one copy at least has the value."""
        having = {(value, d.dataset, d.patient, d.text.strip()) for d in documents for value in values(d)}
        return Counter(value for value, *_ in having)

    expected = {
        "dataset": texts(lambda d: [d.dataset]),
        "type": texts(lambda d: [d.type]),
        "patient": texts(lambda d: [d.patient] if d.patient else []),
        "concept": texts(lambda d: concepts_of(d, clinic)),
        "year": texts(lambda d: [d.date[:4]] if d.date else []),
        "sex": texts(lambda d: [sex] if (sex := people[d.patient].sex) else []),
        "age": texts(lambda d: {band_of(age) for age in ages_of(d, people[d.patient]) if asked_age(age)}),
        **{way: texts(partial(said_of, way=way)) for way in WAYS},
    }
    assert set(facets) == set(expected)
    for name, values in facets.items():
        assert {v.value: v.count for v in values if v.count} == {
            value: expected[name][value] for value in {v.value for v in values if v.count}
        }
        chosen = [each for value in getattr(filters, ROWS[name].plural) for each in value.split("|")] if name in ROWS else []
        assert set(chosen) <= {v.value for v in values}
        shown = sorted((v.count for v in values if v.value not in chosen), reverse=True)
        rest = sorted((count for value, count in expected[name].items() if value not in chosen), reverse=True)
        assert shown == rest[: len(shown)] or (name == "concept" and query), "a question's concepts come by what they tell"
        assert len(shown) >= min(12 - len(chosen), len(rest))
    labels = {v.value: v.label for v in facets["concept"]}
    names = {condition(name): name for name in CONDITIONS + MEDICATIONS} | {A1C: "HbA1c"}
    assert all(label == names[value] for value, label in labels.items())
    assert {v.value: v.label for v in facets["patient"]}.items() <= {p.id: p.label for p in clinic.patients}.items()


@pytest.mark.parametrize("query", [QUERY, ""])
def test_a_filter_by_a_facet_finds_as_many_as_the_facet_says(retriever: Retriever, query: str) -> None:
    everything = retriever.search(SearchRequest(query, join=False))
    facets = everything.facets
    assert not query or 0 < everything.well < everything.total == everything.well + everything.loosely
    fields = {"dataset": "datasets", "type": "types", "patient": "patients", "concept": "concepts"}
    assert sum(value.count for value in facets["dataset"]) == (everything.well or everything.total)
    for name, field in fields.items():
        for value in facets[name]:
            narrowed = SearchRequest(query, Filters(**{field: (value.value,)}), join=False, match=Match.WELL)
            assert retriever.search(narrowed).total == value.count, (name, value)


def test_values_nobody_has_find_nothing_and_are_said(retriever: Retriever) -> None:
    for filters in (Filters(types=("no",)), Filters(concepts=("no",)), Filters(jobs=("no",)), Filters(states=("no",))):
        for query in ("", QUERY):
            result = retriever.search(SearchRequest(query, filters))
            assert (result.total, result.hits, result.shared, result.neighbourhood.nodes) == (0, (), (), ())
            assert any("'no'" in notice for notice in result.notices)
    for filters in (Filters(types=("no",)), Filters(concepts=("no",))):
        facets = retriever.search(SearchRequest("", filters)).facets
        assert any(v.value == "no" and v.count == 0 for values in facets.values() for v in values)
    assert retriever.search(SearchRequest("", Filters(agents=("human",)))).notices == ()
