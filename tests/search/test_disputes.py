"""Readers that disagree on the same words: what only affirms does not answer where another reader says more."""

import json

import numpy as np
import pytest

from concepts.model import Assertion
from search.columns.disputes import disputed
from search.model import Match, SearchRequest
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

NLP = "http://healthlake.amazonaws.com/aws-cm/"
ROOT = f"{NLP}infer-icd10/"
ENTITY = f"{ROOT}aws-cm-icd10-entity"
TEXTS = {
    "has": "Seen today. Chest pain since noon.",
    "told": "Seen today. Seek care for chest pain.",
    "denies": "Seen today. [ ] fever [ ] chest pain",
    "past": "Seen today. History of chest pain.",
    "theirs": "Seen today. Chest pain was a question.",
    "both": "Seen today. Chest pain since noon. Return if chest pain is worse.",
    "chart": "Seen today. Return if chest pain is worse.",
}
TRAITS = {"theirs": ["HYPOTHETICAL"]}
"""What the other reader says of the first chest pain of a text; elsewhere it only affirms."""


def leaf(url, value):
    kind = {int: "valueInteger", str: "valueString", float: "valueDecimal"}[type(value)]
    return {"url": url, kind: value}


def analysed(who, text):
    """A note with the analysis of HealthLake: each chest pain, the traits in the raw response."""
    entities, raw = [], []
    start = text.lower().find("chest pain")
    while start >= 0:
        number, name = len(raw) + 1, text[start : start + 10]
        parts = {"id": number, "text": name, "begin-offset": start, "end-offset": start + 10, "score": 0.95}
        code = [
            leaf(f"{ENTITY}-Concept-{key}", value) for key, value in {"Code": "R07.9", "Description": "Chest pain", "Score": 0.9}.items()
        ]
        concepts = {"url": f"{ENTITY}-ConceptList", "extension": [{"url": f"{ENTITY}-Concept", "extension": code}]}
        entities.append({"url": ENTITY, "extension": [*(leaf(f"{ENTITY}-{key}", value) for key, value in parts.items()), concepts]})
        traits = [{"Name": trait, "Score": 0.9} for trait in TRAITS.get(who, [])]
        raw.append({"Id": number, "Text": name, "Score": 0.95, "BeginOffset": start, "EndOffset": start + 10, "Traits": traits})
        start = text.lower().find("chest pain", start + 1)
    service = {"url": ROOT, "extension": [leaf(f"{ROOT}raw-response", json.dumps({"Entities": raw})), *entities]}
    return note(f"n-{who}", text, f"Patient/{who}", extension=[{"url": NLP, "extension": [service, leaf(f"{NLP}status/", "SUCCESS")]}])


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("disputes"))
        charted = condition("c1", "Patient/has")
        charted["code"] = {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "29857009", "display": "Chest pain"},
                {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R07.9", "display": "Chest pain, unspecified"},
            ]
        }
        lab.ingest(*(patient(who) for who in TEXTS), charted, *(analysed(who, text) for who, text in TEXTS.items()))
        yield lab.snapshot().retriever


def test_what_another_reader_says_more_of_is_no_answer(retriever):
    hits = {hit.patient.rpartition("/")[2]: hit for hit in retriever.search(SearchRequest("chest pain")).hits}
    assert {who for who, hit in hits.items() if hit.match is Match.WELL} == {"has", "past", "both"}
    agrees = {who: [said.agrees for said in hit.said] for who, hit in hits.items()}
    assert agrees["told"] == agrees["denies"] == agrees["theirs"] == [False]
    assert agrees["has"] == agrees["both"] == agrees["past"] == [True]
    assert hits["both"].answer.text == "Chest pain since noon."


def test_it_answers_who_asks_for_what_it_says(retriever):
    hits = retriever.search(SearchRequest("patients without chest pain")).hits
    assert hits[0].patient.rpartition("/")[2] == "denies"
    assert hits[0].match is Match.WELL
    assert [each.assertions for each in hits[0].said] == [(Assertion.NEGATED,)]


def test_mentions_of_one_document_dispute_where_they_share_words():
    documents, starts, stops = (np.asarray(each) for each in ([1, 1, 1, 2, 2, 3], [0, 4, 20, 4, 30, 0], [10, 14, 30, 14, 40, 99]))
    otherwise = np.asarray([False, True, False, False, False, True])
    assert disputed(documents, starts, stops, ~otherwise, otherwise).tolist() == [True, False, False, False, False, False]
    assert not disputed(documents[:0], starts[:0], stops[:0], otherwise[:0], otherwise[:0]).any()
    last = np.asarray([False, False, True])
    nested = disputed(np.asarray([1, 1, 1]), np.asarray([0, 2, 50]), np.asarray([90, 4, 60]), last, ~last)
    assert nested.tolist() == [False, False, True], "an earlier one that goes on further"
