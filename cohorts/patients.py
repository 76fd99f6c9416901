"""Patients chosen by name, sex, age, conditions and dataset, and how many there are of each: pure functions over their overviews.

Values of one field are alternatives, except conditions: a patient has all that are asked for. Fields restrict each other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from graph.vocabulary import local_name
from search.errors import InvalidRequest
from search.masks import no_dataset
from search.model import ChartedCondition, PatientOverview
from search.words import begins_words, folded

Sort = Literal["name", "age", "conditions", "documents", "facts"]
SORTS: Final[tuple[Sort, ...]] = ("name", "age", "conditions", "documents", "facts")

AGE_BANDS: Final = ((0, 17), (18, 39), (40, 64), (65, 79), (80, 200))
"""First and last year of each band."""
UNKNOWN: Final = "unknown"
"""The sex or the age that no record tells."""
SEXES: Final = frozenset({"female", "male", "other", UNKNOWN})
"""Values that may always be asked for, whether anybody has them or not: FHIR's administrative genders."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What patients are asked for. `text`: every word begins a word of the name or the id; `conditions` by concept or by words."""

    text: str = ""
    sexes: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    sort: Sort = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A value by which patients can be chosen, its words, and how many patients have it beside all else that is chosen."""

    value: str
    label: str
    patients: int


@dataclass(frozen=True, slots=True)
class PatientCounts:
    """The values of each field, as the other fields leave them."""

    sexes: tuple[Counted, ...]
    ages: tuple[Counted, ...]
    conditions: tuple[Counted, ...]
    datasets: tuple[Counted, ...]


def check(selection: Selection, overviews: Iterable[PatientOverview], datasets: Sequence[str]) -> None:
    """Refuse a dataset, a sex or an age that there is not: an empty list would look like an answer. Raises InvalidRequest."""
    for name in selection.datasets:
        if name not in datasets:
            raise no_dataset(name, datasets)
    sexes = {*SEXES, *(sex_of(one) for one in overviews)} if selection.sexes else set()
    for field, asked, there in (("sex", selection.sexes, sorted(sexes)), ("age", selection.ages, [*map(_words, AGE_BANDS), UNKNOWN])):
        for value in asked:
            if value not in there:
                raise InvalidRequest(field, f"there is no {field} {value[:80]!r}; there are: {', '.join(there)}")


def select(overviews: Iterable[PatientOverview], selection: Selection, today: date) -> tuple[PatientOverview, ...]:
    """The patients that fit, in the order that is asked for; equals by name and id. Ages are those of today, or at death."""
    tests = _tests(selection, today).values()
    found = [one for one in overviews if all(test(one) for test in tests)]
    found.sort(key=lambda one: (folded(one.patient.label), one.patient.id))
    if selection.sort == "name":
        return tuple(reversed(found)) if selection.descending else tuple(found)
    told = [(measure, one) for one in found if (measure := _measure(one, selection.sort, today)) is not None]
    told.sort(key=lambda pair: pair[0], reverse=selection.descending)
    known = {one.patient.id for _, one in told}
    return (*(one for _, one in told), *(one for one in found if one.patient.id not in known))


def count(overviews: Sequence[PatientOverview], selection: Selection, today: date) -> PatientCounts:
    """How many patients each value would leave. A field of alternatives is counted without what is chosen of it."""
    sexes: Counter[str] = Counter()
    ages: Counter[str] = Counter()
    datasets: Counter[str] = Counter()
    chosen = []
    tests = _tests(selection, today)
    for one in overviews:
        missed = [field for field, test in tests.items() if not test(one)]
        if not missed or missed == ["sexes"]:
            sexes[sex_of(one)] += 1
        if not missed or missed == ["ages"]:
            ages[band_of(one, today)] += 1
        if not missed or missed == ["datasets"]:
            datasets[one.patient.dataset] += 1
        if not missed:
            chosen.append(one)
    return PatientCounts(
        _by_number(sexes),
        tuple(Counted(band, band, ages[band]) for band in (*map(_words, AGE_BANDS), UNKNOWN) if ages[band]),
        _conditions(chosen),
        _by_number(datasets),
    )


def beginning(values: Iterable[Counted], asked: str) -> tuple[Counted, ...]:
    """Those of the values that have words which begin as is asked."""
    return tuple(value for value in values if begins_words(asked, value.label))


def age_of(one: PatientOverview, today: date) -> int | None:
    """Whole years of life, to this day or to death; None where the records do not tell."""
    patient = one.patient
    if not patient.born or (patient.died and not patient.died[:1].isdigit()):
        return None
    return years_between(patient.born, patient.died or today.isoformat())


def band_of(one: PatientOverview, today: date) -> str:
    """The band of the patient's age: '40–64', '80 and over', or UNKNOWN."""
    age = age_of(one, today)
    return next((_words(band) for band in AGE_BANDS if age is not None and band[0] <= age <= band[1]), UNKNOWN)


