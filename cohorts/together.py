"""What patients of one generation have together, and what a cohort has more often than the rest, with the names that people know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cohorts.comparison import Measure, Share, measure, shares, with_odds
from cohorts.cooccurrence import Int32, Pair, beside, ranked, strongest, unrelated
from cohorts.events import KINDS
from cohorts.occurring import RELATIONS, Members, Unit, ages_of, apart, coded_together, members_of, occurrences, thing_of
from cohorts.results import Counted
from cohorts.study import Cohorts
from search.generation import Generation

MOST: Final = 50
"""Pairs, or differences, that are told unless more are asked for."""
_CHARTED: Final = [KINDS.index(relation) for relation in RELATIONS]
AMONG: Final = 2000
"""The commonest things, of which all pairs are looked at."""
LEAST: Final = 2
"""How many must have both for a pair to be told: one person is no finding."""


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by one of its concepts. `kind` is the relation of charts that have it, 'note' where only notes say it."""

    concept: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What is found beside a thing: how many are at risk and have it, and the pairs, most sure first."""

    of: Named
    having: int
    everyone: int
    pairs: tuple[tuple[Named, Pair], ...]
    asked: int
    """How many pairs were looked at: among so many false discoveries are told."""


@dataclass(frozen=True, slots=True)
class Strongest:
    """Pairs of things that belong together most surely, and how many were looked at."""

    everyone: int
    pairs: tuple[tuple[Named, Named, Pair], ...]
    asked: int


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A cohort beside the patients who are not in it."""

    inside: int
    outside: int
    shares: tuple[tuple[Named, Share], ...]
    measures: tuple[Measure, ...]
    sexes: tuple[Share, ...]
    """By sex, in the order of `sex_names`."""
    sex_names: tuple[str, ...]


class Together:
    """Asks what is found together in a generation. Safe for any number of threads."""

    def __init__(self, generation: Generation, cohorts: Cohorts) -> None:
        self._generation, self._cohorts = generation, cohorts

    def beside(
        self,
        concept: str,
        unit: Unit,
        relations: Collection[str],
        today: int,
        within: Counted | None = None,
        datasets: Collection[str] = (),
        most: int = MOST,
        least: int = LEAST,
    ) -> Beside | None:
        """What is found beside a concept (IRI) with its codings and what is narrower; None where nothing published has it."""
        catalog = self._generation.catalog
        codes = catalog.codes("concept", [concept])
        if not codes:
            return None
        hierarchy = self._generation.columns.hierarchy
        meant = hierarchy.with_narrower(codes) if hierarchy.stated else np.asarray(codes, dtype=np.int32)
        things = self.things
        beyond = len(things) if self._kind(codes[0]) == "allergy" else 0
        asked = sorted({thing + beyond for thing in things[meant].tolist()})
        found = occurrences(self._cohorts.events, unit, relations, things, self._members(within, datasets), today, asked)
        others = unrelated(beside(found, asked), asked, hierarchy)
        pairs = ranked(found, others, asked, most, least)
        names = self.named([*codes, *(pair.thing for pair in pairs)])
        has, _ = found.holders(asked)
        count = int(np.count_nonzero(others.tables.both >= max(least, 1)))
        told = tuple((names[pair.thing], pair) for pair in pairs)
        return Beside(names[next(iter(codes))], int(has.sum()), found.everyone, told, count)

    def strongest(
        self,
        unit: Unit,
        relations: Collection[str],
        today: int,
        within: Counted | None = None,
        datasets: Collection[str] = (),
        most: int = MOST,
        least: int = LEAST,
    ) -> Strongest:
        """Of all pairs of the commonest things those that belong together most surely."""
        found = occurrences(self._cohorts.events, unit, relations, self.things, self._members(within, datasets), today)
        pairs, asked = strongest(found, self._apart, most, least, AMONG)
        names = self.named([thing for first, pair in pairs for thing in (first, pair.thing)])
        return Strongest(found.everyone, tuple((names[first], names[pair.thing], pair) for first, pair in pairs), asked)

    def against_the_rest(
        self, counted: Counted, relations: Collection[str], today: int, datasets: Collection[str] = (), most: int = MOST
    ) -> SideBySide:
        """A cohort and everybody else of the datasets: what each has more often, ages and how much is known of them."""
        everybody = self._members(None, datasets)
        inside = members_of(self._cohorts.events, counted) & everybody
        found = occurrences(self._cohorts.events, "patient", relations, self.things, everybody, today)
        first = inside[everybody]
        differing = [with_odds(share) for share in shares(found, first, ~first, LEAST)[:most]]
        names = self.named([share.thing for share in differing])
        sexes, sex_names = self._sexes(everybody, first)
        return SideBySide(
            inside=int(first.sum()),
            outside=int((~first).sum()),
            shares=tuple((names[share.thing], share) for share in differing),
            measures=self._measures(everybody, first, today),
            sexes=sexes,
            sex_names=sex_names,
        )

    @cached_property
    def _apart(self) -> NDArray[np.int64]:
        return apart(self._cohorts.events, self.things, self._generation.columns.hierarchy)

    @cached_property
    def things(self) -> Int32:
        """Concept → the number of its thing: codings of one thing have one number."""
        stated = thing_of(self._generation.columns.hierarchy.concepts, self._generation.catalog.things())
        return coded_together(self._cohorts.events, stated)

    def _members(self, within: Counted | None, datasets: Collection[str]) -> Members:
        """Patients that a record describes, of some datasets and of a cohort where one is given."""
        events = self._cohorts.events
        members = events.patients_of(datasets)
        return members if within is None else members & members_of(events, within)

    def _measures(self, everybody: Members, first: Members, today: int) -> tuple[Measure, ...]:
        events = self._cohorts.events
        whose = np.flatnonzero(everybody)
        rows = events.events[everybody[events.patients]]
        once = np.unique(rows, return_index=True)[1]
        kinds, patients = (column[everybody[events.patients]][once] for column in (events.kinds, events.patients))
        place = np.cumsum(everybody) - 1
        counted = {
            name: np.bincount(place[patients[kinds == code]], minlength=len(whose)).astype(np.float64)
            for name, code in (("visits", KINDS.index("encounter")), ("notes", KINDS.index("note")))
        }
        numbers = {"age": ages_of(events, whose, today), **counted}
        return tuple(measure(name, values, first, ~first) for name, values in numbers.items())

    def _sexes(self, everybody: Members, first: Members) -> tuple[tuple[Share, ...], tuple[str, ...]]:
        texts, codes = self._cohorts.events.texts.sexes, self._cohorts.events.people.sexes[everybody]
        names = tuple(sorted(texts))
        told = []
        for name in names:
            has = codes == texts.index(name)
            of = int((has & first).sum()), int(first.sum()), int((has & ~first).sum()), int((~first).sum())
            told.append(Share(texts.index(name), *of, None, None))
        return tuple(told), names

    def named(self, things: Sequence[int]) -> dict[int, Named]:
        """The names of things."""
        size = len(self.things)
        known = self._generation.catalog.values("concept", sorted({thing % size for thing in things}))
        return {
            thing: Named(*known[thing % size], "allergy" if thing >= size else self._kind(thing))
            for thing in things
            if thing % size in known
        }

    def _kind(self, thing: int) -> str:
        """The relation that most records chart it with."""
        events = self._cohorts.events
        kinds = np.bincount(events.kinds[events.of_concepts(np.asarray([thing], dtype=np.int32))], minlength=len(KINDS))
        return max(RELATIONS, key=lambda relation: kinds[KINDS.index(relation)]) if kinds[_CHARTED].any() else "note"
