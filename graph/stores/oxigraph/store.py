"""The embedded store: Oxigraph on RocksDB, in a folder of its own.

A published folder is never written again: publishing clones it (`OxigraphStore.clone`), changes the clone and closes it. Readers open
folders read-only, so that an answer once worked out stays right and is kept (`WeightedCache`).
"""

import gzip
import io
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO, NamedTuple, cast

import pyoxigraph as ox

from graph.cursors import decode_cursor, encode_cursor
from graph.errors import InvalidPart, StoreUnavailable
from graph.model import (
    Direction,
    Edge,
    Literal,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    QueryResult,
    Statistics,
    Step,
)
from graph.stores.cache import WeightedCache
from graph.stores.expansion import Link, expand
from graph.stores.oxigraph.query import QueryWorkers
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, PREFIXES, STUB, TYPE, XSD, local_name

_BATCH_BYTES = 48_000_000
"""Uncompressed N-Quads handed to one bulk load: about 200,000 quads, where a call is fastest (fewer leave many small files)."""

_CHUNK = 16_000_000
"""Bytes read of a part at a time."""

_SMALL_BYTES = 2_000_000
"""Less is written as one transaction: a bulk load takes a tenth of a second for the least."""

_WHOLE_BYTES = 128_000_000
"""Parts that expand to no more than this are decompressed at once."""

_CACHED_LINKS = 400_000
"""Links and nodes that one opened store keeps in memory, about 400 bytes each."""


_FORMATS = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "turtle": ox.RdfFormat.TURTLE}


class OxigraphStore:
    """A GraphStore in a folder. Any number of threads may read; loads may run in several threads at once."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        try:
            self._store: ox.Store | None = ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
        except OSError as error:
            raise StoreUnavailable(f"the graph store in {path} cannot be opened: {error}") from error
        self._links = _CachedLinks(self._store)
        self._statistics: Statistics | None = None
        self._workers: QueryWorkers | None = None
        self._snapshot: TemporaryDirectory[str] | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> "OxigraphStore":
        """Open a folder for writing; a new store where the folder does not exist."""
        return cls(path)

    @classmethod
    def open_read_only(cls, path: Path) -> "OxigraphStore":
        """Open a folder that nobody writes to any more."""
        return cls(path, read_only=True)

    @staticmethod
    def clone(source: Path, target: Path) -> None:
        """Make `target` a writable copy of the closed store in `source`, which stays as it is.

        Table files (`*.sst`) are written once and never changed, so they are hard links (copies where the file system has none);
        everything else, which RocksDB appends to or rewrites, is copied.
        """
        target.mkdir(parents=True)
        for file in sorted(source.iterdir()):
            if file.name == "LOCK" or file.name.startswith("LOG") or not file.is_file():
                continue
            if file.suffix in (".sst", ".blob"):
                _link_or_copy(file, target / file.name)
            else:
                _copy_to_disk(file, target / file.name)

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        store = self._writable()
        batch: list[Path] = []
        size = read = 0
        try:
            for part in parts:
                batch.append(part)
                size += _expanded_size(part)
                if size >= _BATCH_BYTES:
                    read += _load(store.bulk_load, batch)
                    batch, size = [], 0
            if batch:
                read += _load(store.load if size < _SMALL_BYTES else store.bulk_load, batch)
        finally:
            self._forget()
        if next(store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is not None:
            raise InvalidPart("a part holds statements without a named graph; every line of a part names its record's graph")
        return read

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        parts = list(parts)
        self.remove({graph for part in parts for graph in _graphs(part)})
        return self.load(parts)

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        store = self._writable()
        removed = 0
        for graph in graphs:
            with suppress(ValueError):  # what is no IRI names no graph
                name = ox.NamedNode(graph)
                if store.contains_named_graph(name):
                    store.remove_graph(name)
                    removed += 1
        self._forget()
        return removed

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

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        properties: dict[str, set[Literal]] = defaultdict(set)
        records: set[str] = set()
        for quad in _quads(self._opened(), iri):
            records.add(_name(quad.graph_name))
            predicate, value = quad.predicate.value, quad.object
            if isinstance(value, ox.Literal):
                properties[predicate].add(_literal(value))
            elif predicate in NOT_LINKS and predicate != TYPE:
                properties[predicate].add(Literal(_name(value), XSD + "anyURI"))
        if not records:
            return None
        summary = self._links.view(iri).summary
        return Node(
            id=iri,
            kind=summary.kind,
            label=summary.label,
            stub=summary.stub,
            properties={predicate: tuple(sorted(values)) for predicate, values in sorted(properties.items())},
            records=tuple(sorted(records)),
        )

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        return tuple(self._links.view(iri).summary for iri in iris)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore."""
        return expand(self._links, seeds, hops, prefer)

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        counts: dict[tuple[str, Direction, str], int] = defaultdict(int)
        for direction, link, kind in self._links.all(iri):
            counts[link.relation, direction, kind] += 1
        return tuple(NeighbourCount(*key, count) for key, count in sorted(counts.items()))

    def neighbours(
        self,
        iri: str,
        *,
        relation: str | None = None,
        direction: Direction | None = None,
        kind: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
    ) -> NeighbourPage:
        """See GraphStore."""
        if limit < 1:
            raise ValueError("limit must be at least 1")
        after = decode_cursor(cursor) if cursor is not None else None
        entries: list[tuple[tuple[str, str, str], Edge]] = []
        for way, link, its_kind in self._links.all(iri):
            if relation in (None, link.relation) and direction in (None, way) and kind in (None, its_kind):
                entries.append(((link.neighbour, link.relation, way), link.edge(iri, way)))
        entries.sort(key=lambda entry: entry[0])
        rest = entries if after is None else [entry for entry in entries if entry[0] > after]
        page = rest[:limit]
        return NeighbourPage(
            neighbours=tuple((self._links.view(position[0]).summary, edge) for position, edge in page),
            total=len(entries),
            cursor=encode_cursor(page[-1][0]) if len(rest) > limit else None,
        )

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        store = self._opened()
        counts: dict[str, int] = {}
        for iri in iris:
            count = sum(1 for _ in _quads(store, None, None, iri))
            if count:
                counts[iri] = count
        return counts

    def statistics(self) -> Statistics:
        """See GraphStore."""
        if self._statistics is None:
            self._statistics = _statistics(self._opened())
        return self._statistics

    def query(self, sparql: str, *, accept: str, timeout: float, max_rows: int) -> QueryResult:
        """See SparqlQueryable. A store open for writing is queried in a snapshot of what it holds now."""
        return self._query_workers().query(sparql, accept=accept, timeout=timeout, max_rows=max_rows)

    def close(self) -> None:
        """See GraphStore."""
        self._end_queries()
        with self._lock:
            if self._store is None:
                return
            if not self.read_only:
                self._store.flush()
            self._links.close()
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

    def _query_workers(self) -> QueryWorkers:
        with self._lock:
            if self._workers is None:
                folder = self.path
                store = self._opened()
                if not self.read_only:
                    # Nobody may read a folder that is being written; a snapshot is hard links and takes milliseconds.
                    self._snapshot = TemporaryDirectory(dir=self.path.parent, prefix=f".{self.path.name}-query-")
                    folder = Path(self._snapshot.name) / "store"
                    store.flush()
                    store.backup(str(folder))
                self._workers = QueryWorkers(folder)
            return self._workers

    def _end_queries(self) -> None:
        with self._lock:
            workers, self._workers = self._workers, None
            snapshot, self._snapshot = self._snapshot, None
        if workers:
            workers.close()
        if snapshot:
            snapshot.cleanup()


