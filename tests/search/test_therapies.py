"""Therapies named by their class: who asks for one means every drug of it, and a text that names it names no drug."""

import pytest

from concepts.therapies import SYSTEM
from graph.identifiers import concept_iri
from search.filters import Filters
from search.model import Match, SearchRequest
from tests.ingest.exports import InlinePool, Lab, note, patient
from tests.ingest.test_reading import coded
from tests.search.test_allergies import of

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DRUGS = {
    "warfarin": ("855332", "Warfarin Sodium 5 MG Oral Tablet"),
    "apixaban": ("1364445", "apixaban 5 MG Oral Tablet [Eliquis]"),
    "statin": ("617310", "atorvastatin 20 MG Oral Tablet"),
    "insulin": ("311034", "insulin lispro 100 UNT/ML Injectable Solution"),
    "furosemide": ("310429", "furosemide 20 MG Oral Tablet"),
}
TEXTS = {
    "named": "Seen today. Anticoagulated for atrial fibrillation.",
    "told": "Seen today. Takes apixaban twice a day.",
    "none": "Seen today. Not on anticoagulation.",
    "lupus": "Seen today. Lupus anticoagulant was positive.",
    "statins": "Seen today. On a statin and a loop diuretic.",
    "off": "Seen today. Not on insulin.",
    "on": "Seen today. On insulin at night.",
    "glargine": "Seen today. Takes insulin lispro with meals.",
    "morphine": "Seen today. Not on morphine.",
    "changed": "Seen today. Better after stopping the statin. Atorvastatin started last week, with ezetimibe.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    """Every drug is charted for "charts", in no note's encounter."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("therapies"))
        drugs = (
            of(coded("MedicationRequest", f"m-{name}", code, display, status="active", intent="order"), "charts")
            for name, (code, display) in DRUGS.items()
        )
        notes = [note(f"n-{who}", text, f"Patient/{who}") for who, text in TEXTS.items()]
        lab.ingest(*(patient(who) for who in (*TEXTS, "charts")), *drugs, *notes)
        yield lab.snapshot().retriever


def well(retriever, question, **asked):
    hits = retriever.search(SearchRequest(question, **asked)).hits
    return sorted(hit.patient.rpartition("/")[2] for hit in hits if hit.match is Match.WELL)


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("anticoagulation", ["named", "told"]),
        ("patients on blood thinners", ["named", "told"]),
        ("no anticoagulation", ["none"]),
        ("statins", ["changed", "statins"]),
        ("diuretics", ["statins"]),
        ("loop diuretic", ["statins"]),
        ("thiazide", []),
        ("insulin therapy", ["glargine", "on"]),
        ("patients on insulin", ["glargine", "on"]),
    ],
)
def test_a_class_is_asked_with_its_drugs(retriever, question, who):
    assert well(retriever, question) == who


def test_who_charts_a_drug_charts_its_class(retriever):
    for question in ("anticoagulants", "statin", "insulin", "diuretics"):
        head = {one.way: one.patients for one in retriever.search(SearchRequest(question)).head}
        assert head["concept"] >= 1 + len(well(retriever, question)), question


def test_a_class_filters_with_its_drugs(retriever):
    asked = Filters(concepts=(concept_iri(SYSTEM, "anticoagulants"),))
    found = retriever.search(SearchRequest("", asked)).hits
    assert sorted(hit.patient.rpartition("/")[2] for hit in found) == ["named", "told"]


@pytest.mark.parametrize(
    ("question", "who"),
    [("not on insulin", ["off"]), ("patients without insulin", ["off"]), ("not anticoagulated", ["none"])],
)
def test_who_asks_for_those_without_a_drug_does_not_find_those_with_it(retriever, question, who):
    hits = retriever.search(SearchRequest(question)).hits
    assert [hit.patient.rpartition("/")[2] for hit in hits] == who


def test_what_is_taken_answers_before_what_was(retriever):
    hits = retriever.search(SearchRequest("patients on a statin")).hits
    (changed,) = (hit.answer.text for hit in hits if hit.patient.endswith("changed"))
    assert changed == "Atorvastatin started last week, with ezetimibe."
