"""The text of our own questions and updates, and what their rows say. What is asked about enters as an escaped term only."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

from graph.cursors import Position
from graph.identifiers import canonical_literal, dataset_iri, iri_term, literal_term, safe_iri
from graph.model import Direction, Literal
from graph.scope import Scope
from graph.sparql import QueryDataset
from graph.stores.expansion import Link
from graph.stores.sparql.rows import Row
from graph.vocabulary import BASE, LABEL, NOT_LINKS, PREF_LABEL, STUB, TYPE, XSD, local_name

_UPDATE_CHARACTERS: Final = 4_000_000
"""Text of one update, unless one graph says more."""
GRAPHS_AT_ONCE: Final = 500
"""Named graphs that one update drops."""
IRIS_AT_ONCE: Final = 1000
"""IRIs in one question."""

DOTS: Final = re.compile(r"/\.\.?(?:[/?#>]|\Z)")
"""Where the parser of a query may resolve '/../' away; the parser of N-Quads does not."""

_PROPERTIES: Final = " ".join(f"<{predicate}>" for predicate in sorted(NOT_LINKS))
IS_LINK: Final = f"FILTER(?r NOT IN ({_PROPERTIES.replace(' ', ', ')}))"
DESCRIBING: Final = f"VALUES ?p {{ <{TYPE}> <{PREF_LABEL}> <{LABEL}> <{STUB}> }}"
_LOCAL_NAME: Final = 'IF(REGEX(STR(?t), "[/#]$"), STR(?t), REPLACE(STR(?t), "^.*[/#]", ""))'
KINDS: Final = '(GROUP_CONCAT(DISTINCT STR(?t); SEPARATOR=" ") AS ?ts)'
CLASSES: Final = f"OPTIONAL {{ GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)) }}"

_HIGH: Final = "[\uf900-\uffef]"
"""Characters of IRIs that sort behind U+10000 where a server compares UTF-16; with U+D7FF before them they come where they belong."""
BY_NEIGHBOUR, BY_RELATION = (f'REPLACE(STR(?{variable}), "({_HIGH})", "\ud7ff$1")' for variable in "mr")

NOTHING: Final = BASE + "nothing"
"""A graph that never is: dropping it asks for the right to update and changes nothing."""

_READ: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>"{}|^`\\\s]*>|GRAPH (?P<graph>\?\w+) \{(?:<[^<>]*>|[^{}<>])*\}', re.DOTALL)
"""A literal, an IRI, or a pattern that reads a graph: what stands in the first two is nobody's question."""

T = TypeVar("T")


def terms_of(iris: Iterable[str]) -> list[str]:
    """Those that are IRIs, once each; what is none names nothing in a store."""
    return [iri for iri in dict.fromkeys(iris) if safe_iri(iri) == iri]


def among(variable: str, iris: Iterable[str]) -> str:
    """A pattern that binds a variable to each of the IRIs."""
    plain: list[str] = []
    dotted: list[str] = []
    for iri in iris:
        (dotted if DOTS.search(iri) else plain).append(iri)
    values = f"VALUES ?{variable} {{ {' '.join(map(iri_term, plain))} }}"
    if not dotted:
        return values
    texts = ", ".join(map(literal_term, dotted))
    places = " UNION ".join(
        f"{{ GRAPH {graph} {{ {triple} }} }}" for graph, triple in (("?x", "?i ?y ?z"), ("?x", "?y ?z ?i"), ("?i", "?x ?y ?z"))
    )
    found = f"{{ SELECT DISTINCT (?i AS ?{variable}) {{ {places} FILTER(STR(?i) IN ({texts}) && isIRI(?i)) }} }}"
    return f"{{ {{ {values} }} UNION {found} }}"


def links_of(direction: Direction, nodes: str, relations: Iterable[str] | None) -> str:
    """A pattern of the links of ?n: ?d, ?r, ?m and the ?g that states each."""
    which = IS_LINK if relations is None else among("r", terms_of(sorted(relations)))
    triple = "?n ?r ?m" if direction == "out" else "?m ?r ?n"
    return f'{nodes} {which} GRAPH ?g {{ {triple} }} FILTER(isIRI(?m)) BIND("{direction}" AS ?d)'


def seen_only(query: str, scope: Scope) -> str:
    """A question of ours, held to a scope: what it reads of a graph counts where the graph lies in one of the datasets."""
    if scope.datasets is None:
        return query

    def held(found: re.Match[str]) -> str:
        return found[0] if found["graph"] is None else f"{found[0]} FILTER({lies_within(found['graph'], scope.datasets or ())})"

    return _READ.sub(held, query)


