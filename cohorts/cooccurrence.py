"""Which things are found together: in the charts of patients, in encounters, in what notes affirm, on labeled items.

A subject has a thing once, however often it is recorded: the first day counts. Who has nothing at all is still one of those at risk. What a
thing says of itself is no finding: its other codings are the same thing, and what is broader or narrower is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cohorts.tables import Counts, Interval, Numbers, Tables, adjusted_odds, discoveries, exact_odds
from concepts.hierarchy import Hierarchy

Int32 = NDArray[np.int32]

NO_DAY: Final = np.iinfo(np.int32).min
"""The day of what has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Who has what: each (subject, thing) once, by thing then subject, with the first day it is known of.

    Subjects are numbered from 0 to `everyone` - 1, all who are at risk; `strata` numbers for each subject those it is compared with (age
    and sex), -1 where that is not known.
    """

    subjects: Int32
    things: Int32
    days: Int32
    everyone: int
    strata: Int32

    @classmethod
    def of(
        cls,
        subjects: NDArray[np.integer],
        things: NDArray[np.integer],
        days: NDArray[np.integer],
        everyone: int,
        strata: Int32 | None = None,
    ) -> "Occurrences":
        """From records in any order, which may repeat; a thing below 0 is none."""
        known = np.flatnonzero(things >= 0)
        # Without a day comes last, so that a day that is known is the first.
        told = np.where(days[known] == NO_DAY, np.iinfo(np.int64).max, days[known].astype(np.int64))
        order = known[np.lexsort((told, subjects[known], things[known]))]
        of_subject, of_thing = subjects[order].astype(np.int32), things[order].astype(np.int32)
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (of_subject[1:] != of_subject[:-1]) | (of_thing[1:] != of_thing[:-1])
        alone = np.full(everyone, -1, dtype=np.int32) if strata is None else strata
        return cls(of_subject[first], of_thing[first], days[order][first].astype(np.int32), everyone, alone)

    def within(self, members: NDArray[np.bool_]) -> "Occurrences":
        """Of some of the subjects alone, who are numbered anew in their order."""
        places = np.cumsum(members, dtype=np.int64).astype(np.int32) - 1
        kept = members[self.subjects]
        return Occurrences(
            places[self.subjects[kept]], self.things[kept], self.days[kept], int(np.count_nonzero(members)), self.strata[members]
        )

    def holders(self, things: Sequence[int]) -> tuple[NDArray[np.bool_], Int32]:
        """Who has one of the things, and since when (NO_DAY: nobody knows), one place for each subject."""
        has, since = np.zeros(self.everyone, dtype=np.bool_), np.full(self.everyone, np.iinfo(np.int32).max, dtype=np.int32)
        rows = np.flatnonzero(np.isin(self.things, np.asarray(things)))
        has[self.subjects[rows]] = True
        dated = rows[self.days[rows] != NO_DAY]
        np.minimum.at(since, self.subjects[dated], self.days[dated])
        return has, np.where(since == np.iinfo(np.int32).max, np.int32(NO_DAY), since)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What is found beside one thing, one place for each other thing, and of those who have both which came first."""

    things: Int32
    tables: Tables
    later: Counts
    """Those who had the other thing on a later day."""
    earlier: Counts
    same_day: Counts

    @property
    def chances(self) -> Numbers:
        """See Tables.chance."""
        return self.tables.chance()

    def only(self, places: NDArray[np.integer] | NDArray[np.bool_]) -> "Beside":
        """Some of them, in that order."""
        tables = Tables(*(getattr(self.tables, name)[places] for name in ("both", "first_only", "second_only", "neither")))
        return replace(
            self,
            things=self.things[places],
            tables=tables,
            **{name: getattr(self, name)[places] for name in ("later", "earlier", "same_day")},
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """How two things belong together. `odds` is exact; `adjusted` compares like with like (age and sex), None where nothing can be said."""

    thing: int
    both: int
    first: int
    second: int
    everyone: int
    expected: float
    lift: float | None
    phi: float | None
    odds: Interval | None
    adjusted: Interval | None
    chance: float
    discovery: float
    later: int
    earlier: int
    same_day: int


def beside(found: Occurrences, things: Sequence[int]) -> Beside:
    """What those who have one of the things (codings of one) also have."""
    has, since = found.holders(things)
    size = int(found.things.max(initial=-1)) + 1
    everybody = np.bincount(found.things, minlength=size).astype(np.int64)
    rows = np.flatnonzero(has[found.subjects])
    both = np.bincount(found.things[rows], minlength=size).astype(np.int64)
    began, day = since[found.subjects[rows]], found.days[rows]
    dated = (began != NO_DAY) & (day != NO_DAY)
    of_dated, apart = found.things[rows][dated], np.sign(day[dated].astype(np.int64) - began[dated])
    later, earlier, same = (np.bincount(of_dated[apart == sign], minlength=size).astype(np.int64) for sign in (1, -1, 0))
    others = np.flatnonzero(everybody > 0)
    others = others[~np.isin(others, np.asarray(things))]
    tables = Tables.of(both[others], np.full(len(others), int(has.sum()), dtype=np.int64), everybody[others], found.everyone)
    return Beside(others.astype(np.int32), tables, later[others], earlier[others], same[others])


def unrelated(found: Beside, things: Sequence[int], hierarchy: Hierarchy) -> Beside:
    """Without what is broader or narrower than the things: that is always there as well. Of allergies nothing is known to be."""
    things = [thing for thing in things if thing < hierarchy.concepts]
    related = np.concatenate([hierarchy.with_broader(things), hierarchy.with_narrower(things)])
    return found.only(~np.isin(found.things, related))


def ranked(found: Occurrences, others: Beside, things: Sequence[int], most: int, least: int = 1) -> list[Pair]:
    """The pairs that belong together most surely, at most so many: by the lower end of their odds ratio, then by how many have both.

    Of pairs that fewer than `least` have, nothing is said. False discoveries are told among all that are asked about.
    """
    asked = others.only(others.tables.both >= max(least, 1))
    chances = asked.chances
    rates = discoveries(chances)
    # An exact interval takes milliseconds: only those that may lead have theirs worked out, by what is quick to tell.
    leading = np.lexsort((-asked.tables.both, -_lower_end(asked.tables)))[: most + most // 4]
    has, _ = found.holders(things)
    made = [_pair(found, asked, int(place), float(chances[place]), float(rates[place]), has) for place in leading]
    made.sort(key=lambda pair: (-(pair.odds.low if pair.odds else 0.0), -pair.both, pair.thing))
    return made[:most]


def _lower_end(tables: Tables) -> Numbers:
    """About the lower end of the odds ratio, with half a case more in each cell so that none is empty (Haldane)."""
    a, b, c, d = (counts + 0.5 for counts in (tables.both, tables.first_only, tables.second_only, tables.neither))
    return np.log(a * d / (b * c)) - 1.96 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _pair(found: Occurrences, others: Beside, place: int, chance: float, rate: float, has: NDArray[np.bool_]) -> Pair:
    tables = others.only(np.asarray([place])).tables
    both, first_only, second_only, neither = (
        int(counts[0]) for counts in (tables.both, tables.first_only, tables.second_only, tables.neither)
    )
    other, _ = found.holders([int(others.things[place])])
    return Pair(
        thing=int(others.things[place]),
        both=both,
        first=both + first_only,
        second=both + second_only,
        everyone=both + first_only + second_only + neither,
        expected=float(tables.expected[0]),
        lift=_number(tables.lift[0]),
        phi=_number(tables.phi[0]),
        odds=exact_odds(both, first_only, second_only, neither),
        adjusted=adjusted_odds(by_strata(has, other, found.strata)),
        chance=chance,
        discovery=rate,
        later=int(others.later[place]),
        earlier=int(others.earlier[place]),
        same_day=int(others.same_day[place]),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def by_strata(first: NDArray[np.bool_], second: NDArray[np.bool_], strata: Int32) -> NDArray[np.int64]:
    """The tables of two things, one for each stratum: (strata, 2, 2). Who is of none is left out."""
    known = strata >= 0
    count = int(strata.max(initial=-1)) + 1
    places = strata[known].astype(np.int64) * 4 + np.where(first[known], 0, 2) + np.where(second[known], 0, 1)
    return np.bincount(places, minlength=4 * count).reshape(count, 2, 2).astype(np.int64)


def strongest(found: Occurrences, apart: NDArray[np.int64], most: int, least: int, among: int) -> tuple[list[tuple[int, Pair]], int]:
    """Of all pairs of the commonest things those that belong together most surely, with the first of each; and how many were looked at.

    `apart` are pairs that say nothing of patients (codings of one record, what is broader), as `pair_codes` gives them.
    """
    held = np.bincount(found.things)
    things = np.sort(np.argsort(-held, kind="stable")[:among])
    things = things[held[things] > 0]
    first, second, tables = all_pairs(found, things)
    told = (tables.both >= max(least, 1)) & ~np.isin(pair_codes(things[first], things[second]), apart)
    first, second = things[first[told]], things[second[told]]
    tables = Tables(*(getattr(tables, name)[told] for name in ("both", "first_only", "second_only", "neither")))
    chances = tables.chance()
    rates = discoveries(chances)
    made = []
    for place in np.lexsort((-tables.both, -_lower_end(tables)))[: most + most // 4].tolist():
        has, _ = found.holders([int(first[place])])
        others = beside(found, [int(first[place])])
        at = int(np.searchsorted(others.things, second[place]))
        made.append((int(first[place]), _pair(found, others, at, float(chances[place]), float(rates[place]), has)))
    made.sort(key=lambda one: (-(one[1].odds.low if one[1].odds else 0.0), -one[1].both, one[0], one[1].thing))
    return made[:most], len(first)


def pair_codes(first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.int64]:
    """A number for each pair of things, whichever comes first."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    codes: NDArray[np.int64] = (low << 32) | high
    return codes


def all_pairs(found: Occurrences, things: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64], Tables]:
    """Every two of the things that somebody has both of: their places in `things`, first before second, and their tables."""
    from scipy.sparse import csr_array, triu

    place = np.full(int(max(found.things.max(initial=-1), things.max(initial=-1))) + 1, -1, dtype=np.int64)
    place[things] = np.arange(len(things))
    columns = place[found.things]
    known = columns >= 0
    entries = np.ones(int(known.sum()), dtype=np.int64)
    table = csr_array((entries, (found.subjects[known], columns[known])), shape=(found.everyone, len(things)))
    together = triu(table.T @ table, k=1).tocoo()
    held = np.asarray(table.sum(axis=0)).ravel().astype(np.int64)
    first, second = together.row.astype(np.int64), together.col.astype(np.int64)
    return first, second, Tables.of(together.data.astype(np.int64), held[first], held[second], found.everyone)
