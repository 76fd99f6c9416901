"""Runs the tests of a folder as the official suite of SQL on FHIR writes them: resources, views, and the rows they must give."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cohorts.views.compile import compile_view
from cohorts.views.definition import read_definition
from cohorts.views.errors import NotRunnable, SuiteUnreadable, ViewError
from cohorts.views.run import run


@dataclass(frozen=True, slots=True)
class Tested:
    """A test and how it ended: '' where it passed, else what was other than it should be."""

    file: str
    title: str
    fault: str


def run_suite(folder: Path) -> Iterator[Tested]:
    """Every test of every file. Raises SuiteUnreadable."""
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        raise SuiteUnreadable(f"{folder}: holds no .json files with tests of views")
    for file in files:
        resources, tests = _read(file)
        for test in tests:
            yield Tested(file.stem, str(test.get("title", "")), _fault(test, resources))


def _read(file: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The resources and the tests of a file."""
    try:
        held = orjson.loads(file.read_bytes())
        resources, tests = held["resources"], held["tests"]
        if all(isinstance(one, dict) for one in (*resources, *tests)):
            return resources, tests
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise SuiteUnreadable(f"{file}: is not a file of tests: an object with lists of resources and tests")


def _fault(test: dict[str, Any], resources: list[dict[str, Any]]) -> str:
    try:
        view = compile_view(read_definition(test.get("view")))
        lines = [orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in resources if one.get("resourceType") == view.resource]
        batches = list(run(view, lines, threads=1))
    except ViewError as error:
        return "" if test.get("expectError") and not isinstance(error, NotRunnable) else f"refused: {error}"
    if test.get("expectError"):
        return "an error was expected"
    if "expectColumns" in test and test["expectColumns"] != [column.name for column in view.columns]:
        return f"columns are {[column.name for column in view.columns]}"
    rows = [row for batch in batches for row in batch.to_pylist()]
    found, wanted = (Counter(map(_key, given)) for given in (rows, test.get("expect", rows)))
    return "" if found == wanted else f"{sum((found - wanted).values())} rows too many, {sum((wanted - found).values())} missing"


def _key(row: dict[str, Any]) -> bytes:
    """A row as it can be compared: whole numbers and decimals alike."""
    return orjson.dumps({name: _plain(value) for name, value in row.items()}, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
