"""Neptune's CSV as its loader reads it."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any


def read_csv(text: str) -> tuple[bool, Iterator[dict[str, Any] | None]]:
    """Whether a file holds edges, and its rows as the loader reads them: each property has a list of typed values; None: a broken row."""
    csv.field_size_limit(1 << 30)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = [_column(header) for header in next(rows)]
    system = [name for name, kind in columns if kind is None]
    if system not in (["~id", "~label"], ["~id", "~from", "~to", "~label"]):
        raise ValueError("system columns")
    edges = "~from" in system
    if edges and any(kind.endswith("[]") for _, kind in columns if kind):
        raise ValueError("properties of edges have one value")

    def read(row: Sequence[str]) -> dict[str, Any] | None:
        if len(row) != len(columns) or not row[0]:
            return None
        cells = [(name, kind, value) for (name, kind), value in zip(columns, row, strict=True) if value]
        try:
            return {name: value if kind is None else _values(kind, value) for name, kind, value in cells}
        except ValueError:
            return None

    return edges, map(read, rows)


def _column(header: str) -> tuple[str, str | None]:
    """The name and the type of a column; system columns have none."""
    if header.startswith("~"):
        return header, None
    found = re.fullmatch(r"((?:[^:,\s]|\\:)+):((?:String|Bool|Int|Long|Double|Date)(?:\[\])?)(?:\(set\))?", header)
    if found is None:
        raise ValueError("a header")
    return found[1].replace("\\:", ":"), found[2]


def _values(kind: str, text: str) -> list[Any]:
    """The values of a cell."""
    one = kind.removesuffix("[]")
    return [_VALUES[one](value) for value in (text.split(";") if one != kind else [text])]


def _whole(bits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not -(1 << bits) <= int(text) < 1 << bits:
            raise ValueError(text)
        return int(text)

    return read


def _date(text: str) -> datetime:
    """As Amazon's page spells them: yyyy-MM-dd, yyyy-MM-ddTHH:mm, with :ss, and with a Z."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\dZ?)?)?", text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_VALUES: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Bool": lambda text: bool(("false", "true").index(text)),
    "Int": _whole(31),
    "Long": _whole(63),
    "Double": float,
    "Date": _date,
}
