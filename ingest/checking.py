"""Looks for damage in a data folder: CURRENT, ledger, the published generation, parts, and the vectors kept for later runs."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ingest.ledger import Ledger
from ingest.publish import Tools
from ingest.staging import QUADS, SUMMARY, Part
from ingest.sums import Damage, damage_in, has_sums
from ingest.workspace import Workspace
from search.errors import GenerationOutdated, GenerationUnreadable
from search.generation import Generation, read_meta
from search.tables.catalog_file import read_only

_REBUILT = "it is made anew from ledger and parts"
_UPDATED = "it is brought up to date with what the data folder holds"
_MAPPED = "its records are mapped again"


def damage(ledger: Ledger, workspace: Workspace, tools: Tools) -> Iterator[Damage]:
    """Everything that is damaged, looked at in full, with what `verify --repair` does about it."""
    yield from current_damage(ledger, workspace)
    for one in ledger_damage(ledger):
        yield one
        return
    yield from (
        replace(one, remedy=_UPDATED if one.outdated else _REBUILT) for one in generation_damage(ledger, workspace, tools, deep=True)
    )
    for dataset in ledger.datasets():
        for found in part_damage(ledger, workspace, dataset, deep=True).values():
            yield from (Damage(one.path, one.reason, _MAPPED) for one in found)
    yield from vectors_damage(workspace)


def visible_damage(ledger: Ledger, workspace: Workspace) -> Iterator[Damage]:
    """What a glance shows: CURRENT, and files of the published generation that are not there or of another size."""
    yield from current_damage(ledger, workspace)
    folder = workspace.generation_folder(ledger.generation)
    if ledger.generation and not folder.is_dir():
        yield Damage(folder, "is not there", _REBUILT)
    elif ledger.generation and has_sums(folder):
        yield from (Damage(one.path, one.reason, _REBUILT) for one in damage_in(folder, deep=False))


def current_damage(ledger: Ledger, workspace: Workspace) -> Iterator[Damage]:
    """What is wrong with CURRENT, which says which generation is published."""
    path = workspace.folder / "CURRENT"
    if not ledger.generation:
        return
    shown = workspace.shown()
    remedy = f"the ledger says that generation {ledger.generation} is published: it is written anew"
    if shown is None:
        yield Damage(path, "names no generation" if path.exists() else "is not there", remedy)
    elif shown != (ledger.generation, ledger.meta("store") or ""):
        yield Damage(path, f"names generation {shown[0]}, which is not the one that was published last", remedy)


def ledger_damage(ledger: Ledger) -> Iterator[Damage]:
    """What is wrong with the ledger, which nothing else can restore."""
    remedy = "restore it from a copy of the data folder, or ingest into a new one"
    try:
        said = ledger.db.execute("pragma integrity_check(1)").fetchone()[0]
        if said != "ok":
            yield Damage(ledger.path, f"is damaged: {said}", remedy)
    except sqlite3.DatabaseError as error:
        yield Damage(ledger.path, f"is damaged: {error}", remedy)


def generation_damage(ledger: Ledger, workspace: Workspace, tools: Tools, *, deep: bool) -> Iterator[Damage]:
    """What is wrong with the published generation; also that it is of an earlier format.

    All of it is read if looked at `deep`, else what somebody wrote since it was published.
    """
    if not ledger.generation:
        return
    folder = workspace.generation_folder(ledger.generation)
    if not folder.is_dir():
        yield Damage(folder, "is not there")
        return
    if has_sums(folder):
        found = list(damage_in(folder, deep=deep, written=True))
        yield from found
        if not found:
            try:
                read_meta(folder / "search")
            except GenerationOutdated:
                yield Damage(folder / "search", "was made by an earlier version", outdated=True)
            except GenerationUnreadable as error:
                yield Damage(folder / "search" / "meta.json", str(error))
        return
    yield from _damage_of_earlier(folder, tools)


def part_damage(ledger: Ledger, workspace: Workspace, dataset: str, *, deep: bool) -> dict[str, list[Damage]]:
    """What is wrong with the parts that hold live records of a dataset, by key."""
    folder = workspace.parts_folder(dataset)
    found = {key: list(damage_in_part(Part(folder / key), deep=deep)) for key in ledger.parts(dataset)}
    return {key: damages for key, damages in found.items() if damages}


def damage_in_part(part: Part, *, deep: bool) -> Iterator[Damage]:
    """What is wrong with one part."""
    if not part.folder.is_dir():
        yield Damage(part.folder, "is not there")
    elif has_sums(part.folder):
        yield from damage_in(part.folder, deep=deep)
    elif not (part.folder / SUMMARY).exists():
        yield Damage(part.folder / SUMMARY, "is not there")
    elif deep:
        yield from _unreadable(part)


def has_records(part: Part) -> bool:
    """Whether the records of a damaged part can be read from it as they came in."""
    try:
        if has_sums(part.folder) and any(one.path.name == "records.parquet" for one in damage_in(part.folder, deep=True)):
            return False
        return sum(1 for _ in part.sources(frozenset())) == 0 and any(True for _ in part.records())
    except Exception:  # whatever the reader of tables meets in a file that is no table
        return False


def vectors_damage(workspace: Workspace) -> Iterator[Damage]:
    """What is wrong with the file of vectors, which is only a cache."""
    path = workspace.embeddings_path
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            said = db.execute("pragma quick_check(1)").fetchone()[0]
            db.execute("select count(*) from model")
        fault = "" if said == "ok" else str(said)
    except sqlite3.Error as error:
        fault = str(error)
    if fault:
        yield Damage(path, f"is damaged: {fault}", "it is a cache: it is emptied, and the next run computes vectors anew")


def _unreadable(part: Part) -> Iterator[Damage]:
    """The files of a part of an earlier version that cannot be read to their end."""
    try:
        part.summary()
    except (OSError, ValueError, KeyError, TypeError):
        yield Damage(part.folder / SUMMARY, "cannot be read")
    try:
        with gzip.open(part.folder / QUADS, "rb") as quads:
            while quads.read(1 << 20):
                pass
    except Exception as error:  # whatever unpacking meets
        yield Damage(part.folder / QUADS, f"cannot be read to its end ({type(error).__name__})")
    tables = {"documents": part.documents, "facts": part.facts, "patients": part.patients, "concepts": part.concepts}
    for name, rows in {**tables, "targets": part.targets, "pending": part.pending}.items():
        try:
            for _ in rows():
                pass
        except Exception as error:  # whatever the reader of tables meets
            yield Damage(part.folder / f"{name}.parquet", f"cannot be read to its end ({type(error).__name__})")
    if not has_records(part):
        yield Damage(part.folder / "records.parquet", "cannot be read to its end")


def _damage_of_earlier(folder: Path, tools: Tools) -> Iterator[Damage]:
    """What does not open of a generation that an earlier version made, without checksums."""
    search = folder / "search"
    try:
        generation = Generation.open(search)
    except GenerationOutdated:
        yield Damage(search, "was made by an earlier version", outdated=True)
    except GenerationUnreadable as error:
        yield Damage(search, str(error))
    else:
        try:
            # Opening them reads what they say of themselves.
            _ = generation.vectors, generation.lexical
        except Exception as error:
            yield Damage(search, f"an index does not open ({type(error).__name__}: {error})")
        finally:
            generation.close()
        try:
            with closing(read_only(search / "catalog.sqlite")) as db:
                said = db.execute("pragma integrity_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            said = str(error)
        if said != "ok":
            yield Damage(search / "catalog.sqlite", f"is damaged: {said}")
    try:
        with tools.published(folder / "graph") as graph:
            graph.statistics()
    except Exception as error:
        yield Damage(folder / "graph", f"does not open ({type(error).__name__}: {error})")
