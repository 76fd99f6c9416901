"""Who has what, out of the events of a generation: by patient, by encounter, or by note."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cohorts.comparison import strata_of
from cohorts.cooccurrence import Occurrences, pair_codes
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, Events
from cohorts.results import Counted
from concepts.distinct import distinct
from concepts.hierarchy import Hierarchy
from concepts.model import Assertion
from search.days import years_between

Unit = Literal["patient", "encounter", "note"]
UNITS: Final[tuple[Unit, ...]] = ("patient", "encounter", "note")
RELATIONS: Final = ("condition", "medication", "procedure", "observation", "allergy", "immunization")
"""Relations of charts whose concepts may be found together."""
_ALLERGY: Final = KINDS.index("allergy")
_MOST_CODINGS: Final = 20
"""Codings of one record that are looked at together."""
USUAL: Final = ("condition", "medication", "procedure")

Members = NDArray[np.bool_]


def members_of(events: Events, counted: Counted) -> Members:
    """The patients of a counted cohort, as a mask."""
    members = np.zeros(len(events.people.born), dtype=np.bool_)
    members[counted.members.patients] = True
    return members


def thing_of(concepts: int, codings: Mapping[int, Sequence[int]]) -> NDArray[np.int32]:
    """Concept → the number of its thing: the first of the codings of one thing stands for all."""
    things = np.arange(concepts, dtype=np.int32)
    for coding, alike in codings.items():
        things[coding] = min(alike)
    return things


def coded_together(events: Events, things: NDArray[np.int32]) -> NDArray[np.int32]:
    """Codings of one thing joined, each by the number of one of them: one is never charted without the other, and that mostly with it.

    Mostly, for some records have one code alone; not always the one with the other, for what is coded broadly goes with many things.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    charted = np.flatnonzero((events.concepts >= 0) & (events.kinds < KINDS.index("patient")))
    pairs = np.unique(np.stack([events.events[charted], things[events.concepts[charted]]], axis=1), axis=0)
    size = len(things)
    times = np.bincount(pairs[:, 1], minlength=size)
    ones = np.ones(len(pairs), dtype=np.int32)
    table = csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(int(pairs[:, 0].max(initial=-1)) + 1, size))
    both = (table.T @ table).tocoo()
    one, other = times[both.row], times[both.col]
    alike = (both.data == np.minimum(one, other)) & (2 * both.data > np.maximum(one, other))
    joined = csr_array((np.ones(int(alike.sum()), dtype=np.int8), (both.row[alike], both.col[alike])), shape=(size, size))
    _, of = connected_components(joined, directed=False)
    first = np.full(int(of.max(initial=-1)) + 1, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, of, np.arange(size, dtype=np.int32))
    return np.asarray(first[of][things], dtype=np.int32)


def apart(events: Events, things: NDArray[np.int32], hierarchy: Hierarchy) -> NDArray[np.int64]:
    """Pairs of things (cooccurrence.pair_codes) that say nothing of patients: codings of one record, and what is broader or narrower."""
    charted = np.flatnonzero((events.concepts >= 0) & (events.kinds < KINDS.index("patient")))
    order = charted[np.argsort(events.events[charted], kind="stable")]
    of_event, coded = events.events[order], things[events.concepts[order]]
    found = []
    for step in range(1, _MOST_CODINGS):
        same = of_event[step:] == of_event[:-step]
        if not same.any():
            break
        found.append(pair_codes(coded[:-step][same], coded[step:][same]))
    concepts = np.arange(len(things))
    narrower, broader = hierarchy.broader_of(concepts, concepts)
    return distinct(np.concatenate([*found, pair_codes(things[narrower], things[broader]), np.empty(0, dtype=np.int64)]))


def occurrences(
    events: Events,
    unit: Unit,
    relations: Collection[str],
    things: NDArray[np.int32],
    members: Members,
    today: int,
    asked: Collection[int] = (),
) -> Occurrences:
    """Who of the members (a mask over patients) has what. In notes what they affirm counts; `relations` are of charts.

    Of records that chart one of the things `asked`, other codings are left out: they are the same thing in other words. An allergy is
    the thing of its concept and len(things): a substance, which others take.

    At risk are all members, the encounters of which anything is charted, or the notes of members.
    """
    kinds = [KINDS.index("note")] if unit == "note" else [KINDS.index(relation) for relation in relations]
    of_members = members[events.patients]
    rows = np.flatnonzero(of_members & (events.concepts >= 0) & np.isin(events.kinds, kinds))
    if unit == "note":
        rows = rows[events.assertions[rows] == ASSERTIONS.index(Assertion.AFFIRMED)]
    elif asked:
        charts = np.isin(things[events.concepts[rows]], [thing % len(things) for thing in asked])
        rows = rows[charts | ~np.isin(events.events[rows], events.events[rows[charts]])]
    everyone: NDArray[np.integer]
    if unit == "patient":
        holders, everyone = events.patients.astype(np.int64), np.flatnonzero(members)
    else:
        holders = (events.encounters if unit == "encounter" else events.documents).astype(np.int64)
        rows, everyone = rows[holders[rows] >= 0], distinct(holders[of_members & (holders >= 0)])
    # Who is allergic to a substance does not take it: the allergy is a thing of its own.
    of_rows = things[events.concepts[rows]] + np.where(events.kinds[rows] == _ALLERGY, len(things), 0)
    places = np.searchsorted(everyone, holders[rows])
    strata = _strata(events, everyone if unit == "patient" else _patients(events, holders, everyone), today)
    return Occurrences.of(places, of_rows, events.days[rows], len(everyone), strata)


def _patients(events: Events, holders: NDArray[np.int64], everyone: NDArray[np.integer]) -> NDArray[np.int64]:
    """The patient of each encounter, or note."""
    rows = np.flatnonzero(np.isin(holders, everyone))
    patients = np.zeros(len(everyone), dtype=np.int64)
    patients[np.searchsorted(everyone, holders[rows])] = events.patients[rows]
    return patients


def _strata(events: Events, patients: NDArray[np.integer], today: int) -> NDArray[np.int32]:
    """Those of like age and sex, by the age of today or at death."""
    ages = [None if np.isnan(age) else int(age) for age in ages_of(events, patients, today).tolist()]
    sexes = [events.texts.sexes[code] if code >= 0 else "" for code in events.people.sexes[patients].tolist()]
    return strata_of(ages, sexes)


def ages_of(events: Events, patients: NDArray[np.integer], today: int) -> NDArray[np.float64]:
    """Completed years of patients today, or at death; NaN where the birth is not known."""
    born, died = events.people.born[patients], events.people.died[patients]
    ages, known = np.full(len(born), np.nan), born != NO_DAY
    ages[known] = years_between(born[known], np.where(died == NO_DAY, np.int32(today), died)[known])
    return ages
