"""Parts as a SPARQL server takes them: streams of canonical N-Quads, and what each graph says as text of an update."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Final, cast

from graph.errors import InvalidPart
from graph.identifiers import canonical_literal, iri_term, literal_term
from graph.model import Literal
from graph.property_graph import Quad, read_quads
from graph.vocabulary import XSD

_BLOCK: Final = 1 << 20
_LINES_AT_ONCE: Final = 4000

_IRI: Final = rb'<[A-Za-z][^<>"{}|^`\\\x00-\x20]*+>'
_LITERAL: Final = rb'"(?:[^"\\\n\r]++|\\.)*+"(?:@[a-z0-9-]++|\^\^' + _IRI + rb")?"
_LINES: Final = re.compile(rb"(?:" + b" ".join((_IRI, _IRI, b"(?:" + _LITERAL + b"|" + _IRI + b")", _IRI)) + rb" \.\n)*+")
"""Lines as this project writes them: named nodes, one named graph in each, language tags in lower case."""
_TYPED: Final = re.compile(rb'"([^"\\\n]*+)"\^\^<http://www\.w3\.org/2001/XMLSchema#(\w+)>')


class QuadStream:
    """N-Quads of parts, literals spelled canonically, as blocks of bytes; `quads` counts what has passed. May be gone through again.

    Lines as this project writes them pass as they are, checked by one regular expression, ten times faster than a server reads; a part
    with any others is parsed and written anew. Raises InvalidPart.
    """

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = parts
        self.quads = 0

    def __call__(self) -> Iterator[bytes]:
        """The stream from its beginning."""
        self.quads = 0
        for part in self._parts:
            before = self.quads
            for block in _blocks(part):
                if not _is_canonical(block):
                    self.quads = before  # what has passed of the part passes again, which changes nothing
                    yield from self._rewritten(part)
                    break
                self.quads += block.count(b"\n")
                yield block

    def explain(self) -> None:
        """Raise InvalidPart where a part cannot be read, naming the line."""
        for part in self._parts:
            for _ in read_quads(part):
                pass

    def _rewritten(self, part: Path) -> Iterator[bytes]:
        quads = read_quads(part)
        while block := list(islice(quads, _LINES_AT_ONCE)):
            self.quads += len(block)
            yield "".join(f"{statement(quad)[:-1]}{iri_term(quad[3])} .\n" for quad in block).encode()


def graphs_of(part: Path) -> dict[str, list[str]]:
    """What each named graph of a part says: statements as SPARQL and N-Triples write them, with ' .' and without a line end.

    Raises InvalidPart.
    """
    graphs: dict[str, list[str]] = {}
    for quad in read_quads(part):
        graphs.setdefault(quad[3], []).append(statement(quad))
    return graphs


def statement(quad: Quad) -> str:
    """The triple of a quad as SPARQL and N-Triples write it."""
    subject, predicate, value, _ = quad
    return f"{iri_term(subject)} {iri_term(predicate)} {_object(value)} ."


def _object(value: str | Literal) -> str:
    return literal_term(value.value, value.datatype, value.language) if isinstance(value, Literal) else iri_term(value)


def _is_canonical(block: bytes) -> bool:
    if not _LINES.fullmatch(block):
        return False
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return all(
        canonical_literal(value, datatype) == (value, datatype)
        for value, datatype in ((value.decode(), XSD + name.decode()) for value, name in set(_TYPED.findall(block)))
    )


def _blocks(part: Path) -> Iterator[bytes]:
    """The bytes of a part in blocks that end with a line end."""
    rest: list[bytes] = []
    for block in _read(part):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join((*rest, block[:end]))
            rest = [block[end:]]
        else:
            rest.append(block)
    last = b"".join(rest)
    if last:
        yield last + b"\n"


def _read(part: Path) -> Iterator[bytes]:
    try:
        with _open(part) as file:
            read: Callable[[], bytes] = lambda: file.read(_BLOCK)  # noqa: E731
            yield from iter(read, b"")
    except (OSError, EOFError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise InvalidPart(f"{part} cannot be read: {reason}") from error


def _open(part: Path) -> IO[bytes]:
    if part.name.endswith(".gz"):
        from isal import igzip

        return cast(IO[bytes], igzip.open(part, "rb"))  # type: ignore[no-untyped-call]
    return part.open("rb")


def batches(parts: Iterable[Path], size: int) -> Iterator[list[Path]]:
    """Parts in groups of about `size` bytes when expanded; N-Quads of records compress about 15 times."""
    batch: list[Path] = []
    total = 0
    for part in parts:
        try:
            total += part.stat().st_size * (15 if part.name.endswith(".gz") else 1)
        except OSError as error:
            raise InvalidPart(f"{part} cannot be read: {error.strerror}") from error
        batch.append(part)
        if total >= size:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
