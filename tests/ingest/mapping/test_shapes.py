"""What is taken for valid at a glance is valid for the classes of fhir.resources, and nearly all that is valid is taken for it."""

import copy
import json
import random
import subprocess
import sys
from decimal import Decimal
from functools import cache

import orjson
import pytest
from fhir_core import types
from pydantic import Field, TypeAdapter, field_validator, model_validator

from ingest.fhir import plain, shapes, validation
from ingest.fhir.plain import is_plain
from ingest.fhir.shapes import is_sure, model
from sample import write_sample
from tests.ingest.mapping.test_robustness import ODD, SEEDS, places
from tests.ingest.mapping.test_shared_data import DATA

OBSERVATION = {
    "resourceType": "Observation",
    "id": "a",
    "status": "final",
    "code": {"text": "x", "coding": [{"system": "http://loinc.org", "code": "1-8", "userSelected": True}]},
    "subject": {"reference": "Patient/a"},
    "effectiveDateTime": "2020-01-01T10:00:00Z",
    "issued": "2020-01-01T10:00:00.123Z",
    "valueQuantity": {"value": 1.5, "unit": "g"},
}
BUNDLE = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "urn:uuid:1", "resource": OBSERVATION}]}
NESTED = {"url": "http://x", "extension": [{"url": "y", "valueString": "z"}, {"url": "z", "valueCoding": {"code": "c"}}]}
DATES = (
    *("2020-02-29", "2019-02-29", "2020-01-31", "2020-04-31", "2020-00-01", "2020-01", "2020", "0001-01-01", "1899-01-01", "٢٠٢٠-01-01"),
    *("2020-01-01\n", "2020-12-01T10:00:00Z", "2021-12-01T10:00:00.123+02:00", "2021-12-01T10:00:00.1234567Z", "2020-12-01 10:00:00Z"),
    *("2020-12-01T24:00:00Z", "2020-12-01T10:00:60Z", "2020-12-01T10:00:00", "2021-12-01T10:00:00+15:00", "10:00:00", "10:00"),
)
TEXTS = (
    *("", " ", "\n", "\t", "\x1c", "\u00a0", "\u200b", "\ud800", "a.b", "a b", "a  b", " a", "a\n", "é", "a" * 65, "a" * 300, "final"),
    *("true", "false", "1", "1.0", "-1", "+1", "1e400", "NaN", "0x1", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "urn:oid:1"),
    *("http://", "http://loinc.org", "mailto:x@y", "Patient", "Patient/b", "Patient/b c", "boolean", "TWFu", "TWF", "TW\nFu"),
)
NUMBERS = (
    *(0, 1, -1, 1.0, 2.5, -0.0, 1e20, 1e-7, 1e300, 10**13, 2**31 - 1, 2**31, -(2**31) - 1, True, False, float("inf"), float("nan")),
    *(Decimal("1.50"), Decimal("1E+2"), Decimal("NaN")),
)
ELEMENTS = (
    *(None, b"final", [], [None], ["x"], [["x"]], {}, {"id": "x"}, {"fhir_comments": "x"}, {"resourceType": "Patient", "id": "p"}),
    *({"value": 3}, {"value": "3"}, {"value": None}, {"reference": "x"}, {"reference": ""}, {"reference": 1}),
    *({"start": "2020-01-02T10:00:00Z"}, {"start": "2020-13-01"}, {"extension": [NESTED]}, {"extension": []}),
    *({"extension": [{"url": "x"}]}, {"extension": [{"valueDate": "2020-01-02"}]}),
)
VALUES = (*DATES, *TEXTS, *NUMBERS, *ELEMENTS)
NAMES = (
    *("valueString", "valueInteger", "valueBoolean", "deceasedBoolean", "effectivePeriod", "extension", "modifierExtension", "id", "meta"),
    *("text", "fhir_comments", "class_fhir", "status__ext", "resource_type", "resourceType", "contained", "language", "unheard", "_status"),
)


@cache
def sampled(folder):
    """Records of the sample, one of each make-up."""
    write_sample(folder, patients=6)
    found = {}
    for file in sorted(folder.rglob("*.ndjson")):
        for line in file.read_bytes().splitlines():
            resource = orjson.loads(line)
            found.setdefault((resource["resourceType"], *sorted(resource)), resource)
    return list(found.values())


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    made = sampled(tmp_path_factory.mktemp("sample"))
    examples = [json.loads(file.read_text()) for file in sorted((DATA / "hl7-r4-examples").glob("*.json"))]  # none where they are absent
    known = [{"id": "x", **each} for each in (*SEEDS, *made, OBSERVATION, BUNDLE, *examples) if model(each["resourceType"])]
    return [each for each in known if len(orjson.dumps(each)) < 20_000]


