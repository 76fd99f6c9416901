"""Names of concepts lead with the words of the records, the terminology's name second: in facets, chips, pictures, lists and the graph."""

import pytest

from graph.vocabulary import ALT_LABEL, LABEL, PREF_LABEL
from search.filters import Filters
from search.model import SearchRequest
from search.tables.words_of_records import leading
from tests.ingest.exports import note, patient

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OXALIPLATIN = "http://purl.bioontology.org/ontology/RXNORM/1736776"
PRODUCT = "10 ML oxaliplatin 5 MG/ML Injection"


def given(identifier, text="oxaliplatin", code="1736776", display=PRODUCT, system=RXNORM):
    return {
        "resourceType": "MedicationRequest",
        "id": identifier,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "medicationCodeableConcept": {"text": text, "coding": [{"system": system, "code": code, "display": display}]},
    }


VISIT = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p1"},
}
NOTE = note(context={"encounter": [{"reference": "Encounter/e1"}]})


def names(lab, concept=OXALIPLATIN):
    """What the concept is called: in the catalog, in the graph, in the facet and in the picture."""
    snapshot = lab.snapshot()
    known = snapshot.catalog.concept(concept)
    statements = snapshot.graph.node(concept).properties
    assert {known.label} == {value.value for value in statements[PREF_LABEL]} | {snapshot.graph.node(concept).label}
    assert set(known.synonyms) == {value.value for value in statements.get(ALT_LABEL, ())}
    result = snapshot.retriever.search(SearchRequest("", Filters(concepts=(concept,))))
    assert known.label in [one.label for one in result.facets["concept"] if one.value == concept]
    assert {node.label for node in result.neighbourhood.nodes if node.id == concept} == {known.label}
    assert LABEL not in statements
    return known.label, known.synonyms


def test_the_words_of_the_records_lead(lab):
    lab.ingest(patient(), VISIT, NOTE, *(given(f"m{number}") for number in range(3)), given("m9", "eloxatin"))
    assert names(lab) == ("oxaliplatin", (PRODUCT,))
    assert set(lab.snapshot().catalog.concepts_named(("oxaliplatin",))) == {OXALIPLATIN}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([given("m1"), given("m2", "eloxatin")], PRODUCT),
        ([given("m1", "Oxaliplatin"), given("m2", "oxaliplatin"), given("m3", "eloxatin")], "Oxaliplatin"),
        ([given("m1", ""), given("m2", "")], PRODUCT),
        ([given("m1", "1736776"), given("m2", "1736776")], PRODUCT),
        ([given("m1"), given("m2", code="1736781", display="20 ML oxaliplatin 5 MG/ML Injection")], PRODUCT),
        ([given("m1"), given("m2", code="395814003", display="Oxaliplatin (substance)", system="http://snomed.info/sct")], "oxaliplatin"),
    ],
)
def test_only_where_most_records_have_them_and_they_tell_codes_apart(lab, records, expected):
    records = [
        {key: value for key, value in record.items() if key != "medicationCodeableConcept"}
        | {"medicationCodeableConcept": {key: value for key, value in record["medicationCodeableConcept"].items() if value}}
        for record in records
    ]
    lab.ingest(patient(), VISIT, NOTE, *records)
    assert names(lab)[0] == expected


def test_names_lead_as_they_are_without_words():
    assert leading("", ["A", "B"]) == ["A", "B"]
    assert leading("a", ["A", "B"]) == ["a", "B"]
