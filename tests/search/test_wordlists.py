"""Lists of synonyms and stop words: how lines are read, how questions are put by them, and that without them nothing is otherwise."""

from functools import partial
from pathlib import Path

import pytest

from concepts.model import Assertion
from concepts.reader import Reader
from concepts.terminology import Concept, Kind
from concepts.vocabulary import Named, compile_vocabulary
from search.errors import WordListUnreadable
from search.questions.listed import DatasetLists, ListKind, read_list
from search.questions.question import Ask, Question, Reworded, Switch, alternatives_of, read_question
from search.questions.worded import Worded, looked_for, read_worded
from search.questions.wordlists import MOST_LINES, MOST_WORDINGS, NO_LISTS, WordLists, norms_of, stops_in, synonyms_in, together

SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
ENGLISH = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with"
).replace(" ", "\n")
"""The stop words of English that Lucene and Elasticsearch have."""
NAMED = (
    Named(Concept(SNOMED, "22298006", "Myocardial infarction", Kind.DISORDER)),
    Named(Concept(SNOMED, "230690007", "Stroke", Kind.DISORDER)),
    Named(Concept(SNOMED, "44054006", "Type 2 DM", Kind.DISORDER)),
    Named(Concept(SNOMED, "386661006", "Fever", Kind.FINDING)),
    Named(Concept(LOINC, "4548-4", "HbA1c", Kind.MEASUREMENT)),
    Named(Concept(SNOMED, "29857009", "Chest pain", Kind.FINDING)),
    Named(Concept(SNOMED, "267036007", "Dyspnea", Kind.FINDING)),
    Named(Concept(SNOMED, "49727002", "Cough", Kind.FINDING)),
    Named(Concept(RXNORM, "11289", "Warfarin", Kind.DRUG)),
)
SYNONYMS = (
    "# ours\n\nhgb sugar, HbA1c\nVascular thing => myocardial infarction, stroke\nDM => HbA1c\n"
    "neuro storm, brain weather\nhot spell => fever without stroke"
)
READER = Reader([compile_vocabulary(NAMED)[0]], asking=True)


def lists(synonyms: str = SYNONYMS, stops: str = "please find\nhistory\nfever") -> WordLists:
    (found, bad), (stopped, worse) = synonyms_in(synonyms.splitlines()), stops_in(stops.splitlines())
    assert bad == worse == []
    return WordLists(found, stopped)


def read(text: str, of: WordLists | None = None, *switches: Switch) -> Worded:
    return read_worded(text, lists() if of is None else of, partial(read_question, reader=READER, switches=switches), switches)


def told(question: Question) -> list[tuple[str, int, Assertion | None]]:
    assert all(question.text[part.start :].startswith(part.text) for part in question.parts)
    return [(part.text, len(part.concepts), part.assertion) for part in question.parts]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("alone", "names one term only"),
        ("a => b => c", "more than one '=>'"),
        ("a, , b", "a term is empty"),
        ("=> b", "a term is empty"),
        ("a =>", "a term is empty"),
        ("..., b", "'...' holds no word"),
        (f"{'x' * 101}, b", "101 characters, at most 100"),
        (", ".join(f"w{n}" for n in range(MOST_WORDINGS + 1)), "9 wordings, with those of the lines above; at most 8"),
    ],
)
def test_a_bad_line_is_told_and_the_others_hold(line: str, why: str) -> None:
    synonyms, bad = synonyms_in(["x, y", line, "", "u => v"])
    assert {each.line for each in bad} == {2} and why in bad[0].why
    assert synonyms[("x",)] == ("x", "y") and synonyms[("u",)] == ("v",)


def test_lines_are_read_as_solr_reads_them() -> None:
    synonyms, bad = synonyms_in(["a, b", "B, c", r"one\, two => three", "tumour => growth"])
    assert bad == []
    assert synonyms[("a",)] == ("a", "b") and synonyms[("b",)] == ("b", "a", "c"), "lines with a term in common add up"
    assert synonyms[norms_of("one, two")] == ("three",)
    assert [slot.wordings for slot in WordLists(synonyms).slots("Tumor")] == [("growth",)], "as the reader of notes compares words"


