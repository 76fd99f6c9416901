"""How long drugs last: supplies in days, and the day of their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fhir.supplies import end_of, supply_of
from tests.ingest.mapping.reading import PATIENT, RXNORM, concept, mapped, said

UCUM = "http://unitsofmeasure.org"


def lasting(value, code="d"):
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def dosage(sequence=None, **bounds):
    return {**({"sequence": sequence} if sequence else {}), "timing": {"repeat": bounds}}


@pytest.mark.parametrize(
    ("drug", "days"),
    [
        ({"daysSupply": lasting(30)}, 30),
        ({"daysSupply": {"value": 30}}, 30),
        ({"daysSupply": {"value": 30, "unit": "Day"}}, 30),
        ({"daysSupply": lasting(2, "wk")}, 14),
        ({"daysSupply": lasting(1, "mo")}, 30.4375),
        ({"daysSupply": lasting(36, "h")}, 1.5),
        ({"daysSupply": lasting(30, "mg")}, None),
        ({"daysSupply": lasting(0)}, None),
        ({"daysSupply": lasting(-3)}, None),
        ({"daysSupply": lasting(10**9)}, None),
        ({"daysSupply": {**lasting(30), "comparator": ">"}}, None),
        ({"daysSupply": lasting("thirty")}, None),
        ({"daysSupply": 30}, None),
        ({"dispenseRequest": {"expectedSupplyDuration": lasting(30)}}, 30),
        ({"dispenseRequest": {"expectedSupplyDuration": lasting(30), "numberOfRepeatsAllowed": 2}}, 90),
        ({"dispenseRequest": {"expectedSupplyDuration": lasting(30), "numberOfRepeatsAllowed": -2}}, 30),
        ({"dispenseRequest": {"numberOfRepeatsAllowed": 2}}, None),
        ({"dispenseRequest": []}, None),
        ({}, None),
    ],
)
def test_days_of_supply(drug, days):
    assert supply_of(drug) == days


@pytest.mark.parametrize(
    ("drug", "end"),
    [
        ({"dosageInstruction": [dosage(boundsPeriod={"start": "2020-01-01", "end": "2020-01-20"})]}, "2020-01-20"),
        ({"dosageInstruction": [dosage(boundsDuration=lasting(10))]}, "2020-01-10"),
        ({"dosageInstruction": [dosage(boundsDuration=lasting(1, "wk"))]}, "2020-01-07"),
        ({"dosageInstruction": [dosage(boundsRange={"low": lasting(5), "high": lasting(7)})]}, "2020-01-07"),
        ({"dosageInstruction": [dosage(boundsDuration=lasting(10)), dosage(boundsDuration=lasting(3))]}, "2020-01-10"),
        ({"dosageInstruction": [dosage(1, boundsDuration=lasting(10)), dosage(2, boundsDuration=lasting(3))]}, "2020-01-13"),
        ({"dosageInstruction": [dosage(1, boundsDuration=lasting(10)), dosage(2)]}, None),
        ({"dosage": [dosage(boundsDuration=lasting(10))]}, "2020-01-10"),
        ({"dispenseRequest": {"validityPeriod": {"end": "2020-06"}}}, "2020-06"),
        ({"dispenseRequest": {"validityPeriod": {"end": "2020"}}}, "2020"),
        ({"dispenseRequest": {"validityPeriod": {"end": "2019-06"}}}, None),
        ({"dispenseRequest": {"validityPeriod": {"end": "soon"}}}, None),
        ({"dispenseRequest": {"validityPeriod": "2020"}}, None),
        ({"dosageInstruction": [dosage(boundsDuration=lasting(10))], "dispenseRequest": {"validityPeriod": {"end": "2021"}}}, "2020-01-10"),
        ({"dosageInstruction": [dosage(boundsDuration=lasting(10**9))]}, None),
        ({"dosageInstruction": ["daily", {"timing": "daily"}, {"timing": {"repeat": []}}]}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_drug(drug, end):
    assert end_of(drug, "2020-01-01T08:00:00Z") == end


def test_what_begins_on_no_known_day_ends_on_none():
    ten = {"dosageInstruction": [dosage(boundsDuration=lasting(10))]}
    assert end_of(ten, "2020-01") is None
    assert end_of(ten, None) is None
    assert end_of(ten, "9999-12-30") is None
    assert end_of({"dispenseRequest": {"validityPeriod": {"end": "2020-06"}}}, None) == "2020-06"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda x: st.lists(x, max_size=3), max_leaves=5
)


@given(anything, anything, anything)
def test_nonsense_has_neither(one, other, third):
    request = {"expectedSupplyDuration": third, "numberOfRepeatsAllowed": one, "validityPeriod": {"end": third}}
    repeat = {"boundsDuration": one, "boundsPeriod": other, "boundsRange": {"high": third}}
    drug = {"daysSupply": {"value": other, "unit": "mg"}, "dispenseRequest": request}
    assert supply_of(drug) is None
    assert end_of({**drug, "dosageInstruction": [{"sequence": one, "timing": {"repeat": repeat}}, third]}, "2020-01-01") is None


def test_orders_and_dispenses_tell_their_supply_and_their_end():
    drug = {"medicationCodeableConcept": concept(RXNORM, "309311"), "subject": PATIENT}
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2020-01-01", **drug}
    asked = {"validityPeriod": {"start": "2020-01-01", "end": "2020-12-31"}, "numberOfRepeatsAllowed": 3}
    result = mapped({**order, "dispenseRequest": {**asked, "expectedSupplyDuration": lasting(30)}})
    (fact,) = result.facts
    assert (fact.start, fact.started, fact.end, fact.supply) == ("2020-01-01", "authoredOn", None, 120)
    assert said(result)["kg:supply"] == ["120"] and "kg:end" not in said(result)
    result = mapped({**order, "dispenseRequest": asked})
    assert (result.facts[0].end, result.facts[0].supply, said(result)["kg:end"]) == ("2020-12-31", None, ["2020-12-31"])
    handed = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "whenHandedOver": "2020-01-03",
        "whenPrepared": "2020-01-02",
        **drug,
    }
    (fact,) = mapped({**handed, "daysSupply": lasting(14)}).facts
    assert (fact.start, fact.started, fact.end, fact.supply) == ("2020-01-03", "whenHandedOver", None, 14)
    taken = {
        "resourceType": "MedicationStatement",
        "status": "completed",
        "effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"},
        **drug,
    }
    (fact,) = mapped({**taken, "dosage": [dosage(boundsDuration=lasting(3))]}).facts
    assert fact.end == "2020-02-01"
