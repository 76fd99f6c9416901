"""Highlights and answer sentences: literal texts, literal spans."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.hits.snippets import LONGEST_ANSWER, answer, find_matches, highlights, opening, query_words, sentences
from search.model import PassageSpan


def marked(text: str, query: str) -> str:
    for span in reversed(highlights(text, find_matches(text, 0, len(text), query_words(query)))):
        text = f"{text[: span.start]}[{span.text}]{text[span.end :]}"
    return text


def answered(text: str, query: str) -> str | None:
    span = answer(text, 0, len(text), find_matches(text, 0, len(text), query_words(query)))
    return None if span is None else span.text


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Started Cisplatin and paclitaxel.", "cisplatin paclitaxel", "Started [Cisplatin] and [paclitaxel]."),
        ("Chronic sinusitis, treated twice", "treating chronic sinusitis", "[Chronic sinusitis], [treated] twice"),
        ("chronic\nsinusitis", "chronic sinusitis", "[chronic]\n[sinusitis]"),
        ("No fever", "cough", "No fever"),
        ("naïve café", "CAFE", "naïve [café]"),
    ],
)
def test_matching_words_are_marked(text: str, query: str, expected: str) -> None:
    assert marked(text, query) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Seen by Dr. Smith today. Well.", ["Seen by Dr. Smith today.", "Well."]),
        ("Temp 38.5 today. 2 tablets daily.", ["Temp 38.5 today.", "2 tablets daily."]),
        ("- cough\n- fever\n\n", ["- cough", "- fever"]),
        ("ca. five mg. of it", ["ca. five mg. of it"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, 0, len(text))] == expected


@given(st.text(alphabet="aA1 .!?\n\"')(", max_size=60), st.integers(0, 10), st.integers(0, 10))
@example("?)\n1", 0, 0)
def test_sentences_cover_every_word_once_and_in_order(text: str, cut: int, tail: int) -> None:
    start, end = min(cut, len(text)), max(min(cut, len(text)), len(text) - tail)
    spans = list(sentences(text, start, end))
    assert all(start <= first < last <= end for first, last in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text[start:end].split())


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("No cough. Cough and fever since May. Fever.", "cough fever", "Cough and fever since May."),
        ("A very long walk with a cough was taken. Cough.", "cough", "Cough."),
        ("Cough. Cough.", "cough", "Cough."),
        ("All well.", "cough", None),
        ("HISTORY:\nNo cough for years, and no history of fever.", "history", "No cough for years, and no history of fever."),
        ("HISTORY:\nAll well.", "history", None),
    ],
)
def test_the_answer_has_most_terms_then_is_densest_then_first(text: str, query: str, expected: str | None) -> None:
    assert answered(text, query) == expected


def test_the_first_of_equal_sentences_answers() -> None:
    text = "Cough. Cough."
    span = answer(text, 0, len(text), find_matches(text, 0, len(text), query_words("cough")))
    assert span is not None and (span.start, span.end) == (0, 6)


def test_an_endless_sentence_is_cut_around_its_match() -> None:
    text = "word " * 1000 + "cough " + "word " * 1000
    found = answered(text, "cough")
    assert found is not None and LONGEST_ANSWER - 10 < len(found) <= LONGEST_ANSWER
    assert set(found.split()) == {"word", "cough"} and found == found.strip()


@given(
    st.lists(st.text("abcdefghij", min_size=1, max_size=30), max_size=200),
    st.lists(st.text("abcdefghij", min_size=1, max_size=30), max_size=200),
)
def test_no_answer_begins_or_ends_within_a_word(before: list[str], after: list[str]) -> None:
    text = " ".join([*before, "cough", *after])
    span = answer(text, 0, len(text), find_matches(text, 0, len(text), {"cough"}))
    assert span is not None and span.text == text[span.start : span.end] and len(span.text) <= LONGEST_ANSWER
    assert "cough" in span.text.split() and set(span.text.split()) <= {*before, "cough", *after}
    assert text[: span.start].endswith(" ") or span.start == 0
    assert text[span.end :].startswith(" ") or span.end == len(text)


def test_a_word_without_end_is_cut_all_the_same() -> None:
    text = "cough-" + "x" * 2000
    found = answered(text, "cough")
    assert found is not None and found.startswith("cough") and len(found) == LONGEST_ANSWER


def test_offsets_within_a_passage_are_of_the_whole_text() -> None:
    text = "cough. # Plan\nTreat the cough now. cough"
    matches = find_matches(text, 14, 34, query_words("cough"))
    assert [(m.start, m.end) for m in matches] == [(24, 29)]
    span = answer(text, 14, 34, matches)
    assert span is not None and span.text == "Treat the cough now." == text[span.start : span.end]


def test_a_document_opens_with_its_first_real_passage() -> None:
    def span(start: int, end: int) -> PassageSpan:
        return PassageSpan(start, end, "", b"")

    assert opening((span(0, 10), span(11, 100), span(101, 500))) == span(11, 100)
    assert opening((span(0, 10), span(11, 30))) == span(11, 30)
    assert opening(()) is None
