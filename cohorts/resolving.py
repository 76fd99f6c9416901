"""What a definition names, as a generation has it: its sets as ordinals of concepts, the words of its notes as documents.

Done once, before anything is counted, so that every executor counts the same: the documents are frozen with the result.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cohorts.definition import Code, Definition, Words, all_events
from cohorts.events import Int32, Int64
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
class Resolution:
    """What the names of a definition stand for. `documents` has, by the path of an event of notes, the rows of those that say its words."""

    sets: Mapping[str, Concepts] = field(default_factory=dict)
    documents: Mapping[str, Int64] = field(default_factory=dict)
    cohorts: "Mapping[str, Resolution]" = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def resolve(definition: Definition, rows: Query, hierarchy: Hierarchy, say: Callable[[Words, tuple[str, ...]], Int64]) -> Resolution:
    """What a definition names. `rows` runs a query on the catalog; `say` finds the documents that say words in a way."""
    sets, notices = {}, []
    for name, codes in definition.sets.items():
        sets[name], absent = _concepts(codes, rows, hierarchy)
        if absent:
            listed = ", ".join(absent[:_MOST_NAMED]) + (" …" if len(absent) > _MOST_NAMED else "")
            notices.append(f"set {name}: nothing published has {len(absent):,} of {len(codes):,} codes: {listed}")
    documents = {event.path: say(event.words, event.assertions) for event in all_events(definition) if event.words is not None}
    cohorts = {name: resolve(one, rows, hierarchy, say) for name, one in definition.cohorts.items()}
    notices += [f"cohort {name}: {notice}" for name, one in cohorts.items() for notice in one.notices]
    return Resolution(sets, documents, cohorts, tuple(notices))


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
