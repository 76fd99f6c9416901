"""Where the text of an attachment is, if not in the record itself: in a Binary of the dataset, or in a file beside the export.

    scan: Binary ─ its content ─▶ kept by digest            mapping: note ─ url ─▶ Binary/ID ─▶ digest ─▶ content
               └─ announces the digest under Binary/ID

A Binary is the content of what names it and no document of its own: title, type, date, patient and encounter are the record's, and what
its record withdrew must not be found by itself.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote

import orjson

from ingest.attachments import MAX_BYTES, begins_as_text
from ingest.fhir.policy import is_entered_in_error
from ingest.fhir.r4.tables import ATTACHMENTS, TYPES
from ingest.mapping.codes import dicts
from ingest.mapping.references import key_of
from ingest.model import NAMED
from sources.files import SourceFile, address_beside, open_beside
from sources.model import SourceRecord

_NOTE: Final = "DocumentReference"
CONTENT: Final = "urn:commissure:content:"
"""Under this system and its `Binary/ID` a Binary tells the digest of its content."""


def content_of(resource: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """(digest, {"contentType", "data"} as JSON) of a Binary; None of anything else."""
    if resource.get("resourceType") != "Binary" or type(resource.get("data")) is not str:
        return None
    content = orjson.dumps({"contentType": resource.get("contentType"), "data": resource["data"]})
    return hashlib.blake2b(content, digest_size=16).hexdigest(), content


def announced(record: SourceRecord) -> Iterator[tuple[str, str]]:
    """(system, value) of what a record tells others: the content it is, and the Binaries it names as its text."""
    resource = record.resource
    kind, identifier = record.kind, record.id
    if content := content_of(resource):
        yield f"{CONTENT}Binary/{identifier}", content[0]
    for attachment, _ in (*attachments(kind, resource), *_contained(kind, resource)):
        url = attachment.get("url")
        if type(url) is str and (key := record.urns.get(url) or key_of(without_query(url))).startswith("Binary/"):
            yield f"{NAMED}{key}", f"{kind}/{identifier}"


def attachments(kind: str, resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each Attachment of a resource and its place; of types without a table, what their names say is one."""
    if kind in TYPES:
        for path in ATTACHMENTS.get(kind, ()):
            yield from _walk(resource, path.split("."), kind)
    elif kind == "Library":
        yield from _walk(resource, ["content"], kind)
    else:
        yield from _below(resource, _NAMES, kind)


def is_plain(record: SourceRecord) -> bool:
    """Whether all attachments of a record are text that lies in it: no PDF has to be opened, nothing has to be fetched."""
    found = (*attachments(record.kind, record.resource), *_contained(record.kind, record.resource))
    return record.kind != "Binary" and all(begins_as_text(attachment.get("data")) for attachment, _ in found)


