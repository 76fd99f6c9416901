"""References of every style, and where they lead."""

import pytest

from ingest.model import PendingReference
from tests.ingest.mapping.reading import mapped, said, unresolved, warnings

URNS = {"urn:uuid:aa": "Practitioner/a", "https://server/fhir/Practitioner/b": "Practitioner/b"}
FOUND = {("http://hl7.org/fhir/sid/us-npi", "99"): ("Practitioner/npi",), ("urn:s", "two"): ("Practitioner/1", "Practitioner/2")}


def lead(reference):
    return mapped({"resourceType": "Patient", "generalPractitioner": [reference]}, urns=URNS, found=FOUND)


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ({"reference": "Practitioner/a"}, "Practitioner/a"),
        ({"reference": "Practitioner/a/_history/3"}, "Practitioner/a"),
        ({"reference": "https://other/r4/Practitioner/a"}, "Practitioner/a"),
        ({"reference": "https://server/fhir/Practitioner/b"}, "Practitioner/b"),
        ({"reference": "urn:uuid:aa"}, "Practitioner/a"),
        ({"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"}, "Practitioner/npi"),
        ({"reference": "Practitioner?identifier=http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-npi%7C99"}, "Practitioner/npi"),
        ({"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "99"}}, "Practitioner/npi"),
        ({"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "99"}, "type": "Practitioner"}, "Practitioner/npi"),
    ],
)
def test_resolved(reference, target):
    result = lead(reference)
    assert said(result)["kg:generalPractitioner"] == [target]
    assert [(node.iri.rpartition("/d/")[2], node.kind) for node in result.targets] == [(target, "Practitioner")]
    assert (unresolved(result), result.issues) == ((), ())


@pytest.mark.parametrize(
    ("reference", "kind", "system", "value"),
    [
        ({"reference": "Practitioner?identifier=urn:s|nobody"}, "Practitioner", "urn:s", "nobody"),
        ({"reference": "Organization?identifier=nobody"}, "Organization", "", "nobody"),
        ({"identifier": {"system": "urn:s", "value": "nobody"}, "type": "Organization"}, "Organization", "urn:s", "nobody"),
        ({"identifier": {"value": "nobody"}}, "Resource", "", "nobody"),
        ({"reference": "urn:uuid:unknown"}, "Resource", "urn:ietf:rfc:3986", "urn:uuid:unknown"),
    ],
)
def test_unresolved_becomes_a_typed_stub(reference, kind, system, value):
    result = lead(reference)
    assert unresolved(result) == (PendingReference(kind, system, value),)
    (target,) = result.targets
    assert target.kind == kind
    assert said(result)["kg:generalPractitioner"] == [target.iri.rpartition("/data/d/")[2]]


def test_several_answers_are_told_and_not_guessed():
    result = lead({"reference": "Practitioner?identifier=urn:s|two"})
    assert warnings(result) == [("ambiguous-reference", "Patient.generalPractitioner")]
    assert "identifier" in said(result)["kg:generalPractitioner"][0]


def test_a_reference_to_a_type_that_may_not_stand_there_is_told():
    assert warnings(lead({"reference": "Medication/m"})) == [("reference-type", "Patient.generalPractitioner")]


def test_a_contained_target_that_is_missing_is_told():
    assert warnings(lead({"reference": "#nobody"})) == [("missing-contained", "Patient.generalPractitioner")]


def test_contained_resources_are_nodes_of_the_record():
    contained = {"resourceType": "Practitioner", "id": "c", "name": [{"family": "Inside"}]}
    result = mapped({"resourceType": "Patient", "contained": [contained], "generalPractitioner": [{"reference": "#c"}]})
    assert said(result)["kg:generalPractitioner"] == ["Patient/x#c"]
    assert said(result, "#c") == {"rdf:type": ["fhir:Practitioner"], "rdfs:label": ["Inside"]}
    assert result.issues == ()


def test_only_words_stay_words():
    result = lead({"display": "Dr. Who"})
    assert (said(result)["kg:generalPractitioner"], result.targets) == (["Dr. Who"], ())