def test_words_of_a_list_are_one_part_with_what_all_its_wordings_name() -> None:
    worded = read("no Vascular thing in men")
    assert told(worded.question) == [("Vascular thing", 2, Assertion.NEGATED)]
    assert [limit.label for limit in worded.question.limits] == ["male"] and worded.question.rest == "no in"
    assert worded.question.reworded == (Reworded("Vascular thing", ("myocardial infarction", "stroke")),)
    assert [each.text for each in worded.wordings] == ["no myocardial infarction in men", "no stroke in men"]
    assert [told(each) for each in worded.wordings] == [
        [("myocardial infarction", 2, Assertion.NEGATED)],
        [("stroke", 2, Assertion.NEGATED)],
    ]
    assert "stroke" in looked_for(worded.question) and "Vascular" in looked_for(worded.question)


def test_a_value_belongs_to_the_words_of_a_list_too() -> None:
    (part,) = read("hgb sugar > 9").question.parts
    assert (part.text, str(part.value), part.start, part.end) == ("hgb sugar", "> 9", 0, 13)
    assert [each.text for each in read("HBA1C > 9").wordings] == ["HBA1C > 9", "hgb sugar > 9"], (
        "its own words come first, as they were typed"
    )


def test_words_that_name_nothing_known_are_looked_for_as_words() -> None:
    worded = read("neuro storm at night")
    assert worded.question.parts == () and [each.text for each in worded.wordings] == ["neuro storm at night", "brain weather at night"]


def test_a_wording_that_names_several_things_has_all_of_them() -> None:
    assert [(label, how) for _, label, how in told(read("hot spell").question)] == [(1, Assertion.AFFIRMED), (1, Assertion.NEGATED)]


def test_within_a_longer_name_a_listed_word_is_left_alone() -> None:
    assert told(read("type 2 DM").question) == [("type 2 DM", 1, Assertion.AFFIRMED)] and not read("type 2 DM").question.reworded
    assert told(read("DM").question) == [("DM", 1, Assertion.AFFIRMED)]


def test_a_switch_is_of_the_words_as_they_stand_in_the_question() -> None:
    assert told(read("Vascular thing", None, Switch("vascular thing", None)).question) == []
    denied = read("Vascular thing", None, Switch("vascular thing", Ask.DENIED))
    assert told(denied.question) == [("Vascular thing", 2, Assertion.NEGATED)]
    assert {part.assertion for each in denied.wordings for part in each.parts} == {Assertion.NEGATED}


@pytest.mark.parametrize(
    ("text", "left", "left_out"),
    [
        ("please find stroke", "            stroke".strip(), ("please find",)),
        ("history of stroke", "history of stroke", ()),
        ("stroke history", "stroke history", ()),
        ("history", "history", ()),
        ("fever", "fever", ()),
        ("fever and stroke", "and stroke", ("fever",)),
    ],
)
def test_stop_words_are_left_out_but_where_they_mean_something(text: str, left: str, left_out: tuple[str, ...]) -> None:
    question = read(text).question
    assert (question.text.strip(), question.left_out) == (left, left_out)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("notes of patients with no fever", ("of", "with")),
        ("known patients with no stroke", ("with",)),
        ("nothing but no fever", ("but",)),
        ("chest pain or dyspnea", ()),
        ("the chest pain or dyspnea", ("the",)),
        ("no cough, on warfarin but not stroke", None),
        ("fever but no stroke or chest pain", None),
        ("was there a fever in women, if not a stroke", None),
        ("not HbA1c at 9 % and no cough", None),
    ],
)
def test_the_usual_stop_words_change_nothing_of_what_a_question_means(text: str, left_out: tuple[str, ...] | None) -> None:
    question, whole = read(text, lists("", ENGLISH)).question, read_question(text, READER)
    assert whole.parts and told(question) == told(whole)
    assert [(part.start, part.end, part.value) for part in question.parts] == [(part.start, part.end, part.value) for part in whole.parts]
    assert question.limits == whole.limits
    assert list(map(len, alternatives_of(question))) == list(map(len, alternatives_of(whole)))
    assert left_out is None or question.left_out == left_out


