"""Small things that making a generation needs: items by the chunk, marks of a statement, and files on the disk."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
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


def make_durable(folder: Path) -> None:
    """Flush every file below the folder, and the folder itself, to the disk."""
    for path in (*sorted(folder.rglob("*")), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
