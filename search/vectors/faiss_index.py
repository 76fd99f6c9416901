"""Nearest units by cosine, with FAISS.

All vectors lie in one memory-mapped file, which answers exactly; processes that serve one generation share its pages. Above FLAT_UP_TO
units a compressed copy (product quantization, four bits for two dimensions, in √n cells) proposes half as many candidates again as are
asked for, and the exact vectors choose among them. It looks into half of its cells, or all of them where a filter is set, which leaves
no allowed unit out.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.errors import GenerationUnreadable
from search.protocols import Mask, Rows, Scores

FLAT_UP_TO = 10_000
"""Units; an exact search of so many takes 1 to 2 ms."""
_SHARE_OF_CELLS = 0.5
_CANDIDATES = 1.5
_SPARE = 64
"""Candidates per result, and beyond that: compressed cosines err by a few hundredths."""
_SAMPLE = 16_384
"""Vectors that the cells and the quantizer learn from; more did not raise recall."""


def build_index(vectors: NDArray[np.float32], rows: Rows, path: Path) -> None:
    """Write the index of `vectors` (unit length), where vector i belongs to row `rows[i]` (distinct), into the folder `path`."""
    import faiss

    if vectors.ndim != 2 or len(vectors) != len(rows):
        raise ValueError(f"{len(rows)} rows for vectors of shape {vectors.shape}")
    path.mkdir(parents=True, exist_ok=True)
    order = np.argsort(rows, kind="stable")
    vectors = np.ascontiguousarray(vectors[order], dtype=np.float32)
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    faiss.write_index(exact, str(path / "exact.faiss"))
    np.save(path / "rows.npy", np.asarray(rows, dtype=np.int64)[order])
    (path / "cells.faiss").unlink(missing_ok=True)
    if len(vectors) > FLAT_UP_TO and vectors.shape[1] % 2 == 0:
        cells: Any = faiss.index_factory(
            vectors.shape[1], f"IVF{round(math.sqrt(len(vectors)))},PQ{vectors.shape[1] // 2}x4fs", faiss.METRIC_INNER_PRODUCT
        )
        # Seeded, so that one content gives one index.
        chosen = np.random.default_rng(0).permutation(len(vectors))[: max(_SAMPLE, 40 * cells.nlist)]
        cells.cp.niter = 10
        cells.train(vectors[np.sort(chosen)])
        cells.add(vectors)
        faiss.write_index(cells, str(path / "cells.faiss"))


def open_index(path: Path) -> "FaissIndex":
    """Open the index in the folder `path`, read-only; raises GenerationUnreadable."""
    import faiss

    try:
        rows = np.load(path / "rows.npy")
        exact = faiss.read_index(str(path / "exact.faiss"), faiss.IO_FLAG_MMAP_IFC)
        cells = path / "cells.faiss"
        compressed = faiss.read_index(str(cells)) if cells.exists() else None
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        raise GenerationUnreadable(f"The vectors in {path} cannot be read ({type(error).__name__}): publish the data again.") from error
    if exact.ntotal != len(rows) or (compressed is not None and compressed.ntotal != len(rows)):
        raise GenerationUnreadable(f"The files of the vectors in {path} do not belong together: publish the data again.")
    return FaissIndex(exact, compressed, rows)


class FaissIndex:
    """A VectorIndex. Positions number the vectors, in the order of their rows."""

    def __init__(self, exact: Any, compressed: Any, rows: Rows) -> None:
        self._exact = exact
        self._compressed = compressed
        self._rows = rows
        self._positions = np.full(int(rows[-1]) + 1 if len(rows) else 0, -1, dtype=np.int32)
        self._positions[rows] = np.arange(len(rows), dtype=np.int32)

    @property
    def size(self) -> int:
        """How many units have a vector."""
        return len(self._rows)

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """The k nearest allowed rows and their cosines, best first, ties by row; fewer where fewer are allowed."""
        mask = None if allowed is None else allowed[self._rows]
        among = self.size if mask is None else int(np.count_nonzero(mask))
        k = min(k, among)
        if k <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if self._compressed is None or among <= FLAT_UP_TO:
            positions = np.arange(self.size) if mask is None else np.flatnonzero(mask)
        else:
            positions = self._candidates(vector, k, mask)
            if len(positions) < k:
                positions = np.arange(self.size) if mask is None else np.flatnonzero(mask)
        scores = self._cosines(vector, positions)
        if len(scores) > k:
            # All that tie with the k-th stay until ties are broken by row.
            near = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
            positions, scores = positions[near], scores[near]
        best = np.lexsort((positions, -scores))[:k]
        return self._rows[positions[best]], scores[best]

    def cosines(self, vector: NDArray[np.float32], rows: Rows) -> Scores:
        """The cosine of each of the rows, NaN where a row has no vector."""
        found = np.full(len(rows), np.nan, dtype=np.float32)
        positions = self._positions_of(rows)
        present = positions >= 0
        found[present] = self._cosines(vector, positions[present])
        return found

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """(len(rows), dimension), zeros where a row has no vector."""
        import faiss

        stored = faiss.rev_swig_ptr(self._exact.get_xb(), self.size * self._exact.d).reshape(self.size, self._exact.d)
        positions = self._positions_of(rows)
        found = np.zeros((len(rows), self._exact.d), dtype=np.float32)
        present = positions >= 0
        found[present] = stored[positions[present]]
        return found

    def _positions_of(self, rows: Rows) -> NDArray[np.int64]:
        positions = np.full(len(rows), -1, dtype=np.int64)
        known = rows < len(self._positions)
        positions[known] = self._positions[rows[known]]
        return positions

    def _cosines(self, vector: NDArray[np.float32], positions: NDArray[np.int64]) -> Scores:
        import faiss

        query = np.ascontiguousarray(vector, dtype=np.float32)
        wanted = np.ascontiguousarray(positions, dtype=np.int64)
        scores = np.empty(len(wanted), dtype=np.float32)
        if len(wanted):
            self._exact.compute_distance_subset(1, faiss.swig_ptr(query), len(wanted), faiss.swig_ptr(scores), faiss.swig_ptr(wanted))
        return scores

    def _candidates(self, vector: NDArray[np.float32], k: int, mask: Mask | None) -> NDArray[np.int64]:
        import faiss

        cells = self._compressed.nlist
        parameters = faiss.SearchParametersIVF(  # type: ignore[call-arg]  # the stubs lack its fields
            nprobe=math.ceil(cells * _SHARE_OF_CELLS) if mask is None else cells
        )
        if mask is not None:
            # Kept in a variable: FAISS reads it during the search and does not own it.
            bits = np.packbits(mask, bitorder="little")
            parameters.sel = selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        wanted = min(self.size, math.ceil(k * _CANDIDATES) + _SPARE)
        _, found = self._compressed.search(np.ascontiguousarray(vector[None], dtype=np.float32), wanted, params=parameters)
        if mask is not None:
            del selector, bits
        positions: NDArray[np.int64] = found[0][found[0] >= 0]
        return positions
