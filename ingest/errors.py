"""The ingest package's errors.

IngestError
├── DatasetBusy        another process is writing to the data folder
├── RecordsRejected    records were rejected in a run that takes all or nothing
├── LoadRefused        the queue of loads does not take what was asked
├── LoadsUnwritable    the queue of loads cannot be written
├── StoreTaken         the graph store belongs to another data folder
├── StoreDiffers       a graph store does not hold what is published
├── PartsDamaged       parts are damaged, and the sources of their records are not there
├── LedgerDamaged      the ledger cannot be read or is of another version
├── TerminologyUnreadable   the files of a terminology are not what they should be
├── TerminologyMissing      there is no such terminology, or the extra that brings it is not installed
├── TerminologyRefused      a name or a format is none of a terminology
├── BackupUnusable          a backup is damaged, was cut off, is none of ours, or cannot be made
├── BackupRefused           what a backup would replace is not to be replaced
├── PullRefused        a pull is asked for what it may not do, or cannot do as it is asked
├── PullFailed         a FHIR server does not give what a pull asks for
└── DiskFull           there is no room to write
"""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final


class IngestError(Exception):
    """Base of every error the ingest package raises."""


class DatasetBusy(IngestError):
    """Another process is writing to the data folder."""


class RecordsRejected(IngestError):
    """Records were rejected in a run that takes all or nothing."""


class LoadRefused(IngestError):
    """The queue of loads does not take what was asked; `code` is Neptune's word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LoadsUnwritable(IngestError):
    """The queue of loads cannot be written."""


class StoreTaken(IngestError):
    """The graph store belongs to another data folder."""


class StoreDiffers(IngestError):
    """A graph store does not hold what is published."""


class PartsDamaged(IngestError):
    """Parts are damaged, and the sources of their records are not there."""


class LedgerDamaged(IngestError):
    """The ledger cannot be read or is of another version."""


class TerminologyUnreadable(IngestError):
    """The files of a terminology are not what they should be; the message names file and line, never words of it."""


class TerminologyMissing(IngestError):
    """There is no such terminology, or the extra that brings it is not installed."""


class TerminologyRefused(IngestError):
    """A name or a format is none of a terminology."""


class BackupUnusable(IngestError):
    """A backup is damaged, was cut off, is none of ours, or cannot be made."""


class BackupRefused(IngestError):
    """What a backup would replace is not to be replaced."""


class PullRefused(IngestError):
    """A pull is asked for what it may not do, or cannot do as it is asked; `code` is a short stable word for why."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.code = code


class PullFailed(IngestError):
    """A FHIR server does not give what a pull asks for; what was fetched is kept, and the next pull goes on from there."""


class DiskFull(IngestError):
    """There is no room to write."""


_SHORT: Final = re.compile(r"\d+ requested and \d+ written")
"""What numpy says of a file that did not take all of an array."""


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Whatever fails for want of room is DiskFull."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, DiskFull) and (full := disk_full(error, folder)):
            raise full from error
        raise


def lacks_room_beside(error: sqlite3.Error) -> bool:
    """Whether SQLite could not make the files that it keeps beside a database, because there is no room for them."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE"


def disk_full(error: BaseException, folder: Path) -> DiskFull | None:
    """The DiskFull that an error of the operating system, SQLite or a library amounts to; None for anything else."""
    seen: BaseException | None = error
    while seen is not None:
        is_full = isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT)
        is_full |= isinstance(seen, sqlite3.OperationalError) and ("full" in str(seen) or lacks_room_beside(seen))
        is_full |= isinstance(seen, OSError) and seen.errno is None and _SHORT.search(str(seen)) is not None
        if is_full or "No space left on device" in str(seen):
            return DiskFull(f"{folder}: no room is left to write; free some and run the same command again: finished parts are kept")
        seen = seen.__cause__ or seen.__context__
    return None
