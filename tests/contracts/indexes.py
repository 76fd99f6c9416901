"""The contracts of embedders and of indexes of vectors and words: plain reference implementations, and checks that compare values."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from search.protocols import Embedder, LexicalIndex, Mask, Rows, Scores, VectorIndex

FLOATS = NDArray[np.float32]


class PlainVectors:
    """A VectorIndex that multiplies."""

    def __init__(self, vectors: FLOATS, rows: Rows) -> None:
        self._vectors = {int(row): vector for row, vector in zip(rows, vectors, strict=True)}
        self._dimension = vectors.shape[1]

    @property
    def size(self) -> int:
        return len(self._vectors)

    def search(self, vector: FLOATS, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        rows = np.array(sorted(row for row in self._vectors if allowed is None or allowed[row]), dtype=np.int64)
        cosines = self.cosines(vector, rows)
        best = np.lexsort((rows, -np.round(cosines, 5)))[:k]
        return rows[best], cosines[best]

    def cosines(self, vector: FLOATS, rows: Rows) -> Scores:
        return np.array([self._vectors[row] @ vector if row in self._vectors else math.nan for row in rows.tolist()], dtype=np.float32)

    def vectors(self, rows: Rows) -> FLOATS:
        none = np.zeros(self._dimension, dtype=np.float32)
        return np.array([self._vectors.get(row, none) for row in rows.tolist()], dtype=np.float32).reshape(-1, self._dimension)


@dataclass
class VectorRig:
    """An index and the reference over the same vectors; `space` is how many rows the generation has."""

    index: VectorIndex
    plain: PlainVectors
    queries: FLOATS
    space: int

    def masks(self) -> list[Mask | None]:
        chance = np.random.default_rng(7)
        return [None, chance.random(self.space) < 0.5, chance.random(self.space) < 0.02, np.zeros(self.space, dtype=np.bool_)]


def same_ranking(rows: Rows, scores: Scores, expected: Scores, mask: Mask | None, within: float) -> None:
    """The rows are as good as the best ones, place by place, allowed, each listed once, and those that are equally good in their order.

    `scores` are the reference's of the rows, so that rows which single precision cannot tell apart may change places.
    """
    np.testing.assert_allclose(scores, expected, atol=within)
    assert len(set(rows.tolist())) == len(rows)
    assert mask is None or mask[rows].all()
    for (one, score), (other, next_score) in pairwise(zip(rows.tolist(), scores.tolist(), strict=True)):
        assert score != next_score or one < other


def nearest_rows_and_their_cosines(rig: VectorRig) -> None:
    assert rig.index.size == rig.plain.size > 0
    for query in rig.queries:
        for mask in rig.masks():
            for k in (1, 7, rig.space):
                rows, cosines = rig.index.search(query, k, mask)
                expected, theirs = rig.plain.search(query, k, mask)
                assert len(rows) == len(expected)
                np.testing.assert_allclose(cosines, theirs, atol=2e-3)
                same_ranking(rows, rig.plain.cosines(query, rows), rig.plain.cosines(query, expected), mask, 2e-3)


def cosines_of_rows(rig: VectorRig) -> None:
    rows = np.arange(rig.space, dtype=np.int64)[::-1]
    for query in rig.queries:
        np.testing.assert_allclose(rig.index.cosines(query, rows), rig.plain.cosines(query, rows), atol=2e-3)
    assert np.isnan(rig.plain.cosines(rig.queries[0], rows)).any()


def vectors_of_rows(rig: VectorRig) -> None:
    rows = np.arange(rig.space, dtype=np.int64)[::-1]
    np.testing.assert_allclose(rig.index.vectors(rows), rig.plain.vectors(rows), atol=2e-3)
    assert rig.index.vectors(rows[:0]).shape == rig.plain.vectors(rows[:0]).shape


VECTOR_CHECKS: dict[str, Callable[[VectorRig], None]] = {
    check.__name__: check for check in (nearest_rows_and_their_cosines, cosines_of_rows, vectors_of_rows)
}


class PlainWords:
    """A LexicalIndex by Lucene's BM25 (k1 = 1.2, b = 0.75), term by term, over texts of plain words. Each text is a document."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text.split() for text in texts]
        self._mean = sum(map(len, self._texts)) / len(texts)

    @property
    def size(self) -> int:
        return len(self._texts)

    def _score(self, query: str, row: int) -> float:
        text, score = self._texts[row], 0.0
        counts = Counter(text)
        for term in query.split():
            count = counts[term]
            score += self._idf(term) * count / (count + 1.2 * (0.25 + 0.75 * len(text) / self._mean)) if count else 0.0
        return score

    def _idf(self, term: str) -> float:
        having = sum(term in text for text in self._texts)
        return math.log(1 + (self.size - having + 0.5) / (having + 0.5))

    def scores(self, query: str, rows: Rows) -> Scores:
        return np.array([self._score(query, row) for row in rows.tolist()], dtype=np.float32)

    def search(self, query: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        scores = self.scores(query, np.arange(self.size))
        rows = [row for row in range(self.size) if scores[row] > 0 and (allowed is None or allowed[row])]
        best = sorted(rows, key=lambda row: (-round(float(scores[row]), 4), row))[:k]
        return np.array(best, dtype=np.int64), scores[best] if best else scores[:0]

    def search_documents(self, query: str, allowed: Mask | None = None) -> tuple[Scores, float]:
        scores = self.scores(query, np.arange(self.size))
        if allowed is not None:
            scores = np.where(allowed, scores, np.float32(0))
        known = [term for term in query.split() if any(term in text for text in self._texts)]
        return scores, sum(self._idf(term) for term in known)


@dataclass
class WordRig:
    """An index and the reference over the same texts, whose words no analysis changes."""

    index: LexicalIndex
    plain: PlainWords
    queries: Sequence[str]

    def masks(self) -> list[Mask | None]:
        chance = np.random.default_rng(8)
        return [None, chance.random(self.plain.size) < 0.5, np.zeros(self.plain.size, dtype=np.bool_)]


def units_by_bm25(rig: WordRig) -> None:
    assert rig.index.size == rig.plain.size
    for query in rig.queries:
        for mask in rig.masks():
            for k in (1, 5, rig.plain.size):
                rows, scores = rig.index.search(query, k, mask)
                expected, theirs = rig.plain.search(query, k, mask)
                assert len(rows) == len(expected), query
                np.testing.assert_allclose(scores, theirs, rtol=1e-3)
                same_ranking(rows, rig.plain.scores(query, rows), rig.plain.scores(query, expected), mask, 1e-3)


def scores_of_rows(rig: WordRig) -> None:
    rows = np.arange(rig.plain.size, dtype=np.int64)[::-1]
    for query in rig.queries:
        np.testing.assert_allclose(rig.index.scores(query, rows), rig.plain.scores(query, rows), rtol=1e-3)


def documents_and_the_bound(rig: WordRig) -> None:
    for query in rig.queries:
        for mask in rig.masks():
            scores, bound = rig.index.search_documents(query, mask)
            expected, _ = rig.plain.search_documents(query, mask)
            np.testing.assert_allclose(scores, expected, rtol=1e-3)
            assert not len(scores) or bound >= float(scores.max())
        covered, bound = rig.index.search_documents(query)
        assert bound > 0 or not covered.any()


WORD_CHECKS: dict[str, Callable[[WordRig], None]] = {
    check.__name__: check for check in (units_by_bm25, scores_of_rows, documents_and_the_bound)
}

TEXTS = ("Ovarian cancer, treated with cisplatin.", "No fever.", "", "No fever.", "Gicht an der großen Zehe", "x " * 3000)


def vectors_have_length_one(embedder: Embedder) -> None:
    found = embedder.encode(TEXTS)
    assert found.shape == (len(TEXTS), embedder.dimension)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=2e-3)
    query = embedder.encode_query(TEXTS[0])
    assert query.shape == (embedder.dimension,)
    np.testing.assert_allclose(np.linalg.norm(query), 1, atol=2e-3)
    assert embedder.encode([]).shape == (0, embedder.dimension)


def a_text_has_one_vector(embedder: Embedder) -> None:
    found = embedder.encode(TEXTS)
    np.testing.assert_allclose(found[1], found[3], atol=2e-3)
    for place in (0, 1, 4):
        np.testing.assert_allclose(found[place], embedder.encode([TEXTS[place]])[0], atol=5e-3)
    np.testing.assert_allclose(found[::-1], embedder.encode(TEXTS[::-1]), atol=5e-3)
    assert abs(float(found[0] @ found[1])) < 0.95


def a_query_is_nearest_to_its_own_words(embedder: Embedder) -> None:
    found = embedder.encode(TEXTS)
    for place in (0, 1, 4):
        cosines = found @ embedder.encode_query(TEXTS[place])
        assert float(cosines[place]) >= float(cosines.max()) - 5e-3


def progress_adds_up(embedder: Embedder) -> None:
    told: list[int] = []
    embedder.encode(TEXTS, told.append)
    assert sum(told) == len(TEXTS)
    assert min(told) > 0


EMBEDDER_CHECKS: dict[str, Callable[[Embedder], None]] = {
    check.__name__: check
    for check in (vectors_have_length_one, a_text_has_one_vector, a_query_is_nearest_to_its_own_words, progress_adds_up)
}
