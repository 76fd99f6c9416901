"""Texts made to break a reader: it takes time in step with their length, and points at the words whatever stands around them."""

import gc
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.tokens import norm
from concepts.vocabulary import Named, compile_vocabulary
from search.spoken import spoken_of

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
KNOWN = (
    Named(Concept(SNOMED, "1", "Fever", Kind.DISORDER)),
    Named(Concept(SNOMED, "2", "Multiple sclerosis", Kind.DISORDER)),
    Named(Concept(SNOMED, "3", "Acute distress", Kind.FINDING)),
    Named(Concept(LOINC, "4548-4", "Hemoglobin A1c", Kind.MEASUREMENT), ("HbA1c",)),
)
HOSTILE = {
    "mentions in one sentence": lambda n: "no fever and " * n,
    "mentions and nothing else": lambda n: "fever " * 3 * n,
    "triggers in a row": lambda n: "no possible mother if " * n + "fever",
    "triggers behind": lambda n: "fever " * n + "possible " * n,
    "relatives behind": lambda n: "fever, " * n + "in her mother " * n,
    "mentions that hide triggers": lambda n: "no acute distress no evidence of " * n,
    "indications": lambda n: "prn for " * n + "fever " * n,
    "blanks": lambda n: " " * (500 * n),
    "blanks behind a capital": lambda n: "A" + " " * (100 * n) + "b",
    "blanks behind measures": lambda n: ("HbA1c" + " " * 110) * n,
    "words of measures": lambda n: "HbA1c level level level of about " * n,
    "line breaks": lambda n: "\n" * (20 * n),
    "line breaks and blanks": lambda n: "\n " * (10 * n),
    "headings": lambda n: "FAMILY HISTORY: fever   PLAN: fever   " * n,
    "headings of a line": lambda n: "# Plan\n\nfever\n\n" * n,
    "a list": lambda n: "Return if:\n" + "- fever\n" * n,
    "a list behind conditions": lambda n: "Return if " * n + ":\n" + "- fever\n" * n,
    "definitions": lambda n: "Fever (FE) " * n,
    "parentheses": lambda n: "(" * 10 * n + "FE" + ")" * 10 * n,
    "definitions in a row": lambda n: "multiple (MS) (MS) " * n,
    "definitions of several tokens": lambda n: "Fever (F-E; MIM 1) in fever (F-E) of F-E " * n,
    "names without their end": lambda n: "chest, breast and fever or " * n + "breast cancer",
    "conjunctions": lambda n: "and or / , " * n + "breast cancer" + " , and or /" * n,
    "hyphens": lambda n: "breast" + "-" * 20 * n + " and breast cancer " + "and -" * n,
    "ambiguous abbreviations": lambda n: "MS " * n,
    "one word": lambda n: "a" * (200 * n),
    "digits": lambda n: "1" * (200 * n) + "a",
    "numbers": lambda n: "1." * (20 * n) + "a",
    "accents": lambda n: "a" + "\u0300\u0316" * (20 * n),
    "marks": lambda n: ". " * (3 * n),
    "apostrophes": lambda n: "a'" * (10 * n),
    "invisible marks": lambda n: "\u00ad" * (20 * n),
}
ONE, TIMES, MARGIN = 100, 64, 8


@pytest.fixture(scope="module")
def reader():
    return Reader([compile_vocabulary(KNOWN)[0]])


def took(reader, text):
    """Processor seconds, without those of collecting the garbage of all tests before."""
    gc.disable()
    try:
        begun = time.process_time()
        reader.read(text)
        spoken_of(text)
        return time.process_time() - begun
    finally:
        gc.enable()


@pytest.mark.parametrize("kind", HOSTILE)
def test_reading_takes_time_in_step_with_length(reader, kind):
    """Work that grows with the square takes 64 times as long again; a busy machine or a small cache a few times."""
    short, long = HOSTILE[kind](ONE), HOSTILE[kind](TIMES * ONE)
    once = max(min(took(reader, short) for _ in range(3)), 0.001)
    assert took(reader, long) <= MARGIN * TIMES * once


def test_a_note_of_a_megabyte_without_a_full_stop_is_read(reader):
    """50,000 mentions in one sentence: a fixed number of steps each."""
    text = "no fever and acute distress or " * 25_000
    found = reader.read(text)
    assert len(found) == 50_000
    assert {one.assertion for one in found} == {Assertion.NEGATED}


WORDS = ["fever", "Fevers", "no ", "acute distress", "MS", "multiple sclerosis (MS)", "HbA1c 9.2 %", "HbA1c", "denies ", "if ", "mother "]
MARKS = [*"\n \t.,;:()?-", "\n\n", "1)", "FAMILY HISTORY:", "possible"]
STRANGE = [*"İıßﬁﬀﬆ😀\u202e\u2066\u200d\u00ad\x00\u0301ſKǰ\u00a0\u2028\x1f½٣中", "👩‍⚕️", "\ud800", "\udfff", "e\u0301"]
PIECES = st.sampled_from([*WORDS, *MARKS, *STRANGE])


@settings(max_examples=400)
@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=40).map("".join))
def test_spans_of_any_text_are_exact_and_apart(reader, text):
    found = reader.read(text)
    assert all(text[one.start : one.end] == one.text and one.start < one.end for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for one in found:
        said = one.judgement
        assert text[said.start : said.end] == said.trigger or not said.end
        assert one.value is None or one.end <= one.value.start < one.value.end <= len(text)
    spoken_of(text)


@pytest.mark.parametrize("around", ["İ", "ﬁ", "😀", "\u202e", "\x00", "\ud800", "\u0301 ", "ß", "\u2028", "\ufeff"])
def test_a_name_is_found_beside_any_mark(reader, around):
    text = f"{around} {around * 30} fever {around}"
    (found,) = reader.read(text)
    assert text[found.start : found.end] == found.text == "fever"


def test_words_that_nobody_writes_are_compared_as_a_whole():
    assert len(norm("a" * 5_000)) < 200
    assert norm("a" * 5_000) != norm("a" * 5_001)
    assert norm("a" * 5_000) == norm("a" * 5_000)
