"""Which concept is narrower than which, at any depth: codes of terminologies and classes of labels alike.

A hierarchy is built once per generation from the pairs (narrower, broader) that were stated, over concepts numbered from 0. What lies above
a concept stands in one array, what lies below it in another, each cut by offsets: a question about a concept reads a slice, and files of
them are mapped into memory as they are. Nothing is said of documents here: what a document has is looked up when it is asked for.

No concept is above itself; concepts that a circle of statements joins are above one another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

MOST_PAIRS: Final = 1 << 25
"""Pairs that a closure holds at most (128 MB in each direction; SNOMED CT has 7 million). Above a deeper hierarchy one walks instead."""


@dataclass(frozen=True)
class Table:
    """Values of numbered rows, one row after the other: those of row r are `values[offsets[r] : offsets[r + 1]]`, ascending."""

    offsets: Int64
    values: Int32

    def of(self, rows: NDArray[np.integer]) -> tuple[Int64, Int32]:
        """The values of the rows, one row after the other, and how many each has."""
        starts = self.offsets[rows]
        counts = self.offsets[rows + 1] - starts
        return counts, self.values[runs(starts, counts)]


@dataclass(frozen=True)
class Hierarchy:
    """Concepts and what is broader and narrower: as stated, and, unless that would be too much to hold, at any depth."""

    broader: Table
    narrower: Table
    above: Table | None
    below: Table | None

    @property
    def concepts(self) -> int:
        """How many concepts are numbered."""
        return len(self.broader.offsets) - 1

    @cached_property
    def stated(self) -> bool:
        """Whether any concept has a broader one."""
        return len(self.broader.values) > 0

    def with_narrower(self, concepts: Sequence[int] | NDArray[np.integer]) -> Int32:
        """The concepts and everything narrower, ascending."""
        return _reached(self.below, self.narrower, distinct(np.asarray(concepts, dtype=np.int64)))

    def with_broader(self, concepts: Sequence[int] | NDArray[np.integer]) -> Int32:
        """The concepts and everything broader, ascending."""
        return _reached(self.above, self.broader, distinct(np.asarray(concepts, dtype=np.int64)))

    def around(self, concepts: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        """Concepts that are one thing with those that are above and below them, and what is stated to be above, and below, of all these."""
        if not self.stated or not concepts:
            return list(concepts), [], []
        whole = same = set(concepts)
        while same:
            rows = np.asarray(sorted(same), dtype=np.int64)
            pairs = zip(np.repeat(rows, np.diff(self.broader.offsets)[rows]).tolist(), self.broader.of(rows)[1].tolist(), strict=True)
            same = {above for low, above in pairs if low in set(self.broader.of(np.asarray([above]))[1].tolist())} - whole
            whole = whole | same
        rows = np.asarray(sorted(whole), dtype=np.int64)
        broader, narrower = (set(table.of(rows)[1].tolist()) - whole for table in (self.broader, self.narrower))
        return sorted(whole), sorted(broader), sorted(narrower)

    def broader_of(self, holders: NDArray[np.integer], concepts: NDArray[np.integer]) -> tuple[Int64, Int64]:
        """(holder, broader concept at any depth) for each of the (holder, concept) pairs; pairs may repeat."""
        if not self.stated:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        if self.above is not None:
            counts, values = self.above.of(concepts)
            return np.repeat(holders, counts).astype(np.int64), values.astype(np.int64)
        distinct, place = np.unique(concepts, return_inverse=True)
        ways = [self.with_broader([concept]) for concept in distinct.tolist()]
        ways = [way[way != concept] for way, concept in zip(ways, distinct.tolist(), strict=True)]
        table = _stacked(ways)
        counts, values = table.of(place)
        return np.repeat(holders, counts).astype(np.int64), values.astype(np.int64)


def build_hierarchy(narrower: NDArray[np.integer], broader: NDArray[np.integer], concepts: int, most: int = MOST_PAIRS) -> Hierarchy:
    """The hierarchy of `concepts` numbered concepts from stated pairs; repeated pairs and those of one concept with itself are nothing."""
    apart = narrower != broader
    pairs = _distinct(narrower[apart].astype(np.int64) * concepts + broader[apart])
    child, parent = pairs // max(concepts, 1), (pairs % max(concepts, 1)).astype(np.int32)
    up = Table(offsets_of(child, concepts), parent)
    down = _turned(up)
    above = _closure(up, down, most)
    if above is None:
        return Hierarchy(up, down, None, None)
    return Hierarchy(up, down, above, _turned(above))


def no_hierarchy(concepts: int = 0) -> Hierarchy:
    """Concepts none of which is broader than another."""
    empty = np.empty(0, dtype=np.int64)
    return build_hierarchy(empty, empty, concepts)


def save_hierarchy(hierarchy: Hierarchy, folder: Path) -> None:
    """Write the arrays, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        table = getattr(hierarchy, name)
        if table is not None:
            np.save(folder / f"{name}_offsets.npy", table.offsets)
            np.save(folder / f"{name}.npy", table.values)


