"""The property graph of quads as Neptune's CSV: files of vertices and files of edges, gzipped, with typed headers.

Rows hold one value a column; further values of a key come in further rows of the same vertex, which the loader joins, because a key's
default cardinality is a set. So no value needs the array separator's escape, whose rules leave a backslash before it open.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, Final, TypeVar

from graph.errors import UnsupportedCapability
from graph.property_graph import KIND, RECORD, RELATION, SAID, Edge, Vertex, likely_label

T = TypeVar("T")

_VERTICES: Final = 50_000
"""Vertices in one file: their keys make its header, and they are held in memory until it is written."""
_EDGES: Final = 500_000
_KNOWN: Final = 500_000
"""Vertices whose row is remembered as written."""
_OWN: Final = (KIND, RECORD, SAID)


@dataclass(frozen=True, slots=True)
class CsvFiles:
    """The files written: those of vertices must be loaded before those of edges."""

    vertices: tuple[Path, ...]
    edges: tuple[Path, ...]


def write_csv(found: Iterable[Vertex | Edge], folder: Path, name: str) -> CsvFiles:
    """Write `{name}-vertices-0001.csv.gz` … and `{name}-edges-0001.csv.gz` … into a folder.

    Every end of an edge has a row of its own. Raises UnsupportedCapability for a name that Neptune's headers and labels cannot hold.
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
                _write_vertices(path, described, ends)
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
        file.write(",".join(("~id", "~label", *map(_header, columns))) + "\n")
        blank = "," * len(columns)
        file.writelines(f"{_cell(iri)},{_cell(_label(likely_label(iri)))}{blank}\n" for iri in ends)
        for vertex in vertices:
            identity = f"{_cell(vertex.iri)},{_cell(_label(vertex.label))}"
            for row in _rows({**vertex.values, RECORD: (vertex.record,), SAID: (vertex.said(),)}, columns):
                file.write(f"{identity},{','.join(row)}\n")


def _rows(values: Mapping[str, Sequence[str]], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """One row for each value of the key that has most of them."""
    several = [[_cell(value) for value in values.get(column, ())] for column in columns]
    yield from zip_longest(*several, fillvalue="")


class _EdgeFile:
    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._file = _opened(path)
        self._file.write(f"~id,~from,~to,~label,{_header(RELATION)},{_header(RECORD)}\n")

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
    return key.replace(":", "\\:") + ":String"


def _label(label: str) -> str:
    """A vertex label: a semicolon would part it into several."""
    return label.replace(";", "_")


def _cell(value: str) -> str:
    """A value in quotes, so that no space of it is lost."""
    if not value:
        raise UnsupportedCapability("Neptune's CSV cannot hold an empty name")  # and no value is: see `encode`
    return '"' + value.replace('"', '""') + '"'
