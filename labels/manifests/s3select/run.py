"""Statements and expressions run over manifest files by DuckDB, which sees only the lines it is handed: no file, no network, no setting."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from labels.errors import ManifestError, StatementError
from labels.manifests.lines import Chunk, issue_of, read_chunks
from labels.manifests.s3select.parser import parse_statement
from labels.manifests.s3select.translator import MACROS, Query, translate, translate_keys
from sources.files import SourceFile
from sources.model import Issue

Report = Callable[[Issue], None]
"""Told of each line that could not be read, in the order of the lines."""

_ROWS = 8_192
_MEMORY = "1GB"
_NOT_A_LINE = "not one JSON object (for a prefix manifest, a JSON array, there is `commissure manifest convert`)"
_BRACE = ord("{")


def select(text: str, files: Sequence[SourceFile], report: Report, threads: int | None = None) -> Iterator[bytes]:
    """The answer to a statement, in pieces of whole lines in the order of the files; `*` gives the lines' own bytes.

    Raises StatementError before the first piece for a statement that is wrong, later for a value that a CAST cannot take.
    """
    statement = parse_statement(text)
    query = translate(statement)
    return _answer(text, query, statement.limit, files, report, threads)


def keys(
    expressions: Sequence[str], files: Sequence[SourceFile], report: Report, threads: int | None = None
) -> Iterator[tuple[str, int, list[str | None]]]:
    """(file, line number, each expression's JSON text or None where it is missing) of every line that can be read.

    An expression is the name of an attribute or anything S3 Select can reckon of a line `s`. Raises StatementError.
    """
    places = _Places(files, report)
    with _rows(" ".join(expressions), translate_keys(expressions), places, threads) as batches:
        for batch in batches:
            numbers, broken, *columns = (column.to_pylist() for column in batch.columns)
            for n, is_broken, *found in zip(numbers, broken, *columns, strict=True):
                if is_broken:
                    places.broken(n)
                else:
                    yield *places.place(n), found
        places.finish()


def _answer(
    text: str, query: Query, limit: int | None, files: Sequence[SourceFile], report: Report, threads: int | None
) -> Iterator[bytes]:
    if limit == 0:
        return
    places = _Places(files, report)
    with _rows(text, query.sql, places, threads) as batches:
        if query.is_aggregate:
            yield from _aggregate(batches, places)
        else:
            yield from _lines(batches, places, limit)
        places.finish()


def _aggregate(batches: Any, places: "_Places") -> Iterator[bytes]:
    for batch in batches:
        for broken, numbers, out in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            for n in numbers:
                places.broken(n)
            if broken > len(numbers):
                places.more_broken(broken - len(numbers))
            yield out.encode()


def _lines(batches: Any, places: "_Places", limit: int | None) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.compute as pc

    left = limit
    for batch in batches:
        n, is_broken, out = batch.columns
        if is_broken.true_count:
            for number in n.filter(is_broken).to_pylist():
                places.broken(number)
            out = out.filter(pc.invert(is_broken))
        if left is not None:
            out = out[:left]
            left -= len(out)
        if len(out):
            yield _bytes(out.cast(pa.large_binary()))
        if left == 0:
            return


def _bytes(lines: Any) -> bytes:
    """The bytes of an Arrow array of texts, one after the other."""
    _, offsets, values = lines.buffers()
    ends = memoryview(offsets).cast("q")
    return bytes(values[ends[lines.offset] : ends[lines.offset + len(lines)]])


@contextmanager
def _rows(text: str, sql: str, places: "_Places", threads: int | None) -> Iterator[Any]:
    """The batches of a query over the lines."""
    import duckdb
    import pyarrow as pa

    settings: dict[str, Any] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": _MEMORY,
        "python_enable_replacements": "false",
    }
    if threads:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    try:
        connection.execute(MACROS)
        connection.register("lines", pa.RecordBatchReader.from_batches(_schema(), places.batches()))
        connection.execute("SET disabled_optimizers = 'filter_pushdown'")  # it would parse a line again for each condition
        connection.execute("SET lock_configuration = true")
        try:
            with connection.sql(sql).to_arrow_reader(_ROWS) as batches:
                yield batches
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            if places.failure is not None:
                raise places.failure from None
            if isinstance(error, duckdb.OutOfMemoryException):
                raise ManifestError(f"the answer does not fit into {_MEMORY} of memory: narrow the statement") from error
            if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
                raise StatementError(
                    "a value in the lines cannot be read as the type that is asked for (CAST, TO_TIMESTAMP)", text, 0
                ) from None
            told = duckdb.BinderException | duckdb.ParserException | duckdb.CatalogException  # others may quote the lines
            reason = str(error).strip().split("\n", 1)[0] if isinstance(error, told) else type(error).__name__
            raise StatementError(f"it cannot be answered: {reason}", text, 0) from error
    finally:
        connection.interrupt()
        connection.close()


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema([("n", pa.int64()), ("line", pa.string())])


class _Places:
    """Hands the lines of the files to the query, numbered through, and knows where each number was."""

    def __init__(self, files: Sequence[SourceFile], report: Report) -> None:
        self._files, self._report = files, report
        self._starts: list[int] = []
        self._firsts: list[tuple[str, int]] = []
        self._waiting: list[tuple[int, Issue]] = []
        self.failure: Exception | None = None
        """What stopped the reading of the files."""

    def batches(self) -> Iterator[Any]:
        """Record batches of (n, line)."""
        n = 0
        try:
            for file in self._files:
                for chunk in read_chunks(file):
                    if isinstance(chunk, Issue):
                        self._waiting.append((n, chunk))
                        continue
                    if not self._firsts or self._firsts[-1][0] != chunk.source or chunk.first != self._firsts[-1][1] + n - self._starts[-1]:
                        self._starts.append(n)
                        self._firsts.append((chunk.source, chunk.first))
                    lines = _line_array(chunk)
                    yield self._batch(n, lines)
                    n += len(lines)
        except Exception as error:
            self.failure = error
            raise

    def place(self, n: int) -> tuple[str, int]:
        """File and line of a number."""
        at = bisect_right(self._starts, n) - 1
        source, first = self._firsts[at]
        return source, first + n - self._starts[at]

    def broken(self, n: int) -> None:
        """Report a line that is not a JSON object."""
        self._report_until(n)
        source, line = self.place(n)
        self._report(issue_of("not-a-line", _NOT_A_LINE, source, line))

    def more_broken(self, count: int) -> None:
        """Report lines whose numbers are not known."""
        self._report(issue_of("not-a-line", f"{count:,} more lines are not one JSON object", self._files[0].uri, 0))

    def finish(self) -> None:
        """Report what was found while reading."""
        self._report_until(None)

    def _report_until(self, n: int | None) -> None:
        while self._waiting and (n is None or self._waiting[0][0] <= n):
            self._report(self._waiting.pop(0)[1])

    def _batch(self, n: int, lines: Any) -> Any:
        """(n, line) of the lines that are UTF-8 and begin as an object does. The others are reported, but for blank ones."""
        import numpy as np
        import pyarrow as pa

        batch = pa.record_batch([pa.array(np.arange(n, n + len(lines))), lines], schema=_schema())
        _, offsets, values = lines.buffers()
        firsts = np.frombuffer(values, np.uint8)[np.frombuffer(offsets, np.int32)[:-1]]
        if (firsts == _BRACE).all() and _is_text(lines):
            return batch
        keep = [self._is_record(n + i, line) for i, line in enumerate(lines.cast(pa.binary(), safe=False).to_pylist())]
        return batch.filter(pa.array(keep, pa.bool_()))

    def _is_record(self, n: int, line: bytes) -> bool:
        try:
            begin = line.decode().lstrip()[:1]
        except UnicodeDecodeError:
            self._waiting.append((n, issue_of("not-a-line", "not UTF-8", *self.place(n))))
            return False
        if begin not in ("{", ""):
            self._waiting.append((n, issue_of("not-a-line", _NOT_A_LINE, *self.place(n))))
        return begin == "{"


def _line_array(chunk: Chunk) -> Any:
    """The lines of a chunk, with their newlines, as Arrow strings over its own bytes."""
    import numpy as np
    import pyarrow as pa

    offsets = np.concatenate([np.zeros(1, np.int32), chunk.ends])
    return pa.StringArray.from_buffers(len(chunk.ends), pa.py_buffer(offsets), pa.py_buffer(chunk.data))


def _is_text(lines: Any) -> bool:
    import pyarrow as pa

    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