def test_stop_words_tell_how_listed_words_are_meant() -> None:
    of = lists("sugar thing => HbA1c\nheart thing => stroke\nout of puff => dyspnea", ENGLISH)
    assert told(read("the notes with no heart thing", of).question) == [("heart thing", 1, Assertion.NEGATED)]
    assert read("the notes with no heart thing", of).question.left_out == ("the", "with")
    assert list(map(len, alternatives_of(read("heart thing or fever", of).question))) == [2]
    assert told(read("is out of puff", of).question) == [("out of puff", 1, Assertion.AFFIRMED)], "as the list has it, its stop words too"
    assert [each.text.split() for each in read("is out of puff", of).wordings] == [["dyspnea"]]


def test_a_question_has_eight_wordings_at_most() -> None:
    many = lists(", ".join(f"w{n}" for n in range(8)), "")
    assert len(read("w1 w2 w3", many).wordings) == MOST_WORDINGS and read("w1 w2 w3", many).wordings[0].text == "w1 w2 w3"


def test_a_text_and_a_question_without_lists_are_left_as_they_are() -> None:
    for text, of in (("hgb sugar\nDM", lists()), ("DM " * 200, lists()), ("hgb sugar", NO_LISTS), ("knee", lists())):
        worded = read(text, of)
        assert worded.wordings == (worded.question,) == (read_question(text, READER),)


def test_several_lists_hold_together() -> None:
    both = together([lists("a, b", ""), lists("a, c\nd => e", "stop")])
    assert both.synonyms[("a",)] == ("a", "b", "c") and both.synonyms[("d",)] == ("e",) and both.stops == {("stop",)}


def test_files_of_datasets_are_read_anew_when_they_change(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    held, source = DatasetLists(tmp_path), tmp_path / "mine.txt"
    everything = lambda: ["d", "e"]  # noqa: E731
    assert not held.of(everything) and list(held.held()) == []
    source.write_text("﻿a, b\r\n", encoding="utf-8")
    assert held.put("d", ListKind.SYNONYMS, source).terms == 2
    assert held.of(everything).synonyms == {("a",): ("a", "b"), ("b",): ("b", "a")}
    assert not held.of(lambda: ["e"]), "what is not asked for does not hold"
    assert held.text("d", ListKind.SYNONYMS) == "a, b\n"
    source.write_text("a => longer\nbad")
    with pytest.raises(WordListUnreadable, match=r"mine\.txt, line 2: names one term only"):
        held.put("d", ListKind.SYNONYMS, source)
    (tmp_path / "wordlists" / "d" / "synonyms.txt").write_text("a => longer\nbad")
    assert held.of(everything).synonyms == {("a",): ("longer",)} and "synonyms.txt, line 2 cannot be used" in caplog.text
    held.drop("d", ListKind.SYNONYMS)
    assert not held.of(everything)
    with pytest.raises(WordListUnreadable, match="d has no synonyms"):
        held.drop("d", ListKind.SYNONYMS)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a, \xff", "line 1: not UTF-8"),
        (b"# nothing", "holds no synonyms"),
        (b"a, b\n" * (MOST_LINES + 1), "20,002 lines, at most 20,000"),
        (b"x\n" * 12, "and 2 lines more"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(WordListUnreadable, match=why):
        read_list(tmp_path / "f", ListKind.SYNONYMS)
    with pytest.raises(WordListUnreadable, match="there is no such file"):
        read_list(tmp_path / "g", ListKind.SYNONYMS)
