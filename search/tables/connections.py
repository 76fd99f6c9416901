"""Connections to a catalog file that never changes any more, pooled for any number of threads."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from search.tables.catalog_file import read_only

_PADDED: Final = 1024
"""Values of a list up to which it is padded."""


def padded(values: Sequence[Any]) -> tuple[Any, ...]:
    """The values, the last one repeated up to a power of two.

    Lists of many lengths then give few texts of queries, and what is prepared is used again: to prepare one takes longer than to run it.
    """
    count = len(values)
    wanted = 1 << max(count - 1, 0).bit_length()
    return (*values, *[values[-1]] * (wanted - count)) if 0 < count <= _PADDED else tuple(values)


class Connections:
    """Opened when needed, for reading alone."""

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """`prepare` is called with every connection that is opened."""
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._prepare = prepare
        self._closed = False

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with self.one() as db:
            return db.execute(query, tuple(values)).fetchall()

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection while the block lasts."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = read_only(self._path, check_same_thread=False, isolation_level=None, cached_statements=256)
            self._prepare(db)
        try:
            yield db
        finally:
            if self._closed:
                db.close()
            else:
                self._idle.append(db)

    def close(self) -> None:
        """Release the file. Whoever has a connection keeps it to the end."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
