"""How the hits of a page connect: the neighbourhood as one list of nodes and one of lines, from which list and picture are both drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from concepts.model import Assertion
from graph.model import Edge, NodeSummary, Omitted
from graph.vocabulary import CHARTED, DENIES, ENCOUNTER, HAS_TARGET, KG, SAID, SUBJECT, group_of
from search.model import Hit, SearchResult, Shared
from webapp.pages.charted import why_not_counted
from webapp.pages.codings import RECORD_CODES, RECORD_GROUPS, with_one_thing_each
from webapp.pages.wording import group_name, group_order, relation_name

MENTIONS = KG + "mentions"
"""The relation that stands in the picture for an annotation; the graph itself keeps the annotation."""
MOST_NODES = 46
"""Nodes of the list and of the enlarged picture; what is left out is said."""
MOST_DRAWN = 24
"""Nodes beside the hits that the small picture draws: as many as can be labelled legibly."""
MOST_ROWS = 14
"""Things of the matrix of hits and what they share; the list below has all."""
CHARTED_THERE = "charted in its encounter"
MENTIONED = "mentions"
DENIED = "not counted"
WEIGHTS = {"patient": 9.0, "condition": 2.0, "medication": 2.0, "procedure": 1.5, "concept": 1.2, "allergy": 0.5, "observation": -2.0}
"""How much a group tells about hits; a node that joins one more hit counts one more."""
MOST_COUNTED = 4
"""Beyond so many hits, one more says little."""
LEAST_WEIGHT = -3.0
"""Of groups that tell little: providers, encounters, immunizations."""


class Depth(IntEnum):
    """Where a node is drawn, beside the list, which holds all."""

    ALWAYS = 0
    ENLARGED = 1
    LISTED = 2
    """Encounters whose records hang on their hits directly."""


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
    depth: Depth = Depth.ALWAYS
    ties: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """(relation, ranks of the hits that have it to this node): what the lines of the picture say."""
    why: str = ""
    """What it is where it does not count as true of the patient: then it is struck."""
    codes: tuple[str, ...] = ()
    """Where several codings are one thing: all of its codes."""


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
    def drawn(self) -> int:
        """How many nodes the small picture draws."""
        return sum(point.depth is Depth.ALWAYS for point in self.points)

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
    def by_lift(self) -> tuple[Shared, ...]:
        """What the hits share, what is most likelier among them than elsewhere first: as many as a small matrix has rows."""
        return tuple(sorted(self.shared, key=lambda one: (-(one.lift or 0.0), -len(one.hits), one.label)))[:MOST_ROWS]

    @property
    def picture(self) -> dict[str, object]:
        """What the picture needs beside the list: lines as [source, target, label index, style index]."""
        labels = sorted({line.label for line in self.lines})
        at = {label: n for n, label in enumerate(labels)}
        styles = ("charted", "mentioned", "denied")
        return {"labels": labels, "lines": [[li.source, li.target, at[li.label], styles.index(li.style)] for li in self.lines]}


def connections(result: SearchResult, further: Mapping[str, tuple[tuple[str, Assertion], ...]] | None = None) -> Connections:
    """The picture of a page of hits. `further` has what documents say of concepts where a hit does not name all."""
    ranks = _ranks(result.hits)
    further = further or {}
    result, further, codes = with_one_thing_each(_without_annotations(result), further)
    result = _without_records(result, ranks)
    near = _near(result, ranks)
    result, contracted = _without_encounters(result, ranks)
    summaries = {node.id: node for node in result.neighbourhood.nodes}

    def weight(node: NodeSummary) -> float:
        return WEIGHTS.get(_group(result, node.id, node.kind), LEAST_WEIGHT) + min(len(near.get(node.id, ())), MOST_COUNTED)

    kept = sorted(
        (n for n in summaries.values() if n.id in ranks or near.get(n.id)),
        key=lambda n: (n.id not in ranks, -weight(n), -len(near.get(n.id, ())), group_order(_group(result, n.id, n.kind)), n.id),
    )
    cut = kept[MOST_NODES:]
    kept = kept[:MOST_NODES]
    numbers = {node.id: number for number, node in enumerate(kept)}
    lines = _lines(result, numbers, _said(result.hits, further))
    joined = {number for line in lines for number in (line.source, line.target)}
    weights = {
        numbers[node.id]: weight(node) for node in kept if node.id not in ranks and node.id not in contracted and numbers[node.id] in joined
    }
    drawn = set(sorted(weights, key=lambda number: (-weights[number], number))[:MOST_DRAWN])

    def depth(node: str) -> Depth:
        if node in ranks or numbers[node] in drawn:
            return Depth.ALWAYS
        return Depth.ENLARGED if numbers[node] in weights else Depth.LISTED

    ties = _ties(lines, {numbers[node.id]: ranks[node.id][0] for node in kept if node.id in ranks})
    points = tuple(
        Point(
            number=numbers[node.id],
            id=node.id,
            kind=node.kind,
            group="hit" if node.id in ranks else _group(result, node.id, node.kind),
            label=node.label,
            rank=ranks.get(node.id, (0,))[0],
            hits=tuple(sorted(near.get(node.id, ()))),
            depth=depth(node.id),
            ties=ties.get(numbers[node.id], ()),
            why=_why(result, node.id),
            codes=codes.get(node.id, ()),
        )
        for node in kept
    )
    omitted = list(_omitted_words(result.neighbourhood.omitted, summaries))
    if cut:
        omitted.append(f"{len(cut)} nodes that tell least of the hits")
    return Connections(points, tuple(lines), result.shared, tuple(omitted))


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
    """Charted records as what they chart: a record gives its lines to its concept, so that each thing is drawn once.

    What does not count stays a node of its own, away from its concept: to hang there would say that the patient has it.
    """
    hood = result.neighbourhood
    kinds = {node.id: node.kind for node in hood.nodes}
    coded: dict[str, set[str]] = defaultdict(set)
    edges_kept = [edge for edge in hood.edges if not (edge.relation in RECORD_CODES and edge.source in result.uncounted)]
    for edge in edges_kept:
        if edge.relation in RECORD_CODES and kinds.get(edge.target) == "Concept" and group_of(kinds.get(edge.source, "")) in RECORD_GROUPS:
            coded[edge.source].add(edge.target)
    concept_of = {record: min(concepts) for record, concepts in coded.items() if len(concepts) == 1 and record not in ranks}
    groups = dict(result.groups)
    for record, concept in concept_of.items():
        if groups.get(concept, "concept") == "concept":
            groups[concept] = group_of(kinds[record])
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in edges_kept:
        source, target = concept_of.get(edge.source, edge.source), concept_of.get(edge.target, edge.target)
        if source != target:
            edges.setdefault((source, edge.relation, target), replace(edge, source=source, target=target))
    words = _words_of_records(hood.nodes, concept_of)
    nodes = tuple(replace(node, label=words.get(node.id, node.label)) for node in hood.nodes if node.id not in concept_of)
    return replace(result, groups=groups, neighbourhood=replace(hood, nodes=nodes, edges=tuple(edges.values())))


def _words_of_records(nodes: Iterable[NodeSummary], concept_of: Mapping[str, str]) -> dict[str, str]:
    """Concept → what its records call it, where they agree; the labels of results hold values and are no names."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        if node.id in concept_of:
            found[concept_of[node.id]].add(node.label if group_of(node.kind) != "observation" else "")
    return {concept: next(iter(labels)) for concept, labels in found.items() if len(labels) == 1 and "" not in labels}


