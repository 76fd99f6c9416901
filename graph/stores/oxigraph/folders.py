"""Folders of the embedded store: clones of published ones, what former versions wrote, and views that hold some datasets alone."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.errors import StoreUnavailable
from graph.scope import Scope
from graph.scratch import Scratch, sweep
from graph.stores.oxigraph.loading import complete, copy

log = logging.getLogger("commissure.graph")

_COMPLETED: Final = "-with-union"
"""After the name of a folder that a former version wrote: its clone with a filled default graph, which answers SPARQL in its place."""
_UNFINISHED: Final = "FILLING"
"""A file in a folder whose default graph is being filled; what is there is filled again."""


def clone(source: Path, target: Path) -> None:
    """Make `target` a writable copy of the closed store in `source`, which stays as it is.

    Table files (`*.sst`) are written once and never changed, so they are hard links (copies where the file system has none);
    everything else, which RocksDB appends to or rewrites, is copied.
    """
    completed = source.with_name(source.name + _COMPLETED)
    source = completed if completed.is_dir() else source
    target.mkdir(parents=True)
    for file in sorted(source.iterdir()):
        if file.name == "LOCK" or file.name.startswith("LOG") or not file.is_file():
            continue
        if file.suffix in (".sst", ".blob"):
            _link_or_copy(file, target / file.name)
        else:
            _copy_to_disk(file, target / file.name)


def fill_default_graph(store: ox.Store, folder: Path, known_as: Path | None = None) -> None:
    """Take over a store open for writing that a former version wrote; nothing where the default graph is the union already."""
    mark = folder / _UNFINISHED
    if not mark.exists() and not lacks_union(store):
        return
    mark.touch()
    _say(known_as or folder)
    complete(store)
    store.flush()
    mark.unlink()


def lacks_union(store: ox.Store) -> bool:
    """Whether a store has named graphs, and a default graph that is empty."""
    empty = next(store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is None
    return empty and next(store.named_graphs(), None) is not None


def with_union(folder: Path) -> Path:
    """The folder to ask in place of a published one that a former version wrote: a clone beside it, made once. Raises StoreUnavailable."""
    completed = folder.with_name(folder.name + _COMPLETED)
    if completed.is_dir():
        return completed
    try:
        with Scratch(folder.parent, f".{folder.name}-filling-") as work:
            draft = work / "graph"
            clone(folder, draft)
            store = ox.Store(str(draft))
            fill_default_graph(store, draft, folder)
            del store  # lets go of its lock
            with suppress(FileExistsError):
                draft.rename(completed)
    except OSError as error:
        raise StoreUnavailable(
            f"the graph in {folder} was written by an earlier version and cannot be taken over here ({error.strerror or 'unreadable'}); "
            "run 'commissure query' once as a user who may write the data folder, or ingest again"
        ) from error
    return completed


@contextmanager
def view(source: ox.Store, scope: Scope, beside: Path) -> Iterator[Path]:
    """A folder that holds what a scope admits, and nothing else; deleted at the end."""
    sweep(beside.parent, f".{beside.name}-filling-", f".{beside.name}-view-")
    with Scratch(beside.parent if os.access(beside.parent, os.W_OK) else None, f".{beside.name}-view-") as work:
        folder = work / "graph"
        store = ox.Store(str(folder))
        copy(source, (graph for graph in source.named_graphs() if isinstance(graph, ox.NamedNode) and scope.admits(graph.value)), store)
        store.flush()
        del store
        yield folder


def _say(folder: Path) -> None:
    log.warning(
        "The graph in %s was written by an earlier version; its default graph is being filled, once. This may take a minute.", folder
    )


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        with suppress(FileNotFoundError):
            target.unlink()
        _copy_to_disk(source, target)


def _copy_to_disk(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb+") as copy:
        os.fsync(copy.fileno())
