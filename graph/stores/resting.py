"""A store that is left alone for a while after it failed, so that readers do not wait one after the other for a server that is away."""

import time
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from pathlib import Path
from typing import Final, TypeVar, cast

from graph.errors import StoreUnavailable
from graph.model import Direction, NeighbourCount, Neighbourhood, NeighbourPage, Node, NodeSummary, QueryResult, Statistics, Step
from graph.scope import EVERYTHING, Scope
from graph.sparql import Demand
from graph.store import GraphReader, GraphStore, SparqlQueryable

PAUSE: Final = 10.0
"""Seconds that a store rests."""

T = TypeVar("T")


def resting(store: GraphStore, clock: Callable[[], float] = time.monotonic) -> "RestingStore":
    """The store, with the capabilities it has."""
    return RestingSparqlStore(store, clock) if isinstance(store, SparqlQueryable) else RestingStore(store, clock)


class RestingStore:
    """A GraphStore. While it rests every question fails at once, as the last one did; then one is let through again."""

    def __init__(self, store: GraphStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._until = float("-inf")
        self._why = ""

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago."""
        return self._clock() < self._until

    def _ask(self, question: Callable[[], T]) -> T:
        if self.rests:
            raise StoreUnavailable(self._why)
        try:
            return question()
        except StoreUnavailable as error:
            self._why = str(error)
            self._until = self._clock() + PAUSE
            raise

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        return self._store.load(parts)

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        return self._store.replace(parts)

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        return self._store.remove(graphs)

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        return self._ask(lambda: self._store.node(iri))

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        return self._ask(lambda: self._store.summaries(iris))

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore."""
        return self._ask(lambda: self._store.neighbourhood(seeds, hops, prefer))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        return self._ask(lambda: self._store.neighbour_counts(iri))

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
        return self._ask(lambda: self._store.neighbours(iri, relation=relation, direction=direction, kind=kind, limit=limit, cursor=cursor))

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        return self._ask(lambda: self._store.references(iris))

    def statistics(self) -> Statistics:
        """See GraphStore."""
        return self._ask(self._store.statistics)

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore."""
        if scope == EVERYTHING:
            return self
        seen = copy(self)
        seen._store = cast(GraphStore, self._ask(lambda: self._store.within(scope)))  # only read through what is handed out
        return seen

    def close(self) -> None:
        """See GraphStore."""
        self._store.close()


class RestingSparqlStore(RestingStore):
    """A RestingStore that also answers SPARQL."""

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable."""
        store = self._store
        assert isinstance(store, SparqlQueryable)  # noqa: S101 - resting() makes it so
        return self._ask(lambda: store.query(sparql, demand))
