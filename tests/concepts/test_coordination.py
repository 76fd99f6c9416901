"""Names that share words with a neighbour they are coordinated with."""

from itertools import pairwise

import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary

NAMES = (
    "breast cancer",
    "ovarian cancer",
    "lung cancer",
    "skin cancer",
    "basal cell cancer",
    "hepatitis A",
    "hepatitis B",
    "hepatitis C",
    "type 1 diabetes",
    "type 2 diabetes",
    "fracture of wrist",
    "fracture of hip",
    "liver disease",
    "chronic kidney disease",
    "back pain",
    "chest pain",
    "fever",
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader([compile_vocabulary(Named(Concept("urn:s", name, name, Kind.DISORDER)) for name in NAMES)[0]])


def read(reader: Reader, text: str) -> list[tuple[str, str]]:
    mentions = reader.read(text)
    assert all(text[one.start : one.end] == one.text for one in mentions)
    assert all(one.end <= two.start for one, two in pairwise(mentions)), "spans overlap"
    return [(one.text, one.concept.code) for one in mentions]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("breast and ovarian cancer", [("breast", "breast cancer"), ("ovarian cancer", "ovarian cancer")]),
        ("Breast and/or ovarian cancers", [("Breast", "breast cancer"), ("ovarian cancers", "ovarian cancer")]),
        ("breast/ovarian cancer", [("breast", "breast cancer"), ("ovarian cancer", "ovarian cancer")]),
        ("skin, breast, and lung cancer", [("skin", "skin cancer"), ("breast", "breast cancer"), ("lung cancer", "lung cancer")]),
        ("skin, breast or lung cancer", [("skin", "skin cancer"), ("breast", "breast cancer"), ("lung cancer", "lung cancer")]),
        ("basal-cell and lung cancer", [("basal-cell", "basal cell cancer"), ("lung cancer", "lung cancer")]),
        ("type 1 or type 2 diabetes", [("type 1", "type 1 diabetes"), ("type 2 diabetes", "type 2 diabetes")]),
        ("liver or chronic kidney disease", [("liver", "liver disease"), ("chronic kidney disease", "chronic kidney disease")]),
    ],
)
def test_an_end_that_is_said_once_is_the_end_of_all(reader: Reader, text: str, wanted: list[tuple[str, str]]) -> None:
    assert read(reader, text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hepatitis A, B and C.", [("hepatitis A", "hepatitis A"), ("B", "hepatitis B"), ("C", "hepatitis C")]),
        ("Negative for hepatitis B or C", [("hepatitis B", "hepatitis B"), ("C", "hepatitis C")]),
        ("fracture of wrist and hip.", [("fracture of wrist", "fracture of wrist"), ("hip", "fracture of hip")]),
    ],
)
def test_a_beginning_that_is_said_once_is_the_beginning_of_all(reader: Reader, text: str, wanted: list[tuple[str, str]]) -> None:
    assert read(reader, text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "hepatitis B and a fever",  # an article
        "fracture of wrist and hip replacement",  # what follows goes on
        "mass in left breast and ovarian cancer",  # a place
        "a lump on the breast and ovarian cancer",
        "breast, ovarian cancer",  # nothing says that they belong together
        "breast. And ovarian cancer",
        "breast cancer and fever",
        "and ovarian cancer",
        "/ ovarian cancer",
        "fever and 2 lung cancer",
    ],
)
def test_what_only_stands_beside_a_name_shares_nothing(reader: Reader, text: str) -> None:
    assert all(len(said.split()) > 1 or said == "fever" for said, _ in read(reader, text))


def test_what_shares_a_denied_end_is_denied(reader: Reader) -> None:
    assert [one.assertion for one in reader.read("No breast or ovarian cancer.")] == [Assertion.NEGATED] * 2


def test_a_name_that_is_taken_in_capitals_only_must_be_written_out() -> None:
    named = [Named(Concept("urn:s", name, name, Kind.DISORDER)) for name in ("A-T", "ovarian T")]
    reader = Reader([compile_vocabulary(named)[0]])
    assert [one.text for one in reader.read("a or ovarian t")] == ["ovarian t"]
    assert [one.text for one in reader.read("A-T, and a T wave")] == ["A-T"]
