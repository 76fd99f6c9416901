"""What terminologies say of the concepts of a generation: their names, what lies above them, what they are in other codings.

Only what stands above a concept that is used, or is the same as one, comes in: a hierarchy of some thousands, whatever a terminology holds.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from concepts.compiled import Terminology, open_terminology
from graph.identifiers import concept_iri
from search.columns.codings import join

_MOST_NAMES: Final = 40
"""Names of a concept that are taken from a terminology."""
_TABLE: Final = """
CREATE TEMP TABLE IF NOT EXISTS wider (concept TEXT, display TEXT, system TEXT, code TEXT, uses INTEGER)
"""


@dataclass(slots=True)
class Wider:
    """Pairs of IRIs: (concept, one above it), (concept, the same elsewhere); and the concepts that came in by them."""

    broader: set[tuple[str, str]] = field(default_factory=set)
    same: set[tuple[str, str]] = field(default_factory=set)
    added: set[str] = field(default_factory=set)

    def ordinals(self, concepts: Mapping[str, int]) -> list[tuple[int, int]]:
        """All pairs by ordinals, those of the same in both directions: what is the same is above one another."""
        both = (*self.broader, *self.same, *((other, one) for one, other in self.same))
        return [(concepts[one], concepts[other]) for one, other in both]


def widen(db: sqlite3.Connection, folders: Iterable[Path]) -> Wider:
    """Put into the table `wider` what compiled terminologies say of the concepts that are used or read; the pairs."""
    db.execute("DROP TABLE IF EXISTS temp.wider")
    db.execute(_TABLE)
    terminologies = [open_terminology(folder) for folder in folders]
    wider = Wider()
    if not terminologies:
        return wider
    waiting = db.execute("SELECT DISTINCT concept, system, code FROM uses WHERE system <> '' ORDER BY concept").fetchall()
    known = {concept for concept, *_ in waiting}
    while waiting:
        concept, system, code = waiting.pop()
        for terminology in terminologies:
            number = terminology.number(system, code)
            if number < 0:
                continue
            _name(db, concept, system, code, terminology, number)
            for found, table in ((wider.broader, terminology.broader), (wider.same, terminology.same)):
                for other in table.values[table.offsets[number] : table.offsets[number + 1]].tolist():
                    there = terminology.vocabulary.concept(other)
                    iri = concept_iri(there.system, there.code)
                    if iri != concept:
                        found.add((concept, iri))
                    if iri not in known:
                        known.add(iri)
                        wider.added.add(iri)
                        waiting.append((iri, there.system, there.code))
    return _of_names(wider, {concept for (concept,) in db.execute("SELECT DISTINCT concept FROM wider")})


def _of_names(wider: Wider, named: set[str]) -> Wider:
    """Without concepts that came in and that no terminology names: codes that only maps tell of, by which others are the same."""
    gone = wider.added - named
    things: dict[str, set[str]] = {}
    for one, other in wider.same:
        join(things, one, other)
    same = {pair for thing in {id(thing): sorted(thing - gone) for thing in things.values()}.values() for pair in pairwise(thing)}
    broader = {(one, other) for one, other in wider.broader if one not in gone and other not in gone}
    return Wider(broader, same, wider.added - gone)


def _name(db: sqlite3.Connection, concept: str, system: str, code: str, terminology: Terminology, number: int) -> None:
    """The names of a concept, behind those that records give it: its label first."""
    label = terminology.vocabulary.labels[number]
    names = [(label, 0)] if label else []
    names += [(name, -1) for name in terminology.names(number)[:_MOST_NAMES]]
    db.executemany("INSERT INTO wider VALUES (?, ?, ?, ?, ?)", ((concept, text, system, code, uses) for text, uses in names))
