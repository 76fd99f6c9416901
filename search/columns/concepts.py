"""Which documents have which concepts in one way: have them at all, deny them, suppose them …

A table lies on disk both ways round; a concept always stands for everything narrower too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concepts.distinct import distinct
from concepts.hierarchy import Hierarchy, offsets_of, runs
from search.counting import count_distinct
from search.protocols import Mask

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_AT_ONCE: Final = 20_000
"""Documents whose broader concepts are worked out together."""


@dataclass(frozen=True)
class ConceptTable:
    """Concepts of document d, ascending: `concepts[offsets[d] : offsets[d + 1]]`; documents of a concept are laid out alike.

    `copies` are equal for documents of one patient that have the same text.
    """

    offsets: Int64
    concepts: Int32
    concept_offsets: Int64
    documents: Int32
    copies: Int32
    hierarchy: Hierarchy

    @property
    def empty(self) -> bool:
        """Whether no document has any concept so."""
        return not len(self.concepts)

    def of(self, documents: NDArray[np.integer]) -> Int32:
        """The concepts that any of the documents has, ascending."""
        return distinct(gather(self.offsets, self.concepts, documents))

    def mask(self, concepts: Sequence[int]) -> Mask:
        """Documents with any of the concepts, or of what is narrower."""
        return self.having_any(self.hierarchy.with_narrower(concepts))

    def having_any(self, concepts: Int32) -> Mask:
        """Documents with any of these very concepts."""
        mask = np.zeros(len(self.offsets) - 1, dtype=np.bool_)
        mask[gather(self.concept_offsets, self.documents, concepts)] = True
        return mask

    def counts(self, documents: NDArray[np.integer]) -> Int64:
        """How many of the documents, none given twice, have each concept or something narrower, by its ordinal."""
        if self.hierarchy.stated or 3 * int(lengths(self.offsets, documents).sum()) < len(self.documents):
            return concept_counts(documents, self.offsets, self.concepts, self.hierarchy)
        chosen = np.zeros(len(self.offsets) - 1, dtype=np.bool_)
        chosen[documents] = True
        # The last one is for concepts without documents, whose sum reduceat gets wrong.
        having = np.append(chosen[self.documents], False)
        counts = np.add.reduceat(having, self.concept_offsets[:-1], dtype=np.int64)
        return np.where(np.diff(self.concept_offsets), counts, 0)

    def counts_of_texts(self, documents: NDArray[np.integer], shown: NDArray[np.integer]) -> Int64:
        """How many distinct texts of the documents have each concept; `shown` holds one document of each text."""
        alike = self.counts(shown[~self._unlike[shown]])
        rest = documents[self._unlike[documents]]
        texts = np.repeat(self.copies[rest], lengths(self.offsets, rest))
        having = gather(self.offsets, self.concepts, rest)
        wider, broader = self.hierarchy.broader_of(texts, having)
        unlike = count_distinct(np.concatenate([texts, wider]), np.concatenate([having, broader]), len(alike))
        if len(unlike) > len(alike):
            alike = np.pad(alike, (0, len(unlike) - len(alike)))
        unlike[: len(alike)] += alike
        return unlike

    @cached_property
    def _unlike(self) -> Mask:
        """Documents of texts whose copies differ in their concepts: few, and what is counted by text needs a closer look only there."""
        weights = np.random.default_rng(0).integers(0, 2**64, int(self.concepts.max(initial=0)) + 1, dtype=np.uint64)
        sums = np.append(np.uint64(0), np.cumsum(weights[self.concepts]))
        digests = sums[self.offsets[1:]] - sums[self.offsets[:-1]]
        _, first, text = np.unique(self.copies, return_index=True, return_inverse=True)
        differing = np.zeros(len(first), dtype=np.bool_)
        differing[text[digests != digests[first][text]]] = True
        unlike: Mask = differing[text]
        return unlike


def concept_counts(documents: NDArray[np.integer], offsets: Int64, concepts: Int32, hierarchy: Hierarchy) -> Int64:
    """How many of the documents, none given twice, have each concept or something narrower.

    `offsets` and `concepts` are the concepts of every document. What is broader is worked out for some documents at a time.
    """
    counts: Int64 = np.bincount(gather(offsets, concepts, documents), minlength=hierarchy.concepts)
    if not hierarchy.stated:
        return counts
    for start in range(0, len(documents), _AT_ONCE):
        some = documents[start : start + _AT_ONCE]
        holders, direct = np.repeat(some, lengths(offsets, some)), gather(offsets, concepts, some)
        above, broader = hierarchy.broader_of(holders, direct)
        if len(above):
            upper = np.zeros(hierarchy.concepts, dtype=np.bool_)
            upper[broader] = True
            among = upper[direct]
            counts -= np.bincount(direct[among], minlength=hierarchy.concepts)
            counts += count_distinct(np.concatenate([holders[among], above]), np.concatenate([direct[among], broader]), hierarchy.concepts)
    return counts


def lengths(offsets: Int64, rows: NDArray[np.integer]) -> Int64:
    """How many values each of the given rows of a compressed table has."""
    counts: Int64 = offsets[rows + 1] - offsets[rows]
    return counts


def gather(offsets: Int64, values: Int32, rows: NDArray[np.integer]) -> Int32:
    """The values of the given rows of a compressed table, one row after the other."""
    gathered: Int32 = values[runs(offsets[rows], lengths(offsets, rows))]
    return gathered


def distinct_pairs(rows: NDArray[np.integer], values: NDArray[np.integer]) -> tuple[Int64, Int64]:
    """The distinct (row, value) pairs, ascending."""
    width = int(values.max(initial=0)) + 1
    pairs = distinct(rows.astype(np.int64) * width + values)
    return pairs // width, pairs % width


def compress(rows: NDArray[np.integer], values: NDArray[np.integer], count: int) -> tuple[Int64, NDArray[np.int64]]:
    """Distinct (row, value) pairs as a compressed table of `count` rows: its offsets and its values, ascending within a row."""
    kept, kept_values = distinct_pairs(rows, values)
    return offsets_of(kept, count), kept_values
