"""The reader: mentions with their concepts, assertion and values."""

import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary, open_vocabulary, save_vocabulary

SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"


def disorder(code, label, *names):
    return Named(Concept(SNOMED, code, label, Kind.DISORDER), names)


KNOWN = (
    disorder("44054006", "Diabetes mellitus type 2 (disorder)", "Type 2 diabetes mellitus"),
    disorder("13645005", "Chronic obstructive lung disease (disorder)", "Chronic obstructive pulmonary disease"),
    disorder("22298006", "Myocardial infarction (disorder)"),
    disorder("24700007", "Multiple sclerosis (disorder)"),
    disorder("254837009", "Malignant neoplasm of breast (disorder)", "Breast cancer"),
    disorder("29857009", "Chest pain (finding)"),
    disorder("267036007", "Dyspnea (finding)", "Shortness of breath"),
    disorder("91302008", "All"),
    Named(Concept(LOINC, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", Kind.MEASUREMENT)),
    Named(Concept(LOINC, "85354-9", "Blood pressure panel with all children optional", Kind.MEASUREMENT), ("Blood pressure",)),
    Named(Concept(RXNORM, "310965", "Ibuprofen 200 MG Oral Tablet [Advil]", Kind.DRUG)),
    Named(Concept(RXNORM, "860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet", Kind.DRUG), ("metformin",)),
    Named(Concept(RXNORM, "834061", "Penicillin V Potassium 250 MG Oral Tablet", Kind.DRUG), ("penicillin",)),
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    vocabulary, unfit = compile_vocabulary(KNOWN)
    assert not unfit
    folder = tmp_path_factory.mktemp("vocabulary")
    save_vocabulary(vocabulary, folder)
    return Reader([open_vocabulary(folder)])


def said(reader, text):
    found = reader.read(text)
    assert all(text[each.start : each.end] == each.text for each in found)
    return [(each.text, each.concept.code, each.assertion.value) for each in found]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("T2DM, denies chest pain.", [("T2DM", "44054006", "affirmed"), ("chest pain", "29857009", "negated")]),
        ("Heart attack ten years ago. MI: stent placed.", [("Heart attack", "22298006", "historical"), ("MI", "22298006", "affirmed")]),
        ("No attack in six months (gout).", []),
        ("Tom is not prescribed Advil.", [("Advil", "310965", "negated")]),
        ("Family history of breast cancer.", [("breast cancer", "254837009", "family")]),
        ("She takes metformin hydrochloride 500 mg.", [("metformin hydrochloride", "860975", "affirmed")]),
        ("No blood pressure cuff at home; no HbA1c test kit.", []),
        ("History of heart attack on metformin.", [("heart attack", "22298006", "historical"), ("metformin", "860975", "affirmed")]),
        ("Previously on metformin; history of being on Advil.", [("metformin", "860975", "historical"), ("Advil", "310965", "historical")]),
        ("History of bleeding on Advil.", [("Advil", "310965", "historical")]),
        ("No blood pressure or HbA1c.", [("blood pressure", "85354-9", "negated"), ("HbA1c", "4548-4", "negated")]),
        ("ALLERGIES: Penicillin\n\nMEDICATIONS: Advil", [("Penicillin", "834061", "allergy"), ("Advil", "310965", "affirmed")]),
        ("All is well. SOB on exertion; sob, he said.", [("SOB", "267036007", "affirmed")]),
        ("Malignant neoplasm of breast (disorder) was found.", [("Malignant neoplasm of breast (disorder)", "254837009", "affirmed")]),
    ],
)
def test_what_a_text_mentions(reader, text, mentions):
    assert said(reader, text) == mentions


def test_an_ambiguous_abbreviation_counts_where_its_field_or_its_full_name_stands(reader):
    assert said(reader, "MS given for pain.") == []
    assert said(reader, "MS: relapse with new lesions.") == [("MS", "24700007", "affirmed")]
    assert said(reader, "Multiple sclerosis (MS). Her MS is stable.")[1:] == [
        ("MS", "24700007", "affirmed"),
        ("MS", "24700007", "affirmed"),
    ]


def test_what_the_text_defines_takes_the_place_of_what_a_list_says(reader):
    assert said(reader, "Mitral insufficiency (MI) with troponin normal. MI stable after stent.") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Chest pain (C-P) today. C-P again, no cp.", ["Chest pain", "C-P", "C-P"]),
        ("Chest pain (CP; worse at night). CP again.", ["Chest pain", "CP", "CP"]),
        ("Chest pain (CP, dull). CP-free, C-P", ["Chest pain", "CP", "CP"]),
        ("Chest (CH) pain", ["Chest (CH) pain"]),
        ("Chest (CH; the thorax) pain", ["Chest (CH; the thorax) pain"]),
        ("Chest (CH). Pain", []),
        ("Chest (CH", []),
        ("Chest (CH; and all that anybody could say of it) pain", []),
    ],
)
def test_what_the_text_defines_may_have_marks_and_stand_within_a_name(reader, text, wanted):
    assert [mention.text for mention in reader.read(text)] == wanted


@pytest.mark.parametrize(
    ("text", "comparator", "number", "unit"),
    [
        ("HbA1c 9.2 %", "", "9.2", "%"),
        ("Her A1c was above 9.", ">", "9", ""),
        ("HbA1c (05/2020): 7.1%", "", "7.1", "%"),
        ("BP 150/90 mmHg", "", "150/90", "mmHg"),
        ("blood pressure of 120/80", "", "120/80", ""),
        ("HbA1c <= 6.5 %", "<=", "6.5", "%"),
        ("HbA1c is between 7-8 %", None, None, None),
        ("HbA1c pending. Glucose 5.", None, None, None),
    ],
)
def test_values_beside_what_they_measure(reader, text, comparator, number, unit):
    value = reader.read(text)[0].value
    if number is None:
        assert value is None
    else:
        assert (value.comparator, value.number, value.unit) == (comparator, number, unit)
        assert number.partition("/")[0] in text[value.start : value.end]


def test_several_codes_of_a_name_are_kept_the_best_first():
    icd = Named(Concept("http://hl7.org/fhir/sid/icd-10-cm", "R07.9", "Chest pain, unspecified", Kind.FINDING))
    own, _ = compile_vocabulary([disorder("29857009", "Chest pain (finding)")])
    more, _ = compile_vocabulary([icd])
    mention = Reader([own, more]).read("chest pain")[0]
    assert (mention.concept.code, [one.code for one in mention.alternatives]) == ("29857009", ["R07.9"])


@pytest.mark.parametrize(
    "text", ["", "\x00", "İİİ chest pain 😀", "\u202echest pain\u202c", "chest\u00a0pain", "x" * 100_000, "chest pain " * 5_000]
)
def test_any_text_is_read_and_spans_are_exact(reader, text):
    for each in reader.read(text):
        assert text[each.start : each.end] == each.text
        assert each.assertion in Assertion
