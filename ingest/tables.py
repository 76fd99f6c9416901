"""The tables of a part: their columns, and how values become rows and come back."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from concepts.model import Assertion, Mention
from search.model import Document, Fact, FormerPatient, PassageSpan, PatientSummary
from search.tables.charting import OF_LABELS

ROW_GROUP: Final = 2000
BESIDE: Final = "beside"
FORMER: Final = "former"
SKIPPED: Final = "skipped"
RARE: Final = frozenset({BESIDE, FORMER, SKIPPED})
"""Tables that are there only if they have rows: files that records read, records that a merge replaced, why some are left out."""
ASSERTIONS: Final = {assertion.value: assertion for assertion in Assertion}
_ASSERTION: Final = [field.name for field in fields(Fact)].index("assertion")
_DATED: Final = [field.name for field in fields(Document)].index("dated")
_DOCUMENT_FIELDS: Final = len(fields(Document))
_FACT_FIELDS: Final = len(fields(Fact))

_MENTION = attrgetter("id", "start", "end", "text", "concept", "label", "assertion", "score", "concept_score", "source")
"""What a part holds of a mention: what comes of reading a text is made when it is published."""


class TableWriter:
    """Writes one table, so many rows at a time."""

    def __init__(self, path: Path, name: str) -> None:
        import pyarrow.parquet as pq

        self._schema = schemas()[name]
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=1)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        pa = _arrow()
        columns = [pa.array(values, type=field.type) for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))
        self._rows = []


class _Unseen:
    """Finds no pandas."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """See importlib.abc.MetaPathFinder."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


@cache
def _arrow() -> Any:
    """Arrow, which looks for pandas once, to tell its columns from lists, and imports all of it for that: longer than a small part takes.

    Nothing here is of pandas, so it is not found.
    """
    import pyarrow as pa

    sys.meta_path.insert(0, _Unseen)
    try:
        pa.array([], pa.null())
    finally:
        sys.meta_path.remove(_Unseen)
    return pa


@cache
def schemas() -> dict[str, Any]:
    """Table → its Arrow schema."""
    import pyarrow as pa

    text, number, whole, flag = pa.string(), pa.float64(), pa.int64(), pa.bool_()
    mention = pa.struct(
        [
            ("id", text),
            ("start", whole),
            ("end", whole),
            ("text", text),
            ("concept", text),
            ("label", text),
            ("assertion", text),
            ("score", number),
            ("concept_score", number),
            ("source", text),
        ]
    )
    passage = pa.struct([("start", whole), ("end", whole), ("section", text), ("key", pa.binary(16))])
    document_types = {"line": whole, "passages": pa.list_(passage), "mentions": pa.list_(mention)}
    fact_types = {"line": whole, "number": number, "counted": flag, "supply": number, "canonical": number}
    return {
        "records": pa.schema(
            [
                ("record", text),
                ("kind", text),
                ("id", text),
                ("state", text),
                ("source", text),
                ("line", whole),
                ("raw", pa.binary()),
                ("urns", pa.binary()),
            ]
        ),
        "documents": pa.schema([(field.name, document_types.get(field.name, text)) for field in fields(Document)]),
        "facts": pa.schema([(field.name, fact_types.get(field.name, text)) for field in fields(Fact)]),
        "patients": pa.schema(
            [("record", text), *((field.name, whole if field.name == "line" else text) for field in fields(PatientSummary))]
        ),
        "concepts": pa.schema([("concept", text), ("system", text), ("code", text), ("display", text), ("count", whole)]),
        BESIDE: pa.schema([("record", text), ("name", text), ("content", pa.binary())]),
        FORMER: pa.schema([(field.name, whole if field.name == "line" else text) for field in fields(FormerPatient)]),
        SKIPPED: pa.schema([("record", text), ("reason", text)]),
        "targets": pa.schema([("iri", text), ("kind", text)]),
        "pending": pa.schema([("kind", text), ("id", text), ("wanted", text), ("system", text), ("value", text)]),
    }


def row_of(value: Any) -> tuple[Any, ...]:
    """The fields of a value, in order."""
    return _values_of(value.__slots__)(value)


@cache
def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*names)


def document_row(document: Document) -> tuple[Any, ...]:
    """A document with its passages and mentions as rows within its own."""
    row = row_of(document)
    return (
        *row[:-2],
        [row_of(span) for span in document.passages],
        [_MENTION(mention) for mention in document.mentions],
    )


def document_of(row: tuple[Any, ...]) -> Document:
    """The document of a row; one that an earlier version wrote does not say what its date is of."""
    *values, passages, mentions = row
    if len(row) < _DOCUMENT_FIELDS:
        values.insert(_DATED, "")
    values.append(tuple(PassageSpan(**span) for span in passages))
    values.append(tuple(Mention(**{**mention, "assertion": ASSERTIONS[mention["assertion"]]}) for mention in mentions))
    return Document(*values)


def fact_of(row: tuple[Any, ...]) -> Fact:
    """The fact of a row; one that an earlier version wrote is read as this one writes it."""
    values = list(row)
    values[_ASSERTION] = ASSERTIONS[values[_ASSERTION]]
    fact = Fact(*values)
    return fact if len(values) == _FACT_FIELDS or fact.relation in OF_LABELS else _with_its_own(fact)


def _with_its_own(fact: Fact) -> Fact:
    """A fact of a part in which what has fields of its own now stands among the attributes, a line each."""
    lines = [line.partition(": ") for line in fact.attributes.splitlines()]
    found: dict[str, Any] = {_ITS_OWN[name]: value for name, _, value in lines if name in _ITS_OWN}
    kept = "\n".join("".join(line) for line in lines if line[0] not in _ITS_OWN)
    return replace(fact, attributes=kept, **found) if found else fact


_ITS_OWN: Final = {"comparator": "comparator", "category": "category", "interpretation": "interpretation", "start": "started"}
