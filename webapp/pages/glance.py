"""A chart in short: problems, medications, allergies, the family's history, and results with the laboratory's first."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from search.columns.codings import leading_first
from search.model import ConceptSummary, Fact
from search.tables.patients import alike
from webapp.pages.charted import NONE_KNOWN_GROUPS, Charted, Code, codes_of, range_of, says_none_known
from webapp.pages.wording import address

STRUCK: Final = frozenset({"condition", "medication", "allergy", "procedure", "immunization"})
"""Groups whose things are named where they do not hold."""
RESULTS: Final = ("laboratory", "", "imaging", "exam", "procedure", "therapy", "vital-signs", "activity", "survey", "social-history")
"""Categories of results, in the order of the page; '' where the record names none."""
RESULT_NAMES: Final = {"laboratory": "Laboratory", "vital-signs": "Vital signs", "social-history": "Social history", "": "Results"}


@dataclass(frozen=True, slots=True)
class Course:
    """A problem, a medication or an allergy over time: its first and last dates, and how often it is charted (`called` lists that)."""

    label: str
    codes: tuple[Code, ...]
    url: str
    first: str
    last: str
    """'' where no end is stated."""
    times: int
    status: str
    pin: str
    """The concept that it is pinned to the time axis by ('' for none)."""


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one kind of result, newest last, with their course in a box of 72 by 18.

    `line` joins values that are exact ('' for fewer than three numbers); `bounds` are values of which only a bound is known: (x, y, words).
    """

    label: str
    codes: tuple[Code, ...]
    url: str
    value: str
    level: str
    usual: str
    """The reference range, in words."""
    category: str
    date: str
    dated: str
    """'issued' where `date` is when it was given out."""
    evidence: str
    times: int
    line: str
    bounds: tuple[tuple[str, str, str], ...]
    spoken: str
    pin: str
    """The concept that its curve is pinned by ('' where it has no numbers)."""

    @property
    def heading(self) -> str:
        """The name of its category."""
        return RESULT_NAMES.get(self.category) or self.category.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Told:
    """What the chart says without counting it true of the patient."""

    label: str
    why: str
    url: str


@dataclass(frozen=True, slots=True)
class Glance:
    """The chart in short: counted facts, and apart from them what is a relative's, what is known to be none, and what does not hold."""

    problems: tuple[Course, ...]
    medications: tuple[Course, ...]
    allergies: tuple[Course, ...]
    results: tuple[Series, ...]
    none_known: dict[str, tuple[Told, ...]]
    """Group → 'No known allergies' and the like."""
    family: tuple[Told, ...]
    told: tuple[Told, ...]


def glance_of(things: Sequence[Charted], concept: Callable[[str], ConceptSummary | None]) -> Glance:
    """The chart in short. `concept` looks a concept up."""
    told: dict[tuple[str, str], Told] = {}
    family: dict[tuple[str, str], Told] = {}
    none_known: dict[str, dict[str, Told]] = defaultdict(dict)
    for thing in things:
        label, said = thing.fact.label, Told(thing.fact.label, thing.why, thing.url)
        if thing.group == "family":
            family.setdefault((label, thing.why), said)
        elif thing.fact.counted:
            continue
        elif says_none_known(thing.fact):
            none_known[thing.group].setdefault(label.casefold(), said)
        elif thing.group in STRUCK:
            told.setdefault((label, thing.why), said)

    same = alike_things(things)

    def courses(group: str) -> tuple[Course, ...]:
        return tuple(sorted((_course(each, concept) for each in same.get(group, ())), key=_recency))

    results = [series for each in same.get("observation", ()) if (series := _series(each, concept)).value]
    return Glance(
        problems=courses("condition"),
        medications=courses("medication"),
        allergies=courses("allergy"),
        results=tuple(sorted(results, key=lambda one: (place_of(one.category), -one.times, one.label.casefold()))),
        none_known={group: tuple(none_known[group].values()) for group in sorted(NONE_KNOWN_GROUPS)},
        family=tuple(found for _, found in sorted(family.items())),
        told=tuple(found for _, found in sorted(told.items())),
    )


def alike_things(things: Sequence[Charted]) -> dict[str, list[list[Charted]]]:
    """Group → what counts in it, things of one name together; conditions that share a code too. A relative's illness is in none."""
    named: dict[str, dict[str, list[Charted]]] = defaultdict(lambda: defaultdict(list))
    for thing in things:
        if thing.group != "family" and thing.fact.counted:
            named[thing.group][thing.fact.label.casefold()].append(thing)
    found = {group: list(by_name.values()) for group, by_name in named.items()}
    listed = [thing for same in found.get("condition", ()) for thing in same]
    if listed:
        found["condition"] = [[listed[place] for place in places] for places in alike([(one.fact.label, one.concepts) for one in listed])]
    return found


