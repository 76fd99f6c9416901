"""Adding elements to a TinkerPop server, and taking from its graphs what they do not say any more."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from graph.property_graph import (
    KIND,
    RECORD,
    SAID,
    Description,
    Edge,
    Quad,
    Vertex,
    likely_label,
    read_quads,
    record_digest,
    statement_digest,
)
from graph.stores.gremlin.dialects import IRI, RID, Dialect
from graph.stores.gremlin.elements import MANY, anonymous, batches, gremlin, injected, is_within, statements_in, strings, traversal_source
from graph.stores.gremlin.graphbinary import Encoded, encode_list, encode_long, encode_map, encode_string

_BLOCK: Final = 4000
"""Elements that are written together: their vertices first, then their edges."""
_KNOWN: Final = 200_000
"""Vertices whose existence a load remembers."""
_GRAPHS: Final = 500
"""Named graphs in one request of a removal."""
_REWRITES: Final = 25
"""Vertices in one request that changes them by themselves."""


class Sink(Protocol):
    """Where elements are written."""

    @property
    def dialect(self) -> Dialect:
        """How this server differs from others."""

    def write(self, traversal: Any) -> list[Any]:
        """Run a traversal that writes, within the time limit of writes."""

    def declare(self, keys: AbstractSet[str], vertex_labels: AbstractSet[str], edge_labels: AbstractSet[str]) -> None:
        """Make property keys and labels known before two writers make one at the same time."""


class Expected:
    """What a graph says: the ids of its edges, and of each vertex the digests of what it says of it."""

    def __init__(self) -> None:
        self.edges: set[str] = set()
        self.said: dict[str, set[str]] = {}

    def add(self, element: Vertex | Edge) -> None:
        """Note what one element says."""
        if isinstance(element, Edge):
            self.edges.add(element.id)
        else:
            said = self.said.setdefault(element.iri, set())
            said.update(statement_digest(key, value) for key, values in element.values.items() if key != KIND for value in values)


def watched(found: Iterable[Vertex | Edge], expected: Mapping[str, Expected]) -> Iterator[Vertex | Edge]:
    """Elements as they come; what their graphs say is noted in `expected`."""
    for element in found:
        expected[element.record].add(element)
        yield element


class Counted:
    """The quads of parts, counted."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self.quads = 0
        self._parts = parts

    def __iter__(self) -> Iterator[Quad]:
        for part in self._parts:
            for quad in read_quads(part):
                self.quads += 1
                yield quad


