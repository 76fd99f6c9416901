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
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from graph.cursors import decode_cursor, encode_cursor
from graph.errors import GraphError, StoreRefused, StoreUnavailable
from graph.model import (
    Direction,
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
    Quad,
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
    record_digest,
    statement_digest,
)
from graph.stores.expansion import Link
from graph.stores.gremlin.dialects import IRI, RID, TINKERGRAPH, Dialect, found_dialect
from graph.stores.gremlin.wire import (
    ConnectionLost,
    Encoded,
    Headers,
    RunStep,
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
_RELEASES: Final = (("discard", "3.8 or newer"), ("length", "3.7"))
"""Steps, and the releases that have them."""
_NOBODY: Final = "urn:commissure:nobody"
_LARGE: Final = 2_000_000
"""Characters of the largest request: some rows, and a long note."""
_NUMBERED: Final = "refuses text as a vertex's id: set gremlin.tinkergraph.vertexIdManager=ANY and edgeIdManager=ANY"
_UNDECLARED: Final = f"has no index on the property `{IRI}`: declare the schema before the first load"

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
        self._dialect: Dialect | None = None
        self._declared: set[str] = set()
        self._declared_vertices: set[str] = set()
        self._declared_edges: set[str] = set()

    @property
    def dialect(self) -> Dialect:
        """How this server differs from others."""
        if self._dialect is None:
            self._dialect = self._given or self._found_dialect() or TINKERGRAPH
        return self._dialect

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
            keys = sorted((predicate_of(key), key) for key in description.values if key not in (TYPE_KEY, IRI))
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
        ways: tuple[tuple[Direction, Any], ...] = (("in", __.out_v), ("out", __.in_v))
        for direction, other in ways:
            several = (
                self._edges(self._vertices([iri]), direction, None)
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
        ways: tuple[tuple[Direction, Callable[[], Any]], ...] = (("in", __.out_v), ("out", __.in_v))
        for way, other in ways:
            if direction not in (None, way):
                continue
            edges = self._edges(self._vertices([iri]), way, relation)
            if kind is not None:
                edges = edges.where(_may_be(other(), kind))
            columns = [self.dialect.iri(other()), __.values(RELATION), __.values(RECORD)]
            if kind is not None:
                columns.append(other().values(KIND).order())
            for neighbour, its_relation, record, *kinds in self._ask(edges.map(__.union(*columns).fold())):
                if kind is None or min(kinds, default="Thing") == kind:
                    stated[neighbour, its_relation, way].append(record)
        entries = sorted(stated)
        rest = entries if after is None else [entry for entry in entries if entry > after]
        page = rest[:limit]
        summaries = self.summaries([neighbour for neighbour, _, _ in page])
        edges_of_page = [_link(stated[entry], entry).edge(iri, entry[2]) for entry in page]
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
                for row in self._ask(
                    self._g().V().has(key, within).dedup().project("k", "s").by(__.values(key).fold()).by(__.values(SAID).fold())
                ):
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

    def inspect(self) -> Iterator[tuple[str, bool, str]]:
        """See Inspectable. What is asked changes nothing in the store."""
        release = next((release for step, release in _RELEASES if self._knows(step)), None)
        yield "version", release is not None, f"TinkerPop {release}" if release else "TinkerPop before 3.7.1: install 3.7.1 or newer"
        dialect = self._given or self._found_dialect()
        yield "dialect", dialect is not None, dialect.name if dialect else "neither TinkerGraph nor JanusGraph: never tried, as TinkerGraph"
        own_ids = self.dialect.own_ids
        by_iri = self._answers(self._vertices([_NOBODY])) if own_ids else self._has_index(self._vertices([_NOBODY]))
        if not by_iri:
            yield "identifiers", False, _NUMBERED if own_ids else _UNDECLARED
            return
        yield "identifiers", True, "vertices are found by their IRIs"
        for name, request, found in (
            ("rights", self._vertices([_NOBODY]).drop(), "the user may read and write"),
            ("request size", self._g().inject("x" * _LARGE).limit(0), f"takes requests of {_LARGE / 1e6:g} MB"),
        ):
            try:
                self._ask(request)
            except (StoreRefused, ConnectionLost) as error:
                self._ask(self._g().inject(0))  # the server is there
                yield name, False, str(error)
            else:
                yield name, True, found

    def _knows(self, step: str) -> bool:
        """Whether the server has a step: one without arguments, on text."""
        traversal = self._g().inject("")
        traversal.bytecode.add_step(step)
        return self._answers(traversal)

    def _answers(self, traversal: Any) -> bool:
        """Whether the server can do this."""
        try:
            self._ask(traversal)
        except StoreUnavailable:
            raise
        except GraphError:
            return False
        return True

    def _has_index(self, traversal: Any) -> bool:
        return any("index" in step.annotations for steps in self._ask(traversal.profile()) for step in _all_steps(steps))

    def _found_dialect(self) -> Dialect | None:
        """By the names of the steps that the server makes of a traversal."""
        try:
            steps = self._ask(self._g().V().limit(1).profile())
        except StoreUnavailable:
            raise
        except GraphError:
            return None
        return found_dialect(step.name for some in steps for step in some)

    def close(self) -> None:
        """See GraphStore."""
        self._wire.close()

    def clear(self) -> None:
        """Take everything out of the store, whoever put it there (tests and benchmarks)."""
        self.write(self._g().E().drop())
        self.write(self._g().V().drop())

    def injected(self, rows: Iterable[Encoded]) -> Any:
        """A traversal over rows that are part of the request."""
        return self._g().inject(encode_list(rows)).unfold()

    def declare(self, keys: AbstractSet[str], vertex_labels: AbstractSet[str], edge_labels: AbstractSet[str]) -> None:
        """Make property keys known as ones that hold several values, and labels before two writers make one at the same time."""
        __ = _anonymous()
        if new := sorted(keys - self._declared):
            vertex = self._g().add_v("Thing")
            for key in new:
                vertex = vertex.property(_gremlin("Cardinality").set_, key, "")
            self.write(vertex.drop())
            self._declared.update(new)
        if new := sorted(vertex_labels - self._declared_vertices):
            self.write(self._g().inject(0).union(*(__.add_v(self.dialect.vertex_label(label)) for label in new)).drop())
            self._declared_vertices.update(new)
        if new := sorted(edge_labels - self._declared_edges):
            loops = (__.add_e(self.dialect.edge_label(label)).to("one") for label in new)
            self.write(self._g().add_v("Thing").as_("one").side_effect(__.union(*loops)).drop())
            self._declared_edges.update(new)

    def write(self, traversal: Any) -> list[Any]:
        """Run a traversal that writes, within the time limit of writes."""
        return self._wire.submit(traversal, max(self._timeout, _WRITE_SECONDS), _ATTEMPTS)

    def _ask(self, traversal: Any) -> list[Any]:
        return self._wire.submit(traversal, self._timeout)

    def _number(self, traversal: Any) -> int:
        return int(next(iter(self._ask(traversal)), 0) or 0)

    def _g(self, quick: bool = False) -> Any:
        """The traversal source. `quick`: without what a server of this dialect does in vain to make a traversal faster."""
        from gremlin_python.process.graph_traversal import GraphTraversalSource
        from gremlin_python.process.traversal import TraversalStrategies
        from gremlin_python.structure.graph import Graph

        make: Any = GraphTraversalSource
        graph: Any = Graph
        strategies: Any = TraversalStrategies
        g = make(graph(), strategies())
        return g.without_strategies(*self.dialect.idle_strategies()) if quick and self.dialect.idle_strategies() else g

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
        """Everything that can be in the neighbourhood, and somewhat more, which `_Picture` leaves out.

        A server takes as long to prepare a traversal of many parts as to run it. So the steps of a hop become one traversal, or one for
        each direction where both follow the same label: at each vertex all their relations, in groups by all kinds of the neighbour,
        each cut at their largest limit. What vertices are called is asked once, at the end.
        """
        __ = _anonymous()
        by_iri = self.dialect.by_iri()
        traversal = self.dialect.vertices(self._g(quick=True), list(seeds)).aggregate("all")
        names = [f"h{number}" for number in range(len(hops))]
        for name, steps in zip(names, hops, strict=True):
            found = [self._found(some, prefer) for some in self._lanes(steps)]
            groups = (__.union(*found) if len(found) > 1 else found[0]) if found else __.limit(0)
            traversal = (
                traversal.project("n", "g")
                .by(by_iri)
                .by(groups.fold())
                .aggregate(name)
                .by(__.union(__.select("n"), __.select("g").unfold().map(self._row())).fold())
                .select("g")
                .unfold()
                .select("g")
                .unfold()
                .select("e")
                .unfold()
                .select(_keys())
                .dedup()
                .aggregate("all")
            )
        traversal = traversal.cap("all").unfold().dedup().project("n", "v").by(by_iri).by(_summary_properties())
        traversal = traversal.aggregate("nodes").by(__.union(__.select("n"), __.select("v")).fold())
        return traversal.cap(*names, "nodes") if names else traversal.cap("nodes").project("nodes")

    def _lanes(self, steps: Sequence[Step]) -> list[list[Step]]:
        """The steps of a hop, those together of which a relation's label tells the direction."""
        asked = [step for step in steps if step.relations is None or set(step.relations) - NOT_LINKS]
        ways = [[step for step in asked if step.direction == way] for way in ("in", "out")]
        used = [self._labels(some) for some in ways]
        if used[0] is None or used[1] is None or set(used[0]) & set(used[1]):
            return [some for some in ways if some]
        return [asked] if asked else []

    def _labels(self, steps: Iterable[Step]) -> list[str] | None:
        """The edge labels that steps follow; None for all."""
        labels: set[str] = set()
        for step in steps:
            if step.relations is None:
                return None
            labels.update(self.dialect.edge_label(edge_label(relation)) for relation in set(step.relations) - NOT_LINKS)
        return sorted(labels)

    def _found(self, steps: Sequence[Step], prefer: AbstractSet[str]) -> Any:
        """From a vertex to the groups that steps find, each with its size and the entries to keep.

        A label may stand for several relations (local names); those that no step asks for are left out when the picture is drawn.
        """
        __ = _anonymous()
        by_neighbour = []
        ways: tuple[tuple[Direction, Callable[[], Any]], ...] = (("in", __.out_v), ("out", __.in_v))
        directions = [way for way in ways if any(step.direction == way[0] for step in steps)]
        for direction, other in directions:
            some = [step for step in steps if step.direction == direction]
            labels = self._labels(some) or ()
            kinds = {step.kind for step in some if step.kind is not None}
            vertices = __.identity()
            if all(step.kind is not None for step in some) and "Thing" not in kinds:
                vertices = __.has(KIND, _within(sorted(kinds)))
            edges = vertices.out_e(*labels) if direction == "out" else vertices.in_e(*labels)
            by_neighbour.append(edges.group().by(RELATION).by(__.group().by(other())).unfold())
        way = directions[0][0] if len(directions) == 1 else ""
        by_kinds = (
            __.select(_values())
            .unfold()
            .group()
            .by(__.select(_keys()).values(KIND).fold())
            .unfold()
            .project("k", "t", "e")
            .by(_keys())
            .by(__.select(_values()).count(_local()))
            .by(__.select(_values()).map(self._best(max(step.limit for step in steps), prefer)))
            .fold()
        )
        found = __.union(*by_neighbour) if len(by_neighbour) > 1 else by_neighbour[0]
        return found.project("d", "r", "g").by(__.constant(way)).by(_keys()).by(by_kinds)

    def _best(self, limit: int, prefer: AbstractSet[str]) -> Any:
        """Of a list of entries (vertex → edges) those that a limit keeps."""
        __ = _anonymous()
        order, p = _gremlin("Order"), _gremlin("P")
        if limit < 1:
            return __.unfold().limit(0).fold()
        ranked = __.unfold().order()
        if prefer:
            preferred = __.select(_keys()).filter_(self.dialect.is_any_of(sorted(prefer)))
            ranked = ranked.by(preferred.count(), order.desc)
        ranked = ranked.by(__.select(_values()).count(_local()), order.desc).by(self.dialect.iri(__.select(_keys())))
        return __.choose(__.count(_local()).is_(p("gt", limit)), ranked.limit(limit).fold(), __.identity())

    def _row(self) -> Any:
        """What `_found` gives, with IRIs in place of vertices and the first three records in place of all."""
        __ = _anonymous()
        records = __.select(_values()).unfold().values(RECORD).order().limit(3)
        entry = __.union(self.dialect.iri(__.select(_keys())), __.select(_values()).count(_local()), records).fold()
        group = __.union(__.select("k"), __.select("t"), __.select("e").unfold().map(entry)).fold()
        return __.union(__.select("d"), __.select("r"), __.select("g").unfold().map(group)).fold()

    # --- taking away ---

    def _settle(self, expected: Mapping[str, "_Expected"]) -> int:
        """Take from graphs all they do not say (any more); how many of them there were."""
        return sum(self._settle_some(some, expected) for some in _batches(expected, _GRAPHS))

    def _settle_some(self, graphs: Sequence[str], expected: Mapping[str, "_Expected"]) -> int:
        __ = _anonymous()
        within, identity = _within(graphs), (__.id_() if self.dialect.own_ids else __.values(RID))
        existing: set[str] = set()
        stale_edges: list[str] = []
        ends: set[str] = set()
        columns = (__.values(RECORD), identity, self.dialect.iri(__.out_v()), self.dialect.iri(__.in_v()))
        for graph, edge, source, target in self.write(self._g().E().has(RECORD, within).map(__.union(*columns).fold())):
            existing.add(graph)
            if edge not in expected[graph].edges:
                stale_edges.append(edge)
                ends.update((source, target))
        emptied: list[str] = []
        changed: list[str] = []
        vertices = self._g().V().has(RECORD, within).dedup().project("i", "r", "s")
        for row in self.write(vertices.by(self.dialect.iri()).by(__.values(RECORD).fold()).by(__.values(SAID).fold())):
            iri, records, statements = row["i"], set(row["r"]), _statements(row["s"])
            ours = {graph for graph in records if graph in expected}
            existing |= ours
            wanted = {(record_digest(graph), digest) for graph in ours for digest in expected[graph].said.get(iri, ())}
            marks = {record_digest(graph) for graph in ours}
            if not wanted and ours == records:
                emptied.append(iri)
            elif {statement for statement in statements if statement[0] in marks} != wanted:
                changed.append(iri)
        for edges in _batches(stale_edges, _MANY):
            found = self._g().E(_strings(edges)) if self.dialect.own_ids else self._g().E().has(RID, _within(edges))
            self.write(found.drop())
        for some in _batches(emptied, _MANY):
            self.write(self._vertices(some).not_(__.both_e()).drop())
            self.write(self._vertices(some).properties().filter_(__.key().is_(_gremlin("P")("neq", IRI))).drop())
        for some in _batches(changed, _REWRITES):
            self._rewrite(some, graphs, expected)
        for some in _batches(sorted(ends), _MANY):
            self.write(self._vertices(some).not_(__.has(RECORD)).not_(__.both_e()).drop())
        return len(existing)

    def _rewrite(self, iris: Sequence[str], graphs: Iterable[str], expected: Mapping[str, "_Expected"]) -> None:
        """Make vertices hold what other graphs say of them, and of these graphs what is expected."""
        __ = _anonymous()
        ours = frozenset(graphs)
        changes = []
        for row in self.write(self._vertices(iris).project("i", "p").by(self.dialect.iri()).by(__.value_map())):
            iri = row["i"]
            before = Description.of({key: values for key, values in row["p"].items() if key != IRI})
            by_record = before.by_record()
            for graph in ours.intersection(by_record):
                wanted = expected[graph].said.get(iri, ())
                by_record[graph] = {(key, value) for key, value in by_record[graph] if statement_digest(key, value) in wanted}
            change = self.dialect.vertices(__, [iri])
            after = Description.saying(by_record).properties()
            for key, values in before.properties().items():
                gone = [value for value in values if value not in after.get(key, ())]
                if gone:
                    change = change.side_effect(__.properties(key).has_value(_within(gone)).drop())
            for key, values in after.items():
                for value in values:
                    if value not in before.properties().get(key, ()):
                        change = change.property(_gremlin("Cardinality").set_, key, value)
            changes.append(change)
        if changes:
            self.write(self._g().inject(0).union(*changes).count())


class _Expected:
    """What a graph says: the ids of its edges, and of each vertex the digests of what it says of it."""

    def __init__(self) -> None:
        self.edges: set[str] = set()
        self.said: dict[str, set[str]] = {}

    def add(self, element: Vertex | Edge) -> None:
        if isinstance(element, Edge):
            self.edges.add(element.id)
        else:
            said = self.said.setdefault(element.iri, set())
            said.update(statement_digest(key, value) for key, values in element.values.items() if key != KIND for value in values)


def _watched(found: Iterable[Vertex | Edge], expected: Mapping[str, _Expected]) -> Iterator[Vertex | Edge]:
    for element in found:
        expected[element.record].add(element)
        yield element


class _Counted:
    """The quads of parts, counted."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self.quads = 0
        self._parts = parts

    def __iter__(self) -> Iterator[Quad]:
        for part in self._parts:
            for quad in read_quads(part):
                self.quads += 1
                yield quad


class _Loading:
    """Writes elements, block after block. Requests run beside each other, an edge never before its vertices."""

    def __init__(self, store: GremlinStore) -> None:
        self._store, self._dialect = store, store.dialect
        self._pool = ThreadPoolExecutor(self._dialect.vertex_writers + self._dialect.edge_writers)
        self._edge_gate = threading.Semaphore(self._dialect.edge_writers)
        self._vertex_gate = threading.Semaphore(self._dialect.vertex_writers)
        self._property_gate = threading.Semaphore(self._dialect.edge_writers)
        self._known: dict[str, Any] = {}
        self._running: deque[Future[None]] = deque()

    def __enter__(self) -> "_Loading":
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
        for block in _batches(found, _BLOCK):
            known = self._known
            vertices = [element for element in block if isinstance(element, Vertex)]
            edges = [element for element in block if isinstance(element, Edge)]
            if self._dialect.declares_keys:
                ends_at = (end for edge in edges for end in (edge.source, edge.target))
                self._store.declare(
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
            before += [self._run(self._write_ends, some, known) for some in _batches(ends, _MANY)]
            if own_ids:
                known.update((end, end) for end in ends)
            for some in _batches(edges, _MANY):
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
            if size >= self._dialect.batch_bytes or len(rows) >= _MANY:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows

    def _write_vertices(self, rows: Sequence["_VertexRow"], known: dict[str, Any]) -> None:
        """Make the vertices that are not there, whole; then add to those that were, or that have several values of a key."""
        __ = _anonymous()
        merge = _gremlin("Merge")
        simple = [row for row in rows if row.simple]
        rest = [row for row in rows if not row.simple]
        if simple:
            merged = (
                self._store.injected(row.whole(number) for number, row in enumerate(simple))
                .as_("row")
                .merge_v(__.select("m"))
                .option(merge.on_create, __.select("c"))
            )
            incomplete = __.not_(__.values(SAID).where(_gremlin("P")("eq", "row")).by().by("s"))
            number = __.select("row").select("n")
            if self._dialect.own_ids:
                with self._vertex_gate:
                    rest.extend(simple[place] for place in self._store.write(merged.filter_(incomplete).map(number)))
            else:
                columns = (number, __.id_(), incomplete.constant("incomplete"))
                with self._vertex_gate:
                    answers = self._store.write(merged.map(__.union(*columns).fold()))
                for place, identifier, *state in answers:
                    known[simple[place].vertex.iri] = identifier
                    if state:
                        rest.append(simple[place])
        if not rest:
            return
        added = (
            self._store.injected(row.pieces() for row in rest)
            .as_("row")
            .merge_v(__.select("m"))
            .option(merge.on_create, __.select("c"))
            .as_("vertex")
            .select("row")
            .select("p")
            .unfold()
            .as_("pair")
            .select("vertex")
            .property(_gremlin("Cardinality").set_, __.select("pair").select("k"), __.select("pair").select("v"))
            .count()
        )
        with self._property_gate:
            self._store.write(added)

    def _write_ends(self, iris: Sequence[str], known: dict[str, Any]) -> None:
        """Make the vertices that edges end at and nothing has described yet."""
        __ = _anonymous()
        rows = []
        for iri in iris:
            encoded = encode_string(iri)
            create = self._dialect.create_vertex(encoded, likely_label(iri))
            rows.append(encode_map([(_M, self._dialect.match_vertex(encoded)), (_C, create)]))
        merged = self._store.injected(rows).merge_v(__.select("m")).option(_gremlin("Merge").on_create, __.select("c"))
        with self._vertex_gate:
            answers = self._store.write(merged.count() if self._dialect.own_ids else merged.map(__.union(__.values(IRI), __.id_()).fold()))
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
            self._store.write(self._store.injected(rows).merge_e().count())


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


class _Picture:
    """Draws the neighbourhood from what the server found around the seeds."""

    def __init__(self, answer: Mapping[str, Any], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str]) -> None:
        self._hops, self._prefer = hops, prefer
        self._properties: dict[str, Properties] = dict(answer.get("nodes", ()))
        self._found: list[dict[tuple[str, str], list[Any]]] = []
        for number in range(len(hops)):
            found: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for iri, *rows in answer.get(f"h{number}", ()):
                for direction, relation, *groups in rows:
                    way = direction or _way(relation, hops[number])
                    for kinds, total, *entries in groups:
                        links = [Link(relation, neighbour, count, tuple(records)) for neighbour, count, *records in entries]
                        found[iri, way].append((relation, min(kinds, default="Thing"), total, links))
            self._found.append(found)

    def draw(self, seeds: Sequence[str]) -> Neighbourhood:
        """As `GraphStore.neighbourhood` defines it."""
        nodes = set(seeds)
        edges: dict[tuple[str, str, str], StatedEdge] = {}
        candidates: dict[tuple[str, str, Direction, str], int] = {}
        frontier = set(seeds)
        for number, steps in enumerate(self._hops):
            reached: set[str] = set()
            for node in frontier:
                for step in steps:
                    if step.kind is not None and step.kind != self._kind(node):
                        continue
                    for relation, kind, total, links in self._groups(number, node, step):
                        candidates[node, relation, step.direction, kind] = total
                        for link in self._best(links, step.limit):
                            edge = link.edge(node, step.direction)
                            edges[edge.source, edge.relation, edge.target] = edge
                            reached.add(link.neighbour)
            nodes |= reached
            frontier = reached
        summaries = tuple(_summary(iri, self._properties.get(iri, {})) for iri in sorted(nodes))
        return Neighbourhood(
            summaries, tuple(edges[key] for key in sorted(edges)), _left_out(candidates, edges, {one.id: one.kind for one in summaries})
        )

    def _groups(self, hop: int, node: str, step: Step) -> Iterable[tuple[str, str, int, list[Link]]]:
        """(relation, kind, size, entries) of what one step finds at a node."""
        groups: dict[tuple[str, str], tuple[int, list[Link]]] = {}
        for relation, kind, total, links in self._found[hop].get((node, step.direction), ()):
            if step.relations is None or relation in step.relations:
                before, others = groups.get((relation, kind), (0, []))
                groups[relation, kind] = before + total, others + links
        return [(*group, total, links) for group, (total, links) in groups.items()]

    def _best(self, links: list[Link], limit: int) -> Sequence[Link]:
        if len(links) <= limit:
            return links
        rank = lambda link: (link.neighbour not in self._prefer, -link.records, link.neighbour)  # noqa: E731
        return heapq.nsmallest(max(limit, 0), links, key=rank)

    def _kind(self, iri: str) -> str:
        return min(self._properties.get(iri, {}).get(KIND, ()), default="Thing")


def _left_out(
    candidates: Mapping[tuple[str, str, Direction, str], int],
    edges: Mapping[tuple[str, str, str], StatedEdge],
    kinds: Mapping[str, str],
) -> tuple[Omitted, ...]:
    shown: Counter[tuple[str, str, str, str]] = Counter()
    for source, relation, target in edges:
        shown[source, relation, "out", kinds[target]] += 1
        shown[target, relation, "in", kinds[source]] += 1
    return tuple(Omitted(*group, count - shown[group]) for group, count in sorted(candidates.items()) if count > shown[group])


def _way(relation: str, steps: Iterable[Step]) -> Direction:
    """The direction in which steps that share no label follow a relation; either where none does."""
    return "in" if any(step.direction == "in" and relation in (step.relations or ()) for step in steps) else "out"


def _summary(iri: str, properties: Properties) -> NodeSummary:
    texts = [properties[key] for key in (_PREF_LABEL_KEY, _LABEL_KEY) if properties.get(key)]
    label = min(map(as_literal, texts[0])).value if texts else local_name(iri)
    stub = STUB_KEY in properties and Description.of(properties).is_stub()
    return NodeSummary(iri, min(properties.get(KIND, ()), default="Thing"), label, stub)


def _summary_properties() -> Any:
    """What `_summary` needs of a vertex."""
    __ = _anonymous()
    return __.choose(__.has(STUB_KEY), __.value_map(*_SUMMARY_KEYS, *_STUB_KEYS), __.value_map(*_SUMMARY_KEYS))


def _may_be(vertices: Any, kind: str) -> Any:
    """Vertices that have a class of this kind (or none, for 'Thing'); their kind may still be another of their classes."""
    __ = _anonymous()
    return vertices.or_(__.has_not(KIND), __.has(KIND, kind)) if kind == "Thing" else vertices.has(KIND, kind)


def _statements(said: Iterable[str]) -> set[tuple[str, str]]:
    return {(text[:DIGEST_LENGTH], text[at : at + DIGEST_LENGTH]) for text in said for at in range(DIGEST_LENGTH, len(text), DIGEST_LENGTH)}


def _all_steps(steps: Iterable[RunStep]) -> Iterator[RunStep]:
    for step in steps:
        yield step
        yield from _all_steps(step.inside)


def _link(records: Sequence[str], entry: tuple[str, str, Direction]) -> Link:
    neighbour, relation, _ = entry
    return Link(relation, neighbour, len(records), tuple(sorted(records)[:3]))


@lru_cache(maxsize=4096)
def _key(key: str) -> bytes:
    return encode_string(key)


def _within(texts: Iterable[str]) -> Any:
    return _gremlin("P")("within", list(texts))


def _strings(texts: Iterable[str]) -> Encoded:
    return encode_list([encode_string(text) for text in texts])


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _gremlin(name: str) -> Any:
    """A class of gremlinpython's `traversal` module; imported when first used, because it takes longer than the command line may."""
    from gremlin_python.process import traversal

    return getattr(traversal, name)


def _anonymous() -> Any:
    from gremlin_python.process.graph_traversal import __

    return __


def _keys() -> Any:
    return _gremlin("Column").keys


def _values() -> Any:
    return _gremlin("Column").values


def _local() -> Any:
    return _gremlin("Scope").local
