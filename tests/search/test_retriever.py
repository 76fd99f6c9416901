"""Search results compared with a reference that looks at every document."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concepts.model import Assertion, Mention
from graph.errors import StoreUnavailable
from graph.identifiers import concept_iri, record_iri
from graph.stores.memory import MemoryStore
from search.columns import WAYS
from search.errors import InvalidRequest, ModelUnavailable
from search.filters import FILTERS as ALL_FILTERS
from search.generation import Generation
from search.model import Document, Fact, Filters, Match, Mode, PatientSummary, SearchRequest, SearchResult
from search.results import Bound, asked_result, compared, fits, written_bound
from search.retriever import Retriever
from tests.search.clinic import CONDITIONS, MEDICATIONS, Clinic, FakeEmbedder, build, condition, make_clinic, opened, write_quads

QUERY = "woman treated with cisplatin and paclitaxel"
ROWS = {row.name: row for row in ALL_FILTERS}
A1C = concept_iri("http://loinc.org", "4548-4")
SAID = {"denied": "Hypertension", "possible": "Asthma", "history": "Diabetes mellitus type 2", "family": "Anemia"}
FILTERS = (
    Filters(),
    Filters(types=("Report",)),
    Filters(types=("Report", "Discharge summary"), date_from="2020"),
    Filters(datasets=("other",)),
    Filters(patients=("https://w3id.org/commissure/data/clinic/Patient/p3",)),
    Filters(concepts=(condition("Gout"),)),
    Filters(concepts=(condition("Gout"), condition("Asthma")), datasets=("clinic",)),
    *(Filters(results=(f"{A1C}|{asked}",)) for asked in (">9|%", "<6|%", "<=5", ">14|%", "6..8|percent", "48|mmol/mol", ">9")),
    Filters(results=(f"{A1C}|>9|%", f"{A1C}|>6")),
    Filters(sexes=("female",)),
    Filters(sexes=("male", "other"), date_to="2019"),
    Filters(age_from=50),
    Filters(age_to=0),
    Filters(age_from=48, age_to=50, sexes=("female", "male", "other")),
    *(Filters(**{way: (condition(name),)}) for way, name in SAID.items()),
    Filters(denied=(condition("Hypertension"),), concepts=(condition("Asthma"),)),
    Filters(date_from="2019-05-20", date_to="2020"),
    Filters(date_to="2019-05"),
    Filters(date_from="2021-02-28"),
    Filters(patients=("https://w3id.org/commissure/data/other/Patient/p3",), datasets=("clinic",)),
)


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    one, two = make_clinic(seed=5, patients=25), make_clinic(seed=6, patients=10, dataset="other")
    documents = spoken_otherwise(one.documents + two.documents)
    return Clinic(documents, one.facts + two.facts + measured(documents), born_apart(one.patients + two.patients))


def measured(documents: list[Document]) -> list[Fact]:
    """A result of the encounter of every other document, or of its day alone; some are only bounded, some do not count."""
    values = cycle(
        (("", 6.5, "%"), ("<", 5.0, "%"), ("", 9.5, "percent"), (">", 14.0, "%"), ("", 48.0, "mmol/mol"), ("ad", 9.9, "%"), ("", 9.1, None))
    )
    facts = []
    for number, (document, (comparator, value, unit)) in enumerate(zip(documents[::2], values, strict=False)):
        told = {"encounter": None if number % 3 == 0 else document.encounter, "counted": number % 11 != 0}
        record = record_iri(document.dataset, "Observation", f"o{number}")
        facts.append(
            Fact(
                record,
                document.dataset,
                document.patient or "",
                "observation",
                A1C,
                "HbA1c",
                start=document.date,
                number=value,
                unit=unit,
                comparator=comparator,
                **told,
            )
        )
    return facts


def born_apart(patients: list[PatientSummary]) -> list[PatientSummary]:
    """The patients, of all ages; of some nothing says when they were born, or of which sex they are."""
    dates, sexes = cycle((None, "1950", "1970-05-20", "1921-01-30", "2019-05", "2020-12-24")), cycle(("female", "male", "", "other"))
    return [replace(one, born=next(dates), sex=next(sexes)) for one in patients]


def spoken_otherwise(documents: list[Document]) -> list[Document]:
    """The documents, whose mentions have others beside them that are denied, supposed, remembered, or said of relatives."""
    ways = cycle((Assertion.NEGATED, Assertion.POSSIBLE, Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.HISTORICAL))
    names = cycle(CONDITIONS[:6])
    yes, no = Assertion.AFFIRMED, Assertion.NEGATED
    said = cycle(
        (("9.4", "%", yes), ("9.7", "%", no), ("> 9", "%", yes), ("150/90", "", yes), ("", "", yes), ("6-7", "%", yes), ("11", "", yes))
    )

    def others(mention: Mention) -> Iterator[Mention]:
        for number in (1, 2):
            name = next(names)
            yield replace(mention, id=f"{mention.id}-{number}", concept=condition(name), label=name, assertion=next(ways))
        value, unit, assertion = next(said)
        yield replace(mention, id=f"{mention.id}-a1c", concept=A1C, label="HbA1c", value=value, unit=unit, assertion=assertion)

    return [replace(d, mentions=tuple(m for own in d.mentions for m in (own, *others(own)))) for d in documents]


@pytest.fixture(scope="module")
def generation(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    folder = tmp_path_factory.mktemp("generation")
    build(clinic, folder, embedder=FakeEmbedder())
    generation = Generation.open(folder / "g1")
    yield generation
    generation.close()


@pytest.fixture(scope="module")
def graph(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    store = MemoryStore()
    store.load([write_quads(clinic, tmp_path_factory.mktemp("quads") / "part.nq")])
    return store


@pytest.fixture(scope="module")
def retriever(generation: Generation, graph: MemoryStore) -> Retriever:
    return Retriever(generation, graph, FakeEmbedder())


def days(date: str | None) -> tuple[str, str]:
    day = (date or "")[:10]
    return (day + "0000-00-00"[len(day) :], day + "0000-99-99"[len(day) :]) if day else ("", "")


def allows(filters: Filters, document: Document, clinic: Clinic) -> bool:
    """What the filters mean, said plainly."""
    if filters.datasets and document.dataset not in filters.datasets:
        return False
    if filters.patients and document.patient not in filters.patients:
        return False
    if filters.types and document.type not in filters.types:
        return False
    if not concepts_of(document, clinic) >= set(filters.concepts):
        return False
    if any(not said_of(document, way) >= set(getattr(filters, way)) for way in WAYS):
        return False
    person = next(p for p in clinic.patients if p.id == document.patient)
    if filters.sexes and person.sex not in filters.sexes:
        return False
    if filters.age_from is not None or filters.age_to is not None:
        low, high = 0 if filters.age_from is None else filters.age_from, 150 if filters.age_to is None else filters.age_to
        if not any(low <= age <= high for age in ages_of(document, person)):
            return False
    for asked in map(asked_result, filters.results):
        bounds = [(asked.bound_in(unit), value) for unit, value in values_of(document, clinic)]
        if not any(bound is not None and fits(bound, value) for bound, value in bounds):
            return False
    first, last = days(document.date)
    if filters.date_from and not (last and last >= days(filters.date_from)[0]):
        return False
    return not (filters.date_to and not (first and first <= days(filters.date_to)[1]))


def concepts_of(document: Document, clinic: Clinic) -> set[str]:
    mentioned = {m.concept for m in document.mentions if m.concept and m.assertion is Assertion.AFFIRMED}
    return mentioned | {f.concept for f in clinic.facts if f.concept and f.counted and f.encounter == document.encounter}


def said_of(document: Document, way: str) -> set[str]:
    return {m.concept for m in document.mentions if m.concept and m.assertion in WAYS[way]}


def values_of(document: Document, clinic: Clinic) -> Iterator[tuple[str, Bound]]:
    """(unit, value) of haemoglobin A1c, charted or said."""
    for fact in clinic.facts:
        day = (fact.start or "")[:10]
        same_day = fact.encounter is None and fact.subject == document.patient and len(day) == 10 and day == (document.date or "")[:10]
        charted = fact.concept == A1C and fact.counted and fact.comparator != "ad"
        if charted and (same_day or (fact.encounter and fact.encounter == document.encounter)):
            yield fact.unit or "", compared(fact.comparator, Fraction(fact.number or 0))
    for mention in document.mentions:
        if mention.concept == A1C and mention.assertion is Assertion.AFFIRMED and (bound := written_bound(mention.value)):
            yield mention.unit, bound


def ages_of(document: Document, person: PatientSummary) -> set[int]:
    """The ages that the patient may have at the document's date: every day that either date may mean is tried."""

    def meant(lexical: str) -> list[date]:
        first, last = f"{lexical[:10]}-01-01"[:10], f"{lexical[:10]}-12-31"[:10]
        return [date.fromisoformat(first), date.fromisoformat(last)]

    if not person.born or not document.date:
        return set()
    ends = [
        on.year - born.year - ((on.month, on.day) < (born.month, born.day)) for on in meant(document.date) for born in meant(person.born)
    ]
    return {age for age in range(min(ends), max(ends) + 1) if age >= 0}


