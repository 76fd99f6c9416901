"""Two groups of patients side by side, as JSON. What is infinite, or not known, is null."""

from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import TypedDict

from cohorts.comparing import Compared, Line, Outcome, Question, Tested
from cohorts.comparison import Measure, Spread
from cohorts.outcome import Course
from cohorts.protection import Told
from cohorts.sides import EVERYBODY
from cohorts.survival import curve, free_after
from webapp.answers.cooccurrence import IntervalJson, ThingJson, _finite, _interval, _thing

TICKS: Final = 6
"""About so many days at which the numbers at risk are told."""


class GroupJson(TypedDict):
    """One of the two groups."""

    name: str
    patients: Told
    """Patients of the cohort."""
    compared: Told
    """Of them those who are compared: who is in both cohorts is left out."""
    definition: dict[str, Any]
    """Of those who are compared. With the rules that a line `asks`, and its `codes` as the set `thing`, it is of a number's patients."""


class SpreadJson(TypedDict):
    """How a number is spread over the patients of a group who have it; `low` and `high` are the quartiles."""

    patients: Told
    mean: float
    deviation: float
    low: float
    median: float
    high: float
    some: Told | None
    """Of a number that counts something: how many have any."""


class MeasureJson(TypedDict):
    """A number of each patient, by group. `difference` is standardised."""

    name: str
    first: SpreadJson | None
    second: SpreadJson | None
    difference: float | None


class LineJson(TypedDict):
    """How many of each group have something."""

    name: str
    thing: ThingJson | None
    within: list[str]
    """Concepts of other lines here that are broader."""
    first: Told
    second: Told
    difference: float | None
    """Standardised; null where all of one group have it and none of the other."""
    odds: IntervalJson | None
    """Of the first group against the second."""
    asks: list[dict[str, Any]]
    """The rules that those meet who have it."""
    codes: list[dict[str, Any]]
    """The codes of the set `thing` of these rules."""


class TestJson(TypedDict):
    """The latest value of a test in each group, in `unit`: the one that all units of its dimension have in common."""

    thing: ThingJson
    unit: str
    first: SpreadJson | None
    second: SpreadJson | None
    difference: float | None
    asks: list[dict[str, Any]]
    codes: list[dict[str, Any]]


class PointJson(TypedDict):
    """A day on which the event happened: the share that is free of it from then on, with its interval of 95 %."""

    day: int
    at_risk: Told
    events: Told
    free: float
    low: float | None
    high: float | None


class HadJson(TypedDict):
    """How many had the outcome within so many days; `share` is what the curve makes of it, which knows who was followed so long."""

    days: int
    patients: Told
    share: float | None


class RiskJson(TypedDict):
    """How many are still followed on a day, without the outcome before it."""

    day: int
    patients: Told


class CourseJson(TypedDict):
    """What became of a group after its first index day."""

    followed: Told
    before: Told
    """Patients who had the outcome on that day or before, and are not followed."""
    undated: Told
    """Patients who entered on no day that is known, and are not followed."""
    events: Told
    """How many had the outcome while they were followed."""
    had: list[HadJson]
    curve: list[PointJson]
    """Kaplan and Meier; protected numbers are told for the days of `had` alone."""
    at_risk: list[RiskJson]
    last: int
    """Days until nobody is followed any more."""


class OutcomeJson(TypedDict):
    """An outcome after entry. `statistic` and `chance` are of the log-rank test between two cohorts."""

    name: str
    first: CourseJson
    second: CourseJson | None
    statistic: float | None
    chance: float | None


class ComparisonJson(TypedDict):
    """Two cohorts side by side, or one beside everybody else."""

    first: GroupJson
    second: GroupJson
    both: Told
    """Patients in both cohorts, who are left out of both groups."""
    measures: list[MeasureJson]
    sexes: list[LineJson]
    seen: list[LineJson]
    """Who had encounters of a class."""
    concepts: dict[str, list[LineJson]]
    """By relation, most surely different first; 'note' is what notes affirm. Whoever has something narrower has it."""
    results: list[TestJson]
    outcome: OutcomeJson | None
    notices: list[str]
    generation: int


