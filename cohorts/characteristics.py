"""What the patients of two groups have, out of the events of a generation: things, encounters, results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cohorts.comparison import Measure, Share, measure, shares_of, with_odds
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, Events, Int32, Int64, Mask
from cohorts.tables import Counts, Numbers
from concepts.distinct import distinct
from concepts.hierarchy import Hierarchy
from concepts.model import Assertion

_YEAR: Final = 365.25
_NORMAL: Final = 1.96
_LOOKED_AT: Final = 4
"""So many times as many things as are told have their exact interval worked out: those whose approximate one is furthest from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Half:
    """One of two groups: its patients, and the datasets whose events count for it (all, where none is named)."""

    members: Mask
    datasets: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many patients it has."""
        return int(self.members.sum())


def rows_of(events: Events, half: Half, relation: str) -> Int64:
    """The rows of a kind of events that count for a group; of notes, what they affirm."""
    counts = half.members[events.patients] & (events.kinds == KINDS.index(relation)) & (events.concepts >= 0)
    if relation == "note":
        counts &= events.assertions == ASSERTIONS.index(Assertion.AFFIRMED)
    return np.flatnonzero(counts & events.in_datasets(events.datasets, half.datasets))


def having(events: Events, half: Half, relation: str, things: Int32, hierarchy: Hierarchy) -> tuple[Counts, Mask]:
    """How many of a group have each thing, or what is narrower, and which things are charted themselves."""
    rows = rows_of(events, half, relation)
    size = len(things)
    pairs = distinct(events.patients[rows].astype(np.int64) * size + events.concepts[rows])
    patients, concepts = pairs // size, pairs % size
    holders, broader = hierarchy.broader_of(np.arange(len(pairs)), concepts)
    own = things[concepts]
    whole = [patients * size + own, patients[holders] * size + things[broader]]
    counts = np.bincount(distinct(np.concatenate(whole)) % size, minlength=size).astype(np.int64)
    charted = np.zeros(size, dtype=np.bool_)
    charted[own] = True
    return counts, charted


def differing(first: Half, second: Half, counts: tuple[Counts, Counts], things: Int64, most: int, least: int = 1) -> list[Share]:
    """Of some things those that tell the groups apart most surely: by how far from 1 the nearer end of the exact odds ratio lies.

    What at least so many of the two groups together have is told.
    """
    of = first.size, second.size
    told = shares_of(things, counts[0][things], of[0], counts[1][things], of[1], least)
    near = sorted(told, key=lambda share: -_roughly(share))[: most * _LOOKED_AT]
    return sorted(map(with_odds, near), key=by_surety)[:most]


def by_surety(share: Share) -> tuple[float, float, int, int]:
    """What sorts shares: the distance of the interval from 1 (0 where it holds 1), then the difference, then how many have it."""
    odds, apart = share.odds, 0.0
    if odds is not None and odds.low > 1:
        apart = float(np.log(odds.low))
    elif odds is not None and odds.high < 1:
        apart = float(-np.log(max(odds.high, 1e-300)))
    return -apart, -abs(share.difference or 0.0), -(share.first + share.second), share.thing


def _roughly(share: Share) -> float:
    """About how far from 1 the interval lies (Woolf, with half a patient more in each cell); below 0 it holds 1."""
    cells = np.asarray([share.first, share.of_first - share.first, share.second, share.of_second - share.second]) + 0.5
    ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return float(abs(ratio) - _NORMAL * np.sqrt((1 / cells).sum()))


def nested(things: Sequence[int], codings: Int32, hierarchy: Hierarchy) -> dict[int, list[int]]:
    """Thing → those of the others that are broader."""
    concepts = np.flatnonzero(np.isin(codings, np.asarray(things)))
    holders, broader = hierarchy.broader_of(codings[concepts], concepts)
    found: dict[int, set[int]] = {thing: set() for thing in things}
    for thing, above in zip(holders.tolist(), codings[broader].tolist(), strict=True):
        if above in found and above != thing:
            found[thing].add(above)
    return {thing: sorted(above) for thing, above in found.items()}


# --- how often they are seen ---


def classes_of(events: Events) -> list[str]:
    """Classes of encounters that there are, as they are written."""
    written = {line.casefold(): line for lines in events.texts.settings for line in lines.split("\n") if line}
    return [written[each] for each in sorted(written)]


def encounters(events: Events, half: Half, setting: str | None = None) -> Numbers:
    """How many encounters, of a class or of any, each patient of the generation has that count for a group."""
    rows = half.members[events.patients] & (events.kinds == KINDS.index("encounter"))
    rows &= events.in_datasets(events.datasets, half.datasets)
    if setting is not None:
        rows &= np.isin(events.settings, events.settings_having.get(setting.casefold(), []))
    return _once(events, np.flatnonzero(rows))


def notes(events: Events, half: Half) -> Numbers:
    """How many notes each patient has that count for a group."""
    rows = half.members[events.patients] & (events.kinds == KINDS.index("note")) & (events.concepts < 0)
    return _once(events, np.flatnonzero(rows & events.in_datasets(events.datasets, half.datasets)))


def _once(events: Events, rows: Int64) -> Numbers:
    first = np.unique(events.events[rows], return_index=True)[1]
    return np.bincount(events.patients[rows[first]], minlength=len(events.people.born)).astype(np.float64)


def observed_years(events: Events) -> Numbers:
    """Years between the first and the last day that is charted of each patient; NaN of whom nothing is."""
    people = events.people
    years = np.full(len(people.born), np.nan)
    known = people.last != NO_DAY
    years[known] = (people.last[known].astype(np.int64) - people.first[known]) / _YEAR
    return years


# --- what results found ---


@dataclass(frozen=True, slots=True)
class Found:
    """The latest value of a test in two groups, in the unit that the units of its dimension have in common."""

    thing: int
    unit: str
    values: Measure


def results(events: Events, first: Half, second: Half, things: Int32, most: int, least: int = 1) -> list[Found]:
    """The tests whose latest numbers tell two groups apart most surely; bounds ('<5') and what is no number are left out."""
    sides = [_latest(events, half, things) for half in (first, second)]
    told = []
    for test in sorted(set(sides[0]) | set(sides[1])):
        numbers = [side.get(test, np.empty(0)) for side in sides]
        if sum(map(len, numbers)) < least:
            continue
        of_first = np.arange(len(numbers[0]) + len(numbers[1])) < len(numbers[0])
        thing, unit = test
        told.append(Found(thing, events.texts.units[unit] if unit >= 0 else "", measure("", np.concatenate(numbers), of_first, ~of_first)))
    return sorted(told, key=_by_surety_of_means)[:most]


def _by_surety_of_means(found: Found) -> tuple[float, float, int, str]:
    """How far the interval of the standardised difference (Hedges and Olkin) lies from 0, then how many have a value."""
    values = found.values
    sizes = [side.patients if side is not None else 0 for side in (values.first, values.second)]
    apart = 0.0
    if values.difference is not None and all(sizes):
        error = np.sqrt(sum(sizes) / (sizes[0] * sizes[1]) + values.difference**2 / (2 * sum(sizes)))
        apart = max(0.0, float(abs(values.difference) - _NORMAL * error))
    return -apart, -float(sum(sizes)), found.thing, found.unit


def _latest(events: Events, half: Half, things: Int32) -> dict[tuple[int, int], Numbers]:
    """(thing, unit) → the latest number of each patient who has one; of several on one day their mean."""
    rows = rows_of(events, half, "observation")
    rows = rows[events.results[rows] >= 0]
    found = events.results[rows]
    low, high = events.found.common_low[found], events.found.common_high[found]
    exact = np.isfinite(low) & (low == high)
    rows, numbers, units = rows[exact], low[exact], events.found.units[found[exact]]
    tests, patients, days = things[events.concepts[rows]], events.patients[rows], events.days[rows]
    if not len(rows):
        return {}
    once = np.unique(np.stack([tests, events.events[rows]]), axis=1, return_index=True)[1]
    tests, units, patients, days, numbers = (column[once] for column in (tests, units, patients, days, numbers))
    order = np.lexsort((days, patients, units, tests))
    keys, days, numbers = np.stack([tests, units, patients], axis=1)[order], days[order], numbers[order]
    begins = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]).any(axis=1)))
    runs = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(keys))))
    latest = days == days[np.append(begins[1:], len(keys)) - 1][runs]
    means = np.bincount(runs, np.where(latest, numbers, 0.0)) / np.bincount(runs, latest)
    whose = keys[begins, :2]
    edges = np.flatnonzero(np.append(True, (whose[1:] != whose[:-1]).any(axis=1)))
    parts = np.split(means, edges[1:])
    return {(int(whose[edge, 0]), int(whose[edge, 1])): values for edge, values in zip(edges.tolist(), parts, strict=True)}
