"""Plain texts: JSON Lines, CSV, and folders of text, Markdown, HTML, RTF and PDF files. Each text becomes a record of type Text."""

import base64
import codecs
import csv
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from ingest.attachments import told_by_bytes
from sources.blocks import MAX_LINE, Block, Items
from sources.errors import SourceTooLarge
from sources.files import SourceFile, open_source, read_source
from sources.lines import read_lines
from sources.model import Issue, Severity, SourceRecord

_MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".rtf": "application/rtf",
    ".pdf": "application/pdf",
}
SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", *_MEDIA_TYPES)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_FIELDS = ("id", "text", "title", "type", "date", "patient")


def read(block: Block) -> Items:
    """The texts of a block. Accepted names: id or _id, text, title, type, date, patient; `id` is required, `text` must not be blank."""
    suffix = PurePosixPath(block.file.uri.lower().removesuffix(".gz")).suffix
    if suffix in (".csv", ".tsv"):
        yield from _read_table(block.file)
    elif suffix in _MEDIA_TYPES:
        yield from _read_file(block.file, _MEDIA_TYPES[suffix])
    else:
        yield from _read_lines(block)


def _read_lines(block: Block) -> Items:
    for found in read_lines(block):
        if isinstance(found, Issue):
            yield found
            continue
        number, line = found
        try:
            row = orjson.loads(line)
        except ValueError:
            yield Issue(Severity.REJECT, "broken-json", "the line is not JSON in UTF-8", block.file.uri, number)
            continue
        if not isinstance(row, dict):
            yield Issue(Severity.REJECT, "not-a-text", 'the line is not an object such as {"id": …, "text": …}', block.file.uri, number)
            continue
        yield from _record(row, block.file, number)


def _read_table(file: SourceFile) -> Items:
    """The rows of a table. What separates its cells is told by the line of column names; these may be written in any case."""
    try:
        with open_source(file) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
            csv.field_size_limit(MAX_LINE)
            delimiter = _delimiter(text.readline(MAX_LINE))
            text.seek(0)
            rows = csv.reader(_bounded(text), delimiter=delimiter, strict=True)
            names = [name.strip().lower() for name in next(rows, [])]
            if names.count("text") != 1 or any(names.count(field) > 1 for field in _FIELDS):
                reason = "the first line must name the columns, `id` and `text` among them, each once"
                yield Issue(Severity.REJECT, "no-header", reason, file.uri, 1, field="text")
                return
            yield from _rows(rows, names, file)
    except UnicodeDecodeError:
        yield Issue(Severity.REJECT, "encoding", "the file is not UTF-8: convert it", file.uri, 1)
    except csv.Error as error:
        reason = f"the table breaks off here: {error}; what came before was read"
        yield Issue(Severity.REJECT, "broken-table", reason, file.uri, rows.line_num)
    except (OSError, EOFError, zlib.error) as error:
        yield Issue(Severity.REJECT, "unreadable-file", f"the file cannot be read further ({type(error).__name__})", file.uri, 1)


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a table. Raises csv.Error at one that is too long to be held in memory."""
    while line := text.readline(MAX_LINE):
        if len(line) >= MAX_LINE and not line.endswith("\n"):
            raise csv.Error(f"a line is longer than {MAX_LINE} characters")
        yield line


def _rows(rows: Any, names: list[str], file: SourceFile) -> Items:
    """A row with more cells than there are columns is refused: a separator within an unquoted text would cut the text there."""
    for cells in rows:
        line = rows.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(names) :]):
            reason = f"the row has {len(cells)} cells, the first line names {len(names)}: is a text not quoted?"
            yield Issue(Severity.REJECT, "ragged-row", reason, file.uri, line)
            continue
        if len(cells) < len(names):
            reason = f"the row has {len(cells)} cells, the first line names {len(names)}: those that lack are taken as empty"
            yield Issue(Severity.WARNING, "ragged-row", reason, file.uri, line)
        yield from _record({name: cell for name, cell in zip(names, cells, strict=False) if name and cell}, file, line)


def _delimiter(header: str) -> str:
    """The separator that a column called `text` stands beside, or alone with: the one with most columns, a comma if none has any."""
    columns = {each: [name.strip(' "\r\n').lower() for name in header.split(each)] for each in ",;\t|"}
    return max(columns, key=lambda each: ("text" in columns[each], len(columns[each])))


def _read_file(file: SourceFile, media_type: str) -> Items:
    try:
        content = read_source(file, MAX_LINE)
    except SourceTooLarge:
        yield Issue(Severity.REJECT, "file-too-large", f"the text is longer than {MAX_LINE} bytes", file.uri, 1)
        return
    except (OSError, EOFError, zlib.error) as error:
        yield Issue(Severity.REJECT, "unreadable-file", f"the file cannot be read ({type(error).__name__})", file.uri, 1)
        return
    name = os.path.relpath(file.uri, file.root) if file.root and not file.is_remote else file.uri.rpartition("/")[2]
    row: dict[str, Any] = {"id": name, "title": Path(name).stem.replace("_", " ")}
    if content in _MARKS:
        yield Issue(Severity.REJECT, "encoding", "the file holds a byte order mark and no text", file.uri, 1)
        return
    if (text := _plain(content, media_type)) is not None:
        row["text"] = text
    else:
        row |= {"contentType": media_type, "data": base64.b64encode(content).decode()}
    yield from _record(row, file, 1)


def _plain(content: bytes, media_type: str) -> str | None:
    """The text of a file that is the plain UTF-8 its name says; None where its bytes have to tell what it is."""
    if media_type not in ("text/plain", "text/markdown") or (told_by_bytes(content) and media_type == "text/plain"):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _record(row: dict[str, Any], file: SourceFile, line: int) -> Iterator[SourceRecord | Issue]:
    identifier = row.get("id", row.get("_id"))
    if identifier is None or not str(identifier).strip():
        yield Issue(Severity.REJECT, "no-id", "the text has no id", file.uri, line, field="id")
        return
    for field in _FIELDS[1:]:
        if not isinstance(row.get(field, ""), str):
            yield Issue(Severity.REJECT, "wrong-type", f"`{field}` must be a string", file.uri, line, field=field)
            return
    if "data" not in row and not row.get("text", "").strip():
        yield Issue(Severity.REJECT, "no-text", "the text is empty", file.uri, line, field="text")
        return
    resource = {**row, "resourceType": "Text", "id": str(identifier)}
    resource.pop("_id", None)
    yield SourceRecord("Text", str(identifier), resource, orjson.dumps(resource), file.uri, line)
