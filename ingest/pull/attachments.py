"""Texts that records name by address are fetched from the server that the records came from, so that notes are read with them.

A Binary becomes a record of the export, `Binary.attachments.ndjson`; anything else a file beside it, under a name made of its address
(ingest/fhir/attached.py). What cannot be fetched is an issue of the run, with the file and line of the record that names it.
"""

import base64
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

import orjson

from ingest.attachments import MAX_BYTES
from ingest.errors import PullFailed, PullRefused
from ingest.fhir.attached import attachments, contained_notes, fetched_beside, without_query
from ingest.mapping.references import key_of
from ingest.progress import Progress
from ingest.pull.reach import joined
from ingest.pull.web import Signer, Web, body, content_type
from ingest.staging import sync
from sources.blocks import MAX_LINE
from sources.model import Issue, Severity

BINARIES: Final = "Binary.attachments.ndjson"
_KEPT: Final = ".attachments.ndjson"
"""What became of each address, a line each: a pull that goes on asks for none of them again."""
_ENVELOPE: Final = 1 << 16
"""Bytes that a Binary may have around its data."""
_LARGEST_BINARY: Final = (MAX_LINE - _ENVELOPE) * 3 // 4
"""Bytes of a Binary whose base64 still fits a line."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many attachments are fetched at most, and bytes of each."""

    number: int
    bytes: int


NO_ATTACHMENTS: Final = Bounds(0, 0)


@dataclass(frozen=True, slots=True)
class Named:
    """An attachment that a record names by address, and where the record stands."""

    url: str
    content_type: str
    source: str
    line: int
    record: str


class Attachments:
    """The attachments of one export."""

    def __init__(self, web: Web, signer: Signer, folder: Path, bounds: Bounds, progress: Progress) -> None:
        self._web, self._signer, self._folder, self._bounds, self._progress = web, signer, folder, bounds, progress
        self._become: dict[str, str] = {}
        self._asked = 0

    def fetch(self, files: Iterable[Path]) -> tuple[Issue, ...]:
        """Fetch what the records of the files name; what was not to be had, by record."""
        files = tuple(files)
        self._recall()
        binaries = set(_binaries(files))
        issues: list[Issue] = []
        self._progress.step("fetching attachments")
        with (self._folder / _KEPT).open("ab") as kept, (self._folder / BINARIES).open("ab") as lines:
            for named in _named(files):
                key = key_of(without_query(named.url))
                if key in binaries:
                    continue
                url = joined(f"{self._web.reach.base}/", named.url)
                if url not in self._become:
                    self._become[url] = self._fetch_one(url, key, named, lines)
                    kept.write(orjson.dumps([url, self._become[url], lines.tell()]) + b"\n")
                    kept.flush()
                    self._progress.advance()
                if reason := self._become[url]:
                    issues.append(_issue(named, reason))
        for path in (self._folder / _KEPT, self._folder / BINARIES):
            sync(path)
        if not (self._folder / BINARIES).stat().st_size:
            (self._folder / BINARIES).unlink()
        return tuple(issues)

    def _recall(self) -> None:
        """Take up what an earlier attempt fetched; what it was writing when it was cut off is cut off."""
        kept, lines = self._folder / _KEPT, self._folder / BINARIES
        size, whole = 0, 0
        for line in kept.read_bytes().splitlines(keepends=True) if kept.exists() else ():
            if not line.endswith(b"\n"):
                break
            url, become, size = orjson.loads(line)
            self._become[url] = become
            self._asked += become != "attachments-bounded"
            whole += len(line)
        for path, length in ((kept, whole), (lines, size)):
            if path.exists():
                with path.open("r+b") as stream:
                    stream.truncate(length)

    def _fetch_one(self, url: str, key: str, named: Named, lines: IO[bytes]) -> str:
        """Fetch an attachment to where mapping finds it; why not, as a code of an issue, '' where it is there."""
        if self._asked >= self._bounds.number:
            return "attachments-bounded"
        self._asked += 1
        most = min(self._bounds.bytes, _LARGEST_BINARY if key else MAX_BYTES)
        stated = f", {named.content_type};q=0.9" if named.content_type.isascii() and named.content_type.isprintable() else ""
        accept = f"application/fhir+json{stated}, */*;q=0.1" if key else f"{named.content_type or '*/*'}, */*;q=0.1"
        try:
            with self._web.get(url, {"Accept": accept if accept.isascii() and accept.isprintable() else "*/*"}, self._signer) as response:
                if response.status_code != 200:
                    return "attachment-missing"
                length = response.headers.get("content-length", "")
                if length.isascii() and length.isdigit() and int(length[:18]) > most * 2:
                    return "attachment-too-large"
                try:
                    content = body(response, most * 2, url)
                except PullFailed:
                    return "attachment-too-large"
                kind = content_type(response)
        except PullRefused:
            return "attachment-refused"
        if key:
            line = _binary(key.partition("/")[2], content, kind)
            if len(line) > most * 4 // 3 + _ENVELOPE:
                return "attachment-too-large"
            lines.write(line)
            lines.flush()
        elif len(content) > most:
            return "attachment-too-large"
        else:
            target = self._folder / fetched_beside(url)
            target.parent.mkdir(exist_ok=True)
            temporary = target.with_name(f".{target.name}.partial")
            temporary.write_bytes(content)
            sync(temporary)
            temporary.replace(target)
        return ""


