"""The rows of a view as files."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from cohorts.views.compile import View
from cohorts.views.output import FORMATS, MEDIA, write
from cohorts.views.run import run
from tests.cohorts.views.running import PATIENT, compiled, lines

SELECT = {
    "column": [
        {"name": "id", "path": "id"},
        {"name": "active", "path": "active"},
        {"name": "given", "path": "name.given", "collection": True},
        {"name": "name", "path": "name.first()"},
        {"name": "gender", "path": "gender"},
    ]
}
AWKWARD = {"resourceType": "Patient", "id": 'a,"b"\n', "gender": "é"}


def written(view: View, format_name: str, *resources: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    assert write(view, run(view, lines(*resources)), format_name, stream) == len(resources)
    return stream.getvalue()


def test_csv() -> None:
    found = list(csv.reader(io.StringIO(written(compiled(SELECT), "csv", PATIENT, AWKWARD).decode())))
    assert found == [
        ["id", "active", "given", "name", "gender"],
        ["p1", "true", '["a","b","c"]', '{"family":"F","given":["a","b"]}', ""],
        ['a,"b"\n', "", "[]", "", "é"],
    ]


def test_ndjson() -> None:
    found = [json.loads(line) for line in written(compiled(SELECT), "ndjson", PATIENT, AWKWARD).splitlines()]
    assert found == [
        {"id": "p1", "active": True, "given": ["a", "b", "c"], "name": PATIENT["name"][0], "gender": None},
        {"id": 'a,"b"\n', "active": None, "given": [], "name": None, "gender": "é"},
    ]


def test_parquet() -> None:
    table = pq.read_table(io.BytesIO(written(compiled(SELECT), "parquet", PATIENT, AWKWARD)))
    assert table.column("given").to_pylist() == [["a", "b", "c"], []] and table.column("active").to_pylist() == [True, None]


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_rows_are_a_file_with_the_columns(format_name: str) -> None:
    found = written(compiled(SELECT), format_name)
    if format_name == "csv":
        assert found == b'"id","active","given","name","gender"\n'
    elif format_name == "parquet":
        assert pq.read_schema(io.BytesIO(found)).names == ["id", "active", "given", "name", "gender"]
    else:
        assert found == b""


def test_each_format_has_a_media_type() -> None:
    assert set(FORMATS) == set(MEDIA)
