"""How long the steps of an answer take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what runs inside the block."""
        started = time.perf_counter()
        yield
        self.steps[name] = time.perf_counter() - started

    def total(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self._started
