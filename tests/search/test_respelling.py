"""Slips of the pen are mended against names and texts, and what was searched for instead is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.tokens import tokens
from concepts.vocabulary import Named, compile_vocabulary
from search.model import Respelled, SearchRequest
from search.questions.question import Question, read_question
from search.ranking.spelling import as_named, doubled, opposed, slips
from search.retriever import Retriever
from tests.ingest.exports import InlinePool, Lab, condition, note, patient

SNOMED = "http://snomed.info/sct"
NAMES = ("Metformin", "Chest pain", "Gout", "Atrial fibrillation", "Acquired immunodeficiency (AIDS)", "Pain", "Hypertension")


@pytest.fixture(scope="module")
def reader() -> Reader:
    named = [Named(Concept(SNOMED, str(place), label, Kind.DISORDER)) for place, label in enumerate(NAMES)]
    return Reader([compile_vocabulary(named)[0]], asking=True)


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("metfromin", "metformin"),
        ("on Metfromin since May", "on metformin since May"),
        ("no cheast pain", "no chest pain"),
        ("chest pian and metformn", "chest pain and metformin"),
        ("atrial fibrilation", "atrial fibrillation"),
        ("atrial fibrillation", "atrial fibrillation"),
        ("goat", "goat"),
        ("hipertension", "hypertension"),
        ("hypertention", "hypertension"),
        ("intercranial", "intercranial"),
        ("patent with metformin", "patent with metformin"),
        ("a METFROMIN trial", "a METFROMIN trial"),
        ("metfromin\nand more", "metfromin\nand more"),
        ("", ""),
    ],
)
def test_a_word_is_put_as_a_name_has_it(reader: Reader, question: str, mended: str) -> None:
    known = {"patent", "fibrilation"}
    assert as_named(question, lambda text: read_question(text, reader), reader, lambda word: int(word in known)) == mended


def test_of_several_names_the_longest_counts_then_what_more_documents_say(reader: Reader) -> None:
    named = [Named(Concept(SNOMED, str(place), label, Kind.DISORDER)) for place, label in enumerate(("Cheat", "Chest pain", "Cheats"))]
    both = Reader([compile_vocabulary(named)[0]], asking=True)

    def read(text: str) -> Question:
        return read_question(text, both)

    assert as_named("cheast pain", read, both, lambda word: 5 * (word == "cheat")) == "chest pain"
    assert as_named("cheast", read, both, lambda word: 5 * (word == "cheat")) == "cheat"


def test_which_words_stand_in_a_name(reader: Reader) -> None:
    of = tokens("no chest pain now")
    assert reader.fitting(of, 1, ["chest", "knee", "breast"]) == [2, 0, 0]
    assert reader.fitting(of, 2, ["pain", "gout"]) == [2, 1]
    assert reader.fitting(of, 0, ["aids", "metformin"]) == [0, 1], "an abbreviation is none in small letters"
    assert Reader([]).fitting(of, 1, ["chest"]) == [0]


def test_slips_are_one_letter_away_and_begin_alike() -> None:
    assert {"word", "worst", "wors", "wrost"} - set(slips("worst")) == {"word", "worst"}
    assert all(each[0] == "w" and each != "worst" for each in slips("worst"))
    assert set(slips("pain")) == {"pian", "pani"}
    assert doubled("fibrilation") == ["fibrillation"]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder: Path = tmp_path_factory.mktemp("respelling")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.pipeline.Pool", InlinePool)
        lab = Lab(folder)
        lab.ingest(
            patient("p1", "Baker"),
            condition("c1", code="38341003", display="Hypertension"),
            note("d1", text="Hypertension for years."),
            note("d2", text="Progressive breathlessness."),
            note("d3", text="No hypertension."),
        )
    yield lab.library().current().retriever


def test_a_search_says_what_it_searched_for(retriever: Retriever) -> None:
    result = retriever.search(SearchRequest("hypertenson"))
    assert result.respelled == Respelled("hypertenson", "hypertension")
    assert result.question is not None and [part.text for part in result.question.parts] == ["hypertension"]
    assert result.hits[0].answer is not None and "for years" in result.hits[0].answer.text
    assert retriever.search(SearchRequest("hypertension")).respelled is None


def test_a_word_that_no_reading_takes_is_mended_once(reader: Reader) -> None:
    assert as_named("metfromin gout", lambda text: Question(text, rest=text), reader, lambda word: 0) == "metformin gout"


def test_nothing_is_read_of_what_is_taken_literally(retriever: Retriever) -> None:
    assert retriever.search(SearchRequest("hypertension yeers", literal=True)).respelled is None


def test_a_search_as_typed_mends_nothing(retriever: Retriever) -> None:
    result = retriever.search(SearchRequest("hypertenson", as_typed=True))
    assert result.respelled is None and (result.question is None or not result.question.parts)


def test_words_of_texts_mend_what_nothing_answers(retriever: Retriever) -> None:
    result = retriever.search(SearchRequest("breathlesness"))
    assert result.respelled == Respelled("breathlesness", "breathlessness")
    assert retriever.search(SearchRequest("zzzzqqqq")).respelled is None


def test_operators_stay_as_they_are_and_lists_say_it_too(retriever: Retriever) -> None:
    assert retriever.search(SearchRequest("hypertenson OR gout")).respelled is None
    listing = retriever.listed(SearchRequest("hypertenson"))
    assert listing.notices == ("Searched for “hypertension”, instead of “hypertenson”",) and listing.total == 2
    assert retriever.facet(SearchRequest("hypertenson"), "type").notices == listing.notices


@pytest.mark.parametrize(
    ("word", "other", "told"),
    [
        ("hypotension", "hypertension", True),
        ("Hyperkalemia", "hypokalemia", True),
        ("ileum", "ilium", True),
        ("abduction", "adduction", True),
        ("hypetension", "hypertension", False),
        ("metfromin", "metformin", False),
    ],
)
def test_words_that_are_written_alike_may_tell_opposites(word: str, other: str, told: bool) -> None:
    assert opposed(word, other) is told is opposed(other, word)


def test_low_is_never_put_as_high(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(code="38341003", display="Hypertension"), note(text="Hypertension, well controlled."))
    retriever = lab.snapshot().retriever
    assert retriever.search(SearchRequest("hypotension")).respelled is None
    assert retriever.search(SearchRequest("hypertenison")).respelled == Respelled("hypertenison", "hypertension")
