"""Where the text of an attachment is, if not in the record itself: in a Binary of the dataset.

    scan: Binary ─ its content ─▶ kept by digest            mapping: note ─ url ─▶ Binary/ID ─▶ digest ─▶ content
               └─ announces the digest under Binary/ID

A Binary is the content of what names it and no document of its own: title, type, date, patient and encounter are the record's, and what
its record withdrew must not be found by itself.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from ingest.fhir.r4 import ATTACHMENTS
from ingest.mapping.codes import dicts
from ingest.mapping.references import key_of
from sources.model import SourceRecord

CONTENT: Final = "urn:commissure:content:"
"""Under this system and its `Binary/ID` a Binary tells the digest of its content."""
NAMED: Final = "urn:commissure:named:"
"""Under this system and the `Binary/ID` that its attachment names a record tells its own `Type/id`."""


def content_of(resource: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """(digest, {"contentType", "data"} as JSON) of a Binary; None of anything else."""
    if resource.get("resourceType") != "Binary" or type(resource.get("data")) is not str:
        return None
    content = orjson.dumps({"contentType": resource.get("contentType"), "data": resource["data"]})
    return hashlib.blake2b(content, digest_size=16).hexdigest(), content


def announced(record: SourceRecord) -> Iterator[tuple[str, str]]:
    """(system, value) of what a record tells others: the content it is, and the Binaries it names as its text."""
    resource = record.resource
    kind, identifier = resource["resourceType"], resource.get("id")
    if content := content_of(resource):
        yield f"{CONTENT}Binary/{identifier}", content[0]
    for attachment, _ in attachments(kind, resource):
        url = attachment.get("url")
        if type(url) is str and (key := record.urns.get(url) or key_of(without_query(url))).startswith("Binary/"):
            yield f"{NAMED}{key}", f"{kind}/{identifier}"


def attachments(kind: str, resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each Attachment of a resource and its place."""
    for path in ATTACHMENTS.get(kind, ()):
        yield from walk(resource, path.split("."), kind)


def walk(element: Any, path: list[str], field: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each object at a path, and its place."""
    if not path:
        yield element, field
        return
    value = element.get(path[0])
    for place, item in enumerate(dicts(value)):
        yield from walk(item, path[1:], f"{field}.{path[0]}[{place}]" if type(value) is list else f"{field}.{path[0]}")


def without_query(url: str) -> str:
    """The URL of a Binary without what asks for a form of it, `?_format=…`; any other URL as it is."""
    bare = url.partition("?")[0]
    return bare if key_of(bare).startswith("Binary/") else url
