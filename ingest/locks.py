"""One process at a time: the lock on a file, which the system lets go of however its process ends."""

import fcntl
import os
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self


class Lock:
    """A file, made if need be, that one process at a time has.

    It is let go of at the end of a `with` block, or when nothing refers to this object any more.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be opened."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._let_go = weakref.finalize(self, os.close, self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._let_go()

    def take(self, *, shared: bool = False) -> bool:
        """Whether this process has it now, alone or `shared` with others who do; False where another one has."""
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sign(self, words: str) -> None:
        """Say who has it."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, words.encode(), 0)

    def signed(self) -> str:
        """What the one who has it, or had it last, said."""
        return os.pread(self._file, 64, 0).decode().strip()
