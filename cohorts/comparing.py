"""Two cohorts side by side, or one beside everybody else: who they are, how often they are seen, what they have, what becomes of them.

Patients of both cohorts are left out of both: who is in both cannot be told apart from neither. How many they are is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from cohorts import characteristics as of_groups
from cohorts.characteristics import Half
from cohorts.comparison import Measure, Share, measure, shares_of, with_odds
from cohorts.definition import Definition
from cohorts.errors import InvalidDefinition
from cohorts.events import NO_DAY
from cohorts.occurring import Members, ages_of, members_of
from cohorts.outcome import Course, course
from cohorts.reading import definition_of
from cohorts.results import Counted
from cohorts.sides import Asked, Json, Side, listing, outcome_listing, rest_listing
from cohorts.study import Cohorts
from cohorts.survival import LogRank, log_rank
from cohorts.tables import Numbers
from cohorts.together import Named, Together
from search.days import years_between

BY: Final = ("age", "sex", "utilisation", "concepts", "results")
"""What groups are compared by."""
RELATIONS: Final = ("condition", "medication", "procedure", "observation", "allergy", "immunization", "note")
"""Relations of the concepts that they have; 'note' is what notes affirm."""
USUAL: Final = ("condition", "medication", "procedure", "note")
MOST: Final = 20
"""Concepts of a relation, and results, that are told unless more are asked for."""
WITHIN: Final = (30, 90, 365)
"""Days within which an outcome is counted, unless others are asked for."""
BOUND: Final = 1e300
"""No result is as large."""


@dataclass(frozen=True, slots=True)
class Line:
    """How many of each group have something, and what those must be asked who have it."""

    name: str
    share: Share
    asked: Asked
    named: Named | None = None
    within: tuple[str, ...] = ()
    """Concepts of other lines of the relation that are broader."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The latest value of a test, by group."""

    named: Named
    unit: str
    values: Measure
    asked: Asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the groups after they entered: one course, or two where two cohorts are compared."""

    name: str
    within: tuple[int, ...]
    courses: tuple[Course, ...]
    test: LogRank | None


@dataclass(frozen=True, slots=True)
class Compared:
    """All that is told of two groups. `sizes` are patients of the cohorts, `both` those in both, `compared` those who are compared."""

    sizes: tuple[int, int]
    both: int
    compared: tuple[int, int]
    measures: tuple[Measure, ...]
    sexes: tuple[Line, ...]
    seen: tuple[Line, ...]
    """Who had encounters of a class."""
    concepts: Mapping[str, tuple[Line, ...]]
    """By relation."""
    results: tuple[Tested, ...]
    outcome: Outcome | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: two cohorts, or one with everybody else (`second` is None); by what, and which outcome of theirs."""

    first: Side
    second: Side | None
    by: Collection[str] = BY
    relations: Sequence[str] = USUAL
    outcome: Side | None = None
    within: tuple[int, ...] = WITHIN
    most: int = MOST
    least: int = 1
    """How many of both groups must have a thing for it to be told."""

    def __post_init__(self) -> None:
        """Raises InvalidDefinition."""
        for side in (self.first, self.second, self.outcome):
            if side is not None and side.definition.subjects != "patients":
                raise InvalidDefinition("subjects", f"{side.name[:60]!r} is of items: patients are compared")

    def opens(self, which: int, asked: Asked, both: int) -> Json:
        """The definition of those of a group (0 or 1) who have something, where `both` patients are in both cohorts."""
        if self.second is None:
            return rest_listing(self.first, self.first.definition.datasets, asked) if which else listing(self.first, None, asked)
        group, other = (self.second, self.first) if which else (self.first, self.second)
        return listing(group, other if both else None, asked)

    def opens_outcome(self, which: int, within: int | None, both: int) -> Json:
        """The definition of those of a group who had the outcome, where one is asked for, within so many days."""
        group, other = (self.second, self.first) if which and self.second else (self.first, self.second)
        return outcome_listing(group, other if both else None, self.outcome or self.first, within)


