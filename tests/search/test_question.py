"""A question is read by the reader of notes: what answers it is decided by what texts affirm, deny, suppose and say of relatives."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary
from search import retriever as retrieving
from search.columns.concepts import ConceptTable
from search.filters import Filters
from search.model import Group, Match, Mode, SearchRequest
from search.questions.question import MOST_SENSES, Ask, Whole, read_question
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NAMED = (
    Named(Concept(SNOMED, "22298006", "Myocardial infarction", Kind.DISORDER)),
    Named(Concept(SNOMED, "254837009", "Breast cancer", Kind.DISORDER)),
    Named(Concept(LOINC, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", Kind.MEASUREMENT), ("HbA1c",)),
    *(
        Named(Concept(RXNORM, code, f"metformin hydrochloride {strength} MG Oral Tablet", Kind.DRUG), ("metformin",))
        for code, strength in (("1", 500), ("2", 850), ("3", 1000))
    ),
)


@pytest.fixture(scope="module")
def reader():
    return Reader([compile_vocabulary(NAMED)[0]], MOST_SENSES, asking=True)


def read(reader, text, ask=None):
    return [(part.text, part.label.partition(" ")[0], part.assertion) for part in read_question(text, reader, ask).parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("heart attack", [("heart attack", "Myocardial", Assertion.AFFIRMED)]),
        ("patients without heart attack", [("heart attack", "Myocardial", Assertion.NEGATED)]),
        ("who deny breast cancer", [("breast cancer", "Breast", Assertion.NEGATED)]),
        ("family history of breast cancer", [("breast cancer", "Breast", Assertion.FAMILY)]),
        ("no family history of breast cancer", [("breast cancer", "Breast", Assertion.NOT_IN_FAMILY)]),
        ("past history of breast cancer", [("breast cancer", "Breast", Assertion.HISTORICAL)]),
        ("knee pain", []),
        ("", []),
    ],
)
def test_concepts_of_a_question_and_how_it_means_them(reader, text, parts):
    assert read(reader, text) == parts


def test_all_that_the_words_name_is_asked(reader):
    (part,) = read_question("on metformin", reader).parts
    assert len(part.concepts) == 3


def test_a_question_means_what_is_narrower_too_and_a_text_does_not():
    named = [Named(Concept(SNOMED, "44054006", "Type 2 diabetes mellitus", Kind.DISORDER))]
    vocabulary, _ = compile_vocabulary(named)
    assert [part.concepts for part in read_question("diabetics", Reader([vocabulary], asking=True)).parts] == [
        ("http://snomed.info/id/44054006",)
    ]
    assert Reader([vocabulary]).read("She has diabetes.") == []


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Acute pulmonary embolism", "pulmonary embolism"),
        ("Acute on chronic heart failure", "patients with heart failure"),
        ("Chronic sinusitis (disorder)", "sinusitis"),
        ("Type 1 diabetes mellitus without complications", "diabetics"),
        ("Mild intermittent asthma with (acute) exacerbation", "asthma"),
    ],
)
def test_who_asks_for_a_disorder_asks_for_it_as_it_goes_too(name, question):
    vocabulary, _ = compile_vocabulary([Named(Concept(SNOMED, "1", name, Kind.DISORDER))])
    (part,) = read_question(question, Reader([vocabulary], asking=True)).parts
    assert part.concepts == ("http://snomed.info/id/1",)
    assert Reader([vocabulary]).read(f"She has {question.rpartition('with ')[2]}.") == []


def test_adjectives_of_people_ask_for_what_they_have_and_say_nothing_in_texts():
    named = [Named(Concept(SNOMED, code, name, Kind.DISORDER)) for code, name in (("1", "Normal pregnancy"), ("2", "Asthma"))]
    vocabulary, _ = compile_vocabulary(named)
    parts = read_question("pregnant asthmatics", Reader([vocabulary], asking=True)).parts
    assert [part.concepts for part in parts] == [("http://snomed.info/id/1",), ("http://snomed.info/id/2",)]
    assert Reader([vocabulary]).read("Avoid pregnant women.") == []


def test_what_bears_a_name_comes_before_what_is_a_kind_of_it():
    named = [Named(Concept(SNOMED, "1", "Acute bronchitis", Kind.DISORDER)), Named(Concept(SNOMED, "2", "Bronchitis", Kind.DISORDER))]
    vocabulary, _ = compile_vocabulary(named)
    (part,) = read_question("bronchitis", Reader([vocabulary], asking=True)).parts
    assert part.concepts == ("http://snomed.info/id/2", "http://snomed.info/id/1")
    (mention,) = Reader([vocabulary]).read("Bronchitis.")
    assert mention.concept.code == "2"


def test_words_of_care_name_no_disorder():
    vocabulary, _ = compile_vocabulary([Named(Concept(SNOMED, "1", "Acute care visit", Kind.PROCEDURE))])
    assert read_question("care visit", Reader([vocabulary], asking=True)).parts == ()


def test_a_value_is_asked_with_its_comparator_and_unit(reader):
    question = read_question("women with HbA1c above 9 % and more", reader)
    (part,) = question.parts
    assert (part.value.comparator, part.value.number, part.value.unit) == (">", 9.0, "%")
    assert question.text[part.start : part.end] == "HbA1c above 9 %"
    assert question.rest == "with and more"


def test_what_is_asked_may_be_said_apart(reader):
    assert read(reader, "patients without breast cancer", Ask.AFFIRMED)[0][2] is Assertion.AFFIRMED
    assert read(reader, "breast cancer", Ask.DENIED)[0][2] is Assertion.NEGATED
    assert read(reader, "breast cancer", Ask.ANY)[0][2] is None


def test_a_text_is_no_question(reader):
    assert read_question("Breast cancer.\nHeart attack.", reader).parts == ()
    assert read_question("breast cancer " * 40, reader).parts == ()


CANCER = "http://snomed.info/id/254837009"
TEXTS = {
    "has": "Seen today. Breast cancer on the left side, chemotherapy goes on.",
    "denies": "Seen today. She does not have breast cancer.",
    "mother": "Seen today. Her mother had breast cancer at 50.",
    "told": "Seen today. Return if breast cancer is suspected on screening.",
    "nobody": "Seen today. No relatives are known to have breast cancer.",
    "else": "Seen today. Gout of the left toe.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("question"))
        people = [patient(name, family=name.title()) for name in TEXTS]
        notes = [note(f"n-{name}", text=text, subject=f"Patient/{name}") for name, text in TEXTS.items()]
        lab.ingest(*people, patient("coded"), condition(subject="Patient/coded"), *notes)
        yield lab.snapshot().retriever


def found(retriever, query, **request):
    result = retriever.search(SearchRequest(query, **request))
    return [(hit.document.rpartition("n-")[2], hit.match) for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("breast cancer", "has"),
        ("patients with breast cancer", "has"),
        ("patients without breast cancer", "denies"),
        ("does not have breast cancer", "denies"),
        ("family history of breast cancer", "mother"),
        ("no family history of breast cancer", "nobody"),
    ],
)
def test_what_answers_leads_and_nothing_else_matches_well(retriever, query, first):
    hits = found(retriever, query)
    assert hits[0] == (first, Match.WELL)
    assert [name for name, match in hits if match is Match.WELL] == [first]


def test_any_meaning_will_do_where_it_is_asked_for(retriever):
    well = {name for name, match in found(retriever, "breast cancer", assertion=Ask.ANY) if match is Match.WELL}
    assert well == {"has", "denies", "mother", "told", "nobody"}


def test_how_concepts_are_asked_can_be_switched(retriever):
    assert found(retriever, "breast cancer", assertion=Ask.DENIED)[0] == ("denies", Match.WELL)
    assert found(retriever, "breast cancer", assertion=Ask.FAMILY)[0] == ("mother", Match.WELL)
    assert found(retriever, "breast cancer", assertion=Ask.POSSIBLE)[0] == ("told", Match.WELL)


def test_a_literal_question_is_not_read(retriever):
    result = retriever.search(SearchRequest("breast cancer", literal=True))
    assert result.question is None and result.head == ()
    well = {hit.document.rpartition("n-")[2] for hit in result.hits if hit.match is Match.WELL}
    assert {"denies", "has"} <= well


def test_the_head_counts_patients_in_each_way(retriever):
    head = {each.way: (each.patients, each.documents) for each in retriever.search(SearchRequest("breast cancer")).head}
    said = {"denied": (1, 1), "possible": (1, 1), "history": (0, 0), "family": (1, 1), "not_in_family": (1, 1)}
    said |= {"allergy": (0, 0), "no_allergy": (0, 0)}
    assert head == {"concept": (2, 1), **said}  # one of the two has it charted, and no note


def test_the_head_tells_of_what_is_denied_who_has_it_neither_told_nor_charted(retriever):
    head = {each.way: (each.patients, each.documents) for each in retriever.search(SearchRequest("no breast cancer")).head}
    assert (head["concept"], head["denied"], head["lacking"]) == ((2, 1), (1, 1), (5, 5))
    listed = {hit.document.rpartition("n-")[2] for hit in retriever.search(SearchRequest("", Filters(lacking=(CANCER,)))).hits}
    assert len(listed) == 5 and "denies" in listed and not listed & {"has", "charted"}
    assert not retriever.search(SearchRequest("", Filters(lacking=(CANCER,), concepts=(CANCER,)))).hits


def test_what_is_denied_of_relatives_is_asked_and_filtered_by_itself(retriever):
    filtered = retriever.search(SearchRequest("", Filters(not_in_family=(CANCER,))))
    assert [hit.document.rpartition("n-")[2] for hit in filtered.hits] == ["nobody"]
    asked = retriever.search(SearchRequest("breast cancer", assertion=Ask.NOT_IN_FAMILY))
    assert [hit.document.rpartition("n-")[2] for hit in asked.hits if hit.match is Match.WELL] == ["nobody"]
    assert not [hit for hit in retriever.search(SearchRequest("", Filters(denied=(CANCER,)))).hits if hit.document.endswith("nobody")]


def test_a_hit_says_how_it_means_what_is_asked(retriever):
    hits = {hit.document.rpartition("n-")[2]: hit for hit in retriever.search(SearchRequest("breast cancer")).hits}
    assert [(said.assertions, said.agrees) for said in hits["has"].said] == [((Assertion.AFFIRMED,), True)]
    assert [(said.assertions, said.agrees) for said in hits["denies"].said] == [((Assertion.NEGATED,), False)]


def test_the_passage_and_the_sentence_are_chosen_by_what_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    text = (
        "# Family History\nNo breast cancer in the family, no breast cancer known, breast cancer denied.\n\n"
        "# Plan\nShe came alone. Breast cancer was found on the left side. No sign of breast cancer on the right.\n"
    )
    lab.ingest(patient(), condition(), note(text=text))
    (hit,) = lab.snapshot().retriever.search(SearchRequest("breast cancer")).hits
    assert hit.answer.text == "Breast cancer was found on the left side."


def test_a_chart_does_not_make_true_what_the_text_denies(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    encounter = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/p1"},
    }
    charted = condition(encounter={"reference": "Encounter/e1"})
    denies = note(text="No breast cancer.", context={"encounter": [{"reference": "Encounter/e1"}]})
    lab.ingest(patient(), encounter, charted, denies)
    (hit,) = lab.snapshot().retriever.search(SearchRequest("breast cancer")).hits
    assert hit.match is Match.LOOSELY


def test_questions_of_one_who_sees_other_datasets_are_not_read_with_their_names(tmp_path, monkeypatch):
    from graph.scope import Scope

    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(), note(text="Breast cancer."))
    lab.ingest(patient(), note(text="Breast cancer."), dataset="other")
    whole = lab.snapshot()
    assert whole.retriever.search(SearchRequest("breast cancer")).question.parts
    scoped = whole.within(Scope(frozenset({"other"})))
    assert scoped.retriever.search(SearchRequest("breast cancer")).question.parts == ()


def test_a_value_is_looked_for_in_charts_and_texts(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    values = {"high": "HbA1c 9.8 %.", "low": "HbA1c 6.1 %.", "bound": "HbA1c < 10 %.", "none": "HbA1c is to be measured."}
    code = {"coding": [{"system": LOINC, "code": "4548-4", "display": "HbA1c"}]}
    result = {"resourceType": "Observation", "id": "o1", "status": "final", "code": code, "subject": {"reference": "Patient/coded"}}
    result |= {"effectiveDateTime": "2024-02-01", "valueQuantity": {"value": 11, "unit": "%"}}
    notes = [note(f"n-{name}", text=f"Seen today. {text}", subject=f"Patient/{name}") for name, text in values.items()]
    charted = note("n-coded", text="Seen today. Sugar is high.", subject="Patient/coded", date="2024-02-01T10:00:00Z")
    lab.ingest(*map(patient, values), patient("coded"), result, *notes, charted)
    found = lab.snapshot().retriever.search(SearchRequest("HbA1c above 9"))
    well = {hit.document.rpartition("n-")[2] for hit in found.hits if hit.match is Match.WELL}
    assert well == {"high", "coded"}
    with_it = next(head for head in found.head if head.way == "concept")
    anyhow = next(head for head in lab.snapshot().retriever.search(SearchRequest("HbA1c")).head if head.way == "concept")
    assert (with_it.patients, with_it.documents) == (2, 2)  # those who have such a value
    assert anyhow.documents > 2
    below = lab.snapshot().retriever.search(SearchRequest("HbA1c below 7 %"))
    assert {hit.document.rpartition("n-")[2] for hit in below.hits if hit.match is Match.WELL} == {"low"}


INFARCTION = {"code": "22298006", "display": "Myocardial infarction"}
DYSPNEA = {"code": "267036007", "display": "Dyspnea"}
HALVES = {
    "both": ("Ann", "Seen today. Dyspnea since the heart attack in May; long talk about work, sleep and the garden, no other complaint."),
    "one": ("Bob", "Seen today. Dyspnea."),
    "other": ("Bob", "Seen today. Heart attack last night."),
    "alone": ("Cyd", "Seen today. Dyspnea. Dyspnea at night, dyspnea on stairs."),
    "denies": ("Dan", "Seen today. Dyspnea, but never a heart attack."),
}


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("halves"))
        people = [patient(name, family=name) for name in ("Ann", "Bob", "Cyd", "Dan", "Eve")]
        charted = [condition("c-1", "Patient/Eve", **INFARCTION), condition("c-2", "Patient/Eve", **DYSPNEA)]
        lab.ingest(*people, *charted, *(note(f"n-{name}", text, f"Patient/{who}") for name, (who, text) in HALVES.items()))
        yield lab.snapshot().retriever


@pytest.mark.parametrize(
    ("query", "first", "whole"),
    [
        ("dyspnea after a heart attack", [{"both"}, {"one", "other"}, {"alone"}], Whole(3, 1)),
        ("dyspnea and heart attack", [{"both"}, {"one", "other"}, {"alone"}], Whole(3, 1)),
        ("dyspnea without heart attack", [{"denies"}], Whole(1, 1)),
        ("dyspnea, no history of heart attack", [{"denies"}], Whole(1, 1)),
        ("heart attack but no dyspnea", [], Whole(0, 0)),
        ("dyspnea", [], None),
        ("dyspnea in women", [], Whole(4, 4)),
    ],
)
def test_who_has_all_that_is_asked_leads_and_is_counted(halves, query, first, whole):
    result = halves.search(SearchRequest(query, mode=Mode.LEXICAL))
    assert result.whole == whole
    found = iter([hit.document.rpartition("n-")[2] for hit in result.hits])
    assert [set(islice(found, len(names))) for names in first] == first


def test_words_that_name_nothing_known_are_a_half_where_they_are_denied(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    texts = {
        "one": "Seen today. Dyspnea. Dyspnea at night, dyspnea on stairs.",
        "both": "Seen today. Dyspnea when he walks up to his flat on the third floor. No history of coronary artery disease.",
        "has": "Seen today. Dyspnea. He has coronary artery disease.",
    }
    charted = condition("c-1", "Patient/has", **DYSPNEA)
    lab.ingest(*map(patient, texts), charted, *(note(f"n-{name}", text, f"Patient/{name}") for name, text in texts.items()))
    retriever = lab.snapshot().retriever
    assert found(retriever, "dyspnea, no history of coronary disease", mode=Mode.LEXICAL)[0] == ("both", Match.WELL)
    assert ("has", Match.LOOSELY) in found(retriever, "dyspnea, no history of coronary disease", mode=Mode.LEXICAL)
    assert retriever.search(SearchRequest("dyspnea, no coronary disease", mode=Mode.LEXICAL)).whole == Whole(1, 1)
    assert retriever.search(SearchRequest("dyspnea, no scurvy", mode=Mode.LEXICAL)).whole == Whole(0, 0)


def test_what_is_left_to_choose_from_is_no_second_half(halves):
    result = halves.search(SearchRequest("dyspnea or heart attack", mode=Mode.LEXICAL))
    assert result.whole is None
    assert {hit.document.rpartition("n-")[2] for hit in result.hits if hit.match is Match.WELL} == set(HALVES)


def test_a_value_without_a_unit_is_taken_for_the_usual_one_where_its_size_allows_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    values = {"high": "HbA1c 9.8 %.", "bare": "HbA1c 9.2, seen by diet.", "low": "HbA1c 6.1.", "molar": "HbA1c 83 at the last visit."}
    code = {"coding": [{"system": LOINC, "code": "4548-4", "display": "HbA1c"}]}
    result = {"resourceType": "Observation", "id": "o1", "status": "final", "code": code, "subject": {"reference": "Patient/high"}}
    result |= {"effectiveDateTime": "2019-02-01", "valueQuantity": {"value": 7, "unit": "%"}}
    lab.ingest(*map(patient, values), result, *(note(f"n-{name}", f"Seen. {text}", f"Patient/{name}") for name, text in values.items()))
    found = lab.snapshot().retriever.search(SearchRequest("HbA1c above 9 %"))
    assert {hit.document.rpartition("n-")[2] for hit in found.hits if hit.match is Match.WELL} == {"high", "bare"}
    assert "1 document gives HbA1c without a unit: taken for %, as its other values are." in found.notices


def test_of_codings_of_a_thing_the_finest_stands_first(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    codings = [
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9", "display": "Type 2 diabetes mellitus"},
        {"system": SNOMED, "code": "44054006", "display": "Type 2 diabetes mellitus"},
    ]
    lab.ingest(patient(), condition() | {"code": {"coding": codings}}, note(text="T2DM."))
    for question in ("T2DM", "type 2 diabetes mellitus"):
        (part,) = lab.snapshot().retriever.search(SearchRequest(question)).question.parts
        assert part.concepts[0] == "http://snomed.info/id/44054006"


@pytest.mark.parametrize(
    ("question", "text", "assertion"),
    [
        ("patients not on insulin", "insulin", Assertion.NEGATED),
        ("not taking metoprolol", "metoprolol", Assertion.NEGATED),
        ("insulin-naive patients", "insulin", Assertion.NEGATED),
        ("patients off metoprolol", "metoprolol", Assertion.HISTORICAL),
        ("on insulin", "insulin", Assertion.AFFIRMED),
    ],
)
def test_drugs_are_asked_for_by_plain_words(question, text, assertion):
    products = ("insulin glargine 100 UNT/ML Injectable Solution", "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet")
    named = [Named(Concept(RXNORM, str(code), display, Kind.DRUG)) for code, display in enumerate(products)]
    reader = Reader([compile_vocabulary(named)[0]], MOST_SENSES, asking=True)
    assert [(part.text, part.assertion) for part in read_question(question, reader).parts] == [(text, assertion)]


def test_who_is_not_on_a_drug_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    texts = {
        "on": "Seen today. Goes on with insulin glargine.",
        "not": "Seen today. Not on insulin.",
        "silent": "Seen today. Not on morphine.",
    }
    drug = {"coding": [{"system": RXNORM, "code": "1", "display": "insulin glargine 100 UNT/ML Injectable Solution"}]}
    order = {"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order", "medicationCodeableConcept": drug}
    order |= {"subject": {"reference": "Patient/on"}}
    lab.ingest(*map(patient, texts), order, *(note(f"n-{name}", text, f"Patient/{name}") for name, text in texts.items()))
    assert found(lab.snapshot().retriever, "patients not on insulin", mode=Mode.LEXICAL)[0] == ("not", Match.WELL)
    assert found(lab.snapshot().retriever, "patients on insulin", mode=Mode.LEXICAL)[0] == ("on", Match.WELL)
    # However near it looks: what denies something else answers nothing, nor does what affirms it.
    monkeypatch.setattr("search.ranking.relevance", lambda closest, noise, coverage, unknown: np.ones(len(coverage)))
    near = {name for name, _ in found(lab.snapshot().retriever, "patients not on insulin", mode=Mode.LEXICAL)}
    assert near == {"not"}


@pytest.mark.parametrize("group", [None, Group.PATIENT])
def test_a_question_is_read_once_and_each_way_of_each_part_is_looked_up_once(halves, monkeypatch, group):
    reads, looked = Counter(), Counter()
    read, having_any = retrieving.read_question, ConceptTable.having_any

    def counted_read(text, *given):
        reads[text] += 1
        return read(text, *given)

    def counted_look(table, concepts):
        looked[id(table), concepts.tobytes()] += 1
        return having_any(table, concepts)

    monkeypatch.setattr(retrieving, "read_question", counted_read)
    monkeypatch.setattr(ConceptTable, "having_any", counted_look)
    result = halves.search(SearchRequest("dyspnea after a heart attack", group=group))
    assert len(result.question.parts) == 2
    assert result.head
    assert reads == {"dyspnea after a heart attack": 1}
    assert set(looked.values()) == {1}
    assert len({concepts for _, concepts in looked}) == 2
