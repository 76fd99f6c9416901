"""Progress on the console: a bar on a terminal, plain lines elsewhere. It goes to standard error; results go to standard output."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingest.progress import Progress

_EVERY = 5.0
"""Seconds between plain lines."""


@contextmanager
def progress() -> Iterator[Progress]:
    """Where to show progress while the block runs."""
    shown = _Bars() if sys.stderr.isatty() else _Lines()
    try:
        yield shown
    finally:
        shown.close()


class _Bars:
    def __init__(self) -> None:
        self._bar: Any = None

    def step(self, name: str, total: int | None = None) -> None:
        from tqdm import tqdm

        self.close()
        self._bar = tqdm(desc=name, total=total, unit="", leave=False, dynamic_ncols=True)

    def advance(self, count: int = 1) -> None:
        if self._bar is not None:
            self._bar.update(count)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Lines:
    def __init__(self) -> None:
        self._name, self._done, self._said = "", 0, 0.0
        self._total: int | None = None

    def step(self, name: str, total: int | None = None) -> None:
        self._name, self._total, self._done, self._said = name, total, 0, time.monotonic()
        self._say(name if total is None else f"{name}: {total:,}")

    def advance(self, count: int = 1) -> None:
        self._done += count
        if time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            self._say(f"{self._name}: {self._done:,}" + (f" of {self._total:,}" if self._total else ""))

    def close(self) -> None:
        pass

    @staticmethod
    def _say(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
