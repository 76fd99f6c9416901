"""Cohorts over REST."""

import csv
import io
import json
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from cohorts.json_schema import SCHEMA
from cohorts.reading import definition_of
from tests.cohorts.questions import QUESTIONS
from tests.webapp.fixtures import DIABETES, MILAN

DEFINITION: dict[str, Any] = {
    "format": "commissure-cohort/1",
    "sets": {"diabetes": [DIABETES]},
    "entry": {"any": [{"event": "condition", "in": "diabetes"}]},
    "rules": [{"name": "adult", "age": [18, None]}],
}
EVERYONE = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}


def test_a_cohort_is_counted(client: FlaskClient) -> None:
    found = client.post("/api/v1/cohorts/count", json={"definition": DEFINITION}).json
    assert found["attrition"] == [{"rule": rule, "patients": 1, "events": 1} for rule in ("entry", "adult")]
    assert (found["count"], found["events"], found["frozen"], found["notices"], found["generation"]) == (1, 1, {}, [], 2)


def test_a_cohort_is_listed_page_by_page(client: FlaskClient) -> None:
    first = client.post("/api/v1/cohorts/run", json={"definition": EVERYONE, "limit": 1}).json
    last = client.post("/api/v1/cohorts/run", json={"definition": EVERYONE, "limit": 1, "offset": first["next_offset"]}).json
    assert (first["count"], first["next_offset"], last["next_offset"]) == (2, 1, None)
    assert len({each["patient"] for page in (first, last) for each in page["patients"]}) == 2
    (member,) = client.post("/api/v1/cohorts/run", json={"definition": DEFINITION}).json["patients"]
    assert member["patient"] == MILAN


def test_what_is_wrong_with_a_definition_is_told_by_its_path(client: FlaskClient) -> None:
    faulty = {**DEFINITION, "rules": [{"event": "condition", "start": [5, 4]}]}
    found = client.post("/api/v1/cohorts/count", json={"definition": faulty})
    assert (found.status_code, found.json["errors"][0]["field"]) == (400, "definition.rules[0].start")
    assert client.post("/api/v1/cohorts/run", json={"definition": {**DEFINITION, "datasets": ["none"]}}).status_code == 400


def test_definitions_that_are_read_are_as_the_schema_has_them(client: FlaskClient) -> None:
    told = client.get("/api/v1/cohorts/schema").json
    assert told == {"format": "commissure-cohort/1", "schema": SCHEMA}
    Draft202012Validator.check_schema(SCHEMA)
    schema = Draft202012Validator(SCHEMA)
    for definition in (DEFINITION, EVERYONE, *QUESTIONS.values()):
        assert definition_of(definition)
        schema.validate(definition)
    for faulty in (
        {**DEFINITION, "entry": {}},
        {**DEFINITION, "rules": [{"name": "nothing"}]},
        {**DEFINITION, "rules": [{"event": "condition", "note": {}}]},
        {**DEFINITION, "rules": [{"at_least": 1}]},
        {**DEFINITION, "sets": {"a": []}},
    ):
        assert not schema.is_valid(faulty)


def exported(client: FlaskClient, definition: Any = DEFINITION, **more: Any) -> TestResponse:
    return client.post("/api/v1/cohorts/export", json={"definition": definition, **more})


def files_of(answer: TestResponse) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_cohort_is_taken_away_as_tables(client: FlaskClient) -> None:
    found = exported(client)
    assert (found.status_code, found.mimetype, found.headers["Cache-Control"]) == (200, "application/zip", "no-store")
    assert found.headers["Content-Disposition"] == 'attachment; filename="cohort-csv.zip"'
    written = {name: list(csv.DictReader(io.StringIO(held.decode()))) for name, held in files_of(found).items()}
    assert [one["patient"] for one in written["patients.csv"]] == [MILAN]
    assert {one["patient"] for one in written["facts.csv"]} == {MILAN} and "condition" in {one["kind"] for one in written["facts.csv"]}
    typed = {name: pq.read_table(io.BytesIO(held)) for name, held in files_of(exported(client, format="parquet")).items()}
    assert {name: table.num_rows for name, table in typed.items()} == {f"{name[:-4]}.parquet": len(rows) for name, rows in written.items()}
    assert files_of(exported(client)) == files_of(found)


