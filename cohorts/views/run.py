"""Runs a compiled view over records by DuckDB, which sees only the lines it is handed: no file but its own, no network, no setting."""

import json
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import orjson

from cohorts.views.compile import View
from cohorts.views.elements import resource
from cohorts.views.errors import NotRunnable, ViewRefused, shown
from cohorts.views.fitting import misfit
from cohorts.views.sql import MACROS, MARK, text

MOST_ROWS_OF_A_RECORD: Final = 100_000
_CHUNK: Final = 64 * 2**20
"""Bytes of records that are read at a time: what bounds memory and disk."""
_BLOCK: Final = 512
"""Records that are written at once."""
_ROWS: Final = 32_768
_MEMORY: Final = "2GB"
_SMALLEST_BUFFER: Final = 2**20


def run(
    view: View,
    lines: Iterable[bytes],
    patients: Collection[str] = (),
    threads: int | None = None,
    patience: float | None = None,
) -> Iterator[Any]:
    """The rows of the view over records of its type, each a line with its line break, as Arrow record batches; one at least, maybe empty.

    Memory stays flat. `patients` are the ids of those to whom a view `of_patients` is limited, in the one dataset that the records are of.
    `patience` is the most seconds it may take. Raises ViewRefused where a record is not as the view needs it, and where the rows are too
    many or take too long.
    """
    with tempfile.TemporaryDirectory(prefix="commissure-view.") as folder:
        file = Path(folder) / "records.ndjson"
        with _connected(folder, threads, patients) as connection, _Patience(connection, patience) as patient:
            chunks = _chunks(_prepared(view, lines), file)
            for longest in chain([next(chunks, 0)], chunks):
                yield from _batches(connection, view, file, longest, patient)


def _chunks(lines: Iterable[bytes], file: Path) -> Iterator[int]:
    """Write the lines to the file, so many at a time that they stay small; the length of the longest of each time."""
    left = iter(lines)
    blocks = iter(lambda: list(islice(left, _BLOCK)), [])
    while True:
        size = longest = 0
        with file.open("wb") as stream:
            for block in blocks:
                stream.write(b"".join(block))
                size += sum(map(len, block))
                longest = max(longest, *map(len, block))
                if size >= _CHUNK:
                    break
        if not size:
            return
        yield longest


def _prepared(view: View, lines: Iterable[bytes]) -> Iterable[bytes]:
    """The lines as the view needs them: with decimals as texts, or looked at before where DuckDB would not see what is amiss."""
    if view.is_exact:
        lines = (_exact(view, line) for line in lines)
    if not view.shape:
        return _looked_at(view, lines)
    return lines


def _exact(view: View, line: bytes) -> bytes:
    try:
        return orjson.dumps(json.loads(line, parse_float=str), option=orjson.OPT_APPEND_NEWLINE)
    except (ValueError, RecursionError, TypeError):
        raise ViewRefused(f"a record of {view.resource} is no JSON") from None


