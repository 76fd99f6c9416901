"""Which questions hold an operator, what it asks, and which marks belong to words."""

import pytest

from search.errors import InvalidRequest
from search.model import Mode, SearchRequest
from search.questions.operators import LONGEST, MOST_ALTERNATIVES, Alternative, alternatives, says
from tests.ingest.exports import InlinePool, Lab, note, patient


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ('"chest pain"', [(" chest pain", ("chest pain",), ())]),
        ('woman "chest pain" at night', [("woman  chest pain  at night", ("chest pain",), ())]),
        ("“chest pain” at night", [(" chest pain  at night", ("chest pain",), ())]),
        ("pain -chest", [("pain", (), ("chest",))]),
        ('pain -"left arm"', [("pain", (), ("left arm",))]),
        ("pain -übelkeit", [("pain", (), ("übelkeit",))]),
        ("gout OR chest pain", [("gout", (), ()), ("        chest pain", (), ())]),
        ('gout -knee OR "chest pain"', [("gout", (), ("knee",)), ("               chest pain", ("chest pain",), ())]),
    ],
)
def test_operators_are_taken_out_and_words_keep_their_places(question, found):
    assert alternatives(question) == tuple(Alternative(*each) for each in found)


@pytest.mark.parametrize("question", ["diab* mellitus", "diab*", "*itis", " OR ".join("abcdefghij")])
def test_what_is_not_understood_is_refused(question):
    assert len("abcdefghij") > MOST_ALTERNATIVES
    with pytest.raises(InvalidRequest) as error:
        alternatives(question)
    assert error.value.field == "q"


@pytest.mark.parametrize(
    "question",
    [
        *("", '"', "*", "-", "--", "' OR", "OR", "NEAR(", "T2-weighted x-ray of the follow-up", "-5 degrees", "pain - worse at night"),
        *("HLA-B*57:01 allele", 'a "quoted" word', "“so” it is", "CYP2D6*4", """5'10" tall, 3" wound""", 'a 3" and a 4" wound'),
        *("2 * 5 mg", "p < 0.05 *", "A*", "fever or cough", '- aspirin\n-metformin\n"as needed"'),
        "long text " * (LONGEST // 10) + '"quoted words"',
    ],
)
def test_marks_of_words_and_texts_are_none(question):
    assert alternatives(question) == (Alternative(question),)


def test_a_phrase_is_said_whatever_marks_stand_between_its_words():
    said = says("chest pain")
    assert said("Chest  pain.") and said("chest-pain") and said("CHEST\npain")
    assert not said("chest pains") and not said("pain in the chest") and not said("")
    assert not says("?")("?")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    texts = {"a": "Chest pain at night.", "b": "Pain in the chest, no rash.", "c": "Gout of the left toe.", "d": "Gout and chest pain."}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(tmp_path_factory.mktemp("operators"))
        lab.ingest(
            *(patient(name) for name in texts), *(note(f"n-{name}", text=text, subject=f"Patient/{name}") for name, text in texts.items())
        )
        yield lab.snapshot().retriever


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ('"chest pain"', "ad"),
        ('"chest pain" -gout', "a"),
        ("gout -chest", "c"),
        ('chest -"chest pain"', "b"),
        ('gout OR "pain in the chest"', "bcd"),
    ],
)
def test_what_operators_find(retriever, question, found):
    hits = retriever.search(SearchRequest(question, mode=Mode.LEXICAL)).hits
    assert sorted(hit.document.rpartition("n-")[2] for hit in hits) == sorted(found)
    assert sorted(hit.document.rpartition("n-")[2] for hit in retriever.listed(SearchRequest(question, mode=Mode.LEXICAL)).hits) == sorted(
        found
    )


def test_a_question_of_exclusions_alone_lists_the_rest(retriever):
    assert {hit.document.rpartition("n-")[2] for hit in retriever.search(SearchRequest("-chest")).hits} == {"c"}
