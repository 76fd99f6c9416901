"""A part of a question is asked otherwise, alone, whatever its words say; or taken as plain words."""

import re

import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary
from search.errors import InvalidRequest
from search.hits.building import wanted
from search.model import SearchRequest
from search.questions.question import SWITCH, Ask, Switch, read_question, switch_of
from search.ranking.polarity import Want
from search.spoken import Said

SNOMED = "http://snomed.info/sct"
QUESTION = "Chest  pain without fever"


@pytest.fixture(scope="module")
def reader() -> Reader:
    named = [Named(Concept(SNOMED, code, label, Kind.DISORDER)) for code, label in (("1", "Chest pain"), ("2", "Fever"))]
    return Reader([compile_vocabulary(named)[0]], asking=True)


@pytest.mark.parametrize(
    ("switches", "parts"),
    [
        ([], [("Chest  pain", Assertion.AFFIRMED, False), ("fever", Assertion.NEGATED, False)]),
        (["affirmed:Fever"], [("Chest  pain", Assertion.AFFIRMED, False), ("fever", Assertion.AFFIRMED, True)]),
        (["denied:chest pain"], [("Chest  pain", Assertion.NEGATED, True), ("fever", Assertion.NEGATED, False)]),
        (["any:fever", "family:chest pain"], [("Chest  pain", Assertion.FAMILY, True), ("fever", None, True)]),
        (["words:fever"], [("Chest  pain", Assertion.AFFIRMED, False)]),
        (["words:fever", "words:CHEST PAIN"], []),
        (["denied:chest"], [("Chest  pain", Assertion.AFFIRMED, False), ("fever", Assertion.NEGATED, False)]),
    ],
)
def test_one_part_is_asked_otherwise(reader: Reader, switches: list[str], parts: list[tuple[str, Assertion | None, bool]]) -> None:
    question = read_question(QUESTION, reader, None, [switch_of(each) for each in switches])
    assert [(part.text, part.assertion, part.switched) for part in question.parts] == parts
    for each in switches:
        if each.startswith("words:"):
            assert each[6:].split()[0].casefold() in question.rest.casefold(), "plain words are words of the question"


def test_a_switch_goes_before_how_all_parts_are_asked(reader: Reader) -> None:
    question = read_question(QUESTION, reader, Ask.FAMILY, [Switch("fever", Ask.DENIED)])
    assert [part.assertion for part in question.parts] == [Assertion.FAMILY, Assertion.NEGATED]


@pytest.mark.parametrize(
    ("switch", "wants"),
    [
        (None, [("Chest pain", Said.AFFIRMED), ("fever", Said.DENIED)]),
        ("affirmed:fever", [("Chest pain fever", Said.AFFIRMED)]),
        ("denied:chest pain", [("Chest pain fever", Said.DENIED)]),
        ("possible:fever", [("Chest pain", Said.AFFIRMED), ("fever", Said.SUPPOSED)]),
        ("any:fever", [("Chest pain", Said.AFFIRMED)]),
        ("words:chest pain", [("Chest pain", Said.AFFIRMED), ("fever", Said.DENIED)]),
    ],
)
def test_the_words_of_a_part_are_wanted_as_it_is_asked(reader: Reader, switch: str | None, wants: list[tuple[str, Said]]) -> None:
    switches = (switch_of(switch),) if switch else ()
    question = read_question(QUESTION, reader, None, switches)
    assert wanted(SearchRequest(QUESTION, parts=switches), question) == tuple(Want(*each) for each in wants)


@pytest.mark.parametrize("value", ["", "fever", "denied:", "nonsense:fever", "denied:fe\nver", "Denied:fever", "denied:" + "x" * 301])
def test_what_is_no_switch_is_said(value: str) -> None:
    with pytest.raises(InvalidRequest, match="part: must be affirmed, denied"):
        switch_of(value)
    assert re.match(SWITCH, value) is None


def test_a_switch_is_written_as_it_is_read() -> None:
    for value in ("denied:chest pain", "words:a:b", "any:HbA1c"):
        assert str(switch_of(value)) == value
