"""The assertion of spans that others found: lines of JSON, {id, text, start, end}, and what is wrong with one that is none."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from concepts.assertion import Sentences
from concepts.tokens import tokens


@dataclass(frozen=True, slots=True)
class JudgedSpan:
    """A span by the id that it was given with, how its text means it, and by which words ('' for none)."""

    id: str | int | float
    assertion: str
    trigger: str


@dataclass(frozen=True, slots=True)
class BadSpan:
    """A line that is no span, by its number from 1, and why."""

    line: int
    why: str


class SpanJudge:
    """Judges spans of texts; a text that comes again right after itself is not read again."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._sentences: Sentences | None = None

    def judge(self, id: str | int | float, text: str, start: int, end: int) -> JudgedSpan:
        """How a text means `text[start:end]`."""
        if self._sentences is None or text != self._text:
            self._text, self._sentences = text, Sentences(tokens(text))
        found = self._sentences.judge_span(start, end)
        return JudgedSpan(id, found.assertion.value, found.trigger)


def judge_lines(lines: Iterable[bytes]) -> Iterator[JudgedSpan | BadSpan]:
    """The judgement of each line that is a span, in order; blank lines are passed over, all others that are none are told."""
    judge = SpanJudge()
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not line.strip():
            continue
        try:
            span: Any = json.loads(line, parse_constant=_no_number)
        except UnicodeDecodeError as error:
            yield BadSpan(number, f"not UTF-8 (byte {error.start + 1})")
            continue
        except (ValueError, RecursionError):
            yield BadSpan(number, "not JSON")
            continue
        why = fault_of(span)
        yield BadSpan(number, why) if why else judge.judge(span["id"], span["text"], span["start"], span["end"])


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def fault_of(span: object) -> str:
    """What keeps a value from being a span {id, text, start, end}; '' for nothing."""
    if not isinstance(span, dict):
        return "not a JSON object"
    for name, kinds, what in (("id", (str, int, float), "a string or a number"), ("text", (str,), "a string")):
        if not isinstance(span.get(name), kinds) or isinstance(span[name], bool):
            return f'no "{name}" that is {what}'
    for name in ("start", "end"):
        if not isinstance(span.get(name), int) or isinstance(span[name], bool):
            return f'no "{name}" that is a whole number'
    return outside(span["text"], span["start"], span["end"])


def outside(text: str, start: int, end: int) -> str:
    """What is wrong with a place in a text; '' where words can stand there."""
    if not 0 <= start < end <= len(text):
        return f"start {start} and end {end} are no place in a text of {len(text):,} characters: 0 <= start < end <= length"
    return ""