def open_hierarchy(folder: Path) -> Hierarchy:
    """Map the arrays into memory, read-only. Raises OSError, ValueError or EOFError where they cannot be read."""
    tables = {name: Table(mapped(folder / f"{name}_offsets.npy"), mapped(folder / f"{name}.npy")) for name in ("broader", "narrower")}
    if not (folder / "above.npy").exists():
        return Hierarchy(**tables, above=None, below=None)
    closed = {name: Table(mapped(folder / f"{name}_offsets.npy"), mapped(folder / f"{name}.npy")) for name in ("above", "below")}
    return Hierarchy(**tables, **closed)


_TABLES: Final = tuple(field.name for field in fields(Hierarchy))


def _closure(up: Table, down: Table, most: int) -> Table | None:
    """What is above each concept at any depth; None where that would be more than `most` pairs."""
    generations = list(_from_the_top(up, down))
    if sum(len(each) for each in generations) == len(up.offsets) - 1:
        return _closed(up, generations, most)
    return _closed_with_circles(up, most)


def _from_the_top(up: Table, down: Table) -> Iterator[Int64]:
    """Concepts in generations, each after everything above it. Those in circles, and below them, never come."""
    waiting = np.diff(up.offsets)
    front: Int64 = np.flatnonzero(waiting == 0)
    while len(front):
        yield front
        _, children = down.of(front)
        found, times = np.unique(children, return_counts=True)
        waiting[found] -= times
        front = found[waiting[found] == 0].astype(np.int64)