def contained_notes(kind: str, resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each DocumentReference that a resource contains, but for those entered in error, and its place: what it holds is the record's."""
    for place, inner in enumerate(dicts(resource.get("contained"))):
        if inner.get("resourceType") == _NOTE and not is_entered_in_error(inner):
            yield inner, f"{kind}.contained[{place}]"


def attachments_of_note(note: Mapping[str, Any], field: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each Attachment of a DocumentReference that a resource contains at a place, and its own place."""
    return ((attachment, field + place.removeprefix(_NOTE)) for attachment, place in attachments(_NOTE, note))


def _contained(kind: str, resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for note, field in contained_notes(kind, resource):
        yield from attachments_of_note(note, field)


def _walk(element: Any, path: list[str], field: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each object at a path, and its place; after `**` at any depth."""
    if not path:
        yield element, field
        return
    if path[0] == "**":
        yield from _below(element, frozenset(path[1:]), field)
        return
    value = element.get(path[0])
    for place, item in enumerate(dicts(value)):
        yield from _walk(item, path[1:], f"{field}.{path[0]}[{place}]" if type(value) is list else f"{field}.{path[0]}")


_NAMES: Final = frozenset({"valueAttachment", "contentAttachment"})
_DEEPEST: Final = 60
"""Elements within elements: what lies deeper is refused with its record."""


def _below(element: Mapping[str, Any], names: frozenset[str], field: str, depth: int = 0) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each object of these names inside an element, at any depth, and its place; those of records that it contains are theirs."""
    for key, value in element.items():
        if key == "contained" or depth > _DEEPEST:
            continue
        for place, item in enumerate(dicts(value)):
            here = f"{field}.{key}[{place}]" if type(value) is list else f"{field}.{key}"
            if key in names:
                yield item, here
            else:
                yield from _below(item, names, here, depth + 1)


def names_file(url: str) -> bool:
    """Whether a URL is a path relative to the file that the record came in, as bulk clients write them (`./attachments/a.txt`)."""
    return bool(url) and url[0] not in "/#?" and not _SCHEME.match(url) and not key_of(without_query(url)).startswith("Binary/")


_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_AT_ADDRESS: Final = re.compile(r"https?://[^/]", re.I)


def is_at_address(url: str) -> bool:
    """Whether a URL is an address of the web that names no Binary: its text is read where a pull put it beside the export."""
    return _AT_ADDRESS.match(url) is not None and not key_of(without_query(url)).startswith("Binary/")


def fetched_beside(url: str) -> str:
    """The path, beside the file of the record that names it, at which a pull puts what lies at an address."""
    return f"attachments/{hashlib.blake2b(url.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def read_beside(source: str, url: str, within: tuple[str, ...] = ()) -> bytes:
    """What the file holds that a record of a source names, at most a byte more than an attachment may have.

    Raises OSError, which is SourceDenied where the file lies outside the source's folder.
    """
    file = SourceFile(source, 0, within=within)
    try:
        opened = open_beside(file, url)
    except FileNotFoundError:
        if unquote(url) == url:
            raise
        opened = open_beside(file, unquote(url))
    with opened as stream:
        return stream.read(MAX_BYTES + 1)


def state_of(record: SourceRecord, within: tuple[str, ...] = ()) -> bytes:
    """A digest of the files that a record's attachments name: where one changes, comes or goes, the record is mapped again."""
    state = b""
    for path in _files(record):
        try:
            content = read_beside(record.source, path, within)
        except OSError:
            state += b"-"
        else:
            state += hashlib.blake2b(content, digest_size=16).digest()
    for path in _fetched(record):
        with suppress(OSError):  # nothing was fetched: the record is as it would be without pulls
            state += hashlib.blake2b(read_beside(record.source, path, within), digest_size=16).digest()
    return state


def files_named(record: SourceRecord) -> Iterator[str]:
    """The addresses of the files that a record's attachments name beside it, whether they are there or not."""
    for url in _files(record):
        yield from {address_beside(record.source, each) for each in (url, unquote(url))}
    for path in _fetched(record):
        yield address_beside(record.source, path)


def _files(record: SourceRecord) -> Iterator[str]:
    """The urls of a record's attachments that are paths of files."""
    return filter(names_file, _urls(record))


def _fetched(record: SourceRecord) -> Iterator[str]:
    """The paths at which a pull puts what lies at the addresses that a record's attachments name."""
    return (fetched_beside(url) for url in _urls(record) if is_at_address(url))


def _urls(record: SourceRecord) -> Iterator[str]:
    """The urls of a record's attachments that have no text in themselves and name nothing of their Bundle."""
    if b'"url"' not in record.raw:
        return
    for attachment, _ in (*attachments(record.kind, record.resource), *_contained(record.kind, record.resource)):
        url = attachment.get("url")
        if type(url) is str and "data" not in attachment and (path := url.strip()) not in record.urns:
            yield path


def without_query(url: str) -> str:
    """The URL of a Binary without what asks for a form of it, `?_format=…`; any other URL as it is."""
    bare = url.partition("?")[0]
    return bare if key_of(bare).startswith("Binary/") else url
