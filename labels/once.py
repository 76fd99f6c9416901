"""What takes long and stays as it is: worked out once and kept."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from labels.errors import StillWorking

T = TypeVar("T")


class Once:
    """Works things out, each in a thread of its own; whoever asks for the same meanwhile waits for that. Failures are not kept."""

    def __init__(self, most: int) -> None:
        """Keep `most` things; then the oldest goes."""
        self._most = most
        self._kept: dict[object, Future[Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: object, work: Callable[[], T], patience: float | None = None) -> T:
        """What `work` gives. Raises what it raises, and StillWorking where that takes longer than `patience` seconds: it goes on."""
        with self._lock:
            future = self._kept.get(key)
            if future is None:
                while len(self._kept) >= self._most:
                    del self._kept[next(iter(self._kept))]
                future = self._kept[key] = Future()
                threading.Thread(target=self._do, args=(key, future, work), daemon=True, name="once").start()
        if not wait((future,), patience).done:
            raise StillWorking
        found: T = future.result()
        return found

    def _do(self, key: object, future: "Future[Any]", work: Callable[[], Any]) -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            with self._lock:
                if self._kept.get(key) is future:
                    del self._kept[key]
            future.set_exception(error)
