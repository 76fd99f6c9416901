"""The graph: nodes, their neighbours, and subgraphs around several of them."""

import math
from typing import Any

from graph.errors import InvalidCursor
from graph.model import Direction, NodeSummary, Step
from graph.vocabulary import expand
from webapp.answers import graph as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.parameters import ByIri, NeighbourhoodBody, NeighbourhoodParameters, NeighbourParameters, StepBody
from webapp.context import Context
from webapp.errors import FieldError, invalid, not_found

WIDEST = 100_000
"""Beginnings × limits of all hops: what a neighbourhood may reach at most over one relation."""


def node(asked: ByIri, context: Context) -> Json:
    """Everything the graph says about one node itself."""
    found = context.graph.node(asked.id)
    if found is None:
        raise not_found("node", "The graph says nothing of this IRI. Take one from the neighbourhood of a search.")
    documents = context.snapshot.catalog.documents_of_record(asked.id)
    references = context.graph.references([asked.id]).get(asked.id, 0)
    summary = NodeSummary(found.id, found.kind, found.label)
    standing = answers.Standings.read(context.snapshot.catalog, [summary]).of(summary)
    return answers.NODE(found, documents=documents, references=references, generation=context.snapshot.generation, **standing)


def neighbour_counts(asked: ByIri, context: Context) -> answers.NeighbourCountsJson:
    """Neighbours of a node, counted by relation, direction and kind."""
    return answers.neighbour_counts(asked.id, context.graph.neighbour_counts(asked.id), context.snapshot.generation)


def neighbours(asked: NeighbourParameters, context: Context) -> answers.NeighbourPageJson:
    """One page of a node's neighbours."""
    try:
        page = context.graph.neighbours(
            asked.id,
            relation=expand(asked.relation) if asked.relation else None,
            direction=asked.direction,
            kind=asked.kind,
            limit=asked.limit,
            cursor=asked.cursor,
        )
    except InvalidCursor:
        raise invalid(FieldError("cursor", "is not one that this server gave; begin again without it")) from None
    standings = answers.Standings.read(context.snapshot.catalog, (node for node, _ in page.neighbours))
    return answers.neighbour_page(asked.id, page, standings, context.snapshot.generation)


def neighbourhood(asked: NeighbourhoodParameters, context: Context) -> Json:
    """The subgraph around some nodes."""
    directions: tuple[Direction, ...] = ("out", "in") if asked.direction == "both" else (asked.direction,)
    rules = tuple(StepBody(direction=way, limit=asked.limit, relations=asked.relation or None) for way in directions)
    return neighbourhood_by_rules(NeighbourhoodBody(ids=asked.id, hops=(rules,) * asked.hops), context)


def neighbourhood_by_rules(asked: NeighbourhoodBody, context: Context) -> Json:
    """The subgraph around some nodes, by rules of the client's own."""
    width = len(set(asked.ids)) * math.prod(max(rule.limit for rule in rules) for rules in asked.hops)
    if width > WIDEST:
        raise invalid(FieldError("hops", f"would reach too far ({width:,} nodes over one relation, at most {WIDEST:,}); lower the limits"))
    hops = [[_step(rule) for rule in rules] for rules in asked.hops]
    found = context.graph.neighbourhood(tuple(dict.fromkeys(asked.ids)), hops, frozenset(asked.prefer))
    nodes = answers.standing_nodes(found, answers.Standings.read(context.snapshot.catalog, found.nodes))
    return answers.NEIGHBOURHOOD_ANSWER(found, nodes=nodes, generation=context.snapshot.generation)


def _step(rule: StepBody) -> Step:
    relations = None if rule.relations is None else tuple(expand(relation) for relation in rule.relations)
    return Step(rule.direction, rule.limit, rule.kind, relations)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="getNode",
        method="GET",
        path="/nodes",
        tag="Graph",
        summary="Everything the graph says about one node itself",
        handler=node,
        answer=answers.NODE,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{patient}"},
    ),
    Operation(
        name="getNodeByPath",
        method="GET",
        path="/nodes/{id}",
        tag="Graph",
        summary="One node, its IRI percent-encoded in the address",
        handler=node,
        answer=answers.NODE,
        parameters=ByIri,
        problems=(404,),
        example={"id": "{patient}"},
    ),
    Operation(
        name="getNeighbours",
        method="GET",
        path="/neighbours",
        tag="Graph",
        summary="A node's neighbours, page by page",
        description="A node that nothing is said of has no neighbours. Two relations to the same neighbour are two entries.",
        handler=neighbours,
        answer=answers.NeighbourPageJson,
        parameters=NeighbourParameters,
        example={"id": "{patient}", "direction": "in", "limit": 10},
    ),
    Operation(
        name="countNeighbours",
        method="GET",
        path="/neighbours/counts",
        tag="Graph",
        summary="A node's neighbours, counted by relation, direction and kind",
        handler=neighbour_counts,
        answer=answers.NeighbourCountsJson,
        parameters=ByIri,
        example={"id": "{patient}"},
    ),
    Operation(
        name="getNeighbourhood",
        method="GET",
        path="/neighbourhood",
        tag="Graph",
        summary="The bounded subgraph around some nodes",
        description="Bounds hold per node, relation, direction and kind of neighbour, so that no hub floods the answer; "
        "`omitted` counts what they cut.",
        handler=neighbourhood,
        answer=answers.NEIGHBOURHOOD_ANSWER,
        parameters=NeighbourhoodParameters,
        example={"id": ["{patient}"], "hops": 1, "limit": 5},
    ),
    Operation(
        name="getNeighbourhoodByRules",
        method="POST",
        path="/neighbourhood",
        tag="Graph",
        summary="The bounded subgraph around some nodes, by rules of one's own",
        handler=neighbourhood_by_rules,
        answer=answers.NEIGHBOURHOOD_ANSWER,
        parameters=NeighbourhoodBody,
        by_generation=False,
        example={"ids": ["{patient}"], "hops": [[{"direction": "out", "limit": 5}], [{"direction": "in", "limit": 3}]]},
    ),
)