def called(things: Sequence[Charted], group: str, name: str) -> list[Charted]:
    """The things behind a line of the chart in short: those of a group that are alike, one of them called so."""
    same = (each for each in alike_things(things).get(group, ()) if any(one.fact.label.casefold() == name.casefold() for one in each))
    return next(same, [])


def category_of(fact: Fact) -> str:
    """The category of a result that the page orders by; '' where the record names none of them."""
    return next((one for one in fact.category.splitlines() if one in RESULTS), "")


def place_of(category: str) -> int:
    """Where a category of results stands on the page."""
    return RESULTS.index(category) if category in RESULTS else len(RESULTS)


def _course(same: Sequence[Charted], concept: Callable[[str], ConceptSummary | None]) -> Course:
    facts = [thing.fact for thing in same]
    dated = sorted((fact for fact in facts if fact.start), key=lambda fact: fact.start or "")
    newest = dated[-1] if dated else facts[-1]
    last = "" if any(not fact.end for fact in facts) else max(fact.end or "" for fact in facts)
    if newest.relation != "condition":
        last = last or (newest.start or "" if len({fact.start for fact in dated}) > 1 else "")
    concepts = leading_first(concept for thing in same for concept in thing.concepts)
    pin = next(iter(concepts), "")
    url = address("/node", [("id", pin or newest.record)])
    first = (dated[0].start or "") if dated else ""
    return Course(newest.label, codes_of(concepts, newest.label, concept), url, first, last, len(facts), newest.status, pin)


def _recency(course: Course) -> tuple[bool, str, str]:
    """What has no end first, then the newest."""
    return (bool(course.last), "".join(chr(0x10FFFF - ord(c)) for c in course.last or course.first), course.label.casefold())


def _series(same: Sequence[Charted], concept: Callable[[str], ConceptSummary | None]) -> Series:
    dated = sorted(same, key=lambda thing: thing.fact.start or "")
    newest = dated[-1]
    measured = [thing for thing in dated if thing.fact.number is not None and thing.fact.unit == newest.fact.unit]
    line, bounds = _course_of(measured)
    return Series(
        label=newest.fact.label,
        codes=newest.codes(concept),
        url=newest.url,
        value=newest.value,
        level=newest.level,
        usual=range_of(newest.fact),
        category=category_of(newest.fact),
        date=newest.fact.start or "",
        dated=newest.dated,
        evidence=address("/record", [("id", newest.fact.record)]),
        times=len(dated),
        line=line,
        bounds=bounds,
        spoken=_spoken(measured),
        pin=newest.concepts[0] if newest.concepts and measured else "",
    )


def _spoken(measured: Sequence[Charted]) -> str:
    """The course of values in words; those of which only a bound is known are named apart, for they are no extremes."""
    if len(measured) < 3:
        return ""
    numbers = [thing.fact.exact for thing in measured if thing.fact.exact is not None]
    said = []
    if numbers:
        said.append(f"from {numbers[0]:g} to {numbers[-1]:g}, lowest {min(numbers):g}, highest {max(numbers):g}")
    if bounded := [thing.value for thing in measured if thing.fact.comparator]:
        said.append(f"bounds only: {', '.join(dict.fromkeys(bounded))}")
    return "; ".join(said)


def _course_of(measured: Sequence[Charted]) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Values in a box of 72 by 18: a line through those that are exact, broken where only a bound is known, and the bounds."""
    numbers = [thing.fact.number or 0.0 for thing in measured]
    if len(numbers) < 3:
        return "", ()
    least, most = min(numbers), max(numbers)
    wide = 68 / (len(numbers) - 1)
    tall = 14 / (most - least) if most > least else 0.0
    line, bounds, joined = "", [], False
    for n, (thing, value) in enumerate(zip(measured, numbers, strict=True)):
        x, y = f"{2 + n * wide:.1f}", f"{16 - (value - least) * tall if tall else 9:.1f}"
        if thing.fact.comparator:
            bounds.append((x, y, thing.value))
        else:
            line += f"L{x} {y}" if joined else f"M{x} {y}h0"  # of no length: a dot where nothing follows
        joined = not thing.fact.comparator
    return line, tuple(bounds)