def side_of(value: Any, name: str, datasets: Sequence[str] = (), read: Any = definition_of) -> Side:
    """A definition as JSON as a side of a comparison, of some datasets where any are given. Raises InvalidDefinition."""
    definition: Definition = read(value)
    if datasets:
        value, definition = {**value, "datasets": list(datasets)}, replace(definition, datasets=tuple(datasets))
    return Side(definition.name or name, value, definition)


class Comparing:
    """Compares groups of patients of a generation."""

    def __init__(self, cohorts: Cohorts, together: Together) -> None:
        self._cohorts, self._together = cohorts, together

    def compare(self, question: Question, today: int) -> Compared:
        """See Compared. `today` is the day on which people who live have the age that is told of them where there is no index."""
        counted = [self._cohorts.count(side.definition) for side in (question.first, question.second) if side is not None]
        first, second, both, sizes = self._groups(question, counted)
        by = set(question.by)
        visits = self._visits(first, second) if "utilisation" in by else {}
        return Compared(
            sizes=sizes,
            both=both,
            compared=(first.size, second.size),
            measures=(
                *((self._ages(question, counted, first, second, today),) if "age" in by else ()),
                *(self._use(first, second, visits) if "utilisation" in by else ()),
            ),
            sexes=self._sexes(first, second) if "sex" in by else (),
            seen=self._seen(first, second, visits),
            concepts={one: self._concepts(one, question, first, second) for one in question.relations} if "concepts" in by else {},
            results=self._results(question, first, second) if "results" in by else (),
            outcome=self._outcome(question, counted, first, second),
            notices=tuple(dict.fromkeys(notice for each in counted for notice in each.notices)),
        )

    def _groups(self, question: Question, counted: Sequence[Counted]) -> tuple[Half, Half, int, tuple[int, int]]:
        events = self._cohorts.events
        inside = members_of(events, counted[0])
        datasets = question.first.definition.datasets
        if question.second is None:
            rest = events.patients_of(datasets) & ~inside
            return Half(inside, datasets), Half(rest, datasets), 0, (int(inside.sum()), int(rest.sum()))
        other = members_of(events, counted[1])
        both = inside & other
        halves = Half(inside & ~both, datasets), Half(other & ~both, question.second.definition.datasets)
        return *halves, int(both.sum()), (int(inside.sum()), int(other.sum()))

    def _ages(self, question: Question, counted: Sequence[Counted], first: Half, second: Half, today: int) -> Measure:
        """On the first index day of each; beside everybody else, who enter on no day, today or at death."""
        events = self._cohorts.events
        whole = np.arange(len(events.people.born))
        if question.second is None:
            return measure("age", ages_of(events, whole, today), first.members, second.members)
        sides = [_entered(events.people.born, one) for one in counted]
        return measure("age at entry", np.where(first.members, sides[0], sides[1]), first.members, second.members)

    def _visits(self, first: Half, second: Half) -> dict[str, tuple[Numbers, Numbers]]:
        """Class of encounters → how many of it each patient has that count for the one group, and for the other."""
        events = self._cohorts.events
        return {
            setting: (of_groups.encounters(events, first, setting), of_groups.encounters(events, second, setting))
            for setting in of_groups.classes_of(events)
        }

    def _use(self, first: Half, second: Half, visits: Mapping[str, tuple[Numbers, Numbers]]) -> tuple[Measure, ...]:
        events = self._cohorts.events

        def of(name: str, one: Numbers, other: Numbers) -> Measure:
            return measure(name, np.where(first.members, one, other), first.members, second.members, counts=True)

        return (
            measure("years observed", of_groups.observed_years(events), first.members, second.members),
            of("visits", *(of_groups.encounters(events, half) for half in (first, second))),
            *(of(f"{setting} visits", *counts) for setting, counts in visits.items()),
            of("notes", *(of_groups.notes(events, half) for half in (first, second))),
        )

    def _sexes(self, first: Half, second: Half) -> tuple[Line, ...]:
        texts, codes = self._cohorts.events.texts.sexes, self._cohorts.events.people.sexes
        return tuple(
            self._line(name, codes == texts.index(name), first, second, Asked(({"sex": [name]},))) for name in sorted(texts) if name
        )

    def _seen(self, first: Half, second: Half, visits: Mapping[str, tuple[Numbers, Numbers]]) -> tuple[Line, ...]:
        return tuple(
            self._line(setting, (one + other) > 0, first, second, Asked(({"event": "encounter", "class": [setting]},)))
            for setting, (one, other) in visits.items()
        )

    def _line(self, name: str, has: Members, first: Half, second: Half, asked: Asked) -> Line:
        counts = [np.asarray([int((has & half.members).sum())]) for half in (first, second)]
        nobody = Share(0, 0, first.size, 0, second.size, None, None)
        (share,) = shares_of(np.zeros(1, dtype=np.int64), counts[0], first.size, counts[1], second.size) or (nobody,)
        return Line(name, with_odds(share), asked)

    def _concepts(self, relation: str, question: Question, first: Half, second: Half) -> tuple[Line, ...]:
        things, hierarchy = self._together.things, self._cohorts.hierarchy
        found = [of_groups.having(self._cohorts.events, half, relation, things, hierarchy) for half in (first, second)]
        charted = np.flatnonzero(found[0][1] | found[1][1])
        told = of_groups.differing(first, second, (found[0][0], found[1][0]), charted, question.most, question.least)
        names = self._together.named([share.thing for share in told])
        above = of_groups.nested([share.thing for share in told], things, hierarchy)
        rule: Json = {"note": {"in": "thing"}} if relation == "note" else {"event": relation, "in": "thing"}
        return tuple(
            Line(
                names[share.thing].label,
                share,
                Asked((rule,), self._codes(share.thing, descendants=True)),
                replace(names[share.thing], kind=relation),
                tuple(names[each].concept for each in above[share.thing]),
            )
            for share in told
        )

    def _results(self, question: Question, first: Half, second: Half) -> tuple[Tested, ...]:
        events = self._cohorts.events
        found = of_groups.results(events, first, second, self._together.things, question.most, question.least)
        names = self._together.named([one.thing for one in found])
        return tuple(
            Tested(
                replace(names[one.thing], kind="observation"),
                one.unit,
                one.values,
                Asked(({"event": "observation", "in": "thing", "value": _any_number(one.unit)},), self._codes(one.thing)),
            )
            for one in found
        )

    def _codes(self, thing: int, descendants: bool = False) -> tuple[Json, ...]:
        """The codings of a thing, as codes of a set."""
        concepts = np.flatnonzero(self._together.things == thing).tolist()
        iris = [iri for _, (iri, _) in sorted(self._cohorts.named(concepts).items())]
        return tuple({"code": iri, "descendants": True} if descendants else {"code": iri} for iri in iris)

    def _outcome(self, question: Question, counted: Sequence[Counted], first: Half, second: Half) -> Outcome | None:
        if question.outcome is None:
            return None
        happened = self._cohorts.count(question.outcome.definition)
        sides = [(question.first, first), *([(question.second, second)] if question.second is not None else [])]
        courses = tuple(
            course(self._cohorts.events, one, half.members, side.definition.exit is not None, happened)
            for one, (side, half) in zip(counted, sides, strict=True)
        )
        test = log_rank(courses[0].followed, courses[1].followed) if len(courses) == 2 else None
        return Outcome(question.outcome.name, tuple(sorted(set(question.within))), courses, test)


def _any_number(unit: str) -> Json:
    """Bounds that every number meets, and nothing that is only a bound itself."""
    return {"ge": -BOUND, "le": BOUND, **({"unit": unit} if unit else {})}


def _entered(born: Any, counted: Counted) -> Numbers:
    """Completed years of each patient on the first day on which they enter; NaN where that, or the birth, is not known."""
    members = counted.members
    ages = np.full(len(born), np.nan)
    known = np.flatnonzero((members.days != NO_DAY) & (born[members.patients] != NO_DAY))
    order = known[np.lexsort((members.days[known], members.patients[known]))][::-1]  # the first day is written last
    ages[members.patients[order]] = years_between(born[members.patients[order]], members.days[order])
    return ages
