"""Any TinkerPop server as a graph store: Gremlin Server, JanusGraph, Neptune. The mapping is `graph.property_graph`.

Every request is bytecode, in which values are never code. Writes add to sets or merge by identity, so that a request may be sent
again, and two writers do not undo each other. Order among neighbours that a limit cuts is the server's (UTF-16), which differs
from ours only beyond the Basic Multilingual Plane.
"""

import heapq
import ssl
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from graph.cursors import decode_cursor, encode_cursor
from graph.errors import GraphError
from graph.model import (
    Direction,
    Literal,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    Omitted,
    Statistics,
    Step,
)
from graph.model import Edge as StatedEdge
from graph.property_graph import (
    DIGEST_LENGTH,
    KIND,
    RECORD,
    RELATION,
    SAID,
    STUB_KEY,
    TYPE_KEY,
    Description,
    Edge,
    Vertex,
    as_literal,
    edge_label,
    elements,
    encode,
    likely_label,
    predicate_of,
    property_key,
    quads_said,
    read_quads,
    statement_digest,
)
from graph.stores.expansion import Link
from graph.stores.gremlin_dialects import TINKERGRAPH, Dialect
from graph.stores.gremlin_wire import (
    Encoded,
    Headers,
    Wire,
    encode_list,
    encode_long,
    encode_map,
    encode_string,
)
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, local_name

_BLOCK: Final = 4000
"""Elements that are written together: their vertices first, then their edges."""
_KNOWN: Final = 200_000
"""Vertices whose existence a load remembers."""
_MANY: Final = 1000
"""IRIs in one question."""
_GRAPHS: Final = 500
"""Named graphs in one request of a removal."""
_REWRITES: Final = 25
"""Vertices in one request that changes them by themselves."""
_WRITE_SECONDS: Final = 120.0
_ATTEMPTS: Final = 4

_PREF_LABEL_KEY, _LABEL_KEY = property_key(PREF_LABEL), property_key(LABEL)
_SUMMARY_KEYS: Final = (KIND, _LABEL_KEY, _PREF_LABEL_KEY, STUB_KEY)
_STUB_KEYS: Final = (STUB_KEY, TYPE_KEY, RECORD, SAID)

Properties = Mapping[str, Sequence[str]]
T = TypeVar("T")


