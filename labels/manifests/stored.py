"""Reads labeled data back out of what was ingested: manifest lines as they were, and what workers answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from labels.groundtruth.reader import original
from labels.manifests.lines import Entry
from labels.records import ITEM, RESPONSE, Records
from sources.errors import UnsupportedSource
from sources.files import SourceFile


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """The answers for one object as they were ingested (without what identifies people), and the file they came from."""

    source: str
    job: str
    object: str
    content: dict[str, Any]


def entries(dataset: str, records: Records, manifest: str = "") -> Iterator[Entry]:
    """Every line of the dataset's manifests (or of the one at that location), in order. Raises UnknownDataset."""
    for record in records.of_kind(dataset, ITEM, manifest):
        if "line" in record.resource:
            resource = record.resource
            yield Entry(record.source, record.line, original(record.raw), resource["line"], resource["index"], resource.get("scales", {}))


def read_manifests(dataset: str, records: Records) -> Iterator[Entry]:
    """Every line of the dataset's manifests, as `labels.manifests.lines.read_entries` gives those of files.

    Raises UnknownDataset, UnsupportedSource where there is none.
    """
    found = False
    for entry in entries(dataset, records):
        found = True
        yield entry
    if not found:
        raise no_manifests(dataset)


def write_manifests(dataset: str, records: Records, folder: Path) -> dict[SourceFile, str]:
    """Write the dataset's manifests into a folder, one file each; the files, and where their lines came from.

    Raises UnknownDataset, UnsupportedSource where the dataset holds no line of a manifest.
    """
    files: dict[SourceFile, str] = {}
    for number, (manifest, found) in enumerate(groupby(entries(dataset, records), key=lambda entry: entry.source)):
        file = folder / f"{number}.manifest"
        with file.open("wb") as out:
            out.writelines(entry.raw + b"\n" for entry in found)
        files[SourceFile(str(file), file.stat().st_size)] = manifest
    if not files:
        raise no_manifests(dataset)
    return files


def no_manifests(dataset: str) -> UnsupportedSource:
    """The error of a dataset that holds no line of a manifest."""
    return UnsupportedSource(f"the dataset {dataset!r} holds no manifests: `commissure ingest manifest` brings them in")


def answers(dataset: str, records: Records) -> Iterator[StoredAnswers]:
    """What workers answered, by file. Raises UnknownDataset."""
    for record in records.of_kind(dataset, RESPONSE):
        resource = record.resource
        yield StoredAnswers(record.source, resource["job"], resource["object"], resource["content"])
