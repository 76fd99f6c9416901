"""What a record takes from another one is mapped again when that one comes, changes or goes."""

import pytest

from graph.vocabulary import CODE, HAS_MEDICATION
from tests.ingest.exports import deleted, patient, write

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CISPLATIN, PACLITAXEL = ("http://purl.bioontology.org/ontology/RXNORM/" + code for code in ("309311", "583214"))


def medication(code="309311", display="cisplatin"):
    return {"resourceType": "Medication", "id": "m1", "code": {"coding": [{"system": RXNORM, "code": code, "display": display}]}}


def request(**rest):
    return {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationReference": {"reference": "Medication/m1"},
        **rest,
    }


def taken(lab):
    return [(fact.concept, fact.label) for fact in lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "p1"))]


def linked(lab, kind, identifier, relation):
    page = lab.snapshot().graph.neighbours(lab.iri(kind, identifier), relation=relation, direction="out")
    return [edge.target for _, edge in page.neighbours]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_request_takes_the_code_of_a_medication_of_another_line(lab, order):
    resources = medication(), request()
    report = lab.ingest(patient(), *(resources[place] for place in order))
    assert taken(lab) == [(CISPLATIN, "cisplatin")]
    assert linked(lab, "Patient", "p1", HAS_MEDICATION) == [CISPLATIN]
    assert linked(lab, "MedicationRequest", "r1", CODE) == [CISPLATIN]
    assert report.unresolved_references == 0
    again = lab.ingest(patient(), *(resources[place] for place in order))
    assert (again.records["unchanged"], again.records["changed"], again.quads) == (3, 0, 0)


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
def test_a_request_takes_the_code_of_a_medication_of_another_file(lab, tmp_path, names):
    for name, resources in zip(names, ([medication()], [patient(), request(), request(id="r2")]), strict=True):
        write(tmp_path / "export" / f"{name}.ndjson", *resources)
    lab.ingest_path(tmp_path / "export", "d")
    assert taken(lab) == [(CISPLATIN, "cisplatin")] * 2


def test_a_medication_that_comes_later_completes_the_request(lab):
    lab.ingest(patient(), request())
    assert taken(lab) == [(None, "MedicationRequest")]
    report = lab.ingest(medication())
    assert (report.records["added"], report.records["changed"]) == (1, 1)
    assert linked(lab, "Patient", "p1", HAS_MEDICATION) == [CISPLATIN]


def test_a_medication_that_changes_changes_the_request(lab):
    lab.ingest(patient(), request(), medication())
    lab.ingest(medication("583214", "paclitaxel"))
    assert taken(lab) == [(PACLITAXEL, "paclitaxel")]
    assert linked(lab, "Patient", "p1", HAS_MEDICATION) == [PACLITAXEL]
    assert lab.ingest(medication("583214", "paclitaxel")).quads == 0


def test_a_medication_that_goes_takes_its_code_along(lab):
    lab.ingest(patient(), request(), medication())
    lab.ingest(deleted("Medication/m1"), role="deleted")
    assert taken(lab) == [(None, "MedicationRequest")]
    assert linked(lab, "Patient", "p1", HAS_MEDICATION) == []


def test_an_ambiguous_identifier_is_told_and_stays_ambiguous_without_changing_anything(lab):
    twins = [
        {"resourceType": "Organization", "id": name, "name": name, "identifier": [{"system": "urn:s", "value": "1"}]} for name in ("a", "b")
    ]
    whole = (patient(managingOrganization={"identifier": {"system": "urn:s", "value": "1"}}), *twins)
    first = lab.ingest(*whole)
    assert (first.warnings, first.unresolved_references) == ({"ambiguous-reference": 1}, 1)
    again = lab.ingest(*whole)
    assert (again.records["changed"], again.quads) == (0, 0)
