"""The numbers that are known with documents, as filters by result need them: charted results, and values that texts affirm.

A charted result goes with the documents of the encounter it was charted in; one that names no encounter, with those of its patient of the
very day. A value in a text goes with that text.
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import offsets_of, runs
from concepts.model import Assertion
from search.concept_table import Int32, Int64, lengths
from search.protocols import Mask
from search.results import COMPARATORS, AskedResult, compared, written_bound

UNIT: Final = "unit"
"""Field of the dictionary."""

_COUNTED: Final = "f.relation = 'observation' AND f.counted AND f.number IS NOT NULL AND f.concept IS NOT NULL"
_CHARTED: Final = f"""
SELECT d.row, f.concept, f.number, f.comparator, coalesce(f.unit, '') FROM facts f JOIN documents d ON d.encounter = f.encounter
WHERE {_COUNTED}
UNION ALL
SELECT d.row, f.concept, f.number, f.comparator, coalesce(f.unit, '') FROM facts f
JOIN documents d ON d.patient = f.subject AND d.date >= substr(f.start, 1, 10) AND substr(d.date, 1, 10) = substr(f.start, 1, 10)
WHERE {_COUNTED} AND f.encounter IS NULL AND length(f.start) >= 10
"""  # noqa: S608 - fixed words
_SAID: Final = "SELECT document, concept, value, unit FROM mentions WHERE assertion = ? AND value <> '' AND concept IS NOT NULL"


@dataclass(frozen=True)
class ResultColumns:
    """One value per number that is known with a document, by concept; those of concept c lie from `offsets[c]` to `offsets[c + 1]`."""

    offsets: Int64
    documents: Int32
    units: Int32
    """Codes; '' is a unit too."""
    lows: NDArray[np.float64]
    """The least that the value may be."""
    highs: NDArray[np.float64]

    def mask(self, asked: AskedResult, codes: Int32, names: Callable[[Sequence[int]], Mapping[int, str]], count: int) -> Mask:
        """Which of so many documents have a value as asked of one of the concepts; `names` gives units by their codes."""
        rows = runs(self.offsets[codes], lengths(self.offsets, codes))
        units, found = self.units[rows], np.zeros(count, dtype=np.bool_)
        for code, name in names(np.unique(units).tolist()).items():
            bound = asked.bound_in(name)
            if bound is not None:
                low, high = bound.floats()
                of_unit = rows[units == code]
                fitting = of_unit[(self.lows[of_unit] >= low) & (self.highs[of_unit] <= high)]
                found[self.documents[fitting]] = True
        return found

    def usual_unit(self, codes: Int32, names: Callable[[Sequence[int]], Mapping[int, str]]) -> str:
        """The unit that nearly all values of the concepts have which have one; '' where there is none, or several are usual."""
        units, times = np.unique(self.units[runs(self.offsets[codes], lengths(self.offsets, codes))], return_counts=True)
        named = names(units.tolist())
        having = {named[unit]: count for unit, count in zip(units.tolist(), times.tolist(), strict=True) if named.get(unit)}
        usual = max(having, key=lambda unit: having[unit], default="")
        return usual if usual and having[usual] >= _NEARLY_ALL * sum(having.values()) else ""

    def bare(self, asked: AskedResult, codes: Int32, names: Callable[[Sequence[int]], Mapping[int, str]], count: int) -> Mask:
        """Which documents have a value without a unit that is as asked if it is meant in the usual one, as its size lets believe.

        It lies near the values that have the unit: not below half of the least, nor above twice the greatest.
        """
        found = np.zeros(count, dtype=np.bool_)
        bound = asked.bound_in(usual) if (usual := self.usual_unit(codes, names)) and asked.unit else None
        if bound is None:
            return found
        rows = runs(self.offsets[codes], lengths(self.offsets, codes))
        known = {name: unit for unit, name in names(np.unique(self.units[rows]).tolist()).items()}
        usually, without = rows[self.units[rows] == known[usual]], rows[self.units[rows] == known.get("", -1)]
        ends = np.concatenate([self.lows[usually], self.highs[usually]])
        ends = ends[np.isfinite(ends)]
        low, high = bound.floats()
        fitting = (self.lows[without] >= low) & (self.highs[without] <= high)
        if len(ends):
            fitting &= (self.lows[without] >= ends.min() / 2) & (self.highs[without] <= ends.max() * 2)
        found[self.documents[without[fitting]]] = True
        return found


_NEARLY_ALL: Final = 0.9
ARRAYS: Final = tuple(each.name for each in fields(ResultColumns))


def no_results(concepts: int = 0) -> ResultColumns:
    """Columns without a value."""
    none, numbers = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float64)
    return ResultColumns(np.zeros(concepts + 1, dtype=np.int64), none, none, numbers, numbers)


def derive_results(db: sqlite3.Connection, places: Int64, concepts: Mapping[str, int]) -> ResultColumns:
    """The numbers of the catalog, and the dictionary of their units; `places` maps rows of the catalog to documents."""
    documents, codes, units, lows, highs = array("i"), array("i"), array("i"), array("d"), array("d")
    known: dict[str, int] = {}
    for row, concept, unit, low, high in _values(db):
        documents.append(int(places[row]))
        codes.append(concepts[concept])
        units.append(known.setdefault(unit, len(known)))
        lows.append(low)
        highs.append(high)
    names = sorted(known)
    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", ((UNIT, code, name, name) for code, name in enumerate(names)))
    moved = np.zeros(len(names), dtype=np.int32)
    moved[[known[name] for name in names]] = np.arange(len(names))
    of_unit = moved[np.asarray(units, dtype=np.int32)]
    least, greatest = np.asarray(lows), np.asarray(highs)
    order = np.lexsort((greatest, least, of_unit, np.asarray(documents, dtype=np.int32), np.asarray(codes, dtype=np.int32)))
    return ResultColumns(
        offsets_of(np.asarray(codes, dtype=np.int64)[order], len(concepts)),
        np.asarray(documents, dtype=np.int32)[order],
        of_unit[order],
        least[order],
        greatest[order],
    )


def _values(db: sqlite3.Connection) -> Iterator[tuple[int, str, str, float, float]]:
    """(row of the document, concept, unit, least, greatest) of every value of which something is known."""
    for row, concept, number, comparator, unit in db.execute(_CHARTED):
        if not comparator:
            yield row, concept, unit, number, number
        elif comparator in COMPARATORS:
            yield row, concept, unit, *compared(comparator, Fraction(number)).floats()
    for row, concept, value, unit in db.execute(_SAID, (Assertion.AFFIRMED.value,)):
        bound = written_bound(value)
        if bound is not None:
            yield row, concept, unit, *bound.floats()
