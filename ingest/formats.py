"""The formats that can be ingested: each pairs a reader with a mapping. A new input format is one more entry here."""

from collections.abc import Mapping
from typing import Final

from ingest.format import Format, Settings
from sources.errors import UnsupportedSource
from sources.files import is_splittable

_OF_KIND: Final[Mapping[str, str]] = {
    "Text": "text",
    **dict.fromkeys(("Item", "Manifest", "Categories"), "manifest"),
    **dict.fromkeys(("Response", "Activity"), "responses"),
}


def of_kind(kind: str) -> str:
    """The name of the format that brings records of a kind: FHIR, but for those that are ours."""
    return _OF_KIND.get(kind, "fhir")


def find(name: str, settings: Settings = (), within: tuple[str, ...] = ()) -> Format:
    """The format of that name; UnsupportedSource if there is none. Imports happen here, so that the command line starts quickly.

    `within` are the only places where files may be that records name; SourceDenied where the settings name another.
    """
    if name == "fhir":
        from ingest.fhir import attached
        from ingest.fhir import mapping as fhir
        from ingest.fhir import reader as fhir_reader
        from ingest.mapping import persons

        return Format(
            name="fhir",
            suffixes=(".ndjson", ".jsonl", ".json"),
            version=fhir.MAPPING_VERSION,
            read=fhir_reader.read,
            map=fhir.map_record,
            splits=lambda file: is_splittable(file) and not fhir_reader.is_document(file),
            identifiers=lambda record: (*fhir.identifiers(record.resource), *attached.announced(record), *persons.announced(record)),
            content=attached.content_of,
            state=lambda record: attached.state_of(record, within),
            named=attached.files_named,
            beside=lambda source, name: attached.read_beside(source, name, within),
            optional=fhir.CLAIMS,
            remembers=True,
            plain=attached.is_plain,
        )
    if name == "text":
        from ingest.text import mapping as text
        from ingest.text import reader as text_reader

        return Format(
            name="text",
            suffixes=text_reader.SUFFIXES,
            version=text.MAPPING_VERSION,
            read=text_reader.read,
            map=text.map_text,
            unique=True,
            remembers=True,
            splits=lambda file: is_splittable(file) and file.uri.lower().endswith((".jsonl", ".ndjson")),
            identifiers=lambda _: (),
        )
    if name in ("manifest", "responses"):
        from ingest.labels import format as labels

        return labels.of(name, dict(settings), within)
    raise UnsupportedSource(f"no input format is called {name!r}: use fhir, text, manifest or responses")
