"""What a drug is for: named where it may come, or because it is there. One row a sentence, its findings in [brackets]."""

import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary

DRUGS = ("nitroglycerin", "ibuprofen", "albuterol", "metformin", "lisinopril", "morphine", "amoxicillin", "gabapentin", "ondansetron")
MAY_COME = """
    Nitroglycerin for [chest pain].
    Nitroglycerin for [chest pain] and emergency call if it lasts.
    Nitroglycerin 0.4 mg sublingual every 5 minutes up to three doses for [chest pain].
    Take ibuprofen as needed for [pain].
    Take ibuprofen for [pain].
    Take Painaway 500 mg for [fever].
    Ibuprofen 400 mg for [fever], [headache] or [pain].
    Ibuprofen for [knee pain] as needed.
    Ondansetron 4 mg q8h prn [nausea]
    Albuterol PRN for [wheezing].
    Albuterol inhaler two puffs every 4 hours for [wheezing] or [shortness of breath].
    Medications: lisinopril 10 mg daily, nitroglycerin for [chest pain].
    - Nitroglycerin 0.4 mg for [chest pain]
    May use ibuprofen for [fever].
    Albuterol as needed for [asthma attack].
"""
IS_THERE = """
    Treated for [pneumonia].
    Albuterol as needed for [asthma].
    Albuterol inhaler PRN for [asthma].
    Albuterol for [asthma] as needed.
    Amoxicillin for [pneumonia].
    Started on metformin for [diabetes].
    Metformin 500 mg twice daily for [diabetes].
    Lisinopril for [hypertension].
    Lisinopril 10 mg daily for [hypertension].
    Given morphine for [chest pain].
    Morphine 4 mg given for [chest pain].
    She was given nitroglycerin for [chest pain].
    The patient took nitroglycerin for [chest pain].
    He takes ibuprofen for [knee pain].
    Uses albuterol for [wheezing].
    Gabapentin for [neuropathic pain].
    Ibuprofen for chronic [back pain].
    Gabapentin 300 mg for her [knee pain].
    Came in for [chest pain].
    Evaluated for [chest pain] and [shortness of breath].
    Ibuprofen daily for five days. [Knee pain] is better.
    [Knee pain] for 5 days, ibuprofen helps.
"""
ROWS = [
    *((line.strip(), Assertion.HYPOTHETICAL) for line in MAY_COME.strip().splitlines()),
    *((line.strip(), Assertion.AFFIRMED) for line in IS_THERE.strip().splitlines()),
]


@pytest.fixture(scope="module")
def reader():
    marked = [piece.partition("]")[0].lower() for text, _ in ROWS for piece in text.split("[")[1:]]
    named = [Named(Concept("drugs", name, name, Kind.DRUG)) for name in DRUGS]
    named += [Named(Concept("findings", name, name, Kind.DISORDER)) for name in dict.fromkeys(marked)]
    return Reader([compile_vocabulary(named)[0]])


@pytest.mark.parametrize(("text", "assertion"), ROWS)
def test_what_a_drug_is_for_is_there_only_where_somebody_says_so(reader, text, assertion):
    plain = text.replace("[", "").replace("]", "")
    found = [(each.text, each.assertion) for each in reader.read(plain) if each.concept.kind is Kind.DISORDER]
    assert found == [(piece.partition("]")[0], assertion) for piece in text.split("[")[1:]]


def test_a_question_for_a_complaint_is_no_order(reader):
    names = [Named(Concept("", name, name, kind)) for name, kind in (("ibuprofen", Kind.DRUG), ("headache", Kind.DISORDER))]
    asking = Reader([compile_vocabulary(names)[0]], asking=True)
    assert [each.assertion for each in asking.read("ibuprofen for headache")] == [Assertion.AFFIRMED, Assertion.AFFIRMED]
