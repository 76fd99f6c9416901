"""HealthLake's text analysis: mentions with offsets, scores and traits; generated resources are never facts."""

import json

import pytest

from ingest.fhir.healthlake import parse_raw
from tests.ingest.mapping.reading import PATIENT, attachment, mapped, said, warnings

TEXT = "\nHas otitis media. Denies fever. Mother had asthma. Takes amoxicillin (disorder).\n"
AWS = "http://healthlake.amazonaws.com/"
NLP = AWS + "aws-cm/"
ICD = "http://purl.bioontology.org/ontology/ICD10CM/"


def leaf(url, value):
    kind = {int: "valueInteger", str: "valueString", float: "valueDecimal"}[type(value)]
    return {"url": url, kind: value}


def entity(service, number, text, code="", score=0.95, concept_score=0.8, concept="Concept"):
    url = f"{NLP}{service}/aws-cm-{service.rpartition('-')[2]}-entity"
    start = TEXT.index(text)
    parts = {"id": number, "text": text, "begin-offset": start, "end-offset": start + len(text), "score": score}
    children = [leaf(f"{url}-{name}", value) for name, value in parts.items()]
    if code:
        leaves = {"Code": code, "Description": f"about {text}", "Score": concept_score}
        inner = {"url": f"{url}-{concept}", "extension": [leaf(f"{url}-{concept}-{name}", value) for name, value in leaves.items()]}
        children.append({"url": f"{url}-ConceptList", "extension": [inner]})
    return {"url": url, "extension": children}


def printed(*entities):
    """As HealthLake prints it: (id, text, traits)."""
    told = []
    for number, text, *traits in entities:
        names = ", ".join(f"{{Name: {name},Score: 0.9}}" for name in traits)
        start = TEXT.index(text)
        told.append(
            f"{{Id: {number},Text: {text},Category: MEDICAL_CONDITION,Type: DX_NAME,Score: 0.95,BeginOffset: {start},"
            f"EndOffset: {start + len(text)},Attributes: [],Traits: [{names}],"
            f"ICD10CMConcepts: [{{Description: {text}, unspecified, of {{something}} odd,Code: X{number},Score: 0.7}}]}}"
        )
    return f"{{Entities: [{', '.join(told)}],ModelVersion: 0.1.0}}"


def service(name, raw, *entities):
    root = f"{NLP}{name}/"
    return {"url": root, "extension": [leaf(f"{root}raw-response", raw), leaf(f"{root}model-version", "0.1.0"), *entities]}


def note(*services, **rest):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": PATIENT,
        "extension": [{"url": NLP, "extension": [*services, leaf(f"{NLP}status/", "SUCCESS")]}],
        "content": [{"attachment": attachment(TEXT)}],
        **rest,
    }


def mentions(result):
    return {mention.text: mention for mention in result.documents[0].mentions}


ALL = note(
    service(
        "infer-icd10",
        printed((1, "otitis media", "DIAGNOSIS"), (2, "fever", "SYMPTOM", "NEGATION"), (3, "asthma", "DIAGNOSIS", "PERTAINS_TO_FAMILY")),
        entity("infer-icd10", 1, "otitis media", "H6690"),
        entity("infer-icd10", 2, "fever", "R50.9"),
        entity("infer-icd10", 3, "asthma", "J45.909", concept_score=0.1),
        entity("infer-icd10", 4, "disorder", "G20"),
        entity("infer-icd10", 5, "Mother", "Z80.3", score=0.2),
    ),
    service("infer-rxnorm", json.dumps({"Entities": []}), entity("infer-rxnorm", 0, "amoxicillin", "308182", concept="Concepts")),
)


def test_mentions_have_places_scores_and_what_the_text_says_of_them():
    result = mapped(ALL)
    found = mentions(result)
    assert list(found) == ["otitis media", "fever", "asthma", "amoxicillin"]
    ear = found["otitis media"]
    assert (TEXT[ear.start : ear.end], ear.start) == ("otitis media", 5)
    assert (ear.concept, ear.label, ear.score, ear.concept_score) == (f"{ICD}H66.90", "about otitis media", 0.95, 0.8)
    assert ear.source == "healthlake:infer-icd10"
    assert [found[text].assertion for text in found] == ["affirmed", "negated", "family", "hypothetical"]
    assert found["asthma"].concept == f"{ICD}X3", "a concept below the threshold is not linked; one that only the raw response has is"
    assert found["amoxicillin"].concept == "http://purl.bioontology.org/ontology/RXNORM/308182"
    assert warnings(result) == [("mention-traits", "DocumentReference.extension")], "rxnorm's response does not tell of amoxicillin"
    assert (result.facts, said(result, "Patient/p")) == ((), {})


