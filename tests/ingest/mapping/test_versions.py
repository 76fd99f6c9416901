"""Records of other versions of FHIR are told by their version, with one reason each."""

import pytest

from ingest.fhir import dstu2
from ingest.fhir.validation import model as r4b
from ingest.fhir.versions import _model
from ingest.mapping.resource_types import RESOURCE_TYPES
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


PRESCRIBED = {"resourceType": "MedicationOrder", "status": "active", "patient": PATIENT, "medicationCodeableConcept": {"text": "aspirin"}}
DSTU2 = [
    (PRESCRIBED, "resourceType"),
    ({"resourceType": "Conformance", "status": "active"}, "resourceType"),
    (
        {
            "resourceType": "Condition",
            "patient": PATIENT,
            "code": {"text": "Gout"},
            "verificationStatus": "confirmed",
            "dateRecorded": "2015",
        },
        "Condition.verificationStatus",
    ),
    (
        {"resourceType": "AllergyIntolerance", "patient": PATIENT, "substance": {"text": "nuts"}, "status": "active"},
        "AllergyIntolerance.substance",
    ),
    ({"resourceType": "Encounter", "status": "finished", "class": "inpatient", "patient": PATIENT}, "Encounter.class"),
    (
        {"resourceType": "Observation", "status": "final", "code": {"text": "a"}, "category": {"text": "vital signs"}},
        "Observation.category",
    ),
    ({"resourceType": "Practitioner", "name": {"family": ["Doe"]}}, "Practitioner.name"),
    ({**patient(), "name": [{"family": ["Doe"]}], "careProvider": [{"reference": "Organization/o"}]}, "Patient.name[0].family"),
    ({"resourceType": "MedicationStatement", "status": "active", "patient": PATIENT, "wasNotTaken": False}, "MedicationStatement.patient"),
]


@pytest.mark.parametrize(
    ("resource", "version", "field"),
    [*((r, "R5", f) for r, f in R5), *((r, "STU3", f) for r, f in STU3), *((r, "DSTU2", f) for r, f in DSTU2)],
)
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
        ("http://hl7.org/fhir/StructureDefinition/Patient|1.0.2", "DSTU2"),
        ("http://fhir.org/guides/argonaut/StructureDefinition/argo-patient", "DSTU2"),
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


def test_what_is_known_of_dstu2_is_of_no_version_that_has_classes():
    for kind, elements in dstu2.ELEMENTS.items():
        of_others = {name for model in (_model("R5", kind), _model("STU3", kind), r4b(kind)) if model for name in element_names(model)}
        assert of_others and elements.isdisjoint(of_others), kind
    assert not dstu2.TYPES & RESOURCE_TYPES


def element_names(model):
    return {field.alias or name for name, field in model.model_fields.items()}
