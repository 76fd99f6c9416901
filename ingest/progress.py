"""Where progress is shown: a protocol, and the one that shows nothing."""

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of long work."""

    def step(self, name: str, total: int | None = None) -> None:
        """A new step begins; it has `total` units of work, if that is known."""
        ...

    def advance(self, count: int = 1) -> None:
        """So many more units are done."""
        ...


class Silent:
    """Shows nothing."""

    def step(self, name: str, total: int | None = None) -> None:
        """Ignore it."""

    def advance(self, count: int = 1) -> None:
        """Ignore it."""
