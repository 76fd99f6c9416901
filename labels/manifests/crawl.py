"""Input manifests made as the labeling console's crawler makes them: one line for each image, or for each item of text."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from labels.errors import ManifestError
from labels.manifests.lines import issue_of
from sources.blocks import Block
from sources.files import SourceFile, expand, open_source
from sources.lines import read_lines
from sources.model import Issue, Severity

IMAGES = (".jpg", ".jpeg", ".png")
TEXTS = (".txt", ".csv")
LONGEST_LINE, LONGEST_ATTRIBUTE = 100_000, 20_000
"""Characters that Ground Truth takes."""


def crawl(location: str, kind: str, prefix: str | None = None) -> Iterator[bytes | Issue]:
    """The lines of an input manifest, each with its newline, in the byte order of the names.

    `images` gives `source-ref` lines of .jpg, .jpeg and .png objects: their URL, or for a folder the path inside it behind `prefix`
    (such as s3://bucket/folder/). `text` gives a `source` line for each line of .txt and each row of .csv files (a row of several cells
    stays one row). Raises SourceNotFound where nothing is, ManifestError for an unknown kind.
    """
    if kind not in ("images", "text"):
        raise ManifestError(f"{kind!r} cannot be crawled: images or text can")
    suffixes = IMAGES if kind == "images" else TEXTS
    listing = expand([location], (*suffixes, *(suffix.upper() for suffix in suffixes)))
    yield from listing.issues
    files = sorted(listing.files, key=lambda file: file.uri.encode("utf-8", "surrogateescape"))
    for file in files:
        if kind == "images":
            if not file.is_gzip:
                yield from _line({"source-ref": _reference(file, prefix)}, file.uri, 0)
        else:
            yield from _csv(file) if _bare(file).endswith(".csv") else _text(file)


def _bare(file: SourceFile) -> str:
    return file.uri.removesuffix(".gz").lower()


def _reference(file: SourceFile, prefix: str | None) -> str:
    if file.is_remote and prefix is None:
        return file.uri
    inside = file.uri[len(file.root) :].lstrip("/") if file.is_remote else Path(file.uri).relative_to(file.root).as_posix()
    return (prefix or "") + inside


def _text(file: SourceFile) -> Iterator[bytes | Issue]:
    for found in read_lines(Block(file)):
        if isinstance(found, Issue):
            yield found
            continue
        number, raw = found
        try:
            yield from _line({"source": raw.decode()}, file.uri, number)
        except UnicodeDecodeError:
            yield issue_of("not-utf8", "not UTF-8", file.uri, number)


def _csv(file: SourceFile) -> Iterator[bytes | Issue]:
    number = 0
    try:
        with open_source(file) as stream, io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="") as text:
            rows = csv.reader(text)
            for cells in rows:
                first, number = number + 1, rows.line_num
                if any(cell.strip() for cell in cells):
                    try:
                        yield from _line({"source": cells[0] if len(cells) == 1 else _row(cells)}, file.uri, first)
                    except orjson.JSONEncodeError:
                        yield issue_of("not-utf8", "not UTF-8", file.uri, first)
    except (csv.Error, EOFError, OSError) as error:
        yield issue_of("unreadable-file", f"cannot be read further: {error}", file.uri, number + 1)


def _row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _line(content: dict[str, Any], source: str, number: int) -> Iterator[bytes | Issue]:
    line = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
    longest = max(len(value) for value in content.values())
    if longest > LONGEST_ATTRIBUTE:
        limit = LONGEST_LINE if longest > LONGEST_LINE else LONGEST_ATTRIBUTE
        yield issue_of("too-long", f"Ground Truth takes no more than {limit:,} characters here", source, number, Severity.WARNING)
    yield line
