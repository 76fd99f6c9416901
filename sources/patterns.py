"""Patterns of file names: what lies where one points."""

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path

_ANY_DEPTH = "**"


def matches(pattern: str) -> list[str]:
    """The paths that match a pattern, sorted: `*`, `?` and `[…]` within a name, `**` for folders of any depth and what lies in them.

    As in a shell, hidden names match only where the pattern has the point, and `**` enters no link to a folder: one that leads back up has
    no end, and one that leads elsewhere could list a whole disk.
    """
    path = Path(pattern)
    steps = path.parts[1:] if path.anchor else path.parts
    found = [Path(path.anchor)]
    for place, step in enumerate(steps, 1):
        found = list(dict.fromkeys(there for folder in found for there in _step(folder, step, is_last=place == len(steps))))
    return sorted(map(str, found))


def _step(folder: Path, step: str, *, is_last: bool) -> Iterator[Path]:
    """What one step of a pattern leads to from a folder."""
    if step == _ANY_DEPTH:
        for inner, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield Path(inner)
            if is_last:
                yield from (Path(inner, name) for name in names if not name.startswith("."))
    elif set(step).isdisjoint("*?["):
        if os.path.lexists(folder / step):
            yield folder / step
    else:
        for name in fnmatch.filter(_names(folder), step):
            if step.startswith(".") or not name.startswith("."):
                yield folder / name


def _names(folder: Path) -> list[str]:
    try:
        return [inner.name for inner in folder.iterdir()]
    except OSError:  # a file, a link to nowhere, a folder that may not be read
        return []
