"""N-Quads parts into the embedded store: each statement into its named graph and, without it, into the default graph.

So the default graph is the set union of the named ones, kept by the store itself: a statement that several records make is there once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox

from graph.errors import InvalidPart, StoreUnavailable

_BATCH_BYTES: Final = 48_000_000
"""Uncompressed N-Quads handed to one bulk load: about 200,000 quads, where a call is fastest (fewer leave many small files)."""

_CHUNK: Final = 16_000_000
"""Bytes read of a part at a time."""

_SMALL_BYTES: Final = 2_000_000
"""Less is written as one transaction: a bulk load takes a tenth of a second for the least."""

_QUADS_AT_ONCE: Final = 200_000
_GRAPHS_AT_ONCE: Final = 200
"""Graphs that one update removes."""

_GRAPH: Final = re.compile(rb" <[^<>]*> \.")
"""The graph at the end of a line as this project writes it: no line without a graph ends so."""


def load(store: ox.Store, parts: Iterable[Path]) -> int:
    """Add parts; the number of quads read. Raises InvalidPart and StoreUnavailable."""
    batch: list[Path] = []
    size = read = 0
    for part in parts:
        batch.append(part)
        size += _expanded_size(part)
        if size >= _BATCH_BYTES:
            read += _load(store, batch)
            batch, size = [], 0
    return read + (_load(store, batch) if batch else 0)


def remove(store: ox.Store, graphs: Iterable[str]) -> int:
    """Drop named graphs, and from the default graph what no other graph says; the number that existed."""
    names = []
    for graph in dict.fromkeys(graphs):
        with suppress(ValueError):  # what is no IRI names no graph
            name = ox.NamedNode(graph)
            if store.contains_named_graph(name):
                names.append(str(name))
    rest = iter(names)
    while some := list(islice(rest, _GRAPHS_AT_ONCE)):
        store.update(" ;\n".join(map(_removal, some)))  # one transaction
    return len(names)


def restate(store: ox.Store, graphs: Iterable[str], parts: Sequence[Path]) -> int:
    """Have named graphs hold what parts state, and nothing else; how many quads more there are. Only what differs is written.

    Of each statement 16 bytes are held in memory, and the statements that go.
    """
    names = [name for graph in dict.fromkeys(graphs) if store.contains_named_graph(name := ox.NamedNode(graph))]
    if not names:
        return load(store, parts)
    wanted: set[bytes] = set()
    for part in parts:
        with _open(part) as file:
            wanted.update(map(_digest, file))
    held: set[bytes] = set()
    gone: list[ox.Quad] = []
    for quad in (quad for name in names for quad in store.quads_for_pattern(None, None, None, name)):
        digest = _digest(f"{quad} .\n".encode())
        if digest in wanted:
            held.add(digest)
        else:
            gone.append(quad)
    for quad in gone:
        store.remove(quad)
    for subject, predicate, value, _ in gone:
        said = store.quads_for_pattern(subject, predicate, value, None)
        if all(isinstance(one.graph_name, ox.DefaultGraph) for one in said):
            store.remove(ox.Quad(subject, predicate, value))
    more = sum(_load_new(store, part, held) for part in parts) - len(gone)
    for name in names:
        if not any(True for _ in islice(store.quads_for_pattern(None, None, None, name), 1)):
            store.remove_graph(name)
    return more


def _load_new(store: ox.Store, part: Path, held: set[bytes]) -> int:
    """Add the lines of a part that are not held."""
    read, size = 0, 0
    waiting: list[bytes] = []
    try:
        with _open(part) as file:
            for line in file:
                if (digest := _digest(line)) not in held:
                    held.add(digest)
                    waiting.append(line)
                    size += len(line)
                if size >= _BATCH_BYTES:
                    read += _write(store, b"".join(waiting))
                    waiting, size = [], 0
        return read + (_write(store, b"".join(waiting)) if waiting else 0)
    except (SyntaxError, ValueError, EOFError, OSError) as error:
        raise _explain([part], error) from error


def _digest(line: bytes) -> bytes:
    return blake2b(line, digest_size=16).digest()


def quads_in(store: ox.Store, graph: str) -> int:
    """How many quads a named graph holds."""
    with suppress(ValueError):  # what is no IRI names no graph
        return sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
    return 0


def graphs_of(part: Path) -> set[str]:
    """The named graphs of a part."""
    with _open(part) as file:
        try:
            return {quad.graph_name.value for quad in ox.parse(file, ox.RdfFormat.N_QUADS) if isinstance(quad.graph_name, ox.NamedNode)}
        except (SyntaxError, ValueError, EOFError, OSError) as error:
            raise _explain([part], error) from error


def complete(store: ox.Store) -> None:
    """Fill the default graph of a store that has named graphs alone, as former versions wrote them."""
    quads = store.quads_for_pattern(None, None, None, None)
    while some := list(islice(quads, _QUADS_AT_ONCE)):
        store.bulk_load(ox.serialize((quad.triple for quad in some), format=ox.RdfFormat.N_TRIPLES), ox.RdfFormat.N_TRIPLES)


def copy(source: ox.Store, graphs: Iterable[ox.NamedNode], target: ox.Store) -> None:
    """Copy named graphs into another store, whose default graph becomes their union."""
    quads = (quad for graph in graphs for quad in source.quads_for_pattern(None, None, None, graph))
    while some := list(islice(quads, _QUADS_AT_ONCE)):
        bulk_load(target, ox.serialize(some, format=ox.RdfFormat.N_QUADS) or b"")


def _removal(graph: str) -> str:
    stated = f"GRAPH {graph} {{ ?s ?p ?o }}"
    elsewhere = f"FILTER NOT EXISTS {{ GRAPH ?h {{ ?s ?p ?o }} FILTER(?h != {graph}) }}"
    return f"DELETE {{ ?s ?p ?o }} WHERE {{ {stated} {elsewhere} }} ;\nDROP SILENT GRAPH {graph}"


def _load(store: ox.Store, parts: Sequence[Path]) -> int:
    read = 0
    try:
        for block in _blocks(parts):
            read += _write(store, block)
    except (SyntaxError, ValueError, EOFError, OSError) as error:
        raise _explain(parts, error) from error
    return read


def _write(store: ox.Store, block: bytes) -> int:
    if len(block) >= _SMALL_BYTES:
        return bulk_load(store, block)
    store.load(with_triples(block), ox.RdfFormat.N_QUADS)
    return _statements(block)


def bulk_load(store: ox.Store, block: bytes) -> int:
    """Lines of quads, then the triples that they state; the number of quads read. Raises SyntaxError and ValueError.

    Of bytes Oxigraph reads without the interpreter's lock; a file would have it wait for whatever else runs. Two loads take less time than
    one of both, and one after the other less memory; the triples need no validation of their own. Blank nodes keep their identity in one
    load alone.
    """
    triples = _cut(block)
    if triples is None or b"_:" in triples:
        store.bulk_load(with_triples(block), ox.RdfFormat.N_QUADS)
        return _statements(block)
    store.bulk_load(block, ox.RdfFormat.N_QUADS)
    store.bulk_load(triples, ox.RdfFormat.N_TRIPLES, lenient=True)
    return block.count(b"\n")


def _statements(block: bytes) -> int:
    return block.count(b"\n<") + block.startswith(b"<")


def with_triples(block: bytes) -> bytes:
    """Lines of quads, and after them the triples that they state. Raises ValueError where a statement has no graph."""
    triples = _cut(block)
    if triples is not None:
        return block + triples
    quads = list(ox.parse(block, ox.RdfFormat.N_QUADS))  # spelled otherwise than this project does
    if any(isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads):
        raise ValueError
    return block + (ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b"")


def _cut(block: bytes) -> bytes | None:
    """Lines without their graphs; None where a line is spelled otherwise than this project does, or states nothing.

    The lines of a record follow one another and end alike, so that a graph is looked for only where another record begins.
    """
    *lines, rest = block.split(b"\n")
    if rest:
        return None
    triples = []
    end, size = b"\n", 0
    for line in lines:
        if not line.endswith(end):
            found = _GRAPH.fullmatch(line, max(line.rfind(b" <"), 0))
            if found is None:
                return None
            end, size = found[0], -len(found[0])
        if not line.startswith(b"<"):
            return None
        triples.append(line[:size])
    return b" .\n".join((*triples, b""))


def _explain(parts: Sequence[Path], error: Exception) -> Exception:
    """Which of several parts is broken, and where."""
    for part in parts:
        try:
            with _open(part) as file:
                if any(isinstance(quad.graph_name, ox.DefaultGraph) for quad in ox.parse(file, ox.RdfFormat.N_QUADS)):
                    return InvalidPart(f"{part} holds statements without a named graph; every line of a part names its record's graph")
        except SyntaxError as broken:
            return InvalidPart(f"{part}, line {broken.lineno}: not N-Quads")
        except (OSError, EOFError, ValueError) as broken:
            return InvalidPart(f"{part} cannot be read: {broken}")
    return StoreUnavailable(f"the graph store cannot be written: {error}")


def _blocks(parts: Sequence[Path]) -> Iterator[bytes]:
    """The lines of several parts, about a batch at a time; whole lines, each with its end."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        with _open(part) as file:
            rest = b""
            while chunk := file.read(_CHUNK):
                end = chunk.rfind(b"\n") + 1
                waiting += (rest, chunk[:end]) if end else ()
                rest = chunk[end:] if end else rest + chunk
                size += end
                if size >= _BATCH_BYTES:
                    yield b"".join(waiting)
                    waiting, size = [], 0
        if rest:
            waiting += (rest, b"\n")
            size += len(rest)
    if size:
        yield b"".join(waiting)


def _open(part: Path) -> IO[bytes]:
    if part.name.endswith(".gz"):
        from isal import igzip

        return cast(IO[bytes], igzip.open(part, "rb"))  # type: ignore[no-untyped-call]
    return part.open("rb")


def _expanded_size(part: Path) -> int:
    """About how many bytes a part holds when decompressed; N-Quads of records compress about 15 times."""
    try:
        return part.stat().st_size * (15 if part.name.endswith(".gz") else 1)
    except OSError as error:
        raise InvalidPart(f"{part} cannot be read: {error.strerror}") from error
