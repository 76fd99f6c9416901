"""Nodes, links and subgraphs as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, cast

from typing_extensions import TypedDict

from concepts.model import Assertion
from graph import model as graph
from graph.vocabulary import compact, group_of
from search import model as search
from search.protocols import Catalog
from webapp.answers.documents import DocumentSummaryJson
from webapp.answers.shapes import Added, Json, Shape

_GROUP = Added(str, "The group that a person sees it under.", lambda value: group_of(value.kind))
_RELATION_NAME = Added(str, "The predicate with its prefix: kg:subject.", lambda value: compact(value.relation))
_GENERATION = Added(int)
MOST_ASKED = 500
"""Names in one query of the catalog."""

NODE_SUMMARY = Shape(
    graph.NodeSummary,
    added={"group": _GROUP},
    words={
        "id": "IRI of the node.",
        "kind": "Local name of its class.",
        "stub": "True where records refer to the node but none describes it.",
    },
)
EDGE = Shape(
    graph.Edge,
    added={"relation_name": _RELATION_NAME},
    words={
        "relation": "IRI of the predicate.",
        "records": "How many records state the link.",
        "evidence": "IRIs of the first three of them.",
    },
)
OMITTED = Shape(graph.Omitted, says="Neighbours that a bound cut.")
LITERAL = Shape(graph.Literal, says="A literal value; `datatype` is null for a plain string.")
_STANDING = {
    "counted": Added(bool, "False for a record of which nothing counts as true of the patient, and for a mention that does not affirm."),
    "assertion": Added(
        str,
        "What the record or the mention asserts: affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or"
        " no-allergy.",
    ),
    "status": Added(str, "The status of a record that does not count, such as refuted or not-done."),
}
STANDING_NODE = Shape(graph.NodeSummary, "NeighbourhoodNode", added={"group": Added(str, _GROUP.words), **_STANDING}, inside=False)
_NODES = Added(list[Annotated[Json, STANDING_NODE]])
NEIGHBOURHOOD = Shape(graph.Neighbourhood, added={"nodes": _NODES}, says="The bounded, typed subgraph around some nodes.")
NEIGHBOURHOOD_ANSWER = Shape(
    graph.Neighbourhood,
    "NeighbourhoodAnswer",
    added={"nodes": _NODES, "generation": _GENERATION},
    says="The bounded, typed subgraph around the asked nodes.",
    inside=False,
)
NODE = Shape(
    graph.Node,
    added={
        "group": _GROUP,
        "documents": Added(list[DocumentSummaryJson], "Documents that the node carries, where it is a record with text."),
        "references": Added(int, "How many statements have the node as their object."),
        **_STANDING,
        "generation": _GENERATION,
    },
    words={
        "properties": "IRI of the predicate → its values.",
        "records": "IRIs of the records that say something of the node.",
    },
    says="Everything the graph says about one node itself.",
)
NEIGHBOUR_COUNT = Shape(graph.NeighbourCount, added={"relation_name": _RELATION_NAME, "group": _GROUP})

NodeSummaryJson = Annotated[Json, NODE_SUMMARY]
EdgeJson = Annotated[Json, EDGE]
NeighbourhoodJson = Annotated[Json, NEIGHBOURHOOD]
NeighbourCountJson = Annotated[Json, NEIGHBOUR_COUNT]


class NeighbourCountsJson(TypedDict):
    """Neighbours of a node, counted by relation, direction and kind."""

    node: str
    counts: list[NeighbourCountJson]
    generation: int


class NeighbourJson(TypedDict):
    """A neighbour and the link that leads to it."""

    node: NodeSummaryJson
    edge: EdgeJson
    counted: bool
    """False for a record of which nothing counts as true of the patient, and for a mention that does not affirm."""
    assertion: str
    """What the record or the mention asserts: affirmed, negated, possible, hypothetical, historical, family, not-in-family, allergy or
    no-allergy."""
    status: str
    """The status of a record that does not count, such as refuted or not-done."""


class NeighbourPageJson(TypedDict):
    """One page of neighbours, sorted by IRI."""

    node: str
    total: int
    """How many there are over all pages."""
    neighbours: list[NeighbourJson]
    cursor: str | None
    """Ask for the next page with it; null at the end."""
    generation: int


@dataclass(frozen=True, slots=True)
class Standings:
    """How nodes stand: `uncounted` has what records say that do not count, `assertions` those of mentions."""

    uncounted: Mapping[str, search.Fact] = field(default_factory=dict)
    assertions: Mapping[str, Assertion] = field(default_factory=dict)

    @classmethod
    def read(cls, catalog: Catalog, nodes: Iterable[graph.NodeSummary]) -> "Standings":
        """How nodes of the graph stand, by the catalog."""
        nodes = tuple(nodes)
        records = sorted({node.id.partition("#")[0] for node in nodes if node.kind not in ("Annotation", "Concept")})
        mentions = [node.id for node in nodes if node.kind == "Annotation"]
        uncounted = {key: fact for at in _batches(records) for key, fact in catalog.uncounted(at).items()}
        return cls(uncounted, {key: said for at in _batches(mentions) for key, said in catalog.assertions(at).items()})

    def of(self, node: graph.NodeSummary) -> Json:
        """The keys that say how a node stands."""
        fact = self.uncounted.get(node.id.partition("#")[0]) if node.kind not in ("Annotation", "Concept") else None
        assertion = fact.assertion if fact else self.assertions.get(node.id, Assertion.AFFIRMED)
        return {
            "counted": fact is None and assertion is Assertion.AFFIRMED,
            "assertion": str(assertion),
            "status": fact.status if fact else "",
        }


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    """As many names at a time as a query of the catalog takes."""
    return (names[at : at + MOST_ASKED] for at in range(0, len(names), MOST_ASKED))


def standing_nodes(value: graph.Neighbourhood, standings: Standings, groups: Mapping[str, str] | None = None) -> list[Json]:
    """The nodes of a subgraph; `groups` says under which group nodes are shown where their kind alone does not."""
    return [STANDING_NODE(n, group=(groups or {}).get(n.id) or group_of(n.kind), **standings.of(n)) for n in value.nodes]


def neighbourhood(value: graph.Neighbourhood, groups: Mapping[str, str] | None = None, standings: Standings | None = None) -> Json:
    """A subgraph, each node with how it stands."""
    # Put in their place afterwards: what is JSON already need not be looked through for what is not.
    return {**NEIGHBOURHOOD(value, nodes=()), "nodes": standing_nodes(value, standings or Standings(), groups)}


def neighbour_counts(iri: str, counts: Iterable[graph.NeighbourCount], generation: int) -> NeighbourCountsJson:
    """Neighbours of a node, counted by relation, direction and kind."""
    return {"node": iri, "counts": [NEIGHBOUR_COUNT(one) for one in counts], "generation": generation}


def neighbour_page(iri: str, page: graph.NeighbourPage, standings: Standings, generation: int) -> NeighbourPageJson:
    """One page of neighbours, each with how it stands."""

    def neighbour(found: graph.NodeSummary, link: graph.Edge) -> NeighbourJson:
        return cast(NeighbourJson, {"node": NODE_SUMMARY(found), "edge": EDGE(link), **standings.of(found)})

    return {
        "node": iri,
        "total": page.total,
        "neighbours": [neighbour(found, link) for found, link in page.neighbours],
        "cursor": page.cursor,
        "generation": generation,
    }
