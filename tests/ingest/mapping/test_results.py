"""What a result is measured against, as its fact keeps it."""

import pytest

from tests.ingest.mapping.reading import LOINC, PATIENT, concept, mapped

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LAB = [concept("http://local", "chem"), concept(CATEGORY, "laboratory", "Laboratory")]


def observation(**rest):
    value = {"valueQuantity": {"value": 5.9, "unit": "mmol/L"}}
    return {"resourceType": "Observation", "status": "final", "subject": PATIENT, "code": concept(LOINC, "2823-3"), **value, **rest}


def bound(value, unit="mmol/L"):
    return {"value": value, "unit": unit}


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ({}, ""),
        ({"referenceRange": [{"low": bound(3.50), "high": bound(5.1)}]}, "low: 3.5\nhigh: 5.1"),
        ({"referenceRange": [{"high": bound(200)}]}, "high: 200"),
        ({"referenceRange": [{"low": bound(136, "mg/dL")}]}, ""),
        ({"referenceRange": [{"text": "negative\nor trace"}]}, "range: negative or trace"),
        ({"referenceRange": [{"high": bound(5), "appliesTo": [{"text": "pregnant"}]}]}, ""),
        ({"referenceRange": [{"high": bound(5), "age": {"high": bound(18, "a")}}]}, ""),
        ({"referenceRange": [{"high": bound(5)}, {"high": bound(6)}]}, ""),
        ({"referenceRange": [{"high": bound(5), "type": concept("x", "critical")}, {"high": bound(6)}]}, "high: 6"),
    ],
)
def test_a_result_keeps_what_it_is_measured_against(rest: dict, said: str) -> None:
    (fact,) = mapped(observation(**rest)).facts
    assert fact.attributes == said


def test_components_have_ranges_of_their_own_and_the_category_of_the_whole() -> None:
    component = {"code": concept(LOINC, "8480-6"), "valueQuantity": {"value": 120}, "referenceRange": [{"high": {"value": 130}}]}
    whole = observation(category=[concept(CATEGORY, "vital-signs")], component=[component], referenceRange=[{"high": bound(9)}])
    assert [(fact.category, fact.attributes) for fact in mapped(whole).facts] == [("vital-signs", "high: 9"), ("vital-signs", "high: 130")]


@pytest.mark.parametrize(
    ("rest", "category", "interpretation"),
    [
        ({}, "", ""),
        ({"category": LAB}, "chem\nlaboratory", ""),
        ({"category": [concept(CATEGORY, "vital-signs"), {"text": "at home"}]}, "vital-signs\nat home", ""),
        ({"interpretation": [concept("http://v3", "HH", "Critical high"), concept("http://v3", "A")]}, "", "HH"),
        ({"interpretation": [{"text": "raised"}]}, "", "raised"),
    ],
)
def test_a_result_keeps_its_category_and_its_interpretation(rest: dict, category: str, interpretation: str) -> None:
    (fact,) = mapped(observation(**rest)).facts
    assert (fact.category, fact.interpretation) == (category, interpretation)
