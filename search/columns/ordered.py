"""The documents of a generation in their order, with what each has one value of."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from search.columns.concepts import Int32, Int64
from search.columns.documents import Columns, day_intervals
from search.columns.extract import Extract


@dataclass(frozen=True)
class Documents:
    """The documents in their order. `places` maps rows of the catalog to places in it; `encounters` are codes of texts."""

    count: int
    rowids: Int64
    places: Int64
    datasets: Int32
    types: Int32
    patients: Int32
    encounters: Int32
    first_days: Int32
    last_days: Int32
    copies: Int32


def order_documents(
    db: sqlite3.Connection, extract: Extract, datasets: Mapping[str, int], types: Mapping[str, int], patients: Mapping[str, int]
) -> Documents:
    """Those of an extract, by the numbers of datasets, types and patients."""
    rows = extract.documents
    # Of a note and its copy in a report, which have one date, the note comes first: DocumentReference > DiagnosticReport.
    order = np.lexsort((rows.ids, -rows.kinds, -rows.dates))
    current = current_patients(db)
    dataset = extract.table(datasets.__getitem__, rows.datasets)[rows.datasets[order]]
    patient = extract.table(lambda text: patients[current.get(text, text)], rows.patients)[rows.patients[order]]
    first, last = (ends[rows.dates[order]] for ends in _ends(extract))
    return Documents(
        count=len(order),
        rowids=rows.rows[order],
        places=_places(rows.rows[order]),
        datasets=dataset,
        types=extract.table(types.__getitem__, rows.types)[rows.types[order]],
        patients=patient,
        encounters=rows.encounters[order],
        first_days=np.maximum(first, 0),
        last_days=np.maximum(last, 0),
        copies=_copies(dataset, patient, rows.digests[order]),
    )


def as_before(extract: Extract, columns: Columns) -> Documents:
    """Those of an extract, which columns have in their order already."""
    rows = extract.documents
    return Documents(
        count=columns.documents,
        rowids=columns.rowids,
        places=_places(columns.rowids),
        datasets=columns.datasets,
        types=columns.types,
        patients=columns.patients,
        encounters=rows.encounters[np.searchsorted(rows.rows, columns.rowids)],
        first_days=columns.first_days,
        last_days=columns.last_days,
        copies=columns.copies,
    )


def current_patients(db: sqlite3.Connection) -> dict[str, str]:
    """Who took the place of a record of a person."""
    return dict(db.execute("SELECT id, min(patient) FROM former GROUP BY id"))


def _places(rowids: Int64) -> Int64:
    places = np.full(int(rowids.max(initial=0)) + 1, -1, dtype=np.int64)
    places[rowids] = np.arange(len(rowids))
    return places


def _ends(extract: Extract) -> tuple[Int32, Int32]:
    """The first and the last day of the dates of documents, by their codes; -1 for none."""
    first, last = (np.full(len(extract.texts) + 1, -1, dtype=np.int32) for _ in range(2))
    codes = distinct(extract.documents.dates)
    codes = codes[codes >= 0]
    first[codes], last[codes] = day_intervals([extract.texts[code] for code in codes.tolist()])
    return first, last


def _copies(datasets: Int32, patients: Int32, digests: NDArray[np.bytes_]) -> Int32:
    """A number for each text of a dataset's patient, in the order in which they appear."""
    _, texts = np.unique(digests, return_inverse=True)
    several = int(patients.max(initial=-1)) + 2
    keys = (datasets.astype(np.int64) * several + patients + 1) * (len(digests) + 1) + texts
    _, first, copies = np.unique(keys, return_index=True, return_inverse=True)
    numbers = np.empty(len(first), dtype=np.int32)
    numbers[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    copied: Int32 = numbers[copies]
    return copied