def comparison_answer(question: Question, found: Compared, generation: int) -> ComparisonJson:
    """See ComparisonJson."""
    names = question.first.name, question.second.name if question.second is not None else "everybody else"
    groups: list[GroupJson] = [
        {
            "name": names[which],
            "patients": found.sizes[which],
            "compared": found.compared[which],
            "definition": question.opens(which, EVERYBODY, found.both),
        }
        for which in (0, 1)
    ]
    return {
        "first": groups[0],
        "second": groups[1],
        "both": found.both,
        "measures": [_measure(one) for one in found.measures],
        "sexes": [_line(one) for one in found.sexes],
        "seen": [_line(one) for one in found.seen],
        "concepts": {relation: [_line(one) for one in lines] for relation, lines in found.concepts.items()},
        "results": [_test(one) for one in found.results],
        "outcome": None if found.outcome is None else _outcome(found.outcome),
        "notices": list(found.notices),
        "generation": generation,
    }


def _measure(measure: Measure) -> MeasureJson:
    difference = None if measure.difference is None else _finite(measure.difference)
    return {"name": measure.name, "first": _spread(measure.first), "second": _spread(measure.second), "difference": difference}


def _spread(spread: Spread | None) -> SpreadJson | None:
    if spread is None:
        return None
    return {
        "patients": spread.patients,
        "mean": spread.mean,
        "deviation": spread.deviation,
        "low": spread.low,
        "median": spread.median,
        "high": spread.high,
        "some": spread.some,
    }


def _line(line: Line) -> LineJson:
    return {
        "name": line.name,
        "thing": None if line.named is None else _thing(line.named),
        "within": list(line.within),
        "first": line.share.first,
        "second": line.share.second,
        "difference": None if line.share.difference is None else _finite(line.share.difference),
        "odds": _interval(line.share.odds),
        "asks": list(line.asked.rules),
        "codes": list(line.asked.codes),
    }


def _test(test: Tested) -> TestJson:
    measured = _measure(test.values)
    return {
        "thing": _thing(test.named),
        "unit": test.unit,
        "first": measured["first"],
        "second": measured["second"],
        "difference": measured["difference"],
        "asks": list(test.asked.rules),
        "codes": list(test.asked.codes),
    }


def _outcome(outcome: Outcome) -> OutcomeJson:
    last = max((int(course.followed.days.max(initial=0)) for course in outcome.courses), default=0)
    days = sorted({0, *outcome.within, *ticks(last)})
    told = [_course(course, outcome.within, days) for course in outcome.courses]
    return {
        "name": outcome.name,
        "first": told[0],
        "second": told[1] if len(told) > 1 else None,
        "statistic": outcome.test.statistic if outcome.test is not None else None,
        "chance": outcome.test.chance if outcome.test is not None else None,
    }


def _course(course: Course, within: Sequence[int], days: Sequence[int]) -> CourseJson:
    followed, points = course.followed, curve(course.followed)
    return {
        "followed": len(followed),
        "before": course.before,
        "undated": course.undated,
        "events": int(followed.happened.sum()),
        "had": [
            {"days": day, "patients": followed.had(day), "share": 1 - free_after(points, day) if len(followed) else None} for day in within
        ],
        "curve": [
            {"day": one.day, "at_risk": one.at_risk, "events": one.events, "free": one.free, "low": one.low, "high": one.high}
            for one in points
        ],
        "at_risk": [{"day": day, "patients": followed.at_risk(day)} for day in days],
        "last": int(followed.days.max(initial=0)),
    }


def ticks(last: int) -> list[int]:
    """Round numbers of days from 0 on."""
    step = next((one for one in _STEPS if last <= one * TICKS), -(-last // (TICKS * 3650)) * 3650)
    return list(range(0, last + 1, step))


_STEPS: Final = (1, 5, 10, 30, 90, 180, 365, 730, 1825, 3650)
