"""Tokens: every one points at its words, whatever folding does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.terminology import Kind, spellings
from concepts.tokens import _TOKEN, norm, tokens


@given(st.text(max_size=200))
def test_tokens_point_at_their_words_and_leave_only_blanks_out(text):
    found = tokens(text)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)
    covered = {place for start, end in zip(found.starts, found.ends, strict=True) for place in range(start, end)}
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)
    assert all(norm(text[start:end]) == folded for start, end, folded in zip(found.starts, found.ends, found.norms, strict=True))


PIECES = [
    "fever",
    "Crohn’s",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\xa0",
    "1,000.5",
    "(COPD)",
    "e\u0301",
    "\u0301",
    "İ",
    "😀",
    "\ud800",
    "ward.\n- B12,",
    "a" * 260,
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=60).map("".join))
def test_a_long_text_is_cut_as_its_parts_are(text):
    """Long texts are put together from stretches that are held; short ones are cut as they stand."""
    cut = [(piece.start(), piece.end(), norm(piece[0])) for piece in _TOKEN.finditer(text + "\n" + "word " * 50)]
    found = tokens(text + "\n" + "word " * 50)
    assert list(zip(found.starts, found.ends, found.norms, strict=True)) == [each for each in cut if each[2]]
    book, entries = found.entries
    assert [book.words[entry] for entry in entries] == list(found.norms)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Haemorrhages", "hemorrhage"),
        ("oedema", "edema"),
        ("TUMOURS", "tumor"),
        ("allergies", "allergy"),
        ("Crohn's", "crohn"),
        ("Crohn’s", "crohn"),
        ("II", "2"),
        ("ﬁbrosis", "fibrosis"),
        ("fi\u00adbrosis", "fibrosis"),
        ("masses", "mass"),
        ("İnfarct", "i̇nfarct"),
    ],
)
def test_spellings_of_a_word_meet(one, other):
    assert norm(one) == norm(other)


@pytest.mark.parametrize("word", ["pus", "mass", "diagnosis", "lens", "is", "as", "virus", "pertussis"])
def test_words_that_end_in_s_are_not_cut_short_of_another(word):
    assert norm(word) in (word, "len")


def test_what_is_written_in_numbers_and_marks_is_kept_apart():
    text = "HbA1c 9.2 % (1,000 mg); T2DM\n- B12"
    assert list(tokens(text).norms) == ["hba1c", "9.2", "%", "(", "1,000", "mg", ")", ";", "t2dm", "\n", "-", "b12"]


def test_words_after_letters_that_grow_when_folded_are_found_where_they_stand():
    text = "İİİ fever 😀 İ cough"
    found = tokens(text)
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == ["İİİ", "fever", "😀", "İ", "cough"]


def test_an_allergy_has_the_names_that_people_use_for_it():
    assert list(spellings("Allergy to grass pollen (finding)", Kind.DISORDER)) == [
        "Allergy to grass pollen (finding)",
        "Allergy to grass pollen",
        "allergic to grass pollen",
        "grass pollen allergy",
    ]
    assert list(spellings("Allergy to", Kind.DISORDER)) == ["Allergy to"]
