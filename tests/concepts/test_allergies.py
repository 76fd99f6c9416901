"""What texts list as allergies is read as the allergy, never as the drug that is taken."""

from itertools import pairwise

import pytest

from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary

SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
KNOWN = (
    Named(Concept(SNOMED, "91936005", "Allergy to penicillin")),
    Named(Concept(SNOMED, "91939003", "Allergy to sulfonamide (finding)"), ("Allergy to sulfonamides",)),
    Named(Concept(SNOMED, "300916003", "Latex allergy")),
    Named(Concept(SNOMED, "716186003", "No Known Allergy (situation)")),
    Named(Concept(SNOMED, "418689008", "Allergy to grass pollen")),
    Named(Concept(SNOMED, "271807003", "Rash", Kind.FINDING)),
    Named(Concept(SNOMED, "21719001", "Allergic rhinitis", Kind.DISORDER)),
    Named(Concept(RXNORM, "834061", "Penicillin V Potassium 250 MG Oral Tablet", Kind.DRUG), ("penicillin",)),
    Named(Concept(RXNORM, "29046", "lisinopril", Kind.DRUG)),
)
PENICILLIN, SULFA, LATEX, POLLEN = "91936005", "91939003", "300916003", "418689008"
DRUG, ACE = "834061", "29046"


@pytest.fixture(scope="module")
def reader():
    return Reader([compile_vocabulary(KNOWN)[0]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Allergies: Penicillin", [(PENICILLIN, "affirmed")]),
        ("Allergies: penicillin (rash), sulfa", [(PENICILLIN, "affirmed"), ("271807003", "historical"), (SULFA, "affirmed")]),
        (
            "ALLERGIES:\nPenicillin: hives as a child. Latex: rash.\n",
            [(PENICILLIN, "affirmed"), (LATEX, "affirmed"), ("271807003", "historical")],
        ),
        ("Drug allergies: PCN, sulfa drugs", [(PENICILLIN, "affirmed"), (SULFA, "affirmed")]),
        ("Allergies: grass pollen; allergic rhinitis", [(POLLEN, "affirmed"), ("21719001", "affirmed")]),
        ("Allergies: ?penicillin", [(PENICILLIN, "possible")]),
        ("Allergies: latex. Tolerates penicillin.", [(LATEX, "affirmed"), (DRUG, "hypothetical")]),
        ("Allergies: lisinopril", [(ACE, "allergy")]),
        ("Allergies: latex\n\nMedications: penicillin", [(LATEX, "affirmed"), (DRUG, "affirmed")]),
        ("Allergies: Latex.\nPenicillin 250 mg daily.", [(LATEX, "affirmed"), (DRUG, "affirmed")]),
        ("Allergies: latex\nlisinopril 10 mg daily", [(LATEX, "affirmed"), (ACE, "affirmed")]),
        ("Allergies: latex,\npenicillin", [(LATEX, "affirmed"), (PENICILLIN, "affirmed")]),
        ("Allergies: latex and\npenicillin", [(LATEX, "affirmed"), (PENICILLIN, "affirmed")]),
        ("Allergies: latex\n- penicillin", [(LATEX, "affirmed"), (PENICILLIN, "affirmed")]),
        ("Allergic to penicillin.", [(PENICILLIN, "affirmed")]),
        ("Allergic to penicillin, sulfa and latex.", [(PENICILLIN, "affirmed"), (SULFA, "affirmed"), (LATEX, "affirmed")]),
        ("PCN allergy.", [(PENICILLIN, "affirmed")]),
        ("Penicillin, latex and sulfa allergy.", [(PENICILLIN, "affirmed"), (LATEX, "affirmed"), (SULFA, "affirmed")]),
        ("Takes penicillin for a sore throat; sulfa allergy.", [(DRUG, "affirmed"), (SULFA, "affirmed")]),
        ("Mother allergic to penicillin and latex.", [(PENICILLIN, "family"), (LATEX, "family")]),
        ("No allergy to penicillin or latex.", [(PENICILLIN, "negated"), (LATEX, "negated")]),
        ("Not allergic to penicillin.", [(PENICILLIN, "negated")]),
        ("Allergies: none\nPenicillin 250 mg", [(DRUG, "affirmed")]),
        ("NKDA", []),
        ("Allergies: NKDA. Adverse reactions: none", []),
        ("No known drug allergies.", []),
        ("No known allergies.", [("716186003", "affirmed")]),
    ],
)
def test_an_allergy_is_read_as_the_allergy(reader, text, said):
    found = reader.read(text)
    assert [(each.concept.code, each.assertion.value) for each in found if each.text != "hives"] == said
    assert all(text[each.start : each.end] == each.text for each in found)


