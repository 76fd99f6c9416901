"""Notes that say words: whole words, whatever their capitals, a beginning of words (`malignan*`), or a phrase (`"chest pain"`)."""

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
    spelled = r"[\W_]+".join(re.escape(word) for word in _PARTS.findall(part))
    end = "" if part.endswith("*") else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){spelled}{end}", re.IGNORECASE)


def _judging(assertions: Sequence[str]) -> Callable[[str, re.Match[str]], bool]:
    if not assertions:
        return lambda text, found: True
    judge = SpanJudge()
    return lambda text, found: judge.judge(0, text, *found.span()).assertion in assertions


def texts_of(rows: Callable[[str, Sequence[object]], list[tuple[int, str]]], at_once: int = 500) -> Iterator[tuple[int, str]]:
    """(row, text) of every document of a patient, read some at a time. `rows` runs a query on the catalog."""
    last = -1
    query = (
        "SELECT row, text FROM texts WHERE row > ? AND row IN (SELECT row FROM documents WHERE patient IS NOT NULL) ORDER BY row LIMIT ?"
    )
    while found := rows(query, (last, at_once)):
        yield from found
        last = found[-1][0]
