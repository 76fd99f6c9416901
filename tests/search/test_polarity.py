"""Polarity: what a passage denies does not answer a question for those who have it, nor the reverse; no dictionary is asked."""

import numpy as np
import pytest

from search.lexical import build_lexical, open_lexical
from search.model import Mode
from search.ranking.fusion import Ranker
from search.ranking.polarity import Agreement, Want, agreement, together, wants_of
from search.ranking.relevance import WELL
from search.spoken import SEPARATE, Said, spoken_of
from search.units import CSR

TEXTS = (
    "No chest pain.",
    "She has chest pain on exertion.",
    "Return if chest pain comes back.",
    "Mother had chest pain.",
    "Chest clear. No knee pain.",
    "Gout of the big toe.",
)


@pytest.fixture
def index(tmp_path):
    links = CSR(np.arange(len(TEXTS) + 1), np.arange(len(TEXTS)), len(TEXTS))
    build_lexical(TEXTS, links, tmp_path, map(spoken_of, TEXTS))
    return open_lexical(tmp_path), links


def test_what_a_text_does_not_affirm_is_kept_by_how_it_means_it():
    parts = spoken_of("Fever. No cough. Mother had gout. Return if bleeding. History of stroke. No rash in the family.").split(SEPARATE)
    assert [part.replace(".", "").split() for part in parts] == [["cough"], ["gout"], ["bleeding"], ["stroke"], ["rash"]]
    assert spoken_of("Fever and cough.") == ""


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("patients with chest pain", [("chest pain", Said.AFFIRMED)]),
        ("chest pain", [("chest pain", Said.AFFIRMED)]),
        ("patients without chest pain", [("chest pain", Said.DENIED)]),
        ("no shortness of breath", [("shortness breath", Said.DENIED)]),
        ("family history of breast cancer", [("breast cancer", Said.OF_FAMILY)]),
        ("no family history of breast cancer", [("breast cancer", Said.NOT_OF_FAMILY)]),
        ("gout but no fever", [("gout", Said.AFFIRMED), ("fever", Said.DENIED)]),
        ("Does statin therapy reduce mortality after myocardial infarction in the elderly?", []),
        ("Gastric Bypass Discussion", []),
        ("stroke risk", []),
        ("at risk of stroke", [("risk", Said.AFFIRMED), ("stroke", Said.SUPPOSED)]),
        ("patients", []),
        ("", []),
    ],
)
def test_what_a_question_wants(question, wants):
    assert [(want.words, want.said) for want in wants_of(question)] == wants


def test_rows_say_how_they_mean_each_word(index):
    weights, bits = index[0].meant("chest pain", np.arange(len(TEXTS)))
    assert weights.sum() == pytest.approx(1)
    assert bits[1].tolist() == [Said.DENIED, Said.AFFIRMED, Said.SUPPOSED, Said.OF_FAMILY, Said.DENIED, 0]
    assert bits[0].tolist() == [Said.DENIED, Said.AFFIRMED, Said.SUPPOSED, Said.OF_FAMILY, Said.AFFIRMED, 0]


def test_a_row_tells_whether_it_affirms_words_wherever_it_says_them(index):
    said = [
        [index[0].affirms(words, row) for row in range(len(TEXTS))]
        for words in (["chest"], ["chest", "pain"], ["gout", "toe"], ["zebra"], [])
    ]
    only_affirmed = [False, True, False, False, True, True]
    assert said == [only_affirmed, [*only_affirmed[:4], False, True], [True] * 6, [True] * 6, [True] * 6]


def test_a_word_that_stands_in_two_ways_is_meant_both_ways(tmp_path):
    texts = ["Chest pain on exertion, no chest pain at rest."]
    build_lexical(texts, CSR(np.array([0, 1]), np.array([0]), 1), tmp_path, map(spoken_of, texts))
    _, bits = open_lexical(tmp_path).meant("pain", np.array([0]))
    assert bits.tolist() == [[Said.AFFIRMED | Said.DENIED]]
    assert not open_lexical(tmp_path).affirms(["pain"], 0)


def test_agreement_weighs_words_and_all_parts_of_a_question_count():
    weights = np.array([0.5, 0.5])
    bits = np.array([[1, 2, 1, 0, 3], [1, 2, 0, 0, 3]], dtype=np.uint8)
    found = agreement(Said.AFFIRMED, weights, bits)
    assert found.tolist() == [Agreement.AGREES, Agreement.CONTRADICTS, Agreement.SILENT, Agreement.SILENT, Agreement.AGREES]
    assert agreement(Said.DENIED, weights, bits).tolist() == [1, 3, 1, 0, 3]
    two, one, no = Agreement.AGREES, Agreement.CONTRADICTS, Agreement.SILENT
    assert together([np.array([two, two, two, no]), np.array([two, one, no, no])]).tolist() == [two, one, no, no]


def test_what_was_so_answers_behind_what_is_so_and_the_reverse():
    bits = np.array([[Said.AFFIRMED, Said.RECALLED, Said.AFFIRMED | Said.RECALLED, Said.DENIED]], dtype=np.uint8)
    best, behind, against = Agreement.AGREES, Agreement.AT_ANOTHER_TIME, Agreement.CONTRADICTS
    assert agreement(Said.AFFIRMED, np.ones(1), bits).tolist() == [best, behind, best, against]
    assert agreement(Said.RECALLED, np.ones(1), bits).tolist() == [behind, best, best, against]
    assert agreement(Said.DENIED, np.ones(1), bits).tolist() == [against, against, against, best]


@pytest.mark.parametrize(("question", "order"), [("stroke", ["now", "past", "never"]), ("history of stroke", ["past", "now", "never"])])
def test_what_is_over_stands_behind_what_is_there(tmp_path, question, order):
    texts = {
        "never": "Stroke was ruled out.",
        "past": "Stroke, which has since resolved.",
        "now": "She came by ambulance from her home by the sea and has had a stroke, as the scan of her head says.",
    }
    links = CSR(np.arange(4), np.arange(3), 3)
    build_lexical(texts.values(), links, tmp_path, map(spoken_of, texts.values()))
    found = Ranker(None, open_lexical(tmp_path), None).rank(question, Mode.LEXICAL, 10, None, links, wants_of(question))
    assert [list(texts)[row] for row in found.documents] == order


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("patients with chest pain", 1, {0, 2, 3}),
        ("chest pain on exertion", 1, {0, 2, 3}),
        ("patients without chest pain", 0, {1, 2, 3}),
        ("family history of chest pain", 3, {0, 1, 2}),
    ],
)
def test_a_document_that_contradicts_comes_after_those_that_answer(index, question, first, last):
    lexical, links = index
    found = Ranker(None, lexical, None).rank(question, Mode.LEXICAL, 10, None, links, wants_of(question))
    assert found.documents[0] == first
    assert last.isdisjoint(found.documents[found.relevance >= WELL].tolist())


def test_no_document_need_say_the_words_that_only_frame_a_question(index):
    lexical, links = index
    question = "patients without chest pain"
    found = Ranker(None, lexical, None).rank(question, Mode.LEXICAL, 10, None, links, wants_of(question))
    assert found.documents[found.relevance >= WELL].tolist() == [0]


def test_without_a_want_nothing_changes(index):
    lexical, links = index
    plain = Ranker(None, lexical, None).rank("chest pain", Mode.LEXICAL, 10, None, links)
    wanted = Ranker(None, lexical, None).rank("chest pain", Mode.LEXICAL, 10, None, links, [Want("scurvy", Said.AFFIRMED)])
    assert plain.documents.tolist() == wanted.documents.tolist()
