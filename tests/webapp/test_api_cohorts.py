"""Cohorts over REST."""

from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

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