def _closed(up: Table, generations: list[Int64], most: int) -> Table | None:
    concepts = len(up.offsets) - 1
    starts, counts = np.zeros(concepts, dtype=np.int64), np.zeros(concepts, dtype=np.int64)
    held = _Growing()
    for front in generations[1:]:
        degree, parents = up.of(front)
        own = np.repeat(np.arange(len(front)), degree)
        times = counts[parents]
        if held.size + int(times.sum()) > most * 2:
            return None
        further = held.gather(starts[parents], times)
        keys = _distinct(np.concatenate([own * concepts + parents, np.repeat(own, times) * concepts + further]))
        counts[front] = np.bincount(keys // concepts, minlength=len(front))
        starts[front] = held.size + np.cumsum(counts[front]) - counts[front]
        held.add((keys % concepts).astype(np.int32))
        if held.size > most:
            return None
    offsets = np.zeros(concepts + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Table(offsets, held.gather(starts, counts))


def _closed_with_circles(up: Table, most: int) -> Table | None:
    """Each circle is closed as if it were one concept, then told apart again."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    concepts = len(up.offsets) - 1
    links = csr_array((np.ones(len(up.values), dtype=np.bool_), up.values, up.offsets), shape=(concepts, concepts))
    count, circle = connected_components(links, directed=True, connection="strong")
    circle = circle.astype(np.int64)
    child = np.repeat(circle, np.diff(up.offsets))
    outer = build_hierarchy(child, circle[up.values], count, most)
    if outer.above is None:
        return None
    members = Table(offsets_of(np.sort(circle), count), np.argsort(circle, kind="stable").astype(np.int32))
    sizes, around = np.diff(members.offsets), outer.above
    if int((sizes * (sizes - 1 + np.bincount(_rows(around), weights=sizes[around.values], minlength=count))).sum()) > most:
        return None
    times, beside = members.of(circle)
    rows = np.repeat(np.arange(concepts), times)
    apart = rows != beside
    degree, higher = around.of(circle)
    many, above = members.of(higher)
    holders = np.repeat(np.repeat(np.arange(concepts), degree), many)
    keys = _distinct(np.concatenate([rows[apart] * concepts + beside[apart], holders * concepts + above]))
    return Table(offsets_of(keys // concepts, concepts), (keys % concepts).astype(np.int32))


class _Growing:
    """Numbers that are appended to and read at the same time."""

    def __init__(self) -> None:
        self.size = 0
        self._values = np.empty(1 << 16, dtype=np.int32)

    def add(self, values: Int32) -> None:
        if self.size + len(values) > len(self._values):
            grown = np.empty(max(len(self._values) * 3 // 2, self.size + len(values)), dtype=np.int32)
            grown[: self.size] = self._values[: self.size]
            self._values = grown
        self._values[self.size : self.size + len(values)] = values
        self.size += len(values)

    def gather(self, starts: Int64, counts: Int64) -> Int32:
        return self._values[runs(starts, counts)]


def _reached(closure: Table | None, steps: Table, concepts: Int64) -> Int32:
    found = concepts.astype(np.int32)
    if closure is not None:
        return distinct(np.concatenate([found, closure.of(concepts)[1]]))
    seen = np.zeros(len(steps.offsets) - 1, dtype=np.bool_)
    seen[concepts] = True
    front = concepts
    while len(front):
        _, further = steps.of(front)
        front = distinct(further[~seen[further]]).astype(np.int64)
        seen[front] = True
    return np.flatnonzero(seen).astype(np.int32)


def _turned(table: Table) -> Table:
    """The same pairs, from their other end."""
    order = np.argsort(table.values, kind="stable")
    return Table(offsets_of(table.values, len(table.offsets) - 1), _rows(table)[order])


def _rows(table: Table) -> Int32:
    """The row of each value."""
    return np.repeat(np.arange(len(table.offsets) - 1, dtype=np.int32), np.diff(table.offsets))


def runs(starts: Int64, counts: Int64) -> Int64:
    """The places of runs that begin at `starts` and are `counts` long, one run after the other."""
    before = np.cumsum(counts) - counts
    places: Int64 = np.arange(int(counts.sum())) - np.repeat(before - starts, counts)
    return places


def offsets_of(rows: NDArray[np.integer], count: int) -> Int64:
    """Where each of `count` rows begins among values that stand row by row, `rows` telling the row of each."""
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=count), out=offsets[1:])
    return offsets


def _distinct(numbers: Int64) -> Int64:
    """The distinct numbers, ascending: sorting them in place is quicker than the hash table of `np.unique`."""
    numbers.sort()
    return numbers[np.append(True, numbers[1:] != numbers[:-1])] if len(numbers) else numbers


def _stacked(rows: list[Int32]) -> Table:
    return Table(
        np.append(0, np.cumsum([len(row) for row in rows])).astype(np.int64), np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)
    )


def mapped(path: Path) -> Any:
    """The array of a file, mapped into memory read-only. Raises OSError, and ValueError with the name of a file that is damaged."""
    # A plain view of the mapping: indexing numpy's memmap class itself costs several times as much. An empty file cannot be mapped.
    try:
        array = np.load(path, mmap_mode="r") if path.stat().st_size > 4096 else np.load(path)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is cut off or holds something else") from error
    return array.view(np.ndarray)
