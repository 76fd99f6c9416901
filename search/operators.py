"""Operators of other search engines that a question may hold by habit. Here they would be read as words, so they are refused, in words."""

import re
from typing import Final

from search.errors import InvalidRequest

LONGEST: Final = 300
"""Characters up to which a line is a question; what is longer, or has several lines, is a text whose marks are its own."""

_PHRASE = re.compile(r'(?<![^\s(])(?:"(?=\S)[^"]*\s[^"]*(?<=\S)"|“[^”]*\s[^”]*”)(?!\w)')
_EXCLUDED = re.compile(r"(?<!\S)-[^\W\d_]{2,}")
_OPEN_END = re.compile(r"(?<!\S)[^\W\d_]{2,}\*(?!\S)|(?<!\S)\*[^\W\d_]{2,}")


def refuse_operators(question: str) -> None:
    """Raises InvalidRequest for a phrase of several words in quotation marks, an excluded word (-word) or an open end (word*)."""
    asked = question.strip()
    if len(asked) > LONGEST or "\n" in asked:
        return
    if _PHRASE.search(asked):
        raise InvalidRequest("q", "phrases in quotation marks are not supported: leave the marks away, notes with all the words come first")
    if found := _EXCLUDED.search(asked):
        raise InvalidRequest("q", f"words cannot be excluded ({found[0][:40]}): leave it away, or narrow the search with filters")
    if found := _OPEN_END.search(asked):
        raise InvalidRequest("q", f"'*' does not stand for the rest of a word ({found[0][:40]}): write the word, its endings are found too")