def _binary(identifier: str, content: bytes, kind: str) -> bytes:
    """A line with the Binary: the server's own where it gave one, else one made around the bytes that it gave."""
    if kind in ("application/fhir+json", "application/json"):
        try:
            found = orjson.loads(content)
            if isinstance(found, dict) and found.get("resourceType") == "Binary" and found.get("id") in (None, identifier):
                return orjson.dumps({**found, "id": identifier}) + b"\n"
        except ValueError:
            pass
    data = base64.b64encode(content).decode()
    made = {"resourceType": "Binary", "id": identifier, "contentType": kind or "application/octet-stream", "data": data}
    return orjson.dumps(made) + b"\n"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as stream:
        yield from enumerate(stream, 1)


def _binaries(files: Iterable[Path]) -> Iterator[str]:
    """The Binaries that the export has itself."""
    for path in files:
        for _, line in _lines(path):
            if b'"Binary"' in line[:2048]:
                try:
                    resource = orjson.loads(line)
                except ValueError:
                    continue  # ingest says what is wrong with it
                if isinstance(resource, dict) and resource.get("resourceType") == "Binary":
                    yield f"Binary/{resource.get('id')}"


def _named(files: Iterable[Path]) -> Iterator[Named]:
    """The attachments that records name by an address, or as a Binary."""
    for path in files:
        for number, line in _lines(path):
            if b'"url"' not in line:
                continue
            try:
                resource = orjson.loads(line)
            except ValueError:
                continue  # as above
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            if not isinstance(kind, str) or kind == "Bundle":
                continue
            held = [attachment for attachment, _ in attachments(kind, resource)]
            for note, _ in contained_notes(kind, resource):
                held += [attachment for attachment, _ in attachments("DocumentReference", note)]
            for attachment in held:
                url, stated = attachment.get("url"), attachment.get("contentType")
                if type(url) is str and attachment.get("data") is None and _can_be_asked(url.strip()):
                    record = f"{kind}/{resource.get('id')}"
                    yield Named(url.strip(), stated if type(stated) is str else "", str(path), number, record)


def _can_be_asked(url: str) -> bool:
    return url.lower().startswith(("https://", "http://")) or (key_of(without_query(url)).startswith("Binary/") and ":" not in url)


_REASONS: Final = {
    "attachments-bounded": "the text is at an address, and as many were fetched as may be at once (--attachments): it is not read",
    "attachment-missing": "the text is at an address at which the server does not give it: it is not read",
    "attachment-too-large": "the text is at an address, and larger than is fetched (--attachment-bytes): it is not read",
    "attachment-refused": "the text is at an address that is not asked: another host (--allow-host), or one that leads to this machine",
}


def _issue(named: Named, code: str) -> Issue:
    return Issue(Severity.WARNING, code, _REASONS[code], named.source, named.line, named.record, "url")


def as_lines(issues: Iterable[Issue]) -> bytes:
    """Issues as they are kept until the run takes them."""
    return b"".join(orjson.dumps(asdict(issue)) + b"\n" for issue in issues)


def of_lines(content: bytes) -> tuple[Issue, ...]:
    """The issues that were kept."""
    return tuple(Issue(**{**orjson.loads(line), "severity": Severity(orjson.loads(line)["severity"])}) for line in content.splitlines())