def is_valid(resource):
    return answers(lambda: model(resource["resourceType"]).model_validate(dict(resource)))


def change(resource, dice):
    """One thing done to it that exporters do, or that nobody would."""
    path = dice.choice([path for path in places(resource) if path != ("resourceType",)])
    parent = resource
    for key in path[:-1]:
        parent = parent[key]
    last, way = path[-1], dice.random()
    value = copy.deepcopy(dice.choice(VALUES if dice.random() < 0.9 else ODD))
    if way < 0.15:
        del parent[last]
    elif way < 0.3:
        parent[last] = [parent[last]] if dice.random() < 0.5 else [parent[last], parent[last]]
    elif way < 0.4 and isinstance(parent[last], list) and parent[last]:
        parent[last] = parent[last][0]
    elif way < 0.7 and isinstance(parent, dict):
        parent[dice.choice((*NAMES, f"_{last}", f"{last}__ext"))] = value
    elif way < 0.8 and isinstance(parent[last], dict):
        parent[last]["extension"] = [copy.deepcopy(NESTED), value]
    else:
        parent[last] = value


@pytest.mark.parametrize("seed", range(6))
def test_what_is_sure_is_valid_whatever_is_done_to_it(seed, seeds):
    dice = random.Random(seed)
    sure, valid, invalid = 0, 0, 0
    for _ in range(1200):
        resource = copy.deepcopy(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            change(resource, dice)
        if "resourceType" not in resource or not isinstance(resource["resourceType"], str) or model(resource["resourceType"]) is None:
            continue
        glance, look = is_sure(model(resource["resourceType"]), resource), is_valid(resource)
        assert look or not glance, resource
        assert look or not is_plain(resource["resourceType"], resource), resource
        sure, valid, invalid = sure + glance, valid + look, invalid + (not look)
    assert min(sure, invalid) > 100
    assert sure > 0.7 * valid  # the rest: null, empty elements, names in Python


@pytest.mark.parametrize("seed", range(2))
def test_a_glance_changes_no_verdict(seed, seeds, monkeypatch):
    dice = random.Random(f"verdicts {seed}")
    told = set()
    for _ in range(500):
        resource = copy.deepcopy(dice.choice(seeds))
        change(resource, dice)
        kind = resource.get("resourceType")
        if not isinstance(kind, str):
            continue
        with monkeypatch.context() as patch:
            patch.setattr(validation, "is_sure", lambda cls, resource: False)
            patch.setattr(validation, "is_plain", lambda kind, resource: False)
            full = validation.problems(kind, resource)
        assert validation.problems(kind, resource) == full, resource
        told |= {problem.code for problem in full}
    assert len(told) > 5


def test_valid_records_are_sure(seeds):
    valid = [resource for resource in seeds if is_valid(resource)]
    assert len(valid) > 60
    assert sum(is_sure(model(resource["resourceType"]), resource) for resource in valid) > 0.99 * len(valid)


@pytest.mark.parametrize("name", ["bulk-10-patients", "bulk-10-patients-medication-variant"])
def test_the_records_of_an_export_are_sure(name):
    files = sorted((DATA / name).glob("[A-Z]*.ndjson"))
    if not files:
        pytest.skip(f"{name} is not beside the repository")
    records = [orjson.loads(line) for file in files for line in file.read_bytes().splitlines()]
    assert sum(is_sure(model(record["resourceType"]), record) for record in records) > 0.99 * len(records)
    assert sum(is_plain(record["resourceType"], record) for record in records) > 0.98 * len(records)


def test_no_instance_is_made_of_what_is_sure(monkeypatch):
    monkeypatch.setattr(model("Observation"), "model_validate", None)
    assert validation.problems("Observation", OBSERVATION) == []
    assert validation.problems("Observation", {**OBSERVATION, "effectiveDateTime": "2020-01-01T10:00:00"}) == []  # completed first


@pytest.mark.parametrize("value", [*DATES, *TEXTS, *NUMBERS, *ELEMENTS[:7]])
def test_a_primitive_value_is_judged_as_its_type_does(value):
    for name, (annotation, adapter) in primitive_types().items():
        valid = answers(lambda adapter=adapter: adapter.validate_python(value) is not ...)
        for _ in range(2):  # also what is remembered
            found = answers(lambda annotation=annotation: shapes._primitive(annotation)(value))
            assert found == valid if isinstance(value, str) else found <= valid, name
        kind = name.removesuffix("Type").replace("Boolean", "bool")
        assert kind not in plain.VALUES or answers(lambda kind=kind: plain.VALUES[kind](value)) <= valid, name


@cache
def primitive_types():
    annotations = {name: getattr(types, name) for name in types.__all__ if name.endswith("Type")}
    return {name: (annotation, TypeAdapter(annotation)) for name, annotation in annotations.items()}


def answers(judge):
    """Whether it says so, and raises nothing."""
    try:
        return bool(judge())
    except Exception:
        return False


@pytest.mark.parametrize(
    "changed",
    [
        {"code": None},
        {"status": None},
        {"foo": 1},
        {"status__ext": {"id": "x"}},
        {"valueString": "x"},
        {"_status": {}},
        {"category": [None]},
        {"subject": {}},
        {"performer": {"reference": "Practitioner/a"}},
        {"resourceType": "Patient"},
        {"resourceType": 5},
        {"resource_type": "Observation"},
    ],
)
def test_not_sure(changed):
    assert is_sure(model("Observation"), OBSERVATION)
    assert not is_sure(model("Observation"), {**OBSERVATION, **changed})


@pytest.mark.parametrize("changed", [{"category": [None]}, {"subject": {}}, {"resourceType": 5}, {"foo": 1}, {"status": "\ud800"}])
def test_not_plain(changed):
    assert plain.is_plain("Observation", OBSERVATION)
    assert not plain.is_plain("Observation", {**OBSERVATION, **changed})
    assert not plain.is_plain("Coding", {"code": "c"})  # no resource


def test_the_table_counts_for_the_classes_it_was_made_of(monkeypatch):
    monkeypatch.setattr(plain.metadata, "version", lambda package: "9.9.9")
    for each in (plain._table, plain._shape, plain._resources):
        each.cache_clear()
    try:
        assert not plain.is_plain("Observation", OBSERVATION)
        assert validation.problems("Observation", OBSERVATION) == []
    finally:
        for each in (plain._table, plain._shape, plain._resources):
            each.cache_clear()


def test_no_class_is_loaded_for_what_is_plain():
    code = (
        "import json, sys; from ingest.fhir.validation import problems\n"
        "assert problems('Observation', json.loads(sys.argv[1])) == []; assert 'fhir' not in sys.modules and 'pydantic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, json.dumps(OBSERVATION)], check=True)


@pytest.mark.parametrize("element", ["code", "status"])
def test_what_lacks_an_element_is_not_sure(element):
    assert not is_sure(model("Observation"), {key: value for key, value in OBSERVATION.items() if key != element})


def test_resources_within_are_judged_as_what_they_are():
    contained = {"resourceType": "Patient", "id": "p", "birthDate": "1980-02-03"}
    assert is_sure(model("Bundle"), BUNDLE)
    assert is_sure(model("Observation"), {**OBSERVATION, "contained": [contained]})
    for wrong in ({**contained, "status": "x"}, {**contained, "resourceType": "Nonsense"}, {"id": "p"}, {**contained, "resourceType": []}):
        assert not is_sure(model("Observation"), {**OBSERVATION, "contained": [wrong]})


def test_what_lies_deep_is_left_to_the_class():
    deep = {"url": "x", "valueString": "x"}
    sure = []
    for _ in range(40):
        deep = {"url": "x", "extension": [deep]}
        sure.append(is_sure(model("Patient"), {"resourceType": "Patient", "extension": [deep]}))
    assert sure == sorted(sure, reverse=True) and sure[10] and not sure[-1]


def test_a_class_with_rules_of_its_own_is_left_to_itself():
    class Checked(model("Patient")):
        @model_validator(mode="after")
        def refuse(self):
            raise ValueError("no")

    class Named(model("Patient")):
        @field_validator("gender")
        @classmethod
        def refuse(cls, value):
            raise ValueError("no")

    class Short(model("Patient")):
        gender: str | None = Field(default=None, max_length=2)

    patient = {"resourceType": "Patient", "id": "a", "gender": "male"}
    assert is_sure(model("Patient"), patient)
    assert not any(is_sure(cls, patient) for cls in (Checked, Named, Short))


def test_make_ups_are_forgotten_rather_than_heaped_up(monkeypatch):
    monkeypatch.setattr(shapes, "_MOST_MAKEUPS", 3)
    elements = {"id": "a", "active": True, "gender": "male", "birthDate": "1980-01-02"}
    shape = shapes.Shape(shapes.rules_of(model("Patient")), 0, shapes._check)
    for size in range(1, 5):
        assert shape.fits({"resourceType": "Patient", **dict(list(elements.items())[:size])})
        assert len(shape._makeups) <= 3
