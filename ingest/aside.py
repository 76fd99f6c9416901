"""Work beside the main flow: in a thread of its own, one piece after the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Aside:
    """Does what it is given in the order given. After a piece that fails none is begun, and whoever asks next gets its error."""

    def __init__(self, name: str) -> None:
        """Give its thread a name. Nothing is started before there is work."""
        self._thread = ThreadPoolExecutor(1, name)
        self._failure: BaseException | None = None

    def begin(self, work: Callable[[], T]) -> "Future[T]":
        """Do `work` when its turn comes. Raises what an earlier piece failed with."""
        if self._failure is not None:
            raise self._failure
        return self._thread.submit(self._do, work)

    def finish(self, work: Callable[[], T]) -> T:
        """What `work` gives, done after all that came before. Raises what that or it failed with."""
        return self.begin(work).result()

    def close(self) -> None:
        """Begin nothing more, and wait for the piece under way."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[[], T]) -> T:
        if self._failure is not None:
            raise self._failure
        try:
            return work()
        except BaseException as error:
            self._failure = error
            raise
