"""How the hits of a page connect: the neighbourhood as one list of nodes and one of lines, from which list and picture are both drawn."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from graph.model import Edge, Omitted
from graph.vocabulary import CHARTED, CODE, HAS_TARGET, KG, group_of
from search.model import Assertion, Hit, SearchResult, Shared
from webapp.pages.wording import group_name, group_order, relation_name

RECORD_CODES = frozenset({CODE, KG + "medication"})
"""Relations from a record to the concept it charts."""
RECORD_GROUPS = frozenset({"condition", "medication", "procedure", "observation", "allergy", "immunization"})
MENTIONS = KG + "mentions"
"""The relation that stands in the picture for an annotation; the graph itself keeps the annotation."""
MOST_NODES = 90
"""More than this is no picture; what is left out is said."""


@dataclass(frozen=True, slots=True)
class Point:
    """A node of the picture. `hits` are the ranks it hangs together with; a hit itself has its own `rank`."""

    number: int
    id: str
    kind: str
    group: str
    label: str
    rank: int
    hits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A link of the picture between two nodes by number. `style` is charted, mentioned or denied."""

    source: int
    target: int
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class Connections:
    """The whole picture, and in words what it leaves out."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    shared: tuple[Shared, ...]
    omitted: tuple[str, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Point, ...]], ...]:
        """The nodes other than hits by group, in the order of the legend; most connected first."""
        found: dict[str, list[Point]] = defaultdict(list)
        for point in self.points:
            if not point.rank:
                found[point.group].append(point)
        return tuple(
            (g, tuple(sorted(p, key=lambda n: (-len(n.hits), n.label)))) for g, p in sorted(found.items(), key=lambda i: group_order(i[0]))
        )

    @property
    def picture(self) -> dict[str, object]:
        """What the picture needs beside the list: lines as [source, target, label index, style index]."""
        labels = sorted({line.label for line in self.lines})
        at = {label: n for n, label in enumerate(labels)}
        styles = ("charted", "mentioned", "denied")
        return {"labels": labels, "lines": [[li.source, li.target, at[li.label], styles.index(li.style)] for li in self.lines]}


def connections(result: SearchResult) -> Connections:
    """The picture of a page of hits."""
    ranks = _ranks(result.hits)
    result = _without_records(_without_annotations(result), ranks)
    summaries = {node.id: node for node in result.neighbourhood.nodes}
    near = _near(result, ranks)
    kept = sorted(
        (n for n in summaries.values() if n.id in ranks or near.get(n.id)),
        key=lambda n: (n.id not in ranks, -len(near.get(n.id, ())), group_order(_group(result, n.id, n.kind)), n.id),
    )
    cut = kept[MOST_NODES:]
    kept = kept[:MOST_NODES]
    numbers = {node.id: number for number, node in enumerate(kept)}
    points = tuple(
        Point(
            number=numbers[node.id],
            id=node.id,
            kind=node.kind,
            group="hit" if node.id in ranks else _group(result, node.id, node.kind),
            label=node.label,
            rank=ranks.get(node.id, (0,))[0],
            hits=tuple(sorted(near.get(node.id, ()))),
        )
        for node in kept
    )
    omitted = list(_omitted_words(result.neighbourhood.omitted, summaries))
    if cut:
        omitted.append(f"{len(cut)} nodes joined to the fewest hits are not drawn")
    return Connections(points, tuple(_lines(result, numbers, ranks)), result.shared, tuple(omitted))


def _without_annotations(result: SearchResult) -> SearchResult:
    """Mentions as what they say: each annotation between a document and a concept becomes one line from the document to the concept."""
    hood = result.neighbourhood
    annotations = {node.id for node in hood.nodes if node.kind == "Annotation"}
    if not annotations:
        return result
    targets: dict[str, set[str]] = defaultdict(set)
    bodies: dict[str, set[str]] = defaultdict(set)
    edges = []
    for edge in hood.edges:
        if edge.source in annotations:
            (targets if edge.relation == HAS_TARGET else bodies)[edge.source].add(edge.target)
        elif edge.target not in annotations:
            edges.append(edge)
    found = {(target, body) for one in annotations for target in targets[one] for body in bodies[one]}
    edges += [Edge(target, MENTIONS, body, 1, ()) for target, body in sorted(found)]
    nodes = tuple(node for node in hood.nodes if node.id not in annotations)
    return replace(result, neighbourhood=replace(hood, nodes=nodes, edges=tuple(edges)))


def _without_records(result: SearchResult, ranks: Mapping[str, tuple[int, ...]]) -> SearchResult:
    """Charted records as what they chart: a record coded by one concept gives its lines to the concept; so each thing is drawn once."""
    hood = result.neighbourhood
    kinds = {node.id: node.kind for node in hood.nodes}
    coded: dict[str, set[str]] = defaultdict(set)
    for edge in hood.edges:
        if edge.relation in RECORD_CODES and kinds.get(edge.target) == "Concept" and group_of(kinds.get(edge.source, "")) in RECORD_GROUPS:
            coded[edge.source].add(edge.target)
    concept_of = {record: min(concepts) for record, concepts in coded.items() if len(concepts) == 1 and record not in ranks}
    if not concept_of:
        return result
    groups = dict(result.groups)
    for record, concept in concept_of.items():
        if groups.get(concept, "concept") == "concept":
            groups[concept] = group_of(kinds[record])
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in hood.edges:
        source, target = concept_of.get(edge.source, edge.source), concept_of.get(edge.target, edge.target)
        if source != target:
            edges.setdefault((source, edge.relation, target), replace(edge, source=source, target=target))
    nodes = tuple(node for node in hood.nodes if node.id not in concept_of)
    return replace(result, groups=groups, neighbourhood=replace(hood, nodes=nodes, edges=tuple(edges.values())))


def _group(result: SearchResult, node: str, kind: str) -> str:
    return result.groups.get(node) or group_of(kind)


def _ranks(hits: tuple[Hit, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for hit in hits:
        for node in dict.fromkeys((hit.evidence.record, hit.document)):
            found[node].append(hit.rank)
    return {node: tuple(ranks) for node, ranks in found.items()}


def _near(result: SearchResult, ranks: Mapping[str, tuple[int, ...]]) -> dict[str, set[int]]:
    """Node → ranks of the hits that reach it within two steps, on ways that do not lead through another hit."""
    around: dict[str, set[str]] = defaultdict(set)
    for edge in result.neighbourhood.edges:
        around[edge.source].add(edge.target)
        around[edge.target].add(edge.source)
    near: dict[str, set[int]] = defaultdict(set)
    for node, own in ranks.items():
        first = around[node]
        reached = {node, *first}
        for step in first:
            if step not in ranks:
                reached |= {n for n in around[step] if n not in ranks}
        for other in reached:
            near[other].update(own)
    for shared in result.shared:
        near[shared.node].update(shared.hits)
    return near


def _lines(result: SearchResult, numbers: Mapping[str, int], ranks: Mapping[str, tuple[int, ...]]) -> list[Line]:
    said = {(hit.evidence.record, concept): assertion for hit in result.hits for concept, _, assertion in hit.concepts}
    said |= {(hit.document, concept): assertion for hit in result.hits for concept, _, assertion in hit.concepts}
    lines: dict[tuple[int, int], Line] = {}
    for edge in result.neighbourhood.edges:
        if edge.source in numbers and edge.target in numbers and edge.source != edge.target:
            pair = (numbers[edge.source], numbers[edge.target])
            if edge.relation == MENTIONS:
                lines.setdefault(pair, _mention_line(pair, said.get((edge.source, edge.target), Assertion.AFFIRMED)))
            elif pair not in lines or edge.relation in CHARTED:
                lines[pair] = Line(*pair, relation_name(edge.relation), "charted")
    joined = {frozenset(pair) for pair in lines}
    for hit in result.hits:
        for concept, _label, assertion in hit.concepts:
            source, target = numbers.get(hit.evidence.record, numbers.get(hit.document)), numbers.get(concept)
            if source is None or target is None or frozenset((source, target)) in joined:
                continue
            lines[(source, target)] = _mention_line((source, target), assertion)
    return [lines[pair] for pair in sorted(lines)]


def _mention_line(pair: tuple[int, int], assertion: Assertion) -> Line:
    if assertion is Assertion.NEGATED:
        return Line(*pair, "denies", "denied")
    return Line(*pair, "mentions" if assertion is Assertion.AFFIRMED else f"mentions ({assertion})", "mentioned")


def _omitted_words(omitted: tuple[Omitted, ...], summaries: Mapping[str, object]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for cut in omitted:
        if cut.node in summaries:
            counts[group_of(cut.kind)] += cut.count
    return [f"{count:,} {group_name(group, count)}" for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))]
