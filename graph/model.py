"""Values that graph stores take and give. Identifiers are IRIs in full; `graph.vocabulary.compact` shortens them for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as Choice

Direction = Choice["out", "in"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal value with its datatype IRI (None for a plain string) or its language tag. Ordered by value, datatype, language."""

    value: str
    datatype: str | None = None
    language: str | None = None

    def __lt__(self, other: "Literal") -> bool:
        return (self.value, self.datatype or "", self.language or "") < (other.value, other.datatype or "", other.language or "")


@dataclass(frozen=True, slots=True)
class NodeSummary:
    """A node as pictures and lists show it. `kind` is the local name of its class ('Patient', 'Concept', 'Thing' if it has none)."""

    id: str
    kind: str
    label: str
    stub: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """Everything the store says about one node itself.

    `properties` maps predicate IRI → sorted distinct literals; `records` are the named graphs that say something with this node
    as subject, sorted.
    """

    id: str
    kind: str
    label: str
    stub: bool
    properties: Mapping[str, tuple[Literal, ...]]
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two nodes; `records` counts the named graphs that state it, `evidence` names the first three of them, sorted."""

    source: str
    relation: str
    target: str
    records: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Omitted:
    """`count` distinct neighbours of `node` were left out by a bound: their edge is nowhere in the picture."""

    node: str
    relation: str
    direction: Direction
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of expansion: from nodes of `kind` (None: any) follow `relations` (None: any) in `direction`.

    At most `limit` distinct neighbours are kept per node, relation, direction and kind of neighbour: preferred nodes first, then by
    number of stating records (most first), then by IRI; what is cut is counted.
    """

    direction: Direction
    limit: int
    kind: str | None = None
    relations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The bounded, typed subgraph around some nodes.

    Nodes are sorted by IRI, edges by (source, relation, target), omitted by all fields. Every seed is among the nodes.
    """

    nodes: tuple[NodeSummary, ...] = ()
    edges: tuple[Edge, ...] = ()
    omitted: tuple[Omitted, ...] = ()


@dataclass(frozen=True, slots=True)
class NeighbourCount:
    """How many distinct neighbours of one kind a node has over one relation in one direction."""

    relation: str
    direction: Direction
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class NeighbourPage:
    """Some neighbours, sorted by IRI, and the cursor of the next page (None at the end)."""

    neighbours: tuple[tuple[NodeSummary, Edge], ...]
    total: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over the whole store."""

    quads: int
    graphs: int
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer of a SPARQL query, already serialized in the asked-for media type; `truncated` says that the row limit cut it."""

    body: bytes
    media_type: str
    truncated: bool
