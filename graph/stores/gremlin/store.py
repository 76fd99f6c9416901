"""Any TinkerPop server as a graph store: Gremlin Server, JanusGraph, Neptune. The mapping is `graph.property_graph`.

Every request is bytecode, in which values are never code. Writes add to sets or merge by identity, so that a request may be sent
again, and two writers do not undo each other. Order among neighbours that a limit cuts is the server's (UTF-16), which differs
from ours only beyond the Basic Multilingual Plane.
"""

import ssl
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import Any, Final

from graph.cursors import Position
from graph.errors import GraphError, StoreRefused, StoreUnavailable
from graph.model import (
    Direction,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    Statistics,
    Step,
)
from graph.property_graph import (
    DIGEST_LENGTH,
    KIND,
    RECORD,
    RELATION,
    SAID,
    Description,
    edge_label,
    elements,
    encode,
    property_key,
    quads_said,
    statement_digest,
)
from graph.scope import EVERYTHING, Scope
from graph.store import GraphReader
from graph.stores.gremlin.dialects import IRI, TINKERGRAPH, Dialect, found_dialect
from graph.stores.gremlin.elements import (
    MANY,
    anonymous,
    batches,
    edge_of,
    gremlin,
    is_within,
    may_be,
    node_of,
    statements_in,
    summary_of,
    summary_properties,
    traversal_source,
)
from graph.stores.gremlin.graphbinary import RunStep
from graph.stores.gremlin.picture import Picture, around
from graph.stores.gremlin.scoped import GremlinReader
from graph.stores.gremlin.wire import ConnectionLost, Headers, Wire
from graph.stores.gremlin.writing import Counted, Expected, Loading, settle, watched
from graph.stores.listing import paged
from graph.vocabulary import NOT_LINKS

