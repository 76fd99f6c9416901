"""Reads labeled data back out of what was ingested: manifest lines as they were, and what workers answered."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from graph.identifiers import record_iri
from ingest.errors import UnknownDataset
from ingest.labels.reader import original
from ingest.ledger import Ledger
from ingest.staging import Part
from ingest.workspace import Workspace


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as it was ingested: the manifest's location, the object's index there, and the bytes without the line break."""

    manifest: str
    index: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """The answers for one object as they were ingested (without what identifies people), and the file they came from."""

    source: str
    job: str
    object: str
    content: dict[str, Any]


def lines(dataset: str, workspace: Workspace, manifest: str = "") -> Iterator[StoredLine]:
    """Every line of the dataset's manifests (or of the one at that location), in order. Raises UnknownDataset."""
    for source, raw in _stored(dataset, "Item", workspace, manifest):
        resource = orjson.loads(raw)
        if "line" in resource:
            yield StoredLine(source, resource["index"], original(raw))


def answers(dataset: str, workspace: Workspace) -> Iterator[StoredAnswers]:
    """What workers answered, by file. Raises UnknownDataset."""
    for source, raw in _stored(dataset, "Response", workspace, ""):
        resource = orjson.loads(raw)
        yield StoredAnswers(source, resource["job"], resource["object"], resource["content"])


def _stored(dataset: str, kind: str, workspace: Workspace, only: str) -> Iterator[tuple[str, bytes]]:
    """(source, raw record) by source and line. Memory stays flat: parts hold their records in the order of the source."""
    with workspace.reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(f"no dataset is called {dataset!r}; `commissure datasets` lists those there are")
        folder = workspace.parts_folder(dataset)
        for source, parts in _sources(ledger, dataset, kind, only).items():
            held = [_of_part(Part(folder / part), ledger, dataset, kind, source) for part in parts]
            for _, raw in heapq.merge(*held, key=lambda found: found[0]):
                yield source, raw


def _sources(ledger: Ledger, dataset: str, kind: str, only: str) -> dict[str, list[str]]:
    query = "select distinct source, part from records where dataset = ? and kind = ? and state = 'kept' order by source, part"
    found: dict[str, list[str]] = {}
    for source, part in ledger.db.execute(query, (dataset, kind)):
        if only in ("", source):
            found.setdefault(source, []).append(part)
    return found


def _of_part(part: Part, ledger: Ledger, dataset: str, kind: str, source: str) -> Iterator[tuple[int, bytes]]:
    """(line, raw) of the records of a source that a part still holds."""
    query = "select id from records where part = ? and dataset = ? and kind = ? and source = ? and state = 'kept'"
    rows = ledger.db.execute(query, (part.key, dataset, kind, source))
    wanted = frozenset(record_iri(dataset, kind, identifier) for (identifier,) in rows)
    yield from ((staged.line, raw) for staged, raw, _ in part.sources(wanted))
