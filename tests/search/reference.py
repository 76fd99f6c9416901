"""What a search must find, by a reference that looks at every document; and documents that tell filters apart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import cycle

from concepts.model import Assertion, Mention
from graph.identifiers import concept_iri, record_iri
from search.columns.documents import WAYS
from search.filters import FILTERS as ALL_FILTERS
from search.model import Document, Fact, Filters, PatientSummary, SearchRequest
from search.questions.results import Bound, asked_result, compared, fits, written_bound
from search.retriever import Retriever
from tests.search.clinic import CONDITIONS, Clinic, condition

QUERY = "woman treated with cisplatin and paclitaxel"

ROWS = {row.name: row for row in ALL_FILTERS}

A1C = concept_iri("http://loinc.org", "4548-4")

SAID = {
    "denied": "Hypertension",
    "possible": "Asthma",
    "history": "Diabetes mellitus type 2",
    "family": "Anemia",
    "not_in_family": "Gout",
    "allergy": "Asthma",
    "no_allergy": "Anemia",
}

FILTERS = (
    Filters(),
    Filters(types=("Report",)),
    Filters(types=("Report", "Discharge summary"), date_from="2020"),
    Filters(datasets=("other",)),
    Filters(patients=("https://w3id.org/commissure/data/clinic/Patient/p3",)),
    Filters(concepts=(condition("Gout"),)),
    Filters(concepts=(condition("Gout"), condition("Asthma")), datasets=("clinic",)),
    Filters(concepts=(f"{condition('Gout')}|{condition('Asthma')}", condition("Anemia"))),
    Filters(denied=(f"{condition('Hypertension')}|{condition('Anemia')}",)),
    *(Filters(results=(f"{A1C}|{asked}",)) for asked in (">9|%", "<6|%", "<=5", ">14|%", "6..8|percent", "48|mmol/mol", ">9")),
    Filters(results=(f"{A1C}|>9|%", f"{A1C}|>6")),
    Filters(sexes=("female",)),
    Filters(sexes=("male", "other"), date_to="2019"),
    Filters(age_from=50),
    Filters(age_to=0),
    Filters(age_from=48, age_to=50, sexes=("female", "male", "other")),
    *(Filters(**{way: (condition(name),)}) for way, name in SAID.items()),
    Filters(denied=(condition("Anemia"),), concepts=(condition("Gout"),)),
    Filters(date_from="2019-05-20", date_to="2020"),
    Filters(date_to="2019-05"),
    Filters(date_from="2021-02-28"),
    Filters(patients=("https://w3id.org/commissure/data/other/Patient/p3",), datasets=("clinic",)),
)


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
    ways = cycle(
        (
            *(Assertion.NEGATED, Assertion.POSSIBLE, Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.HISTORICAL),
            *(Assertion.NOT_IN_FAMILY, Assertion.ALLERGY, Assertion.NO_ALLERGY),
        )
    )
    names = cycle(CONDITIONS[:7])
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
    if not all(concepts_of(document, clinic) & set(value.split("|")) for value in filters.concepts):
        return False
    if any(not said_of(document, way) & set(value.split("|")) for way in WAYS for value in getattr(filters, way)):
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
