"""What a canvas draws: the nodes and lines that its steps show, codings of one thing merged, groups put together, and what was left out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from graph.model import Direction, Edge, NodeSummary
from graph.store import GraphReader
from graph.vocabulary import CHARTED, DENIES, SAID, group_of
from search.columns.codings import leading_first
from search.protocols import Catalog
from webapp.pages.canvas_view import ALL, EACH, MOST_OF_A_STEP, CanvasView, Step
from webapp.pages.node import standings
from webapp.pages.wording import count_of, group_name, group_order, kind_name, relation_name

MOST_NODES: Final = 600
"""Nodes of a canvas; what a step shows beyond is said, and not drawn."""
MOST_COUNTED: Final = 25
"""Nodes of the beginning whose neighbours are counted for steps of all of them."""
TELLING: Final = frozenset((*CHARTED, *SAID))
"""Relations that say at once what charts and texts say; others lead over records."""
TOGETHER: Final = "group:"
"""What the id of a group of nodes begins with, which stand as one."""


@dataclass(frozen=True, slots=True)
class Point:
    """A node as it is drawn and listed."""

    id: str
    kind: str
    group: str
    label: str
    struck: bool = False
    why: str = ""
    """How it stands where it does not simply hold."""
    codes: tuple[str, ...] = ()
    """All of its codes, where several codings are one thing."""
    count: int = 1
    """How many nodes stand as this one."""
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `style` is charted, mentioned or denied; `evidence` is a record that says so, of `records`."""

    source: str
    target: str
    relation: str
    label: str
    style: str
    records: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Neighbours that can be shown: how many there are, how many of them are asked for, and the address that shows (more of) them."""

    words: str
    group: str
    count: int
    shown: int
    url: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    """What was left out, in words."""
    merged: Mapping[str, str]
    """Node → the one that it stands as."""

    def point(self, node: str) -> Point | None:
        """The node of an IRI, or the one that it stands as."""
        wanted = self.merged.get(node, node)
        return next((point for point in self.points if point.id == wanted), None)

    def lines_of(self, node: str) -> tuple[Line, ...]:
        """The lines of a node."""
        return tuple(line for line in self.lines if node in (line.source, line.target))


@dataclass(slots=True)
class _Found:
    """Nodes and edges while steps are taken."""

    nodes: dict[str, NodeSummary]
    edges: dict[tuple[str, str, str], Edge]
    beyond: int = 0
    lost: int = 0


def drawing_of(view: CanvasView, graph: GraphReader, catalog: Catalog) -> Drawing:
    """Take the steps of a view, one after the other."""
    found = _Found({node.id: node for node in graph.summaries(view.begin)} if view.begin else {}, {})
    for step in view.steps:
        beginnings = view.begin if step.node == ALL else (step.node,)
        for node in beginnings:
            if node in found.nodes:
                _take(replace(step, node=node), graph, found)
            else:
                found.lost += 1
    said = standings(catalog, list(found.nodes.values()))
    charted = catalog.groups_of([node.id for node in found.nodes.values() if node.kind == "Concept"])
    points = {
        node.id: Point(
            node.id,
            node.kind,
            charted.get(node.id) or group_of(node.kind),
            node.label,
            bool((how := said.get(node.id)) and how.struck),
            how.why if how else "",
            begun=node.id in view.begin,
        )
        for node in found.nodes.values()
    }
    lines = [_line(edge) for edge in found.edges.values()]
    notes = _notes(found)
    merged = {} if view.apart else _twins(found, catalog)
    points, lines = _as_one(points, lines, merged)
    hidden = set(view.hidden)
    points = {node: point for node, point in points.items() if node not in hidden}
    together = {node: f"{TOGETHER}{point.group}" for node, point in points.items() if point.group in view.grouped}
    points, lines = _together(points, lines, together)
    merged = {**{node: together.get(other, other) for node, other in merged.items()}, **together}
    shown = [line for line in lines if line.source in points and line.target in points]
    ordered = sorted(points.values(), key=lambda point: (group_order(point.group), not point.begun, point.label.casefold(), point.id))
    return Drawing(tuple(ordered), tuple(shown), tuple(notes), merged)


def _notes(found: _Found) -> list[str]:
    notes = []
    if found.beyond:
        notes.append(f"{count_of(found.beyond, 'node')} beyond the {MOST_NODES:,} of a canvas: hide something, or begin another one")
    if found.lost:
        notes.append(f"{count_of(found.lost, 'step')} left out, because what it begins at is not shown")
    return notes


def _take(step: Step, graph: GraphReader, found: _Found) -> None:
    page = graph.neighbours(step.node, relation=step.relation, direction=step.direction, kind=step.kind, limit=step.limit)
    for node, edge in page.neighbours:
        if node.id not in found.nodes and len(found.nodes) >= MOST_NODES:
            found.beyond += 1
            continue
        found.nodes.setdefault(node.id, node)
        found.edges.setdefault((edge.source, edge.relation, edge.target), edge)


def _line(edge: Edge) -> Line:
    style = "denied" if edge.relation == DENIES else "mentioned" if edge.relation in SAID else "charted"
    evidence = edge.evidence[0] if edge.evidence else ""
    return Line(edge.source, edge.target, edge.relation, relation_name(edge.relation), style, edge.records, evidence)


def _twins(found: _Found, catalog: Catalog) -> dict[str, str]:
    """Concept → the leading coding of the same thing, where both are shown: the data codes them alike, or one record charts both."""
    shown = {node.id for node in found.nodes.values() if node.kind == "Concept"}
    same = [tuple(one.concept for one in catalog.coded_alike(node) if one.concept in shown) for node in shown]
    by_record: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in found.edges.values():
        if edge.relation in CHARTED and edge.target in shown:
            for record in edge.evidence:
                by_record[edge.relation, record].append(edge.target)
    groups: dict[str, set[str]] = {}
    for alike in (*same, *by_record.values()):
        together = set().union(*(groups.get(node, {node}) for node in alike)) if alike else set()
        groups.update(dict.fromkeys(together, together))
    leading = {node: leading_first(sorted(alike))[0] for node, alike in groups.items() if len(alike) > 1}
    return {node: first for node, first in leading.items() if node != first}


def _as_one(points: Mapping[str, Point], lines: Iterable[Line], merged: Mapping[str, str]) -> tuple[dict[str, Point], list[Line]]:
    """Nodes that are one thing as one, with the lines of all of them."""
    codes: dict[str, list[str]] = defaultdict(list)
    for other, node in merged.items():
        codes[node].append(other)
    kept = {
        node: replace(point, codes=tuple(_code(one) for one in (node, *codes[node]))) if node in codes else point
        for node, point in points.items()
        if node not in merged
    }
    return kept, _redrawn(lines, merged)


def _together(points: Mapping[str, Point], lines: Iterable[Line], together: Mapping[str, str]) -> tuple[dict[str, Point], list[Line]]:
    """All nodes of a group as one."""
    counts = Counter(together.values())
    kept = {node: point for node, point in points.items() if node not in together}
    for group, count in counts.items():
        name = group.removeprefix(TOGETHER)
        kept[group] = Point(group, "Group", name, count_of(count, group_name(name, 1), group_name(name, 2)), count=count)
    return kept, _redrawn(lines, together)


def _redrawn(lines: Iterable[Line], stands_as: Mapping[str, str]) -> list[Line]:
    """Lines between the nodes that others stand as; of several that say the same, their records are counted together."""
    drawn: dict[tuple[str, str, str], Line] = {}
    for line in lines:
        source, target = stands_as.get(line.source, line.source), stands_as.get(line.target, line.target)
        if source == target:
            continue
        key = (source, line.relation, target)
        there = drawn.get(key)
        drawn[key] = replace(line, source=source, target=target, records=line.records + (there.records if there else 0))
    return list(drawn.values())


def _code(concept: str) -> str:
    return concept.rpartition("/")[2]


def offers_of(view: CanvasView, node: str, graph: GraphReader) -> tuple[Offer, ...]:
    """What can be shown around a node, or around ALL that the canvas began with; what tells most of patients comes first."""
    beginnings = view.begin[:MOST_COUNTED] if node == ALL else (node,)
    counts: Counter[tuple[str, Direction, str]] = Counter()
    for one in beginnings:
        counts.update({(each.relation, each.direction, each.kind): each.count for each in graph.neighbour_counts(one)})
    asked = {step.of: step.limit for step in view.steps}
    offers: list[tuple[bool, Offer]] = []
    for (relation, direction, kind), count in counts.items():
        step = Step(node, direction, kind, relation)
        limit = asked.get(step.of, 0)
        whole = limit >= (max(1, count // len(beginnings)) if node == ALL else count) or limit >= MOST_OF_A_STEP
        more = replace(step, limit=min(MOST_OF_A_STEP, limit + EACH))
        words = f"{relation_name(relation, direction)} → {kind_name(kind).lower()}"
        offer = Offer(words, group_of(kind), count, min(limit, count), "" if whole and limit else view.stepped(more))
        offers.append((relation not in TELLING, offer))
    ranked = sorted(offers, key=lambda each: (each[1].shown > 0, each[0], group_order(each[1].group), each[1].words))
    return tuple(offer for _, offer in ranked)


def as_json(drawing: Drawing) -> dict[str, object]:
    """The drawing for a program."""
    nodes = [
        {"id": p.id, "kind": p.kind, "group": p.group, "label": p.label, "counts": not p.struck, "why": p.why, "codes": list(p.codes)}
        for p in drawing.points
    ]
    edges = [
        {
            "source": line.source,
            "relation": line.relation,
            "target": line.target,
            "label": line.label,
            "said_as": line.style,
            "records": line.records,
            "evidence": line.evidence,
        }
        for line in drawing.lines
    ]
    return {"nodes": nodes, "edges": edges, "left_out": list(drawing.notes)}


def picture_of(drawing: Drawing) -> dict[str, object]:
    """What the script draws: nodes as [id, group, label, struck, count, begun], lines as [source, target, label, style].

    Source and target are places among the nodes.
    """
    place = {point.id: n for n, point in enumerate(drawing.points)}
    nodes = [[p.id, p.group, p.label, int(p.struck), p.count, int(p.begun)] for p in drawing.points]
    return {"nodes": nodes, "lines": [[place[li.source], place[li.target], li.label, li.style] for li in drawing.lines]}
