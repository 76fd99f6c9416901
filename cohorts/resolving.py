"""What a definition names, as a generation has it: its sets as ordinals of concepts, words and meanings of notes as documents, patterns of
the graph as days of patients.

Done once, before anything is counted, so that every executor counts the same: what was found is frozen with the result.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Protocol

import numpy as np

from cohorts.definition import Code, Definition, Event, all_events
from cohorts.events import Int32, Int64
from cohorts.results import Frozen
from concepts.hierarchy import Hierarchy

_MOST_NAMED: Final = 5

Query = Callable[[str, Sequence[Any]], list[Any]]
"""Runs a query on a catalog: all of its rows."""


@dataclass(frozen=True)
class Concepts:
    """A set as the generation has it: the ordinals of its concepts, and their IRIs, with those that only the definition knows."""

    ordinals: Int32
    iris: frozenset[str]


@dataclass(frozen=True)
class Matches:
    """What a pattern of the graph found: patients by their codes, ascending, with the number of an event each and its day, or NO_DAY."""

    patients: Int32
    events: Int32
    days: Int32


class Lookup(Protocol):
    """What finds documents and patients of a generation. Raises InvalidDefinition, by the path of the event."""

    def noted(self, event: Event) -> tuple[Int64, Frozen]:
        """The rows of the documents that say the words of an event, or mean what it means."""
        ...

    def allowed(self, event: Event) -> tuple[Int64, tuple[str, ...]]:
        """The rows of the documents that the filters of an event let through, and what to say of values that nothing published has."""
        ...

    def matching(self, event: Event) -> tuple[Int32, Int32]:
        """The patients that the pattern of an event finds, and the day of each: distinct pairs, ascending."""
        ...


@dataclass(frozen=True)
class Resolution:
    """What the names of a definition stand for.

    By the path of an event, `documents` has the rows of those that say its words or mean what it means, and that its filters let through,
    `matches` what its pattern finds.
    """

    sets: Mapping[str, Concepts] = field(default_factory=dict)
    documents: Mapping[str, Int64] = field(default_factory=dict)
    matches: Mapping[str, Matches] = field(default_factory=dict)
    frozen: Mapping[str, Frozen] = field(default_factory=dict)
    cohorts: "Mapping[str, Resolution]" = field(default_factory=dict)
    notices: tuple[str, ...] = ()


_MATCHES_FROM: Final = 1 << 30
"""Number of the first event that the graph tells: above those of records and notes."""


def resolve(definition: Definition, rows: Query, hierarchy: Hierarchy, lookup: Lookup, numbers: Iterator[int] | None = None) -> Resolution:
    """What a definition names. `rows` runs a query on the catalog; `numbers` are those of events that the graph tells."""
    numbers = count(_MATCHES_FROM) if numbers is None else numbers
    sets, notices = {}, []
    for name, codes in definition.sets.items():
        sets[name], absent = _concepts(codes, rows, hierarchy)
        if absent:
            listed = ", ".join(absent[:_MOST_NAMED]) + (" …" if len(absent) > _MOST_NAMED else "")
            notices.append(f"set {name}: nothing published has {len(absent):,} of {len(codes):,} codes: {listed}")
    documents, matches, frozen = {}, {}, {}
    for event in all_events(definition):
        if event.words is not None or event.meaning is not None:
            documents[event.path], frozen[event.path] = lookup.noted(event)
        if event.filters is not None:
            left, said = lookup.allowed(event)
            found = np.intersect1d(documents[event.path], left) if event.path in documents else left
            documents[event.path] = found
            frozen[event.path] = replace(frozen.get(event.path, Frozen("filters", 0)), found=len(found))
            notices += [f"{event.path}.note.filters: {one}" for one in said]
        if event.pattern:
            patients, days = lookup.matching(event)
            events = np.fromiter(numbers, np.int32, len(patients))
            matches[event.path] = Matches(patients, events, days)
            frozen[event.path] = Frozen("graph", len(np.unique(patients)))
    cohorts = {name: resolve(one, rows, hierarchy, lookup, numbers) for name, one in definition.cohorts.items()}
    notices += [f"cohort {name}: {notice}" for name, one in cohorts.items() for notice in one.notices]
    return Resolution(sets, documents, matches, frozen, cohorts, tuple(notices))


def _concepts(codes: Sequence[Code], rows: Query, hierarchy: Hierarchy) -> tuple[Concepts, list[str]]:
    """A set, and those of its codes that nothing published has."""
    known = _known([code.code for code in codes], rows)
    parts: dict[bool, list[Int32]] = {True: [], False: []}
    for descendants in (True, False):
        for exclude in (True, False):
            some = [code.code for code in codes if (code.descendants, code.exclude) == (descendants, exclude)]
            ordinals = np.unique(np.asarray([each for code in some for each in known.get(code, ())], dtype=np.int32))
            below = descendants and len(ordinals) and hierarchy.stated
            parts[exclude].append(hierarchy.with_narrower(ordinals) if below else ordinals)
    found = np.setdiff1d(np.unique(np.concatenate(parts[False])), np.concatenate(parts[True]))
    named = rows("SELECT concept FROM concepts WHERE ordinal IN (SELECT value FROM json_each(?))", (json.dumps(found.tolist()),))
    absent = [code.code for code in codes if code.code not in known and not code.exclude]
    return Concepts(found.astype(np.int32), frozenset((*(concept for (concept,) in named), *absent))), absent


def _known(codes: Iterable[str], rows: Query) -> dict[str, list[int]]:
    """IRI, or code of whatever system → the ordinals of the concepts that it is."""
    known: dict[str, list[int]] = {}
    wanted = json.dumps(sorted(set(codes)))
    for column in ("concept", "code"):
        query = f"SELECT {column}, ordinal FROM concepts WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - names of this module
        for code, ordinal in rows(query, (wanted,)):
            known.setdefault(code, []).append(ordinal)
    return known
