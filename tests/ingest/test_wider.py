"""A filter by a concept finds what is narrower, in every coding, as the terminologies of the data folder say."""

import pytest

from graph.identifiers import concept_iri
from search.model import Filters, SearchRequest
from tests.ingest.exports import condition, note, patient
from tests.ingest.terminologies.omop_folder import write_omop
from tests.ingest.terminologies.test_rf2 import POSSIBLY, REPLACED_BY, with_history
from tests.ingest.test_learning import add, drop

SCT, ICD, RX = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm"
METABOLIC, DIABETES, T2DM, ASTHMA = (concept_iri(SCT, code) for code in ("75934005", "73211009", "44054006", "195967001"))
E11, E119, J45 = (concept_iri(ICD, code) for code in ("E11", "E11.9", "J45.909"))
METFORMIN, TABLET, BRAND = (concept_iri(RX, code) for code in ("6809", "861007", "151827"))


def visit(number, code, system=SCT, display="", text="Seen today."):
    """A patient, a condition charted at a visit, and the note of that visit."""
    encounter = {"resourceType": "Encounter", "id": f"e{number}", "status": "finished", "subject": {"reference": f"Patient/p{number}"}}
    encounter["class"] = {"code": "AMB"}
    charted = condition(f"c{number}", f"Patient/p{number}", encounter={"reference": f"Encounter/e{number}"})
    charted["code"]["coding"] = [{"system": system, "code": code, "display": display}]
    written = note(f"d{number}", f"{text} {number}", f"Patient/p{number}", context={"encounter": [{"reference": f"Encounter/e{number}"}]})
    return patient(f"p{number}"), encounter, charted, written


@pytest.fixture
def clinic(lab):
    """Type 2 diabetes charted in SNOMED CT and in ICD-10-CM, asthma in ICD-10-CM, a tablet and a brand named in notes."""
    lab.ingest(
        *visit(1, "44054006", display="Type 2 diabetes"),
        *visit(2, "E119", ICD, "Diabetes, type 2"),
        *visit(3, "J45909", ICD, "Asthma nos"),
        patient("p4"),
        note("d4", "Takes metformin hydrochloride 500 MG Oral Tablet.", "Patient/p4"),
        note("d5", "Takes Glucophage.", "Patient/p4"),
        note("d6", "Denies bronchial asthma.", "Patient/p4"),
    )
    return lab


def found(lab, *concepts, **filters):
    """Notes that a filter by a concept finds."""
    result = lab.snapshot().retriever.search(SearchRequest("", filters=Filters(concepts=concepts, **filters), limit=50))
    return sorted(hit.document.rpartition("/")[2] for hit in result.hits)


def facet(lab):
    result = lab.snapshot().retriever.search(SearchRequest("", limit=50))
    return {value.value: value.count for value in result.facets["concept"]}


def test_an_ancestor_finds_what_is_narrower_in_both_codings_until_it_is_dropped(clinic, tmp_path):
    assert found(clinic, DIABETES) == [] and found(clinic, T2DM) == ["d1"]
    add(clinic, write_omop(tmp_path / "omop"))
    assert found(clinic, METABOLIC) == found(clinic, DIABETES) == found(clinic, T2DM) == ["d1", "d2"]
    assert found(clinic, E11) == ["d1", "d2"]  # E11 is the same as type 2 diabetes
    assert found(clinic, E119) == ["d2"]
    assert found(clinic, ASTHMA) == found(clinic, J45) == ["d3"]
    drop(clinic, "omop")
    assert found(clinic, DIABETES) == [] and found(clinic, T2DM) == ["d1"]


def test_a_drug_is_all_that_acts_by_it(clinic, tmp_path):
    add(clinic, write_omop(tmp_path / "omop"))
    assert found(clinic, METFORMIN) == ["d4", "d5"]
    assert found(clinic, TABLET) == ["d4"] and found(clinic, BRAND) == ["d5"]


def test_what_is_denied_is_denied_in_every_coding(clinic, tmp_path):
    add(clinic, write_omop(tmp_path / "omop"))
    assert found(clinic, denied=(J45,)) == found(clinic, denied=(ASTHMA,)) == ["d6"]


def test_a_code_that_is_no_longer_active_is_found_with_the_one_that_took_its_place(lab, tmp_path):
    former, unsure = "30000001", "30000002"
    lab.ingest(
        *visit(1, "44054006", display="Type 2 diabetes"),
        *visit(2, former, display="Diabetes of adults"),
        *visit(3, unsure, display="Sugar"),
        *visit(4, "22298006", display="Heart attack"),
    )
    rows = [("1", REPLACED_BY, former, "44054006"), *(("1", POSSIBLY, unsure, code) for code in ("44054006", "22298006"))]
    assert found(lab, T2DM) == ["d1"]
    add(lab, with_history(tmp_path / "snomed", rows))
    assert found(lab, T2DM) == found(lab, DIABETES) == found(lab, concept_iri(SCT, former)) == ["d1", "d2"]
    assert found(lab, concept_iri(SCT, unsure)) == ["d3"]  # nobody knows which of the two it was
    assert found(lab, concept_iri(SCT, "22298006")) == ["d4"]
    counted = facet(lab)
    assert sorted(counted[concept] for concept in counted.keys() & {T2DM, concept_iri(SCT, former)}) == [2]


def test_two_codings_of_one_thing_are_one_line_and_what_lies_above_all_is_none(clinic, tmp_path):
    add(clinic, write_omop(tmp_path / "omop"))
    counted = facet(clinic)
    assert counted[T2DM] == 2 and E11 not in counted
    assert len({ASTHMA, J45} & counted.keys()) == 1
    assert METABOLIC not in counted and DIABETES not in counted
    retriever = clinic.snapshot().retriever
    assert METABOLIC not in {one.value for one in retriever.facet(SearchRequest(""), "concept").values}
    assert [one.value for one in retriever.facet(SearchRequest(""), "concept", "metab").values] == [METABOLIC]


def test_a_wider_concept_is_known_by_its_names_and_counted(clinic, tmp_path):
    assert clinic.snapshot().catalog.concept(DIABETES) is None
    add(clinic, write_omop(tmp_path / "omop"))
    catalog = clinic.snapshot().catalog
    diabetes, type_2 = catalog.concept(DIABETES), catalog.concept(T2DM)
    assert (diabetes.label, diabetes.code, diabetes.documents) == ("Diabetes mellitus", "73211009", 2)
    assert type_2.label == "Type 2 diabetes"  # as records call it; what the terminology calls it comes after
    assert set(type_2.synonyms) == {"Type 2 diabetes mellitus", "Adult-onset diabetes", "T2DM disorder"}
    assert catalog.concept_standing(METABOLIC).charted.patients == 2
