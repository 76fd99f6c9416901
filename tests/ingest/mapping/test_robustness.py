"""Whatever JSON comes, mapping answers: it never raises, never breaks off, and writes N-Quads that parse."""

import copy
import random

import orjson
import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.fhir import mapping as fhir
from ingest.fhir.reader import record_of
from ingest.mapping.resource_types import RESOURCE_TYPES
from ingest.model import MappingContext
from tests.ingest.mapping import test_healthlake, test_types

SEEDS = [
    *(resource for resource, _ in test_types.CASES.values()),
    test_healthlake.ALL,
    test_healthlake.generated("Condition"),
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "#p"},
        "contained": [{"resourceType": "Patient", "id": "p", "name": [{"family": "In"}]}],
        "component": [{"code": {"coding": [{"system": "s", "code": "c"}]}, "valueQuantity": {"value": 1, "unit": "g", "comparator": "<"}}],
    },
    {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "title": "x",
        "section": [{"text": {"status": "generated", "div": "<div>x</div>"}, "section": [{"entry": [{"reference": "Patient/p"}]}]}],
    },
    {"resourceType": "FamilyMemberHistory", "patient": {"reference": "Patient/p"}, "condition": [{"code": {"text": "x"}, "onsetAge": {}}]},
    {"resourceType": "MedicinalProduct", "name": [{"productName": "x"}], "subject": {"identifier": {"value": "v"}}},
]
ODD = [
    *(None, True, 0, -1, 10**18, 1e300, "", " ", "x", "\x00", '<>"\\\ud7ff\U0010ffff', "2020-13-45", "0000", "9999-12", "#", "#p"),
    *("Patient/1", "urn:uuid:1", "Patient?identifier=a%7Cb", "http://x/Patient/1/_history/2", "a" * 2000),
    *([], [[]], [None], [5], {}, {"coding": None}, {"coding": [None, 5, {"system": 1, "code": 2}]}, {"reference": 5}, {"reference": ""}),
    *({"identifier": {"value": "v", "system": 5}}, {"start": "2020", "end": "2010"}, {"value": "x", "comparator": {}}, {"div": 5}),
]
FOUND = ((), ("Patient/1",), ("Patient/1", "Patient/2"))


def check(resource, place=0):
    record = record_of(resource, orjson.dumps(resource), "/export/x.ndjson", 1, {"urn:uuid:1": "Patient/1"})
    context = MappingContext("d", "r", lambda kind, system, value: FOUND[place % 3], include_claims=True)
    result = fhir.map_record(record, context)
    assert "mapping-failed" not in [issue.code for issue in result.issues]
    assert result.rejected == any(issue.severity == "reject" for issue in result.issues)
    assert not (result.quads and (result.rejected or result.skipped))
    for quad in pyoxigraph.parse(result.quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS):
        assert quad.graph_name.value == result.record


def places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutate(resource, dice):
    resource = copy.deepcopy(resource)
    for _ in range(dice.choice((1, 1, 2, 4))):
        path = dice.choice([path for path in places(resource) if path != ("resourceType",)] or [("id",)])
        parent = resource
        for key in path[:-1]:
            parent = parent[key]
        if dice.random() < 0.15 and path in places(resource):
            del parent[path[-1]]
        else:
            parent[path[-1]] = copy.deepcopy(dice.choice(ODD))
    return {"id": "x", **resource}


@pytest.mark.parametrize("checked", [True, False], ids=["validated", "unvalidated"])
@pytest.mark.parametrize("seed", range(4))
def test_mutations_never_break_the_mapping(seed, checked, monkeypatch):
    """Without validation too: types that only R4 has reach the rules unchecked, and coercion lets more through than it seems."""
    if not checked:
        monkeypatch.setattr(fhir, "problems", lambda kind, resource: [])
    dice = random.Random(seed)
    for place in range(400):
        check(mutate(dice.choice(SEEDS), dice), place)


INNER = ["code", "subject", "text", "coding", "reference", "contained", "extension", "url"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "subject", "text", "coding", "reference", "contained", "extension", "url"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
ELEMENTS = ["code", "subject", "status", "extension", "contained", "component", "content", "name", "meta", "identifier", "period", "item"]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(RESOURCE_TYPES)) | st.text(max_size=5), body=st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=5)
)
def test_any_json_is_answered(kind, body):
    check({"resourceType": kind, "id": "x", **body})


@pytest.mark.parametrize("resource", [{}, {"resourceType": None}, {"resourceType": "Patient"}, {"resourceType": "Patient", "id": 5}])
def test_what_is_no_resource_is_rejected(resource):
    check(resource)


def test_what_is_nested_too_deeply_is_rejected():
    deep: object = "x"
    for _ in range(500):
        deep = {"extension": [deep]}
    record = record_of({"resourceType": "Patient", "id": "x", "extension": [deep]}, b"", "s", 1, {})
    (issue,) = fhir.map_record(record, MappingContext("d", "r", lambda *_: ())).issues
    assert (issue.severity, issue.code) == ("reject", "too-deep")


def test_a_break_of_the_mapping_is_a_reject_and_no_traceback(monkeypatch):
    def broken(*_):
        raise RuntimeError("Jane Doe")

    monkeypatch.setattr(fhir, "label_of", broken)
    result = fhir.map_record(record_of({"resourceType": "Patient", "id": "x"}, b"{}", "s", 1, {}), MappingContext("d", "r", lambda *_: ()))
    (issue,) = result.issues
    assert (result.rejected, issue.code) == (True, "mapping-failed")
    assert "Jane" not in issue.reason
