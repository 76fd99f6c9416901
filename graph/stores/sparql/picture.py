"""What a picture of the graph asks of a SPARQL server: a hop in one question, then summaries and evidence side by side."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from graph.model import Direction, Literal, NodeSummary, Step
from graph.stores.expansion import Link
from graph.stores.sparql.rows import Row
from graph.stores.sparql.text import (
    CLASSES,
    IRIS_AT_ONCE,
    among,
    batches_of_items,
    direction_of,
    kind_of,
    links_of,
    literal_of,
    number_of,
    stated_by,
    terms_of,
)
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, local_name

_EDGES: Final = 100
"""Edges whose evidence is asked for in one question."""


class StatedView:
    """What is said of one node that its summary needs."""

    def __init__(self, iri: str) -> None:
        self._iri = iri
        self._classes: list[tuple[str, str]] = []
        self._names: dict[str, list[Literal]] = {}
        self._marked: set[str] = set()

    def add(self, row: Row) -> None:
        """One statement: ?p, ?v, ?g."""
        predicate, value, graph = row["p"]["value"], row["v"], row["g"]["value"]
        if value["type"] == "uri":
            if predicate == TYPE:
                self._classes.append((value["value"], graph))
        elif predicate in (PREF_LABEL, LABEL):
            self._names.setdefault(predicate, []).append(literal_of(value))
        elif predicate == STUB and literal_of(value).value == "true":
            self._marked.add(graph)

    def summary(self) -> NodeSummary:
        """The node's summary."""
        best = self._names.get(PREF_LABEL) or self._names.get(LABEL)
        stub = bool(self._marked) and all(graph in self._marked for _, graph in self._classes)
        return NodeSummary(self._iri, kind_of(name for name, _ in self._classes), min(best).value if best else local_name(self._iri), stub)


class PictureSource:
    """What one expansion has read so far (a Foreseeing LinkSource): a hop's links and the kinds of what they lead to in one question.

    Few of the records that state a link are ever shown: they are counted by the server, and of several one is named.
    """

    def __init__(self, ask: Callable[[str], Sequence[Row]], summaries: Callable[[Sequence[str]], Sequence[NodeSummary]]) -> None:
        self._ask, self._summaries = ask, summaries
        self._links: dict[tuple[str, Direction], dict[str, dict[str, Link]]] = {}
        self._classes: dict[str, set[str]] = {}
        self._kinds: dict[str, str] = {}
        self.evidence: Mapping[tuple[str, str, str], tuple[str, ...]] = {}

    def prepare(self, nodes: Sequence[str], steps: Sequence[Step]) -> None:
        """See Foreseeing."""
        if any(step.kind is not None for step in steps):
            self._read_classes(nodes)
        wanted: dict[tuple[Direction, frozenset[str] | None], list[str]] = defaultdict(list)
        ways: tuple[Direction, ...] = ("in", "out")
        for direction in ways:
            for node in nodes:
                self._links.setdefault((node, direction), {})  # a node may come again in a later hop
                relations: frozenset[str] | None = frozenset()
                for step in steps:
                    if step.direction == direction and step.kind in (None, self._kind(node)):
                        relations = None if relations is None or step.relations is None else relations | set(step.relations)
                if relations is None or relations - NOT_LINKS:
                    wanted[direction, None if relations is None else relations - NOT_LINKS].append(node)
        patterns = [
            f"{{ {links_of(direction, among('n', some), relations)} }}"
            for (direction, relations), found in wanted.items()
            for some in batches_of_items(terms_of(found), IRIS_AT_ONCE)
        ]
        if patterns:
            self._read_links(" UNION ".join(patterns))

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """See LinkSource."""
        return {
            node: [
                link
                for relation, stated in self._links[node, direction].items()
                if relations is None or relation in relations
                for link in stated.values()
            ]
            for node in nodes
        }

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """See LinkSource."""
        return {node: self._kind(node) for node in nodes}

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """See LinkSource. These are the nodes of the picture, so meanwhile the evidence of the links between them is asked for."""
        with ThreadPoolExecutor(1) as aside:
            evidence = aside.submit(self._read_evidence, frozenset(iris))
            summaries = self._summaries(iris)
            self.evidence = evidence.result()
        return summaries

    def _kind(self, node: str) -> str:
        kind = self._kinds.get(node)
        if kind is None:
            kind = self._kinds[node] = kind_of(self._classes.get(node, ()))
        return kind

    def _learn(self, node: str, row: Row) -> None:
        """Take the class that a row tells of a node, or that it tells none."""
        classes = self._classes.setdefault(node, set())
        if "t" in row:
            classes.add(row["t"]["value"])
            self._kinds.pop(node, None)

    def _read_evidence(self, nodes: AbstractSet[str]) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
        """Of links between these nodes that several records state, the first three of the records."""
        several = {
            (edge.source, edge.relation, edge.target)
            for (node, direction), relations in self._links.items()
            if node in nodes
            for stated in relations.values()
            for link in stated.values()
            if link.records > 1 and link.neighbour in nodes
            for edge in [link.edge(node, direction)]
        }
        evidence: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for some in batches_of_items(sorted(several), _EDGES):
            branches = []
            for place, (source, relation, target) in enumerate(some):
                stated = stated_by(source, relation, target)
                branches.append(f"{{ SELECT ({place} AS ?e) ?g {{ {stated} }} ORDER BY ?g LIMIT 3 }}")
            for row in self._ask(f"SELECT ?e ?g {{ {' UNION '.join(branches)} }}"):
                evidence[some[number_of(row, "e")]].append(row["g"]["value"])
        return {edge: tuple(sorted(graphs)) for edge, graphs in evidence.items()}

    def _read_links(self, patterns: str) -> None:
        links = f"SELECT ?d ?n ?r ?m (COUNT(*) AS ?c) (SAMPLE(?g) AS ?f) {{ {patterns} }} GROUP BY ?d ?n ?r ?m"
        for row in self._ask(f"SELECT ?d ?n ?r ?m ?c ?f ?t {{ {{ {links} }} {CLASSES} }}"):
            relation, neighbour = row["r"]["value"], row["m"]["value"]
            link = Link(relation, neighbour, number_of(row, "c"), (row["f"]["value"],))
            self._links[row["n"]["value"], direction_of(row)].setdefault(relation, {})[neighbour] = link
            self._learn(neighbour, row)

    def _read_classes(self, nodes: Sequence[str]) -> None:
        for some in batches_of_items(terms_of(node for node in nodes if node not in self._classes), IRIS_AT_ONCE):
            for row in self._ask(f"SELECT DISTINCT ?m ?t {{ {among('m', some)} GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)) }}"):
                self._learn(row["m"]["value"], row)
