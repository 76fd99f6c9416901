"""Words of clinical and biomedical text: how they are cut, folded and stemmed, for the index and for highlighting alike."""

import re
import unicodedata
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")
STOP_WORDS = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with""".split()
)


def tokenize_with_spans(text: str) -> list[tuple[str, int, int]]:
    """(term, start, end) of every indexed word, offsets in code points of `text`."""
    found = []
    for match in _WORD.finditer(text):
        term = _term(match.group())
        if term:
            found.append((term, match.start(), match.end()))
    return found


def tokenize(text: str) -> list[str]:
    """The terms of a text, in order, repeats kept."""
    return [term for match in _WORD.finditer(text) if (term := _term(match.group()))]


def terms(query: str) -> tuple[str, ...]:
    """The distinct terms of a query, in order."""
    return tuple(dict.fromkeys(tokenize(query)))


@lru_cache(maxsize=200_000)
def _term(word: str) -> str:
    """The stemmed, folded form of a word; '' for a stop word."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", word).casefold() if not unicodedata.combining(c))
    if folded in STOP_WORDS:
        return ""
    stemmed: str = Stemmer.Stemmer("english").stemWord(folded)
    return stemmed
