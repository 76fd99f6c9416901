"""Folders that a process makes for itself. Those of a process that was killed are found and removed by the next.

A process holds a lock on each of its folders for as long as it needs it, and the system lets go of it however the process ends. Process
numbers would not do: in a container every server is process 1.
"""

import fcntl
import os
import shutil
import weakref
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp


class Scratch:
    """A new folder in `path`, removed at the end of a `with` block, or when nothing refers to this object any more."""

    def __init__(self, parent: Path | None, prefix: str) -> None:
        """`parent`: where it lies; None: where the system keeps temporary files. Raises OSError."""
        self.path, lock = _claimed(parent, prefix)
        self._end = weakref.finalize(self, _remove, self.path, lock)

    def close(self) -> None:
        """Remove the folder."""
        self._end()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def sweep(parent: Path, *prefixes: str) -> None:
    """Remove the folders of these names whose process is gone; what may not be removed stays."""
    for folder in (found for prefix in prefixes for found in parent.glob(f"{prefix}*")):
        with suppress(OSError):
            lock = _opened(folder)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _claimed(parent: Path | None, prefix: str) -> tuple[Path, int]:
    """A folder and the lock on it."""
    while True:
        folder = Path(mkdtemp(prefix=prefix, dir=parent))
        with suppress(FileNotFoundError):  # swept before it was locked: another one
            lock = _opened(folder)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(lock), folder.stat()):
                    return folder, lock
            except BaseException:
                os.close(lock)
                raise
            os.close(lock)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
