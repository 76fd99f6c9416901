"""The text index: analysis of words, and BM25 over units."""

from search.lexical.bm25 import build_lexical, open_lexical

__all__ = ["build_lexical", "open_lexical"]
