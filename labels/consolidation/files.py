"""JSON, JSON Lines and CSV files as records with their place, whatever their keys are called."""

import csv
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from sources.errors import SourceNotFound, SourceTooLarge
from sources.files import SourceFile, expand, read_source

ITEM = ("item", "task", "datasetobjectid", "imageid", "objectid", "id", "sourceref", "source")
CLASS = ("class", "truelabel", "trueclass", "label", "classname", "answer", "value")
WORKER = ("worker", "workerid")
SECONDS = ("seconds", "timespentinseconds")
SUBMITTED = ("submitted", "submissiontime")
ACCEPTED = ("accepted", "acceptancetime")
_LONGEST_CELL = 10 << 20
_MOST_BYTES = 1 << 30


class Broken(ValueError):
    """A file that cannot be read as what its name says."""


def one_file(location: str) -> SourceFile:
    """The file at a path or URL. Raises SourceNotFound where none or several are."""
    found = expand([location], ("",)).files
    if len(found) != 1:
        raise SourceNotFound(f"{location}: one file is expected, {len(found)} are there")
    return found[0]


def read_bytes(file: SourceFile) -> bytes:
    """The file's bytes, decompressed. Raises Broken where it cannot be read."""
    try:
        return read_source(file, _MOST_BYTES)
    except SourceTooLarge as error:
        raise Broken(f"cannot be read: {error}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise Broken(f"cannot be read ({error})") from error


def is_csv(file: SourceFile) -> bool:
    """Whether its name says CSV."""
    return file.uri.removesuffix(".gz").lower().endswith(".csv")


def records(file: SourceFile) -> Iterator[tuple[int, Any]]:
    """(line or place from 1, record) of each CSV row, JSON list entry or JSON line; a JSON object is one record.

    A record that cannot be read is a Broken in its place. Raises Broken where the file as a whole cannot be read.
    """
    content = read_bytes(file).removeprefix(b"\xef\xbb\xbf")
    if is_csv(file):
        try:
            yield from _rows(content.decode())
        except (ValueError, csv.Error) as error:
            raise Broken(f"not CSV in UTF-8 ({error})") from error
        return
    try:
        whole = orjson.loads(content)
    except ValueError as error:
        if b"\n" not in content.strip():
            raise Broken(f"not JSON ({error})") from error
        yield from ((number, _line(line, number)) for number, line in enumerate(content.splitlines(), start=1) if line.strip())
        return
    yield from enumerate(whole, start=1) if isinstance(whole, list) else [(1, whole)]


def folded(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with keys without case, blanks, `-` and `_`; of keys that become equal the first stays."""
    fields: dict[str, Any] = {}
    for key, value in record.items():
        fields.setdefault(str(key).casefold().replace("-", "").replace("_", "").replace(" ", ""), value)
    return fields


def pick(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The value of the first name that the folded fields have; None where they have none."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _rows(text: str) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    for row in rows:
        uneven = None in row or None in row.values()
        yield rows.line_num, Broken(f"line {rows.line_num} has another number of cells than the header") if uneven else row


def _line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except ValueError as error:
        return Broken(f"line {number} is not JSON ({error})")
