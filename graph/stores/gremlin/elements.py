"""What the store, its picture and its writing share: words of gremlinpython, batches, and what a vertex is called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from graph.cursors import Position
from graph.model import Edge, Literal, Node, NodeSummary
from graph.property_graph import DIGEST_LENGTH, KIND, RECORD, SAID, STUB_KEY, TYPE_KEY, Description, as_literal, predicate_of, property_key
from graph.stores.gremlin.dialects import IRI
from graph.stores.gremlin.graphbinary import Encoded, encode_list, encode_string
from graph.vocabulary import LABEL, PREF_LABEL, local_name

MANY: Final = 1000
"""IRIs in one question."""

_PREF_LABEL_KEY, _LABEL_KEY = property_key(PREF_LABEL), property_key(LABEL)
SUMMARY_KEYS: Final = (KIND, _LABEL_KEY, _PREF_LABEL_KEY, STUB_KEY)
"""Properties that tell what a vertex is called."""
_STUB_KEYS: Final = (STUB_KEY, TYPE_KEY, RECORD, SAID)

Properties = Mapping[str, Sequence[str]]
T = TypeVar("T")


def summary_of(iri: str, properties: Properties) -> NodeSummary:
    """What a vertex is called, by its properties."""
    texts = [properties[key] for key in (_PREF_LABEL_KEY, _LABEL_KEY) if properties.get(key)]
    label = min(map(as_literal, texts[0])).value if texts else local_name(iri)
    stub = STUB_KEY in properties and Description.of(properties).is_stub()
    return NodeSummary(iri, min(properties.get(KIND, ()), default="Thing"), label, stub)


def node_of(iri: str, description: Description, stating: Iterable[str]) -> Node | None:
    """The node that a vertex stands for; `stating` are the records of its outgoing edges. None where nothing is said of it."""
    records = sorted({*description.records, *stating})
    if not records:
        return None
    said: dict[str, tuple[Literal, ...]] = {}
    for key, texts in description.values.items():
        texts = [text for text in texts if key != TYPE_KEY or not text.startswith("<")]
        if texts and key != IRI:
            said[predicate_of(key)] = tuple(sorted(set(map(as_literal, texts))))
    summary = summary_of(iri, description.properties())
    return Node(iri, summary.kind, summary.label, summary.stub, dict(sorted(said.items())), tuple(records))


def edge_of(iri: str, position: Position, records: Sequence[str]) -> Edge:
    """The edge that records state between a node and the neighbour at a position of its list."""
    neighbour, relation, way = position
    source, target = (iri, neighbour) if way == "out" else (neighbour, iri)
    return Edge(source, relation, target, len(records), tuple(sorted(records)[:3]))


def summary_properties() -> Any:
    """What `summary_of` needs of a vertex."""
    __ = anonymous()
    return __.choose(__.has(STUB_KEY), __.value_map(*SUMMARY_KEYS, *_STUB_KEYS), __.value_map(*SUMMARY_KEYS))


def may_be(vertices: Any, kind: str) -> Any:
    """Vertices that have a class of this kind (or none, for 'Thing'); their kind may still be another of their classes."""
    __ = anonymous()
    return vertices.or_(__.has_not(KIND), __.has(KIND, kind)) if kind == "Thing" else vertices.has(KIND, kind)


def statements_in(said: Iterable[str]) -> set[tuple[str, str]]:
    """The statements that records made of a vertex: (digest of the record, digest of the statement)."""
    return {(text[:DIGEST_LENGTH], text[at : at + DIGEST_LENGTH]) for text in said for at in range(DIGEST_LENGTH, len(text), DIGEST_LENGTH)}


def is_within(texts: Iterable[str]) -> Any:
    """A predicate: one of these texts."""
    return gremlin("P")("within", list(texts))


def strings(texts: Iterable[str]) -> Encoded:
    """A list of texts, encoded."""
    return encode_list([encode_string(text) for text in texts])


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in order, so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def gremlin(name: str) -> Any:
    """A class of gremlinpython's `traversal` module; imported when first used, because it takes longer than the command line may."""
    from gremlin_python.process import traversal

    return getattr(traversal, name)


def anonymous() -> Any:
    """The start of traversals inside others."""
    from gremlin_python.process.graph_traversal import __

    return __


def traversal_source(*without: Any) -> Any:
    """The traversal source, without some strategies of the server."""
    from gremlin_python.process.graph_traversal import GraphTraversalSource
    from gremlin_python.process.traversal import TraversalStrategies
    from gremlin_python.structure.graph import Graph

    make: Any = GraphTraversalSource
    graph: Any = Graph
    strategies: Any = TraversalStrategies
    g = make(graph(), strategies())
    return g.without_strategies(*without) if without else g


def injected(rows: Iterable[Encoded]) -> Any:
    """A traversal over rows that are part of the request."""
    return traversal_source().inject(encode_list(rows)).unfold()
