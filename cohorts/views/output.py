"""The rows of a view as CSV, NDJSON or Parquet."""

from collections.abc import Callable, Iterable
from typing import IO, Any, Final

import orjson

from cohorts.views.compile import View
from search.formulas import column

MEDIA: Final = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
"""Format → media type."""


def write(view: View, batches: Iterable[Any], format_name: str, stream: IO[bytes]) -> int:
    """Write the rows in a format of MEDIA; how many there are. In CSV lists and elements that are no values are JSON
    texts, and no text is taken for a formula."""
    return _WRITERS[format_name](view, batches, stream)


def _csv(view: View, batches: Iterable[Any], stream: IO[bytes]) -> int:
    import pyarrow as pa
    from pyarrow import csv

    rows, writer = 0, None
    for batch in batches:
        columns = [
            _in_csv(values) if result.is_collection else column(values) for result, values in zip(view.columns, batch.columns, strict=True)
        ]
        flat = pa.record_batch(columns, names=batch.schema.names)
        writer = writer or csv.CSVWriter(stream, flat.schema)
        writer.write_batch(flat)
        rows += batch.num_rows
    if writer:
        writer.close()
    return rows


def _in_csv(lists: Any) -> Any:
    import pyarrow as pa

    return pa.array([None if items is None else orjson.dumps(items).decode() for items in lists.to_pylist()], pa.string())


def _ndjson(view: View, batches: Iterable[Any], stream: IO[bytes]) -> int:
    rows = 0
    for batch in batches:
        columns = [_in_json(column.to_pylist(), result.is_json) for result, column in zip(view.columns, batch.columns, strict=True)]
        names = batch.schema.names
        objects = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
        stream.write(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in objects))
        rows += batch.num_rows
    return rows


def _in_json(values: list[Any], is_json: bool) -> list[Any]:
    return [_fragment(value) for value in values] if is_json else values


def _fragment(value: Any) -> Any:
    if value is None:
        return None
    return [_fragment(one) for one in value] if isinstance(value, list) else orjson.Fragment(value)


def _parquet(view: View, batches: Iterable[Any], stream: IO[bytes]) -> int:
    import pyarrow.parquet as pq

    rows, writer = 0, None
    for batch in batches:
        writer = writer or pq.ParquetWriter(stream, batch.schema)
        writer.write_batch(batch)
        rows += batch.num_rows
    if writer:
        writer.close()
    return rows


_WRITERS: Final[dict[str, Callable[[View, Iterable[Any], IO[bytes]], int]]] = {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet}
FORMATS: Final = tuple(_WRITERS)
