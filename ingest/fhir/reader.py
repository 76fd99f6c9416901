"""FHIR JSON: NDJSON, single resources and Bundles, told apart by content."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO, Any, cast

import orjson

from ingest.fhir.decimals import exactly, written
from sources.blocks import MAX_LINE, Block, Read
from sources.errors import SourceTooLarge
from sources.files import Role, SourceFile, open_source, read_source
from sources.lines import read_lines
from sources.model import Deleted, Issue, Severity, SourceRecord

_NO_URNS: Mapping[str, str] = {}
_SNIFF = 1 << 16
_LOOK_ON = 1 << 20
_REFERENCE = re.compile(rb'"(?:reference|url)":"([^"\\]+)"')


def read(block: Block) -> Read:
    """The resources of a block. What a Bulk Data `deleted` file or a DELETE entry of a transaction names comes as Deleted."""
    if strange := _strange(block.file):
        if block.start == 0:
            yield strange
        return
    if block.start == 0 and block.end is None and is_document(block.file):
        yield from _read_document(block.file)
        return
    for found in read_lines(block):
        if isinstance(found, Issue):
            yield found
            continue
        number, line = found
        try:
            resource = orjson.loads(line)
        except ValueError as error:
            yield _bad_json(block.file, number, error)
            continue
        found_here = _resources(resource, line, block.file, number)
        # a Bundle's entries are counted where it is the first line of its file, not of a block
        yield from (replace(item, line=number) for item in found_here) if block.start and number == 1 else found_here


_STRANGE = (
    (b"<", "fhir-xml", "this is XML: FHIR XML is not read; convert it to FHIR JSON or NDJSON"),
    (b"PK\x03\x04", "archive", "this is a ZIP archive: unpack it and ingest what is in it"),
    (b"\x1f\x8b", "gzip-name", "this is packed by gzip but its name does not say so: name it with .gz at its end"),
    (b"PAR1", "parquet", "this is a Parquet table: FHIR JSON or NDJSON can be read"),
)
"""How a file begins that is none of JSON → code and reason."""


def _strange(file: SourceFile) -> Issue | None:
    """What a file is that holds no JSON at all, known by its first bytes; None for any other."""
    try:
        with open_source(file) as stream:
            head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    except Exception:
        return None  # whoever reads it on says what is wrong
    return next((Issue(Severity.REJECT, code, reason, file.uri, 1) for sign, code, reason in _STRANGE if head.startswith(sign)), None)


def is_document(file: SourceFile) -> bool:
    """Whether the file is one JSON document rather than a resource a line. Unreadable files are left to the line reader's message."""
    try:
        with open_source(file) as stream:
            head = stream.read(_SNIFF)
            if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
                return False
            first, newline, _ = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
            if not newline and len(head) == _SNIFF:
                # A first line longer than we sniffed: one huge resource of many, or one huge document on one line.
                return _is_single_line(stream) and b'"Bundle"' in first[:2048]
            try:
                orjson.loads(first)
            except ValueError:
                # A broken first line must not take the rest of an NDJSON file with it.
                return first.strip() in (b"{", b"[") or not any(map(_is_resource, (head + stream.read(_LOOK_ON)).split(b"\n")[1:]))
            return False
    except Exception:
        return False


def _is_resource(line: bytes) -> bool:
    if b'"resourceType"' not in line:
        return False
    try:
        return "resourceType" in orjson.loads(line)
    except (ValueError, TypeError):
        return False


def _is_single_line(stream: Any) -> bool:
    while piece := stream.read(1 << 20):
        _, newline, after = piece.partition(b"\n")
        if newline:
            return not after.strip() and not stream.read(1 << 10).strip()
    return True


