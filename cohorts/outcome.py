"""What happens to patients of a cohort after they enter it: an outcome, which is another cohort, from the first index day on.

A patient is followed from the first index event that has a day until the first day of the outcome after it; else until the patient dies,
leaves the cohort (where it has an exit), or nothing more is charted. Who had the outcome on the index day or before is not followed.
"""

from dataclasses import dataclass

import numpy as np

from cohorts.events import NO_DAY, Events, Int64, Mask
from cohorts.results import Counted
from cohorts.survival import Followed

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What became of the patients of a group."""

    followed: Followed
    undated: int
    """Patients who entered on no day that is known."""
    before: int
    """Patients who had the outcome on the index day or before."""


def course(events: Events, group: Counted, among: Mask, leaves: bool, outcome: Counted) -> Course:
    """What became of those of a cohort who are `among` some patients. `leaves`: whether the cohort has an exit, so that they leave it."""
    patients, starts, ends = _first(group, among)
    outcomes = outcome.members
    dated = outcomes.days != NO_DAY
    first = np.full(len(events.people.born), _NEVER)
    np.minimum.at(first, outcomes.patients[dated], outcomes.days[dated].astype(np.int64))
    earlier = first[patients] <= starts
    patients, starts, ends = patients[~earlier], starts[~earlier], ends[~earlier]
    happens = first[patients]
    died = events.people.died[patients].astype(np.int64)
    last = np.where(died == NO_DAY, _NEVER, died)
    if leaves:
        last = np.minimum(last, ends)
    happened = (happens != _NEVER) & (happens <= last)
    observed = np.maximum(events.people.last[patients].astype(np.int64), starts)
    until = np.where(happened, happens, np.where(died == NO_DAY, np.minimum(observed, last), last))
    everyone = np.unique(group.members.patients[among[group.members.patients]])
    followed = Followed(np.maximum(until - starts, 0), happened)
    return Course(followed, len(everyone) - len(patients) - int(earlier.sum()), int(earlier.sum()))


def _first(group: Counted, among: Mask) -> tuple[Int64, Int64, Int64]:
    """Of each patient the first index event that has a day: (patient, day, end)."""
    members = group.members
    some = np.flatnonzero(among[members.patients] & (members.days != NO_DAY))
    order = some[np.lexsort((members.days[some], members.patients[some]))]
    patients, places = np.unique(members.patients[order], return_index=True)
    chosen = order[places]
    return patients.astype(np.int64), members.days[chosen].astype(np.int64), members.ends[chosen].astype(np.int64)
