"""Documents that say the very words of a phrase, or do not: what the operators of a question leave of what filters allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from search.catalog import SqliteCatalog
from search.columns.documents import Columns
from search.lexical.analysis import informative
from search.protocols import LexicalIndex, Mask
from search.questions.operators import Alternative, says

_AT_ONCE: Final = 500
_NEARLY: Final = 1 - 1e-9


@dataclass(frozen=True)
class Phrases:
    """Looks for phrases in the texts of the documents that have all of their words."""

    columns: Columns
    catalog: SqliteCatalog
    lexical: LexicalIndex | None

    def within(self, asked: Alternative, allowed: Mask | None) -> Mask | None:
        """Of the allowed documents those with every phrase of an alternative, and without what it leaves out; None for all."""
        masks = [self.saying(phrase, allowed) for phrase in asked.phrases] + [~self.saying(words, allowed) for words in asked.without]
        if not masks:
            return allowed
        found: Mask = np.logical_and.reduce(masks)
        return found if allowed is None else found & allowed

    def saying(self, phrase: str, allowed: Mask | None) -> Mask:
        """Documents with the phrase; those with a word in any of its forms."""
        having = self._having_all(phrase)
        if allowed is not None:
            having &= allowed
        if len(phrase.split()) > 1 or not informative(phrase):
            places = np.flatnonzero(having)
            having[places] = self._written(phrase, places.tolist())
        return having

    def _having_all(self, phrase: str) -> Mask:
        if self.lexical is None or not informative(phrase):
            return np.ones(self.columns.documents, dtype=np.bool_)
        coverage, unknown = self.lexical.coverage(phrase)
        having: Mask = coverage >= _NEARLY if not unknown else np.zeros(self.columns.documents, dtype=np.bool_)
        return having

    def _written(self, phrase: str, places: Sequence[int]) -> list[bool]:
        said, found = says(phrase), []
        for start in range(0, len(places), _AT_ONCE):
            rows = self.columns.rowids[places[start : start + _AT_ONCE]].tolist()
            texts = self.catalog.texts(rows)
            found += [said(texts[row]) for row in rows]
        return found
