"""Records of other versions of FHIR are told by their version, with one reason each."""

import pytest

from tests.ingest.exports import condition, patient
from tests.ingest.mapping.reading import PATIENT, mapped, rejects, warnings

ORDER = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": PATIENT}
DRUG = {"medicationCodeableConcept": {"text": "aspirin"}}
VISIT = {"resourceType": "Encounter", "subject": PATIENT}
PAPER = {
    "resourceType": "DocumentReference",
    "status": "current",
    "type": {"text": "Letter"},
    "content": [{"attachment": {"data": "YQ=="}}],
}
R5 = [
    ({**ORDER, "medication": {"concept": {"text": "aspirin"}}}, "MedicationRequest.medication"),
    ({**VISIT, "status": "completed", "class": [{"coding": [{"code": "AMB"}]}], "actualPeriod": {"start": "2020"}}, "Encounter.class"),
    ({**PAPER, "modality": [{"text": "CT"}]}, "DocumentReference.modality"),
    (
        {"resourceType": "Procedure", "status": "completed", "subject": PATIENT, "occurrenceDateTime": "2020"},
        "Procedure.occurrenceDateTime",
    ),
    ({"resourceType": "AllergyIntolerance", "type": {"text": "allergy"}, "patient": PATIENT}, "AllergyIntolerance.type"),
    ({"resourceType": "DeviceUsage", "status": "active", "patient": PATIENT, "device": {"concept": {"text": "pump"}}}, "resourceType"),
    ({**ORDER, "medication": {"concept": {"text": "aspirin"}}, "authoredOn": "spring"}, "MedicationRequest.authoredOn"),
]
STU3 = [
    ({**ORDER, **DRUG, "context": {"reference": "Encounter/e"}}, "MedicationRequest.context"),
    ({**condition(), "clinicalStatus": "active"}, "Condition.clinicalStatus"),
    ({**PAPER, "indexed": "2020-01-01T00:00:00Z"}, "DocumentReference.indexed"),
    ({"resourceType": "Patient", "animal": {"species": {"text": "dog"}}}, "Patient.animal"),
    (
        {"resourceType": "ProcedureRequest", "status": "active", "intent": "order", "code": {"text": "a"}, "subject": PATIENT},
        "resourceType",
    ),
]


@pytest.mark.parametrize(("resource", "version", "field"), [*((r, "R5", f) for r, f in R5), *((r, "STU3", f) for r, f in STU3)])
def test_one_reason_names_the_version(resource, version, field):
    result = mapped(resource)
    (issue,) = result.issues
    assert result.rejected and issue.code == "fhir-version"
    assert f"FHIR {version}" in issue.reason and "R4" in issue.reason and issue.field.startswith(field.partition(".")[0])
    if field != "MedicationRequest.authoredOn":
        assert issue.field == field


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ({**patient(), "nonsense": 1}, "unknown-element"),
        ({**patient(), "birthDate": "spring"}, "bad-date"),
        ({"resourceType": "Nonsense"}, "unknown-type"),
        ({"resourceType": "../Patient"}, "unknown-type"),
        ({**ORDER}, "invalid"),
        ({"resourceType": "Encounter", "status": "finished"}, "missing-element"),
    ],
)
def test_what_is_merely_wrong_is_told_as_before(resource, code):
    assert code in [found for found, _ in rejects(mapped(resource))]
    assert "fhir-version" not in [found for found, _ in rejects(mapped(resource))]


@pytest.mark.parametrize(
    ("profile", "version"),
    [
        ("http://hl7.org/fhir/5.0/StructureDefinition/Patient", "R5"),
        ("http://hl7.org/fhir/StructureDefinition/Patient|3.0.2", "STU3"),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|5.0.1", ""),
    ],
)
def test_a_profile_tells_it_of_what_cannot_be_read(profile, version):
    broken = {**patient(), "nonsense": 1, "meta": {"profile": [profile]}}
    assert [one.code for one in mapped(broken).issues] == (["fhir-version"] if version else ["unknown-element"])
    readable = {**patient(), "meta": {"profile": [profile]}}
    assert mapped(readable).issues == ()


def test_a_server_that_speaks_another_version_is_told():
    statement = {"resourceType": "CapabilityStatement", "status": "active", "date": "2026", "kind": "instance", "format": ["json"]}
    assert warnings(mapped({**statement, "fhirVersion": "5.0.0"})) == [("fhir-version", "CapabilityStatement.fhirVersion")]
    assert mapped({**statement, "fhirVersion": "4.0.1"}).issues == ()


def test_a_file_of_another_version_gives_one_reject_a_record(lab):
    report = lab.ingest(*({**resource, "id": f"x{place}"} for place, (resource, _) in enumerate(R5)), patient())
    assert (report.rejects, report.records["added"]) == ({"fhir-version": len(R5)}, 1)