ASPIRIN = "1191"
SUBSTANCE = Named(Concept(RXNORM, ASPIRIN, "Allergy to aspirin", Kind.ALLERGEN))
TAKEN = Named(Concept(RXNORM, ASPIRIN, "aspirin", Kind.DRUG))
LISTED = [
    ("Allergies: aspirin", ["allergy"]),
    ("Allergies: lisinopril (cough), aspirin", ["allergy", "allergy"]),
    ("Allergic to aspirin.", ["allergy"]),
    ("Aspirin allergy.", ["allergy"]),
    ("Lisinopril and aspirin allergy.", ["allergy", "allergy"]),
    ("Allergic reaction to aspirin.", ["allergy"]),
    ("Anaphylaxis to aspirin in 2010.", ["allergy"]),
    ("History of allergy to aspirin.", ["allergy"]),
    ("No allergy to aspirin.", ["no-allergy"]),
    ("Not allergic to aspirin.", ["no-allergy"]),
    ("Denies aspirin allergy.", ["no-allergy"]),
    ("Allergies: no aspirin", ["no-allergy"]),
    ("Mother allergic to aspirin.", ["family"]),
    ("Possible aspirin allergy.", ["possible"]),
    ("Takes lisinopril. Allergic to aspirin.", ["affirmed", "allergy"]),
    ("Allergies: aspirin. Takes lisinopril.", ["allergy", "hypothetical"]),
]


@pytest.mark.parametrize(("text", "said"), LISTED)
@pytest.mark.parametrize("names", [(TAKEN,), (SUBSTANCE, TAKEN)], ids=["drug", "both"])
def test_an_allergy_to_a_substance_is_no_word_on_whether_it_is_taken(names, text, said):
    found = Reader([compile_vocabulary((*names, KNOWN[-1]))[0]]).read(text)
    assert [each.assertion.value for each in found if each.text.lower() != "cough"] == said
    assert {each.concept.code for each in found} <= {ASPIRIN, ACE}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Takes aspirin.", "affirmed"),
        ("Aspirin 81 mg daily; no allergies.", "affirmed"),
        ("Takes aspirin and has a latex allergy.", "affirmed"),
        ("Not on aspirin.", "negated"),
    ],
)
def test_what_is_taken_beside_a_word_of_allergies_is_taken(text, said):
    found = Reader([compile_vocabulary((SUBSTANCE, TAKEN))[0]]).read(text)
    assert [each.assertion.value for each in found] == [said]


def test_an_allergy_tells_its_words():
    reader = Reader([compile_vocabulary((TAKEN,))[0]])
    told = {text: reader.read(text)[0].judgement.trigger for text in ("Allergic to aspirin.", "Aspirin allergy.", "Allergies: aspirin")}
    assert told == {"Allergic to aspirin.": "Allergic", "Aspirin allergy.": "allergy", "Allergies: aspirin": "Allergies"}


def test_no_mention_lies_over_another(reader):
    found = reader.read("Allergies: allergic to penicillin, penicillin and latex allergy, latex " * 3)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert {each.concept.code for each in found} == {PENICILLIN, LATEX}


def test_what_a_heading_announces_ends_after_some_lines_whatever_they_begin_with(reader):
    text = "Allergies: latex,\n" + "- penicillin\n" * 60
    codes = [each.concept.code for each in reader.read(text)]
    assert codes[:3] == [LATEX, PENICILLIN, PENICILLIN] and codes[-1] == DRUG
