"""What filters and facets need to know of labels: who said what of which item, in which job, how surely.

A row is a class that a labeling job or a worker gave an item. Filters hold for one row at a time: a class with a low confidence is another
thing than a class beside something else of low confidence.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct as by_sorting
from concepts.hierarchy import runs
from search.columns.extract import Extract
from search.counting import count_distinct, distinct
from search.protocols import Mask

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

FIELDS: Final = ("job", "agent", "state", "attribute")
"""Facets of labels; each is a field of the catalog's dictionary."""
CLASS: Final = "concept"
_COLUMNS: Final = {"job": "jobs", "agent": "agents", "state": "states", "attribute": "attributes", CLASS: "concepts"}


@dataclass(frozen=True)
class LabelColumns:
    """One value per row unless said otherwise, rows by document; codes are -1 where a row has no value."""

    documents: Int32
    concepts: Int32
    jobs: Int32
    agents: Int32
    states: Int32
    counted: Int32
    """1 where a job says so, 0 where one failed or a single worker answered."""
    scores: NDArray[np.float32]
    """Confidence; NaN without one."""
    attribute_rows: Int32
    """With `attributes`: (row, attribute) pairs, by row."""
    attributes: Int32

    @cached_property
    def by_field(self) -> Mapping[str, tuple[Int64, Int32]]:
        """Of each facet, and of classes, the distinct (document, value) pairs, by document."""
        found = {}
        for name in (*FIELDS, CLASS):
            _, pairs, width = self._stated(name)
            pairs = distinct(pairs)
            found[name] = pairs // width, (pairs % width).astype(np.int32)
        return found

    @cached_property
    def classes(self) -> Int32:
        """The classes of labels, ascending."""
        return by_sorting(self.by_field[CLASS][1])

    def counts(self, name: str, found: Mask, texts: Int32 | None = None, wanted: Sequence[Mask] = ()) -> Int64:
        """How many of the found documents have each value of a facet, by code; with the text of every document, how many distinct texts.

        Where labels are `wanted`, a document has a value if one label of each of them has it: as many are found by that value as well.
        """
        documents, codes = self.having(name, found, wanted)
        if texts is not None:
            return count_distinct(texts[documents], codes)
        counted: Int64 = np.bincount(codes)
        return counted

    def having(self, name: str, found: Mask, wanted: Sequence[Mask] = ()) -> tuple[Int64, Int32]:
        """The distinct (document, value) pairs of the found documents of which there is a label among each of the wanted."""
        documents, codes = self.by_field[name]
        having = found[documents]
        for each in wanted:
            rows, places = self._places[name]
            among_them = np.zeros(len(documents), dtype=np.bool_)
            among_them[places[each[rows]]] = True
            having &= among_them
        return documents[having], codes[having]

    @cached_property
    def _places(self) -> Mapping[str, tuple[Int32 | slice, Int64]]:
        """Of each facet, and of classes, the rows that have a value, and which of the distinct pairs theirs are."""
        found: dict[str, tuple[Int32 | slice, Int64]] = {}
        for name, (documents, codes) in self.by_field.items():
            rows, pairs, width = self._stated(name)
            everywhere = name != "attribute" and len(rows) == len(self.documents)
            found[name] = slice(None) if everywhere else rows, np.searchsorted(documents * width + codes, pairs)
        return found

    def _stated(self, name: str) -> tuple[Int32, Int64, int]:
        """The rows that have a value of a field, (document, value) of each of them as one number, and by what to divide it."""
        rows = self.attribute_rows if name == "attribute" else np.arange(len(self.documents), dtype=np.int32)
        values: Int32 = getattr(self, _COLUMNS[name])
        rows, values = rows[values >= 0], values[values >= 0]
        width = int(values.max(initial=0)) + 1
        return rows, self.documents[rows].astype(np.int64) * width + values, width

    def rows_among(self, name: str, codes: Sequence[int]) -> Mask:
        """Rows whose job, agent, state or attribute has one of the codes."""
        if name != "attribute":
            return among(getattr(self, f"{name}s"), codes)
        having: Mask = np.zeros(len(self.documents), dtype=np.bool_)
        having[self.attribute_rows[among(self.attributes, codes)]] = True
        return having


