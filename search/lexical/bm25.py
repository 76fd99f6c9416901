"""BM25 over units."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from search.lexical.analysis import terms, tokenize
from search.protocols import LexicalIndex, Mask, Rows, Scores


def build_lexical(texts: Iterable[str], path: Path) -> None:
    """Write the index of the texts, the i-th being row i, into the folder `path`."""
    import bm25s

    path.mkdir(parents=True, exist_ok=True)
    corpus = [tokenize(text) for text in texts]
    (path / "size").write_text(str(len(corpus)))
    if any(corpus):
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index(corpus, show_progress=False)
        index.save(str(path), show_progress=False)


def open_lexical(path: Path) -> LexicalIndex:
    """Open the index in the folder `path`, read-only."""
    import bm25s

    size = int((path / "size").read_text())
    index = bm25s.BM25.load(str(path), mmap=True) if any(path.glob("*.index.json")) or size and any(path.glob("params*")) else None
    return _Bm25(index, size)


class _Bm25:
    def __init__(self, index: Any, size: int) -> None:
        self._index = index
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def search(self, query: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        known = [t for t in terms(query) if self._index is not None and t in self._index.vocab_dict]
        if not known:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        scores = np.asarray(self._index.get_scores(known), dtype=np.float32)
        if allowed is not None:
            scores = np.where(allowed, scores, 0)
        rows = np.flatnonzero(scores > 0)
        best = rows[np.lexsort((rows, -scores[rows]))[:k]]
        return best, scores[best]
