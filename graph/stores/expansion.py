"""The bounded expansion of a neighbourhood, for back ends that can say a node's links and kind.

A back end gives `links`, `kinds` and `summaries` for many nodes at once, so that a remote one can ask for a whole hop in one request.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol, runtime_checkable

from graph.model import Direction, Edge, Neighbourhood, NodeSummary, Omitted, Step


class Link(NamedTuple):
    """A distinct neighbour over one relation; `records` graphs state it, `evidence` are the first three of them, sorted."""

    relation: str
    neighbour: str
    records: int
    evidence: tuple[str, ...]

    def edge(self, node: str, direction: Direction) -> Edge:
        """The edge between `node`, whose link this is, and the neighbour."""
        if direction == "out":
            return Edge(node, self.relation, self.neighbour, self.records, self.evidence)
        return Edge(self.neighbour, self.relation, node, self.records, self.evidence)


class LinkSource(Protocol):
    """What expansion asks of a back end."""

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """The links of each node in one direction (only `relations`, where given); nodes without any may be left out."""
        ...

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """The kind of each node."""
        ...

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """Summaries in the order asked."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A back end that wants to know what a hop will ask before it asks, so as to fetch all of it at once."""

    def prepare(self, nodes: Sequence[str], steps: Sequence[Step]) -> None:
        """These steps are applied to these nodes next."""
        ...


def expand(source: LinkSource, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str]) -> Neighbourhood:
    """The neighbourhood of `seeds` as GraphStore defines it."""
    nodes = set(seeds)
    edges: dict[tuple[str, str, str], Edge] = {}
    candidates: dict[tuple[str, str, Direction, str], int] = {}
    frontier = sorted(nodes)
    foreseeing = source if isinstance(source, Foreseeing) else None
    for steps in hops:
        if foreseeing is not None:
            foreseeing.prepare(frontier, steps)
        reached: set[str] = set()
        frontier_kinds = source.kinds(frontier) if any(step.kind is not None for step in steps) else {}
        for step in steps:
            fitting = frontier if step.kind is None else [node for node in frontier if frontier_kinds[node] == step.kind]
            found = source.links(fitting, step.direction, step.relations)
            kinds = source.kinds(sorted({link.neighbour for links in found.values() for link in links}))
            for node, links in found.items():
                groups: dict[tuple[str, str], list[Link]] = defaultdict(list)
                for link in links:
                    groups[link.relation, kinds[link.neighbour]].append(link)
                for (relation, kind), group in groups.items():
                    candidates[node, relation, step.direction, kind] = len(group)
                    for link in _best(group, step.limit, prefer):
                        edge = link.edge(node, step.direction)
                        edges[edge.source, edge.relation, edge.target] = edge
                        reached.add(link.neighbour)
        nodes |= reached
        frontier = sorted(reached)
    summaries = source.summaries(sorted(nodes))
    return Neighbourhood(
        nodes=tuple(summaries),
        edges=tuple(edges[key] for key in sorted(edges)),
        omitted=_left_out(candidates, edges, {summary.id: summary.kind for summary in summaries}),
    )


def _best(group: list[Link], limit: int, prefer: AbstractSet[str]) -> Sequence[Link]:
    if len(group) <= limit:
        return group
    return heapq.nsmallest(max(limit, 0), group, key=lambda link: (link.neighbour not in prefer, -link.records, link.neighbour))


def _left_out(
    candidates: Mapping[tuple[str, str, Direction, str], int], edges: Mapping[tuple[str, str, str], Edge], kinds: Mapping[str, str]
) -> tuple[Omitted, ...]:
    """Candidates less the edges shown, whichever end of the edge a step came from."""
    shown: Counter[tuple[str, str, str, str]] = Counter()
    for source, relation, target in edges:
        shown[source, relation, "out", kinds[target]] += 1
        shown[target, relation, "in", kinds[source]] += 1
    omitted = [Omitted(*group, count - shown[group]) for group, count in sorted(candidates.items()) if count > shown[group]]
    return tuple(omitted)
