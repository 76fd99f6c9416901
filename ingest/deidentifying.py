"""Makes the de-identified copy of a dataset: its records are rewritten without what identifies, and taken in like any others.

The copy lies in a data folder of its own. Search, graph, cohorts and exports of it are made from rewritten records alone, so that nothing
of them can tell what these do not.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from graph.identifiers import dataset_iri, record_iri
from ingest import bulk
from ingest.pipeline import drop, ingest
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.run import Options, RunReport
from ingest.workspace import Workspace
from privacy.people import People
from privacy.pseudonyms import Pseudonyms
from privacy.records import record
from privacy.words import KINDS
from search.generation import Generation
from search.protocols import Catalog
from sources.errors import UnknownDataset

_PLACE: Final = re.compile(r"#content-(\d+)$")


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the records of a dataset."""

    taken: int
    left_out: dict[str, int]
    """Kind → records that are not taken over."""
    report: RunReport


def deidentify(dataset: str, workspace: Workspace, key: bytes, tools: Tools, options: Options, progress: Progress, today: date) -> Copied:
    """Make the copy of a dataset, or bring it up to date; `today` tells how old those are who may live.

    Raises UnknownDataset, also for one that holds no FHIR records, and what ingest raises.
    """
    held = bulk.kinds(dataset, workspace)
    wanted = sorted(set(held) & KINDS)
    if not wanted:
        raise UnknownDataset(dataset)
    people = People(dataset, Pseudonyms(key), today.isoformat())
    progress.step("looking at people", sum(held.values()))
    # References by an identifier are resolved by what is learned before: people and places first.
    first: list[str] = [kind for kind in _PEOPLE if kind in held]
    for kinds in (first, [kind for kind in held if kind not in first]):
        for resource in _resources(dataset, workspace, kinds):
            people.learn(resource)
            progress.advance()
    people.learned()
    with closing(Generation.open(workspace.generation_folder(workspace.current()) / "search")) as generation:
        folder = workspace.deidentified.folder / "records" / dataset
        taken = _write(folder, dataset, workspace, wanted, people, generation.catalog, progress)
    report = ingest([str(folder)], dataset, workspace.deidentified, tools, options, progress)
    return Copied(taken, {kind: count for kind, count in sorted(held.items()) if kind not in KINDS}, report)


_PEOPLE: Final = ("Patient", "Practitioner", "Organization", "Location", "PractitionerRole", "RelatedPerson", "Encounter")


def drop_copy(dataset: str, workspace: Workspace, tools: Tools, progress: Progress) -> None:
    """Remove the copy of a dataset, where it has one."""
    copies = workspace.deidentified
    with copies.reading() as ledger:
        there = ledger is not None and dataset in ledger.datasets()
    if there:
        drop(dataset, copies, tools, progress)
    shutil.rmtree(copies.folder / "records" / dataset, ignore_errors=True)


def _resources(dataset: str, workspace: Workspace, kinds: list[str]) -> Iterator[dict[str, Any]]:
    if kinds:
        yield from map(orjson.loads, bulk.ndjson(dataset, workspace, kinds))


def _write(folder: Path, dataset: str, workspace: Workspace, kinds: list[str], people: People, catalog: Catalog, progress: Progress) -> int:
    """A file of each kind, its records in the order of their pseudonyms: where one stands says nothing of where it came from."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for stale in folder.glob("*.ndjson"):
        if stale.stem not in kinds:
            stale.unlink()
    taken = 0
    gone = _held(workspace.deidentified, dataset)
    progress.step("rewriting records")
    for kind in kinds:
        lines: list[tuple[str, bytes]] = []
        for resource in _resources(dataset, workspace, [kind]):
            rewritten = record(resource, _texts(catalog, record_iri(dataset, kind, str(resource.get("id")))), people)
            if rewritten is not None:
                lines.append((rewritten["id"], orjson.dumps(rewritten)))
                gone.discard(f"{kind}/{rewritten['id']}")
            progress.advance()
        taken += len(lines)
        _put(folder / f"{kind}.ndjson", b"".join(line + b"\n" for _, line in sorted(lines)))
    (folder / "deleted").mkdir(exist_ok=True)
    deletions = [{"request": {"method": "DELETE", "url": one}} for one in sorted(gone)]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": deletions}
    _put(folder / "deleted" / "Bundle.ndjson", orjson.dumps(bundle) + b"\n" if deletions else b"")
    return taken


def _held(copies: Workspace, dataset: str) -> set[str]:
    """`Type/id` of what a copy holds."""
    with copies.reading() as ledger:
        held = ledger.record_iris(dataset) if ledger is not None else ()
    return {iri.removeprefix(f"{dataset_iri(dataset)}/") for iri in held}


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def _texts(catalog: Catalog, iri: str) -> list[str]:
    """The texts that were read out of a record, in their order."""
    named = [one.id for one in catalog.documents_of_record(iri)]
    named.sort(key=lambda document: int(place[1]) if (place := _PLACE.search(document)) else 0)
    return [found.text for one in named if (found := catalog.document(one)) is not None]
