"""What the embedded store reads of nodes, and keeps: views, links, kinds, summaries.

Who says something is read of the named graphs. What is said is read of the default graph, their union, wherever it does not matter who
does: of a concept that thousands of records state it says once what it is.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, cast

import pyoxigraph as ox

from graph.errors import StoreUnavailable
from graph.model import Direction, Literal, NodeSummary, Statistics
from graph.scope import EVERYTHING, Scope
from graph.stores.cache import WeightedCache
from graph.stores.expansion import Branch, Link, branches_of
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, XSD, local_name

_CACHED_LINKS: Final = 400_000
"""Links and nodes that one opened store keeps in memory, about 400 bytes each."""

Term = ox.NamedNode | ox.Literal
_TYPE: Final = ox.NamedNode(TYPE)
_DEFAULT: Final = ox.DefaultGraph()


class View(NamedTuple):
    """One node as the store describes it, with its outgoing links."""

    summary: NodeSummary
    links: tuple[Link, ...]


class CachedLinks:
    """Links, kinds and summaries of nodes, read once. Reading one node's quads costs far more than anything done with them here."""

    def __init__(self, store: ox.Store, scope: Scope = EVERYTHING, capacity: int = _CACHED_LINKS, *, union: bool = False) -> None:
        """Only what the scope admits is read; about `capacity` links and nodes are kept.

        `union` says that the default graph is the union of the named ones, as it is but for folders that a former version wrote.
        """
        self._store: ox.Store | None = store
        self._scope = scope
        self._union = union and scope == EVERYTHING
        self._views: WeightedCache[View] = WeightedCache(capacity // 2)
        self._incoming: WeightedCache[tuple[Link, ...]] = WeightedCache(capacity // 2)
        self._branches: WeightedCache[tuple[Branch, ...]] = WeightedCache(capacity // 2)
        self._kinds: WeightedCache[str] = WeightedCache(capacity)
        self._summaries: WeightedCache[NodeSummary] = WeightedCache(capacity // 2)

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """See LinkSource."""
        if direction == "out":
            if relations is None:
                return {node: self.view(node).links for node in nodes}
            return {node: [link for link in self.view(node).links if link.relation in relations] for node in nodes}
        if relations is None:
            return {node: self.incoming(node, None) for node in nodes}
        relations = tuple(dict.fromkeys(relations))
        return {node: [link for relation in relations for link in self.incoming(node, relation)] for node in nodes}

    def branches(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Branch]]:
        """See Branching."""
        found = {}
        for node in nodes:
            known = self._branches.get((node, direction, relations))
            if known is None:
                links = self.links((node,), direction, relations)[node]
                known = branches_of(links, {link.neighbour: self.kind(link.neighbour) for link in links})
                self._branches.put((node, direction, relations), known, 1 + len(links))
            found[node] = known
        return found

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """See LinkSource."""
        return {node: self.kind(node) for node in nodes}

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """See LinkSource."""
        return [self.summary(iri) for iri in iris]

    def all(self, iri: str) -> Iterator[tuple[Direction, Link, str]]:
        """Every link of one node in both directions, with the neighbour's kind."""
        for link in self.view(iri).links:
            yield "out", link, self.kind(link.neighbour)
        for link in self.incoming(iri, None):
            yield "in", link, self.kind(link.neighbour)

    def view(self, iri: str) -> View:
        """One node and its outgoing links."""
        known = self._views.get(iri)
        if known is None:
            known = _read_view(iri, self.statements(iri))
            self._views.put(iri, known, 2 + len(known.links))
        return known

    def summary(self, iri: str) -> NodeSummary:
        """One node without its links."""
        known = self._views.get(iri)
        if known is not None:
            return known.summary
        summary = self._summaries.get(iri)
        if summary is None:
            summary = _read_summary(iri, _stated(self.opened(), iri)) if self._union else None
            if summary is None:
                return self.view(iri).summary
            self._summaries.put(iri, summary, 2)
        return summary

    def incoming(self, iri: str, relation: str | None) -> tuple[Link, ...]:
        """The links that end at a node."""
        key = (iri, relation)
        known = self._incoming.get(key)
        if known is None:
            known = _read_incoming(self.opened(), self._scope, iri, relation)
            self._incoming.put(key, known, 1 + len(known))
        return known

    def kind(self, iri: str) -> str:
        """The kind of a node."""
        view = self._views.get(iri)
        if view is not None:
            return view.summary.kind
        known = self._kinds.get(iri)
        if known is None:
            known = _least(value for _, value in self._classes(iri))
            self._kinds.put(iri, known, 1)
        return known

    def _classes(self, iri: str) -> Iterable[tuple[Term, ...]]:
        """(predicate, object) of the classes of a node."""
        if self._union:
            return _stated(self.opened(), iri, _TYPE)
        return (row[:2] for row in self._seen(_said(self.opened(), iri, _TYPE)))

    def statements(self, iri: str) -> Iterator[tuple[Term, ...]]:
        """(predicate, object, graph) of everything said of a node."""
        return self._seen(_said(self.opened(), iri))

    def references(self, iri: str) -> int:
        """How many quads have a node as their object."""
        return sum(1 for _ in self._seen(rows(self.opened(), "SELECT ?g {{ GRAPH ?g {{ ?s ?p {} }} }}", iri)))

    def _seen(self, found: Iterator[tuple[Term, ...]]) -> Iterator[tuple[Term, ...]]:
        """The rows whose graph, their last cell, may be seen."""
        return found if self._scope == EVERYTHING else (row for row in found if self._scope.admits(row[-1].value))

    def forget(self) -> None:
        """Forget all that was read; the store is about to change or has changed."""
        self._views.clear()
        self._incoming.clear()
        self._branches.clear()
        self._kinds.clear()
        self._summaries.clear()

    def close(self) -> None:
        """Let go of the store."""
        self._store = None
        self.forget()

    def opened(self) -> ox.Store:
        """The store. Raises StoreUnavailable."""
        if self._store is None:
            raise StoreUnavailable("the graph store has been closed")
        return self._store


def _read_view(iri: str, said: Iterable[tuple[Term, ...]]) -> View:
    classes: list[tuple[str, str]] = []
    names: dict[str, list[Literal]] = {}
    marked: set[str] = set()
    stated: dict[tuple[str, str], list[str]] = {}
    for relation, value, graph in said:
        predicate = relation.value
        if isinstance(value, ox.NamedNode):
            if predicate not in NOT_LINKS:
                stated.setdefault((predicate, value.value), []).append(graph.value)
            elif predicate == TYPE:
                classes.append((local_name(value.value), graph.value))
        elif isinstance(value, ox.Literal):
            if predicate in (PREF_LABEL, LABEL):
                names.setdefault(predicate, []).append(literal_of(value))
            elif predicate == STUB and value.value == "true":
                marked.add(graph.value)
    summary = NodeSummary(
        id=iri,
        kind=sys.intern(min((name for name, _ in classes), default="Thing")),
        label=_label(iri, names),
        stub=bool(marked) and all(graph in marked for _, graph in classes),
    )
    return View(summary, tuple(_link(*link, graphs) for link, graphs in stated.items()))


def _read_summary(iri: str, said: Iterable[tuple[Term, Term]]) -> NodeSummary | None:
    """The summary of a node from what is said of it; None where it may be a stub, which who says so decides."""
    classes: list[Term] = []
    names: dict[str, list[Literal]] = {}
    for relation, value in said:
        predicate = relation.value
        if predicate == TYPE:
            classes.append(value)
        elif predicate in (PREF_LABEL, LABEL) and isinstance(value, ox.Literal):
            names.setdefault(predicate, []).append(literal_of(value))
        elif predicate == STUB:
            return None
    return NodeSummary(iri, _least(classes), _label(iri, names), stub=False)


def _least(classes: Iterable[Term]) -> str:
    """The kind of a node that has these classes."""
    return sys.intern(min((local_name(each.value) for each in classes if isinstance(each, ox.NamedNode)), default="Thing"))


def _label(iri: str, names: Mapping[str, Sequence[Literal]]) -> str:
    best = names.get(PREF_LABEL) or names.get(LABEL)
    return min(best).value if best else local_name(iri)


def _read_incoming(store: ox.Store, scope: Scope, iri: str, relation: str | None) -> tuple[Link, ...]:
    if relation in NOT_LINKS:
        return ()
    stated: dict[tuple[str, str], list[str]] = {}
    if relation is None:
        found = rows(store, "SELECT ?p ?s ?g {{ GRAPH ?g {{ ?s ?p {} }} }}", iri)
        pairs = ((predicate.value, source, graph) for predicate, source, graph in found)
    else:
        found = rows(store, "SELECT ?s ?g {{ GRAPH ?g {{ ?s {} {} }} }}", relation, iri)
        pairs = ((relation, source, graph) for source, graph in found)
    for predicate, source, graph in pairs:
        if scope.admits(graph.value) and (relation is not None or predicate not in NOT_LINKS):
            stated.setdefault((predicate, source.value), []).append(graph.value)
    return tuple(_link(*link, graphs) for link, graphs in stated.items())


def _said(store: ox.Store, iri: str, relation: ox.NamedNode | None = None) -> Iterator[tuple[Term, ...]]:
    """(predicate, object, graph) of what named graphs say of a node; nothing of what is no IRI.

    By pattern, though that brings the default graph's copy along: most nodes are small, and a query would be parsed and planned
    first, which takes longer than to read them twice.
    """
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return
    for quad in store.quads_for_pattern(node, relation, None, None):
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode):
            yield quad.predicate, cast(Term, quad.object), graph


def _stated(store: ox.Store, iri: str, relation: ox.NamedNode | None = None) -> Iterator[tuple[Term, Term]]:
    """(predicate, object) of what the default graph says of a node; nothing of what is no IRI."""
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return
    for quad in store.quads_for_pattern(node, relation, None, _DEFAULT):
        yield quad.predicate, cast(Term, quad.object)


def rows(store: ox.Store, query: str, *iris: str) -> Iterator[tuple[Term, ...]]:
    """The rows of a SELECT in which each {} stands for one of the IRIs; none where something asked for is no IRI."""
    try:
        terms = [str(ox.NamedNode(iri)) for iri in iris]
    except ValueError:
        return
    solutions = store.query(query.format(*terms) if terms else query)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101  (only SELECT queries come here)
    for solution in solutions:
        yield tuple(solution)


def _link(relation: str, neighbour: str, graphs: list[str]) -> Link:
    # Interned, because the same predicates, patients and concepts stand in very many links.
    return Link(sys.intern(relation), sys.intern(neighbour), len(graphs), tuple(map(sys.intern, sorted(graphs)[:3])))


def read_statistics(store: ox.Store) -> Statistics:
    """Counted inside Oxigraph; only nodes of several classes come out one by one, to count each of them once."""
    graphs = _count(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g {} }")
    subjects = _count(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    kinds: dict[str, int] = defaultdict(int)
    for row in rows(store, f"SELECT ?t (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t)) }} GROUP BY ?t"):
        kinds[local_name(row[0].value)] += int(row[1].value)
    several = f"SELECT ?s {{ GRAPH ?g {{ ?s <{TYPE}> ?t }} FILTER(isIRI(?t)) }} GROUP BY ?s HAVING (COUNT(DISTINCT ?t) > 1)"
    for (subject,) in list(rows(store, several)):
        found = rows(store, "SELECT ?t {{ GRAPH ?g {{ {} {} ?t }} }}", subject.value, TYPE)
        classes = {value.value for (value,) in found if isinstance(value, ox.NamedNode)}
        for name in classes:
            kinds[local_name(name)] -= 1
        kinds[min(map(local_name, classes))] += 1
    if untyped := subjects - sum(kinds.values()):
        kinds["Thing"] += untyped
    return Statistics(
        quads=_count(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"),
        graphs=graphs,
        kinds={kind: count for kind, count in sorted(kinds.items()) if count},
    )


def statistics_within(store: ox.Store, scope: Scope) -> Statistics:
    """Counts of what a scope admits, by reading all of it."""
    classes: dict[str, set[str]] = defaultdict(set)
    quads = graphs = 0
    for graph in store.named_graphs():
        if not scope.admits(graph.value):
            continue
        before = quads
        for subject, predicate, value, _ in store.quads_for_pattern(None, None, None, graph):
            quads += 1
            found = classes[str(subject)]
            if predicate.value == TYPE and isinstance(value, ox.NamedNode):
                found.add(local_name(value.value))
        graphs += quads > before
    kinds = Counter(min(found, default="Thing") for found in classes.values())
    return Statistics(quads, graphs, dict(sorted(kinds.items())))


def _count(store: ox.Store, query: str) -> int:
    return int(next(rows(store, query))[0].value)


def literal_of(literal: ox.Literal) -> Literal:
    """A literal of the store as the domain has it."""
    if literal.language:
        return Literal(literal.value, language=literal.language)
    datatype = literal.datatype.value
    return Literal(literal.value, None if datatype == XSD + "string" else datatype)
