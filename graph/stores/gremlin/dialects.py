"""How servers of the TinkerPop family differ: identity of elements, reserved names, writers at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.property_graph import KIND, RECORD, RELATION, SAID, Edge
from graph.stores.gremlin.graphbinary import IN, OUT, T_ID, T_LABEL, Encoded, encode_list, encode_long, encode_map, encode_string

IRI = "iri"
"""Property that stands for a vertex's id where the server makes the ids itself."""
RID = "rid"
"""Property that stands for an edge's id where the server makes the ids itself."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server.

    `own_ids`: vertices and edges may be given their ids; else they are found by the properties `iri` and `rid`.
    `edge_writers`: requests that write edges at the same time. TinkerGraph keeps the edges of a vertex in a plain map, which two
    writers at once would damage.
    `batch_bytes`: about how large one request gets. `declares_keys`: a property key must be known to hold several values before it is
    used. `skips_strategies`: optimizations may be left out by name.
    """

    name: str
    own_ids: bool = True
    vertex_writers: int = 2
    edge_writers: int = 1
    batch_bytes: int = 400_000
    declares_keys: bool = False
    reserved_labels: frozenset[str] = frozenset()
    skips_strategies: bool = False

    def vertices(self, start: Any, iris: Sequence[str]) -> Any:
        """The traversal of the vertices with these IRIs; `start` is a traversal source or an anonymous traversal."""
        from gremlin_python.process.traversal import P

        if self.own_ids:
            return start.V(_strings(iris))
        return start.V().has(IRI, P("within", list(iris)))

    def iri(self, vertices: Any = None) -> Any:
        """From a vertex (or from `vertices`, a traversal that gives them) to its IRI."""
        from gremlin_python.process.graph_traversal import __

        vertices = __ if vertices is None else vertices
        return vertices.id_() if self.own_ids else vertices.values(IRI)

    def by_iri(self) -> Any:
        """From a vertex to its IRI, for `by`."""
        from gremlin_python.process.traversal import T

        return T.id if self.own_ids else IRI

    def idle_strategies(self) -> tuple[type, ...]:
        """Optimizations of the server's that cost more than they gain where a traversal has many parts and touches little."""
        return _optional_strategies() if self.skips_strategies else ()

    def is_any_of(self, iris: Sequence[str]) -> Any:
        """The vertices that have one of these IRIs."""
        from gremlin_python.process.graph_traversal import __
        from gremlin_python.process.traversal import P

        return __.has_id(P("within", list(iris))) if self.own_ids else __.has(IRI, P("within", list(iris)))

    def edge_label(self, label: str) -> str:
        """The label as this server takes it."""
        return label + "_" if label in self.reserved_labels or (self.reserved_labels and ":" in label) else label

    def vertex_label(self, label: str) -> str:
        """The label as this server takes it."""
        return self.edge_label(label)

    def match_vertex(self, iri: bytes) -> Encoded:
        """What finds a vertex, for merge_v."""
        return encode_map([(T_ID if self.own_ids else encode_string(IRI), iri)])

    def create_vertex(self, iri: bytes, label: str, properties: Iterable[tuple[bytes, bytes]] = ()) -> Encoded:
        """What makes a vertex, for merge_v."""
        identity = (T_ID if self.own_ids else encode_string(IRI), iri)
        return encode_map([identity, (T_LABEL, encode_string(self.vertex_label(label))), *properties])

    def edge(self, edge: Edge, source: bytes, target: bytes) -> Encoded:
        """An edge between two vertices, given by their ids, for merge_e."""
        return encode_map(
            [
                (T_ID if self.own_ids else _RID, encode_string(edge.id)),
                (T_LABEL, encode_string(self.edge_label(edge.label))),
                (OUT, source),
                (IN, target),
                (_RELATION, encode_string(edge.relation)),
                (_RECORD, encode_string(edge.record)),
            ]
        )

    def vertex_id(self, identifier: Any) -> bytes:
        """A vertex's id as a request names it."""
        return encode_long(identifier) if isinstance(identifier, int) else encode_string(identifier)


_RELATION, _RECORD, _RID = encode_string(RELATION), encode_string(RECORD), encode_string(RID)


def _strings(texts: Iterable[str]) -> Encoded:
    return encode_list([encode_string(text) for text in texts])


@cache
def _optional_strategies() -> tuple[type, ...]:
    from gremlin_python.process import strategies

    return (
        strategies.AdjacentToIncidentStrategy,
        strategies.ByModulatorOptimizationStrategy,
        strategies.CountStrategy,
        strategies.EarlyLimitStrategy,
        strategies.FilterRankingStrategy,
        strategies.IdentityRemovalStrategy,
        strategies.IncidentToAdjacentStrategy,
        strategies.InlineFilterStrategy,
        strategies.LazyBarrierStrategy,
        strategies.MatchPredicateStrategy,
        strategies.OrderLimitStrategy,
        strategies.PathProcessorStrategy,
        strategies.PathRetractionStrategy,
        strategies.RepeatUnrollStrategy,
    )


TINKERGRAPH = Dialect("TinkerGraph", skips_strategies=True)
JANUSGRAPH = Dialect(
    "JanusGraph",
    own_ids=False,
    vertex_writers=1,
    edge_writers=2,
    declares_keys=True,
    batch_bytes=200_000,
    reserved_labels=frozenset(
        {"vertex", "element", "edge", "property", "label", "key", "id", "vertexid", KIND, RECORD, SAID, RELATION, IRI, RID}
    ),
)
NEPTUNE = Dialect("Neptune", edge_writers=4, vertex_writers=4, batch_bytes=100_000)

DIALECTS = {dialect.name.lower(): dialect for dialect in (TINKERGRAPH, JANUSGRAPH, NEPTUNE)}


def found_dialect(steps: Iterable[str]) -> Dialect | None:
    """The dialect of the server that ran steps of these names, such as TinkerGraphStep(vertex,[]); None where they tell nothing."""
    return next((dialect for step in steps for dialect in DIALECTS.values() if step.startswith(dialect.name)), None)
