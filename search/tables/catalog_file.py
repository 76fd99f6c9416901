"""The file of a catalog and, beside it, the pages that changed since it was written: generations share what did not change.

The catalog of a generation is a file that is never written again, and the log of changed pages that SQLite itself keeps for a database
(`catalog.sqlite-wal`). A generation that changes little links the file of the one before, takes its log over and adds to it. So it costs
the pages that it changes, and whoever reads an older generation still finds that one's file and log as they were. Once the log has grown
to a share of the file both are written as one new file.

SQLite would fold a log into its file when the last connection ends. It does not where the file has another name by then (it takes that for
a file that is another one), and not for a connection that may only read: builders rename, readers only read.
"""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

CATALOG: Final = "catalog.sqlite"
LOG: Final = "-wal"
"""Behind the name of a file, by SQLite: its log."""
_SHARE: Final = 8
"""The log is at most that part of the file: reading it through opens a catalog, and it is copied with every publication."""
_LEAST: Final = 1 << 20
"""Bytes that a log may have beside however small a file."""
_MAKING: Final = "making"
_WHOLE: Final = "whole"
# Locked before anything is read: so no file of shared memory is made. A build is whole or thrown away, so nothing waits for
# the disk or keeps a journal; deleted clinical text is overwritten, not only unlinked.
_PRAGMAS: Final = ("locking_mode = EXCLUSIVE", "synchronous = OFF", "secure_delete = ON", "cache_size = -65536")


def log_of(path: Path) -> Path:
    """Where the log of a catalog is, if it has one."""
    return path.with_name(f"{path.name}{LOG}")


def read_only(path: Path, **options: Any) -> sqlite3.Connection:
    """A connection to a catalog that nobody writes any more: no locks, no files beside it. `options` are those of sqlite3.connect."""
    logged = log_of(path).exists()
    # Without locks there is no memory that readers share either, so each keeps to itself where in the log which page is.
    how = "vfs=unix-none" if logged else "immutable=1"
    db: sqlite3.Connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&{how}", uri=True, **options)
    if logged:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
    return db


class CatalogFile:
    """The catalog of a generation in the making. `db` is the one connection to it, within no transaction at first."""

    def __init__(self, previous: Path | None, out: Path, *, share: bool) -> None:
        """Begin the one in the folder `out` from that in the folder `previous`; `share` its file if that is possible."""
        self._path = out / CATALOG
        self._log: Path | None = None
        """Of what changes; None where all is written as one file."""
        if previous is not None and share:
            self.db = self._shared(previous / CATALOG, out / _MAKING) or self._copied(previous / CATALOG)
        else:
            self.db = self._copied(previous / CATALOG if previous is not None else None)

    def close(self) -> None:
        """Write down what was committed; nothing is changed after that."""
        if self._log is None:
            _tidy(self.db)
            self.db.close()
            return
        self.db.close()
        size = self._log.stat().st_size
        if size > max(self._path.stat().st_size // _SHARE, _LEAST):
            self._fold(self._log)
        else:
            self._log.rename(log_of(self._path))

    def _shared(self, source: Path, making: Path) -> sqlite3.Connection | None:
        """The linked file with a copy of its log; None where it cannot be linked, or somebody holds it locked."""
        try:
            os.link(source, making)
        except OSError:
            return None
        if log_of(source).exists():
            shutil.copyfile(log_of(source), log_of(making))
        db = sqlite3.connect(making, isolation_level=None, timeout=0)
        try:
            for pragma in (*_PRAGMAS, "wal_autocheckpoint = 0"):
                db.execute(f"PRAGMA {pragma}")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # its log is open from here on
        except sqlite3.OperationalError:
            locked = True
        else:
            locked = False
        finally:
            making.rename(self._path)
        if locked:
            db.close()
            for path in (self._path, log_of(making)):
                path.unlink(missing_ok=True)
            return None
        self._log = log_of(making)
        return db

    def _copied(self, source: Path | None) -> sqlite3.Connection:
        """A file of its own, with the log of its source folded in."""
        if source is not None:
            shutil.copyfile(source, self._path)
            if log_of(source).exists():
                shutil.copyfile(log_of(source), log_of(self._path))
        db = sqlite3.connect(self._path, isolation_level=None)
        for pragma in (*_PRAGMAS, "journal_mode = OFF"):
            db.execute(f"PRAGMA {pragma}")
        return db

    def _fold(self, log: Path) -> None:
        """Have a new file hold what the shared one and the log do."""
        whole = self._path.with_name(_WHOLE)
        shutil.copyfile(self._path, whole)
        log.rename(log_of(whole))
        db = sqlite3.connect(whole, isolation_level=None)
        for pragma in (*_PRAGMAS, "journal_mode = OFF"):
            db.execute(f"PRAGMA {pragma}")
        _tidy(db)
        db.close()
        whole.replace(self._path)


def _tidy(db: sqlite3.Connection) -> None:
    """Give back the space of what was deleted where it is much, and have whoever opens the file expect a log."""
    free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
    if free > pages // 4:
        db.execute("VACUUM")
    db.execute("PRAGMA journal_mode = WAL")
