"""Lines of manifest files: their bytes as they are, their numbers, what they hold."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase, BufferedReader
from typing import IO, Any, cast

import numpy as np
import orjson
from isal.igzip_lib import IsalError
from numpy.typing import NDArray

from labels.groundtruth.lines import parsed
from labels.groundtruth.scales import Scales, scales_of
from sources.blocks import MAX_LINE
from sources.files import SourceFile, expand, open_source
from sources.model import Issue, Severity

SUFFIXES = (".manifest", ".jsonl", ".json", ".ndjson")
"""What a folder is searched for; a file that is named may be called anything."""

CHUNK = 1 << 20
_PIECE = 64 << 10
"""Bytes asked for at once: what a broken gzip stream can take with it."""
_BOM = b"\xef\xbb\xbf"
_NEWLINE = ord("\n")
_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file, as they are, the last with a newline; `first` is the number of the first one, from 1.

    `ends` are the offsets behind the newlines. `is_document` tells that the file is one JSON object over several lines (a label category
    file), which is one record.
    """

    source: str
    first: int
    data: bytes
    ends: NDArray[np.int32]
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a manifest as it is, without its newline. `number` counts lines from 1, `index` those that are not blank from 0.

    By its index the service knows the object of a line. `scales` are those of its jobs, where other lines tell them.
    """

    source: str
    number: int
    raw: bytes
    content: dict[str, Any]
    index: int
    scales: Scales = field(default_factory=dict)


def locate(locations: Iterable[str]) -> tuple[tuple[SourceFile, ...], tuple[Issue, ...]]:
    """The manifest files at paths, folders, globs and s3:// URLs, and what was odd. Raises SourceNotFound where nothing is."""
    listing = expand(locations, SUFFIXES)
    return listing.files, listing.issues


def read_entries(files: Iterable[SourceFile]) -> Iterator[Entry | Issue]:
    """Every line of the files, parsed, in order; blank lines are counted, not yielded."""
    for file in files:
        scales = scales_of(file)
        for index, found in enumerate(read_raw((file,))):
            if isinstance(found, Issue):
                yield found
                continue
            source, number, raw = found
            content = parsed(raw, source, number)
            yield content if isinstance(content, Issue) else Entry(source, number, raw, content, index, scales)


def read_raw(files: Iterable[SourceFile]) -> Iterator[tuple[str, int, bytes] | Issue]:
    """(file, line number, the line as it is without its newline) of every line that is not blank."""
    for file in files:
        for chunk in read_chunks(file):
            if isinstance(chunk, Issue):
                yield chunk
            elif chunk.is_document:
                yield chunk.source, chunk.first, chunk.data[:-1]
            else:
                for number, raw in enumerate(chunk.data.split(b"\n"), chunk.first):
                    if raw.strip():
                        yield chunk.source, number, raw


def read_chunks(file: SourceFile, size: int = CHUNK, max_line: int = MAX_LINE) -> Iterator[Chunk | Issue]:
    """A file in pieces of about `size` bytes that end where lines end. Lines longer than `max_line` bytes are left out, with an Issue."""
    last: Chunk | Issue | None = None
    if file.is_gzip and file.size == 0:
        yield issue_of("truncated-gzip", "the file is empty: not even an empty gzip stream is in it", file.uri, 1)
        return
    try:
        with open_source(file) as stream:
            start = _read(stream, size).removeprefix(_BOM)
            if _may_be_document(start):
                start += _read(stream, max_line)
                if len(start) < max_line and _is_object(start):
                    data = start.removesuffix(b"\n") + b"\n"
                    yield Chunk(file.uri, 1, data, np.array([len(data)], np.int32), is_document=True)
                    return
            for last in _whole_lines(file.uri, start, stream, size, max_line):
                yield last
    except (EOFError, zlib.error) as error:
        reason = f"the gzip stream ends or breaks here ({type(error).__name__}); what came before was read"
        yield issue_of("truncated-gzip", reason, file.uri, _number_after(last))
    except OSError as error:
        code = "truncated-gzip" if file.is_gzip and error.errno is None else "unreadable-file"
        yield issue_of(code, f"the file cannot be read further: {error.strerror or error}", file.uri, _number_after(last))


def issue_of(code: str, reason: str, source: str, line: int, severity: Severity = Severity.REJECT) -> Issue:
    """What is wrong with a line."""
    return Issue(severity, code, reason, source, line)


def _whole_lines(source: str, start: bytes, stream: IO[bytes], size: int, max_line: int) -> Iterator[Chunk | Issue]:
    number, length, is_too_long = 1, 0, False
    kept: list[bytes] = []
    piece = start
    while piece:
        cut = piece.rfind(b"\n") + 1
        if is_too_long and cut:
            first_end = piece.index(b"\n") + 1
            yield issue_of("line-too-long", f"the line is longer than {max_line:,} bytes", source, number)
            number, is_too_long = number + 1, False
            piece = piece[first_end:]
            continue
        if is_too_long:
            piece = _read(stream, size)
            continue
        if cut:
            data = b"".join((*kept, memoryview(piece)[:cut]))
            chunk = Chunk(source, number, data, _ends(data))
            yield chunk
            number += len(chunk.ends)
            kept, length = [], 0
        if cut < len(piece):
            kept.append(piece[cut:])
            length += len(piece) - cut
        if length > max_line:
            kept, length, is_too_long = [], 0, True
        piece = _read(stream, size)
    if is_too_long:
        yield issue_of("line-too-long", f"the line is longer than {max_line:,} bytes", source, number)
    elif kept:
        data = b"".join((*kept, b"\n"))
        yield Chunk(source, number, data, _ends(data))


def _ends(data: bytes) -> NDArray[np.int32]:
    return np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE).astype(np.int32) + 1


def _number_after(last: Chunk | Issue | None) -> int:
    """The number of the line behind what was read last."""
    if isinstance(last, Chunk):
        return last.first + len(last.ends)
    return last.line + 1 if last else 1


def _read(stream: IO[bytes], size: int) -> bytes:
    """About `size` bytes, none only at the end. What came before a defect of a gzip stream is given; the next call raises it."""
    if isinstance(stream, BufferedReader):
        return stream.read(size)
    pieces: list[bytes] = []
    length = 0
    while length < size:
        try:
            piece = cast(BufferedIOBase, stream).read1(min(size - length, _PIECE))
        except (EOFError, IsalError, OSError):  # type: ignore[misc]
            if pieces:
                break
            raise
        if not piece:
            break
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _may_be_document(start: bytes) -> bool:
    """Whether the first line opens an object that it does not close."""
    first = start.lstrip(_BLANKS).split(b"\n", 1)[0]
    return first.startswith(b"{") and len(first) < len(start) and not _is_object(first)


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(orjson.loads(data), dict)
    except orjson.JSONDecodeError:
        return False
