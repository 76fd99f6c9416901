"""The text index: analysis of words, and BM25 over units."""

from search.lexical.bm25 import build_lexical, open_lexical, write_lexical
from search.lexical.words import UnitWords, are_current, cut_words, open_words, save_words, taken_over

__all__ = [
    "UnitWords",
    "are_current",
    "build_lexical",
    "cut_words",
    "open_lexical",
    "open_words",
    "save_words",
    "taken_over",
    "write_lexical",
]
