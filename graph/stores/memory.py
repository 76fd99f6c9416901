"""The reference store: rdflib parses and keeps the quads, and every answer is worked out from all of them, as plainly as possible.

For tests and small data. It shares no reading code with the other back ends, so that the contract compares two independent answers;
how lists are cut into pages is shared, and the contract holds pages against the whole list.
"""

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import IO, Final, cast

import rdflib
from rdflib import Dataset, URIRef
from rdflib.parser import InputSource
from rdflib.term import Node as Term

from graph.cursors import Position
from graph.errors import InvalidPart
from graph.identifiers import canonical_literal
from graph.model import (
    Direction,
    Edge,
    Literal,
    NeighbourCount,
    Neighbourhood,
    NeighbourPage,
    Node,
    NodeSummary,
    Omitted,
    QueryResult,
    Statistics,
    Step,
)
from graph.scope import EVERYTHING, Scope
from graph.sparql import CSV, JSON, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, XML, Demand, QueryDataset, check_query, choose_media_type
from graph.store import GraphReader
from graph.stores.listing import counted, paged
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, XSD, local_name

_FORMATS: Final = {JSON: "json", XML: "xml", CSV: "csv", TURTLE: "turtle", N_TRIPLES: "nt", RDF_XML: "xml", JSON_LD: "json-ld"}

_DIRECTIONS: Final[tuple[Direction, ...]] = ("in", "out")

Statement = tuple[str, str, str | Literal, str]
"""(subject, predicate, object, graph): an IRI object is a str, a literal a Literal."""


