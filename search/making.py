"""Small things that making a generation needs: items by the chunk, marks of a statement, and what it shares with another one."""

import os
import shutil
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


def link_folder(source: Path, target: Path) -> Path:
    """Have the files below a folder, which nobody writes any more, at another place too, by links or copied to another disk; the place."""
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:
            shutil.copyfile(file, place)
    return target
