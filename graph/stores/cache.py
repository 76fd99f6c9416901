"""A cache that forgets what was used longest ago once it holds too much."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class WeightedCache(Generic[Value]):
    """Least recently used first out; `capacity` bounds the sum of the weights. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value kept under `key`."""
        try:  # without the lock: either call is one step to other threads, and what one forgets between them is not there
            self._entries.move_to_end(key)
            return self._entries[key][0]
        except KeyError:
            return None

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Keep `value`, unless it alone is heavier than the whole cache may be."""
        if weight > self._capacity:
            return
        with self._lock:
            old = self._entries.pop(key, None)
            self._weight += weight - (old[1] if old else 0)
            self._entries[key] = (value, weight)
            while self._weight > self._capacity:
                _, (_, lost) = self._entries.popitem(last=False)
                self._weight -= lost

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._weight = 0
