"""A small clinic in a real generation: denials, a relative's illness, two codings of one record, results with their ranges."""

import atexit
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from unittest.mock import patch

from flask.testing import FlaskClient

from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from webapp.app import create_app

SNOMED, ICD, LOINC, RXNORM = (
    "http://snomed.info/sct",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://loinc.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
DIABETES, E11 = "http://snomed.info/id/44054006", "http://purl.bioontology.org/ontology/ICD10CM/E11.9"
BREAST_CANCER = "http://snomed.info/id/254837009"


def _status(code: str, kind: str) -> dict:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{kind}", "code": code}]}


def coded(text: str, *codings: tuple[str, str, str]) -> dict:
    said = {"coding": [{"system": system, "code": code, "display": display} for system, code, display in codings]}
    return {**said, "text": text} if text else said


def allergy(identifier: str, subject: str, code: dict, verification: str = "confirmed", **rest: object) -> dict:
    return {
        "resourceType": "AllergyIntolerance",
        "id": identifier,
        "patient": {"reference": f"Patient/{subject}"},
        "code": code,
        "clinicalStatus": _status("active", "allergyintolerance-clinical"),
        "verificationStatus": _status(verification, "allergyintolerance-verification"),
        **rest,
    }


def result(identifier: str, code: dict, value: float, unit: str, day: str, category: str, subject: str = "p1", **rest: object) -> dict:
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": category}]}],
        "subject": {"reference": f"Patient/{subject}"},
        "code": code,
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit},
        **rest,
    }


PULSE = coded("", (LOINC, "8867-4", "Heart rate"))
POTASSIUM = coded("Potassium (serum)", (LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma"))
SODIUM = coded("", (LOINC, "2951-2", "Sodium"))
RANGE = [{"low": {"value": 3.5, "unit": "mmol/L"}, "high": {"value": 5.1, "unit": "mmol/L"}}]
WITH_BOTH_CODES = coded(
    "Sugar diabetes", (SNOMED, "44054006", "Diabetes mellitus type 2"), (ICD, "E11.9", "Type 2 diabetes, uncomplicated")
)

RECORDS = (
    patient("p1", "Baker", birthDate="1960-02-03"),
    patient("p2", "Carver", birthDate="1990-07-08"),
    condition("c1", code="", onsetDateTime="2015-03-04", encounter={"reference": "Encounter/e1"}) | {"code": WITH_BOTH_CODES},
    condition("c2", "Patient/p2", verificationStatus=_status("refuted", "condition-ver-status"), recordedDate="2020-01-01"),
    condition("c3", "Patient/p2", "73211009", "Diabetes mellitus", onsetDateTime="2011"),
    {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2024-01-02"},
    },
    {
        "resourceType": "FamilyMemberHistory",
        "id": "f1",
        "status": "completed",
        "patient": {"reference": "Patient/p1"},
        "relationship": {"text": "mother"},
        "date": "2019-05-06",
        "condition": [{"code": coded("Cancer of the breast", (SNOMED, "254837009", "Breast cancer")), "onsetString": "age 51"}],
    },
    allergy("a1", "p1", coded("No known allergies", (SNOMED, "716186003", "No known allergy")), recordedDate="2018-01-01"),
    allergy("a2", "p2", coded("Penicillin", (SNOMED, "764146007", "Penicillin")), "refuted"),
    {
        "resourceType": "Procedure",
        "id": "r1",
        "status": "not-done",
        "subject": {"reference": "Patient/p1"},
        "code": coded("", (SNOMED, "73761001", "Colonoscopy")),
        "performedDateTime": "2021-02-03",
    },
    {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2020-02-02",
        "medicationCodeableConcept": coded("Glucophage 500", (RXNORM, "861007", "metformin hydrochloride 500 MG Oral Tablet")),
    },
    *(result(f"v{n}", PULSE, 70 + n, "/min", f"2023-0{n}-01", "vital-signs") for n in range(1, 6)),
    result("l1", POTASSIUM, 5.9, "mmol/L", "2023-01-01", "laboratory", referenceRange=RANGE),
    result("l2", SODIUM, 120, "mmol/L", "2023-01-01", "laboratory", interpretation=[_status("L", "v3-ObservationInterpretation")]),
    note(text="Assessment: breast cancer of the mother. Potassium is high.", context={"encounter": [{"reference": "Encounter/e1"}]}),
)


class Clinic:
    """The folder and its lab."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab(folder)
        with patch("ingest.pipeline.Pool", InlinePool):
            report = self.lab.ingest(*RECORDS, dataset="clinic")
        assert not report.rejects, report

    def iri(self, kind: str, identifier: str) -> str:
        return self.lab.iri(kind, identifier, "clinic")

    def client(self) -> FlaskClient:
        return create_app(self.lab.library()).test_client()


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """Made once for all tests."""
    folder = Path(mkdtemp(prefix="clinic-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Clinic(folder)
