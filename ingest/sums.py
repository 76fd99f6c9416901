"""What the files of a folder were when it was finished: their sizes and checksums, so that damage is found and named.

The checksum is CRC-32: it finds what disks, copies and cut-off writes do to a file, and costs a fraction of reading it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

SUMS: Final = "files.json"
_PIECE: Final = 1 << 20
_UNSTEADY: Final = ("LOG", "LOCK")
"""Begin the names of files of a RocksDB folder that opening it may change."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file or folder that is not what it was; `reason` says how, `remedy` what is done about it."""

    path: Path
    reason: str
    remedy: str = ""
    outdated: bool = False
    """Whether it is as it was, but made by an earlier version, and is brought up to date."""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" + (f"; {self.remedy}" if self.remedy else "")


class Noted(NamedTuple):
    """What is noted of a file; when it was written, and its inode, are 0 where an earlier version noted it."""

    size: int
    checksum: int
    written: int = 0
    inode: int = 0


def write_sums(folder: Path, previous: Path | None = None) -> list[Path]:
    """Note every file of a finished folder; of those that are files of a `previous` one, by hard links, what was noted there.

    The files that are no such links, the one with the notes among them.
    """
    known = _noted(previous) if previous is not None else {}
    found, own = {}, []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        said, status = known.get(name), path.stat()
        linked = previous is not None and said is not None and said.size == status.st_size and _is_linked(path, previous / name)
        found[name] = Noted(status.st_size, said.checksum if linked and said else _checksum(path), *_stamp(status))
        if not linked:
            own.append(path)
    (folder / SUMS).write_bytes(orjson.dumps({name: tuple(noted) for name, noted in found.items()}))
    return [*own, folder / SUMS]


def has_sums(folder: Path) -> bool:
    """Whether the folder says what its files were: those made by earlier versions do not."""
    return (folder / SUMS).exists()


def damage_in(folder: Path, *, deep: bool, written: bool = False) -> Iterator[Damage]:
    """The files that are not what they were: gone, of another size or, if looked at `deep`, of other content.

    With `written` the content is looked at of those files that were written or replaced since they were noted.
    """
    try:
        expected = _read(folder)
    except (OSError, ValueError, TypeError, AttributeError):
        yield Damage(folder / SUMS, "is damaged itself: it cannot be said what the files beside it were")
        return
    for name, noted in expected.items():
        path = folder / name
        try:
            status = path.stat()
            actual, size = status.st_size, noted.size
            if actual != size:
                yield Damage(path, f"has {actual:,} bytes where it had {size:,}" if actual else f"is empty; it had {size:,} bytes")
            elif (deep or (written and _stamp(status) != noted[2:])) and _checksum(path) != noted.checksum:
                yield Damage(path, "holds other bytes than were written")
        except OSError as error:
            yield Damage(path, "is not there" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}")


def _read(folder: Path) -> dict[str, Noted]:
    """What is noted of each file. Raises OSError, ValueError, TypeError and AttributeError where that cannot be read."""
    noted: dict[str, Any] = orjson.loads((folder / SUMS).read_bytes())
    return {name: Noted(*map(int, said)) for name, said in noted.items()}


def _noted(folder: Path) -> dict[str, Noted]:
    try:
        return _read(folder)
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _stamp(status: os.stat_result) -> tuple[int, int]:
    """What another writer of a file changes. (Links to it change the time of its entry, but not this.)"""
    return status.st_mtime_ns, status.st_ino


def _is_linked(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != SUMS and not path.name.startswith(_UNSTEADY):
            yield path


def _checksum(path: Path) -> int:
    from isal import isal_zlib

    value = 0
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while piece := os.read(descriptor, _PIECE):
            value = isal_zlib.crc32(piece, value)
    finally:
        os.close(descriptor)
    return value
