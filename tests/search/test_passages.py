"""Passages: what is cut, where it lies in the untouched text, and which texts are one unit."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import passages
from search.model import PassageSpan
from search.passages import MAX_PARTS, embedding_text, split, text_key

PART = re.compile(r"[A-Za-z]{1,5}|\d{1,2}|[^\w\s]|[^\W\dA-Za-z]")
SENTENCE = "Patient reports cough and wheezing since Monday. "

lines = st.one_of(
    st.sampled_from(
        [
            "# Plan",
            "## Chief Complaint\r",
            "  ### Assessment ##",
            "# ",
            "####### seven",
            "#hashtag",
            "PREOPERATIVE DIAGNOSIS: hernia",
            "Past medical history:",
            "PHYSICAL EXAMINATION",
            "",
            " \t ",
            "\u2003",
            "2020-11-02",
            "\ud800 \U0001f9ec e\u0301 ½",
            "\x00\x1c\x85\u2028",
        ]
    ),
    st.text(max_size=40),
    st.builds(lambda count: SENTENCE * count, st.integers(1, 60)),
    st.builds(lambda count: "x" * count, st.integers(200, 1500)),
    st.builds(lambda count: "咳 " * count, st.integers(100, 600)),
)
texts = st.builds(lambda parts, mark: mark.join(parts), st.lists(lines, max_size=14), st.sampled_from(["\n", "\r\n", "\n\n"]))
titles = st.sampled_from(["", "Progress note", "Plan", " Discharge\nsummary "])


def shown(text: str, title: str = "") -> list[tuple[str, str]]:
    return [(span.section, text[span.start : span.end]) for span in split(text, title)]


@given(texts, titles)
@example("\n\n# Plan\n\n", "")
@example("#" * 3000, "")
@example("# A\n" + "\n".join(f"SECTION {chr(65 + n)}:\n" + SENTENCE * 9 for n in range(12)), "Report")
def test_passages_lie_in_order_and_cover_all_that_is_not_blank(text: str, title: str) -> None:
    spans = split(text, title)
    covered = 0
    for span in spans:
        assert covered <= span.start < span.end <= len(text)
        assert not text[covered : span.start].strip(), "nothing but blanks between passages"
        passage = text[span.start : span.end]
        assert passage == passage.strip(), "no blanks around"
        covered = span.end
    assert not text[covered:].strip()


@given(texts, titles)
def test_the_key_is_that_of_what_is_embedded_which_says_heading_and_lines_once(text: str, title: str) -> None:
    for span in split(text, title):
        embedded = embedding_text(span, text)
        assert (span.key, len(span.key)) == (text_key(embedded), 16)
        said = embedded.split("\n")
        assert len(said) == len(set(said))
        assert not span.section or any(line.startswith(span.section) for line in said)
        passage = text[span.start : span.end]
        words = {word for line in passage.split("\n") for word in line.strip().lstrip("#").split()}
        assert words <= set(embedded.split()), "no word is lost"
        assert set(embedded.split()) <= words | set(span.section.split()), "and none but the heading's comes"


@given(texts)
def test_a_model_can_read_every_passage_whole(text: str) -> None:
    for span in split(text):
        assert len(PART.findall(embedding_text(PassageSpan(span.start, span.end, "", b""), text))) <= MAX_PARTS


@given(texts, st.integers(0, 40), st.sampled_from(["# One\nfirst words\n\n", "one\n"]))
def test_what_stands_before_a_heading_changes_nothing_below_it(text: str, blanks: int, before: str) -> None:
    note = "# Assessment\n" + text
    alone = [(span.section, span.key) for span in split(note)]
    moved = before + "\n" * blanks + note
    spans = split(moved)
    first = next((place for place, span in enumerate(spans) if span.start >= moved.index(note)), len(spans))
    assert [(span.section, span.key) for span in spans[first:]] == alone


def test_headings_start_passages() -> None:
    text = "2020-11-02\n\n# Chief Complaint\n- cough\n\n# Plan\r\nSend blood. Rest.\n"
    assert shown(text) == [
        ("", "2020-11-02"),
        ("Chief Complaint", "# Chief Complaint\n- cough"),
        ("Plan", "# Plan\r\nSend blood. Rest."),
    ]
    assert shown("# Empty\n\n## Plan ##\nRest.") == [("Plan", "# Empty\n\n## Plan ##\nRest.")]
    assert shown("# \n#hashtag\n####### seven") == [("", "# \n#hashtag\n####### seven")]
    assert shown(" \n\t\n") == shown("") == []


def test_a_section_that_notes_share_is_one_unit() -> None:
    plan = "# Plan\nContinue metformin.\nContinue metformin."
    one, other = f"2019-01-01\n{plan}", f"# Allergies\nnone\n\n{plan}\n\n\n# Signed\nDr. Who"
    assert split(one)[1].key == split(other)[1].key
    assert embedding_text(split(one)[1], one) == "Plan\nContinue metformin."
    assert split(one)[1].key != split(one.replace("metformin.", "insulin."))[1].key


def test_report_headings_divide_only_what_is_long() -> None:
    short = "HISTORY: cough\n\nFINDINGS: clear lungs"
    assert shown(short) == [("", short)]
    history, findings = "HISTORY:\n" + SENTENCE * 12, "FINDINGS:\n" + SENTENCE * 12
    long = f"{history}\n{findings}"
    assert shown(long) == [("HISTORY", history.strip()), ("FINDINGS", findings.strip())]


def test_long_sections_are_cut_after_sentences_in_pieces_of_like_length() -> None:
    text = "# Course\n" + SENTENCE * 60
    pieces = shown(text)
    assert len(pieces) > 2
    assert all(section == "Course" and piece.endswith("Monday.") for section, piece in pieces)
    sizes = [len(PART.findall(piece)) for _, piece in pieces]
    assert max(sizes) - min(sizes) <= 2 * len(PART.findall(SENTENCE)), "no crumb is left over"


def test_a_title_is_the_heading_of_text_without_one() -> None:
    assert shown("Lungs are clear.\n# Plan\nRest.", " Chest\nx-ray ") == [("Chest x-ray", "Lungs are clear."), ("Plan", "# Plan\nRest.")]
    assert shown("chest  X-ray\nLungs are clear.", "Chest x-ray")[0][0] == "", "said already"
    span = split("Lungs are clear.", "Chest x-ray")[0]
    assert embedding_text(span, "Lungs are clear.") == "Chest x-ray\nLungs are clear."


@pytest.mark.parametrize("length", [100_001, 250_000])
def test_a_text_of_one_word_is_cut_too(length: int) -> None:
    spans = split("x" * length)
    assert "".join(("x" * length)[span.start : span.end] for span in spans) == "x" * length
    assert max(span.end - span.start for span in spans) <= 5 * MAX_PARTS


def test_blanks_make_no_passage_however_many() -> None:
    text = "cough" + " " * 350_000 + "fever"
    assert shown(text)[0][1] == "cough" and shown(text)[-1][1] == "fever"
    assert shown(" \n" * 200_000) == []


@pytest.mark.parametrize(
    "text",
    [
        "-----",
        "* * *",
        "=====",
        "2019-05-17",
        "17.05.2019 10:30",
        "Monday, 3rd of June 2019",
        "Date: 17 May 2019",
        "## Plan",
        "History of present illness:",
    ],
)
def test_dates_rules_and_headings_say_nothing(text: str) -> None:
    (span,) = split(text)
    assert not passages.says_something(span, text)


@pytest.mark.parametrize(
    "text", ["120/80", "42", "NO ACUTE DISTRESS", "Plan: aspirin", "pain on 3 May", "Maybe", "May 2019: 40 mg", "Grade 3"]
)
def test_results_and_short_sentences_say_something(text: str) -> None:
    (span,) = split(text)
    assert passages.says_something(span, text)


def test_of_a_note_only_what_says_something_may_be_found() -> None:
    text = "2019-05-17\n\n# Plan\n\nAspirin for the heart.\n\n# Signed\n\n-----\n"
    spans = split(text)
    assert [text[s.start : s.end] for s in passages.telling(spans, text)] == ["# Plan\n\nAspirin for the heart."]
    assert passages.telling(split("# Plan"), "# Plan"), "a document that is only a heading is found by it"
    assert not passages.telling(split("2019-05-17"), "2019-05-17")
