"""What the embedded store reads of nodes, and keeps: views, links, kinds, summaries.

Who says something is read of the named graphs. What is said is read of the default graph, their union, wherever it does not matter who
does: of a concept that thousands of records state it says once what it is.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar, cast

import pyoxigraph as ox

from graph.errors import StoreUnavailable
from graph.model import Direction, Literal, NodeSummary, Statistics
from graph.scope import EVERYTHING, Scope
from graph.stores.cache import WeightedCache
from graph.stores.expansion import Branch, Link, branches_of
from graph.vocabulary import LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, XSD, local_name

_CACHED_LINKS: Final = 400_000
"""Links and nodes that one opened store keeps in memory, about 400 bytes each."""

_CACHED_RELATIONS: Final = 1000
"""Relations of which it is kept whether anything is stated over them."""

_AT_ONCE: Final = 200
"""Nodes whose incoming links are asked for in one query."""

Term = ox.NamedNode | ox.Literal
V = TypeVar("V")
_TYPE: Final = ox.NamedNode(TYPE)
_STUB: Final = ox.NamedNode(STUB)
_NAMES: Final = (ox.NamedNode(PREF_LABEL), ox.NamedNode(LABEL))
_DEFAULT: Final = ox.DefaultGraph()


class View(NamedTuple):
    """One node as the store describes it, with its outgoing links."""

    summary: NodeSummary
    links: tuple[Link, ...]


class CachedLinks:
    """Links, kinds and summaries of nodes, read once, and of each no more than is asked for: reading a node's quads costs far more than
    anything done with them here."""

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
        self._relations: WeightedCache[bool] = WeightedCache(_CACHED_RELATIONS)

    def links(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Link]]:
        """See LinkSource."""
        if relations is None:
            return {node: self.view(node).links if direction == "out" else self.incoming(node) for node in nodes}
        found: dict[str, list[Link]] = {node: [] for node in nodes}
        for relation in filter(self._is_stated, dict.fromkeys(relations)):
            for node, links in _read_links(self.opened(), self._scope, nodes, direction, relation).items():
                found[node] += links
        return found

    def branches(self, nodes: Sequence[str], direction: Direction, relations: tuple[str, ...] | None) -> Mapping[str, Sequence[Branch]]:
        """See Branching."""
        found, unknown = _known(self._branches, nodes, lambda node: (node, direction, relations))
        links = self.links(unknown, direction, relations)
        kinds = self.kinds(list({link.neighbour for each in links.values() for link in each}))
        for node in unknown:
            found[node] = branches_of(links[node], kinds)
            self._branches.put((node, direction, relations), found[node], 1 + len(links[node]))
        return found

    def kinds(self, nodes: Sequence[str]) -> Mapping[str, str]:
        """See LinkSource."""
        found, unknown = _known(self._kinds, nodes)
        for node in unknown:
            found[node] = _least(self._values(node, _TYPE))
            self._kinds.put(node, found[node], 1)
        return found

    def summaries(self, iris: Sequence[str]) -> Sequence[NodeSummary]:
        """See LinkSource."""
        found, unknown = _known(self._summaries, iris)
        kinds = self.kinds(unknown) if self._union else {}
        for node in unknown:
            # Who says that a node is a stub decides whether it is one.
            if not self._union or (self._is_stated(STUB) and any(True for _ in self._values(node, _STUB))):
                found[node] = self.view(node).summary
            else:
                found[node] = NodeSummary(node, kinds[node], _label(node, self._names(node)))
                self._summaries.put(node, found[node], 2)
        return [found[iri] for iri in iris]

    def _names(self, iri: str) -> dict[str, list[Literal]]:
        """The names of a node, by relation, no further than those by which it is called."""
        for relation in _NAMES:
            if names := list(map(literal_of, self._literals(iri, relation))):
                return {relation.value: names}
        return {}

    def _is_stated(self, relation: str) -> bool:
        """Whether anything may be stated over a relation: what no node has is asked of none. Known of the union alone."""
        if not self._union or _named(relation) is None:
            return True
        stated = self._relations.get(relation)
        if stated is None:
            stated = any(True for _ in self.opened().quads_for_pattern(None, ox.NamedNode(relation), None, _DEFAULT))
            self._relations.put(relation, stated, 1)
        return stated

    def _values(self, iri: str, relation: ox.NamedNode) -> Iterator[Term]:
        """What is said of a node over one relation, some of it several times."""
        if self._union:
            yield from _stated(self.opened(), iri, relation)
        else:
            for _, value, _ in self._seen(_said(self.opened(), iri, relation)):
                yield value

    def _literals(self, iri: str, relation: ox.NamedNode) -> Iterator[ox.Literal]:
        return (value for value in self._values(iri, relation) if isinstance(value, ox.Literal))

    def all(self, iri: str) -> Iterator[tuple[Direction, Link, str]]:
        """Every link of one node in both directions, with the neighbour's kind."""
        out, incoming = self.view(iri).links, self.incoming(iri)
        kinds = self.kinds(list({link.neighbour for link in (*out, *incoming)}))
        for link in out:
            yield "out", link, kinds[link.neighbour]
        for link in incoming:
            yield "in", link, kinds[link.neighbour]

    def view(self, iri: str) -> View:
        """One node and its outgoing links."""
        known = self._views.get(iri)
        if known is None:
            known = _read_view(iri, self.statements(iri))
            self._views.put(iri, known, 2 + len(known.links))
        return known

    def incoming(self, iri: str) -> tuple[Link, ...]:
        """The links that end at a node."""
        known = self._incoming.get(iri)
        if known is None:
            known = _read_incoming(self.opened(), self._scope, iri)
            self._incoming.put(iri, known, 1 + len(known))
        return known

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
        self._relations.clear()

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


