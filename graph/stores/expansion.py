"""The bounded expansion of a neighbourhood, for back ends that can say a node's links and kind.

A back end gives `links`, `kinds` and `summaries` for many nodes at once, so that a remote one can ask for a whole hop in one request.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
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


class Branch(NamedTuple):
    """The links of a node over one relation to neighbours of one kind: those that most records state first, then by IRI."""

    relation: str
    kind: str
    links: Sequence[Link]

    def best(self, limit: int, prefer: AbstractSet[str]) -> Sequence[Link]:
        """At most `limit` links: those to preferred nodes first, each as they stand."""
        if len(self.links) <= limit:
            return self.links
        preferred = list(islice((link for link in self.links if link.neighbour in prefer), max(limit, 0)))
        others = (link for link in self.links if link.neighbour not in prefer)
        return [*preferred, *islice(others, max(limit, 0) - len(preferred))]


def branches_of(links: Sequence[Link], kinds: Mapping[str, str]) -> tuple[Branch, ...]:
    """The links of one node in one direction as branches; `kinds` has the kind of each neighbour."""
    groups: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        groups[link.relation, kinds[link.neighbour]].append(link)
    return tuple(Branch(*key, sorted(group, key=lambda link: (-link.records, link.neighbour))) for key, group in groups.items())


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


@runtime_checkable
class Branching(Protocol):
    """A back end that keeps the branches of nodes: one that is met again costs what is shown of it, however many links it has."""

    def branches(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Branch]]:
        """The branches of each node."""
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
            for node, branches in _branches(source, fitting, step).items():
                for branch in branches:
                    candidates[node, branch.relation, step.direction, branch.kind] = len(branch.links)
                    for link in branch.best(step.limit, prefer):
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


def _branches(source: LinkSource, nodes: Sequence[str], step: Step) -> Mapping[str, Sequence[Branch]]:
    if isinstance(source, Branching):
        return source.branches(nodes, step.direction, step.relations)
    found = source.links(nodes, step.direction, step.relations)
    kinds = source.kinds(sorted({link.neighbour for links in found.values() for link in links}))
    return {node: branches_of(links, kinds) for node, links in found.items()}


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
