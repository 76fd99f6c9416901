"""Notes that say words: whole words, whatever their capitals, a beginning of words (`malignan*`), or a phrase (`"chest pain"`)."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from cohorts.definition import Words
from cohorts.events import Int64
from concepts.spans import SpanJudge

_PARTS: Final = re.compile(r"[^\W_]+")


def saying(texts: Iterable[tuple[int, str]], words: Words, assertions: Sequence[str]) -> Int64:
    """The rows of the documents, given with their texts, that say one of the alternatives: all of its parts.

    With `assertions` a part counts where the text means it in one of these ways.
    """
    wanted = [[pattern_of(part) for part in alternative] for alternative in words.alternatives]
    judge = _judging(assertions)
    found = [
        row
        for row, text in texts
        if any(all(any(judge(text, each) for each in pattern.finditer(text)) for pattern in alternative) for alternative in wanted)
    ]
    return np.asarray(sorted(found), dtype=np.int64)


def pattern_of(part: str) -> re.Pattern[str]:
    """What finds a part of an alternative in a text."""
    spelled = r"[\W_]+".join(re.escape(piece) for piece, _ in pieces_of(part))
    end = "" if part.endswith("*") else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){spelled}{end}", re.IGNORECASE)


def pieces_of(part: str) -> list[tuple[str, bool]]:
    """The words of a part, each with whether it only begins one."""
    words = _PARTS.findall(part)
    return [(word, part.endswith("*") and place == len(words)) for place, word in enumerate(words, 1)]


def _judging(assertions: Sequence[str]) -> Callable[[str, re.Match[str]], bool]:
    if not assertions:
        return lambda text, found: True
    judge = SpanJudge()
    return lambda text, found: judge.judge(0, text, *found.span()).assertion in assertions


def texts_of(
    rows: Callable[[str, Sequence[object]], list[tuple[int, str]]], among: Int64 | None = None, at_once: int = 500
) -> Iterator[tuple[int, str]]:
    """(row, text) of every document of a patient, or of those among some rows, read some at a time. `rows` runs a query on the catalog."""
    text = "SELECT t.row, t.text FROM texts t JOIN documents d ON d.row = t.row WHERE d.patient IS NOT NULL AND"
    if among is not None:
        for begin in range(0, len(among), at_once):
            some = json.dumps(among[begin : begin + at_once].tolist())
            yield from rows(f"{text} t.row IN (SELECT value FROM json_each(?)) ORDER BY t.row", (some,))  # noqa: S608 - a text of this module
        return
    last = -1
    while found := rows(f"{text} t.row > ? ORDER BY t.row LIMIT ?", (last, at_once)):
        yield from found
        last = found[-1][0]
