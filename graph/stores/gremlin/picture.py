"""The neighbourhood in one request: the traversal that asks for it, and the picture drawn from its answer."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from graph.model import Direction, Neighbourhood, Omitted, Step
from graph.model import Edge as StatedEdge
from graph.property_graph import KIND, RECORD, RELATION, edge_label
from graph.stores.expansion import Link
from graph.stores.gremlin.dialects import Dialect
from graph.stores.gremlin.elements import Properties, anonymous, gremlin, is_within, summary_of, summary_properties, traversal_source
from graph.vocabulary import NOT_LINKS


def around(dialect: Dialect, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str]) -> Any:
    """Everything that can be in the neighbourhood, and somewhat more, which `Picture` leaves out.

    A server takes as long to prepare a traversal of many parts as to run it. So the steps of a hop become one traversal, or one for
    each direction where both follow the same label: at each vertex all their relations, in groups by all kinds of the neighbour,
    each cut at their largest limit. What vertices are called is asked once, at the end.
    """
    __ = anonymous()
    by_iri = dialect.by_iri()
    traversal = dialect.vertices(traversal_source(*dialect.idle_strategies()), list(seeds)).aggregate("all")
    names = [f"h{number}" for number in range(len(hops))]
    for name, steps in zip(names, hops, strict=True):
        found = [_found(dialect, some, prefer) for some in _lanes(dialect, steps)]
        groups = (__.union(*found) if len(found) > 1 else found[0]) if found else __.limit(0)
        traversal = (
            traversal.project("n", "g")
            .by(by_iri)
            .by(groups.fold())
            .aggregate(name)
            .by(__.union(__.select("n"), __.select("g").unfold().map(_row(dialect))).fold())
            .select("g")
            .unfold()
            .select("g")
            .unfold()
            .select("e")
            .unfold()
            .select(_keys())
            .dedup()
            .aggregate("all")
        )
    traversal = traversal.cap("all").unfold().dedup().project("n", "v").by(by_iri).by(summary_properties())
    traversal = traversal.aggregate("nodes").by(__.union(__.select("n"), __.select("v")).fold())
    return traversal.cap(*names, "nodes") if names else traversal.cap("nodes").project("nodes")


def _lanes(dialect: Dialect, steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of a hop, those together of which a relation's label tells the direction."""
    asked = [step for step in steps if step.relations is None or set(step.relations) - NOT_LINKS]
    ways = [[step for step in asked if step.direction == way] for way in ("in", "out")]
    used = [_labels(dialect, some) for some in ways]
    if used[0] is None or used[1] is None or set(used[0]) & set(used[1]):
        return [some for some in ways if some]
    return [asked] if asked else []


def _labels(dialect: Dialect, steps: Iterable[Step]) -> list[str] | None:
    """The edge labels that steps follow; None for all."""
    labels: set[str] = set()
    for step in steps:
        if step.relations is None:
            return None
        labels.update(dialect.edge_label(edge_label(relation)) for relation in set(step.relations) - NOT_LINKS)
    return sorted(labels)


def _found(dialect: Dialect, steps: Sequence[Step], prefer: AbstractSet[str]) -> Any:
    """From a vertex to the groups that steps find, each with its size and the entries to keep.

    A label may stand for several relations (local names); those that no step asks for are left out when the picture is drawn.
    """
    __ = anonymous()
    by_neighbour = []
    ways: tuple[tuple[Direction, Callable[[], Any]], ...] = (("in", __.out_v), ("out", __.in_v))
    directions = [way for way in ways if any(step.direction == way[0] for step in steps)]
    for direction, other in directions:
        some = [step for step in steps if step.direction == direction]
        labels = _labels(dialect, some) or ()
        kinds = {step.kind for step in some if step.kind is not None}
        vertices = __.identity()
        if all(step.kind is not None for step in some) and "Thing" not in kinds:
            vertices = __.has(KIND, is_within(sorted(kinds)))
        edges = vertices.out_e(*labels) if direction == "out" else vertices.in_e(*labels)
        by_neighbour.append(edges.group().by(RELATION).by(__.group().by(other())).unfold())
    way = directions[0][0] if len(directions) == 1 else ""
    by_kinds = (
        __.select(_values())
        .unfold()
        .group()
        .by(__.select(_keys()).values(KIND).fold())
        .unfold()
        .project("k", "t", "e")
        .by(_keys())
        .by(__.select(_values()).count(_local()))
        .by(__.select(_values()).map(_best(dialect, max(step.limit for step in steps), prefer)))
        .fold()
    )
    found = __.union(*by_neighbour) if len(by_neighbour) > 1 else by_neighbour[0]
    return found.project("d", "r", "g").by(__.constant(way)).by(_keys()).by(by_kinds)


