"""Spans of days of patients: joined where they touch, looked up by a day, cut to dates. Columns have one length, by patient and start."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cohorts.definition import Range
from cohorts.events import NO_DAY, Int32, Int64
from cohorts.rows import SHIFT, key_of

NEVER: Final = int(np.iinfo(np.int32).max)
"""Later than any day."""


@dataclass(frozen=True)
class Spans:
    """Spans of patients, both ends included; `firsts` are the places of what each began with."""

    patients: Int32
    starts: Int64
    ends: Int64
    firsts: Int64


def joined(patients: Int32, starts: Int32, ends: Int64, gap: int) -> Spans:
    """Spans that overlap, or of which one starts at most `gap` days after the end of the one before, as one. None ends before it starts."""
    if not len(patients):
        return Spans(patients, ends, ends, ends)
    latest = np.maximum.accumulate(key_of(patients, ends))
    fresh = np.append(True, (patients[1:] != patients[:-1]) | (key_of(patients[1:], starts[1:]) - gap > latest[:-1]))
    firsts = np.flatnonzero(fresh)
    lasts = np.append(firsts[1:], len(patients)) - 1
    return Spans(patients[firsts], starts[firsts].astype(np.int64), latest[lasts] % SHIFT + NO_DAY, firsts)


def end_of_covering(spans: Spans, patients: Int32, days: Int32) -> Int64:
    """The end of the first span of a patient that holds a day; NEVER where none does."""
    found = np.full(len(patients), NEVER, dtype=np.int64)
    place = np.searchsorted(key_of(spans.patients, spans.ends), key_of(patients, days))
    some = np.flatnonzero(place < len(spans.patients))
    there = place[some]
    holds = (spans.patients[there] == patients[some]) & (spans.starts[there] <= days[some])
    found[some[holds]] = spans.ends[there[holds]]
    return found


def first_since(owners: Int32, days: Int32, patients: Int32, since: Int32) -> Int64:
    """The first day of some that patients have, on a day or later; NEVER where there is none. The days stand by owner and day."""
    found = np.full(len(patients), NEVER, dtype=np.int64)
    place = np.searchsorted(key_of(owners, days), key_of(patients, since))
    some = np.flatnonzero(place < len(owners))
    same = some[owners[place[some]] == patients[some]]
    found[same] = days[place[same]]
    return found


def cut(spans: Spans, dates: Range | None) -> Spans:
    """Spans within the days of a range; those that lie outside are left out."""
    if dates is None:
        return spans
    starts = spans.starts if dates.low is None else np.maximum(spans.starts, dates.low)
    ends = spans.ends if dates.high is None else np.minimum(spans.ends, dates.high)
    stay = starts <= ends
    return Spans(spans.patients[stay], starts[stay], ends[stay], spans.firsts[stay])
