"""The property graph of quads as Neptune's CSV: files of vertices and files of edges, gzipped, with typed headers.

Rows hold one value a column; further values of a key come in further rows of the same vertex, which the loader joins, because a key's
default cardinality is a set. So no value needs the array separator's escape, whose rules leave a backslash before it open.

What Commissure's own store reads is text, marked with datatype and language (`graph.property_graph.encode`). What is for others
(`typed_columns`) has the types of the values, several values in one cell where none holds the separator, and neither marks nor digests.
"""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, Final, TypeVar

from graph.errors import UnsupportedCapability
from graph.model import Literal
from graph.property_graph import KIND, RECORD, RELATION, SAID, Edge, Vertex, as_literal, likely_label
from graph.value_types import ValueType, common, is_exact, type_of

T = TypeVar("T")

_VERTICES: Final = 50_000
"""Vertices in one file: their keys make its header, and they are held in memory until it is written."""
_EDGES: Final = 500_000
_KNOWN: Final = 500_000
"""Vertices whose row is remembered as written."""
_OWN: Final = (KIND, RECORD, SAID)
_SEPARATOR: Final = ";"
_TYPES: Final[Mapping[ValueType, str]] = {
    "boolean": "Bool",
    "int": "Int",
    "long": "Long",
    "double": "Double",
    "date": "Date",
    "string": "String",
}


@dataclass(frozen=True, slots=True)
class CsvFiles:
    """The files written: those of vertices must be loaded before those of edges."""

    vertices: tuple[Path, ...]
    edges: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The type of a key in every file, as Neptune's loader names it; `several`: a cell may hold more than one value."""

    type: str
    several: bool = False

    def header(self, key: str) -> str:
        """The column's header."""
        return f"{_header(key)}:{self.type}{'[]' if self.several else ''}"

    def cells(self, values: Sequence[str]) -> list[str]:
        """The cells for the values of one vertex. An empty text is left out: to the loader it is no value."""
        texts = list(dict.fromkeys(text for value in values if (text := as_literal(value).value)))
        return [_cell(_SEPARATOR.join(texts))] if self.several and texts else [_cell(text) for text in texts]


def typed_columns(found: Iterable[Vertex | Edge]) -> dict[str, Column]:
    """The columns of vertices by key: of the type that holds all values of the key exactly, text where there is none."""
    types: dict[str, set[ValueType]] = {}
    several: set[str] = set()
    divided: set[str] = set()
    for vertex in found:
        for key, values in vertex.values.items() if isinstance(vertex, Vertex) else ():
            literals = [as_literal(value) for value in values]
            types.setdefault(key, set()).update(_exact_type(literal) for literal in literals)
            several.update([key] if len(values) > 1 else [])
            divided.update([key] if any(_SEPARATOR in one.value or "\\" in one.value for one in literals) else [])
    return {key: Column(_TYPES[common(types[key])], key in several and key not in divided) for key in sorted(types)}


def _exact_type(literal: Literal) -> ValueType:
    type_ = type_of(literal)
    return "string" if type_ == "double" and not is_exact(literal) else type_


def write_csv(found: Iterable[Vertex | Edge], folder: Path, name: str, typed: Mapping[str, Column] | None = None) -> CsvFiles:
    """Write `{name}-vertices-0001.csv.gz` … and `{name}-edges-0001.csv.gz` … into a folder.

    Every end of an edge has a row of its own. `typed`: the columns of all keys, for files that others read. Raises UnsupportedCapability
    for a name that Neptune's headers and labels cannot hold.
    """
    vertices: list[Path] = []
    edges: list[Path] = []
    known: set[str] = set()
    elements = iter(found)
    edge_file: _EdgeFile | None = None
    try:
        while block := list(islice(elements, _VERTICES)):
            described = [element for element in block if isinstance(element, Vertex)]
            links = [element for element in block if isinstance(element, Edge)]
            known.update(vertex.iri for vertex in described)
            ends = dict.fromkeys(end for link in links for end in (link.source, link.target) if end not in known)
            known.update(ends)
            if described or ends:
                path = folder / f"{name}-vertices-{len(vertices) + 1:04}.csv.gz"
                (_write_vertices if typed is None else partial(_write_typed, typed))(path, described, ends)
                vertices.append(path)
            if links and edge_file is None:
                path = folder / f"{name}-edges-{len(edges) + 1:04}.csv.gz"
                edge_file = _EdgeFile(path)
                edges.append(path)
            if links and edge_file is not None:
                edge_file.write(links)
                if edge_file.rows >= _EDGES:
                    edge_file.close()
                    edge_file = None
            if len(known) > _KNOWN:
                known.clear()
    finally:
        if edge_file is not None:
            edge_file.close()
    return CsvFiles(tuple(vertices), tuple(edges))


