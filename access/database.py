"""The file that holds accounts: access/accounts.sqlite in the data folder, readable by its owner alone."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from access.errors import AccountsUnusable

FORMAT: Final = 1
"""Raised where tables change."""

_TABLES: Final = """
CREATE TABLE users (name TEXT PRIMARY KEY, origin TEXT NOT NULL, subject TEXT NOT NULL, password TEXT, disabled INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, UNIQUE (origin, subject)) STRICT;
CREATE TABLE members (user TEXT NOT NULL REFERENCES users (name), member_of TEXT NOT NULL,
    PRIMARY KEY (user, member_of)) STRICT, WITHOUT ROWID;
CREATE TABLE grants (kind TEXT NOT NULL, subject TEXT NOT NULL, dataset TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (kind, subject, dataset)) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (id TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name), digest TEXT NOT NULL UNIQUE, areas TEXT NOT NULL,
    datasets TEXT NOT NULL, created REAL NOT NULL, expires REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, used REAL) STRICT;
CREATE TABLE sessions (digest TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name), csrf TEXT NOT NULL, begun REAL NOT NULL,
    renewed REAL NOT NULL, seen REAL NOT NULL, superseded REAL) STRICT;
CREATE TABLE failures (who TEXT PRIMARY KEY, failed INTEGER NOT NULL, latest REAL NOT NULL) STRICT;
"""
"""A dataset of '' in grants is every dataset. Lists are words with a space between them."""


class Database:
    """Connections to the file, one a thread. `clock` gives seconds since 1970."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = folder / "access" / "accounts.sqlite"
        self.clock = clock
        self._local = threading.local()

    @property
    def is_there(self) -> bool:
        """Whether an account was ever made."""
        return self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection of this thread. Raises AccountsUnusable."""
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise AccountsUnusable(f"{self.path}: the accounts cannot be used: {error}") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction that no other writer interrupts. Raises AccountsUnusable."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = self._local.connection = self._open()
        return held

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise AccountsUnusable(f"{self.path}: the accounts cannot be kept here: {error.strerror}") from error
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if not version:
            for statement in _TABLES.strip().split(";\n"):
                connection.execute(statement.rstrip(";"))
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
        if version not in (0, FORMAT):
            raise AccountsUnusable(f"{self.path}: was written by another version of Commissure (format {version}, this one has {FORMAT})")
        return connection


def moment(seconds: float) -> str:
    """A time in ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
