"""Operators of a question, as other search engines have them: "these very words", -without, one OR the other.

A question of one line may have them; a longer text keeps its marks for itself. What is left of a question after its operators were taken
out keeps the place of every word.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from search.errors import InvalidRequest

LONGEST: Final = 300
"""Characters up to which a line is a question; what is longer, or has several lines, is a text whose marks are its own."""
MOST_ALTERNATIVES: Final = 8

_PHRASE: Final = r'(?:"(?=\S)[^"]*\s[^"]*(?<=\S)"|“[^”]*\s[^”]*”)'
_ASKED: Final = re.compile(rf"(?<![^\s(-])(?<!\w-)(?P<without>-)?(?P<phrase>{_PHRASE})(?!\w)|(?<!\S)-(?P<word>[^\W\d_][\w-]+)")
_QUOTED_WORD: Final = re.compile(r"[\"“][^\s\"“”]+[\"”]")
_OPENED: Final = re.compile(r"(?<!\S)-?[\"“](?=\w)")
_OR: Final = re.compile(r"(?<=\S)\s+OR\s+(?=\S)")
_OPEN_END: Final = re.compile(r"(?<!\S)[^\W\d_]{2,}\*(?!\S)|(?<!\S)\*[^\W\d_]{2,}")
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the things a question asks for: its words at their places, the phrases that must be there, and what must not be there."""

    text: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def alternatives(question: str) -> tuple[Alternative, ...]:
    """The alternatives of a question, one where it has no OR. Raises InvalidRequest for an open end (word*) and for too many."""
    if len(question.strip()) > LONGEST or "\n" in question.strip():
        return (Alternative(question),)
    if found := _OPEN_END.search(question):
        raise InvalidRequest("q", f"'*' does not stand for the rest of a word ({found[0][:40]}): write the word, its endings are found too")
    spans = list(_between(question, [match.span() for match in _OR.finditer(question) if not _quoted(question, match.start())]))
    if len(spans) > MOST_ALTERNATIVES:
        raise InvalidRequest("q", f"has {len(spans)} alternatives (OR); at most {MOST_ALTERNATIVES} are looked for")
    return tuple(_alternative(question, start, end) for start, end in spans)


def open_quotation(question: str) -> str:
    """What to say of a question that opens a quotation and does not close it; '' for any other."""
    if len(question.strip()) > LONGEST or "\n" in question.strip():
        return ""
    rest = _QUOTED_WORD.sub(" ", re.sub(_PHRASE, " ", question))
    return "A quotation mark is not closed: its words are looked for in any order." if _OPENED.search(rest) else ""


def _quoted(question: str, place: int) -> bool:
    return any(match.start() <= place < match.end() for match in re.finditer(_PHRASE, question))


def _between(question: str, gaps: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in gaps:
        yield at, start
        at = end
    yield at, len(question)


def _alternative(question: str, start: int, end: int) -> Alternative:
    kept = list(" " * start + question[start:end])
    phrases, without = [], []
    for found in _ASKED.finditer(question, start, end):
        if found["word"]:
            without.append(found["word"])
            kept[found.start() : found.end()] = " " * (found.end() - found.start())
        elif found["without"]:
            without.append(found["phrase"][1:-1].strip())
            kept[found.start() : found.end()] = " " * (found.end() - found.start())
        else:
            phrases.append(found["phrase"][1:-1].strip())
            kept[found.start("phrase")] = kept[found.end("phrase") - 1] = " "
    return Alternative("".join(kept).rstrip() if phrases or without or start else question[:end], tuple(phrases), tuple(without))


def says(phrase: str) -> Callable[[str], bool]:
    """Whether a text has the words of a phrase one after the other, whatever marks, blanks and capitals it writes them with."""
    words = [re.escape(word) for word in _WORDS.findall(phrase)]
    pattern = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(words) + r"(?![^\W_])", re.IGNORECASE) if words else None
    return lambda text: pattern is not None and pattern.search(text) is not None
