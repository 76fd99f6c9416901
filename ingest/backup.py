"""Takes a backup of a data folder, beside those who read and write it: everything that is published, in one file.

The writer's lock is held only while what is published is taken hold of: the ledger by SQLite's own copy, generation, parts and
terminologies, whose files nobody writes any more, by links. What else lies in the folder is read where it lies.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

from graph.scratch import Scratch
from ingest.archive import FORMAT, Contents, Head, write_archive
from ingest.errors import BackupRefused, BackupUnusable, room_in
from ingest.progress import Progress
from ingest.staging import sync
from ingest.workspace import BACKUP, CURRENT, LOCKS, Workspace
from search.making import link_folder

_STEADY: Final = ("generations", "parts", "terminologies")
"""Folders whose files are written once."""
_ANEW: Final = "deidentified"
"""The folder of de-identified copies: they are made anew from what a backup holds."""
_SHARED: Final = "-shm"
"""Ends the names of what processes that have a database of SQLite open share of it; it is made anew."""
_BESIDE: Final = ("-wal", "-journal", _SHARED)
"""End the names of what SQLite keeps beside a database that is written: its copy holds what they say."""
_UNSTEADY: Final = ("LOG", "LOCK")
"""Begin the names of files of a RocksDB folder that every opening makes anew."""


def back_up(workspace: Workspace, target: Path, progress: Progress, *, replace: bool = False) -> Contents:
    """Back up to a file, readable by its owner alone, that is there whole or not at all.

    Raises BackupRefused where the file is there and is not to be replaced, DatasetBusy, DiskFull and other IngestErrors.
    """
    if target.is_dir() or (target.exists() and not replace):
        raise BackupRefused(f"{target}: is there already" + (" and is a folder" if target.is_dir() else "; --force replaces it"))
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with room_in(target.parent), os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            contents = write_backup(workspace, file, progress)
        sync(aside)
        aside.replace(target)
        sync(target.parent)
    except OSError as error:
        raise BackupUnusable(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)
    return contents


def write_backup(workspace: Workspace, out: IO[bytes], progress: Progress) -> Contents:
    """Write a backup to a stream. Raises DatasetBusy, DiskFull and other IngestErrors."""
    progress.step("taking hold of what is published")
    with room_in(workspace.folder), Scratch(workspace.folder, BACKUP) as held:
        with workspace.writing(briefly=True) as ledger:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            head = Head(FORMAT, version("commissure"), made, ledger.generation, ledger.meta("store") or "")
            copy_database(workspace.ledger_path, held / workspace.ledger_path.name)
            if ledger.generation:
                shutil.copyfile(workspace.folder / CURRENT, held / CURRENT)
                _link(workspace.folder, workspace.generation_folder(ledger.generation), held)
            for name in _STEADY[1:]:
                _link(workspace.folder, workspace.folder / name, held)
        for database in (path for path in _living(workspace.folder) if path.suffix == ".sqlite" and path != workspace.ledger_path):
            copy_database(database, held / database.relative_to(workspace.folder))
        files = dict(_files(workspace.folder, held))
        progress.step("writing the backup", sum(path.stat().st_size for path in files.values() if path.exists()))
        return write_archive(out, head, sorted(files.items()), progress.advance)


def _link(folder: Path, source: Path, held: Path) -> None:
    if source.is_dir():
        link_folder(source, held / source.relative_to(folder))


def copy_database(source: Path, target: Path) -> None:
    """A database as it is at one moment, whoever writes it meanwhile. Raises BackupUnusable where it cannot be read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written)
    except sqlite3.Error as error:
        raise BackupUnusable(f"{source}: cannot be backed up: {error}; `commissure verify --repair` mends what can be") from error


def _files(folder: Path, held: Path) -> Iterator[tuple[str, Path]]:
    """Name and place of every file of a backup: those taken hold of, and what lies in the folder beside them."""
    for path in sorted(held.rglob("*")):
        if path.is_file() and not path.name.startswith(_UNSTEADY) and not path.name.endswith(_SHARED):
            yield path.relative_to(held).as_posix(), path
    for path in _living(folder):
        if path.suffix != ".sqlite":
            yield path.relative_to(folder).as_posix(), path


def _living(folder: Path) -> Iterator[Path]:
    """The files that may be written at any time; links to elsewhere are not ours."""
    for top in sorted(folder.iterdir()):
        if top.name in (*_STEADY, _ANEW, CURRENT) or top.name in LOCKS or top.name.startswith("."):
            continue
        for path in [top] if not top.is_dir() or top.is_symlink() else sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.endswith(_BESIDE):
                yield path
