"""Indexes of vectors: one folder on disk per index, opened read-only."""

from search.vectors.faiss_index import build_index, open_index

__all__ = ["build_index", "open_index"]
