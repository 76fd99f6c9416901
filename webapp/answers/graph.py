"""Nodes, links and subgraphs as JSON."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from typing_extensions import TypedDict

from concepts.model import Assertion
from graph import model as graph
from graph.vocabulary import compact, group_of
from search import model as search
from webapp.answers.documents import DocumentSummaryJson
from webapp.answers.shapes import Added, Json, Shape

_GROUP = Added(str, "The group that a person sees it under.", lambda value: group_of(value.kind))
_RELATION_NAME = Added(str, "The predicate with its prefix: kg:subject.", lambda value: compact(value.relation))
_GENERATION = Added(int)

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
NEIGHBOURHOOD = Shape(graph.Neighbourhood, says="The bounded, typed subgraph around some nodes.")
NEIGHBOURHOOD_ANSWER = Shape(
    graph.Neighbourhood,
    "NeighbourhoodAnswer",
    added={"generation": _GENERATION},
    says="The bounded, typed subgraph around the asked nodes.",
    inside=False,
)
NODE = Shape(
    graph.Node,
    added={
        "group": _GROUP,
        "documents": Added(list[DocumentSummaryJson], "Documents that the node carries, where it is a record with text."),
        "references": Added(int, "How many statements have the node as their object."),
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
    """What the record or the mention asserts: affirmed, negated, hypothetical, historical or family."""
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


def neighbourhood(value: graph.Neighbourhood, groups: Mapping[str, str] | None = None) -> Json:
    """A subgraph; `groups` says under which group nodes are shown where their kind alone does not."""
    whole = NEIGHBOURHOOD(value)
    for node in whole["nodes"]:
        node["group"] = (groups or {}).get(node["id"]) or node["group"]
    return whole


def neighbour_counts(iri: str, counts: Iterable[graph.NeighbourCount], generation: int) -> NeighbourCountsJson:
    """Neighbours of a node, counted by relation, direction and kind."""
    return {"node": iri, "counts": [NEIGHBOUR_COUNT(one) for one in counts], "generation": generation}


def neighbour_page(
    iri: str,
    page: graph.NeighbourPage,
    uncounted: Mapping[str, search.Fact],
    assertions: Mapping[str, Assertion],
    generation: int,
) -> NeighbourPageJson:
    """One page of neighbours. `uncounted` has what records say that do not count, `assertions` those of mentions."""

    def neighbour(found: graph.NodeSummary, link: graph.Edge) -> NeighbourJson:
        fact = uncounted.get(found.id.partition("#")[0]) if found.kind != "Annotation" else None
        assertion = fact.assertion if fact else assertions.get(found.id, Assertion.AFFIRMED)
        return {
            "node": NODE_SUMMARY(found),
            "edge": EDGE(link),
            "counted": fact is None and assertion is Assertion.AFFIRMED,
            "assertion": str(assertion),
            "status": fact.status if fact else "",
        }

    return {
        "node": iri,
        "total": page.total,
        "neighbours": [neighbour(found, link) for found, link in page.neighbours],
        "cursor": page.cursor,
        "generation": generation,
    }