def test_a_cohort_is_taken_away_for_omop_and_as_a_group(client: FlaskClient) -> None:
    omop = files_of(exported(client, format="omop"))
    typed = {name: pq.read_table(io.BytesIO(held)) for name, held in files_of(exported(client, format="omop-parquet")).items()}
    assert [f"{name[:-8]}.csv" for name in typed] == list(omop) == ["cohort.csv", "cohort_definition.csv", "subjects.csv"]
    for name, table in typed.items():
        rows = list(csv.DictReader(io.StringIO(omop[f"{name[:-8]}.csv"].decode())))
        assert [{key: str(value) for key, value in one.items()} for one in table.to_pylist()] == rows
    assert typed["cohort.parquet"].schema.field("cohort_start_date").type == pa.date32()
    group = files_of(exported(client, format="group"))
    assert [one["entity"]["reference"] for one in json.loads(group["group.json"])["member"]] == [f"Patient/{MILAN.rpartition('/')[2]}"]


def test_what_cannot_be_taken_away_says_why(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    items = {"format": "commissure-cohort/1", "subjects": "items", "entry": {"any": [{"event": "item"}]}}
    assert "cohort of items" in exported(client, items).json["detail"]
    assert exported(client, format="xlsx").json["errors"][0]["field"] == "format"
    monkeypatch.setattr("webapp.exporting.MOST_ROWS", 2)
    many = exported(client)
    assert many.status_code == 400 and "at most 2 are sent" in many.json["detail"]
    assert exported(client, format="group").status_code == 200


def test_what_somebody_typed_over_lines_is_noted_in_one(client: FlaskClient) -> None:
    strange = {**DEFINITION, "sets": {"diabetes": [DIABETES, {"code": "a\r\nb: \u2028c\x00\x7f\u00e9"}]}}
    view = {"resource": "Condition", "select": [{"column": [{"name": "id", "path": "id"}]}]}
    for found in (exported(client, strange), client.post("/api/v1/views/run", json={"view": view, "cohort": strange})):
        assert found.status_code == 200, found.text
        assert found.headers.getlist("Commissure-Notice") == [r"set diabetes: nothing published has 1 of 2 codes: a b: c\xe9"]


def test_a_view_is_of_a_cohorts_patients(client: FlaskClient) -> None:
    view = {"resource": "Condition", "select": [{"column": [{"name": "who", "path": "subject.getReferenceKey(Patient)"}]}]}

    def people(cohort: Any) -> set[str]:
        answer = client.post("/api/v1/views/run", json={"view": view, **({"cohort": cohort} if cohort else {})})
        assert answer.status_code == 200, answer.text
        return {json.loads(line)["who"] for line in answer.data.splitlines()}

    milan = MILAN.rpartition("/")[2]
    assert people(DEFINITION) == {milan} < people(None)
    assert people({**DEFINITION, "rules": [{"age": [150, None]}]}) == set()
    faulty = client.post("/api/v1/views/run", json={"view": view, "cohort": {**DEFINITION, "rules": [{"age": [5, 4]}]}})
    assert (faulty.status_code, faulty.json["errors"][0]["field"]) == (400, "cohort.rules[0].age")
    assert client.post("/api/v1/views/run", json={"view": view, "cohort": {**DEFINITION, "datasets": ["no"]}}).status_code == 400
    whose = client.post("/api/v1/views/run", json={"view": {**view, "resource": "Organization"}, "cohort": DEFINITION})
    assert whose.status_code == 400