class Loading:
    """Writes elements, block after block. Requests run beside each other, an edge never before its vertices."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._dialect = sink, sink.dialect
        self._pool = ThreadPoolExecutor(self._dialect.vertex_writers + self._dialect.edge_writers)
        self._edge_gate = threading.Semaphore(self._dialect.edge_writers)
        self._vertex_gate = threading.Semaphore(self._dialect.vertex_writers)
        self._property_gate = threading.Semaphore(self._dialect.edge_writers)
        self._known: dict[str, Any] = {}
        self._running: deque[Future[None]] = deque()

    def __enter__(self) -> "Loading":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            while kind is None and self._running:
                self._running.popleft().result()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, found: Iterable[Vertex | Edge]) -> None:
        """Write all of these."""
        own_ids = self._dialect.own_ids
        for block in batches(found, _BLOCK):
            known = self._known
            vertices = [element for element in block if isinstance(element, Vertex)]
            edges = [element for element in block if isinstance(element, Edge)]
            if self._dialect.declares_keys:
                ends_at = (end for edge in edges for end in (edge.source, edge.target))
                self._sink.declare(
                    {key for vertex in vertices for key in vertex.values},
                    {vertex.label for vertex in vertices}.union(map(likely_label, ends_at)),
                    {edge.label for edge in edges},
                )
            before = [self._run(self._write_vertices, rows, known) for rows in self._batches_of_rows(vertices)]
            if own_ids:
                known.update((vertex.iri, vertex.iri) for vertex in vertices)
            else:
                for future in before:
                    future.result()
            ends = dict.fromkeys(end for edge in edges for end in (edge.source, edge.target) if end not in known)
            before += [self._run(self._write_ends, some, known) for some in batches(ends, MANY)]
            if own_ids:
                known.update((end, end) for end in ends)
            for some in batches(edges, MANY):
                self._run(self._write_edges, some, before, known)
            if len(known) > _KNOWN:
                self._known = {}
            while len(self._running) > 12:
                self._running.popleft().result()

    def _run(self, work: Callable[..., None], *arguments: Any) -> "Future[None]":
        future = self._pool.submit(work, *arguments)
        self._running.append(future)
        return future

    def _batches_of_rows(self, vertices: Iterable[Vertex]) -> Iterator[list["_VertexRow"]]:
        rows: list[_VertexRow] = []
        size = 0
        for vertex in vertices:
            row = _VertexRow(self._dialect, vertex)
            rows.append(row)
            size += row.size
            if size >= self._dialect.batch_bytes or len(rows) >= MANY:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows

    def _write_vertices(self, rows: Sequence["_VertexRow"], known: dict[str, Any]) -> None:
        """Make the vertices that are not there, whole; then add to those that were, or that have several values of a key."""
        __ = anonymous()
        merge = gremlin("Merge")
        simple = [row for row in rows if row.simple]
        rest = [row for row in rows if not row.simple]
        if simple:
            merged = (
                injected(row.whole(number) for number, row in enumerate(simple))
                .as_("row")
                .merge_v(__.select("m"))
                .option(merge.on_create, __.select("c"))
            )
            incomplete = __.not_(__.values(SAID).where(gremlin("P")("eq", "row")).by().by("s"))
            number = __.select("row").select("n")
            if self._dialect.own_ids:
                with self._vertex_gate:
                    rest.extend(simple[place] for place in self._sink.write(merged.filter_(incomplete).map(number)))
            else:
                columns = (number, __.id_(), incomplete.constant("incomplete"))
                with self._vertex_gate:
                    answers = self._sink.write(merged.map(__.union(*columns).fold()))
                for place, identifier, *state in answers:
                    known[simple[place].vertex.iri] = identifier
                    if state:
                        rest.append(simple[place])
        if not rest:
            return
        added = (
            injected(row.pieces() for row in rest)
            .as_("row")
            .merge_v(__.select("m"))
            .option(merge.on_create, __.select("c"))
            .as_("vertex")
            .select("row")
            .select("p")
            .unfold()
            .as_("pair")
            .select("vertex")
            .property(gremlin("Cardinality").set_, __.select("pair").select("k"), __.select("pair").select("v"))
            .count()
        )
        with self._property_gate:
            self._sink.write(added)

    def _write_ends(self, iris: Sequence[str], known: dict[str, Any]) -> None:
        """Make the vertices that edges end at and nothing has described yet."""
        __ = anonymous()
        rows = []
        for iri in iris:
            encoded = encode_string(iri)
            create = self._dialect.create_vertex(encoded, likely_label(iri))
            rows.append(encode_map([(_M, self._dialect.match_vertex(encoded)), (_C, create)]))
        merged = injected(rows).merge_v(__.select("m")).option(gremlin("Merge").on_create, __.select("c"))
        with self._vertex_gate:
            answers = self._sink.write(merged.count() if self._dialect.own_ids else merged.map(__.union(__.values(IRI), __.id_()).fold()))
        for iri, identifier in () if self._dialect.own_ids else answers:
            known[iri] = identifier

    def _write_edges(self, edges: Sequence[Edge], before: "Sequence[Future[None]]", known: Mapping[str, Any]) -> None:
        for future in before:
            future.result()
        rows = []
        for edge in edges:
            source, target = known[edge.source], known[edge.target]
            rows.append(self._dialect.edge(edge, self._dialect.vertex_id(source), self._dialect.vertex_id(target)))
        with self._edge_gate:
            self._sink.write(injected(rows).merge_e().count())


_M, _C, _P, _S, _N, _K, _V = (encode_string(name) for name in "mcpsnkv")


class _VertexRow:
    """One vertex as requests carry it."""

    def __init__(self, dialect: Dialect, vertex: Vertex) -> None:
        self._dialect, self.vertex = dialect, vertex
        self.simple = all(len(values) == 1 for values in vertex.values.values())
        self._said = encode_string(vertex.said())
        self._properties = [
            *((_key(key), encode_string(value)) for key, values in vertex.values.items() for value in values),
            (_key(RECORD), encode_string(vertex.record)),
            (_key(SAID), self._said),
        ]
        self.size = sum(len(value) + 30 for _, value in self._properties)

    def whole(self, number: int) -> Encoded:
        """The vertex with all its properties, to be made at once, and the number it has in its request."""
        iri = encode_string(self.vertex.iri)
        create = self._dialect.create_vertex(iri, self.vertex.label, self._properties)
        return encode_map([(_M, self._dialect.match_vertex(iri)), (_C, create), (_S, self._said), (_N, encode_long(number))])

    def pieces(self) -> Encoded:
        """The vertex and its properties one by one; `said` last, because it vouches for the others."""
        iri = encode_string(self.vertex.iri)
        create = self._dialect.create_vertex(iri, self.vertex.label)
        properties = encode_list(encode_map([(_K, key), (_V, value)]) for key, value in self._properties)
        return encode_map([(_M, self._dialect.match_vertex(iri)), (_C, create), (_P, properties)])


def settle(sink: Sink, expected: Mapping[str, "Expected"]) -> int:
    """Take from graphs all they do not say (any more); how many of them there were."""
    return sum(_settle_some(sink, some, expected) for some in batches(expected, _GRAPHS))


def _settle_some(sink: Sink, graphs: Sequence[str], expected: Mapping[str, "Expected"]) -> int:
    __ = anonymous()
    within, identity = is_within(graphs), (__.id_() if sink.dialect.own_ids else __.values(RID))
    existing: set[str] = set()
    stale_edges: list[str] = []
    ends: set[str] = set()
    columns = (__.values(RECORD), identity, sink.dialect.iri(__.out_v()), sink.dialect.iri(__.in_v()))
    for graph, edge, source, target in sink.write(traversal_source().E().has(RECORD, within).map(__.union(*columns).fold())):
        existing.add(graph)
        if edge not in expected[graph].edges:
            stale_edges.append(edge)
            ends.update((source, target))
    emptied: list[str] = []
    changed: list[str] = []
    vertices = traversal_source().V().has(RECORD, within).dedup().project("i", "r", "s")
    for row in sink.write(vertices.by(sink.dialect.iri()).by(__.values(RECORD).fold()).by(__.values(SAID).fold())):
        iri, records, statements = row["i"], set(row["r"]), statements_in(row["s"])
        ours = {graph for graph in records if graph in expected}
        existing |= ours
        wanted = {(record_digest(graph), digest) for graph in ours for digest in expected[graph].said.get(iri, ())}
        marks = {record_digest(graph) for graph in ours}
        if not wanted and ours == records:
            emptied.append(iri)
        elif {statement for statement in statements if statement[0] in marks} != wanted:
            changed.append(iri)
    for edges in batches(stale_edges, MANY):
        found = traversal_source().E(strings(edges)) if sink.dialect.own_ids else traversal_source().E().has(RID, is_within(edges))
        sink.write(found.drop())
    for some in batches(emptied, MANY):
        sink.write(sink.dialect.vertices(traversal_source(), some).not_(__.both_e()).drop())
        sink.write(sink.dialect.vertices(traversal_source(), some).properties().filter_(__.key().is_(gremlin("P")("neq", IRI))).drop())
    for some in batches(changed, _REWRITES):
        _rewrite(sink, some, graphs, expected)
    for some in batches(sorted(ends), MANY):
        sink.write(sink.dialect.vertices(traversal_source(), some).not_(__.has(RECORD)).not_(__.both_e()).drop())
    return len(existing)


def _rewrite(sink: Sink, iris: Sequence[str], graphs: Iterable[str], expected: Mapping[str, "Expected"]) -> None:
    """Make vertices hold what other graphs say of them, and of these graphs what is expected."""
    __ = anonymous()
    ours = frozenset(graphs)
    changes = []
    for row in sink.write(sink.dialect.vertices(traversal_source(), iris).project("i", "p").by(sink.dialect.iri()).by(__.value_map())):
        iri = row["i"]
        before = Description.of({key: values for key, values in row["p"].items() if key != IRI})
        by_record = before.by_record()
        for graph in ours.intersection(by_record):
            wanted = expected[graph].said.get(iri, ())
            by_record[graph] = {(key, value) for key, value in by_record[graph] if statement_digest(key, value) in wanted}
        change = sink.dialect.vertices(__, [iri])
        after = Description.saying(by_record).properties()
        for key, values in before.properties().items():
            gone = [value for value in values if value not in after.get(key, ())]
            if gone:
                change = change.side_effect(__.properties(key).has_value(is_within(gone)).drop())
        for key, values in after.items():
            for value in values:
                if value not in before.properties().get(key, ()):
                    change = change.property(gremlin("Cardinality").set_, key, value)
        changes.append(change)
    if changes:
        sink.write(traversal_source().inject(0).union(*changes).count())


@lru_cache(maxsize=4096)
def _key(key: str) -> bytes:
    return encode_string(key)
