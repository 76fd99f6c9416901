"""The counts that pages show at once: what each dataset holds, and how often each concept is charted, and spoken of in texts."""

import sqlite3
from collections.abc import Mapping

import numpy as np

from search.columns.concepts import ConceptTable, Int64
from search.columns.documents import WAYS
from search.columns.extract import Extract
from search.making import marks


def count_concepts(db: sqlite3.Connection, patients: Int64, documents: Int64, facts: Int64) -> None:
    """Enter of each concept, by ordinal, how many patients, documents and facts have it."""
    _enter(db, {"patients": patients, "documents": documents, "facts": facts})


def count_said(db: sqlite3.Connection, said: Mapping[str, ConceptTable], documents: int) -> None:
    """How many documents speak of each concept, or of something narrower, in another way than affirming it."""
    _enter(db, {way: _all_counts(said[way], documents) for way in WAYS})


def _all_counts(table: ConceptTable, documents: int) -> Int64:
    """What the table counts of all documents."""
    return table.counts(np.arange(documents)) if table.hierarchy.stated else np.diff(table.concept_offsets)


def _enter(db: sqlite3.Connection, counts: Mapping[str, Int64]) -> None:
    """Enter counts of concepts, by ordinal, in columns of their table. Those that are there already cost no page of the catalog's log."""
    names = ", ".join(counts)
    held = db.execute(f"SELECT {names} FROM concepts ORDER BY ordinal").fetchall()  # noqa: S608 - names of columns
    found = zip(*(each.tolist() for each in counts.values()), strict=True)
    rows = ((*now, ordinal) for ordinal, (now, before) in enumerate(zip(found, held, strict=True)) if now != before)
    db.executemany(f"UPDATE concepts SET ({names}) = ({marks(counts)}) WHERE ordinal = ?", rows)  # noqa: S608 - names of columns


def count_datasets(db: sqlite3.Connection, extract: Extract, codes: dict[str, int], passages: list[int], embedded: list[int]) -> None:
    """Count what each dataset holds; its `passages`, and how many of them have a vector, are known by its code."""
    rows, facts, count = extract.documents, extract.facts, len(codes)
    numbers = extract.table(codes.__getitem__, np.concatenate([rows.datasets, facts.datasets]))
    of_documents, of_facts = numbers[rows.datasets], numbers[facts.datasets]
    things = facts.first & (facts.relations != extract.code("record"))
    of_mentions = of_documents[np.searchsorted(rows.rows, extract.mentions.documents)]
    lexicons = _lexicons(db)
    current = np.asarray([extract.code(lexicons[dataset][0]) if dataset in lexicons else -2 for dataset in codes], dtype=np.int64)
    read = of_documents[rows.readings == current[of_documents]] if count else of_documents
    first, last = np.full(count, len(extract.texts), dtype=np.int64), np.full(count, -1, dtype=np.int64)
    dated = rows.dates >= 0
    np.minimum.at(first, of_documents[dated], rows.dates[dated])
    np.maximum.at(last, of_documents[dated], rows.dates[dated])
    counted = [np.bincount(of_documents, minlength=count).tolist(), passages, embedded]
    said = [np.bincount(each, minlength=count).tolist() for each in (of_facts[things], of_mentions, read)]
    patients = dict(db.execute("SELECT dataset, count(*) FROM patients GROUP BY dataset"))
    for dataset, code in codes.items():
        dates = (extract.texts[first[code]], extract.texts[last[code]]) if last[code] >= 0 else (None, None)
        row = (dataset, *(each[code] for each in counted), patients.get(dataset, 0), *(each[code] for each in said[:2]), *dates)
        db.execute(f"INSERT INTO datasets VALUES ({marks(range(11))})", (*row, said[2][code], lexicons.get(dataset, ("", ""))[1]))  # noqa: S608


def _lexicons(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Dataset → what its texts are read with, and since when."""
    stated = db.execute("SELECT name, value FROM state WHERE name LIKE 'lexicon %'")
    found = {name.partition(" ")[2]: value.partition(" ") for name, value in stated}
    return {dataset: (reading, since) for dataset, (reading, _, since) in found.items()}
