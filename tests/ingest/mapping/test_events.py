"""What facts tell beside what happened: class, category, coded result, canonical value, what was recorded when, who and where."""

import pytest

from ingest.fhir.events import categories_of, interpretation_of, recorded_of, setting_of
from ingest.fhir.origins import ETHNICITY, RACE
from tests.ingest.mapping.reading import BASE, ENCOUNTER, LOINC, PATIENT, RXNORM, SNOMED, concept, mapped, said

UCUM = "http://unitsofmeasure.org"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def fact_of(resource):
    (fact,) = mapped(resource).facts
    return fact


def observation(**rest):
    return {"resourceType": "Observation", "status": "final", "subject": PATIENT, "code": concept(LOINC, "2345-7", "Glucose"), **rest}


def condition(**rest):
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    return {"resourceType": "Condition", "clinicalStatus": active, "subject": PATIENT, "code": concept(SNOMED, "38341003"), **rest}


def encounter(**rest):
    emergency = {"system": ACT, "code": "EMER", "display": "emergency"}
    return {"resourceType": "Encounter", "status": "finished", "subject": PATIENT, "class": emergency, **rest}


def quantity(value, unit="", code=""):
    return {"value": value, **({"unit": unit} if unit else {}), **({"system": UCUM, "code": code} if code else {})}


def test_an_encounter_has_the_code_of_its_class():
    result = mapped(encounter(type=[concept(SNOMED, "50849002")], period={"start": "2020-01-01", "end": "2020-01-02"}))
    (fact,) = result.facts
    assert (fact.setting, fact.started, fact.start, fact.end, fact.stated) == ("EMER", "period", "2020-01-01", "2020-01-02", "finished")
    told = said(result)
    assert (told["kg:class"], told["kg:setting"]) == (["emergency"], ["EMER"])


@pytest.mark.parametrize(
    ("class_", "setting"),
    [
        ({"system": ACT, "code": "IMP"}, "IMP"),
        ([{"coding": [{"system": ACT, "code": "AMB"}]}, {"coding": [{"system": ACT, "code": "VR"}]}], "AMB\nVR"),
        ([{"text": "walk-in"}], "walk-in"),
        ("inpatient", "inpatient"),
        (None, ""),
        (7, ""),
        ({"system": ACT, "code": 7}, ""),
        ([[], {}, {"coding": "x"}], ""),
    ],
)
def test_a_class_in_the_shapes_of_all_versions(class_, setting):
    assert setting_of({"class": class_}) == setting


def test_categories_and_interpretations_in_other_shapes():
    assert categories_of({"category": {"coding": [{"code": "exam"}, {"code": "exam"}]}}) == "exam"
    assert categories_of({"category": ["food", "environment"]}) == "food\nenvironment"
    assert interpretation_of({"interpretation": concept("http://v3", "L")}) == "L"
    assert interpretation_of({"interpretation": "H"}) == ""
    assert categories_of({"category": [{"text": "a\nb"}]}) == "a b"


def test_only_encounters_have_a_setting():
    assert fact_of(condition(encounter=ENCOUNTER)).setting == ""


@pytest.mark.parametrize(
    ("rest", "start", "started", "recorded"),
    [
        ({"onsetDateTime": "2010", "recordedDate": "2020-05-01"}, "2010", "onset", "2020-05-01"),
        ({"onsetPeriod": {"start": "2010-02"}, "recordedDate": "2020-05-01"}, "2010-02", "onset", "2020-05-01"),
        ({"recordedDate": "2020-05-01"}, "2020-05-01", "recordedDate", "2020-05-01"),
        ({"onsetAge": {"value": 42, "unit": "years"}, "recordedDate": "2020-05-01"}, "2020-05-01", "recordedDate", "2020-05-01"),
        ({"onsetDateTime": "2010"}, "2010", "onset", None),
        ({}, None, "", None),
    ],
)
def test_when_a_condition_held_and_when_it_was_written_down(rest, start, started, recorded):
    fact = fact_of(condition(**rest))
    assert (fact.start, fact.started, fact.recorded) == (start, started, recorded)


@pytest.mark.parametrize(
    ("resource", "started", "recorded"),
    [
        (observation(effectiveDateTime="2020-01-01", issued="2020-01-03T00:00:00Z"), "effective", "2020-01-03T00:00:00Z"),
        (observation(issued="2020-01-03T00:00:00Z"), "issued", "2020-01-03T00:00:00Z"),
        (
            {"resourceType": "Procedure", "status": "completed", "subject": PATIENT, "performedPeriod": {"start": "2020"}},
            *("performed", None),
        ),
        (
            {"resourceType": "AllergyIntolerance", "patient": PATIENT, "code": concept(SNOMED, "1"), "lastOccurrence": "2020"},
            *("lastOccurrence", None),
        ),
        (
            {"resourceType": "MedicationStatement", "status": "active", "subject": PATIENT, "dateAsserted": "2020-02-03"}
            | {"medicationCodeableConcept": concept(RXNORM, "1")},
            *("dateAsserted", "2020-02-03"),
        ),
    ],
)
def test_the_element_that_a_start_is_of(resource, started, recorded):
    fact = fact_of(resource)
    assert (fact.started, fact.recorded) == (started, recorded)


