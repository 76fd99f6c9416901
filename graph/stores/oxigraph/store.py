"""The embedded store: Oxigraph on RocksDB, in a folder of its own.

A published folder is never written again: publishing clones it (`OxigraphStore.clone`), changes the clone and closes it. Readers open
folders read-only, so that an answer once worked out stays right and is kept (`CachedLinks`).
"""

import gzip
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO, cast

import pyoxigraph as ox

from graph.errors import StoreUnavailable
from graph.model import (
    QueryResult,
    Statistics,
)
from graph.scope import EVERYTHING, Scope, dataset_of
from graph.sparql import Demand
from graph.store import GraphReader
from graph.stores.oxigraph import folders, loading
from graph.stores.oxigraph.links import CachedLinks, read_statistics
from graph.stores.oxigraph.reads import OxigraphReader, OxigraphReads
from graph.stores.oxigraph.workers import WORKERS, QueryWorkers
from graph.vocabulary import PREFIXES

_READERS = 8
"""Scopes whose readers are kept."""

_FORMATS = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "turtle": ox.RdfFormat.TURTLE}


class OxigraphStore(OxigraphReads):
    """A GraphStore in a folder. Any number of threads may read; loads may run in several threads at once."""

    def __init__(self, path: Path, read_only: bool = False, queries: int = WORKERS) -> None:
        """`queries` are those that may run at once."""
        self.path = path
        self.read_only = read_only
        try:
            self._store: ox.Store | None = ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
        except OSError as error:
            raise StoreUnavailable(f"the graph store in {path} cannot be opened: {error}") from error
        if not read_only:
            folders.fill_default_graph(self._store, path)
        super().__init__(CachedLinks(self._store, union=not read_only or not folders.lacks_union(self._store)))
        self._readers: dict[Scope, OxigraphReader] = {}
        self._queries = queries
        self._datasets: frozenset[str | None] | None = None
        self._statistics: Statistics | None = None
        self._workers: QueryWorkers | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> "OxigraphStore":
        """Open a folder for writing; a new store where the folder does not exist."""
        return cls(path)

    @classmethod
    def open_read_only(cls, path: Path, queries: int = WORKERS) -> "OxigraphStore":
        """Open a folder that nobody writes to any more."""
        return cls(path, read_only=True, queries=queries)

    clone = staticmethod(folders.clone)

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        store = self._writable()
        try:
            return loading.load(store, parts)
        finally:
            self._forget()

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        parts = list(parts)
        self.remove({graph for part in parts for graph in loading.graphs_of(part)})
        return self.load(parts)

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        removed = loading.remove(self._writable(), graphs)
        self._forget()
        return removed

    def restate(self, graphs: Iterable[str], parts: Sequence[Path]) -> int:
        """Have named graphs hold what parts state, and nothing else; how many quads more there are. Raises InvalidPart."""
        try:
            return loading.restate(self._writable(), graphs, parts)
        finally:
            self._forget()

    def count(self, graphs: Iterable[str]) -> int:
        """How many quads named graphs hold; reads each of them."""
        store = self._opened()
        return sum(loading.quads_in(store, graph) for graph in graphs)

    def objects(self, graphs: Iterable[str]) -> frozenset[str]:
        """The nodes that named graphs refer to; reads each of them."""
        store = self._opened()
        quads = (quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
        return frozenset(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode))

    def referred_to(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of the nodes that anything refers to; reads one quad of each.

        A pattern would give all that the default graph says first: of the type of most notes thousands.
        """
        store = self._opened()
        return frozenset(iri for iri in iris if store.query(f"ASK {{ GRAPH ?graph {{ ?subject ?link {ox.NamedNode(iri)} }} }}"))

    def export(self, graphs: Iterable[str], target: Path, format_name: str = "nquads") -> frozenset[str]:
        """Write named graphs as nquads, trig or turtle (which has no graphs); those of them that exist. Only their names stay in memory.

        The file is gzipped when its name ends in .gz.
        """
        store = self._opened()
        existing: set[str] = set()

        def quads() -> Iterator[ox.Quad]:
            for graph in graphs:
                with suppress(ValueError):  # what is no IRI names no graph
                    for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                        existing.add(graph)
                        yield quad

        statements = (quad.triple for quad in quads()) if format_name == "turtle" else quads()
        prefixes = None if format_name == "nquads" else PREFIXES
        with _open_to_write(target) as file:
            ox.serialize(statements, file, _FORMATS[format_name], prefixes=prefixes)
        return frozenset(existing)

    def statistics(self) -> Statistics:
        """See GraphStore."""
        if self._statistics is None:
            self._statistics = read_statistics(self._opened())
        return self._statistics

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore. The last few scopes keep what they have read."""
        scope = self._needed(scope)
        if scope == EVERYTHING:
            return self
        with self._lock:
            reader = self._readers.pop(scope, None) or OxigraphReader(self._opened(), scope, self.query)
            self._readers[scope] = reader  # the last that was asked for goes last
            if len(self._readers) > _READERS:
                del self._readers[next(iter(self._readers))]
        return reader

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable. A store open for writing is queried in a snapshot of what it holds now.

        A reader who may not see everything is answered from a folder that holds nothing else, made at the first query of its scope.
        """
        return self._query_workers().query(sparql, demand, self._needed(demand.scope))

    def prepare_queries(self) -> None:
        """Do now what the first query would wait for where a former version wrote the folder. Raises StoreUnavailable."""
        if self.read_only and folders.lacks_union(self._opened()):
            folders.with_union(self.path)

    def close(self) -> None:
        """See GraphStore."""
        self._end_queries()
        with self._lock:
            if self._store is None:
                return
            if not self.read_only:
                self._store.flush()
            self._links.close()
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()
            self._store = None

    def _opened(self) -> ox.Store:
        if self._store is None:
            raise StoreUnavailable(f"the graph store in {self.path} has been closed")
        return self._store

    def _writable(self) -> ox.Store:
        if self.read_only:
            raise StoreUnavailable(f"the graph store in {self.path} was opened for reading only")
        self._forget()
        return self._opened()

    def _forget(self) -> None:
        self._end_queries()
        self._links.forget()
        self._statistics = None
        self._datasets = None
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _needed(self, scope: Scope) -> Scope:
        """The scope to hold a reader to: everything where it admits all there is."""
        if scope.datasets is None:
            return EVERYTHING
        if self._datasets is None:
            self._datasets = frozenset(dataset_of(str(getattr(graph, "value", ""))) for graph in self._opened().named_graphs())
        return EVERYTHING if self._datasets <= scope.datasets else scope

    def _query_workers(self) -> QueryWorkers:
        with self._lock:
            if self._workers is None:
                # They know the folder, not this object: it ends, and ends them, as soon as nobody refers to it.
                self._workers = QueryWorkers(partial(_folder, self._opened(), self.path, self.read_only), self._queries)
                weakref.finalize(self, self._workers.close)
            return self._workers

    def _end_queries(self) -> None:
        with self._lock:
            workers, self._workers = self._workers, None
        if workers:
            workers.close()


@contextmanager
def _folder(store: ox.Store, path: Path, read_only: bool, scope: Scope) -> Iterator[Path]:
    """A folder for queries: what a scope admits of the store opened in `path`."""
    if scope != EVERYTHING:
        with folders.view(store, scope, path) as folder:
            yield folder
    elif read_only:
        yield folders.with_union(path) if folders.lacks_union(store) else path
    else:
        # Nobody may read a folder that is being written; a snapshot is hard links and takes milliseconds.
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-query-") as work:
            store.flush()
            store.backup(str(Path(work) / "store"))
            yield Path(work) / "store"


def _open_to_write(target: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(target, "wb")) if target.name.endswith(".gz") else target.open("wb")