_WRITE_SECONDS: Final = 120.0
_DROPPED_AT_ONCE: Final = 10_000
"""Vertices or edges."""
_ATTEMPTS: Final = 4
_RELEASES: Final = (("discard", "3.8 or newer"), ("length", "3.7"))
"""Steps, and the releases that have them."""
_NOBODY: Final = "urn:commissure:nobody"
_LARGE: Final = 2_000_000
"""Characters of the largest request: some rows, and a long note."""
_NUMBERED: Final = "refuses text as a vertex's id: set gremlin.tinkergraph.vertexIdManager=ANY and edgeIdManager=ANY"
_UNDECLARED: Final = f"has no index on the property `{IRI}`: declare the schema before the first load"


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
        read = Counted(parts)
        with Loading(self) as loading:
            loading.add(elements(read))
        return read.quads

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore. What is new of a part's graphs is added before what is gone is taken away."""
        read = 0
        for part in parts:
            quads = Counted([part])
            expected: dict[str, Expected] = defaultdict(Expected)
            with Loading(self) as loading:
                loading.add(watched(elements(quads), expected))
            read += quads.quads
            settle(self, expected)
        return read

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        return settle(self, {graph: Expected() for graph in graphs})

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        __ = anonymous()
        asked = self._vertices([iri]).project("p", "r").by(__.value_map()).by(__.out_e().values(RECORD).dedup().fold())
        for found in self.ask(asked):
            return node_of(iri, Description.of(found["p"]), found["r"])
        return None

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        asked = list(iris)
        found: dict[str, NodeSummary] = {}
        for some in batches(dict.fromkeys(asked), MANY):
            for row in self.ask(self._vertices(some).project("i", "p").by(self.dialect.iri()).by(summary_properties())):
                found[row["i"]] = summary_of(row["i"], row["p"])
        return tuple(found.get(iri) or summary_of(iri, {}) for iri in asked)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore. One request, whatever the number of seeds and hops."""
        wanted = sorted(set(seeds))
        if not wanted:
            return Neighbourhood()
        answer = self.ask(around(self.dialect, wanted, hops, prefer)) or [{}]
        return Picture(answer[0], hops, prefer).draw(wanted)

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        __ = anonymous()
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
            for found in self.ask(several):
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
        stated: dict[Position, list[str]] = defaultdict(list)
        __ = anonymous()
        ways: tuple[tuple[Direction, Callable[[], Any]], ...] = (("in", __.out_v), ("out", __.in_v))
        for way, other in ways:
            if direction not in (None, way):
                continue
            edges = self._edges(self._vertices([iri]), way, relation)
            if kind is not None:
                edges = edges.where(may_be(other(), kind))
            columns = [self.dialect.iri(other()), __.values(RELATION), __.values(RECORD)]
            if kind is not None:
                columns.append(other().values(KIND).order())
            for neighbour, its_relation, record, *kinds in self.ask(edges.map(__.union(*columns).fold())):
                if kind is None or min(kinds, default="Thing") == kind:
                    stated[neighbour, its_relation, way].append(record)
        return paged(stated, limit, cursor, partial(edge_of, iri), self.summaries)

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        __ = anonymous()
        counts: Counter[str] = Counter()
        for some in batches(dict.fromkeys(iris), MANY):
            rows = self._vertices(some).where(__.in_e()).project("i", "n").by(self.dialect.iri()).by(__.in_e().count())
            for row in self.ask(rows):
                counts[row["i"]] += row["n"]
            encoded = {encode(iri): iri for iri in some}
            within = is_within(encoded)
            for key in map(property_key, sorted(NOT_LINKS)):
                for row in self.ask(
                    traversal_source().V().has(key, within).dedup().project("k", "s").by(__.values(key).fold()).by(__.values(SAID).fold())
                ):
                    digests = Counter(digest for _, digest in statements_in(row["s"]))
                    for value in row["k"]:
                        if value in encoded:
                            counts[encoded[value]] += digests[statement_digest(key, value)]
        return {iri: count for iri, count in counts.items() if count}

    def statistics(self) -> Statistics:
        """See GraphStore."""
        __ = anonymous()
        g = traversal_source
        quads = self._number(g().E().count())
        length = self._number(g().V().values(SAID).length().sum_())
        quads += length // DIGEST_LENGTH - self._number(g().V().values(SAID).count())
        several = g().V().has(RECORD).where(__.values(SAID).limit(2).count().is_(2)).project("r", "s")
        for row in self.ask(several.by(__.values(RECORD).count()).by(__.values(SAID).fold())):
            if len(row["s"]) != row["r"]:  # a record said it in pieces, which may overlap
                quads += quads_said(row["s"]) - sum(len(text) // DIGEST_LENGTH - 1 for text in row["s"])
        graphs = self._number(g().inject(0).union(__.V().values(RECORD), __.E().values(RECORD)).dedup().count())
        kinds: Counter[str] = Counter()
        nodes = g().V().or_(__.has(RECORD), __.out_e()).group_count().by(__.values(KIND).order().fold())
        for found in self.ask(nodes):
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
            ("request size", traversal_source().inject("x" * _LARGE).limit(0), f"takes requests of {_LARGE / 1e6:g} MB"),
        ):
            try:
                self.ask(request)
            except (StoreRefused, ConnectionLost) as error:
                self.ask(traversal_source().inject(0))  # the server is there
                yield name, False, str(error)
            else:
                yield name, True, found

    def _knows(self, step: str) -> bool:
        """Whether the server has a step: one without arguments, on text."""
        traversal = traversal_source().inject("")
        traversal.bytecode.add_step(step)
        return self._answers(traversal)

    def _answers(self, traversal: Any) -> bool:
        """Whether the server can do this."""
        try:
            self.ask(traversal)
        except StoreUnavailable:
            raise
        except GraphError:
            return False
        return True

    def _has_index(self, traversal: Any) -> bool:
        return any("index" in step.annotations for steps in self.ask(traversal.profile()) for step in _all_steps(steps))

    def _found_dialect(self) -> Dialect | None:
        """By the names of the steps that the server makes of a traversal."""
        try:
            steps = self.ask(traversal_source().V().limit(1).profile())
        except StoreUnavailable:
            raise
        except GraphError:
            return None
        return found_dialect(step.name for some in steps for step in some)

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore. A vertex comes whole, and what may not be seen is taken away here: that costs more."""
        return self if scope == EVERYTHING else GremlinReader(self, scope)

    def close(self) -> None:
        """See GraphStore."""
        self._wire.close()

    def clear(self) -> None:
        """Take everything out of the store, whoever put it there (tests and benchmarks); no request takes out more than a server can."""
        for every in (traversal_source().E, traversal_source().V):
            while self.write(every().limit(1).count()) != [0]:
                self.write(every().limit(_DROPPED_AT_ONCE).drop())

    def declare(self, keys: AbstractSet[str], vertex_labels: AbstractSet[str], edge_labels: AbstractSet[str]) -> None:
        """Make property keys known as ones that hold several values, and labels before two writers make one at the same time."""
        __ = anonymous()
        if new := sorted(keys - self._declared):
            vertex = traversal_source().add_v("Thing")
            for key in new:
                vertex = vertex.property(gremlin("Cardinality").set_, key, "")
            self.write(vertex.drop())
            self._declared.update(new)
        if new := sorted(vertex_labels - self._declared_vertices):
            self.write(traversal_source().inject(0).union(*(__.add_v(self.dialect.vertex_label(label)) for label in new)).drop())
            self._declared_vertices.update(new)
        if new := sorted(edge_labels - self._declared_edges):
            loops = (__.add_e(self.dialect.edge_label(label)).to("one") for label in new)
            self.write(traversal_source().add_v("Thing").as_("one").side_effect(__.union(*loops)).drop())
            self._declared_edges.update(new)

    def write(self, traversal: Any) -> list[Any]:
        """Run a traversal that writes, within the time limit of writes."""
        return self._wire.submit(traversal, max(self._timeout, _WRITE_SECONDS), _ATTEMPTS)

    def ask(self, traversal: Any) -> list[Any]:
        """Run a traversal that reads."""
        return self._wire.submit(traversal, self._timeout)

    def _number(self, traversal: Any) -> int:
        return int(next(iter(self.ask(traversal)), 0) or 0)

    def _vertices(self, iris: Iterable[str]) -> Any:
        return self.dialect.vertices(traversal_source(), list(iris))

    def _edges(self, vertices: Any, direction: Direction, relation: str | None) -> Any:
        if relation is None:
            return vertices.out_e() if direction == "out" else vertices.in_e()
        label = self.dialect.edge_label(edge_label(relation))
        edges = vertices.out_e(label) if direction == "out" else vertices.in_e(label)
        return edges.has(RELATION, relation)


def _all_steps(steps: Iterable[RunStep]) -> Iterator[RunStep]:
    for step in steps:
        yield step
        yield from _all_steps(step.inside)
