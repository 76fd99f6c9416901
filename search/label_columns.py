"""What filters and facets need to know of labels: who said what of which item, in which job, how surely.

A row is a class that a labeling job or a worker gave an item. Filters hold for one row at a time: a class with a low confidence is another
thing than a class beside something else of low confidence.
"""

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from search.counting import count_distinct, distinct
from search.protocols import Mask

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

FIELDS: Final = ("job", "agent", "state", "attribute")
"""Facets of labels; each is a field of the catalog's dictionary."""

_ROWS: Final = """
SELECT d.row, f.concept, f.job, f.agent, f.status, CASE f.relation WHEN 'label' THEN f.number END,
    f.attributes, f.counted AND f.relation = 'label'
FROM facts f JOIN documents d ON d.record = f.subject WHERE f.relation IN ('label', 'answer')
ORDER BY d.row, f.concept, f.job, f.agent, f.status, f.number, f.attributes
"""


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
        """Of each facet the distinct (document, value) pairs, by document."""
        values = {"job": self.jobs, "agent": self.agents, "state": self.states, "attribute": self.attributes}
        found = {}
        for name, codes in values.items():
            documents = self.documents[self.attribute_rows] if name == "attribute" else self.documents
            known = codes >= 0
            width = int(codes.max(initial=0)) + 1
            pairs = distinct(documents[known].astype(np.int64) * width + codes[known])
            found[name] = pairs // width, (pairs % width).astype(np.int32)
        return found

    def counts(self, name: str, found: Mask, texts: Int32 | None = None, wanted: Sequence[Mask] = ()) -> Int64:
        """How many of the found documents have each value of a facet, by code; with the text of every document, how many distinct texts.

        Where labels are `wanted`, a document has a value if one label of each of them has it: as many are found by that value as well.
        """
        documents, codes = self._having(name, found, wanted) if wanted else self.by_field[name]
        if not wanted:
            having = found[documents]
            documents, codes = documents[having], codes[having]
        if texts is not None:
            return count_distinct(texts[documents], codes)
        counted: Int64 = np.bincount(codes)
        return counted

    @cached_property
    def _pairs(self) -> Mapping[str, tuple[Int32 | slice, Int64, int]]:
        """Of each facet the rows that have a value, (document, value) of each of them as one number, and by what to divide it."""
        found: dict[str, tuple[Int32 | slice, Int64, int]] = {}
        for name in FIELDS:
            rows = self.attribute_rows if name == "attribute" else np.arange(len(self.documents), dtype=np.int32)
            values = self.attributes if name == "attribute" else getattr(self, f"{name}s")
            known = values >= 0
            width = int(values.max(initial=0)) + 1
            everywhere = name != "attribute" and bool(known.all())
            pairs = self.documents[rows[known]].astype(np.int64) * width + values[known]
            found[name] = slice(None) if everywhere else rows[known], pairs, width
        return found

    def _having(self, name: str, found: Mask, wanted: Sequence[Mask]) -> tuple[Int64, Int64]:
        """The distinct (document, value) pairs of the found documents of which there is a label among each of the wanted."""
        rows, pairs, width = self._pairs[name]
        of_found = found[self.documents]
        common, *others = (distinct(pairs[(each & of_found)[rows]]) for each in wanted)
        for other in others:
            common = np.intersect1d(common, other, assume_unique=True)
        return common // width, common % width

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


def derive_labels(db: sqlite3.Connection, places: Int64, concepts: Mapping[str, int]) -> LabelColumns:
    """The labels of the catalog, and their dictionaries; `places` maps rows of the catalog to documents."""
    codes: dict[str, dict[str, int]] = {name: {} for name in FIELDS}
    columns: dict[str, array[Any]] = {name: array("i") for name in ("documents", "concepts", "jobs", "agents", "states", "counted")}
    scores, attribute_rows, attributes = array("f"), array("i"), array("i")
    for place, (row, concept, job, agent, state, score, said, counted) in enumerate(db.execute(_ROWS)):
        columns["documents"].append(int(places[row]))
        columns["concepts"].append(concepts.get(concept, -1))
        columns["counted"].append(int(counted))
        for name, value in (("job", job), ("agent", agent), ("state", state)):
            columns[f"{name}s"].append(codes[name].setdefault(value, len(codes[name])) if value else -1)
        scores.append(float("nan") if score is None else score)
        for each in dict.fromkeys(said.split("\n")) if said else ():
            attribute_rows.append(place)
            attributes.append(codes["attribute"].setdefault(each, len(codes["attribute"])))
    orders = {name: _enter(db, name, found) for name, found in codes.items()}
    for name in ("job", "agent", "state"):
        values = np.asarray(columns[f"{name}s"], dtype=np.int32)
        columns[f"{name}s"] = array("i", np.append(orders[name], -1)[values].astype(np.int32).tobytes())
    order = np.argsort(np.asarray(columns["documents"], dtype=np.int32), kind="stable")
    moved = np.empty(len(order), dtype=np.int32)
    moved[order] = np.arange(len(order), dtype=np.int32)
    return LabelColumns(
        **{name: np.asarray(values, dtype=np.int32)[order] for name, values in columns.items()},
        scores=np.asarray(scores, dtype=np.float32)[order],
        attribute_rows=moved[np.asarray(attribute_rows, dtype=np.int32)],
        attributes=np.append(orders["attribute"], -1)[np.asarray(attributes, dtype=np.int32)].astype(np.int32),
    )


def _enter(db: sqlite3.Connection, name: str, codes: Mapping[str, int]) -> Int32:
    """Number the values in their order and enter them in the dictionary; new codes by old ones."""
    order = np.empty(len(codes), dtype=np.int32)
    rows = []
    for number, value in enumerate(sorted(codes)):
        order[codes[value]] = number
        rows.append((name, number, value, _label(value)))
    db.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", rows)
    return order


def _label(value: str) -> str:
    return unquote(value.rpartition("/")[2]) if "://" in value else value
