"""A TinkerPop server as a reader of some datasets sees it.

A vertex keeps what all records say of it together; `said` tells them apart. So what a reader may not see of a vertex is taken away here,
and of its edges by the server, which filters them by the beginning of their record's name. What a server sends is judged again here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any, Final, Protocol

from graph.cursors import Position
from graph.identifiers import dataset_iri
from graph.model import Direction, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, Statistics, Step
from graph.property_graph import RECORD, RELATION, SAID, TYPE_KEY, Description, edge_label, encode, property_key, record_digest
from graph.scope import Scope
from graph.store import GraphReader
from graph.stores.expansion import Link, expand
from graph.stores.gremlin.dialects import Dialect
from graph.stores.gremlin.elements import (
    MANY,
    SUMMARY_KEYS,
    anonymous,
    batches,
    edge_of,
    gremlin,
    is_within,
    node_of,
    statements_in,
    summary_of,
    traversal_source,
)
from graph.stores.listing import counted, paged
from graph.vocabulary import NOT_LINKS

_DIRECTIONS: Final[tuple[Direction, ...]] = ("in", "out")

Stated = dict[tuple[str, str, str], list[str]]
"""(node, relation, neighbour) → the records that state the link."""


class Server(Protocol):
    """What is asked."""

    @property
    def dialect(self) -> Dialect:
        """How this server differs from others."""

    def ask(self, traversal: Any) -> list[Any]:
        """Run a traversal that reads."""


class GremlinReader:
    """A GraphReader of some datasets. It keeps nothing: its answers follow what is loaded and removed."""

    def __init__(self, server: Server, scope: Scope) -> None:
        self._server, self._scope = server, scope

    def node(self, iri: str) -> Node | None:
        """See GraphReader."""
        description = self.described([iri]).get(iri, Description.of({}))
        stating = self._held(self._vertices([iri]).out_e()).values(RECORD).dedup()
        return node_of(iri, description, filter(self._scope.admits, self._server.ask(stating)))

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphReader."""
        asked = list(iris)
        return tuple(_Question(self).summaries(asked))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphReader. One request for the edges of each step, and one for what is new of their ends."""
        return expand(_Question(self), seeds, hops, prefer)

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphReader."""
        found = [(relation, way, neighbour) for way in _DIRECTIONS for _, relation, neighbour in self.stated([iri], way)]
        kinds = _Question(self).kinds([neighbour for *_, neighbour in found])
        return counted((relation, way, kinds[neighbour]) for relation, way, neighbour in found)

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
        """See GraphReader."""
        stated: dict[Position, Sequence[str]] = {}
        for way in _DIRECTIONS:
            if direction in (None, way):
                for (_, its_relation, neighbour), records in self.stated([iri], way, None if relation is None else (relation,)).items():
                    stated[neighbour, its_relation, way] = records
        question = _Question(self)
        if kind is not None:
            kinds = question.kinds([neighbour for neighbour, *_ in stated])
            stated = {position: records for position, records in stated.items() if kinds[position[0]] == kind}
        return paged(stated, limit, cursor, partial(edge_of, iri), question.summaries)

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphReader."""
        counts: Counter[str] = Counter()
        for some in batches(dict.fromkeys(iris), MANY):
            by_record = self._held(anonymous().in_e()).group_count().by(RECORD)
            for row in self._server.ask(self._vertices(some).project("i", "n").by(self._iri()).by(by_record)):
                counts[row["i"]] += sum(count for record, count in row["n"].items() if self._scope.admits(record))
            encoded = {encode(iri): iri for iri in some}
            for key in map(property_key, sorted(NOT_LINKS)):
                naming = self._held(traversal_source().V().has(key, is_within(encoded))).dedup()
                for properties in self._server.ask(naming.value_map(key, RECORD, SAID)):
                    said = Description.of(properties).within(self._scope.admits).by_record().values()
                    counts.update(encoded[value] for statements in said for _, value in statements if value in encoded)
        return {iri: count for iri, count in counts.items() if count}

    def statistics(self) -> Statistics:
        """See GraphReader. All that may be seen is read."""
        __ = anonymous()
        quads = 0
        graphs: set[str] = set()
        kinds: dict[str, str] = {}
        by_source = self._held(traversal_source().E()).group_count().by(__.union(self._iri(__.out_v()), __.values(RECORD)).fold())
        for found in self._server.ask(by_source):
            for (source, record), count in found.items():
                if self._scope.admits(record):
                    quads += count
                    graphs.add(record)
                    kinds.setdefault(source, "Thing")
        vertices = self._held(traversal_source().V()).project("i", "p").by(self._iri()).by(__.value_map(TYPE_KEY, RECORD, SAID))
        for row in self._server.ask(vertices):
            seen = {record_digest(record): record for record in row["p"][RECORD] if self._scope.admits(record)}
            said = [record for record, _ in statements_in(row["p"][SAID]) if record in seen]
            if said:
                quads += len(said)
                graphs.update(seen.values())
                kinds[row["i"]] = summary_of(row["i"], Description.of(row["p"]).within(self._scope.admits).properties()).kind
        return Statistics(quads, len(graphs), dict(sorted(Counter(kinds.values()).items())))

    def within(self, scope: Scope) -> GraphReader:
        """See GraphReader."""
        return GremlinReader(self._server, self._scope.narrowed(scope))

    def described(self, iris: Sequence[str], *keys: str) -> dict[str, Description]:
        """What may be seen of vertices themselves, those of them that are there; `keys`: of these properties alone."""
        found: dict[str, Description] = {}
        properties = anonymous().value_map(*keys, RECORD, SAID) if keys else anonymous().value_map()
        for some in batches(dict.fromkeys(iris), MANY):
            for row in self._server.ask(self._vertices(some).project("i", "p").by(self._iri()).by(properties)):
                found[row["i"]] = Description.of(row["p"]).within(self._scope.admits)
        return found

    def stated(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None = None) -> Stated:
        """The links of nodes in one direction."""
        __ = anonymous()
        stated: Stated = defaultdict(list)
        asked = None if relations is None else sorted(set(relations) - NOT_LINKS)
        if asked == []:
            return stated
        ends = (__.out_v, __.in_v) if direction == "out" else (__.in_v, __.out_v)
        columns = [self._iri(ends[0]()), __.values(RELATION), self._iri(ends[1]()), __.values(RECORD)]
        for some in batches(dict.fromkeys(nodes), MANY):
            labels = {self._server.dialect.edge_label(edge_label(relation)) for relation in asked or ()}
            vertices = self._vertices(some)
            edges = vertices.out_e(*sorted(labels)) if direction == "out" else vertices.in_e(*sorted(labels))
            edges = edges if asked is None else edges.has(RELATION, is_within(asked))
            for node, relation, neighbour, record in self._server.ask(self._held(edges).map(__.union(*columns).fold())):
                if self._scope.admits(record):
                    stated[node, relation, neighbour].append(record)
        return stated

    def _held(self, elements: Any) -> Any:
        """Those elements that some record of the scope speaks of."""
        __ = anonymous()
        names = [dataset_iri(name) for name in sorted(self._scope.datasets or ())]
        inside = (__.has(RECORD, gremlin("TextP").starting_with(name + "/")) for name in names)
        return elements.or_(__.has(RECORD, is_within(names)), *inside)

    def _vertices(self, iris: Sequence[str]) -> Any:
        return self._server.dialect.vertices(traversal_source(), iris)

    def _iri(self, vertices: Any = None) -> Any:
        return self._server.dialect.iri(vertices)


class _Question:
    """What one question asks of nodes, each of them once. See LinkSource."""

    def __init__(self, reader: GremlinReader) -> None:
        self._reader = reader
        self._known: dict[str, NodeSummary] = {}

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for (node, relation, neighbour), records in self._reader.stated(nodes, direction, relations).items():
            found[node].append(Link(relation, neighbour, len(records), tuple(sorted(records)[:3])))
        return found

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        return {summary.id: summary.kind for summary in self.summaries(nodes)}

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        new = [iri for iri in iris if iri not in self._known]
        described = self._reader.described(new, *SUMMARY_KEYS, TYPE_KEY)
        self._known.update((iri, summary_of(iri, described[iri].properties() if iri in described else {})) for iri in new)
        return [self._known[iri] for iri in iris]
