"""Reads labeled data back out of what was ingested: manifest lines as they were, and what workers answered."""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from graph.identifiers import record_iri
from ingest.errors import UnknownDataset
from ingest.ledger import Ledger
from ingest.staging import Part
from ingest.workspace import Workspace
from labels.groundtruth.reader import original
from labels.manifests.lines import Line, parse_line
from sources.errors import UnsupportedSource
from sources.files import SourceFile
from sources.model import Issue


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as it was ingested: the manifest's location, the object's index there, the bytes without the line break, and its number."""

    manifest: str
    index: int
    raw: bytes
    number: int


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """The answers for one object as they were ingested (without what identifies people), and the file they came from."""

    source: str
    job: str
    object: str
    content: dict[str, Any]


def lines(dataset: str, workspace: Workspace, manifest: str = "") -> Iterator[StoredLine]:
    """Every line of the dataset's manifests (or of the one at that location), in order. Raises UnknownDataset."""
    for source, number, raw in _stored(dataset, "Item", workspace, manifest):
        resource = orjson.loads(raw)
        if "line" in resource:
            yield StoredLine(source, resource["index"], original(raw), number)


def read_manifests(dataset: str, workspace: Workspace) -> Iterator[Line | Issue]:
    """Every line of the dataset's manifests as `labels.manifests.lines.read_lines` gives those of files.

    Raises UnknownDataset, UnsupportedSource where there is none.
    """
    found = False
    for line in lines(dataset, workspace):
        found = True
        yield parse_line(line.manifest, line.number, line.raw)
    if not found:
        raise no_manifests(dataset)


def write_manifests(dataset: str, workspace: Workspace, folder: Path) -> dict[SourceFile, str]:
    """Write the dataset's manifests into a folder, one file each; the files, and where their lines came from.

    Raises UnknownDataset, UnsupportedSource where the dataset holds no line of a manifest.
    """
    files: dict[SourceFile, str] = {}
    for number, (manifest, found) in enumerate(groupby(lines(dataset, workspace), key=lambda line: line.manifest)):
        file = folder / f"{number}.manifest"
        with file.open("wb") as out:
            out.writelines(line.raw + b"\n" for line in found)
        files[SourceFile(str(file), file.stat().st_size)] = manifest
    if not files:
        raise no_manifests(dataset)
    return files


def no_manifests(dataset: str) -> UnsupportedSource:
    """The error of a dataset that holds no line of a manifest."""
    return UnsupportedSource(f"the dataset {dataset!r} holds no manifests: `commissure ingest manifest` brings them in")


def answers(dataset: str, workspace: Workspace) -> Iterator[StoredAnswers]:
    """What workers answered, by file. Raises UnknownDataset."""
    for source, _, raw in _stored(dataset, "Response", workspace, ""):
        resource = orjson.loads(raw)
        yield StoredAnswers(source, resource["job"], resource["object"], resource["content"])


def _stored(dataset: str, kind: str, workspace: Workspace, only: str) -> Iterator[tuple[str, int, bytes]]:
    """(source, line, raw record) by source and line. Memory stays flat: parts hold their records in the order of the source.

    Small files share a part, which is read once for all of them.
    """
    with workspace.reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(f"no dataset is called {dataset!r}; `commissure datasets` lists those there are")
        folder = workspace.parts_folder(dataset)
        sources = _sources(ledger, dataset, kind, only)
        sharing = Counter(part for parts in sources.values() for part in parts)
        shared: dict[str, dict[str, list[tuple[int, bytes]]]] = {}
        for source, parts in sources.items():
            held: list[Iterator[tuple[int, bytes]]] = []
            for part in parts:
                if sharing[part] == 1:
                    held.append((line, raw) for _, line, raw in _of_part(Part(folder / part), ledger, dataset, kind, source))
                    continue
                if part not in shared:
                    shared[part] = {}
                    for where, line, raw in _of_part(Part(folder / part), ledger, dataset, kind):
                        shared[part].setdefault(where, []).append((line, raw))
                held.append(iter(shared[part].pop(source, ())))
            for line, raw in heapq.merge(*held, key=lambda found: found[0]):
                yield source, line, raw


def _sources(ledger: Ledger, dataset: str, kind: str, only: str) -> dict[str, list[str]]:
    query = "select distinct source, part from records where dataset = ? and kind = ? and state = 'kept' order by source, part"
    found: dict[str, list[str]] = {}
    for source, part in ledger.db.execute(query, (dataset, kind)):
        if only in ("", source):
            found.setdefault(source, []).append(part)
    return found


def _of_part(part: Part, ledger: Ledger, dataset: str, kind: str, only: str = "") -> Iterator[tuple[str, int, bytes]]:
    """(source, line, raw) of the records that a part still holds, of all sources or of one."""
    query = "select id from records where part = ? and dataset = ? and kind = ? and ? in ('', source) and state = 'kept'"
    rows = ledger.db.execute(query, (part.key, dataset, kind, only))
    wanted = frozenset(record_iri(dataset, kind, identifier) for (identifier,) in rows)
    yield from ((staged.source, staged.line, raw) for staged, raw, _ in part.sources(wanted))
