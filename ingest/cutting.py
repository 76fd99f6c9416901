"""Sources cut into blocks: where earlier runs cut them as far as the content is what it was, so that what was found there holds still.

known  |--a--|--b--|--c--|          a block is known by its bytes, wherever it lies
now    |--a--|-new-|--c--|          between known ones, new blocks of whole lines
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, Final

from sources.blocks import Block
from sources.files import SourceFile, open_stored

_PIECE: Final = 1 << 20
_DOUBT: Final = 4
"""Times its length that is read of a file for blocks that begin like known ones and are others; then the rest of it is new."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What tells a block from others: its length in bytes, the digests of all of it and of its first line; and how many lines it has.

    Without a digest it cannot be told from others.
    """

    size: int
    digest: bytes
    first: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class Known:
    """A block that an earlier run read, by its number in the ledger."""

    block: int
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of a file; `known` is its number in the ledger, where its content is that of a block that was read before."""

    block: Block
    known: int | None = None


Find = Callable[[int, bytes], Sequence[Known]]
"""A place in a file and the digest of the line there → the known blocks that begin with it. (The first line of a file may be read otherwise
than the same one further down.)"""


def taken(block: Block) -> Measure | None:
    """The measure of a block; lines are those that begin in it (0 of a file read whole: nothing follows). None where it cannot be read.

    What is remote is not read again: its store tells by its stamp what it is.
    """
    if block.file.is_remote:
        said = f"{block.file.uri} {block.file.size} {block.file.stamp}".encode("utf-8", "surrogatepass")
        return Measure(block.file.size, blake2b(said, digest_size=16).digest() if block.file.stamp else b"", b"", 0)
    try:
        with open_stored(block.file) as stream:
            stream.seek(block.start)
            if block.end is None:
                whole = blake2b(digest_size=16)
                size = 0
                while piece := stream.read(_PIECE):
                    whole.update(piece)
                    size += len(piece)
                return Measure(size, whole.digest(), b"", 0)
            _, first = _line(stream, block.end - block.start)
            stream.seek(block.start)
            digest, size = blake2b(digest_size=16), 0
            while size < block.end - block.start and (piece := stream.read(min(_PIECE, block.end - block.start - size))):
                digest.update(piece)
                size += len(piece)
            return Measure(size, digest.digest(), first, _lines(stream, block))
    except OSError:
        return None


def whole(file: SourceFile) -> Piece:
    """A file as one block."""
    return Piece(Block(file))


def cut(file: SourceFile, size: int, find: Find | None = None) -> Iterator[Piece]:
    """Cut a file of lines into blocks of some `size` in bytes; those that `find` knows are as they were. Raises OSError."""
    with open_stored(file) as stream:
        if find is None:
            yield from (Piece(block) for block in _new(file, stream, 0, file.size, size))
            return
        start = position = 0
        doubt = _DOUBT * file.size
        while position < file.size:
            stream.seek(position)
            length, first = _line(stream, file.size - position)
            match = None
            for known in find(position, first) if doubt > 0 else ():
                if known.size > file.size - position:
                    continue
                end = position + known.size
                if (end == file.size or _ends_line(stream, end)) and _digest(stream, position, known.size) == known.digest:
                    match = known
                    break
                doubt -= known.size
            if match is not None:
                yield from (Piece(block) for block in _new(file, stream, start, position, size))
                yield Piece(Block(file, position, position + match.size), match.block)
                start = position = position + match.size
            elif doubt <= 0:
                position = file.size
            else:
                position += length
        yield from (Piece(block) for block in _new(file, stream, start, file.size, size))


def _new(file: SourceFile, stream: IO[bytes], start: int, end: int, size: int) -> Iterator[Block]:
    """Blocks of whole lines from one place to another, where lines begin."""
    while end - start > size:
        stream.seek(start + size - 1)
        length, _ = _line(stream, end - start - size + 1)
        stop = start + size - 1 + length
        yield Block(file, start, stop)
        start = stop
    if start < end:
        yield Block(file, start, end)


def _line(stream: IO[bytes], most: int) -> tuple[int, bytes]:
    """Length and digest of the line that begins here, with its end."""
    digest, length = blake2b(digest_size=8), 0
    while length < most and (piece := stream.readline(min(_PIECE, most - length))):
        digest.update(piece)
        length += len(piece)
        if piece.endswith(b"\n"):
            break
    return length, digest.digest()


def _digest(stream: IO[bytes], position: int, size: int) -> bytes:
    stream.seek(position)
    digest = blake2b(digest_size=16)
    while size > 0 and (piece := stream.read(min(_PIECE, size))):
        digest.update(piece)
        size -= len(piece)
    return digest.digest()


def _ends_line(stream: IO[bytes], position: int) -> bool:
    """Whether a line ends before a place."""
    stream.seek(position - 1)
    return stream.read(1) == b"\n"


def _lines(stream: IO[bytes], block: Block) -> int:
    """How many lines begin in a block."""
    count = 1 if block.start == 0 else 0
    position, end = max(block.start - 1, 0), (block.end or 0) - 1
    stream.seek(position)
    while position < end and (piece := stream.read(min(_PIECE, end - position))):
        count += piece.count(b"\n")
        position += len(piece)
    return count
