"""The formats that can be ingested: each pairs a reader with a mapping. A new input format is one more entry here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.errors import UnsupportedSource
from ingest.model import Mapped, MappingContext, SourceRecord
from ingest.readers import Block, Items
from ingest.sources import SourceFile, is_splittable


@dataclass(frozen=True, slots=True)
class Format:
    """How to read, identify and map one input format. `key` gives a resource's (type, id), `identifiers` its business identifiers.

    `splits` tells whether a file is lines that several workers can read at once; `state` what a record depends on beside itself (files
    that it names); `complete` whether a file holds all there is of its records, so that one that vanished from it is gone; `density` how
    many times more quads a byte of it gives than one of FHIR: blocks are smaller by as much, so that their parts are of one size.
    """

    name: str
    suffixes: tuple[str, ...]
    version: str
    read: Callable[[Block], Items]
    map: Callable[[SourceRecord, MappingContext], Mapped]
    key: Callable[[Mapping[str, Any]], tuple[str, str] | None]
    splits: Callable[[SourceFile], bool]
    identifiers: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]]
    state: Callable[[SourceRecord], bytes] = lambda _: b""
    complete: bool = False
    density: int = 1


Settings = tuple[tuple[str, str], ...]
"""What a run sets for its format alone: (name, value)."""


def find(name: str, settings: Settings = ()) -> Format:
    """The format of that name; UnsupportedSource if there is none. Imports happen here, so that the command line starts quickly."""
    if name == "fhir":
        from ingest.mapping import fhir
        from ingest.readers import fhir as fhir_reader

        return Format(
            name="fhir",
            suffixes=(".ndjson", ".jsonl", ".json"),
            version=fhir.MAPPING_VERSION,
            read=fhir_reader.read,
            map=fhir.map_record,
            key=fhir.record_key,
            splits=lambda file: is_splittable(file) and not fhir_reader.is_document(file),
            identifiers=fhir.identifiers,
        )
    if name == "text":
        from ingest.mapping import text
        from ingest.readers import text as text_reader

        return Format(
            name="text",
            suffixes=text_reader.SUFFIXES,
            version=text.MAPPING_VERSION,
            read=text_reader.read,
            map=text.map_text,
            key=_text_key,
            splits=lambda file: is_splittable(file) and file.uri.endswith((".jsonl", ".ndjson")),
            identifiers=lambda _: (),
        )
    if name in ("manifest", "responses"):
        from ingest.labels import format as labels

        return labels.of(name, dict(settings))
    raise UnsupportedSource(f"no input format is called {name!r}: use fhir, text, manifest or responses")


def _text_key(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    return "Text", str(resource["id"])
