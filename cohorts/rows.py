"""Rows of events of some patients as the columns of cohorts.arrays pass them on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cohorts.definition import Kept
from cohorts.events import NO_DAY, Int32, Int64, Mask

SHIFT: Final = 1 << 32


@dataclass(frozen=True)
class Rows:
    """Events of some patients, a row for each concept that is looked at, by patient, day and event."""

    patients: Int32
    events: Int32
    concepts: Int32
    days: Int32
    ends: Int32
    encounters: Int32
    places: Int64
    """The rows in the table of events; -1 of a cohort's."""

    def taken(self, which: NDArray[np.generic]) -> "Rows":
        """Some of the rows, by place or by mask."""
        parts = self.patients, self.events, self.concepts, self.days, self.ends, self.encounters, self.places
        return Rows(*(part[which] for part in parts))

    @cached_property
    def keys(self) -> Int64:
        """Patient and day in one number, ascending."""
        return key_of(self.patients, self.days)

    def __len__(self) -> int:
        return len(self.patients)


def on_edge(rows: Rows, places: Int64, owners: NDArray[np.integer], edge: str) -> Mask:
    """Which of some rows are of the first, or last day of their owner's; those without a day are it only where there are no others."""
    days = rows.days[places].astype(np.int64)
    rank: Int64 = np.where(days == NO_DAY, SHIFT if edge == "first" else -SHIFT, days)
    best: Int64 = np.full(int(owners.max(initial=-1)) + 1, SHIFT if edge == "first" else -SHIFT, dtype=np.int64)
    (np.minimum if edge == "first" else np.maximum).at(best, owners, rank)
    edge_rows: Mask = rank == best[owners]
    return edge_rows


def kept_of(index: Rows, kept: Kept) -> Rows:
    """All index events, or one of each patient: that of the first, or last day; of several the one that is told first."""
    if kept == "all":
        return index
    index = index.taken(on_edge(index, np.arange(len(index)), index.patients, kept))
    return index.taken(changes(index.patients))


def in_order(parts: list[Rows]) -> Rows:
    """Rows of several parts, by patient, day and event; of the same the earlier part first."""
    names = "patients", "events", "concepts", "days", "ends", "encounters", "places"
    rows = parts[0] if len(parts) == 1 else Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    later, same = rows.keys[1:] > rows.keys[:-1], rows.keys[1:] == rows.keys[:-1]
    if (later | (same & (rows.events[1:] >= rows.events[:-1]))).all():
        return rows  # the events of one concept stand so in the table
    return rows.taken(np.lexsort((rows.events, rows.keys)))


def each_once(rows: Rows) -> Rows:
    """Each event once, whatever concepts it has."""
    return rows.taken(changes(rows.patients) | changes(rows.days) | changes(rows.events))


def changes(values: NDArray[np.generic]) -> Mask:
    """Where a value differs from the one before; the first one does."""
    return np.append(True, values[1:] != values[:-1]) if len(values) else np.empty(0, dtype=np.bool_)


def key_of(patients: Int32, days: NDArray[np.integer]) -> Int64:
    """Patient and day in one number."""
    return patients.astype(np.int64) * SHIFT + (days.astype(np.int64) - NO_DAY)