def _write_vertices(path: Path, vertices: Sequence[Vertex], ends: Iterable[str]) -> None:
    keys = sorted({key for vertex in vertices for key in vertex.values if key != KIND})
    columns = (*_OWN, *keys)
    with _opened(path) as file:
        _write_head(file, [_text_header(column) for column in columns], ends)
        for vertex in vertices:
            values = {**vertex.values, RECORD: (vertex.record,), SAID: (vertex.said(),)}
            _write_rows(file, vertex, [[_cell(value) for value in values.get(column, ())] for column in columns])


def _write_typed(typed: Mapping[str, Column], path: Path, vertices: Sequence[Vertex], ends: Iterable[str]) -> None:
    keys = sorted({key for vertex in vertices for key in vertex.values})
    with _opened(path) as file:
        _write_head(file, [_text_header(RECORD), *(typed[key].header(key) for key in keys)], ends)
        for vertex in vertices:
            cells = [typed[key].cells(vertex.values.get(key, ())) for key in keys]
            _write_rows(file, vertex, [[_cell(vertex.record)], *cells])


def _write_head(file: IO[str], headers: Sequence[str], ends: Iterable[str]) -> None:
    """The header, and rows of vertices of which nothing is said."""
    file.write(",".join(("~id", "~label", *headers)) + "\n")
    blank = "," * len(headers)
    file.writelines(f"{_cell(iri)},{_cell(_label(likely_label(iri)))}{blank}\n" for iri in ends)


def _write_rows(file: IO[str], vertex: Vertex, cells: Sequence[Sequence[str]]) -> None:
    """One row for each cell of the column that has most of them."""
    identity = f"{_cell(vertex.iri)},{_cell(_label(vertex.label))}"
    file.writelines(f"{identity},{','.join(row)}\n" for row in zip_longest(*cells, fillvalue=""))


class _EdgeFile:
    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._file = _opened(path)
        self._file.write(f"~id,~from,~to,~label,{_text_header(RELATION)},{_text_header(RECORD)}\n")

    def write(self, edges: Iterable[Edge]) -> None:
        for edge in edges:
            label = edge.label
            if ";" in label:
                raise UnsupportedCapability("Neptune's CSV cannot hold an edge label with a semicolon")
            row = (edge.id, edge.source, edge.target, label, edge.relation, edge.record)
            self._file.write(",".join(map(_cell, row)) + "\n")
            self.rows += 1

    def close(self) -> None:
        self._file.close()


def _opened(path: Path) -> IO[str]:
    # Level 1: the file travels once, within one region. Line ends stay what they are inside values.
    return gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="")


def _header(key: str) -> str:
    if any(character in key for character in ', \r\n"'):
        raise UnsupportedCapability("Neptune's CSV cannot hold a property name with a comma, a quote or a space")
    return key.replace(":", "\\:")


def _text_header(key: str) -> str:
    return _header(key) + ":String"


def _label(label: str) -> str:
    """A vertex label: a semicolon would part it into several."""
    return label.replace(";", "_")


def _cell(value: str) -> str:
    """A value in quotes, so that no space of it is lost."""
    if not value:
        raise UnsupportedCapability("Neptune's CSV cannot hold an empty name")  # and no value is: see `encode`
    return '"' + value.replace('"', '""') + '"'