def sex_of(one: PatientOverview) -> str:
    """The patient's sex, or UNKNOWN."""
    return one.patient.sex or UNKNOWN


def years_between(start: str, end: str) -> int | None:
    """Whole years between two lexical dates; what the precision does not tell is taken as the start of the year or month."""
    try:
        first, last = _parts(start), _parts(end)
    except ValueError:
        return None
    years = last[0] - first[0]
    return years - 1 if last[1:] < first[1:] else years


def _parts(value: str) -> tuple[int, int, int]:
    pieces = [*(int(piece) for piece in value[:10].split("-")), 1, 1]
    return pieces[0], pieces[1], pieces[2]


def _words(band: tuple[int, int]) -> str:
    return f"{band[0]}–{band[1]}" if band[1] < AGE_BANDS[-1][1] else f"{band[0]} and over"


def _tests(selection: Selection, today: date) -> dict[str, Callable[[PatientOverview], bool]]:
    """Field → whether a patient passes it; only the fields of which something is chosen."""
    tests: dict[str, Callable[[PatientOverview], bool]] = {}
    if selection.datasets:
        tests["datasets"] = lambda one: one.patient.dataset in selection.datasets
    if selection.sexes:
        tests["sexes"] = lambda one: sex_of(one) in selection.sexes
    if selection.ages:
        tests["ages"] = lambda one: band_of(one, today) in selection.ages
    if selection.conditions:
        tests["conditions"] = lambda one: all(any(has(each, asked) for each in one.conditions) for asked in selection.conditions)
    asked = folded(selection.text).split()
    if asked:
        tests["text"] = lambda one: selection.text.strip() in _iris(one) or _named(one, asked)
    return tests


def has(condition: ChartedCondition, asked: str) -> bool:
    """Whether a condition is the one that is asked for, by one of its concepts or by its words."""
    return asked in condition.concepts or condition.label.casefold() == asked.casefold()


def _iris(one: PatientOverview) -> tuple[str, ...]:
    return one.patient.id, *(each.id for each in one.former)


def _named(one: PatientOverview, asked: Sequence[str]) -> bool:
    labels = one.patient.label, *(each.label for each in one.former)
    words = (*(word for label in labels for word in folded(label).split()), *(folded(local_name(each)) for each in _iris(one)))
    return all(any(word.startswith(part) for word in words) for part in asked)


def _measure(one: PatientOverview, sort: Sort, today: date) -> int | None:
    measures: dict[str, Callable[[], int | None]] = {
        "age": lambda: age_of(one, today),
        "conditions": lambda: len(one.conditions),
        "documents": lambda: one.documents,
        "facts": lambda: one.facts,
    }
    return measures[sort]()


def _by_number(counts: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(value, value, number) for value, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _conditions(overviews: Iterable[PatientOverview]) -> tuple[Counted, ...]:
    """Conditions by how many patients have them: the same concept is the same condition, whatever words the records use for it."""
    labels: dict[str, Counter[str]] = {}
    patients: Counter[str] = Counter()
    for one in overviews:
        values = [condition.value for condition in one.conditions]
        patients.update(set(values))
        for value, condition in zip(values, one.conditions, strict=True):
            labels.setdefault(value, Counter())[condition.label] += 1
    counted = [Counted(value, min(labels[value].items(), key=lambda item: (-item[1], item[0]))[0], n) for value, n in patients.items()]
    return tuple(sorted(counted, key=lambda item: (-item.patients, item.label.casefold(), item.value)))