def _read_document(file: SourceFile) -> Read:
    try:
        content = read_source(file, MAX_LINE).removeprefix(b"\xef\xbb\xbf")
        document = orjson.loads(content)
    except (SourceTooLarge, EOFError, zlib.error):  # what lies before the break of a packed stream is read
        yield from _read_large(file)
    except OSError as error:
        yield Issue(Severity.REJECT, "unreadable-file", f"the file cannot be read: {error.strerror or error}", file.uri, 1)
    except ValueError as error:
        yield _bad_json(file, 1, error)
    else:
        yield from _resources(document, content, file, 1)


def _read_large(file: SourceFile) -> Read:
    """The entries of a Bundle that is larger than memory should hold, one by one."""
    import ijson

    try:
        urns: dict[str, str] = {}
        for entry in _entries(file):
            urns |= _urns([entry])
        position = 0
        for position, entry in enumerate(_entries(file), 1):
            yield from _entry(entry, urns, file, position)
        if not position:
            reason = f"the file is longer than {MAX_LINE} bytes and no Bundle with entries: split it, or write one resource a line"
            yield Issue(Severity.REJECT, "file-too-large", reason, file.uri, 1)
    except SourceTooLarge:
        yield Issue(Severity.REJECT, "file-too-large", f"an entry of the Bundle is longer than {MAX_LINE} bytes", file.uri, 1)
    except (ijson.JSONError, EOFError, OSError, ValueError, zlib.error) as error:
        yield Issue(Severity.REJECT, "broken-json", f"the Bundle breaks off or is not JSON ({type(error).__name__})", file.uri, 1)


class _Allowance:
    """A stream of which so much may be read before the next entry is complete. Raises SourceTooLarge beyond that."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """See IO."""
        if self._read > MAX_LINE:
            raise SourceTooLarge(MAX_LINE)
        piece = self._stream.read(size)
        self._read += len(piece)
        return piece

    def renew(self) -> None:
        """An entry is complete."""
        self._read = 0


def _entries(file: SourceFile) -> Iterator[Any]:
    import ijson

    with open_source(file) as stream:
        bounded = _Allowance(stream)
        for entry in ijson.items(bounded, "entry.item"):
            bounded.renew()
            yield entry


def _resources(document: Any, raw: bytes, file: SourceFile, line: int) -> Read:
    if isinstance(document, list):
        for position, item in enumerate(exactly(document, raw), 1):
            yield from _resources(item, written(item), file, position if line == 1 else line)
        return
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        yield Issue(
            Severity.REJECT,
            "not-a-resource",
            "the JSON is not a FHIR resource: it has no resourceType",
            file.uri,
            line,
            field="resourceType",
        )
        return
    if document["resourceType"] == "Bundle" and isinstance(document.get("entry"), list):
        document = exactly(document, raw)
        urns = _urns(document["entry"])
        for position, entry in enumerate(document["entry"], 1):
            yield from _entry(entry, urns, file, position if line == 1 else line)
        return
    if file.role is Role.DELETED:
        yield Issue(
            Severity.WARNING, "not-a-deletion", "a deleted file holds transaction Bundles with DELETE requests only", file.uri, line
        )
        return
    if document["resourceType"] == "OperationOutcome":
        yield _outcome(document, file, line)
        return
    if document["resourceType"] == "Parameters" and _is_header(document):
        return
    if _is_no_record(document):
        yield _no_record(document["resourceType"], file, line)
        return
    yield record_of(document, raw, file.uri, line, _NO_URNS)


def _entry(entry: Any, urns: Mapping[str, str], file: SourceFile, line: int) -> Read:
    request = entry.get("request") if isinstance(entry, dict) else None
    if isinstance(request, dict) and request.get("method") == "DELETE":
        target = str(request.get("url") or "").strip("/").split("/_history")[0]
        kind, _, identifier = target.rpartition("/")
        if not kind or not identifier or "?" in target:
            yield Issue(Severity.REJECT, "bad-deletion", "DELETE needs a url of the form Type/id", file.uri, line, field="request.url")
        else:
            yield Deleted(kind.rpartition("/")[2], identifier, file.uri, line)
        return
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict):
        yield Issue(Severity.WARNING, "entry-without-resource", "the Bundle entry holds no resource", file.uri, line, field="entry")
        return
    if file.role is Role.DELETED:
        yield Issue(Severity.WARNING, "not-a-deletion", "a deleted file holds DELETE requests only", file.uri, line)
        return
    if resource.get("resourceType") in ("Bundle", "OperationOutcome"):
        yield from _resources(resource, written(resource), file, line)
        return
    if _is_no_record(resource):
        yield _no_record(resource["resourceType"], file, line)
        return
    if not isinstance(resource.get("resourceType"), str):
        yield Issue(Severity.REJECT, "not-a-resource", "the entry's resource has no resourceType", file.uri, line, field="entry.resource")
        return
    if not resource.get("id"):
        identifier = urns.get(str(entry.get("fullUrl")), "").rpartition("/")[2]
        if identifier:
            resource = {**resource, "id": identifier}
    raw = written(resource)
    references = dict.fromkeys(found.decode() for found in _REFERENCE.findall(raw)) if urns else ()
    yield record_of(resource, raw, file.uri, line, {key: urns[key] for key in references if key in urns})


def record_of(resource: Mapping[str, Any], raw: bytes, source: str, line: int, urns: Mapping[str, str] = _NO_URNS) -> SourceRecord:
    """The record that a resource is; without an id, or one that is no string, its id is ''."""
    kind, identifier = resource.get("resourceType"), resource.get("id")
    return SourceRecord(kind if type(kind) is str else "", identifier if type(identifier) is str else "", resource, raw, source, line, urns)


def _urns(entries: list[Any]) -> dict[str, str]:
    """fullUrl → Type/id, for the references of a Bundle's entries to each other."""
    urns = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("fullUrl"), str) or not isinstance(entry.get("resource"), dict):
            continue
        resource = cast(dict[str, Any], entry["resource"])
        identifier = resource.get("id") or entry["fullUrl"].rpartition("/" if "/" in entry["fullUrl"] else ":")[2]
        urns[entry["fullUrl"]] = f"{resource.get('resourceType')}/{identifier}"
    return urns