def among(codes: Int32, chosen: Sequence[int] | Int32) -> Mask:
    """Which of many codes are among the chosen: a table of all codes, looked up, is several times quicker than `np.isin`."""
    table = np.zeros(max(int(codes.max(initial=-1)), int(np.max(chosen, initial=-1))) + 2, dtype=np.bool_)
    table[np.asarray(chosen, dtype=np.int32)] = True
    return table[codes]


def no_labels() -> LabelColumns:
    """Columns without a row."""
    empty = np.empty(0, dtype=np.int32)
    whole = {field.name: empty for field in fields(LabelColumns) if field.name != "scores"}
    return LabelColumns(**whole, scores=empty.astype(np.float32))


def derive_labels(db: sqlite3.Connection, extract: Extract, places: Int64, concepts: Int32) -> LabelColumns:
    """The labels of the catalog, and their dictionaries.

    `places` maps rows of the catalog to documents, `concepts` codes of texts to ordinals.
    """
    facts, documents = extract.facts, extract.documents
    label, answer = extract.code("label"), extract.code("answer")
    rows = np.flatnonzero((facts.relations == label) | (facts.relations == answer))
    # An item is the subject of its labels; several documents may be of one record.
    of_records = np.argsort(documents.records, kind="stable")
    offsets = np.searchsorted(documents.records[of_records], np.arange(len(extract.texts) + 1))
    times = (offsets[1:] - offsets[:-1])[facts.subjects[rows]]
    holders = documents.rows[of_records[runs(offsets[facts.subjects[rows]], times)]]
    rows = np.repeat(rows, times)
    said = facts.relations[rows] == label
    keys = (facts.attributes, np.nan_to_num(facts.numbers, nan=-np.inf), facts.states, facts.agents, facts.jobs, facts.concepts)
    order = np.lexsort((*(key[rows] for key in keys), places[holders]))
    rows, said, holders = rows[order], said[order], holders[order]
    told = {"job": facts.jobs, "agent": facts.agents, "state": facts.states}
    entered = {name: _enter(db, extract, name, codes[rows]) for name, codes in told.items()}
    attribute_rows, attributes = _attributes(db, extract, facts.attributes[rows])
    return LabelColumns(
        documents=places[holders].astype(np.int32),
        concepts=concepts[facts.concepts[rows]],
        jobs=entered["job"],
        agents=entered["agent"],
        states=entered["state"],
        counted=(facts.counted[rows] & said).astype(np.int32),
        scores=np.where(said, facts.numbers[rows], np.nan).astype(np.float32),
        attribute_rows=attribute_rows,
        attributes=attributes,
    )


def _enter(db: sqlite3.Connection, extract: Extract, name: str, codes: Int32) -> Int32:
    """Number the values of a facet in their order and enter them in the dictionary; the numbers of `codes` of texts."""
    numbers = _number(db, name, filter(None, extract.distinct(codes)))
    return extract.table(lambda text: numbers.get(text, -1), codes)[codes]


def _attributes(db: sqlite3.Connection, extract: Extract, codes: Int32) -> tuple[Int32, Int32]:
    """The distinct (row, attribute) pairs of rows, by row, of texts that name an attribute in each line; enters them in the dictionary."""
    named = {text: [*dict.fromkeys(text.split("\n"))] for text in extract.distinct(codes) if text}
    numbers = _number(db, "attribute", {each for several in named.values() for each in several})
    texts = sorted(named)
    counts = np.asarray([0, *(len(named[text]) for text in texts)], dtype=np.int64)
    held = np.asarray([numbers[each] for text in texts for each in named[text]], dtype=np.int32)
    place = {text: number for number, text in enumerate(texts, 1)}
    which = np.maximum(extract.table(lambda text: place.get(text, 0), codes)[codes], 0)
    starts = np.cumsum(counts) - counts
    return (
        np.repeat(np.arange(len(codes), dtype=np.int32), counts[which]),
        held[runs(starts[which], counts[which])],
    )


def _number(db: sqlite3.Connection, name: str, values: Iterable[str]) -> dict[str, int]:
    numbers = {value: number for number, value in enumerate(sorted(values))}
    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", ((name, code, value, _label(value)) for value, code in numbers.items()))
    return numbers


def _label(value: str) -> str:
    return unquote(value.rpartition("/")[2]) if "://" in value else value
