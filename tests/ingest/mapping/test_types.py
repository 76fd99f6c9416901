"""What each type becomes: its links, its values, its facts."""

import pytest

from ingest.fhir import mapping as fhir
from tests.ingest.mapping.reading import ENCOUNTER, LOINC, PATIENT, RXNORM, SNOMED, concept, mapped, said

DIABETES = "http://snomed.info/id/44054006"

CASES = {
    "Patient": (
        {
            "resourceType": "Patient",
            "name": [{"family": "Old", "use": "old"}, {"use": "official", "given": ["Ann", "B."], "family": "Doe"}],
            "gender": "female",
            "birthDate": "1970-02",
            "generalPractitioner": [{"reference": "Practitioner/gp"}],
            "link": [{"other": {"reference": "Patient/q"}, "type": "replaced-by"}],
        },
        {
            "rdf:type": ["fhir:Patient"],
            "rdfs:label": ["Ann B. Doe"],
            "schema:gender": ["female"],
            "schema:birthDate": ["1970-02"],
            "kg:generalPractitioner": ["Practitioner/gp"],
            "kg:replacedBy": ["Patient/q"],
        },
    ),
    "Encounter": (
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "type": [concept(SNOMED, "185345009", "Encounter for symptom")],
            "subject": PATIENT,
            "participant": [{"individual": {"reference": "Practitioner/a"}, "type": [concept(SNOMED, "1")]}],
            "period": {"start": "2020-01-01T10:00:00Z", "end": "2020-01-01T11:00:00Z"},
            "diagnosis": [{"condition": {"reference": "Condition/c"}}],
            "serviceProvider": {"reference": "Organization/o"},
        },
        {
            "rdfs:label": ["Encounter for symptom"],
            "kg:class": ["AMB"],
            "kg:type": ["http://snomed.info/id/185345009"],
            "kg:participant": ["Practitioner/a"],
            "kg:participantType": ["http://snomed.info/id/1"],
            "kg:start": ["2020-01-01T10:00:00Z"],
            "kg:end": ["2020-01-01T11:00:00Z"],
            "kg:diagnosis": ["Condition/c"],
            "kg:serviceProvider": ["Organization/o"],
        },
    ),
    "Condition": (
        {
            "resourceType": "Condition",
            "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "code": {**concept(SNOMED, "44054006", "Diabetes mellitus type 2"), "text": "Type 2 diabetes"},
            "subject": PATIENT,
            "encounter": ENCOUNTER,
            "onsetDateTime": "2019",
            "recordedDate": "2020-03-01",
            "evidence": [{"detail": [{"reference": "Observation/o"}]}],
            "stage": [{"type": concept(SNOMED, "2")}],
        },
        {
            "rdfs:label": ["Type 2 diabetes"],
            "kg:code": [DIABETES],
            "kg:clinicalStatus": ["active"],
            "kg:subject": ["Patient/p"],
            "kg:encounter": ["Encounter/e"],
            "kg:start": ["2019"],
            "kg:startEarliest": ["2019-01-01"],
            "kg:startLatest": ["2019-12-31"],
            "kg:recorded": ["2020-03-01"],
            "kg:evidence": ["Observation/o"],
            "kg:stageType": ["http://snomed.info/id/2"],
            "prov:wasDerivedFrom": ["https://w3id.org/commissure/source/d/x.ndjson#line=7"],
            "prov:wasGeneratedBy": ["https://w3id.org/commissure/run/r"],
        },
    ),
    "Observation": (
        {
            "resourceType": "Observation",
            "status": "final",
            "code": concept(LOINC, "718-7", "Hemoglobin"),
            "subject": PATIENT,
            "effectiveDateTime": "2020-02-29",
            "valueQuantity": {"value": 7.20, "unit": "g/dL"},
            "referenceRange": [{"low": {"value": 12}, "high": {"value": 16}}],
            "performer": [{"reference": "Practitioner/a"}],
            "hasMember": [{"reference": "Observation/m"}],
        },
        {
            "rdfs:label": ["Hemoglobin 7.2 g/dL"],
            "kg:code": ["https://loinc.org/rdf/718-7"],
            "kg:value": ["7.2"],
            "kg:unit": ["g/dL"],
            "kg:referenceLow": ["12"],
            "kg:referenceHigh": ["16"],
            "kg:performer": ["Practitioner/a"],
            "kg:hasMember": ["Observation/m"],
            "kg:start": ["2020-02-29"],
        },
    ),
    "MedicationRequest": (
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept(RXNORM, "309311", "cisplatin"),
            "subject": PATIENT,
            "authoredOn": "2020-05",
            "reasonReference": [{"reference": "Condition/c"}],
            "requester": {"display": "Dr. Who"},
            "dosageInstruction": [{"text": "once a day"}],
        },
        {
            "rdfs:label": ["cisplatin"],
            "kg:code": ["http://purl.bioontology.org/ontology/RXNORM/309311"],
            "kg:reason": ["Condition/c"],
            "kg:requester": ["Dr. Who"],
            "kg:dosage": ["once a day"],
            "kg:status": ["active"],
            "kg:intent": ["order"],
        },
    ),
    "Immunization": (
        {
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza"),
            "patient": PATIENT,
            "occurrenceDateTime": "2020-10-10",
        },
        {
            "rdfs:label": ["Influenza"],
            "kg:code": ["https://w3id.org/commissure/code/http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fcvx/140"],
            "kg:subject": ["Patient/p"],
        },
    ),
    "CarePlan": (
        {
            "resourceType": "CarePlan",
            "status": "active",
            "intent": "plan",
            "subject": PATIENT,
            "title": "Diabetes care",
            "addresses": [{"reference": "Condition/c"}],
            "activity": [
                {"detail": {"status": "in-progress", "code": concept(SNOMED, "3")}},
                {"detail": {"status": "in-progress", "code": concept(SNOMED, "4"), "doNotPerform": True}},
            ],
        },
        {
            "rdfs:label": ["Diabetes care"],
            "kg:addresses": ["Condition/c"],
            "kg:activity": ["http://snomed.info/id/3"],
            "kg:forbiddenActivity": ["http://snomed.info/id/4"],
        },
    ),
    "QuestionnaireResponse": (
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": PATIENT,
            "item": [
                {
                    "linkId": "1",
                    "answer": [
                        {"valueCoding": {"system": SNOMED, "code": "7"}, "item": [{"linkId": "1.1", "answer": [{"valueString": "x"}]}]}
                    ],
                    "item": [{"linkId": "2", "answer": [{"valueReference": {"reference": "Condition/c"}}]}],
                }
            ],
        },
        {"kg:answer": ["Condition/c", "http://snomed.info/id/7"], "kg:subject": ["Patient/p"]},
    ),
    "Practitioner": (
        {"resourceType": "Practitioner", "name": [{"text": "Dr. Who"}], "identifier": [{"system": "urn:s", "value": "1"}]},
        {"rdfs:label": ["Dr. Who"], "kg:identifier": ["urn:s|1"]},
    ),
    "Appointment (a type without rules of its own)": (
        {
            "resourceType": "Appointment",
            "status": "booked",
            "description": "Follow-up",
            "participant": [{"actor": {"reference": "Patient/p"}, "status": "accepted"}],
        },
        {"rdfs:label": ["Follow-up"], "kg:status": ["booked"], "kg:actor": ["Patient/p"]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_statements(name):
    resource, expected = CASES[name]
    result = mapped(resource)
    assert result.issues == ()
    statements = said(result)
    assert {predicate: statements.get(predicate) for predicate in expected} == expected


def test_a_condition_is_a_counted_fact_and_a_link_of_the_patient():
    result = mapped(CASES["Condition"][0])
    (fact,) = result.facts
    assert (fact.relation, fact.concept, fact.label, fact.start) == ("condition", DIABETES, "Type 2 diabetes", "2019")
    assert (fact.subject, fact.encounter) == (f"{BASE}Patient/p", f"{BASE}Encounter/e")
    assert (fact.source, fact.line, fact.status, fact.counted) == ("s3://export/x.ndjson", 7, "active", True)
    assert said(result, "Patient/p") == {"kg:hasCondition": [DIABETES]}
    assert ("44054006", "Diabetes mellitus type 2") in [(use.code, use.display) for use in result.concepts]


BASE = "https://w3id.org/commissure/data/d/"


def test_an_observation_has_its_number_and_unit():
    (fact,) = mapped(CASES["Observation"][0]).facts
    assert (fact.relation, fact.value, fact.number, fact.unit, fact.start) == ("observation", "7.2 g/dL", 7.2, "g/dL", "2020-02-29")


@pytest.mark.parametrize(
    ("value", "shown", "number"),
    [
        ({"valueCodeableConcept": concept(SNOMED, "5", "Positive")}, "Positive", None),
        ({"valueString": "trace"}, "trace", None),
        ({"valueInteger": 3}, "3", 3.0),
        ({"valueBoolean": True}, "yes", None),
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "%"}}, "<5%", 5.0),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "cm"}}}, "1–2 cm", None),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128", None),
        ({"valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 8}}}, "<1 / 8", None),
        ({"valueDateTime": "2020-01"}, "2020-01", None),
    ],
)
def test_values(value, shown, number):
    (fact,) = mapped({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": PATIENT, **value}).facts
    assert (fact.value, fact.number) == (shown, number)


def test_components_are_nodes_and_facts_of_their_own():
    result = mapped(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": concept(LOINC, "85354-9", "Blood pressure"),
            "subject": PATIENT,
            "effectiveDateTime": "2020-01-01",
            "component": [
                {"code": concept(LOINC, "8480-6", "Systolic"), "valueQuantity": {"value": 120, "unit": "mmHg"}},
                {"code": concept(LOINC, "8462-4", "Diastolic"), "dataAbsentReason": concept("urn:r", "not-performed")},
            ],
        }
    )
    assert [(fact.label, fact.value, fact.counted, fact.start) for fact in result.facts] == [
        ("Blood pressure", None, True, "2020-01-01"),
        ("Systolic", "120 mmHg", True, "2020-01-01"),
        ("Diastolic", None, False, "2020-01-01"),
    ]
    assert said(result)["kg:code"] == ["https://loinc.org/rdf/85354-9"]
    assert said(result)["kg:component"] == ["Observation/x#component-0", "Observation/x#component-1"]
    assert said(result, "#component-0")["kg:value"] == ["120"]


def test_every_coding_of_a_condition_can_be_counted():
    code = {"coding": [{"system": SNOMED, "code": "44054006"}, {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E119"}]}
    result = mapped({"resourceType": "Condition", "code": code, "subject": PATIENT})
    assert [fact.concept for fact in result.facts] == [DIABETES, "http://purl.bioontology.org/ontology/ICD10CM/E11.9"]


def test_contained_medication_gives_the_request_its_concept():
    result = mapped(
        {
            "resourceType": "MedicationRequest",
            "status": "completed",
            "intent": "order",
            "subject": PATIENT,
            "contained": [{"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "309311", "cisplatin")}],
            "medicationReference": {"reference": "#m"},
        }
    )
    (fact,) = result.facts
    assert (fact.concept, fact.label) == ("http://purl.bioontology.org/ontology/RXNORM/309311", "cisplatin")
    assert said(result)["kg:medication"] == ["MedicationRequest/x#m"]
    assert said(result, "#m")["rdf:type"] == ["fhir:Medication"]
    assert said(result, "Patient/p") == {"kg:hasMedication": [fact.concept]}


def test_a_contained_error_is_not_represented():
    wrong = {"resourceType": "Observation", "id": "o", "status": "entered-in-error", "code": {"text": "x"}}
    result = mapped({"resourceType": "Patient", "contained": [wrong, {**wrong, "id": "odd", "status": "bogus"}]})
    assert said(result, "#o") == {}
    assert said(result, "#odd")["kg:status"] == ["bogus"]
    assert [(issue.code, issue.field) for issue in result.issues] == [("status-value", "Patient.contained.Observation.status")]


def test_a_provenance_has_no_clinical_links():
    targets = [{"reference": f"Observation/{number}"} for number in range(500)]
    agent = [{"who": {"reference": "Practitioner/a"}}]
    result = mapped({"resourceType": "Provenance", "target": targets, "recorded": "2020-01-01T00:00:00Z", "agent": agent})
    assert (result.issues, result.targets) == ((), ())
    assert said(result)["kg:start"] == ["2020-01-01T00:00:00Z"]


def test_claims_are_skipped_unless_asked_for():
    claim = {
        "resourceType": "Claim",
        "status": "active",
        "use": "claim",
        "type": concept("http://terminology.hl7.org/CodeSystem/claim-type", "professional"),
        "patient": PATIENT,
        "created": "2020-01-01",
        "provider": {"reference": "Organization/o"},
        "priority": {"text": "normal"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/c"}}],
        "item": [{"sequence": 1, "productOrService": concept(SNOMED, "6"), "encounter": [ENCOUNTER]}],
    }
    assert (mapped(claim).skipped, mapped(claim).quads) == ("claim", "")
    statements = said(mapped(claim, include_claims=True))
    assert (statements["kg:subject"], statements["kg:encounter"]) == (["Patient/p"], ["Encounter/e"])


def test_nothing_is_read_of_claims_that_are_not_asked_for(monkeypatch):
    monkeypatch.setattr(fhir, "exactly", None)
    claim = {"resourceType": "ExplanationOfBenefit", "total": [{"amount": {"value": 85.60}}]}
    assert mapped(claim).skipped == "claim"
    with pytest.raises(TypeError):
        mapped(claim, include_claims=True)


def test_a_patient_is_summed_up():
    (summary,) = mapped({**CASES["Patient"][0], "deceasedDateTime": "2021-01-01"}).patients
    assert (summary.label, summary.sex, summary.born, summary.died) == ("Ann B. Doe", "female", "1970-02", "2021-01-01")
    (summary,) = mapped({"resourceType": "Patient", "deceasedBoolean": True}).patients
    assert (summary.label, summary.died) == ("Patient x", "true")
