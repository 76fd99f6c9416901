"""The quads of parts as vertices and edges of a property graph, for Gremlin servers and for Neptune's CSV files.

A vertex is a node: its id the IRI, its label the local name of its class. A literal is a property value, an IRI that is no link
(`vocabulary.NOT_LINKS`) too. A link is an edge, one for each record that states it. `record` and `said` keep which record said what,
so that removing a record takes exactly that. See docs/decisions/0005-property-graph.md.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

import pyoxigraph as ox

from graph.errors import InvalidPart
from graph.identifiers import CONCEPT_NAMESPACES, canonical_literal
from graph.model import Literal
from graph.vocabulary import BASE, NOT_LINKS, PREFIXES, STUB, TYPE, XSD, local_name

KIND: Final = "kind"
"""Property: the local names of a vertex's classes. A label can be given only once, and cannot be taken back; this can."""
RECORD: Final = "record"
"""Property of vertices: the graphs that state a class or a value of it. Property of edges: the graph that states it."""
SAID: Final = "said"
"""Property: what each record said of a vertex, as digests; see `said`."""
RELATION: Final = "relation"
"""Property of edges: the predicate's IRI."""

_DIGEST: Final = 12
"""Characters of one digest: 72 bits, of which no two need ever be equal within one vertex."""
_OPEN: Final = 2000
"""Subjects of one graph that are gathered before their vertices are given, so that memory stays flat for graphs of any size."""

Value = str | Literal
"""An IRI or a literal."""
Quad = tuple[str, str, Value, str]
"""(subject, predicate, object, graph)."""


class Vertex(NamedTuple):
    """What one record says of one node itself: property key → distinct encoded values, among them `kind`."""

    iri: str
    label: str
    record: str
    values: Mapping[str, Sequence[str]]

    def said(self) -> str:
        """What to keep in the vertex's `said` for this record."""
        return said(self.record, ((key, value) for key, values in self.values.items() if key != KIND for value in values))


class Edge(NamedTuple):
    """One link as one record states it."""

    id: str
    source: str
    target: str
    label: str
    relation: str
    record: str


def elements(quads: Iterable[Quad]) -> Iterator[Vertex | Edge]:
    """The vertices and edges of quads. A vertex may come in several pieces; a target of an edge may come later, or never."""
    opened: dict[str, dict[str, list[str]]] = {}
    current = ""
    for subject, predicate, value, graph in quads:
        if graph != current or len(opened) >= _OPEN:
            yield from _closed(opened, current)
            opened, current = {}, graph
        if isinstance(value, str) and predicate not in NOT_LINKS:
            yield edge(subject, predicate, value, graph)
            continue
        values = opened.setdefault(subject, {})
        _add(values, property_key(predicate), encode(value))
        if predicate == TYPE and isinstance(value, str):
            _add(values, KIND, local_name(value))
    yield from _closed(opened, current)


def _add(values: dict[str, list[str]], key: str, value: str) -> None:
    several = values.get(key)
    if several is None:
        values[key] = [value]
    elif value not in several:
        several.append(value)


def _closed(opened: Mapping[str, Mapping[str, Sequence[str]]], graph: str) -> Iterator[Vertex]:
    for subject, values in opened.items():
        kinds = values.get(KIND)
        yield Vertex(subject, element_label(min(kinds)) if kinds else likely_label(subject), graph, values)


def edge(source: str, relation: str, target: str, record: str) -> Edge:
    """The edge of a link; its id is a function of the four."""
    digest = blake2b("\0".join((source, relation, target, record)).encode(), digest_size=15).digest()
    return Edge(urlsafe_b64encode(digest).decode(), source, target, edge_label(relation), relation, record)


@lru_cache(maxsize=4096)
def edge_label(relation: str) -> str:
    """The label of a relation's edges: its local name. Two relations may share it; `relation` tells them apart."""
    return element_label(local_name(relation))


@lru_cache(maxsize=4096)
def element_label(name: str) -> str:
    """A label that every server takes: '~' begins TinkerPop's own names, and '::' parts Neptune's several labels."""
    name = name.replace("::", ":")
    return "_" + name if name.startswith("~") else name


def likely_label(iri: str) -> str:
    """The label of a vertex whose class is not known when it is made, from its IRI; 'Thing' where that tells nothing."""
    if iri.startswith(BASE + "data/"):
        parts = iri[len(BASE) + 5 :].split("/", 2)
        if len(parts) == 3 and parts[1]:
            return "Annotation" if "#" in parts[2] else element_label(parts[1])
    if iri.startswith(BASE + "code/") or iri.startswith(CONCEPT_NAMESPACES):
        return "Concept"
    return "Thing"


