"""What validation takes for alike is good or bad together: with a memory and without, the same is said of every record."""

import copy
import random

import pytest

from ingest.fhir import validation
from ingest.fhir.likeness import form
from tests.ingest.mapping.test_robustness import ODD, SEEDS, places

OBSERVATION = {
    "resourceType": "Observation",
    "id": "a",
    "status": "final",
    "code": {"text": "x"},
    "subject": {"reference": "Patient/a"},
    "effectiveDateTime": "2020-01-01T10:00:00Z",
    "valueQuantity": {"value": 1.5, "unit": "g"},
}
PERIODS = [
    *SEEDS,
    OBSERVATION,
    {"resourceType": "Encounter", "status": "finished", "class": {"code": "A"}, "period": {"start": "2020-01-01"}},
]
VALUES = (
    *("2020-02-29", "2019-02-29", "2020-01-31", "2020-04-31", "2020-12-01T24:00:00Z", "2020-12-01T10:00:60Z", "2020-12-01T10:00:00"),
    *(
        "2020-12-01T10:00:00Z",
        "2021-12-01T10:00:00.123+02:00",
        "2021-12-01T10:00:00+15:00",
        "1899-01-01",
        "2020-00-01",
        "2020-01",
        "٢٠٢٠-01-01",
    ),
    *("Patient/b", "Patient/b c", "", '"reference":"Patient/a"', "a.b", "a b", "a" * 65, b"id".decode(), "moment", "day"),
    *(1, 0, -1, 1.0, 2.5, 1e20, 1e-7, 10**13, True, False, None, {"value": 3}, {"value": "3"}, {"value": None}, {"reference": "x"}),
    *(
        {"reference": "a b"},
        {"reference": 1},
        {"start": "2020-01-02T10:00:00Z"},
        {"start": "2020-13-01"},
        {"extension": [{"url": "x", "valueDate": "2020-01-02"}]},
    ),
)


@pytest.mark.parametrize("seed", range(4))
def test_a_memory_changes_no_verdict(seed, monkeypatch):
    dice = random.Random(seed)
    memory: dict[object, object] = {}
    verdicts: dict[bool, int] = {True: 0, False: 0}
    for _ in range(700):
        resource = copy.deepcopy(dice.choice(PERIODS))
        for _ in range(dice.choice((0, 1, 1, 2))):
            path = dice.choice([path for path in places(resource) if path != ("resourceType",)])
            parent = resource
            for key in path[:-1]:
                parent = parent[key]
            change = dice.random()
            if change < 0.2:
                del parent[path[-1]]
            elif change < 0.3 and isinstance(parent, dict):
                parent["_status" if dice.random() < 0.5 else f"_{path[-1]}"] = copy.deepcopy(dice.choice(VALUES))
            else:
                parent[path[-1]] = copy.deepcopy(dice.choice(VALUES if change < 0.9 else ODD))
        monkeypatch.setattr(validation, "_GOOD", {})
        alone = validation.problems(resource["resourceType"], resource)
        monkeypatch.setattr(validation, "_GOOD", memory)
        assert validation.problems(resource["resourceType"], resource) == alone, resource
        verdicts[bool(alone)] += 1
    assert min(verdicts.values()) > 100


def test_a_record_of_good_elements_is_not_validated_again(monkeypatch):
    monkeypatch.setattr(validation, "_GOOD", {})
    assert validation.problems("Observation", OBSERVATION) == []
    monkeypatch.setattr(validation.model("Observation"), "model_validate", None)
    other = {
        **OBSERVATION,
        "id": "b",
        "subject": {"reference": "Patient/b"},
        "effectiveDateTime": "2021-03-31T23:59:59.999+02:00",
        "valueQuantity": {"value": -20.25, "unit": "g"},
    }
    assert validation.problems("Observation", other) == []
    for element, value in (
        ("issued", "2020-01-01T10:00:00Z"),
        ("status", "amended"),
        ("effectiveDateTime", "2020-01-01"),
        ("code", {"text": ""}),
    ):
        assert validation.problems("Observation", {**other, element: value}), element
    assert validation.problems("Observation", {key: value for key, value in other.items() if key != "code"})


@pytest.mark.parametrize(
    ("element", "one", "other"),
    [
        ("id", "a", "b-1.2"),
        ("issued", "2020-01-01T10:00:00Z", "2021-12-31T23:59:59.5-05:00"),
        ("birthDate", "1980-01-31", "2001-02-28"),
        ("subject", {"reference": "Patient/1"}, {"reference": "urn:uuid:2"}),
        ("valueQuantity", {"value": 1.5, "unit": "g"}, {"value": -2.25, "unit": "g"}),
        ("period", {"start": "2020-01-01T10:00:00Z"}, {"start": "2020-01-02T10:00:00Z"}),
    ],
)
def test_alike(element, one, other):
    assert form(element, one) == form(element, other) is not None


@pytest.mark.parametrize(
    ("element", "one", "other"),
    [
        ("id", "a", "a b"),
        ("issued", "2020-01-01T10:00:00Z", "2020-01-01"),
        ("birthDate", "2020-02-28", "2020-02-29"),
        ("birthDate", "2020-04-30", "2020-04-31"),
        ("status", "final", "Final"),
        ("flag", True, 1),
        ("flag", 1, 1.0),
        ("subject", {"reference": "Patient/1"}, {"reference": ""}),
        ("subject", {"reference": "Patient/1"}, {"reference": "Patient/1", "display": "x"}),
        ("code", {"text": '"reference":"a"'}, {"text": '"reference":"b"'}),
        ("valueQuantity", {"value": 1}, {"value": "1"}),
        ("valueQuantity", {"value": 1}, {"value": 1e40}),
        ("range", {"low": {"value": 1}}, {"high": {"value": 1}}),
    ],
)
def test_not_alike(element, one, other):
    assert form(element, one) != form(element, other)


@pytest.mark.parametrize(("element", "value"), [("status", None), ("_status", {"extension": []}), ("_status", "x"), ("text", "x" * 65)])
def test_like_nothing_else(element, value):
    assert form(element, value) is None