class MemoryStore:
    """A GraphStore held in memory."""

    def __init__(self) -> None:
        self._dataset = Dataset()
        self._scope = EVERYTHING
        self._views: dict[Scope, _View] = {}

    def load(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        read = 0
        for part in parts:
            _parse(part, self._dataset)
            read += _count_quads(part)
        self._views.clear()
        if len(self._dataset.default_graph):
            raise InvalidPart("a part holds statements without a named graph; every line of a part names its record's graph")
        return read

    def replace(self, parts: Iterable[Path]) -> int:
        """See GraphStore."""
        parts = list(parts)
        self.remove(graph for part in parts for graph in _graphs(part))
        return self.load(parts)

    def remove(self, graphs: Iterable[str]) -> int:
        """See GraphStore."""
        removed = 0
        existing = {str(graph.identifier) for graph in self._dataset.graphs() if len(graph)}
        for graph in set(graphs):
            if graph in existing:
                self._dataset.remove_graph(URIRef(graph))
                removed += 1
        self._views.clear()
        return removed

    def node(self, iri: str) -> Node | None:
        """See GraphStore."""
        statements = self._statements().of_subject.get(iri)
        if not statements:
            return None
        properties: dict[str, set[Literal]] = defaultdict(set)
        for _, predicate, value, _ in statements:
            if isinstance(value, Literal):
                properties[predicate].add(value)
            elif predicate in NOT_LINKS and predicate != TYPE:
                properties[predicate].add(Literal(value, XSD + "anyURI"))
        summary = self._summary(iri)
        return Node(
            id=iri,
            kind=summary.kind,
            label=summary.label,
            stub=summary.stub,
            properties={predicate: tuple(sorted(values)) for predicate, values in sorted(properties.items())},
            records=tuple(sorted({graph for *_, graph in statements})),
        )

    def summaries(self, iris: Iterable[str]) -> tuple[NodeSummary, ...]:
        """See GraphStore."""
        return tuple(self._summary(iri) for iri in iris)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: AbstractSet[str] = frozenset()) -> Neighbourhood:
        """See GraphStore."""
        nodes = set(seeds)
        edges: dict[tuple[str, str, str], Edge] = {}
        asked: set[tuple[str, str, Direction, str]] = set()
        reached = set(seeds)
        for steps in hops:
            frontier, reached = reached, set()
            for node in frontier:
                for step in steps:
                    if step.kind is not None and step.kind != self._summary(node).kind:
                        continue
                    groups: dict[tuple[str, str], list[tuple[bool, int, str, Edge]]] = defaultdict(list)
                    for neighbour, edge in self._neighbours(node, step.direction):
                        if step.relations is None or edge.relation in step.relations:
                            rank = (neighbour not in prefer, -edge.records, neighbour, edge)
                            groups[edge.relation, self._summary(neighbour).kind].append(rank)
                    for (relation, kind), ranked in groups.items():
                        asked.add((node, relation, step.direction, kind))
                        for _, _, neighbour, edge in sorted(ranked, key=lambda rank: rank[:3])[: max(step.limit, 0)]:
                            edges[edge.source, edge.relation, edge.target] = edge
                            nodes.add(neighbour)
                            reached.add(neighbour)
        omitted: list[Omitted] = []
        for node, relation, direction, kind in sorted(asked):
            left_out = 0
            for neighbour, edge in self._neighbours(node, direction):
                shown = (edge.source, edge.relation, edge.target) in edges
                if edge.relation == relation and self._summary(neighbour).kind == kind and not shown:
                    left_out += 1
            if left_out:
                omitted.append(Omitted(node, relation, direction, kind, left_out))
        return Neighbourhood(self.summaries(sorted(nodes)), tuple(edges[key] for key in sorted(edges)), tuple(omitted))

    def neighbour_counts(self, iri: str) -> tuple[NeighbourCount, ...]:
        """See GraphStore."""
        return counted(
            (edge.relation, direction, self._summary(neighbour).kind)
            for direction in _DIRECTIONS
            for neighbour, edge in self._neighbours(iri, direction)
        )

    def neighbours(
        self,
        iri: str,
        *,
        relation: str | None = None,
        direction: Direction | None = None,
        kind: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
    ) -> NeighbourPage:
        """See GraphStore."""
        entries: dict[Position, Edge] = {
            (neighbour, edge.relation, way): edge
            for way in _DIRECTIONS
            for neighbour, edge in self._neighbours(iri, way)
            if relation in (None, edge.relation) and direction in (None, way) and kind in (None, self._summary(neighbour).kind)
        }
        return paged(entries, limit, cursor, lambda _, edge: edge, self.summaries)

    def references(self, iris: Iterable[str]) -> dict[str, int]:
        """See GraphStore."""
        of_object = self._statements().of_object
        return {iri: len(of_object[iri]) for iri in iris if iri in of_object}

    def statistics(self) -> Statistics:
        """See GraphStore."""
        view = self._statements()
        kinds = Counter(self._summary(subject).kind for subject in view.of_subject)
        graphs = {graph for statements in view.of_subject.values() for *_, graph in statements}
        return Statistics(
            quads=sum(len(statements) for statements in view.of_subject.values()), graphs=len(graphs), kinds=dict(sorted(kinds.items()))
        )

    def within(self, scope: Scope) -> GraphReader:
        """See GraphStore."""
        if scope == EVERYTHING:
            return self
        seen = copy(self)
        seen._scope = self._scope.narrowed(scope)
        return seen

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        """See SparqlQueryable. rdflib answers over graphs that hold what may be seen, copied for each query; there is no time limit."""
        from rdflib.plugins.sparql import prepareQuery

        query = check_query(sparql)
        media_type = choose_media_type(demand.accept, query.form)
        prepared = prepareQuery(query.text)
        prepared.algebra.datasetClause = None  # rdflib would fetch what FROM names
        result = self._seen(query.dataset if demand.dataset is None else demand.dataset, demand.scope.narrowed(self._scope)).query(prepared)
        if query.form == "triples":
            triples = list(result)
            kept = rdflib.Graph()
            for triple in triples[: demand.max_rows]:
                kept.add(cast(tuple[Term, Term, Term], triple))
            body = kept.serialize(format=_FORMATS[media_type], encoding="utf-8")
            return QueryResult(body, media_type, len(triples) > demand.max_rows)
        truncated = query.form == "rows" and len(result.bindings) > demand.max_rows
        if query.form == "rows":
            result.bindings = result.bindings[: demand.max_rows]
        return QueryResult(result.serialize(format=_FORMATS[media_type]) or b"", media_type, truncated)

    def _seen(self, dataset: QueryDataset | None, scope: Scope) -> Dataset:
        """What a query may read."""
        names = {str(graph.identifier) for graph in self._dataset.graphs() if len(graph) and scope.admits(str(graph.identifier))}
        default, named = (names, names) if dataset is None else (names & set(dataset.default), names & set(dataset.named))
        seen = Dataset(default_union=False)
        for name in default | named:
            graph = self._dataset.graph(URIRef(name))
            for triple in graph:
                if name in default:
                    seen.default_graph.add(triple)
                if name in named:
                    seen.graph(graph.identifier).add(triple)
        return seen

    def close(self) -> None:
        """See GraphStore."""

    def _statements(self) -> "_View":
        known = self._views.get(self._scope)
        if known is None:
            known = self._views[self._scope] = _View(self._dataset, self._scope)
        return known

    def _summary(self, iri: str) -> NodeSummary:
        view = self._statements()
        known = view.summaries.get(iri)
        if known is None:
            known = view.summaries[iri] = _summarize(iri, view.of_subject.get(iri, []))
        return known

    def _neighbours(self, iri: str, direction: Direction) -> list[tuple[str, Edge]]:
        """Every neighbour in one direction with the edge to it."""
        view = self._statements()
        stated: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for subject, predicate, value, graph in (view.of_subject if direction == "out" else view.of_object).get(iri, []):
            if isinstance(value, str) and predicate not in NOT_LINKS:
                stated[subject, predicate, value].append(graph)
        return [
            (target if direction == "out" else source, Edge(source, relation, target, len(graphs), tuple(sorted(graphs)[:3])))
            for (source, relation, target), graphs in stated.items()
        ]