_KEYS: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}


@lru_cache(maxsize=4096)
def property_key(predicate: str) -> str:
    """The property key of a predicate: `kg_birthDate` for a declared prefix, else the IRI itself (no IRI begins like a key)."""
    return _short(predicate) or predicate


@lru_cache(maxsize=4096)
def predicate_of(key: str) -> str:
    """The predicate of a property key."""
    return _long(key) or key


def _short(iri: str) -> str | None:
    for namespace, prefix in _KEYS.items():
        if iri.startswith(namespace):
            return f"{prefix}_{iri[len(namespace) :]}"
    return None


def _long(name: str) -> str | None:
    prefix, separator, rest = name.partition("_")
    return PREFIXES[prefix] + rest if separator and prefix in PREFIXES else None


def encode(value: Value) -> str:
    """A value as a property holds it; `decode` gives it back.

    Plain text stays as it is, typed text gets `^^xsd_date`, text in a language `^^@de`, an IRI `<…>`. Plain text that looks like one
    of these gets `^^xsd_string`, and so does empty text, which Neptune's loader takes for no value.
    """
    if isinstance(value, str):
        return f"<{value}>"
    if value.language:
        return f"{value.value}^^@{value.language}"
    if value.datatype:
        return f"{value.value}^^{_short(value.datatype) or value.datatype}"
    return f"{value.value}^^xsd_string" if not value.value or _mark(value.value) is not None else value.value


def decode(text: str) -> Value:
    """The IRI or literal that `encode` wrote."""
    at = _mark(text)
    if at is None:
        return Literal(text)
    if at < 0:
        return text[1:-1]
    mark = text[at + 2 :]
    if mark.startswith("@"):
        return Literal(text[:at], language=mark[1:])
    datatype = _long(mark) or mark
    return Literal(text[:at], None if datatype == XSD + "string" else datatype)


def as_literal(text: str) -> Literal:
    """A property value as `GraphStore` gives it: an IRI as xsd:anyURI."""
    value = decode(text)
    return Literal(value, XSD + "anyURI") if isinstance(value, str) else value


_NOT_IN_MARKS: Final = frozenset('<>"{}|^`\\')


def _mark(text: str) -> int | None:
    """Where the mark of an encoded value begins (-1: it is an IRI); None for plain text."""
    if text.startswith("<") and text.endswith(">"):
        return -1
    at = text.rfind("^^")
    if at < 0 or len(text) == at + 2 or any(c <= " " or c in _NOT_IN_MARKS for c in text[at + 2 :]):
        return None
    return at


@lru_cache(maxsize=16384)
def _short_digest(text: str) -> str:
    return _digest(text)


def _digest(text: str) -> str:
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=_DIGEST * 3 // 4).digest()).decode()


def said(record: str, statements: Iterable[tuple[str, str]]) -> str:
    """What a record said of a vertex: the record's digest, then one for each (property key, encoded value).

    Several such values of one record mean all they hold together, so that a second load can add its own without reading the first.
    """
    return record_digest(record) + "".join(sorted(statement_digest(key, value) for key, value in statements))


@lru_cache(maxsize=16384)
def record_digest(record: str) -> str:
    """The digest that a record's values in `said` begin with."""
    return _digest(record)


def statement_digest(key: str, value: str) -> str:
    """The digest of one property value in `said`."""
    return _short_digest(f"{key}\0{value}") if len(value) < 80 else _digest(f"{key}\0{value}")


