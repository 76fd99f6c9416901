"""A view of nine columns over the Observations of an export, beside a loop in Python that makes the same rows.

    python -m benchmarks.views EXPORT [--rounds 3]

EXPORT is a folder with Observation*.ndjson. Both sides read the same lines from memory, write Parquet, and must give the same rows. The
ratio is of processor seconds of the best rounds, all threads together.
"""

import argparse
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from cohorts.views.compile import compile_view
from cohorts.views.definition import read_definition
from cohorts.views.output import write
from cohorts.views.run import run

VIEW = {
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "id", "path": "getResourceKey()"},
                {"name": "status", "path": "status"},
                {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                {"name": "encounter", "path": "encounter.getReferenceKey(Encounter)"},
                {"name": "effective", "path": "effective.ofType(dateTime)"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
                {"name": "unit", "path": "value.ofType(Quantity).unit"},
            ]
        },
        {"forEach": "code.coding", "column": [{"name": "system", "path": "system"}, {"name": "code", "path": "code"}]},
    ],
}
NAMES = ("id", "status", "patient", "encounter", "effective", "value", "unit", "system", "code")
TYPES = dict.fromkeys(NAMES, pa.string()) | {"value": pa.float64()}
KEY = re.compile(r"(?:^|/)(Patient|Encounter)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]+)?$")


def by_view(lines: Sequence[bytes]) -> bytes:
    """The rows as the view gives them."""
    view = compile_view(read_definition(VIEW))
    stream = io.BytesIO()
    write(view, run(view, lines), "parquet", stream)
    return stream.getvalue()


def by_python(lines: Sequence[bytes]) -> bytes:
    """The rows as a loop makes them."""
    columns = zip(*(row for line in lines for row in _rows(orjson.loads(line))), strict=True)
    stream = io.BytesIO()
    pq.write_table(pa.table({name: pa.array(column, TYPES[name]) for name, column in zip(NAMES, columns, strict=True)}), stream)
    return stream.getvalue()


def _rows(record: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    quantity = record.get("valueQuantity") or {}
    value = quantity.get("value")
    head = (
        record.get("id"),
        record.get("status"),
        _key(record.get("subject"), "Patient"),
        _key(record.get("encounter"), "Encounter"),
        record.get("effectiveDateTime"),
        None if value is None else float(value),
        quantity.get("unit"),
    )
    for coding in (record.get("code") or {}).get("coding") or ():
        yield *head, coding.get("system"), coding.get("code")


def _key(reference: dict[str, Any] | None, kind: str) -> str | None:
    found = KEY.search((reference or {}).get("reference") or "")
    return found[2] if found and found[1] == kind else None


def timed(work: Callable[[], bytes], rounds: int) -> tuple[float, float, bytes]:
    """Processor seconds and seconds of the best rounds, and the result."""
    spent, by_clock, result = float("inf"), float("inf"), b""
    for _ in range(rounds):
        start, clock = time.process_time(), time.perf_counter()
        result = work()
        spent, by_clock = min(spent, time.process_time() - start), min(by_clock, time.perf_counter() - clock)
    return spent, by_clock, result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    lines = [line for file in sorted(asked.export.glob("Observation*.ndjson")) for line in file.read_bytes().splitlines(keepends=True)]
    if not lines:
        parser.error(f"{asked.export} holds no Observation*.ndjson")
    ours, by_clock, table = timed(lambda: by_view(lines), asked.rounds)
    theirs, their_clock, other = timed(lambda: by_python(lines), asked.rounds)
    found, wanted = (sorted(pq.read_table(io.BytesIO(one)).to_pylist(), key=str) for one in (table, other))
    if found != wanted:
        raise SystemExit("the view and the loop give different rows")
    print(f"{len(lines):,} Observations, {sum(map(len, lines)) / 2**20:,.0f} MB, {len(found):,} rows of {len(NAMES)} columns, as Parquet")
    print(f"view    {ours:6.2f} s of processor time ({by_clock:.2f} s), {len(lines) / ours:10,.0f} resources/s")
    print(f"Python  {theirs:6.2f} s of processor time ({their_clock:.2f} s), {len(lines) / theirs:10,.0f} resources/s")
    print(f"the view is {theirs / ours:.1f} × as quick")


if __name__ == "__main__":
    main()
