"""What facts call their concepts, counted: a table of the catalog in the making that takes the place of walking all facts."""

import sqlite3

import numpy as np

from search.columns.extract import Extract

_TABLE = """CREATE TEMP TABLE IF NOT EXISTS called (
    dataset TEXT NOT NULL, concept TEXT NOT NULL, relation TEXT NOT NULL, label TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (dataset, concept, relation, label)) WITHOUT ROWID"""


def count_names(db: sqlite3.Connection, extract: Extract) -> None:
    """Fill the table `called` with how often facts of a dataset say which concept, in which relation, by which label."""
    facts, texts = extract.facts, extract.texts
    rows = np.flatnonzero(facts.concepts >= 0)
    columns = [column[rows] for column in (facts.datasets, facts.concepts, facts.relations, facts.labels)]
    order = np.lexsort(columns)
    ordered = np.stack([column[order] for column in columns], axis=1)
    first = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))) if len(rows) else np.empty(0, dtype=np.int64)
    times = np.diff(np.append(first, len(rows)))
    db.execute(_TABLE)
    db.execute("DELETE FROM called")
    db.executemany(
        "INSERT INTO called VALUES (?, ?, ?, ?, ?)",
        ((*(texts[code] for code in codes), count) for codes, count in zip(ordered[first].tolist(), times.tolist(), strict=True)),
    )
