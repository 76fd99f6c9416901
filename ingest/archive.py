"""The file of a backup: a gzipped tar file that begins with what it is and ends with the checksum of every file in it.

backup.json   format, version of Commissure, when it was made, generation and graph store; first
…             the files of the data folder, by their paths in it
sums.json     path → [bytes, SHA-256]; last, so that a file that was cut off is told from a whole one
"""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

import orjson
from isal.igzip_lib import IsalError

from ingest.errors import BackupUnusable, disk_full

FORMAT: Final = 1
"""Raised where what the file holds is to be read otherwise."""
_HEAD: Final = "backup.json"
_SUMS: Final = "sums.json"
_PIECE: Final = 1 << 20
_LARGEST_NOTE: Final = 1 << 30
"""Bytes of the two files of notes that are taken into memory: those of a hundred million files."""

_DAMAGE: Final[tuple[type[Exception], ...]] = (
    tarfile.TarError,
    EOFError,
    IsalError,  # type: ignore[assignment]  # its stub takes it for an object
    zlib.error,
    ValueError,
)
"""What reading a damaged file brings about."""

Told = Callable[[int], None]
"""Is told how many bytes more are done."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup is of. `store` is the address of the graph store that answers for it: '' the embedded one, which it holds."""

    format: int
    made_by: str
    made: str
    generation: int
    store: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    head: Head
    files: int
    bytes: int


def write_archive(out: IO[bytes], head: Head, files: Iterable[tuple[str, Path]], told: Told) -> Contents:
    """Write a backup of files, given by name and place. One that has gone is left out; one that grows is taken as long as it was."""
    sums: dict[str, tuple[int, str]] = {}
    with _packed(out, "wb") as packed, _written(packed) as tar:
        _add_note(tar, _HEAD, asdict(head))
        for name, path in files:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                member = tar.gettarinfo(arcname=name, fileobj=file)
                member.uid = member.gid = 0
                member.uname = member.gname = ""
                summing = _Summing(file, told)
                tar.addfile(member, summing)
                sums[name] = (member.size, summing.digest)
        _add_note(tar, _SUMS, sums)
    return Contents(head, len(sums), sum(size for size, _ in sums.values()))


def read_archive(stream: IO[bytes], name: str, into: Path | None, told: Told) -> Contents:
    """Look at every byte of a backup, called `name`, and put its files below a folder, where one is given.

    Raises BackupUnusable where it is none, is damaged, was cut off, or was made by a later version.
    """
    with _readable(name, into):
        return _read(stream, name, into, told)


def _read(stream: IO[bytes], name: str, into: Path | None, told: Told) -> Contents:
    found: dict[str, tuple[int, str]] = {}
    with _packed(stream, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        members = iter(tar)
        head = _head(name, _note(tar, next(members, None), _HEAD))
        noted: Any = None
        for member in members:
            if noted is not None:
                raise BackupUnusable(f"{name}: goes on after its end")
            if member.name == _SUMS:
                noted = _note(tar, member, _SUMS)
                continue
            if not member.isfile() or not _is_inside(member.name) or member.name in found:
                raise BackupUnusable(f"{name}: holds {member.name!r}, which no backup of ours holds")
            summing = _Summing(tar.extractfile(member), told)
            _put(summing, into / member.name if into is not None else None, member)
            found[member.name] = (member.size, summing.digest)
        while piece := packed.read(_PIECE):  # to the checksum of the packing itself
            if piece.strip(b"\0"):
                raise BackupUnusable(f"{name}: goes on after its end")
    if not isinstance(noted, dict):
        raise BackupUnusable(f"{name}: was cut off; make another one with `commissure backup`")
    expected = {path: tuple(sums) for path, sums in noted.items()}
    if wrong := sorted(path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path)):
        raise BackupUnusable(f"{name}: {len(wrong):,} files are not what they were, the first of them {wrong[0]!r}")
    return Contents(head, len(found), sum(size for size, _ in found.values()))


def _put(source: "_Summing", place: Path | None, member: tarfile.TarInfo) -> None:
    """Read a file to its end, and write it where it shall be."""
    if place is None:
        while source.read(_PIECE):
            pass
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:
        while piece := source.read(_PIECE):
            file.write(piece)
    place.chmod(member.mode & 0o700 | 0o600)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not path.parts[0].startswith(".")


def _head(name: str, noted: Any) -> Head:
    if not isinstance(noted, dict) or not isinstance(written := noted.get("format"), int):
        raise BackupUnusable(f"{name}: is no backup of Commissure")
    if written > FORMAT:
        made_by = noted.get("made_by", "a later version")
        raise BackupUnusable(f"{name}: was made by Commissure {made_by}, in a form that this version does not know; install that one")
    try:
        return Head(**noted)
    except TypeError as error:
        raise BackupUnusable(f"{name}: is no backup of Commissure ({error})") from error


def _packed(stream: IO[bytes], mode: str) -> IO[bytes]:
    """A gzipped stream; packing costs little more than reading what is packed."""
    from isal import igzip

    return cast(IO[bytes], igzip.open(stream, mode, compresslevel=1))  # type: ignore[no-untyped-call]


def _written(packed: IO[bytes]) -> tarfile.TarFile:
    """A tar file to write, in which files that share their bytes on the disk are files each."""
    return tarfile.open(fileobj=packed, mode="w|", dereference=True)


def _add_note(tar: tarfile.TarFile, name: str, noted: Any) -> None:
    written = orjson.dumps(noted)
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(written), 0o600
    tar.addfile(member, io.BytesIO(written))


def _note(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> Any:
    """What a file of notes says; None where it is another file."""
    if member is None or member.name != name or not member.isfile() or member.size > _LARGEST_NOTE:
        return None
    file = tar.extractfile(member)
    return orjson.loads(file.read()) if file is not None else None


@contextmanager
def _readable(name: str, into: Path | None) -> Iterator[None]:
    """Whatever a file that is damaged brings about is BackupUnusable."""
    try:
        yield
    except _DAMAGE as error:
        raise BackupUnusable(f"{name}: is damaged, was cut off, or is no backup of Commissure ({error})") from error
    except OSError as error:
        if into is not None and (full := disk_full(error, into)):
            raise full from error
        raise BackupUnusable(f"{name}: cannot be read: {error.strerror or error}") from error


class _Summing(io.RawIOBase):
    """A file whose bytes are summed up while they are read."""

    def __init__(self, file: IO[bytes] | None, told: Told) -> None:
        super().__init__()
        self._file, self._told, self._sum = file, told, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """See RawIOBase."""
        piece = self._file.read(size) if self._file is not None else b""
        self._sum.update(piece)
        self._told(len(piece))
        return piece

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read, in hexadecimal digits."""
        return self._sum.hexdigest()
