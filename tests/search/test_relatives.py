"""Who is asked for in the family leads: a question for mothers is answered by mothers, then by families, and not by aunts."""

import pytest

from commissure.cli.ask import _WAYS
from search.model import Match, Mode, SearchRequest
from search.questions.question import RELATIVE
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

TEXTS = {
    "mother": "Seen today. Her mother had breast cancer at 50.",
    "both": "Seen today. Mother and maternal aunt with breast cancer.",
    "after": "Seen today. Family history of breast cancer in her mother and gout in an uncle.",
    "aunt": "Seen today. Maternal aunt with breast cancer, diagnosed at age 44.",
    "sister": "Seen today. Sister with breast cancer, diagnosed at age 47.",
    "parents": "Seen today. Both parents had breast cancer.",
    "family": "Seen today. Family history of breast cancer.",
    "denied": "Seen today. No family history of breast cancer.",
    "own": "Seen today. She has breast cancer.",
    "gout": "Seen today. Her mother has gout.",
}
WELL = {
    "mother with breast cancer": (["after", "both", "mother"], ["family", "parents"]),
    "mothers who had breast cancer": (["after", "both", "mother"], ["family", "parents"]),
    "breast cancer in the mother": (["after", "both", "mother"], ["family", "parents"]),
    "sister with breast cancer": (["sister"], ["family"]),
    "siblings with breast cancer": (["sister"], ["family"]),
    "maternal aunt with breast cancer": (["aunt", "both"], ["family"]),
    "aunts with breast cancer": (["aunt", "both"], ["family"]),
    "parents with breast cancer": (["after", "both", "mother", "parents"], ["family"]),
    "first-degree relatives with breast cancer": (["after", "both", "mother", "parents", "sister"], ["family"]),
    "mother or sister with breast cancer": (["after", "both", "mother", "sister"], ["family", "parents"]),
    "family history of breast cancer": (["after", "aunt", "both", "family", "mother", "parents", "sister"], []),
    "relatives with breast cancer": (["after", "aunt", "both", "family", "mother", "parents", "sister"], []),
}
"""Question → whose documents lead, and whose come behind: those that leave open who it is."""


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("relatives"))
        charted = [condition("c1", "Patient/own", "254837009", "Breast cancer"), condition("c2", "Patient/gout", "90560007", "Gout")]
        notes = [note(f"n-{who}", text, f"Patient/{who}") for who, text in TEXTS.items()]
        lab.ingest(*(patient(who) for who in TEXTS), *charted, *notes)
        yield lab.snapshot().retriever


def who(hits):
    return [hit.patient.rpartition("/")[2] for hit in hits]


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.LEXICAL])
@pytest.mark.parametrize("question", WELL)
def test_the_relatives_asked_for_lead(retriever, question, mode):
    lead, behind = WELL[question]
    hits = [hit for hit in retriever.search(SearchRequest(question, mode=mode)).hits if hit.match is Match.WELL]
    assert sorted(who(hits[: len(lead)])) == lead
    assert sorted(who(hits[len(lead) :])) == behind


def test_a_hit_tells_whether_it_is_of_those_asked_for(retriever):
    hits = retriever.search(SearchRequest("mother with breast cancer")).hits
    agrees = {name: said.agrees for name, hit in zip(who(hits), hits, strict=True) for said in hit.said}
    assert {name: agrees[name] for name in ("mother", "family", "aunt", "denied", "own")} == {
        "mother": True,
        "family": True,
        "aunt": False,
        "denied": False,
        "own": False,
    }


def test_the_answer_is_the_sentence_on_the_relative(retriever):
    (hit,) = (hit for hit in retriever.search(SearchRequest("maternal aunt with breast cancer")).hits if who([hit]) == ["both"])
    assert hit.answer.text == "Mother and maternal aunt with breast cancer."


def test_the_head_counts_the_relatives_asked_for(retriever):
    result = retriever.search(SearchRequest("mother with breast cancer"))
    head = {one.way: (one.patients, one.documents) for one in result.head}
    assert head["family"] == (7, 7)
    assert head[RELATIVE] == (3, 3)
    assert RELATIVE in _WAYS
    assert RELATIVE not in {one.way for one in retriever.search(SearchRequest("family history of breast cancer")).head}
