"""The file that holds saved things: `saved.sqlite` in the data folder, readable by its owner alone. Nothing of a generation lies in it."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cohorts.saved.errors import SavedUnusable

FILE: Final = "saved.sqlite"
"""Its name in a data folder."""

MIGRATIONS: tuple[str, ...] = (
    """
CREATE TABLE things (id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
    created REAL NOT NULL, UNIQUE (owner, name)) STRICT;
CREATE TABLE versions (thing TEXT NOT NULL REFERENCES things (id) ON DELETE CASCADE, version INTEGER NOT NULL, name TEXT NOT NULL,
    description TEXT NOT NULL, sharing TEXT NOT NULL, content TEXT NOT NULL, datasets TEXT NOT NULL, author TEXT NOT NULL,
    saved REAL NOT NULL, PRIMARY KEY (thing, version)) STRICT, WITHOUT ROWID;
CREATE TABLE results (thing TEXT NOT NULL REFERENCES things (id) ON DELETE CASCADE, datasets TEXT NOT NULL, version INTEGER NOT NULL,
    digest TEXT NOT NULL, generation INTEGER NOT NULL, counted REAL NOT NULL, subjects TEXT NOT NULL, count INTEGER NOT NULL,
    events INTEGER NOT NULL, frozen TEXT NOT NULL, PRIMARY KEY (thing, datasets)) STRICT, WITHOUT ROWID;
CREATE TABLE questions (id INTEGER PRIMARY KEY, user TEXT NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL, address TEXT NOT NULL,
    asked REAL NOT NULL, UNIQUE (user, address)) STRICT;
CREATE INDEX questions_of ON questions (user, asked);
CREATE TABLE unheard (user TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
""",
)
"""What makes each version of the file (its user_version) out of the one before; the first out of nothing. Only ever added to.

Lists and contents are JSON. `unheard` has those whose questions are not kept.
"""


class Database:
    """Connections to the file, one a thread. `clock` gives seconds since 1970. The file is made when something is first saved."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = folder / FILE
        self.clock = clock
        self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that reads; of empty tables where nothing was ever saved. Raises SavedUnusable."""
        with self._failing():
            if self._is_there():
                yield self._connection()
                return
            with closing(sqlite3.connect(":memory:")) as nothing:
                _migrate(nothing, self.path)
                yield nothing

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that no other writer interrupts. Raises SavedUnusable."""
        with self._failing():
            if not self._is_there():
                self._make()
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            told = "is read-only" if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY else str(error)
            raise SavedUnusable(f"{self.path}: saved things cannot be used: {told}") from error
        except OSError as error:
            raise SavedUnusable(f"{self.path}: things cannot be saved here: {error.strerror}") from error

    def _is_there(self) -> bool:
        try:
            return self.path.exists()
        except NotADirectoryError:
            return False

    def _make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connection(self) -> sqlite3.Connection:
        """This thread's, opened anew where another file lies there now."""
        status = self.path.stat()
        lies = status.st_dev, status.st_ino
        held: tuple[tuple[int, int], sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == lies:
            return held[1]
        opened = self._open()
        self._local.held = lies, opened
        return opened

    def _open(self) -> sqlite3.Connection:
        if not (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)):
            return self._open_read_only()
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection, self.path)
        return connection

    def _open_read_only(self) -> sqlite3.Connection:
        """A connection that makes no file beside the database, as long as no writer left one there."""
        immutable = "" if self.path.with_name(f"{FILE}-wal").exists() else "&immutable=1"
        connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro{immutable}", uri=True, isolation_level=None)
        if _version(connection) != len(MIGRATIONS):
            raise SavedUnusable(f"{self.path}: {_otherwise(_version(connection))}, and may not be written")
        return connection


def moment(seconds: float) -> str:
    """A time in ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the tables to the version of this program, in one transaction. Raises SavedUnusable for a file of a later one."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)  # another process may have been at it
    if version > len(MIGRATIONS):
        connection.execute("ROLLBACK")
        raise SavedUnusable(f"{path}: {_otherwise(version)}")
    for migration in MIGRATIONS[version:]:
        for statement in filter(None, map(str.strip, migration.split(";"))):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _otherwise(version: int) -> str:
    return f"was written by another version of Commissure (format {version}, this one has {len(MIGRATIONS)})"