class Description(NamedTuple):
    """A whole vertex as it stands in a store: its values by key, with `kind`, `record` and `said` apart."""

    values: Mapping[str, Sequence[str]]
    kinds: Sequence[str]
    records: Sequence[str]
    said: Sequence[str]

    @classmethod
    def of(cls, properties: Mapping[str, Sequence[str]]) -> "Description":
        """From all properties of a vertex."""
        own = (KIND, RECORD, SAID)
        values = {key: several for key, several in properties.items() if key not in own}
        return cls(values, *(properties.get(key, ()) for key in own))

    def by_record(self) -> dict[str, set[tuple[str, str]]]:
        """What each record says: (property key, encoded value)."""
        known = {statement_digest(key, value): (key, value) for key, values in self.values.items() for value in values}
        digests: dict[str, set[str]] = {}
        for text in self.said:
            pieces = [text[at : at + _DIGEST] for at in range(0, len(text), _DIGEST)]
            digests.setdefault(pieces[0], set()).update(pieces[1:])
        return {record: {known[one] for one in digests.get(record_digest(record), ()) if one in known} for record in self.records}

    @classmethod
    def saying(cls, by_record: Mapping[str, Iterable[tuple[str, str]]]) -> "Description":
        """The vertex of which each record says this (records that say nothing are left out)."""
        values: dict[str, list[str]] = {}
        kept = {record: sorted(set(statements)) for record, statements in by_record.items()}
        kept = {record: statements for record, statements in sorted(kept.items()) if statements}
        for statements in kept.values():
            for key, value in statements:
                _add(values, key, value)
        kinds = sorted({local_name(value[1:-1]) for value in values.get(property_key(TYPE), ()) if _is_iri(value)})
        return cls(values, kinds, list(kept), [said(record, statements) for record, statements in kept.items()])

    def within(self, admits: Callable[[str], bool]) -> "Description":
        """The vertex as the records that are admitted describe it."""
        return Description.saying({record: statements for record, statements in self.by_record().items() if admits(record)})

    def properties(self) -> dict[str, Sequence[str]]:
        """All properties of the vertex."""
        own = {KIND: self.kinds, RECORD: self.records, SAID: self.said}
        return {**self.values, **{key: several for key, several in own.items() if several}}

    def quads(self, iri: str) -> Iterator[Quad]:
        """The quads that the vertex stands for (its links are edges)."""
        for record, statements in sorted(self.by_record().items()):
            for key, value in sorted(statements):
                yield iri, predicate_of(key), decode(value), record

    def is_stub(self) -> bool:
        """Whether some record marks it as a stub and every record that gives it a class does."""
        marks = [text for text in self.values.get(STUB_KEY, ()) if isinstance(mark := decode(text), Literal) and mark.value == "true"]
        if not marks:
            return False
        classes = [text for text in self.values.get(TYPE_KEY, ()) if _is_iri(text)]
        by_record = self.by_record().values()
        return any((STUB_KEY, mark) in statements for mark in marks for statements in by_record) and all(
            any((STUB_KEY, mark) in statements for mark in marks)
            for statements in by_record
            if any((TYPE_KEY, one) in statements for one in classes)
        )


STUB_KEY: Final = property_key(STUB)
TYPE_KEY: Final = property_key(TYPE)


def _is_iri(text: str) -> bool:
    return text.startswith("<") and text.endswith(">")


def quads_said(texts: Iterable[str]) -> int:
    """How many quads the `said` values of one vertex stand for."""
    return len({(text[:_DIGEST], text[at : at + _DIGEST]) for text in texts for at in range(_DIGEST, len(text), _DIGEST)})


DIGEST_LENGTH: Final = _DIGEST
"""So many characters of `said` stand for a record, and for each quad."""


def read_quads(part: Path) -> Iterator[Quad]:
    """The quads of a part, literals spelled canonically. Raises InvalidPart, which names the part and the line."""
    try:
        with _open(part) as file:
            for quad in ox.parse(file, ox.RdfFormat.N_QUADS):
                yield _quad(quad, part)
    except SyntaxError as error:
        raise InvalidPart(f"{part}, line {error.lineno}: not N-Quads") from error
    except (OSError, EOFError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise InvalidPart(f"{part} cannot be read: {reason}") from error


def _quad(quad: ox.Quad, part: Path) -> Quad:
    graph, subject, value = quad.graph_name, quad.subject, quad.object
    if isinstance(graph, ox.DefaultGraph):
        raise InvalidPart(f"{part} holds statements without a named graph; every line of a part names its record's graph")
    if not isinstance(graph, ox.NamedNode) or not isinstance(subject, ox.NamedNode):
        raise InvalidPart(f"{part} holds a blank node; parts name every node by an IRI")
    if isinstance(value, ox.NamedNode):
        return subject.value, quad.predicate.value, value.value, graph.value
    if not isinstance(value, ox.Literal):
        raise InvalidPart(f"{part} holds a blank node; parts name every node by an IRI")
    return subject.value, quad.predicate.value, _literal(value), graph.value


def _literal(literal: ox.Literal) -> Literal:
    if literal.language:
        return Literal(literal.value, language=literal.language.lower())
    datatype = literal.datatype.value
    if datatype == XSD + "string":
        return Literal(literal.value)
    return Literal(*canonical_literal(literal.value, datatype))


def _open(part: Path) -> IO[bytes]:
    if part.name.endswith(".gz"):
        from isal import igzip

        return cast(IO[bytes], igzip.open(part, "rb"))  # type: ignore[no-untyped-call]
    return part.open("rb")
