"""Vectors by content: each distinct text is embedded once ever, across runs and datasets."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SCHEMA = """
CREATE TABLE IF NOT EXISTS model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vector (model INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
"""
_CHUNK = 900


class EmbeddingCache:
    """A SQLite file of vectors, addressed by the digest of their text and the name of their model. Safe for several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.executescript(_SCHEMA)

    def missing(self, keys: Sequence[bytes], model: str) -> list[int]:
        """Positions of the keys that have no vector yet, first occurrences only, in order."""
        with closing(self._connect()) as connection:
            known = {key for key, _ in self._rows(connection, list(dict.fromkeys(keys)), model, "key, 0")}
        seen: set[bytes] = set()
        return [i for i, key in enumerate(keys) if key not in known and not (key in seen or seen.add(key))]  # type: ignore[func-returns-value]

    def put(self, keys: Sequence[bytes], vectors: NDArray[np.float32], model: str) -> None:
        """Keep the vectors durably: all of this call or none."""
        if len(keys) != len(vectors):
            raise ValueError(f"{len(keys)} keys for {len(vectors)} vectors")
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT OR IGNORE INTO model (name) VALUES (?)", (model,))
            (number,) = connection.execute("SELECT id FROM model WHERE name = ?", (model,)).fetchone()
            rows = ((number, key, np.ascontiguousarray(v, dtype="<f2").tobytes()) for key, v in zip(keys, vectors, strict=True))
            connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    def get(self, keys: Sequence[bytes], model: str) -> NDArray[np.float32]:
        """(len(keys), dimension); KeyError names how many keys have no vector."""
        with closing(self._connect()) as connection:
            found = dict(self._rows(connection, list(dict.fromkeys(keys)), model, "key, value"))
        absent = sum(key not in found for key in keys)
        if absent:
            raise KeyError(f"{absent} of {len(keys)} texts have no vector of this model")
        if not keys:
            return np.empty((0, 0), dtype=np.float32)
        return np.frombuffer(b"".join(found[key] for key in keys), dtype="<f2").reshape(len(keys), -1).astype(np.float32)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=60)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _rows(self, connection: sqlite3.Connection, keys: list[bytes], model: str, columns: str) -> Iterator[tuple[bytes, bytes]]:
        row = connection.execute("SELECT id FROM model WHERE name = ?", (model,)).fetchone()
        if row is None:
            return
        for start in range(0, len(keys), _CHUNK):
            part = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            yield from connection.execute(f"SELECT {columns} FROM vector WHERE model = ? AND key IN ({marks})", (row[0], *part))  # noqa: S608 - only marks
