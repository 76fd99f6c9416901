"""Assertion: what a text says of a concept's presence, and by which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.assertion import Sentences, judge
from concepts.model import Assertion
from concepts.tokens import tokens

AFFIRMED, NEGATED, POSSIBLE = Assertion.AFFIRMED, Assertion.NEGATED, Assertion.POSSIBLE
HYPOTHETICAL, HISTORICAL, FAMILY = Assertion.HYPOTHETICAL, Assertion.HISTORICAL, Assertion.FAMILY


def judged(marked):
    """The judgement of what stands in [brackets]."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    return judge(text, [(start, end)])[0]


@pytest.mark.parametrize(
    ("text", "assertion", "trigger"),
    [
        ("The patient has [chest pain] on exertion.", AFFIRMED, ""),
        ("No [chest pain].", NEGATED, "No"),
        ("He denies fever, chills, or [night sweats].", NEGATED, "denies"),
        ("Patient in no [acute distress].", NEGATED, "no"),
        ("There is no evidence of [pneumonia].", NEGATED, "no evidence of"),
        ("[Pneumonia] was ruled out.", NEGATED, "was ruled out"),
        ("[Effusion] is not seen.", NEGATED, "is not seen"),
        ("Allergies: [penicillin allergy]: none.", NEGATED, "none"),
        ("Tom is not prescribed [Advil].", NEGATED, "is not"),
        ("No fever but has [cough].", AFFIRMED, ""),
        ("Denies dyspnea; reports [chest pain].", AFFIRMED, ""),
        ("No increase in [edema].", AFFIRMED, ""),
        ("MRI with and without contrast shows [a mass].", AFFIRMED, ""),
        ("gram negative [sepsis]", AFFIRMED, ""),
        ("COMPLICATIONS:  None\nDIAGNOSIS: [hernia]", AFFIRMED, ""),
        ("Rule out [pulmonary embolism].", POSSIBLE, "Rule out"),
        ("[Pulmonary embolism] cannot be excluded.", POSSIBLE, "cannot be excluded"),
        ("Cannot rule out [infarction].", POSSIBLE, "Cannot rule out"),
        ("Possible [appendicitis].", POSSIBLE, "Possible"),
        ("Return if you develop [fever].", HYPOTHETICAL, "Return if"),
        ("Call your doctor if you have any of these:\n- bleeding\n- [fever]", HYPOTHETICAL, "if"),
        ("Take aspirin as needed for [headache].", HYPOTHETICAL, "as needed for"),
        ("The risks include [bleeding] and infection.", HYPOTHETICAL, "risks include"),
        ("History of [stroke].", HISTORICAL, "History of"),
        ("[Appendectomy] ten years ago.", HISTORICAL, "years ago"),
        ("PAST MEDICAL HISTORY:\n[Gout].", HISTORICAL, "PAST MEDICAL HISTORY"),
        ("Presents with a 3-day history of [vomiting].", AFFIRMED, ""),
        ("No history of [seizures].", NEGATED, "No history of"),
        ("Family history of [breast cancer].", FAMILY, "Family history of"),
        ("Her mother had [breast cancer].", FAMILY, "mother"),
        ("FAMILY HISTORY:\nMother: [diabetes]", FAMILY, "Mother"),
        ("FAMILY HISTORY: [colon cancer]", FAMILY, "FAMILY HISTORY"),
        ("His father had gout, but he has [diabetes].", AFFIRMED, ""),
        ("[Stroke] in her father.", FAMILY, "in her father"),
    ],
)
def test_what_a_text_says_of_a_mention(text, assertion, trigger):
    found = judged(text)
    assert (found.assertion, found.trigger) == (assertion, trigger)


def test_a_trigger_is_told_by_its_place():
    text = "The patient denies any chest pain."
    found = judge(text, [(23, 33)])[0]
    assert text[found.start : found.end] == found.trigger == "denies any"


def test_what_no_relative_is_known_to_have_is_denied_of_the_family():
    found = judged("FAMILY HISTORY:\nMother had gout. No relatives known to have [ovarian cancer].")
    assert (found.assertion, found.trigger) == (Assertion.NOT_IN_FAMILY, "No relatives known to have")


def test_a_section_ends_where_another_begins():
    text = "FAMILY HISTORY:\nMother: diabetes\n\nASSESSMENT:\n[Asthma], stable."
    assert judged(text).assertion is AFFIRMED


def test_a_sentence_that_a_line_break_only_wraps_goes_on():
    assert judged("The patient denies fever,\nchills and [vomiting].").assertion is NEGATED
    assert judged("No fever\nReports [vomiting]").assertion is AFFIRMED


PIECES = st.sampled_from(
    ["no ", "fever", ".", ",", ";", ":", "(", ")", "\n", "- ", "?", "denies ", "if ", "mother ", "İ", "\u202e", "\x00"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_word_of_any_text_is_judged(text):
    of = tokens(text)
    assert len(Sentences(of).spoken()) == len(of)
    for start, end in zip(of.starts, of.ends, strict=True):
        assert judge(text, [(start, end)])[0].assertion in Assertion


@given(st.lists(PIECES, max_size=40).map("".join), st.sets(st.integers(0, 60), max_size=4))
def test_sentences_looked_at_alone_are_meant_as_in_the_whole_text(text, places):
    of = tokens(text)

    def said(runs, place):
        return [assertion for first, last, assertion in runs if of.starts[first] <= place < of.ends[last - 1]]

    whole, some = list(Sentences(of).runs()), list(Sentences(of).runs(places))
    assert all(said(some, place) == said(whole, place) for place in places)
    assert some == sorted(set(some), key=lambda run: run[0])


def test_words_are_judged_alike_alone_and_together():
    text = "No chest pain or fever. FAMILY HISTORY: stroke. Edema was not seen.\n\nPLAN: return if bleeding, cough; rash resolved."
    of = tokens(text)
    sentences = Sentences(of)
    alone = [sentences.judge(place, place + 1).assertion for place in range(len(of))]
    together = sentences.spoken()
    words = {"chest", "pain", "fever", "stroke", "edema", "bleeding", "cough", "rash"}
    assert [alone[place] for place, norm in enumerate(of.norms) if norm in words] == [
        together[place] for place, norm in enumerate(of.norms) if norm in words
    ]


def test_spans_that_cover_no_word_are_judged_too():
    assert [found.assertion for found in judge("", [(0, 0)])] == [AFFIRMED]
    assert [found.assertion for found in judge(" \t", [(0, 2), (5, 9)])] == [AFFIRMED] * 2
    assert len(judge("No fever.", [(2, 3), (0, 0), (9, 9), (100, 200), (0, 9)])) == 5


def test_a_long_sentence_is_judged_as_a_short_one_is():
    """Triggers that mentions hide free others near them, and what was passed long before reaches still."""
    text = "No acute distress, no acute fever, " * 200 + "no evidence of acute distress or pain"
    of = tokens(text)
    mentions = [place for place, norm in enumerate(of.norms) if norm == "acute"]
    spans = [(of.starts[place], of.ends[place + 1]) for place in mentions]
    assert {found.trigger.lower() for found in judge(text, spans[:-1])} == {"no"}
    assert judge(text, spans[-1:])[0].trigger == "no evidence of"
    assert judge(text, [(len(text) - 4, len(text))])[0].assertion is NEGATED