def _best(dialect: Dialect, limit: int, prefer: AbstractSet[str]) -> Any:
    """Of a list of entries (vertex → edges) those that a limit keeps."""
    __ = anonymous()
    order, p = gremlin("Order"), gremlin("P")
    if limit < 1:
        return __.unfold().limit(0).fold()
    ranked = __.unfold().order()
    if prefer:
        preferred = __.select(_keys()).filter_(dialect.is_any_of(sorted(prefer)))
        ranked = ranked.by(preferred.count(), order.desc)
    ranked = ranked.by(__.select(_values()).count(_local()), order.desc).by(dialect.iri(__.select(_keys())))
    return __.choose(__.count(_local()).is_(p("gt", limit)), ranked.limit(limit).fold(), __.identity())


def _row(dialect: Dialect) -> Any:
    """What `_found` gives, with IRIs in place of vertices and the first three records in place of all."""
    __ = anonymous()
    records = __.select(_values()).unfold().values(RECORD).order().limit(3)
    entry = __.union(dialect.iri(__.select(_keys())), __.select(_values()).count(_local()), records).fold()
    group = __.union(__.select("k"), __.select("t"), __.select("e").unfold().map(entry)).fold()
    return __.union(__.select("d"), __.select("r"), __.select("g").unfold().map(group)).fold()


class Picture:
    """Draws the neighbourhood from what the server found around the seeds."""

    def __init__(self, answer: Mapping[str, Any], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str]) -> None:
        self._hops, self._prefer = hops, prefer
        self._properties: dict[str, Properties] = dict(answer.get("nodes", ()))
        self._found: list[dict[tuple[str, str], list[Any]]] = []
        for number in range(len(hops)):
            found: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for iri, *rows in answer.get(f"h{number}", ()):
                for direction, relation, *groups in rows:
                    way = direction or _way(relation, hops[number])
                    for kinds, total, *entries in groups:
                        links = [Link(relation, neighbour, count, tuple(records)) for neighbour, count, *records in entries]
                        found[iri, way].append((relation, min(kinds, default="Thing"), total, links))
            self._found.append(found)

    def draw(self, seeds: Sequence[str]) -> Neighbourhood:
        """As `GraphStore.neighbourhood` defines it."""
        nodes = set(seeds)
        edges: dict[tuple[str, str, str], StatedEdge] = {}
        candidates: dict[tuple[str, str, Direction, str], int] = {}
        frontier = set(seeds)
        for number, steps in enumerate(self._hops):
            reached: set[str] = set()
            for node in frontier:
                for step in steps:
                    if step.kind is not None and step.kind != self._kind(node):
                        continue
                    for relation, kind, total, links in self._groups(number, node, step):
                        candidates[node, relation, step.direction, kind] = total
                        for link in self._best(links, step.limit):
                            edge = link.edge(node, step.direction)
                            edges[edge.source, edge.relation, edge.target] = edge
                            reached.add(link.neighbour)
            nodes |= reached
            frontier = reached
        summaries = tuple(summary_of(iri, self._properties.get(iri, {})) for iri in sorted(nodes))
        return Neighbourhood(
            summaries, tuple(edges[key] for key in sorted(edges)), _left_out(candidates, edges, {one.id: one.kind for one in summaries})
        )

    def _groups(self, hop: int, node: str, step: Step) -> Iterable[tuple[str, str, int, list[Link]]]:
        """(relation, kind, size, entries) of what one step finds at a node."""
        groups: dict[tuple[str, str], tuple[int, list[Link]]] = {}
        for relation, kind, total, links in self._found[hop].get((node, step.direction), ()):
            if step.relations is None or relation in step.relations:
                before, others = groups.get((relation, kind), (0, []))
                groups[relation, kind] = before + total, others + links
        return [(*group, total, links) for group, (total, links) in groups.items()]

    def _best(self, links: list[Link], limit: int) -> Sequence[Link]:
        if len(links) <= limit:
            return links
        rank = lambda link: (link.neighbour not in self._prefer, -link.records, link.neighbour)  # noqa: E731
        return heapq.nsmallest(max(limit, 0), links, key=rank)

    def _kind(self, iri: str) -> str:
        return min(self._properties.get(iri, {}).get(KIND, ()), default="Thing")


def _left_out(
    candidates: Mapping[tuple[str, str, Direction, str], int],
    edges: Mapping[tuple[str, str, str], StatedEdge],
    kinds: Mapping[str, str],
) -> tuple[Omitted, ...]:
    shown: Counter[tuple[str, str, str, str]] = Counter()
    for source, relation, target in edges:
        shown[source, relation, "out", kinds[target]] += 1
        shown[target, relation, "in", kinds[source]] += 1
    return tuple(Omitted(*group, count - shown[group]) for group, count in sorted(candidates.items()) if count > shown[group])


def _way(relation: str, steps: Iterable[Step]) -> Direction:
    """The direction in which steps that share no label follow a relation; either where none does."""
    return "in" if any(step.direction == "in" and relation in (step.relations or ()) for step in steps) else "out"


def _keys() -> Any:
    return gremlin("Column").keys


def _values() -> Any:
    return gremlin("Column").values


def _local() -> Any:
    return gremlin("Scope").local