class GremlinStore:
    """A GraphStore on a TinkerPop server. Any number of threads may use it."""

    def __init__(
        self,
        address: str,
        *,
        user: str | None = None,
        password: str | None = None,
        timeout: float = 20.0,
        dialect: Dialect | None = None,
        source: str = "g",
        headers: Headers | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`address` is ws://host:port/gremlin or wss://…; nothing is asked of the server yet.

        `timeout` is the limit of one question in seconds; `source` the name that the server gives its traversal source; `headers` is
        asked at every new connection. Without `dialect` the server is asked what it is when that matters first.
        """
        self.address = address.removeprefix("gremlin+")
        self._timeout = timeout
        self._wire = Wire(self.address, user=user, password=password, source=source, headers=headers, tls=tls)
        self._given = dialect
        self._lock = threading.Lock()

    @property
    def dialect(self) -> Dialect:
        """How this server differs from others."""
        if self._given is None:
            self._given = TINKERGRAPH
        return self._given

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        read = _Counted(parts)
        with _Loading(self) as loading:
            loading.add(elements(read))
        return read.quads

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore. What is new of a part's graphs is added before what is gone is taken away."""
        read = 0
        for part in parts:
            quads = _Counted([part])
            expected: dict[str, _Expected] = defaultdict(_Expected)
            with _Loading(self) as loading:
                loading.add(_watched(elements(quads), expected))
            read += quads.quads
            self._settle(expected)
        return read

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        return self._settle({graph: _Expected() for graph in graphs})

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        __ = _anonymous()
        asked = self._vertices([iri]).project("p", "r").by(__.value_map()).by(__.out_e().values(RECORD).dedup().fold())
        for found in self._ask(asked):
            description = Description.of(found["p"])
            records = sorted({*description.records, *found["r"]})
            if not records:
                return None
            summary = _summary(iri, found["p"])
            keys = sorted((predicate_of(key), key) for key in description.values if key not in (TYPE_KEY, "iri"))
            properties = {predicate: tuple(sorted(set(map(as_literal, description.values[key])))) for predicate, key in keys}
            types = [literal for text in description.values.get(TYPE_KEY, ()) if not text.startswith("<") for literal in [as_literal(text)]]
            if types:
                properties[predicate_of(TYPE_KEY)] = tuple(sorted(types))
            return Node(iri, summary.kind, summary.label, summary.stub, dict(sorted(properties.items())), tuple(records))
        return None

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        asked = list(iris)
        found: dict[str, NodeSummary] = {}
        for some in _batches(dict.fromkeys(asked), _MANY):
            for row in self._ask(self._vertices(some).project("i", "p").by(self.dialect.iri()).by(_summary_properties())):
                found[row["i"]] = _summary(row["i"], row["p"])
        return tuple(found.get(iri) or _summary(iri, {}) for iri in asked)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore. One request, whatever the number of seeds and hops."""
        wanted = sorted(set(seeds))
        if not wanted:
            return Neighbourhood()
        answer = self._ask(self._around(wanted, hops, prefer)) or [{}]
        return _Picture(answer[0], hops, prefer).draw(wanted)

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        __ = _anonymous()
        counts: Counter[tuple[str, Direction, str]] = Counter()
        ways: tuple[tuple[Direction, Any, Any], ...] = (("in", __.in_e(), __.out_v), ("out", __.out_e(), __.in_v))
        for direction, edges, other in ways:
            several = (
                self._vertices([iri])
                .flat_map(edges)
                .dedup()
                .by(__.union(__.values(RELATION), other().id_()).fold())
                .group_count()
                .by(__.union(__.values(RELATION), other().values(KIND).order()).fold())
            )
            for found in self._ask(several):
                for (relation, *kinds), count in found.items():
                    counts[relation, direction, min(kinds, default="Thing")] += count
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
        stated: dict[tuple[str, str, Direction], list[str]] = defaultdict(list)
        __ = _anonymous()
        ways: tuple[tuple[Direction, Any], ...] = (("in", __.out_v()), ("out", __.in_v()))
        for way, other in ways:
            if direction not in (None, way):
                continue
            edges = self._edges(self._vertices([iri]), way, relation)
            if kind is not None:
                edges = edges.where(_may_be(other, kind))
            columns = [_iri_of(self.dialect, other), __.values(RELATION), __.values(RECORD)]
            if kind is not None:
                columns.append(other.values(KIND).order())
            for neighbour, its_relation, record, *kinds in self._ask(edges.map(__.union(*columns).fold())):
                if kind is None or min(kinds, default="Thing") == kind:
                    stated[neighbour, its_relation, way].append(record)
        entries = sorted(stated)
        rest = entries if after is None else [entry for entry in entries if entry > after]
        page = rest[:limit]
        summaries = self.summaries([neighbour for neighbour, _, _ in page])
        edges_of_page = [_link(its_relation, neighbour, stated[neighbour, its_relation, way]).edge(iri, way) for neighbour, its_relation, way in page]
        return NeighbourPage(
            neighbours=tuple(zip(summaries, edges_of_page, strict=True)),
            total=len(entries),
            cursor=encode_cursor(page[-1]) if len(rest) > limit else None,
        )

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        __ = _anonymous()
        counts: Counter[str] = Counter()
        for some in _batches(dict.fromkeys(iris), _MANY):
            rows = self._vertices(some).where(__.in_e()).project("i", "n").by(self.dialect.iri()).by(__.in_e().count())
            for row in self._ask(rows):
                counts[row["i"]] += row["n"]
            encoded = {encode(iri): iri for iri in some}
            within = _within(encoded)
            for key in map(property_key, sorted(NOT_LINKS)):
                for row in self._ask(self._g().V().has(key, within).project("k", "s").by(__.values(key).fold()).by(__.values(SAID).fold())):
                    digests = Counter(digest for _, digest in _statements(row["s"]))
                    for value in row["k"]:
                        if value in encoded:
                            counts[encoded[value]] += digests[statement_digest(key, value)]
        return {iri: count for iri, count in counts.items() if count}

    def statistics(self) -> Statistics:
        """See GraphStore."""
        __ = _anonymous()
        g = self._g
        quads = self._number(g().E().count())
        length = self._number(g().V().values(SAID).length().sum_())
        quads += length // DIGEST_LENGTH - self._number(g().V().values(SAID).count())
        several = g().V().has(RECORD).where(__.values(SAID).limit(2).count().is_(2)).project("r", "s")
        for row in self._ask(several.by(__.values(RECORD).count()).by(__.values(SAID).fold())):
            if len(row["s"]) != row["r"]:  # a record said it in pieces, which may overlap
                quads += quads_said(row["s"]) - sum(len(text) // DIGEST_LENGTH - 1 for text in row["s"])
        graphs = self._number(g().inject(0).union(__.V().values(RECORD), __.E().values(RECORD)).dedup().count())
        kinds: Counter[str] = Counter()
        nodes = g().V().or_(__.has(RECORD), __.out_e()).group_count().by(__.values(KIND).order().fold())
        for found in self._ask(nodes):
            for names, count in found.items():
                kinds[min(names, default="Thing")] += count
        return Statistics(quads=quads, graphs=graphs, kinds=dict(sorted(kinds.items())))

    def close(self) -> None:
        """See GraphStore."""
        self._wire.close()

    def clear(self) -> None:
        """Take everything out of the store, whoever put it there (tests and benchmarks)."""
        self.write(self._g().E().drop())
        self.write(self._g().V().drop())

    def write(self, traversal: Any) -> list[Any]:
        """Run a traversal that writes, within the time limit of writes."""
        return self._wire.submit(traversal, max(self._timeout, _WRITE_SECONDS), _ATTEMPTS)

    def _ask(self, traversal: Any) -> list[Any]:
        return self._wire.submit(traversal, self._timeout)

    def _number(self, traversal: Any) -> int:
        return int(next(iter(self._ask(traversal)), 0) or 0)

    def _g(self) -> Any:
        from gremlin_python.process.graph_traversal import GraphTraversalSource
        from gremlin_python.process.traversal import TraversalStrategies
        from gremlin_python.structure.graph import Graph

        make: Any = GraphTraversalSource
        graph: Any = Graph
        strategies: Any = TraversalStrategies
        return make(graph(), strategies())

    def _vertices(self, iris: Iterable[str]) -> Any:
        return self.dialect.vertices(self._g(), list(iris))

    def _edges(self, vertices: Any, direction: Direction, relation: str | None) -> Any:
        if relation is None:
            return vertices.out_e() if direction == "out" else vertices.in_e()
        label = self.dialect.edge_label(edge_label(relation))
        edges = vertices.out_e(label) if direction == "out" else vertices.in_e(label)
        return edges.has(RELATION, relation)

    # --- the neighbourhood in one request ---

    def _around(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str]) -> Any:
        """Everything that can be in the neighbourhood: at each hop, of every group by its kinds, what a limit would keep.

        Grouping by all kinds of a neighbour, and not by the first, keeps a little more than `Step` asks; `_Picture` cuts it.
        """
        __ = _anonymous()
        traversal = self._vertices(seeds)
        names = []
        for number, steps in enumerate(hops):
            branches = [self._branch(place, step, prefer) for place, step in enumerate(steps)]
            found = __.union(*branches).fold() if branches else __.limit(0).fold()
            name = f"h{number}"
            names.append(name)
            traversal = (
                traversal.project("n", "v", "g")
                .by(self.dialect.iri())
                .by(_summary_properties())
                .by(found)
                .aggregate(name)
                .by(__.union(__.select("n"), __.select("v"), __.select("g").unfold().map(self._group_for_client()).fold()).fold())
                .select("g")
                .unfold()
                .select("e")
                .unfold()
                .select(_keys())
                .dedup()
            )
        last = f"h{len(hops)}"
        traversal = traversal.project("n", "v").by(self.dialect.iri()).by(_summary_properties()).aggregate(last)
        traversal = traversal.by(__.union(__.select("n"), __.select("v")).fold())
        if not names:
            return traversal.cap(last).project(last)
        return traversal.cap(*names, last)

    def _branch(self, place: int, step: Step, prefer: AbstractSet[str]) -> Any:
        """From a vertex of the frontier to the groups that one step finds: map of place, relation, kinds, total and kept entries."""
        __ = _anonymous()
        other = __.in_v() if step.direction == "out" else __.out_v()
        here = __ if step.kind is None else _may_be(__, step.kind)
        relations = None if step.relations is None else [one for one in dict.fromkeys(step.relations) if one not in NOT_LINKS]
        best = _best_entries(self.dialect, step.limit, prefer)

        def groups(edges: Any, relation: Any) -> Any:
            return (
                edges.group()
                .by(other)
                .by(__.values(RECORD).fold())
                .unfold()
                .group()
                .by(__.select(_keys()).values(KIND).order().fold())
                .by(__.fold())
                .unfold()
                .project("p", "r", "k", "t", "e")
                .by(__.constant(place))
                .by(relation)
                .by(_keys())
                .by(__.select(_values()).count(_local()))
                .by(__.select(_values()).map(best))
            )

        if relations is None:
            edges = here.out_e() if step.direction == "out" else here.in_e()
            by_relation = edges.group().by(RELATION).by(__.group().by(other).by(__.values(RECORD).fold())).unfold()
            kinds = __.select(_values()).unfold().group().by(__.select(_keys()).values(KIND).order().fold()).by(__.fold())
            return by_relation
        if not relations:
            return __.limit(0)
        branches = [groups(self._edges(__ if step.kind is None else _may_be(__, step.kind), step.direction, one), __.constant(one)) for one in relations]
        return branches[0] if len(branches) == 1 else __.union(*branches)