def test_mentions_are_annotations_of_the_note():
    result = mapped(ALL)
    fever = mentions(result)["fever"]
    statements = said(result, fever.id.removeprefix(result.record))
    assert statements["rdf:type"] == ["oa:Annotation"]
    assert statements["oa:hasTarget"] == ["DocumentReference/x"]
    assert statements["oa:hasBody"] == [f"{ICD}R50.9"]
    assert (statements["oa:start"], statements["oa:end"]) == ([str(fever.start)], [str(fever.end)])
    assert (statements["kg:polarity"], statements["kg:score"]) == (["negated"], ["0.95"])


@pytest.mark.parametrize(
    "raw",
    [
        printed((7, "fever", "NEGATION")),
        json.dumps({"Entities": [{"Id": 7, "Text": "fever", "BeginOffset": 26, "EndOffset": 31, "Traits": [{"Name": "NEGATION"}]}]}),
        json.dumps([{"Id": 7, "Text": "fever", "BeginOffset": 26, "EndOffset": 31, "Traits": [{"Name": "NEGATION"}]}]),
        json.dumps([printed((7, "fever", "NEGATION"))]),
        printed((7, "fever", "NEGATION"))[:-40],
    ],
)
def test_raw_responses_of_every_writer(raw):
    (read,) = parse_raw(raw)
    assert (str(read["Id"]), read["Text"], read["Traits"][0]["Name"]) == ("7", "fever", "NEGATION")
    found = mentions(mapped(note(service("infer-icd10", raw, entity("infer-icd10", 7, "fever", "R50.9")))))
    assert found["fever"].assertion == "negated"


def test_values_with_commas_and_brackets_are_read_whole():
    (read,) = parse_raw(printed((1, "fever")))
    assert read["ICD10CMConcepts"][0]["Description"] == "fever, unspecified, of {something} odd"


@pytest.mark.parametrize(
    "raw", ["", "{", "[[[[", "{Entities: [{Id: 1", "nonsense", "{Entities: " * 5000, "}" * 5000, "{Id: 1,", 5, None, [None]]
)
def test_broken_raw_responses_give_what_they_give(raw):
    assert isinstance(parse_raw(raw), list)


def test_without_extensions_of_entities_the_raw_response_serves():
    found = mentions(mapped(note(service("infer-icd10", printed((1, "fever", "NEGATION"))))))
    assert (found["fever"].concept, found["fever"].assertion) == (f"{ICD}X1", "negated")


def test_what_is_denied_of_the_family_is_no_denial_of_the_patients():
    found = mentions(mapped(note(service("infer-icd10", printed((1, "fever", "NEGATION", "PERTAINS_TO_FAMILY"))))))
    assert found["fever"].assertion == "not-in-family"


def test_offsets_that_miss_lead_to_the_nearest_place_and_lost_ones_are_told():
    shifted = entity("infer-icd10", 1, "fever", "R50.9")
    shifted["extension"][2]["valueInteger"] += 1
    gone = entity("infer-icd10", 2, "asthma", "J45.909")
    gone["extension"][1]["valueString"] = "something else"
    result = mapped(note(service("infer-icd10", printed((1, "fever", "NEGATION")), shifted, gone)))
    (mention,) = result.documents[0].mentions
    assert TEXT[mention.start : mention.end] == "fever"
    assert ("mention-place", "DocumentReference.extension") in warnings(result)


def generated(kind, **rest):
    code = {"coding": [{"system": f"{NLP}infer-icd10/", "code": "H66.90", "display": "Otitis media"}]}
    return {
        "resourceType": kind,
        "meta": {"tag": [{"display": "SYSTEM_GENERATED"}]},
        "modifierExtension": [
            {"url": f"{NLP}infer-icd10/aws-cm-icd10-entity-score", "valueDecimal": 0.98},
            {"url": f"{NLP}infer-icd10/aws-cm-icd10-entity-Concept-Score", "valueDecimal": 0.77},
            {"url": f"{AWS}source-document-reference", "valueReference": {"reference": "DocumentReference/d"}},
        ],
        "subject": PATIENT,
        "medicationCodeableConcept" if kind.startswith("Medication") else "code": code,
        **rest,
    }


@pytest.mark.parametrize(
    "resource",
    [generated("Condition"), generated("Observation", status="unknown"), generated("MedicationStatement", status="unknown")],
)
def test_generated_resources_are_annotations_and_never_facts(resource):
    result = mapped(resource)
    assert (result.facts, result.issues, result.skipped) == ((), (), "")
    statements = said(result)
    assert statements["rdf:type"] == ["oa:Annotation"]
    assert statements["oa:hasBody"] == [f"{ICD}H66.90"]
    assert (statements["kg:score"], statements["kg:conceptScore"]) == (["0.98"], ["0.77"])
    assert said(result, "Patient/p") == {}


def test_generated_linkages_only_repeat_it():
    item = [{"type": "source", "resource": {"reference": "DocumentReference/d"}}, {"type": "alternate", "resource": PATIENT}]
    linkage = {"resourceType": "Linkage", "meta": {"tag": [{"display": "SYSTEM_GENERATED"}]}, "item": item}
    assert mapped(linkage).skipped == "system-generated"
    assert mapped({**linkage, "meta": {}}).skipped == ""
