"""The numbers that are known with documents, as filters by result need them: charted results, and values that texts affirm.

A charted result goes with the documents of the encounter it was charted in; one that names no encounter, with those of its patient of the
very day. A value in a text goes with that text.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.hierarchy import offsets_of, runs
from concepts.model import Assertion
from search.columns.concepts import Int32, Int64, lengths
from search.columns.extract import Extract
from search.levels import NUMBERS, Level, level_of, ranges_of
from search.protocols import Mask
from search.questions.results import COMPARATORS, AskedResult, compared, written_bound

UNIT: Final = "unit"
"""Field of the dictionary."""


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
    levels: NDArray[np.int8]
    """How the value lies to what is usual: `search.levels.NUMBERS`; of values in texts UNKNOWN."""

    def mask(self, asked: AskedResult, codes: Int32, names: Callable[[Sequence[int]], Mapping[int, str]], count: int) -> Mask:
        """Which of so many documents have a value as asked of one of the concepts; `names` gives units by their codes."""
        rows = runs(self.offsets[codes], lengths(self.offsets, codes))
        units, found = self.units[rows], np.zeros(count, dtype=np.bool_)
        for code, name in names(distinct(units).tolist()).items():
            bound = asked.bound_in(name)
            if bound is not None:
                low, high = bound.floats()
                of_unit = rows[units == code]
                fitting = of_unit[(self.lows[of_unit] >= low) & (self.highs[of_unit] <= high)]
                found[self.documents[fitting]] = True
        return found

    def of_level(self, levels: Collection[Level], codes: Int32, count: int) -> Mask:
        """Which of so many documents have a value of one of the concepts that lies in one of these ways to what is usual."""
        rows = runs(self.offsets[codes], lengths(self.offsets, codes))
        found = np.zeros(count, dtype=np.bool_)
        found[self.documents[rows[np.isin(self.levels[rows], [NUMBERS[level] for level in levels])]]] = True
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
        known = {name: unit for unit, name in names(distinct(self.units[rows]).tolist()).items()}
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
    return ResultColumns(np.zeros(concepts + 1, dtype=np.int64), none, none, numbers, numbers, np.empty(0, dtype=np.int8))


def derive_results(db: sqlite3.Connection, extract: Extract, places: Int64, concepts: Int32, count: int) -> ResultColumns:
    """The numbers of the catalog, and the dictionary of their units.

    `places` maps rows of the catalog to documents, `concepts` codes of texts to the ordinals of so many (`count`) concepts.
    """
    found = [*_charted(extract), _said(extract)]
    rows, of_concepts, of_units, least, greatest, levels = (np.concatenate(columns) for columns in zip(*found, strict=True))
    names = extract.distinct(of_units)
    if (of_units < 0).any():
        names = ["", *filter(None, names)]
    numbers = {name: number for number, name in enumerate(names)}
    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", ((UNIT, code, name, name) for name, code in numbers.items()))
    # Without a unit is as good as the unit ''.
    table = extract.table(numbers.__getitem__, of_units)
    table[-1] = 0
    units, codes, documents = table[of_units], concepts[of_concepts], places[rows].astype(np.int32)
    order = np.lexsort((levels, greatest, least, units, documents, codes))
    offsets = offsets_of(codes[order].astype(np.int64), count)
    return ResultColumns(offsets, documents[order], units[order], least[order], greatest[order], levels[order])


_Values = tuple[Int64, Int32, Int32, NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]
"""Rows of documents, concepts and units by the codes of their texts, least and greatest values, how they lie to what is usual."""


def _charted(extract: Extract) -> Iterator[_Values]:
    """What is charted in the encounters of documents, or, without an encounter, of their patients on their days."""
    facts, documents = extract.facts, extract.documents
    asked = (facts.relations == extract.code("observation")) & facts.counted & ~np.isnan(facts.numbers) & (facts.concepts >= 0)
    charted = {extract.texts[code]: code for code in distinct(facts.days).tolist() if code >= 0}
    days = extract.table(lambda text: charted.get(text[:10], -1), documents.dates)[documents.dates]
    width = len(extract.texts)
    apart = asked & (facts.encounters < 0) & (facts.days >= 0)
    for chosen, of_facts, of_documents in (
        (asked & (facts.encounters >= 0), facts.encounters, documents.encounters),
        (apart, facts.subjects.astype(np.int64) * width + facts.days, _pairs(documents.patients, days, width)),
    ):
        rows = np.flatnonzero(chosen)
        held, rows = _matches(of_documents, of_facts[rows], rows)
        least, greatest, known = _bounds(extract, facts.comparators[rows], facts.numbers[rows])
        held, rows = held[known], rows[known]
        yield documents.rows[held], facts.concepts[rows], facts.units[rows], least[known], greatest[known], _levels(extract, rows)


def _levels(extract: Extract, rows: Int64) -> NDArray[np.int8]:
    """How charted results lie to what is usual; results that are alike are looked at once."""
    facts = extract.facts
    alike = np.stack([facts.interpretations[rows], facts.comparators[rows], facts.attributes[rows]]).astype(np.float64)
    values, which = np.unique(np.vstack([alike, facts.numbers[rows]]), axis=1, return_inverse=True)

    def text(code: float) -> str:
        return extract.texts[int(code)] if code >= 0 else ""

    told = [
        NUMBERS[level_of(text(interpretation), number, text(comparator), ranges_of(text(attributes)))]
        for interpretation, comparator, attributes, number in values.T.tolist()
    ]
    return np.asarray(told, dtype=np.int8)[which.reshape(-1)]


def _pairs(patients: Int32, days: Int32, width: int) -> Int64:
    return np.where((patients >= 0) & (days >= 0), patients.astype(np.int64) * width + days, -1)


def _matches(having: NDArray[np.integer], wanted: NDArray[np.integer], rows: Int64) -> tuple[Int64, Int64]:
    """(place in `having`, row) of every equal pair; `wanted` are the values of the rows, none below 0."""
    order = np.argsort(having, kind="stable")
    first, last = (np.searchsorted(having[order], wanted, side) for side in ("left", "right"))
    return order[runs(first, last - first)], np.repeat(rows, last - first)


def _bounds(extract: Extract, comparators: Int32, numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], Mask]:
    """Least and greatest that values may be, and of which anything is known."""
    least, greatest, known = numbers.copy(), numbers.copy(), np.ones(len(numbers), dtype=np.bool_)
    for code in distinct(comparators).tolist():
        comparator = extract.texts[code] if code >= 0 else ""
        if not comparator:
            continue
        those = np.flatnonzero(comparators == code)
        known[those] = comparator in COMPARATORS
        if comparator in COMPARATORS:
            values, which = np.unique(numbers[those], return_inverse=True)
            ends = np.asarray([compared(comparator, Fraction(number)).floats() for number in values.tolist()], dtype=np.float64)
            least[those], greatest[those] = ends[which].T
    return least, greatest, known


def _said(extract: Extract) -> _Values:
    """Values that texts affirm."""
    mentions = extract.mentions
    affirmed = (mentions.assertions == extract.code(Assertion.AFFIRMED.value)) & (mentions.concepts >= 0)
    bounds = {text: bound.floats() for text in extract.distinct(mentions.values) if (bound := written_bound(text)) is not None}
    places = {text: place for place, text in enumerate(bounds)}
    which = extract.table(lambda text: places.get(text, -1), mentions.values)[mentions.values]
    rows = np.flatnonzero(affirmed & (which >= 0))
    ends = np.asarray([*bounds.values()], dtype=np.float64).reshape(-1, 2)[which[rows]]
    return (
        mentions.documents[rows],
        mentions.concepts[rows],
        mentions.units[rows],
        ends[:, 0],
        ends[:, 1],
        np.zeros(len(rows), dtype=np.int8),
    )