def _why(result: SearchResult, node: str) -> str:
    fact = result.uncounted.get(node.partition("#")[0])
    return why_not_counted(fact) if fact is not None else ""


def _without_encounters(result: SearchResult, ranks: Mapping[str, tuple[int, ...]]) -> tuple[SearchResult, frozenset[str]]:
    """Encounters as what they join: what was charted in a hit's encounter hangs on the hit, not on the patient as well."""
    hood = result.neighbourhood
    hits_of: dict[str, set[str]] = defaultdict(set)
    patient_of: dict[str, str] = {}
    for edge in hood.edges:
        if edge.source in ranks and edge.relation == ENCOUNTER:
            hits_of[edge.target].add(edge.source)
        elif edge.source in ranks and edge.relation == SUBJECT:
            patient_of[edge.source] = edge.target
    if not hits_of:
        return result, frozenset()
    kinds = {node.id: node.kind for node in hood.nodes}
    kept: list[Edge] = []
    charted: dict[tuple[str, str], Edge] = {}
    for edge in hood.edges:
        if edge.source not in hits_of and edge.target not in hits_of:
            kept.append(edge)
            continue
        other = edge.target if edge.source in hits_of else edge.source
        if _group(result, other, kinds.get(other, "")) in RECORD_GROUPS:
            for hit in hits_of.get(edge.source, set()) | hits_of.get(edge.target, set()):
                charted.setdefault((hit, other), replace(edge, source=hit, relation=CHARTED_THERE, target=other))
    told = {(patient_of.get(hit), concept) for hit, concept in charted}
    edges = [edge for edge in kept if (edge.source, edge.target) not in told] + [charted[key] for key in sorted(charted)]
    return replace(result, neighbourhood=replace(hood, edges=tuple(edges))), frozenset(hits_of)


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


