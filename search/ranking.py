"""Ranks documents: dense and BM25 candidates over units, one evidence per document, fused."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.model import Mode
from search.protocols import Embedder, LexicalIndex, Mask, Rows, Scores, VectorIndex


@dataclass(frozen=True)
class CSR:
    """Which documents hold which unit: `documents[offsets[u]:offsets[u + 1]]` are the document rows of unit `u`."""

    offsets: NDArray[np.int64]
    documents: NDArray[np.int64]
    count: int
    """How many documents there are, rows 0 … count - 1."""

    @cached_property
    def units(self) -> NDArray[np.int64]:
        """The unit of every entry of `documents`."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def units_of(self, allowed: Mask) -> Mask:
        """The units that an allowed document holds, from a mask over documents."""
        mask = np.zeros(len(self.offsets) - 1, dtype=np.bool_)
        mask[self.units[allowed[self.documents]]] = True
        return mask


@dataclass(frozen=True)
class RankedDocuments:
    """Document rows, best first (ties by row), with the unit that speaks best for each. Scores are NaN where a ranker found nothing.

    `exact` is True where every matching document is in the list, False where the depth cut it.
    """

    documents: Rows
    scores: Scores
    best_units: Rows
    semantic: Scores
    lexical: Scores
    exact: bool
    timings: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.documents)


class Ranker:
    """Ranks the documents of one generation. Any of its parts may be absent; modes that need it then find nothing."""

    def __init__(self, vectors: VectorIndex | None, lexical: LexicalIndex | None, embedder: Embedder | None) -> None:
        self._vectors = vectors
        self._lexical = lexical
        self._embedder = embedder

    def rank(self, query: str, mode: Mode, depth: int, allowed: Mask | None, unit_documents: CSR) -> RankedDocuments:
        """At most `depth` documents for a query. `allowed` is a mask over document rows, applied before top-k in both rankers."""
        timings: dict[str, float] = {}
        units = None if allowed is None else unit_documents.units_of(allowed)
        count = unit_documents.count
        best: dict[str, tuple[Scores, Rows]] = {}
        if mode is not Mode.LEXICAL and self._vectors is not None and self._embedder is not None:
            started = time.perf_counter()
            vector = self._embedder.encode_query(query)
            timings["encode"] = time.perf_counter() - started
            started = time.perf_counter()
            best["semantic"] = _per_document(*self._vectors.search(vector, depth, units), allowed, unit_documents)
            timings["semantic"] = time.perf_counter() - started
        if mode is not Mode.SEMANTIC and self._lexical is not None:
            started = time.perf_counter()
            best["lexical"] = _per_document(*self._lexical.search(query, depth, units), allowed, unit_documents)
            timings["lexical"] = time.perf_counter() - started
        nothing = np.full(count, np.nan, dtype=np.float32), np.full(count, -1, dtype=np.int64)
        semantic, semantic_unit = best.get("semantic", nothing)
        lexical, lexical_unit = best.get("lexical", nothing)
        parts = []
        for scores, weight in ((semantic, 0.5), (lexical, 0.5)):
            known = ~np.isnan(scores)
            if known.any():
                high, low = np.nanmax(scores), np.nanmin(scores)
                parts.append(np.where(known, weight * (scores - low) / max(high - low, 1e-6), 0))
        total = np.sum(parts, axis=0) if parts else np.zeros(count)
        found = np.flatnonzero(~np.isnan(semantic) | ~np.isnan(lexical))
        order = found[np.lexsort((found, -total[found]))]
        unit = np.where(semantic_unit >= 0, semantic_unit, lexical_unit)
        kept = order[:depth]
        return RankedDocuments(
            kept, total[kept].astype(np.float32), unit[kept], semantic[kept], lexical[kept], len(order) <= depth, timings
        )


def _per_document(rows: Rows, scores: Scores, allowed: Mask | None, links: CSR) -> tuple[Scores, Rows]:
    best = np.full(links.count, np.nan, dtype=np.float32)
    unit = np.full(links.count, -1, dtype=np.int64)
    for row, score in zip(rows[::-1], scores[::-1], strict=True):
        documents = links.documents[links.offsets[row] : links.offsets[row + 1]]
        best[documents] = score
        unit[documents] = row
    if allowed is not None:
        best[~allowed] = np.nan
        unit[~allowed] = -1
    return best, unit
