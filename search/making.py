"""Small things that making a generation needs: items by the chunk, and marks of a statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def marks(values: Iterable[Any]) -> str:
    """A question mark for each value of a statement."""
    return ",".join("?" for _ in values)