def band_of(age: int) -> str:
    return "90-" if age >= 90 else f"{age // 10 * 10}-{age // 10 * 10 + 9}"


def newest_first(documents: list[Document]) -> list[Document]:
    ordered = sorted(documents, key=lambda d: d.id)
    ordered.sort(key=lambda d: d.kind, reverse=True)
    return sorted(ordered, key=lambda d: d.date or "", reverse=True)


def folded(documents: list[Document]) -> list[Document]:
    first: dict[tuple[object, ...], Document] = {}
    for document in documents:
        first.setdefault((document.dataset, document.patient, document.text.strip()), document)
    return list(first.values())


def whole(retriever: Retriever, request: SearchRequest) -> list[str]:
    return [hit.document for hit in retriever.search(replace(request, limit=100, join=False)).hits]


def found(retriever: Retriever, clinic: Clinic, request: SearchRequest) -> list[str]:
    """Every document found, the folded ones behind the one they are folded into."""
    copies: dict[tuple[object, ...], list[str]] = {}
    for document in newest_first([d for d in clinic.documents if allows(request.filters, d, clinic)]):
        copies.setdefault((document.dataset, document.patient, document.text.strip()), []).append(document.id)
    by_first = {group[0]: group for group in copies.values()}
    listed: list[str] = []
    total = retriever.search(request).total
    for offset in range(0, total, 100):
        for hit in retriever.search(replace(request, limit=100, offset=offset, join=False)).hits:
            assert hit.duplicates == len(by_first[hit.document]) - 1
            listed.extend(by_first[hit.document])
    return listed


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
    monkeypatch.setattr("search.retriever.DEPTH", 3)
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
        chosen = getattr(filters, ROWS[name].plural) if name in ROWS else ()
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
    assert any("metformin" in notice for notice in mended.notices)


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