def test_a_vaccine_was_not_given_when_it_expires():
    told = {"status": "completed", "patient": PATIENT, "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140")}
    fact = fact_of({"resourceType": "Immunization", **told, "occurrenceString": "last autumn", "expirationDate": "2030-01-01"})
    assert (fact.start, fact.started) == (None, "")


def test_the_answer_is_the_concepts_of_a_coded_result():
    positive = {"coding": [{"system": SNOMED, "code": "10828004"}, {"system": LOINC, "code": "LA6576-8"}], "text": "Positive"}
    fact = fact_of(observation(valueCodeableConcept=positive))
    assert (fact.value, fact.answer) == ("Positive", "http://snomed.info/id/10828004 https://loinc.org/rdf/LA6576-8")
    assert fact_of(observation(valueCodeableConcept={"text": "Positive"})).answer == ""
    component = {"code": concept(LOINC, "1-8"), "valueCodeableConcept": concept(SNOMED, "260385009")}
    whole, part = mapped(observation(component=[component], valueQuantity=quantity(5, "mg/dL"))).facts
    assert (whole.answer, part.answer) == ("", "http://snomed.info/id/260385009")


@pytest.mark.parametrize(
    ("value", "canonical", "unit", "ucum"),
    [
        (quantity(180, "mg/dL", "mg/dL"), 1.8, "g/L", "mg/dL"),
        (quantity(1.8, "g/L"), 1.8, "g/L", ""),
        (quantity(10, "mmol/L", "mmol/L"), 0.01, "mol/L", "mmol/L"),
        (quantity(6.5, "%", "%"), 0.065, "1", "%"),
        (quantity(7, "score", "{score}"), 7, "1", "{score}"),
        (quantity(98.6, "degrees", "[degF]"), 310.15, "K", "[degF]"),
        (quantity(7), 7, "", ""),
        (quantity(7, "Widgets"), 7, "widgets", ""),
        ({**quantity(5, "mg/dL"), "comparator": "<"}, 0.05, "g/L", ""),
        ({"unit": "mg/dL"}, None, "", ""),
    ],
)
def test_values_of_one_dimension_have_one_unit(value, canonical, unit, ucum):
    fact = fact_of(observation(valueQuantity=value))
    assert (fact.canonical, fact.canonical_unit, fact.ucum) == (canonical, unit, ucum)


def test_who_and_where():
    roles = [{"individual": {"reference": f"Practitioner/{name}"}} for name in "ab"]
    fact = fact_of(encounter(participant=roles, location=[{"location": {"reference": "Location/l"}}]))
    assert (fact.performer, fact.location) == (BASE + "Practitioner/a", BASE + "Location/l")
    (whole, part) = mapped(
        observation(performer=[{"display": "Lab"}, {"reference": "Organization/o"}], component=[{"code": concept(LOINC, "1-8")}])
    ).facts
    assert (whole.performer, part.performer, whole.location) == (BASE + "Organization/o", BASE + "Organization/o", None)


def test_status_and_intent_as_written():
    order = {"resourceType": "MedicationRequest", "status": "on-hold", "intent": "original-order", "subject": PATIENT}
    fact = fact_of({**order, "medicationCodeableConcept": concept(RXNORM, "1"), "category": [concept("x", "community")]})
    assert (fact.stated, fact.intent, fact.category, fact.status) == ("on-hold", "original-order", "community", "ordered (on-hold)")
    assert fact_of(condition()).stated == "active"


def test_codings_of_a_record_keep_their_order():
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}, {"system": SNOMED, "code": "38341003"}]}
    facts = mapped(condition(code=code)).facts
    assert [fact.concept for fact in facts] == ["http://purl.bioontology.org/ontology/ICD10CM/I10", "http://snomed.info/id/38341003"]
    assert len({fact.record for fact in facts}) == 1


def origin(url, *codings, text=""):
    parts = [{"url": "ombCategory", "valueCoding": coding} for coding in codings]
    return {"url": url, "extension": [*parts, *([{"url": "text", "valueString": text}] if text else [])]}


@pytest.mark.parametrize(
    ("extensions", "race", "ethnicity"),
    [
        ([], ("", ""), ("", "")),
        (
            [
                origin(RACE, {"code": "2106-3", "display": "White"}, {"code": "2028-9", "display": "Asian"}, text="Mixed"),
                origin(ETHNICITY, {"code": "2186-5"}, text="Not Hispanic or Latino"),
            ],
            ("Mixed", "2106-3 2028-9"),
            ("Not Hispanic or Latino", "2186-5"),
        ),
        (
            [origin(RACE, {"code": "2106-3", "display": "White"}, {"code": "2028-9", "display": "Asian"})],
            ("White; Asian", "2106-3 2028-9"),
            ("", ""),
        ),
    ],
)
def test_race_and_ethnicity_of_us_core(extensions, race, ethnicity):
    (patient,) = mapped({"resourceType": "Patient", "extension": extensions} if extensions else {"resourceType": "Patient"}).patients
    assert ((patient.race, patient.race_codes), (patient.ethnicity, patient.ethnicity_codes)) == (race, ethnicity)


def test_when_a_record_was_written_down_is_the_first_of_what_says_so():
    assert recorded_of({"issued": "2021", "recordedDate": "2020"}) == "2020"
    assert recorded_of({"recordedDate": 7, "authoredOn": "2020"}) is None