def _outcome(resource: Mapping[str, Any], file: SourceFile, line: int) -> Issue:
    """An OperationOutcome of the exporting server, reported by its codes: its free text may quote patients."""
    issues = resource.get("issue")
    codes = sorted({str(i.get("code")) for i in issues if isinstance(i, dict)}) if isinstance(issues, list) else []
    reason = f"the source server reports: {', '.join(codes) or 'no code'}; read the file for its words"
    return Issue(Severity.WARNING, "operation-outcome", reason, file.uri, line)


def _is_no_record(resource: Mapping[str, Any]) -> bool:
    """Whether it is what servers exchange rather than keep: Parameters without id, a Bundle without entries."""
    kind = resource.get("resourceType")
    return (kind == "Parameters" and not resource.get("id")) or (kind == "Bundle" and not resource.get("entry"))


def _no_record(kind: str, file: SourceFile, line: int) -> Issue:
    reason = "the Bundle is empty" if kind == "Bundle" else "Parameters say how a server was asked: they are no record"
    return Issue(Severity.WARNING, "no-record", f"{reason}, so this was passed over", file.uri, line)


def _is_header(resource: Mapping[str, Any]) -> bool:
    """Whether these are the Parameters that head each group of an export organised by patient."""
    parameters = resource.get("parameter")
    return isinstance(parameters, list) and any(isinstance(p, dict) and p.get("name") == "header" for p in parameters)


def _bad_json(file: SourceFile, line: int, error: ValueError) -> Issue:
    text = str(error)
    hint = "the text is not UTF-8: convert the file" if "utf-8" in text.lower() else "the JSON does not parse"
    column = f" (column {error.colno})" if isinstance(error, orjson.JSONDecodeError) and error.colno else ""
    return Issue(Severity.REJECT, "broken-json", f"{hint}{column}", file.uri, line)
