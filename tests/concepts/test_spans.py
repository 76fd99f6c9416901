"""Judging spans that others found: each line is one, or is told."""

import json

import pytest

from concepts.assertion import judge
from concepts.spans import BadSpan, JudgedSpan, judge_lines


def line(text="Denies chest pain.", start=7, end=17, **more):
    return json.dumps({"id": 1, "text": text, "start": start, "end": end, **more}).encode() + b"\n"


def test_each_span_is_judged_in_its_place():
    lines = [
        line(),
        line(id="b", start=0, end=6),
        b"\n",
        line("Possible \U0001f600 g\u0308out", 11, 16, id=2.5),
        line("Mother had gout.", 11, 15, id="f"),
    ]
    assert list(judge_lines(lines)) == [
        JudgedSpan(1, "negated", "Denies"),
        JudgedSpan("b", "affirmed", ""),
        JudgedSpan(2.5, "possible", "Possible"),
        JudgedSpan("f", "family", "Mother"),
    ]


def test_spans_of_one_text_are_judged_as_by_themselves():
    text = "Has gout. No fever, chills or cough. Rule out sepsis."
    spans = [(text.index(word), text.index(word) + len(word)) for word in ("gout", "fever", "cough", "sepsis", "gout")]
    together = [each.assertion for each in judge_lines(line(text, *span) for span in spans)]
    assert (
        together == [judge(text, [span])[0].assertion.value for span in spans] == ["affirmed", "negated", "negated", "possible", "affirmed"]
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b'{"id": "\xff"}', "not UTF-8 (byte 9)"),
        (b"[]", "not a JSON object"),
        (b'{"text": "x", "start": 0, "end": 1}', 'no "id"'),
        (line(id=True), 'no "id"'),
        (line(text=None), 'no "text"'),
        (line(start="7"), 'no "start"'),
        (line(end=17.0), 'no "end"'),
        (line(start=-1), "no place in a text of 18 characters"),
        (line(start=7, end=7), "no place"),
        (line(end=19), "no place"),
    ],
)
def test_what_is_no_span_is_told_with_its_line(raw, why):
    found = list(judge_lines([line(), raw, line()]))
    assert [type(each) for each in found] == [JudgedSpan, BadSpan, JudgedSpan]
    assert found[1].line == 2 and why in found[1].why and "chest" not in found[1].why


@pytest.mark.parametrize("text", ["\0\0\0\0", "    ", "\n\n\n", "\ud800x\udc00", "\u202eabc\u202c", "\u0130\u0130\ufb01\u0301"])
def test_any_span_of_any_text_has_a_judgement(text):
    spans = [(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    assert {each.assertion for each in judge_lines(line(text, *span) for span in spans)} == {"affirmed"}