def _said(hits: tuple[Hit, ...], further: Mapping[str, tuple[tuple[str, Assertion], ...]]) -> dict[tuple[str, str], Assertion]:
    """(Document or its record, concept) → what is said of it; a text that affirms anywhere affirms."""
    said: dict[tuple[str, str], Assertion] = {}
    for hit in hits:
        for concept, assertion in (*((c, a) for c, _, a in hit.concepts), *further.get(hit.document, ())):
            for node in {hit.document, hit.evidence.record}:
                if said.get((node, concept)) is not Assertion.AFFIRMED:
                    said[(node, concept)] = assertion
    return said


def _lines(result: SearchResult, numbers: Mapping[str, int], said: Mapping[tuple[str, str], Assertion]) -> list[Line]:
    lines: dict[tuple[int, int], Line] = {}
    for edge in result.neighbourhood.edges:
        if edge.source in numbers and edge.target in numbers and edge.source != edge.target:
            pair = (numbers[edge.source], numbers[edge.target])
            why = _why(result, edge.source) or _why(result, edge.target)
            if why:
                lines.setdefault(pair, Line(*pair, f"{relation_name(edge.relation)}, {DENIED}: {why}", "denied"))
            elif edge.relation == MENTIONS:
                lines.setdefault(pair, _mention_line(pair, said.get((edge.source, edge.target), Assertion.AFFIRMED)))
            elif edge.relation in SAID:
                lines.setdefault(pair, Line(*pair, relation_name(edge.relation), "denied" if edge.relation == DENIES else "mentioned"))
            elif edge.relation == CHARTED_THERE and pair in lines:
                lines[pair] = _both(lines[pair])
            elif pair not in lines or edge.relation in CHARTED:
                lines[pair] = Line(*pair, relation_name(edge.relation), "charted")
    joined = {frozenset(pair) for pair in lines}
    for hit in result.hits:
        for concept, _label, _assertion in hit.concepts:
            source, target = numbers.get(hit.evidence.record, numbers.get(hit.document)), numbers.get(concept)
            if source is None or target is None:
                continue
            line = _mention_line((source, target), said[(hit.document, concept)])
            there = lines.get((source, target))
            if frozenset((source, target)) not in joined:
                lines[(source, target)] = line
            elif there is not None and there.label == CHARTED_THERE:
                lines[(source, target)] = _both(line)
    return [lines[pair] for pair in sorted(lines)]


def _both(mention: Line) -> Line:
    """A mention of what is also charted in the hit's encounter; what the text denies stays denied."""
    style = "charted" if mention.label == MENTIONED else mention.style
    return replace(mention, label=f"{mention.label}, {CHARTED_THERE}", style=style)


def _ties(lines: list[Line], rank_of: Mapping[int, int]) -> dict[int, tuple[tuple[str, tuple[int, ...]], ...]]:
    """Node → its relations to hits, in words."""
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for line in lines:
        for hit, other in ((line.source, line.target), (line.target, line.source)):
            if hit in rank_of and other not in rank_of:
                found[other][line.label].add(rank_of[hit])
    return {node: tuple((label, tuple(sorted(ranks))) for label, ranks in sorted(labels.items())) for node, labels in found.items()}


def _mention_line(pair: tuple[int, int], assertion: Assertion) -> Line:
    if assertion is Assertion.NEGATED:
        return Line(*pair, "denies", "denied")
    if assertion is Assertion.NOT_IN_FAMILY:
        return Line(*pair, "denies of the family", "denied")
    if assertion is Assertion.NO_ALLERGY:
        return Line(*pair, "denies an allergy to", "denied")
    if assertion is Assertion.ALLERGY:
        return Line(*pair, "tells of an allergy to", "mentioned")
    return Line(*pair, MENTIONED if assertion is Assertion.AFFIRMED else f"{MENTIONED} ({assertion})", "mentioned")


def _omitted_words(omitted: tuple[Omitted, ...], summaries: Mapping[str, object]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for cut in omitted:
        if cut.node in summaries:
            counts[group_of(cut.kind)] += cut.count
    return [f"{count:,} {group_name(group, count)}" for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))]
