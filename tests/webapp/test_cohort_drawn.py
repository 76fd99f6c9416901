"""A definition as conditions of the cohort page, and back: nothing of it is lost, and it counts the same."""

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from cohorts.reading import definition_of as read
from commissure.assemble import DataLibrary
from ingest.workspace import Workspace
from tests.cohorts.test_gallery import COUNTED, sample
from webapp.app import create_app
from webapp.pages.cohort_drawn import rows_of_definition
from webapp.pages.cohort_rows import Row, definition_of, parameters_of, rows_of
from webapp.pages.cohort_words import entry_in_words, rule_in_words

TODAY = date(2024, 5, 1)
A = "http://snomed.info/id/1"
SETS = {"a": [{"code": A, "descendants": True}], "exact": [A]}
FIRST = {"any": [{"event": "condition", "in": "a"}], "limit": "first"}


def whole(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format": "commissure-cohort/1", "sets": SETS, "entry": FIRST, "rules": list(rules), **more}


def again(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition after it went through the address of the page."""
    read(definition)
    told = MultiDict([(name, str(value)) for name, value in parameters_of(rows_of_definition(definition))])
    return definition_of(rows_of(told), TODAY)


@pytest.mark.parametrize("text", [text for _, _, text in COUNTED], ids=[title for title, _, _ in COUNTED])
def test_definitions_of_the_gallery_count_the_same_after_the_page(text: str) -> None:
    definition = json.loads(text)
    before, after = sample().count(read(definition)), sample().count(read(again(definition)))
    assert [(step.patients, step.events) for step in after.steps] == [(step.patients, step.events) for step in before.steps]
    assert after.members.ends.tolist() == before.members.ends.tolist()


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ({"age": [18, None]}, Row("age", low="18")),
        ({"sex": ["female"]}, Row("sex", sex="female")),
        ({"event": "condition", "in": "a", "count": {"eq": 0}}, Row("condition", (A,), absent=True)),
        ({"event": "medication", "in": "a", "count": {"ge": 3}, "start": [None, -1]}, Row("medication", (A,), least="3", when="before")),
        ({"event": "procedure", "in": "a", "start": [-30, -1]}, Row("procedure", (A,), when="before", days="30")),
        ({"event": "procedure", "in": "a", "start": [1, 365]}, Row("procedure", (A,), when="after", days="365")),
        ({"event": "procedure", "in": "a", "start": [-7, 7]}, Row("procedure", (A,), when="around", days="7")),
        ({"event": "encounter", "class": ["EMER"], "start": [0, 0]}, Row("encounter", setting="EMER", when="same")),
        ({"event": "death"}, Row("death")),
        ({"note": {"in": "a", "assertion": ["negated"]}}, Row("said", (A,), assertion="denied")),
        ({"note": {"text": "pain", "assertion": ["affirmed"]}}, Row("words", words="pain")),
        (
            {"event": "observation", "in": "a", "value": {"ge": 6.5, "unit": "%"}},
            Row("observation", (A,), comparison="ge", number="6.5", unit="%"),
        ),
    ],
)
def test_conditions_that_the_page_has_a_form_for_are_drawn(rule: dict[str, Any], row: Row) -> None:
    found = rows_of_definition(whole(rule))
    assert found == (Row("condition", (A,)), row)
    (made,) = again(whole(rule))["rules"]
    assert {key: value for key, value in made.items() if key not in ("name", "in", "note")} == {
        key: value for key, value in rule.items() if key not in ("in", "note")
    }


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"event": "condition", "in": "exact"}, "condition exact"),
        ({"event": "condition", "in": "a", "start": [0, 30]}, "condition a, starting from 0 to 30 days from entry"),
        ({"event": "condition", "in": "a", "start": [None, 0], "from": "end"}, "condition a, starting up to 0 days from the end of entry"),
        ({"event": "condition", "in": "a", "count": {"eq": 2, "distinct": "day"}}, "exactly 2 different days of condition a"),
        ({"event": "encounter", "having": {"note": {}, "count": {"le": 0}}, "first": True}, "encounter, the first ever, having no a note"),
        ({"any": [{"age": [1, 2]}, {"sex": ["male"]}]}, "any of (an age from 1 to 2; sex male)"),
        ({"at_least": 1, "of": [{"dates": ["2019", None]}]}, "at least 1 of (a date from 2019)"),
        ({"note": {"text": "x", "mode": "semantic", "at_least": 0.5}}, "a note with a meaning near to “x” (0.5)"),
        ({"label": {"in": "a", "agent": "human"}}, "a label a by human"),
        ({"graph": "?patient  a ?x"}, "what the graph finds by ?patient a ?x"),
        (
            {"event": "observation", "in": "a", "value": {"ge": 1, "lt": 2}, "pick": "last"},
            "observation a, at least 1 and below 2, by the last of them alone",
        ),
        (
            {"name": "lately", "event": "encounter", "status": ["finished"], "same_encounter": True},
            "lately: encounter, with status finished, in the same visit",
        ),
    ],
)
def test_others_are_kept_as_they_are_and_told_in_words(rule: dict[str, Any], words: str) -> None:
    _, row = rows_of_definition(whole(rule))
    assert (row.what, rule_in_words(rule)) == ("rule", words)
    made = again(whole(rule))
    assert set(made["rules"][0]) == set(rule)
    assert set(read(made).sets) - {"c1"} == {f"k2.{name}" for name in {"exact", "a"} if f'"{name}"' in json.dumps(rule)}


def test_who_enters_and_what_is_said_beside_the_rules_is_kept() -> None:
    entry = {"any": [{"event": "condition", "in": "exact", "first": True}, {"event": "death"}], "observed": [365, 0]}
    definition = whole({"age": [18, None]}, entry=entry, keep="last", exit={"end": "persistence", "in": "a"}, name="x")
    made = again(definition)
    assert made["entry"] == {**entry, "any": [{"event": "condition", "in": "k1.exact", "first": True}, {"event": "death"}]}
    assert (made["keep"], made["name"], made["exit"]["in"]) == ("last", "x", "k3.a")
    assert entry_in_words(entry) == "with each condition exact, the first ever or death, known for 365 days before and 0 after"
    assert entry_in_words({"on": "2020-01-01"}) == "everybody on 2020-01-01"


def test_what_no_page_wrote_is_left_out_of_the_address() -> None:
    for text in ("", "x", "[1]", "{}", '{"part": 1}', '{"part": {}, "sets": 1}', "[" * 10_000):
        assert rows_of(MultiDict([("1.what", "rule"), ("1.rule", text)])) == ()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(DataLibrary(Workspace(sample()._generation.path.parents[2]), None)).test_client()


def test_a_definition_is_opened_in_the_page(client: FlaskClient) -> None:
    rule = {"event": "encounter", "start": [0, 30], "name": "soon"}
    given = json.dumps({**json.loads(COUNTED[0][2]), "rules": [rule], "exit": {"end": "observed"}})
    answer = client.get("/cohort/open", query_string={"definition": given}, follow_redirects=True)
    assert answer.status_code == 200
    assert "soon: encounter, starting from 0 to 30 days from entry" in answer.text
    assert "as the definition says further: exit" in answer.text
    assert "episodes" in answer.text


@pytest.mark.parametrize("text", ["", "{", '{"format": "commissure-cohort/1"}', "<script>alert(1)</script>"])
def test_what_is_no_definition_is_told_in_the_page(client: FlaskClient, text: str) -> None:
    answer = client.get("/cohort/open", query_string={"definition": text})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "<script>alert(1)" not in answer.text


def test_kept_parts_that_are_no_definition_are_told_by_their_path(client: FlaskClient) -> None:
    answer = client.get("/cohort", query_string={"1.what": "rule", "1.rule": '{"part": {"any": 7, "label": 1}}'})
    assert answer.status_code == 200
    assert "rules[0]" in answer.text
