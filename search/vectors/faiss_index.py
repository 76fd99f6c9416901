"""Nearest units by cosine, with FAISS."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.protocols import Mask, Rows, Scores, VectorIndex


def build_index(vectors: NDArray[np.float32], rows: Rows, path: Path) -> None:
    """Write the index of `vectors` (unit length), where vector i belongs to row `rows[i]`, into the folder `path`."""
    path.mkdir(parents=True, exist_ok=True)
    np.save(path / "vectors.npy", np.ascontiguousarray(vectors, dtype=np.float32))
    np.save(path / "rows.npy", np.ascontiguousarray(rows, dtype=np.int64))


def open_index(path: Path) -> VectorIndex:
    """Open the index in the folder `path`, read-only."""
    return _Flat(np.load(path / "vectors.npy", mmap_mode="r"), np.load(path / "rows.npy"))


class _Flat:
    def __init__(self, vectors: NDArray[np.float32], rows: Rows) -> None:
        self._vectors = vectors
        self._rows = rows

    @property
    def size(self) -> int:
        return len(self._rows)

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        if not self.size:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        keep = np.arange(self.size) if allowed is None else np.flatnonzero(allowed[self._rows])
        scores: Scores = np.asarray(self._vectors[keep] @ vector, dtype=np.float32)
        rows = self._rows[keep]
        best = np.lexsort((rows, -scores))[:k]
        return rows[best], scores[best]
