"""Labels as criteria: of the patients whose documents are labeled, and of the items themselves."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cohorts.duck import Tables
from cohorts.errors import InvalidDefinition
from cohorts.json_schema import SCHEMA
from cohorts.reading import definition_of
from cohorts.study import Cohorts
from tests.cohorts.tables import JOBS, counted, read, table
from tests.webapp.streets import DATASET, class_iri, job, streets

SETS = {"vehicles": ["vehicles"], "people": [class_iri("street", "people"), class_iri("boxes", "people")], "car": ["car"], "drug": ["drug"]}
DAY = 10_000


@pytest.fixture(scope="module")
def cohorts() -> Cohorts:
    return streets().lab.snapshot().cohorts


def items(cohorts: Cohorts, label: dict[str, Any], *rules: dict[str, Any]) -> list[int]:
    """The numbers of the scenes with a label that meet rules; both executors count the same."""
    value = {"format": "commissure-cohort/1", "subjects": "items", "sets": SETS, "entry": {"any": [{"label": label}]}, "rules": list(rules)}
    Draft202012Validator(SCHEMA).validate(value)
    definition = definition_of(value)
    found = cohorts.count(definition)
    with Tables(cohorts.exported("items")) as tables:
        assert tables.count(definition, cohorts.resolved(definition)).steps == found.steps
    named = {iri: number for number, iri in enumerate(streets().items)}
    return sorted({named.get(member.patient, -1) for member in cohorts.members(found)})


def test_items_are_found_by_their_classes(cohorts: Cohorts) -> None:
    assert items(cohorts, {"in": "vehicles"}) == [0, 1, 3]
    assert items(cohorts, {"in": "car"}) == [0, 1]
    assert items(cohorts, {"in": "car", "job": ["street"]}) == []
    assert items(cohorts, {"in": "car", "job": ["Boxes"]}) == items(cohorts, {"in": "car", "job": [job("boxes")]}) == [0, 1]
    assert items(cohorts, {"in": "vehicles", "agent": "machine"}) == [1]
    assert items(cohorts, {"in": "vehicles", "agent": "human"}) == [0, 3]
    assert items(cohorts, {"in": "vehicles", "dataset": [DATASET]}) == [0, 1, 3]
    assert items(cohorts, {"in": "vehicles", "dataset": ["clinic"]}) == []


def test_confidence_lies_between_both_bounds(cohorts: Cohorts) -> None:
    for bounds, found in (([0.9, None], [0, 3]), ([None, 0.55], [1]), ([0.55, 0.55], [1]), ([0.56, 0.89], []), ([None, None], [0, 1, 3])):
        assert items(cohorts, {"in": "vehicles", "confidence": bounds}) == found


def test_scenes_with_one_class_but_not_another_by_two_workers(cohorts: Cohorts) -> None:
    by_workers = {"label": {"in": "people", "agent": "worker"}}
    for count, found in (
        ({"ge": 1, "distinct": "worker"}, [1]),
        ({"ge": 2, "distinct": "worker"}, []),
        ({"le": 1, "distinct": "worker"}, [0, 1, 3]),
        ({"eq": 0, "distinct": "worker"}, [0, 3]),
    ):
        assert items(cohorts, {"in": "vehicles"}, {**by_workers, "count": count}) == found
    assert items(cohorts, {"in": "people", "agent": "worker"}) == [1, 2]
    assert items(cohorts, {"in": "people"}, {**by_workers, "count": {"eq": 2, "distinct": "worker"}}) == [2]


def test_every_item_is_there(cohorts: Cohorts) -> None:
    whole = {"format": "commissure-cohort/1", "subjects": "items", "entry": {"any": [{"event": "item"}]}}
    found = cohorts.count(definition_of(whole))
    assert (found.patients, found.subjects) == (cohorts.everyone(definition_of(whole)), "items")
    assert found.patients == len({*streets().items, streets().span_item})
    (last,) = [member for member in cohorts.members(found) if member.patient == streets().span_item]
    assert (last.dataset, last.age, last.sex) == ("notes", None, "")


def test_patients_are_found_by_labels_of_their_documents(cohorts: Cohorts) -> None:
    asked = {"format": "commissure-cohort/1", "sets": SETS, "entry": {"any": [{"label": {"in": "drug", "agent": "human"}}]}}
    found = cohorts.count(definition_of(asked))
    assert [member.patient.rpartition("/")[2] for member in cohorts.members(found)] == ["p1"]
    assert cohorts.count(definition_of({**asked, "rules": [{"event": "condition"}]})).patients == 1
    assert cohorts.count(definition_of({**asked, "entry": {"any": [{"label": {"in": "car"}}]}})).patients == 0


def test_workers_are_counted_once_and_only_where_they_answer() -> None:
    def answer(agent: str, code: str = "b", day: int = DAY) -> dict[str, Any]:
        return {"patient": 0, "kind": "answer", "codes": code, "job": JOBS[0], "agent": agent, "day": day}

    index = {"patient": 0, "kind": "label", "codes": "a", "job": JOBS[0], "agent": "human", "day": DAY}
    found = table([{}], [index, answer("ann"), answer("ann", day=DAY + 1), answer("bob", "c")])
    for wanted, passes in ((1, True), (2, False)):
        rule = {"label": {"in": "b", "agent": "worker"}, "count": {"ge": wanted, "distinct": "worker"}}
        assert (counted(found, read({"any": [{"label": {"in": "a"}}]}, rule)).patients == 1) is passes


@pytest.mark.parametrize(
    ("rule", "path", "why"),
    [
        ({"label": {"in": "nothing"}}, "rules[0].label.in", "no set"),
        ({"label": {"confidence": [0.9, 0.8]}}, "rules[0].label.confidence", "turns back"),
        ({"label": {"confidence": [0.9]}}, "rules[0].label.confidence", "two ends"),
        ({"label": {"confidence": ["x", None]}}, "rules[0].label.confidence[0]", "a number"),
        ({"label": {"agent": "robot"}}, "rules[0].label.agent", "one of"),
        ({"label": {"agent": "worker", "confidence": [0.5, None]}}, "rules[0].label.confidence", "a worker has none"),
        ({"label": {"job": []}}, "rules[0].label.job", "empty"),
        ({"label": {}, "in": "car"}, "rules[0].in", "label has none"),
        ({"label": {}, "count": {"ge": 2, "distinct": "worker"}}, "rules[0].count", "their own answers"),
        ({"event": "condition"}, "rules[0]", "items have labels alone"),
        ({"note": {}}, "rules[0]", "items have labels alone"),
        ({"any": [{"age": [1, 2]}]}, "rules[0].any[0]", "items have none"),
        ({"label": {}, "having": {"sex": ["male"]}}, "rules[0].having", "items have none"),
        ({"label": {}, "age": [1, 2]}, "rules[0]", "items have none"),
        ({"cohort": "people"}, "rules[0].cohort", "is of patients; this cohort is of items"),
    ],
)
def test_what_items_cannot_meet_is_refused_by_its_path(rule: dict[str, Any], path: str, why: str) -> None:
    entry = {"any": [{"label": {}}]}
    people = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}
    value = {
        "format": "commissure-cohort/1",
        "subjects": "items",
        "sets": SETS,
        "entry": entry,
        "rules": [rule],
        "cohorts": {"people": people},
    }
    with pytest.raises(InvalidDefinition, match=why) as found:
        definition_of(json.loads(json.dumps(value)))
    assert found.value.path == path


def test_patients_are_no_items() -> None:
    with pytest.raises(InvalidDefinition, match="is of items"):
        definition_of({"format": "commissure-cohort/1", "entry": {"any": [{"event": "item"}]}})