class _View(NamedTuple):
    """One node as the store describes it, with its outgoing links."""

    summary: NodeSummary
    links: tuple[Link, ...]


class _CachedLinks:
    """Links, kinds and summaries of nodes, read once. Reading one node's quads costs far more than anything done with them here."""

    def __init__(self, store: ox.Store) -> None:
        self._store: ox.Store | None = store
        self._views: WeightedCache[_View] = WeightedCache(_CACHED_LINKS // 2)
        self._incoming: WeightedCache[tuple[Link, ...]] = WeightedCache(_CACHED_LINKS // 2)
        self._kinds: WeightedCache[str] = WeightedCache(_CACHED_LINKS)

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """See LinkSource."""
        if direction == "out":
            if relations is None:
                return {node: self.view(node).links for node in nodes}
            return {node: [link for link in self.view(node).links if link.relation in relations] for node in nodes}
        if relations is None:
            return {node: self.incoming(node, None) for node in nodes}
        relations = tuple(dict.fromkeys(relations))
        return {node: [link for relation in relations for link in self.incoming(node, relation)] for node in nodes}

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """See LinkSource."""
        return {node: self.kind(node) for node in nodes}

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """See LinkSource."""
        return [self.view(iri).summary for iri in iris]

    def all(self, iri: str) -> Iterator[tuple[Direction, Link, str]]:
        """Every link of one node in both directions, with the neighbour's kind."""
        for link in self.view(iri).links:
            yield "out", link, self.kind(link.neighbour)
        for link in self.incoming(iri, None):
            yield "in", link, self.kind(link.neighbour)

    def view(self, iri: str) -> _View:
        """One node and its outgoing links."""
        known = self._views.get(iri)
        if known is None:
            known = _read_view(self._opened(), iri)
            self._views.put(iri, known, 2 + len(known.links))
        return known

    def incoming(self, iri: str, relation: str | None) -> tuple[Link, ...]:
        """The links that end at a node."""
        key = (iri, relation)
        known = self._incoming.get(key)
        if known is None:
            known = _read_incoming(self._opened(), iri, relation)
            self._incoming.put(key, known, 1 + len(known))
        return known

    def kind(self, iri: str) -> str:
        """The kind of a node."""
        view = self._views.get(iri)
        if view is not None:
            return view.summary.kind
        known = self._kinds.get(iri)
        if known is None:
            classes = _quads(self._opened(), iri, TYPE)
            known = min((local_name(quad.object.value) for quad in classes if isinstance(quad.object, ox.NamedNode)), default="Thing")
            self._kinds.put(iri, sys.intern(known), 1)
        return known

    def forget(self) -> None:
        """Forget all that was read; the store is about to change or has changed."""
        self._views.clear()
        self._incoming.clear()
        self._kinds.clear()

    def close(self) -> None:
        """Let go of the store."""
        self._store = None
        self.forget()

    def _opened(self) -> ox.Store:
        if self._store is None:
            raise StoreUnavailable("the graph store has been closed")
        return self._store


def _read_view(store: ox.Store, iri: str) -> _View:
    classes: list[tuple[str, str]] = []
    names: dict[str, list[Literal]] = {}
    marked: set[str] = set()
    stated: dict[tuple[str, str], list[str]] = {}
    for quad in _quads(store, iri):
        predicate, value = quad.predicate.value, quad.object
        if isinstance(value, ox.NamedNode):
            if predicate not in NOT_LINKS:
                stated.setdefault((predicate, value.value), []).append(_name(quad.graph_name))
            elif predicate == TYPE:
                classes.append((local_name(value.value), _name(quad.graph_name)))
        elif isinstance(value, ox.Literal):
            if predicate in (PREF_LABEL, LABEL):
                names.setdefault(predicate, []).append(_literal(value))
            elif predicate == STUB and value.value == "true":
                marked.add(_name(quad.graph_name))
    best = names.get(PREF_LABEL) or names.get(LABEL)
    summary = NodeSummary(
        id=iri,
        kind=sys.intern(min((name for name, _ in classes), default="Thing")),
        label=min(best).value if best else local_name(iri),
        stub=bool(marked) and all(graph in marked for _, graph in classes),
    )
    return _View(summary, tuple(_link(relation, target, graphs) for (relation, target), graphs in stated.items()))


def _read_incoming(store: ox.Store, iri: str, relation: str | None) -> tuple[Link, ...]:
    if relation in NOT_LINKS:
        return ()
    stated: dict[tuple[str, str], list[str]] = {}
    for quad in _quads(store, None, relation, iri):
        if relation is not None or quad.predicate.value not in NOT_LINKS:
            stated.setdefault((quad.predicate.value, _name(quad.subject)), []).append(_name(quad.graph_name))
    return tuple(_link(its_relation, source, graphs) for (its_relation, source), graphs in stated.items())


def _quads(store: ox.Store, subject: str | None, predicate: str | None = None, value: str | None = None) -> Iterator[ox.Quad]:
    """The quads of a pattern of IRIs; none where something asked for is no IRI."""
    try:
        return store.quads_for_pattern(
            None if subject is None else ox.NamedNode(subject),
            None if predicate is None else ox.NamedNode(predicate),
            None if value is None else ox.NamedNode(value),
            None,
        )
    except ValueError:
        return iter(())


def _link(relation: str, neighbour: str, graphs: list[str]) -> Link:
    # Interned, because the same predicates, patients and concepts stand in very many links.
    return Link(sys.intern(relation), sys.intern(neighbour), len(graphs), tuple(map(sys.intern, sorted(graphs)[:3])))


def _statistics(store: ox.Store) -> Statistics:
    """Counted inside Oxigraph; only nodes of several classes come out one by one, to count each of them once."""
    graphs = _count(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g {} }")
    subjects = _count(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    kinds: dict[str, int] = defaultdict(int)
    for row in _rows(store, f"SELECT ?t (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t)) }} GROUP BY ?t"):
        kinds[local_name(row[0].value)] += int(row[1].value)
    several = f"SELECT ?s {{ GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t)) }} GROUP BY ?s HAVING (COUNT(DISTINCT ?t) > 1)"
    for (subject,) in list(_rows(store, several)):
        classes = {quad.object.value for quad in _quads(store, subject.value, TYPE) if isinstance(quad.object, ox.NamedNode)}
        for name in classes:
            kinds[local_name(name)] -= 1
        kinds[min(map(local_name, classes))] += 1
    if untyped := subjects - sum(kinds.values()):
        kinds["Thing"] += untyped
    return Statistics(quads=len(store), graphs=graphs, kinds={kind: count for kind, count in sorted(kinds.items()) if count})


def _rows(store: ox.Store, query: str) -> Iterator[tuple[ox.NamedNode | ox.Literal, ...]]:
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  (only SELECT queries come here)
    for solution in solutions:
        yield tuple(solution)


def _count(store: ox.Store, query: str) -> int:
    return int(next(_rows(store, query))[0].value)


def _name(term: object) -> str:
    return str(getattr(term, "value", ""))


def _literal(literal: ox.Literal) -> Literal:
    if literal.language:
        return Literal(literal.value, language=literal.language)
    datatype = literal.datatype.value
    return Literal(literal.value, None if datatype == XSD + "string" else datatype)


def _load(load: Callable[[IO[bytes] | bytes, ox.RdfFormat], None], parts: Sequence[Path]) -> int:
    stream = _PartStream(parts)
    try:
        # Of bytes Oxigraph reads without the interpreter's lock; a file would have it wait, every few kilobytes, for whatever else runs.
        whole = sum(map(_expanded_size, parts)) <= _WHOLE_BYTES
        load(b"".join(iter(lambda: stream.read(_CHUNK), b"")) if whole else cast(IO[bytes], stream), ox.RdfFormat.N_QUADS)
    except (SyntaxError, ValueError, EOFError, OSError) as error:
        raise _explain(parts, error) from error
    finally:
        stream.close()
    return stream.quads


def _graphs(part: Path) -> set[str]:
    """The named graphs of a part."""
    stream = _PartStream([part])
    try:
        return {_name(quad.graph_name) for quad in ox.parse(cast(IO[bytes], stream), ox.RdfFormat.N_QUADS)}
    except (SyntaxError, ValueError, EOFError, OSError) as error:
        raise _explain([part], error) from error
    finally:
        stream.close()


def _explain(parts: Sequence[Path], error: Exception) -> Exception:
    """Which of several parts is broken, and where."""
    for part in parts:
        stream = _PartStream([part])
        try:
            for _ in ox.parse(cast(IO[bytes], stream), ox.RdfFormat.N_QUADS):
                pass
        except SyntaxError as broken:
            return InvalidPart(f"{part}, line {broken.lineno}: not N-Quads")
        except (OSError, EOFError, ValueError) as broken:
            return InvalidPart(f"{part} cannot be read: {broken}")
        finally:
            stream.close()
    return StoreUnavailable(f"the graph store cannot be written: {error}")


class _PartStream:
    """The lines of several parts as one binary file, counting the quads that pass (every quad begins its line with '<')."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self.quads = 0
        self._parts = iter(parts)
        self._file: IO[bytes] | None = None
        self._line_begins = True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; at the seam of two parts a line end, so that no two lines run into one."""
        while True:
            if self._file is None:
                part = next(self._parts, None)
                if part is None:
                    return b""
                self._file = _open(part)
            chunk = self._file.read(size)
            if chunk:
                break
            self._file.close()
            self._file = None
            if not self._line_begins:
                chunk = b"\n"
                break
        self.quads += chunk.count(b"\n<") + (self._line_begins and chunk.startswith(b"<"))
        self._line_begins = chunk.endswith(b"\n")
        return chunk

    def close(self) -> None:
        """Close the part being read."""
        if self._file is not None:
            self._file.close()


def _open(part: Path) -> IO[bytes]:
    if part.name.endswith(".gz"):
        from isal import igzip

        if _expanded_size(part) <= _WHOLE_BYTES:  # Oxigraph reads a few kilobytes at a time, which a stream of gzip makes dear
            return io.BytesIO(igzip.decompress(part.read_bytes()))  # type: ignore[no-untyped-call]
        return cast(IO[bytes], igzip.open(part, "rb"))  # type: ignore[no-untyped-call]
    return part.open("rb")


def _open_to_write(target: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(target, "wb")) if target.name.endswith(".gz") else target.open("wb")


def _expanded_size(part: Path) -> int:
    """About how many bytes a part holds when decompressed; N-Quads of records compress about 15 times."""
    try:
        return part.stat().st_size * (15 if part.name.endswith(".gz") else 1)
    except OSError as error:
        raise InvalidPart(f"{part} cannot be read: {error.strerror}") from error


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