def _looked_at(view: View, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if told := _misfit(view, line):
            raise ViewRefused(told)
        yield line


def _misfit(view: View, line: bytes) -> str:
    kind = resource(view.resource)
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return f"a record of {view.resource} is no JSON"
    assert kind is not None  # noqa: S101 - the view is compiled
    told = misfit(record, kind, view.touched)
    if view.is_exact and told.endswith("is not a decimal"):
        return ""
    return f"{view.resource}/{shown(str(record.get('id', '')))[1:-1]}: {told}" if told else ""


@contextmanager
def _connected(folder: str, threads: int | None, patients: Collection[str] = ()) -> Iterator[Any]:
    import duckdb
    import pyarrow as pa

    settings: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": _MEMORY,
        "python_enable_replacements": "false",
        "temp_directory": str(Path(folder) / "spilled"),
    }
    if threads:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    try:
        for macro in MACROS:
            connection.execute(macro)
        connection.register("patients", pa.table({"id": pa.array(sorted(patients), pa.string())}))
        connection.execute(f"SET allowed_directories = [{text(folder)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.interrupt()
        connection.close()


class _Patience:
    """Stops what runs within on a connection after so many seconds."""

    def __init__(self, connection: Any, seconds: float | None) -> None:
        self._connection, self._seconds = connection, seconds
        self._is_over, self._is_done = False, threading.Event()
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def __enter__(self) -> "_Patience":
        if self._seconds is not None:
            self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        if self._seconds is not None:
            self._watch.join()

    def check(self) -> None:
        """Raises ViewRefused where the time is over."""
        if self._is_over:
            told = f"the view took more than {self._seconds:g} seconds: narrow it with where, or run it with `commissure view run`"
            raise ViewRefused(told)

    def _wait(self) -> None:
        # Again and again, because between two statements there is nothing to interrupt.
        left = self._seconds
        while not self._is_done.wait(left):
            self._is_over, left = True, 0.1
            self._connection.interrupt()


def _batches(connection: Any, view: View, file: Path, longest: int, patience: _Patience) -> Iterator[Any]:
    """The rows of a chunk: one batch at least."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    sql = f"WITH resources AS ({_records(view, file, longest)}) SELECT * FROM ({view.sql})"  # noqa: S608 - quoted where it was compiled
    rows: Any = np.zeros(0, np.int64)
    try:
        with connection.sql(sql).to_arrow_reader(_ROWS) as reader:
            for n, batch in enumerate(chain(reader, [pa.RecordBatch.from_pylist([], reader.schema)])):
                patience.check()
                if n and not batch.num_rows:
                    continue
                if view.multiplies:
                    rows = _counted(view, rows, batch.column(batch.num_columns - 1).to_numpy(), file)
                yield batch.select(range(batch.num_columns - 1))
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        patience.check()
        if isinstance(error, duckdb.BinderException | duckdb.ParserException | duckdb.CatalogException):
            said = str(error).strip().splitlines()[0]
            raise NotRunnable(f"DuckDB does not take what the view became: {said}; please report it") from None
        raise ViewRefused(_told(view, file, error)) from None


def _records(view: View, file: Path, longest: int) -> str:
    """The relation of the records."""
    options = f"format = 'newline_delimited', maximum_object_size = {max(_SMALLEST_BUFFER, longest + 16)}"
    if view.shape:
        columns = view.shape if view.shape != "{}" else "{resourceType: 'VARCHAR'}"
        return f"SELECT *, row_number() OVER () AS _rid FROM read_json({text(str(file))}, columns = {columns}, {options})"  # noqa: S608
    return f"SELECT json AS _j, row_number() OVER () AS _rid FROM read_json_objects({text(str(file))}, {options})"  # noqa: S608


def _counted(view: View, rows: Any, numbers: Any, file: Path) -> Any:
    """How many rows each record of the chunk has made so far. Raises ViewRefused where one makes too many."""
    import numpy as np

    more = np.bincount(numbers, minlength=len(rows))
    more[: len(rows)] += rows
    if len(more) and more.max() > MOST_ROWS_OF_A_RECORD:
        line = int(more.argmax())
        raise ViewRefused(
            f"{_named(view, file, line)}: makes more than {MOST_ROWS_OF_A_RECORD:,} rows; "
            "lists beside each other multiply: put one of them into a view of its own"
        )
    return more


def _named(view: View, file: Path, number: int) -> str:
    """The record of a line, from 1."""
    with file.open("rb") as lines:
        for at, line in enumerate(lines, 1):
            if at == number:
                return f"{view.resource}/{shown(str(orjson.loads(line).get('id', '')))[1:-1]}"
    return f"line {number:,}"


def _told(view: View, file: Path, error: Exception) -> str:
    """What went wrong, without a word of what the records say."""
    import duckdb

    said = str(error)
    if MARK in said:
        return said.split(MARK, 1)[1].split("\n", 1)[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"the rows do not fit into {_MEMORY} of memory: lists beside each other multiply; narrow the view with where"
    with file.open("rb") as lines:
        for line in lines:
            if told := _misfit(view, line):
                return told
    return f"a value in the records, such as a date, cannot be read as the view needs it ({type(error).__name__})"
