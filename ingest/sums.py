"""What the files of a folder were when it was finished: their sizes and checksums, so that damage is found and named.

The checksum is CRC-32: it finds what disks, copies and cut-off writes do to a file, and costs a fraction of reading it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" + (f"; {self.remedy}" if self.remedy else "")


def write_sums(folder: Path) -> None:
    """Note every file of a finished folder."""
    found = {path.relative_to(folder).as_posix(): [path.stat().st_size, _checksum(path)] for path in _files(folder)}
    (folder / SUMS).write_bytes(orjson.dumps(found))


def has_sums(folder: Path) -> bool:
    """Whether the folder says what its files were: those made by earlier versions do not."""
    return (folder / SUMS).exists()


def damage_in(folder: Path, *, deep: bool) -> Iterator[Damage]:
    """The files that are not what they were: gone, of another size or, if looked at `deep`, of other content."""
    try:
        noted: dict[str, Any] = orjson.loads((folder / SUMS).read_bytes())
        expected = [(folder / name, int(size), int(checksum)) for name, (size, checksum) in noted.items()]
    except (OSError, ValueError, TypeError, AttributeError):
        yield Damage(folder / SUMS, "is damaged itself: it cannot be said what the files beside it were")
        return
    for path, size, checksum in expected:
        try:
            actual = path.stat().st_size
            if actual != size:
                yield Damage(path, f"has {actual:,} bytes where it had {size:,}" if actual else f"is empty; it had {size:,} bytes")
            elif deep and _checksum(path) != checksum:
                yield Damage(path, "holds other bytes than were written")
        except OSError as error:
            yield Damage(path, "is not there" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}")


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
