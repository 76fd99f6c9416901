"""The files of a terminology, wherever they lie: in a folder, in a ZIP archive as they are shipped, packed with gzip, or one alone."""

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeAlias, cast

from ingest.errors import TerminologyUnreadable

_BROKEN: Final = (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError)
_MOST_FILES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Packed:
    """A file inside a ZIP archive."""

    archive: Path
    inner: str

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return PurePosixPath(self.inner).name

    def __str__(self) -> str:
        return f"{self.archive}/{self.inner}"


File: TypeAlias = Path | Packed


def files_of(path: Path) -> Sequence[File]:
    """All files of a folder or a ZIP archive, at any depth, in the order of their names; of anything else, itself.

    Raises TerminologyUnreadable where the folder or the archive cannot be read.
    """
    try:
        if path.is_dir():
            return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))[:_MOST_FILES]
        if is_zip(path):
            with zipfile.ZipFile(path) as archive:
                inner = sorted(info.filename for info in archive.infolist() if not info.is_dir())
            return [Packed(path, name) for name in inner if not name.startswith("__MACOSX/")][:_MOST_FILES]
    except OSError as error:
        raise TerminologyUnreadable(f"{path}: cannot be read: {error.strerror or 'the file system gives no reason'}") from error
    except (*_BROKEN, NotImplementedError, ValueError) as error:
        raise TerminologyUnreadable(f"{path}: is no whole ZIP archive: load it again") from error
    return [path]


def named(path: Path, wanted: Callable[[str], object]) -> list[File]:
    """Those of the files whose name (in lower case) is wanted; none where the path cannot be read."""
    try:
        return [file for file in files_of(path) if wanted(file.name.lower())]
    except TerminologyUnreadable:
        return []


def is_zip(path: Path) -> bool:
    """Whether a file begins as ZIP archives do."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"PK\x03\x04"
    except OSError:
        return False


@contextmanager
def opened(file: File) -> Iterator[IO[bytes]]:
    """Its bytes, unpacked. Raises TerminologyUnreadable, also while they are read: an archive may be cut off."""
    try:
        if isinstance(file, Packed):
            with zipfile.ZipFile(file.archive) as archive, _member(archive, file) as stream:
                yield stream
        else:
            with file.open("rb") as bare:
                if bare.peek(2).startswith(b"\x1f\x8b"):
                    with gzip.open(bare, "rb") as unpacked:
                        yield cast(IO[bytes], unpacked)
                else:
                    yield bare
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise TerminologyUnreadable(f"{file}: is packed, and damaged: load it again") from error
        raise TerminologyUnreadable(f"{file}: cannot be read: {error.strerror or 'the file system gives no reason'}") from error
    except _BROKEN as error:
        raise TerminologyUnreadable(f"{file}: is packed, and damaged or cut off: load it again") from error


def _member(archive: zipfile.ZipFile, file: Packed) -> IO[bytes]:
    try:
        return archive.open(file.inner)
    except (RuntimeError, NotImplementedError, KeyError) as error:
        raise TerminologyUnreadable(f"{file}: is locked by a password, or packed in an unusual way; unpack it first") from error


def head(file: File, size: int = 1 << 16) -> bytes:
    """What a file begins with, for recognising it; nothing where it cannot be read."""
    try:
        with opened(file) as stream:
            return stream.read(size)
    except TerminologyUnreadable:
        return b""


def pieces(file: File, size: int = 1 << 16) -> Iterator[bytes]:
    """The bytes of a file, cut behind its line ends and, in longer lines, at `size`. Raises TerminologyUnreadable."""
    with opened(file) as stream:
        yield from iter(partial(stream.readline, size), b"")


def header_of(file: File, delimiter: str) -> list[str]:
    """The names of the columns, in lower case, as the first line of a file has them."""
    line = head(file, 1 << 14).removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return [name.strip().strip('"').lower() for name in line.decode("utf-8", "replace").split(delimiter)]


def has_columns(file: File, delimiter: str, columns: Sequence[str]) -> bool:
    """Whether the first line of a file names all of these columns."""
    return set(columns) <= set(header_of(file, delimiter))