def lies_within(graph: str, datasets: Iterable[str]) -> str:
    """A condition: a graph (`?g`) lies in one of the datasets."""
    iris = [dataset_iri(name) for name in sorted(datasets)]
    inside = [f"STRSTARTS(STR({graph}), {literal_term(iri + '/')})" for iri in iris]
    return " || ".join([*(f"STR({graph}) = {literal_term(iri)}" for iri in iris), *inside]) or "false"


def stated_by(source: str, relation: str, target: str) -> str:
    """A pattern of the ?g that state one triple: the terms themselves where they can be written, which a server plans faster."""
    if any(map(DOTS.search, map(iri_term, (source, relation, target)))):
        return f"{among('n', [source])} {among('r', [relation])} {among('m', [target])} GRAPH ?g {{ ?n ?r ?m }}"
    return f"GRAPH ?g {{ {iri_term(source)} {iri_term(relation)} {iri_term(target)} }}"


def all_links(iri: str, relation: str | None, direction: Direction | None) -> list[str]:
    """Patterns of the links of one node in each direction (or the one asked for)."""
    ways: tuple[Direction, ...] = ("in", "out")
    if not terms_of([iri]) or relation in NOT_LINKS:
        return []
    return [links_of(way, among("n", [iri]), None if relation is None else [relation]) for way in ways if direction in (None, way)]


def of_kind(kind: str | None) -> str:
    """A pattern that keeps the ?m of one kind."""
    if kind is None:
        return ""
    name = literal_term(kind)
    known = f"GRAPH ?h {{ ?m <{TYPE}> ?t }} FILTER(isIRI(?t)"
    of_kind = f"(EXISTS {{ {known} && {_LOCAL_NAME} = {name}) }} && NOT EXISTS {{ {known} && {_LOCAL_NAME} < {name}) }})"
    return f"FILTER({of_kind}{f' || NOT EXISTS {{ {known}) }}' if kind == 'Thing' else ''})"


def after_page(position: Position | None) -> str:
    """A filter that keeps what comes after a page."""
    if position is None:
        return ""
    neighbour, relation, direction = (literal_term(re.sub(f"({_HIGH})", "\ud7ff\\1", text)) for text in position)
    same_neighbour = f"{BY_RELATION} > {relation} || ({BY_RELATION} = {relation} && ?d > {direction})"
    return f"FILTER({BY_NEIGHBOUR} > {neighbour} || ({BY_NEIGHBOUR} = {neighbour} && ({same_neighbour})))"


def graph_text(graph: str, statements: Iterable[str]) -> str:
    """What a graph says, as an update writes it."""
    return f"GRAPH {iri_term(graph)} {{\n" + "\n".join(statements) + "\n}"


def update_texts(graphs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """What graphs say in texts for INSERT DATA; a graph that says much is divided."""
    texts: list[str] = []
    size = 0
    for graph, statements in graphs.items():
        rest = iter(statements)
        while some := list(islice(rest, IRIS_AT_ONCE)):
            texts.append(graph_text(graph, some))
            size += len(texts[-1])
            if size >= _UPDATE_CHARACTERS:
                yield texts
                texts, size = [], 0
    if texts:
        yield texts


def graphs_together(graphs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Names of whole graphs whose texts fit into one update."""
    batch: list[str] = []
    size = 0
    for graph, statements in graphs.items():
        batch.append(graph)
        size += sum(map(len, statements))
        if size >= _UPDATE_CHARACTERS or len(batch) >= GRAPHS_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def text_of(row: Row, name: str) -> str:
    """The text of a cell; '' where it is empty."""
    return row[name]["value"] if name in row else ""


def number_of(row: Row, name: str) -> int:
    """The number in a cell."""
    return int(row[name]["value"])


def direction_of(row: Row) -> Direction:
    """The direction in ?d."""
    return "in" if row["d"]["value"] == "in" else "out"


def kind_of(classes: Iterable[str]) -> str:
    """The kind of a node of these classes."""
    return min(map(local_name, classes), default="Thing")


def link_of(relation: str, neighbour: str, graphs: Sequence[str]) -> Link:
    """A link that these graphs state."""
    return Link(relation, neighbour, len(graphs), tuple(sorted(graphs)[:3]))


def literal_of(term: Mapping[str, str]) -> Literal:
    """The literal of a cell, spelled canonically."""
    language, datatype = term.get("xml:lang"), term.get("datatype")
    if language:
        return Literal(term["value"], language=language.lower())
    if datatype is None or datatype == XSD + "string":
        return Literal(term["value"])
    return Literal(*canonical_literal(term["value"], datatype))


def batches_of_items(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of a size."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def named_fields(dataset: QueryDataset) -> list[tuple[str, str]]:
    """The fields of a request that reads a dataset; one of no graphs is named by a graph that never is."""
    default = [("default-graph-uri", graph) for graph in dataset.default]
    return default + [("named-graph-uri", graph) for graph in dataset.named] or [("default-graph-uri", NOTHING)]
