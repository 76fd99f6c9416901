"""What is asked of the embedded store's nodes, by a reader of everything or of some datasets."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from graph.cursors import Position
from graph.model import (
    Direction,
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
from graph.scope import Scope
from graph.sparql import Demand
from graph.store import GraphReader
from graph.stores.expansion import Link, expand
from graph.stores.listing import counted, paged
from graph.stores.oxigraph.links import CachedLinks, literal_of, statistics_within
from graph.vocabulary import NOT_LINKS, TYPE, XSD

_CACHED: Final = 40_000
"""Links and nodes that the reader of a scope keeps in memory."""


class OxigraphReads:
    """The questions of a GraphReader about nodes, answered from their links."""

    def __init__(self, links: CachedLinks) -> None:
        self._links = links

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        properties: dict[str, set[Literal]] = defaultdict(set)
        records: set[str] = set()
        for relation, value, graph in self._links.statements(iri):
            records.add(graph.value)
            predicate = relation.value
            if isinstance(value, ox.Literal):
                properties[predicate].add(literal_of(value))
            elif predicate in NOT_LINKS and predicate != TYPE:
                properties[predicate].add(Literal(value.value, XSD + "anyURI"))
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
        return tuple(self._links.summaries(tuple(iris)))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore."""
        return expand(self._links, seeds, hops, prefer)

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        return counted((link.relation, direction, kind) for direction, link, kind in self._links.all(iri))

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
        entries: dict[Position, tuple[Direction, Link]] = {
            (link.neighbour, link.relation, way): (way, link)
            for way, link, its_kind in self._links.all(iri)
            if relation in (None, link.relation) and direction in (None, way) and kind in (None, its_kind)
        }
        return paged(entries, limit, cursor, lambda _, found: found[1].edge(iri, found[0]), self._links.summaries)

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        counts: dict[str, int] = {}
        for iri in iris:
            count = self._links.references(iri)
            if count:
                counts[iri] = count
        return counts


class OxigraphReader(OxigraphReads):
    """A GraphReader of some datasets, over the store that others read whole."""

    def __init__(self, store: ox.Store, scope: Scope, query: Callable[[str, Demand], QueryResult]) -> None:
        super().__init__(CachedLinks(store, scope, _CACHED))
        self._scope = scope
        self._query = query
        self._statistics: Statistics | None = None

    def statistics(self) -> Statistics:
        """See GraphReader."""
        if self._statistics is None:
            self._statistics = statistics_within(self._links.opened(), self._scope)
        return self._statistics

    def within(self, scope: Scope) -> GraphReader:
        """See GraphReader."""
        both = self._scope.narrowed(scope)
        return self if both == self._scope else OxigraphReader(self._links.opened(), both, self._query)

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable."""
        return self._query(sparql, replace(demand, scope=self._scope.narrowed(demand.scope)))

    def close(self) -> None:
        """Let go of the store."""
        self._links.close()
