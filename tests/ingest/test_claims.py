"""Claims are taken in where a run asks for them, and what a dataset holds of them stays in step by later runs that do not ask again."""

import pytest

from graph.vocabulary import KG
from tests.ingest.exports import patient, write

MERGED = patient("new", link=[{"other": {"reference": "Patient/old"}, "type": "replaces"}])


def claim(identifier="k1", subject="old", **rest):
    return {
        "resourceType": "Claim",
        "id": identifier,
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
        "patient": {"reference": f"Patient/{subject}"},
        "created": "2024-01-01",
        "provider": {"reference": "Organization/o"},
        "priority": {"text": "normal"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/c"}}],
        **rest,
    }


def claimants(lab, identifier="k1"):
    """Whom the graph names as the patient of a claim; None where it holds no such claim."""
    graph, iri = lab.snapshot().graph, lab.iri("Claim", identifier)
    if graph.node(iri) is None:
        return None
    found = {edge.target for _, edge in graph.neighbours(iri, direction="out").neighbours}
    return {person for person in ("old", "new") if lab.iri("Patient", person) in found}


def test_a_claim_that_is_held_is_mapped_again_by_a_run_of_fhir_that_does_not_ask_for_claims(lab):
    lab.ingest(patient("old"), claim(), claims=True)
    report = lab.ingest(MERGED)
    assert claimants(lab) == {"new"}
    assert (report.records["added"], report.records["changed"], report.records["removed"], report.skipped) == (1, 2, 0, {})


def test_by_a_run_of_another_format_too(lab):
    insurer = {"reference": "#i"}
    text = write(lab.folder / "texts" / "a.jsonl", {"id": "t1", "text": "Gout since spring."})
    lab.ingest(patient("old"), claim(insurer=insurer), claims=True)
    report = lab.ingest_path(text, format="text")
    assert claimants(lab) == {"old"} and report.records["removed"] == 0
    again = lab.ingest_path(text, format="text")
    assert again.records["unchanged"] == 1


def test_the_same_export_again_without_asking_changes_nothing(lab):
    path = write(lab.folder / "export" / "x.ndjson", patient("old"), claim())
    lab.ingest_path(path, claims=True)
    again = lab.ingest_path(path)
    assert (again.records["unchanged"], again.generation) == (2, 1)
    write(path, patient("old"), claim(created="2024-02-02"), claim("k2"))
    changed = lab.ingest_path(path)
    assert (changed.records["changed"], changed.records["added"], changed.skipped) == (1, 1, {})
    assert claimants(lab) == claimants(lab, "k2") == {"old"}


@pytest.mark.parametrize("first", [(patient("old"),), (patient("old"), claim())])
def test_without_ever_asking_there_are_none(lab, first):
    lab.ingest(*first)
    report = lab.ingest(claim())
    assert report.skipped == {"claim": 1} and claimants(lab) is None
    assert KG + "insurance" not in "".join(lab.quads())
