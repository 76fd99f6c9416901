"""Cohorts side by side over REST."""

from typing import Any

from flask.testing import FlaskClient

from tests.webapp.test_api_cohorts import DEFINITION, EVERYONE

PATH = "/api/v1/cohorts/compare"


def test_a_cohort_is_compared_with_everybody_else(client: FlaskClient) -> None:
    found = client.post(PATH, json={"first": DEFINITION}).json
    assert (found["first"]["compared"], found["second"]["compared"], found["both"]) == (1, 1, 0)
    assert found["second"]["name"] == "everybody else"
    assert {one["name"] for one in found["measures"]} >= {"age", "visits", "notes", "years observed"}
    assert sum(line["first"] for line in found["sexes"]) == 1
    for line in (line for lines in found["concepts"].values() for line in lines):
        for side in ("first", "second"):
            group = found[side]["definition"]
            narrowed = {
                **group,
                "sets": {**group.get("sets", {}), "thing": line["codes"]},
                "rules": [*group.get("rules", []), *line["asks"]],
            }
            assert client.post("/api/v1/cohorts/count", json={"definition": narrowed}).json["count"] == line[side], line["name"]


def test_two_cohorts_with_an_outcome(client: FlaskClient) -> None:
    asked: dict[str, Any] = {"first": DEFINITION, "second": EVERYONE, "outcome": DEFINITION, "by": ["age"], "within": [10]}
    found = client.post(PATH, json=asked).json
    assert (found["both"], found["first"]["compared"], found["second"]["compared"]) == (1, 0, 1)
    outcome = found["outcome"]
    assert (outcome["second"]["undated"], outcome["second"]["followed"], outcome["chance"]) == (1, 0, None)
    assert [one["days"] for one in outcome["first"]["had"]] == [10]
    assert (found["sexes"], found["concepts"], found["results"]) == ([], {}, [])


def test_what_is_wrong_is_told_by_its_path(client: FlaskClient) -> None:
    faulty = {**DEFINITION, "rules": [{"event": "condition", "start": [5, 4]}]}
    for name, asked in (("first", {"first": faulty}), ("second", {"first": DEFINITION, "second": faulty})):
        refused = client.post(PATH, json=asked)
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (400, f"{name}.rules[0].start")
    items = {"format": "commissure-cohort/1", "subjects": "items", "entry": {"any": [{"event": "item"}]}}
    assert client.post(PATH, json={"first": items}).status_code == 400
    assert client.post(PATH, json={"first": DEFINITION, "by": ["height"]}).status_code == 400
    assert client.post(PATH, json={"first": DEFINITION, "within": [0]}).status_code == 400
