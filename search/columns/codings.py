"""Concepts that are codings of one thing: wherever a record is charted with one of them it is charted with the others, in the same words.

A condition coded in SNOMED CT and in ICD-10-CM is one thing with two codes: lists show it once. Codings are kept as (concept, thing) pairs
of ordinals, by concept; concepts that stand alone have none.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, groupby
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.columns.concepts import distinct_pairs
from search.columns.extract import Extract
from search.model import SNOMED
from search.tables.connections import padded
from search.tables.schema import NOT_CHARTED
from search.tables.standings import Rows

_ALIKE: Final = frozenset({"condition", "medication", "procedure", "allergy", "immunization"})
"""Relations of facts in which codings of one thing are looked for."""
_UNCODED: Final = frozenset({*NOT_CHARTED, "observation"})
"""Relations of facts whose codes are not looked at: observations are many, and have a code of their own each."""
_TOGETHER: Final = f"(SELECT DISTINCT record, concept FROM facts WHERE concept IS NOT NULL AND relation NOT IN {NOT_CHARTED})"  # noqa: S608
"""What the table `coded_together` has of a generation of an earlier version, and more: records with one concept too."""


def derive_codings(
    db: sqlite3.Connection,
    extract: Extract,
    ordinals: Mapping[str, int],
    same: Iterable[tuple[str, str]] = (),
    added: Collection[str] = (),
    allergens: Collection[str] = (),
) -> None:
    """Fill the tables from the facts, and from what terminologies say is the same.

    Of each thing the SNOMED CT code stands for it, else the first; one that records use or texts mention before those `added`, which
    only terminologies name. An allergy and what it is to (`allergens`) are two things, though a record may code it by both.
    """
    facts, texts = extract.facts, extract.texts
    coded = (facts.concepts >= 0) & ~np.isin(facts.relations, extract.codes(_UNCODED))
    alike = coded & np.isin(facts.relations, extract.codes(_ALIKE))
    records = np.bincount(distinct_pairs(facts.groups[alike], facts.concepts[alike])[1], minlength=len(texts))
    having = np.bincount(distinct_pairs(facts.groups[coded], facts.concepts[coded])[0])
    several = np.flatnonzero(coded)[having[facts.groups[coded]] > 1]
    several = several[np.argsort(facts.groups[several], kind="stable")]
    pairs: Counter[tuple[str, str]] = Counter()
    together: list[tuple[int, str]] = []
    rows = zip(*(column[several].tolist() for column in (facts.groups, facts.concepts, facts.relations, facts.labels)), strict=True)
    for group, found in groupby(rows, key=itemgetter(0)):
        beside = [(texts[concept], texts[relation], texts[label]) for _, concept, relation, label in found]
        together += ((group, concept) for concept in dict.fromkeys(concept for concept, _, _ in beside))
        pairs.update(_pairs(beside, allergens))
    things: dict[str, set[str]] = {}
    for (one, other), times in sorted(pairs.items()):
        if times == records[extract.code(one)] == records[extract.code(other)]:
            join(things, one, other)
    for one, other in sorted(same):
        join(things, one, other)
    first = {concept: min(thing, key=lambda each: (each in added, not each.startswith(SNOMED), each)) for concept, thing in things.items()}
    db.executemany("INSERT INTO codings VALUES (?, ?)", ((ordinals[concept], ordinals[thing]) for concept, thing in sorted(first.items())))
    db.executemany("INSERT INTO coded_together SELECT record, ?2 FROM facts WHERE fact = ?1", together)


def _pairs(coded: Sequence[tuple[str, str, str]], allergens: Collection[str]) -> set[tuple[str, str]]:
    """The concepts that a record is charted with beside one another, in the same words."""
    named: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for concept, relation, label in coded:
        if relation in _ALIKE:
            named[relation, label, relation == "allergy" and concept in allergens].add(concept)
    return {pair for concepts in named.values() for pair in combinations(sorted(concepts), 2)}


class Codings:
    """What a catalog knows of codings, read once, as the catalog never changes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @cached_property
    def things(self) -> dict[int, tuple[int, ...]]:
        """Of concepts that are codings of one thing, by ordinal: all of them. A generation of an earlier version knows none."""
        return grouped(self._rows("SELECT concept, thing FROM codings ORDER BY concept", ())) if self._has("codings") else {}

    def of_records(self, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Record → its concepts, for those of the records, observations left out, that chart one thing with several codes."""
        if not self._together:
            return {}
        records = padded(records)
        marks = ",".join("?" * len(records))
        found: dict[str, list[str]] = {}
        for record, concept in self._rows(f"SELECT record, concept FROM {self._source} WHERE record IN ({marks}) ORDER BY 1, 2", records):  # noqa: S608
            found.setdefault(record, []).append(concept)
        return {record: tuple(concepts) for record, concepts in found.items() if len(concepts) > 1}

    def leads(self, concepts: Iterable[str], patients: Sequence[str]) -> dict[str, str]:
        """See `leads`: of what charts of the patients code by one of the concepts, counted, observations left out."""
        asked = padded([concept for concept in concepts if concept in self._together])
        if not asked:
            return {}
        patients = padded(patients)
        query = (
            f"SELECT DISTINCT record FROM facts WHERE concept IN ({','.join('?' * len(asked))})"  # noqa: S608 - only marks
            f" AND subject IN ({','.join('?' * len(patients))}) AND counted AND concept IS NOT NULL AND +relation <> 'observation'"
            " ORDER BY record LIMIT 10000"
        )
        return leads(self.of_records([record for (record,) in self._rows(query, (*asked, *patients))]).values())

    @cached_property
    def _source(self) -> str:
        return "coded_together" if self._has("coded_together") else _TOGETHER

    @cached_property
    def _together(self) -> frozenset[str]:
        """The concepts that any record charts beside another one."""
        return frozenset(concept for (concept,) in self._rows(f"SELECT DISTINCT concept FROM {self._source}", ()))  # noqa: S608

    def _has(self, table: str) -> bool:
        return bool(self._rows("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)))


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
