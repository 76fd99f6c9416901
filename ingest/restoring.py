"""Puts a backup back: unpacked and checked beside what the data folder holds, then in its place.

.restoring-*       being unpacked; removed with the process that is killed
.restored          whole and checked: from here on the backup is what counts, and what lies in the folder is moved to .replaced
.restored-moving   nothing of before lies in the folder any more: what is in it is moved up
.replaced          what was there before; removed last

Whoever opens the data folder finishes what was cut off after the backup was unpacked.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO, Final

from graph.scratch import Scratch, sweep
from ingest.archive import Contents, read_archive
from ingest.errors import BackupRefused, BackupUnusable, DatasetBusy, IngestError, room_in
from ingest.ledger import Ledger
from ingest.locks import Lock
from ingest.progress import Progress
from ingest.staging import sync, sync_folder
from ingest.workspace import LOADS_LOCK, LOCKS, MEANING_LOCK, RESTORING, SERVE_LOCK, WRITE_LOCK, Workspace

_UNPACKED: Final = ".restored"
_MOVING: Final = ".restored-moving"
_REPLACED: Final = ".replaced"
_AT_WORK: Final = {
    WRITE_LOCK: "a process is writing to this data folder; wait for it to end",
    LOADS_LOCK: "a worker works off the loads of this data folder; stop it",
    MEANING_LOCK: "a process embeds the passages of this data folder; wait for it to end or stop it",
    SERVE_LOCK: "a server answers from this data folder; stop it",
}
"""Who is in the way of a restore, and what to do about it."""


def restore(stream: IO[bytes], name: str, folder: Path, progress: Progress, *, replace: bool = False) -> Contents:
    """Make a data folder what it was when a backup, called `name`, was made of it.

    Raises BackupUnusable where the backup is damaged, BackupRefused where the folder holds something that is not to be replaced,
    DatasetBusy where somebody is at work in it, DiskFull and other IngestErrors. The folder is then as it was before.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IngestError(f"{folder}: the data folder cannot be made: {error.strerror}") from error
    with _alone(folder), room_in(folder):
        held = list(_visible(folder))
        if held and not replace:
            raise BackupRefused(f"{folder}: holds {held[0].name} and more; --force replaces all that the folder holds by the backup")
        if held and not Workspace(folder).ledger_path.exists():
            raise BackupRefused(f"{folder}: holds {held[0].name}, but is no data folder of Commissure; restore into an empty folder")
        sweep(folder, RESTORING)
        with Scratch(folder, RESTORING) as aside:
            progress.step("unpacking the backup")
            contents = read_archive(stream, name, aside, progress.advance)
            _check(aside, contents, name)
            sync_folder(aside)
            aside.rename(folder / _UNPACKED)
            sync(folder)
        _swap(folder)
    return contents


def finish(folder: Path) -> None:
    """Finish a restore that was cut off after its backup was unpacked. Raises DatasetBusy while it goes on."""
    if (folder / _UNPACKED).exists() or (folder / _MOVING).exists():
        with _alone(folder):
            _swap(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else reads or writes the folder for long."""
    with ExitStack() as held:
        for name in LOCKS:
            try:
                lock = held.enter_context(Lock(folder / name))
            except OSError as error:
                raise IngestError(f"{folder}: the data folder cannot be written: {error.strerror}") from error
            if not lock.take():
                raise DatasetBusy(f"{folder}: {_AT_WORK[name]}, then run the command again")
        yield


def _check(unpacked: Path, contents: Contents, name: str) -> None:
    """Raises LedgerDamaged where its ledger is of another version, and BackupUnusable where what it publishes is not there."""
    workspace = Workspace(unpacked)
    if not workspace.ledger_path.exists():
        raise BackupUnusable(f"{name}: has no ledger in it")
    with closing(Ledger(workspace.ledger_path, read_only=True)) as ledger:
        generation = ledger.generation
    if generation != contents.head.generation or (generation and not workspace.generation_folder(generation).is_dir()):
        raise BackupUnusable(f"{name}: its ledger names generation {generation}, which is not in it")


def _swap(folder: Path) -> None:
    """Have the unpacked backup take the place of what is there; whatever part of it was done before."""
    unpacked, moving, replaced = folder / _UNPACKED, folder / _MOVING, folder / _REPLACED
    if unpacked.exists():
        replaced.mkdir(exist_ok=True)
        for path in list(_visible(folder)):
            _remove(replaced / path.name)
            path.rename(replaced / path.name)
        unpacked.rename(moving)
        sync(folder)
    if moving.exists():
        for path in list(moving.iterdir()):
            path.rename(folder / path.name)
        sync(folder)
        moving.rmdir()
    _remove(replaced)


def _visible(folder: Path) -> Iterator[Path]:
    """What a folder holds, but for locks and what is being worked on."""
    return (path for path in sorted(folder.iterdir()) if path.name not in LOCKS and not path.name.startswith("."))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
