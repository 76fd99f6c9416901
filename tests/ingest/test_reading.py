"""Texts are read when they are published: mentions, links in the graph, and what is read again."""

import shutil
from contextlib import closing

import pytest

from graph.vocabulary import AFFIRMS, ATTRIBUTES_TO_FAMILY, DENIES, SAID
from ingest.progress import Silent
from ingest.rebuild import rebuild
from search.tables.catalog_file import read_only
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

CANCER = "http://snomed.info/id/254837009"
GOUT = "http://snomed.info/id/90560007"


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    return Lab(tmp_path)


def mentions(lab, dataset="d"):
    """(text, concept, assertion, trigger) of everything that reading found."""
    folder = lab.workspace.generation_folder(lab.workspace.current())
    with closing(read_only(folder / "search" / "catalog.sqlite")) as db:
        return db.execute(
            "SELECT m.text, m.concept, m.assertion, m.cue FROM mentions m JOIN documents d ON d.row = m.document"
            " WHERE m.source = 'reading' AND d.dataset = ? ORDER BY d.id, m.start",
            (dataset,),
        ).fetchall()


def said(lab, record, dataset="d"):
    """(link, concept) that reading gave a record."""
    page = lab.snapshot().graph.neighbours(lab.iri("DocumentReference", record, dataset), limit=100)
    return sorted((edge.relation, node.id) for node, edge in page.neighbours if edge.relation in SAID)


def test_a_note_is_read_with_the_names_that_records_give_their_codes(lab):
    lab.ingest(patient(), condition(), note(text="No breast cancer. Mother had breast cancer."))
    assert mentions(lab) == [("breast cancer", CANCER, "negated", "No"), ("breast cancer", CANCER, "family", "Mother")]
    assert said(lab, "d1") == [(ATTRIBUTES_TO_FAMILY, CANCER), (DENIES, CANCER)]


def test_a_code_that_comes_later_is_found_in_notes_that_are_held(lab):
    lab.ingest(patient(), note(text="Gout of the left toe."))
    assert mentions(lab) == said(lab, "d1") == []
    lab.ingest(condition("c2", code="90560007", display="Gout (disorder)"))
    assert [row[:3] for row in mentions(lab)] == [("Gout", GOUT, "affirmed")]
    assert said(lab, "d1") == [(AFFIRMS, GOUT)]


def test_readings_follow_the_text(lab):
    lab.ingest(patient(), condition(), note(text="Breast cancer."), note("d2", text="Breast cancer."))
    assert said(lab, "d1") == said(lab, "d2") == [(AFFIRMS, CANCER)]
    lab.ingest(note(text="No breast cancer."), note("d2", text="Breast cancer.", status="entered-in-error"))
    assert [row[2] for row in mentions(lab)] == ["negated"]
    assert said(lab, "d1") == [(DENIES, CANCER)]
    assert said(lab, "d2") == []


def test_datasets_are_read_with_their_own_names(lab):
    lab.ingest(patient(), condition(), note(text="Breast cancer."))
    lab.ingest(patient(), note(text="Breast cancer."), dataset="other")
    assert len(mentions(lab)) == 1 and mentions(lab, "other") == []
    assert said(lab, "d1") == [(AFFIRMS, CANCER)] and said(lab, "d1", "other") == []


def test_nothing_that_did_not_change_is_read_again(lab, monkeypatch):
    lab.ingest(patient(), condition(), note(text="Breast cancer."))
    texts = []
    monkeypatch.setattr("search.reading.documents.read_texts", lambda task: texts.extend(task.texts) or [[] for _ in task.texts])
    lab.ingest(note("d2", text="Gout."))
    assert texts == ["Gout."]


def test_words_of_status_and_category_are_not_looked_for(lab):
    category = [{"coding": [{"system": "urn:x", "code": "plan", "display": "Discharge plan"}]}]
    lab.ingest(patient(), condition(category=category), note(text="Discharge plan: breast cancer."))
    assert [row[0] for row in mentions(lab)] == ["breast cancer"]


def test_a_generation_that_is_made_anew_is_read_anew(lab):
    lab.ingest(patient(), condition(), note(text="No breast cancer. Mother had breast cancer."))
    before = mentions(lab), said(lab, "d1"), lab.quads()
    with lab.workspace.writing() as ledger:
        rebuild(ledger, lab.workspace, lab.tools, Silent())
    assert lab.workspace.current() == 2
    assert (mentions(lab), said(lab, "d1"), lab.quads()) == before


def test_a_process_opens_a_vocabulary_once_and_anew_where_it_was_written_again(tmp_path):
    from concepts.terminology import Concept, Kind
    from concepts.vocabulary import Named, compile_vocabulary, save_vocabulary
    from search.reading import documents as reading

    def read(*names):
        return [row[2] for row in reading.read_texts(reading.Task((str(tmp_path / "v"),), (b"k",), names))[0]]

    def write(name):
        save_vocabulary(compile_vocabulary([Named(Concept("urn:s", "1", name, Kind.DISORDER))])[0], tmp_path / "v")

    reading._reader.cache_clear()
    write("Gout")
    assert [read("Gout and asthma.") for _ in range(3)] == [["Gout"]] * 3
    assert (reading._reader.cache_info().misses, reading._reader.cache_info().hits) == (1, 2)
    shutil.rmtree(tmp_path / "v")
    write("Asthma")
    assert read("Gout and asthma.") == ["asthma"]


RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def coded(kind, identifier, code, display, **rest):
    subject = "patient" if kind == "AllergyIntolerance" else "subject"
    element = "code" if kind == "AllergyIntolerance" else "medicationCodeableConcept"
    concept = {"coding": [{"system": RXNORM, "code": code, "display": display}], "text": display}
    return {"resourceType": kind, "id": identifier, subject: {"reference": "Patient/p1"}, element: concept, **rest}


def test_a_substance_that_a_record_of_an_allergy_names_is_the_allergy_and_no_drug_that_is_taken(lab):
    allergy = coded("AllergyIntolerance", "a1", "1191", "Aspirin (substance)")
    drug = coded("MedicationRequest", "m1", "243670", "aspirin 81 MG Oral Tablet", status="active", intent="order")
    lab.ingest(patient(), allergy, drug, note(text="Takes aspirin."), note("d2", text="Allergies: Aspirin.\nAllergic to aspirin."))
    rxnorm = "http://purl.bioontology.org/ontology/RXNORM/"
    assert [row[:3] for row in mentions(lab)] == [
        ("aspirin", f"{rxnorm}243670", "affirmed"),
        ("Aspirin", f"{rxnorm}1191", "allergy"),
        ("Allergic to aspirin", f"{rxnorm}1191", "allergy"),
    ]
