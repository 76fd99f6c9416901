"""Concepts that are codings of one thing: wherever a record is charted with one of them it is charted with the others, in the same words.

A condition coded in SNOMED CT and in ICD-10-CM is one thing with two codes: lists show it once. Codings are kept as (concept, thing) pairs
of ordinals, by concept; concepts that stand alone have none.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.model import SNOMED

_PAIRS: Final = """
SELECT a.concept, b.concept, count(DISTINCT a.record) FROM facts a
JOIN facts b ON b.record = a.record AND b.relation = a.relation AND b.label = a.label AND b.concept > a.concept
WHERE a.relation IN ('condition', 'medication', 'procedure', 'allergy', 'immunization')
GROUP BY a.concept, b.concept ORDER BY a.concept, b.concept
"""
_RECORDS: Final = """
SELECT concept, count(DISTINCT record) FROM facts
WHERE relation IN ('condition', 'medication', 'procedure', 'allergy', 'immunization') AND concept IS NOT NULL GROUP BY concept
"""


def derive_codings(
    db: sqlite3.Connection, ordinals: Mapping[str, int], same: Iterable[tuple[str, str]] = (), added: Collection[str] = ()
) -> None:
    """Fill the table from the facts, and from what terminologies say is the same.

    Of each thing the SNOMED CT code stands for it, else the first; one that records use or texts mention before those `added`, which
    only terminologies name.
    """
    records: dict[str, int] = dict(db.execute(_RECORDS))
    things: dict[str, set[str]] = {}
    for one, other, together in db.execute(_PAIRS):
        if together == records[one] == records[other]:
            join(things, one, other)
    for one, other in sorted(same):
        join(things, one, other)
    first = {concept: min(thing, key=lambda each: (each in added, not each.startswith(SNOMED), each)) for concept, thing in things.items()}
    db.executemany("INSERT INTO codings VALUES (?, ?)", ((ordinals[concept], ordinals[thing]) for concept, thing in sorted(first.items())))


def join(things: dict[str, set[str]], one: str, other: str) -> None:
    """Make two concepts, with all that is the same as either, one thing."""
    thing = things.setdefault(one, {one})
    joined = things.get(other, {other})
    thing |= joined
    for each in joined:
        things[each] = thing


def grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """Of each concept that has any: all codings of its thing, the one that stands for it first."""
    things: dict[int, list[int]] = defaultdict(list)
    for concept, thing in pairs:
        things[thing].append(concept)
    return {concept: (thing, *(each for each in codings if each != thing)) for thing, codings in things.items() for concept in codings}


def once(
    concepts: Iterable[int], codings: Mapping[int, tuple[int, ...]], counts: NDArray[np.int64], chosen: Iterable[int] = ()
) -> Iterator[int]:
    """The concepts, each thing once: by the coding that is chosen, else by the one that finds most."""
    kept = set(chosen)
    seen = {each for concept in kept for each in codings.get(concept, ())}
    for concept in concepts:
        if concept not in seen:
            alike = codings.get(concept, (concept,))
            seen.update(alike)
            yield max(alike, key=lambda each: int(counts[each]) if each < len(counts) else 0)
        elif concept in kept:
            yield concept


def leading_first(concepts: Iterable[str]) -> tuple[str, ...]:
    """Codings of one thing, each once: SNOMED CT's first, then as the record has them."""
    return tuple(sorted(dict.fromkeys(concepts), key=lambda concept: not concept.startswith(SNOMED)))


def leads(things: Iterable[Sequence[str]]) -> dict[str, str]:
    """Concept → the concept it stands behind wherever it is named: SNOMED CT's, else the first, of every thing that it codes.

    A concept that codes anything alone, or things with different leads, stands for itself.
    """
    first: dict[str, set[str]] = defaultdict(set)
    for concepts in things:
        lead = leading_first(concepts)[0]
        for concept in concepts:
            first[concept].add(lead)
    return {concept: next(iter(found)) for concept, found in first.items() if len(found) == 1 and concept not in found}