class _View:
    """The dataset's statements by subject and by object."""

    def __init__(self, dataset: Dataset, scope: Scope) -> None:
        self.of_subject: dict[str, list[Statement]] = defaultdict(list)
        self.of_object: dict[str, list[Statement]] = defaultdict(list)
        self.summaries: dict[str, NodeSummary] = {}
        distinct = {
            (str(subject), str(predicate), _value(value), str(graph))
            for subject, predicate, value, graph in dataset.quads()
            if graph is not None and scope.admits(str(graph))
        }
        for statement in distinct:
            self.of_subject[statement[0]].append(statement)
            if isinstance(statement[2], str):
                self.of_object[statement[2]].append(statement)
        self.of_subject.default_factory = None
        self.of_object.default_factory = None


def _summarize(iri: str, statements: list[Statement]) -> NodeSummary:
    classes = [(local_name(value), graph) for _, predicate, value, graph in statements if predicate == TYPE and isinstance(value, str)]
    labels: dict[str, list[Literal]] = {PREF_LABEL: [], LABEL: []}
    marked = set()
    for _, predicate, value, graph in statements:
        if isinstance(value, Literal) and predicate in labels:
            labels[predicate].append(value)
        if predicate == STUB and isinstance(value, Literal) and value.value == "true":
            marked.add(graph)
    best = sorted(labels[PREF_LABEL]) or sorted(labels[LABEL])
    return NodeSummary(
        id=iri,
        kind=min((name for name, _ in classes), default="Thing"),
        label=best[0].value if best else local_name(iri),
        stub=bool(marked) and all(graph in marked for _, graph in classes),
    )


def _value(term: rdflib.term.Node) -> str | Literal:
    if isinstance(term, rdflib.Literal):
        if term.language:
            return Literal(str(term), language=term.language.lower())
        if term.datatype is None or str(term.datatype) == XSD + "string":
            return Literal(str(term))
        return Literal(*canonical_literal(str(term), str(term.datatype)))
    return str(term)


def _parse(part: Path, dataset: Dataset) -> None:
    try:
        with _open(part) as lines, _literals_as_written():
            source = InputSource()
            source.setCharacterStream(_Lines(lines))
            dataset.parse(source, format="nquads")
    except (OSError, EOFError, UnicodeError, rdflib.exceptions.ParserError) as error:
        raise InvalidPart(f"{part}: {type(error).__name__}") from error


class _Lines:
    """A text stream that gives a line at each read; rdflib's own reading of 2,048 characters takes minutes for a very long literal."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> str:
        """The next line, however long; '' at the end."""
        return self._lines.readline().decode()

    def close(self) -> None:
        """Close the part."""
        self._lines.close()


def _graphs(part: Path) -> set[str]:
    dataset = Dataset()
    _parse(part, dataset)
    return {str(graph.identifier) for graph in dataset.graphs() if len(graph)}


def _count_quads(part: Path) -> int:
    with _open(part) as lines:
        return sum(1 for line in lines if line.strip() and not line.lstrip().startswith(b"#"))


def _open(part: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(part, "rb")) if part.name.endswith(".gz") else part.open("rb")


@contextmanager
def _literals_as_written() -> Iterator[None]:
    """rdflib respells typed literals while it parses; here they stay as the part wrote them."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
