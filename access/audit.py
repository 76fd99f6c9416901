"""The audit log: who saw which patient, what was asked, counted, exported and changed. It only grows, and each line proves those before it.

access/audit/000001.ndjson, 000002.ndjson, … in the data folder, a JSON object a line. Each holds the digest of the line before (`previous`)
and of itself (`hash`), across files too. It never holds clinical text, nor what somebody typed.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from access.errors import AuditDamaged, AuditUnwritable

START: Final = "0" * 64
"""The digest before the first line."""
LARGEST: Final = 64 << 20
"""Bytes of a file, after which the next one is begun."""


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did."""

    user: str
    via: str
    """token ID, session, header, command; '' where nobody was let in."""
    action: str
    """read, count, export, change, sign-in, sign-out."""
    what: str
    """The operation or page."""
    status: int
    """As HTTP answers; 0 for commands."""
    datasets: Sequence[str] | None = ()
    """Those that could be seen; None: all."""
    patients: Sequence[str] = ()
    """IRIs of the patients that the answer names."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Parameters; None for the value of one that may hold words."""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """A log that is whole: its lines, and the digest of the last. Kept elsewhere, that shows later that nothing was cut off."""

    events: int
    head: str
    torn: tuple[str, ...]
    """Files whose last line was cut off while it was written, by a crash; it is not counted."""


class AuditLog:
    """The log of a data folder. Several processes may write to it."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, largest: int = LARGEST) -> None:
        self.folder = folder / "access" / "audit"
        self._clock, self._largest = clock, largest
        self._lock = threading.Lock()
        self._known: tuple[Path, int, int, str] | None = None
        """The file that was written last, its size, and the number and digest of its last line."""

    def append(self, event: Event, *, durable: bool = False) -> None:
        """Note an event; `durable` waits until it is on the disk. Raises AuditUnwritable."""
        try:
            with self._lock, self._held():
                path, size, number, previous = self._end()
                if size >= self._largest:
                    path, size = self._after(path), 0
                line, digest = _line(number + 1, self._clock(), previous, event)
                descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    if os.write(descriptor, line) != len(line):
                        raise OSError(28, "a line was cut off")
                    if durable:
                        os.fdatasync(descriptor)
                finally:
                    os.close(descriptor)
                self._known = path, size + len(line), number + 1, digest
        except OSError as error:
            self._known = None
            raise AuditUnwritable(f"{self.folder}: the audit log cannot be written: {error.strerror}") from error

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _end(self) -> tuple[Path, int, int, str]:
        """Where the next line goes. What another process wrote meanwhile is read; after a line that was cut off a new file is begun."""
        files = self.files()
        if not files:
            return self.folder / "000001.ndjson", 0, 0, START
        size = files[-1].stat().st_size
        if self._known is not None and self._known[:2] == (files[-1], size):
            return self._known
        number, digest = next((_ends(line) for path in reversed(files) if (line := _last_line(path))), (0, START))
        with files[-1].open("rb") as file:
            file.seek(max(0, size - 1))
            whole = file.read(1) in (b"\n", b"")
        return (files[-1], size, number, digest) if whole else (self._after(files[-1]), 0, number, digest)

    def _after(self, path: Path) -> Path:
        return self.folder / f"{int(path.stem) + 1:06d}.ndjson"

    def files(self) -> list[Path]:
        """The files, oldest first."""
        return sorted(self.folder.glob("[0-9]*.ndjson"))

    def events(self, *, user: str = "", patient: str = "", since: str = "") -> Iterator[dict[str, Any]]:
        """Events in order: of a user, about a patient (an IRI, or its end), since a day or moment (ISO 8601). Raises AuditDamaged."""
        for path in self.files():
            for number, line in enumerate(_whole_lines(path), 1):
                if (user and user.encode() not in line) or (patient and patient.encode() not in line):
                    continue
                event = _event(line, path, number)
                seen = not patient or any(one == patient or one.endswith("/" + patient) for one in event["patients"])
                if seen and (not user or event["user"] == user) and event["at"] >= since:
                    yield event

    def verify(self) -> Verified:
        """Hold every line against the one before it. Raises AuditDamaged, which names the first that does not fit."""
        previous, count, torn = START, 0, []
        for path in self.files():
            for number, line in enumerate(_whole_lines(path), 1):
                event = _event(line, path, number)
                held = event.pop("hash")
                if event["previous"] != previous or event["n"] != count + 1:
                    raise AuditDamaged(f"{path}, line {number}: what stood before it is not there any more, or was changed")
                if held != _digest(event):
                    raise AuditDamaged(f"{path}, line {number}: was changed after it was written")
                previous, count = held, count + 1
            if not _is_whole(path):
                torn.append(path.name)
        return Verified(count, previous, tuple(torn))

    def holds(self, digest: str) -> bool:
        """Whether a line of this digest is there."""
        return digest == START or any(event["hash"] == digest for event in self.events())


def _line(number: int, now: float, previous: str, event: Event) -> tuple[bytes, str]:
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {
        "n": number,
        "at": moment,
        "user": event.user,
        "via": event.via,
        "action": event.action,
        "what": event.what,
        "status": event.status,
        "datasets": None if event.datasets is None else list(event.datasets),
        "patients": list(event.patients),
        "asked": dict(event.asked),
        "request": event.request,
        "previous": previous,
    }
    digest = _digest(told)
    return orjson.dumps({**told, "hash": digest}) + b"\n", digest


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _event(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        event: dict[str, Any] = orjson.loads(line)
        if not event.keys() >= _FIELDS:
            raise AuditDamaged(f"{path}, line {number}: is no event")
    except (orjson.JSONDecodeError, AttributeError):
        raise AuditDamaged(f"{path}, line {number}: is no event") from None
    return event


_FIELDS: Final = frozenset({"n", "at", "user", "patients", "previous", "hash"})


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if line.endswith(b"\n"))


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1))
        return file.read(1) in (b"\n", b"")


def _last_line(path: Path) -> bytes:
    """The last whole line of a file; nothing where it has none."""
    last = b""
    for line in _whole_lines(path):
        last = line
    return last


def _ends(line: bytes) -> tuple[int, str]:
    event = orjson.loads(line)
    return event["n"], event["hash"]
