"""Who is allergic to a substance does not take it: charted and told allergies are a way of their own in which it is known."""

import pytest

from concepts.model import Assertion
from graph.vocabulary import AFFIRMS, REPORTS_ALLERGY_TO
from ingest import learning
from ingest.progress import Silent
from ingest.terminologies.shelf import source_of
from search.filters import Filters
from search.model import Held, Match, SearchRequest
from search.questions.question import Whole
from search.reading.named import account_of
from tests.ingest.exports import InlinePool, Lab, note, patient
from tests.ingest.test_reading import coded, said

ASPIRIN = "http://purl.bioontology.org/ontology/RXNORM/1191"
TEXTS = {
    "takes": "Seen today. Takes aspirin every morning.",
    "listed": "Seen today.\nAllergies: aspirin, latex.",
    "told": "Seen today. She is allergic to aspirin.",
    "denies": "Seen today. No allergy to aspirin.",
    "visit": "Seen today. Gout of the left toe.",
    "else": "Seen today. Knee pain.",
}
VISIT = {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": "Patient/visit"}}


def of(resource, subject):
    field = "patient" if resource["resourceType"] == "AllergyIntolerance" else "subject"
    return {**resource, field: {"reference": f"Patient/{subject}"}}


@pytest.fixture(scope="module", params=["charted both ways", "a terminology has the drug"])
def lab(request, tmp_path_factory):
    """p-takes takes it; p-listed, p-told, p-visit and p-chart are allergic to it, the last by chart alone."""
    folder = tmp_path_factory.mktemp("allergies")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        patched.setattr("ingest.learning.Pool", InlinePool, raising=False)
        lab = Lab(folder)
        allergies = [of(coded("AllergyIntolerance", f"a-{who}", "1191", "Aspirin"), who) for who in ("listed", "chart", "visit")]
        allergies[-1]["encounter"] = {"reference": "Encounter/e1"}
        visit = {"context": {"encounter": [{"reference": "Encounter/e1"}]}}
        notes = [note(f"n-{who}", text, f"Patient/{who}", **(visit if who == "visit" else {})) for who, text in TEXTS.items()]
        charted = []
        if request.param == "charted both ways":
            charted = [of(coded("MedicationRequest", "m1", "1191", "Aspirin", status="active", intent="order"), "takes")]
        people = [patient(who) for who in (*TEXTS, "chart")]
        lab.ingest(*people, VISIT, *allergies, *charted, *notes)
        if request.param != "charted both ways":
            words = folder / "drugs.csv"
            words.write_text("system,code,label,kind\nhttp://www.nlm.nih.gov/research/umls/rxnorm,1191,aspirin,drug\n")
            learning.add(source_of(str(words), name="drugs"), lab.workspace, lab.tools, 1, Silent())
        yield lab


@pytest.fixture(scope="module")
def retriever(lab):
    return lab.snapshot().retriever


def names(result, match=None):
    return [hit.document.rpartition("n-")[2].partition("#")[0] for hit in result.hits if match is None or hit.match is match]


def head(result):
    return {each.way: (each.patients, each.documents) for each in result.head}


@pytest.mark.parametrize("question", ["patients on aspirin", "aspirin", "takes aspirin"])
def test_who_is_allergic_to_a_drug_does_not_take_it(retriever, question):
    result = retriever.search(SearchRequest(question))
    assert names(result, Match.WELL) == ["takes"]
    counted = head(result)
    assert (counted["concept"], counted["allergy"], counted["no_allergy"], counted["possible"]) == ((1, 1), (4, 3), (1, 1), (0, 0))
    assert result.question.parts[0].assertion is Assertion.AFFIRMED


@pytest.mark.parametrize("question", ["allergic to aspirin", "aspirin allergy", "patients with an aspirin allergy"])
def test_who_asks_for_an_allergy_finds_just_these(retriever, question):
    result = retriever.search(SearchRequest(question))
    assert set(names(result, Match.WELL)) == {"listed", "told", "visit"}
    assert result.question.parts[0].assertion is Assertion.ALLERGY
    assert head(result)["allergy"] == (4, 3)
    agree = {name: [each.agrees for each in hit.said] for name, hit in zip(names(result), result.hits, strict=True)}
    assert agree["listed"] == agree["told"] == agree["visit"] == [True]


def test_who_is_not_allergic_is_not_who_does_not_take_it(retriever):
    result = retriever.search(SearchRequest("not allergic to aspirin"))
    assert names(result, Match.WELL) == ["denies"]
    assert head(result)["lacking"] == (3, 3)  # takes, denies, else: nothing says that they are allergic


@pytest.mark.parametrize("question", ["patients not on aspirin", "without aspirin"])
def test_no_allergy_is_no_denial_that_it_is_taken(retriever, question):
    result = retriever.search(SearchRequest(question))
    assert names(result, Match.WELL) == []
    assert (head(result)["denied"], head(result)["lacking"]) == ((0, 0), (5, 5))


def test_an_allergy_counts_where_several_things_are_asked(retriever):
    assert retriever.search(SearchRequest("women allergic to aspirin and knee pain")).question.parts[0].assertion is Assertion.ALLERGY
    whole = retriever.search(SearchRequest("allergic to aspirin but takes aspirin")).whole
    assert whole == Whole(0, 0)


def test_filters_and_facets_tell_allergies_apart(retriever):
    assert set(names(retriever.search(SearchRequest("", Filters(concepts=(ASPIRIN,)))))) == {"takes"}
    assert set(names(retriever.search(SearchRequest("", Filters(allergy=(ASPIRIN,)))))) == {"listed", "told", "visit"}
    assert set(names(retriever.search(SearchRequest("", Filters(no_allergy=(ASPIRIN,)))))) == {"denies"}
    facets = retriever.search(SearchRequest("")).facets
    counts = {name: {one.value: one.count for one in facets[name]}.get(ASPIRIN, 0) for name in ("concept", "allergy", "no_allergy")}
    assert counts == {"concept": 1, "allergy": 3, "no_allergy": 1}


def test_the_account_of_a_drug_tells_allergies_apart(lab):
    catalog = lab.snapshot().catalog
    summary = catalog.concept(ASPIRIN)
    charted = len(catalog.patients_with_concept(ASPIRIN))
    standing = account_of(catalog, summary).standing
    assert standing.charted == Held(charted, 0) and charted == summary.patients <= 1
    assert (standing.affirmed, standing.allergy, standing.no_allergy) == (Held(1, 1), Held(4, 3), Held(1, 1))
    assert (summary.documents, summary.allergy, summary.no_allergy) == (1, 3, 1)
    people = [one.id.rpartition("/")[2] for one in catalog.patients_standing(ASPIRIN, "allergy", 10)]
    assert sorted(people) == ["chart", "listed", "told", "visit"]
    assert len(catalog.documents_standing(ASPIRIN, "allergy", 10)) == 3


def test_the_graph_tells_allergies_apart(lab):
    assert said(lab, "n-takes") == [(AFFIRMS, ASPIRIN)]
    assert said(lab, "n-told") == [(REPORTS_ALLERGY_TO, ASPIRIN)]
    assert said(lab, "n-denies") == []
