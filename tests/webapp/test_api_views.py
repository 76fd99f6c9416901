"""Tables by SQL on FHIR over HTTP."""

import csv
import io
import json
from contextlib import ExitStack
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from graph.scope import Scope
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import DATASET, OTHER_DATASET, Shelf
from tests.webapp.test_scope import reading
from webapp.api import views

URL = "/api/v1/views/run"
VIEW = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}, {"name": "sex", "path": "gender"}]}]}


def table(client: FlaskClient, view: Any = VIEW, **more: Any) -> TestResponse:
    return client.post(URL, json={"view": view, **more})


def patients(library: Shelf) -> set[str]:
    lines = (json.loads(line) for name in (DATASET, OTHER_DATASET) for line in library.ndjson(name, ("Patient",)))
    return {line["id"] for line in lines}


def test_the_three_formats(library: Shelf) -> None:
    client = make_client(library)
    wanted = patients(library)
    found = table(client, dataset=DATASET)
    assert (found.status_code, found.mimetype, found.headers["Cache-Control"]) == (200, "application/x-ndjson", "no-store")
    rows = [json.loads(line) for line in found.data.splitlines()]
    assert {row["id"] for row in rows} == wanted and {row["sex"] for row in rows} <= {"female", "male", None}
    assert [row["id"] for row in csv.DictReader(io.StringIO(table(client, format="csv").text))] == [row["id"] for row in rows]
    assert pq.read_table(io.BytesIO(table(client, format="parquet").data)).to_pylist() == rows


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"view": {}}, 400, "view.resource"),
        ({"view": {**VIEW, "where": [{"path": "name.lowerCase()"}]}}, 400, "view.where[0].path"),
        ({"view": VIEW, "format": "xml"}, 400, "format"),
        ({"view": []}, 400, "view"),
        ({}, 400, "view"),
        ({"view": VIEW, "dataset": "none"}, 404, None),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_place(library: Shelf, body: dict[str, Any], status: int, field: str | None) -> None:
    found = make_client(library).post(URL, json=body)
    assert (found.status_code, found.mimetype) == (status, "application/problem+json")
    assert [one["field"] for one in found.json.get("errors", ())] == ([field] if field else [])


def test_records_that_the_view_cannot_be_run_over(library: Shelf) -> None:
    view = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id | gender"}]}]}
    found = table(make_client(library), view)
    assert found.status_code == 422 and found.json["type"].endswith("view-refused")
    assert "several values where one is needed (id)" in found.json["detail"]


def test_what_is_told_beside_the_table(library: Shelf) -> None:
    view = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "nmae"}]}]}
    found = table(make_client(library), view)
    assert found.headers.getlist("Commissure-Notice") == [
        "select[0].column[0].path: R4 has no element 'nmae' in Patient: it counts as empty; did you mean name?"
    ]
    strange = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "`\u00e9\\n`"}]}]}
    (notice,) = table(make_client(library), strange).headers.getlist("Commissure-Notice")
    assert r"'\xe9\xb7'" in notice


def test_tables_are_bounded(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_ROWS", 1)
    found = table(make_client(library))
    assert found.status_code == 422 and "more than 1 rows or 512 MB" in found.json["detail"]


def test_only_so_many_at_a_time(library: Shelf) -> None:
    client = make_client(library)
    slots = client.application.extensions["commissure_sparql_slots"]
    with ExitStack() as held:
        for _ in range(slots.limit):
            held.enter_context(slots.one())
        found = table(client)
    assert found.status_code == 503 and found.headers["Retry-After"]
    assert table(client).status_code == 200


def test_a_server_that_does_not_show_source_json(library: Shelf) -> None:
    assert table(make_client(library, raw_records=False)).status_code == 403


def test_a_reader_of_another_dataset_learns_nothing_of_it(library: Shelf) -> None:
    client = reading(library, Scope.of([OTHER_DATASET]))
    assert table(client).data == b"" and table(client, dataset=DATASET).status_code == 404