def _least(classes: Iterable[Term]) -> str:
    """The kind of a node that has these classes."""
    return sys.intern(min((local_name(each.value) for each in classes if isinstance(each, ox.NamedNode)), default="Thing"))


def _label(iri: str, names: Mapping[str, Sequence[Literal]]) -> str:
    best = names.get(PREF_LABEL) or names.get(LABEL)
    return min(best).value if best else local_name(iri)


def _read_incoming(store: ox.Store, scope: Scope, iri: str) -> tuple[Link, ...]:
    stated: dict[tuple[str, str], list[str]] = {}
    for predicate, source, graph in rows(store, "SELECT ?p ?s ?g {{ GRAPH ?g {{ ?s ?p {} }} }}", iri):
        if scope.admits(graph.value) and predicate.value not in NOT_LINKS:
            stated.setdefault((predicate.value, source.value), []).append(graph.value)
    return tuple(_link(*link, graphs) for link, graphs in stated.items())


def _read_links(store: ox.Store, scope: Scope, nodes: Sequence[str], direction: Direction, relation: str) -> Mapping[str, Sequence[Link]]:
    """The links of nodes over one relation; nodes without any are left out, all of them where it is no IRI."""
    if relation in NOT_LINKS or _named(relation) is None:
        return {}
    stated: dict[str, dict[str, list[str]]] = {}
    for node, value, graph in _leaving(store, nodes, relation) if direction == "out" else _reaching(store, nodes, relation):
        if isinstance(value, ox.NamedNode) and scope.admits(graph.value):
            stated.setdefault(node, {}).setdefault(value.value, []).append(graph.value)
    return {node: [_link(relation, *link) for link in links.items()] for node, links in stated.items()}


def _leaving(store: ox.Store, nodes: Sequence[str], relation: str) -> Iterator[tuple[str, Term, Term]]:
    """(node, object, graph) of what named graphs say of nodes over one relation."""
    for node in nodes:
        for _, value, graph in _said(store, node, ox.NamedNode(relation)):
            yield node, value, graph


def _reaching(store: ox.Store, nodes: Sequence[str], relation: str) -> Iterator[tuple[str, Term, Term]]:
    """(node, subject, graph) of what named graphs say to nodes over one relation: some nodes in one query, for most have several such
    links, and asking costs as much as five of them."""
    for start in range(0, len(nodes), _AT_ONCE):
        terms = " ".join(str(term) for iri in nodes[start : start + _AT_ONCE] if (term := _named(iri)) is not None)
        if terms:
            for node, subject, graph in _rows(store, f"SELECT ?n ?s ?g {{ VALUES ?n {{ {terms} }} GRAPH ?g {{ ?s <{relation}> ?n }} }}"):
                yield node.value, subject, graph


def _said(store: ox.Store, iri: str, relation: ox.NamedNode | None = None) -> Iterator[tuple[Term, Term, Term]]:
    """(predicate, object, graph) of what named graphs say of a node; nothing of what is no IRI.

    By pattern, though that brings the default graph's copy along: most nodes are small, and a query would be parsed and planned
    first, which takes longer than to read them twice.
    """
    node = _named(iri)
    for quad in store.quads_for_pattern(node, relation, None, None) if node is not None else ():
        graph = quad.graph_name
        if isinstance(graph, ox.NamedNode):
            yield quad.predicate, cast(Term, quad.object), graph


def _stated(store: ox.Store, iri: str, relation: ox.NamedNode) -> Iterator[Term]:
    """What the default graph says of a node over one relation; nothing of what is no IRI."""
    node = _named(iri)
    for quad in store.quads_for_pattern(node, relation, None, _DEFAULT) if node is not None else ():
        yield cast(Term, quad.object)


def _named(iri: str) -> ox.NamedNode | None:
    """A node as the store has it; None for what is no IRI."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _known(cache: WeightedCache[V], nodes: Iterable[str], key: Callable[[str], Hashable] = str) -> tuple[dict[str, V], list[str]]:
    """What a cache has of nodes, by node, and the nodes that it does not have, each once."""
    found: dict[str, V] = {}
    unknown = []
    for node in dict.fromkeys(nodes):
        value = cache.get(key(node))
        if value is None:
            unknown.append(node)
        else:
            found[node] = value
    return found, unknown


def rows(store: ox.Store, query: str, *iris: str) -> Iterator[tuple[Term, ...]]:
    """The rows of a SELECT in which each {} stands for one of the IRIs; none where something asked for is no IRI."""
    try:
        terms = [str(ox.NamedNode(iri)) for iri in iris]
    except ValueError:
        return
    yield from _rows(store, query.format(*terms) if terms else query)


def _rows(store: ox.Store, query: str) -> Iterator[tuple[Term, ...]]:
    solutions = store.query(query)
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
