"""Small things that making a generation needs: items by the chunk, marks of a statement, and what it shares with another one."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, `size` at a time."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def marks(values: Iterable[Any]) -> str:
    """A question mark for each value of a statement."""
    return ",".join("?" for _ in values)


def save_array(array: NDArray[Any], path: Path, earlier: Path | None = None) -> None:
    """Write an array, or link the `earlier` file where that holds the same."""
    if earlier is not None and (_maps(array, earlier) or _holds(earlier, array)):
        with suppress(OSError):
            os.link(earlier, path)
            return
    np.save(path, array)


def _maps(array: NDArray[Any], file: Path) -> bool:
    """Whether an array is that of a file, mapped."""
    return isinstance(array.base, np.memmap) and str(array.base.filename) == str(file.resolve()) and len(array) == len(array.base)


def _holds(file: Path, array: NDArray[Any]) -> bool:
    try:
        held = np.load(file)
    except (OSError, ValueError, EOFError):
        return False
    return bool(held.dtype == array.dtype and held.shape == array.shape and held.tobytes() == array.tobytes())


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
