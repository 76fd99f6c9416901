"""The indexes and embedders keep their contracts, and the contracts find broken ones out."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.embedders import open_embedder
from search.lexical import build_lexical, open_lexical
from search.protocols import Embedder
from search.units import CSR
from search.vectors import build_index, open_index
from tests.contracts.indexes import EMBEDDER_CHECKS, VECTOR_CHECKS, WORD_CHECKS, PlainVectors, PlainWords, VectorRig, WordRig
from tests.ingest.exports import HashEmbedder
from tests.search.clinic import FakeEmbedder

WORDS = ("cough", "fever", "gout", "asthma", "pulse", "lung", "skin", "toe")
QUERIES = ("cough", "gout fever", "fever fever gout", "unknown", "toe unknown", "cough fever gout asthma pulse lung skin toe", "")


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> VectorRig:
    chance = np.random.default_rng(1)
    found = chance.normal(size=(200, 16)).astype(np.float32)
    found[::10] = found[5]
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    rows = chance.permutation(400)[:200].astype(np.int64)
    folder = tmp_path_factory.mktemp("vectors")
    build_index(found, rows, folder)
    return VectorRig(open_index(folder), PlainVectors(found, rows), found[:6], 400)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> WordRig:
    chance = random.Random(2)
    texts = ["", *(" ".join(chance.choices(WORDS, k=chance.randint(1, 9))) for _ in range(80))]
    folder = tmp_path_factory.mktemp("words")
    build_lexical(texts, CSR(np.arange(len(texts) + 1), np.arange(len(texts)), len(texts)), folder)
    return WordRig(open_lexical(folder), PlainWords(texts), QUERIES)


@pytest.fixture(scope="module")
def model() -> Embedder:
    return open_embedder(precision="float32")


@pytest.mark.parametrize("check", VECTOR_CHECKS)
def test_vector_index(vectors: VectorRig, check: str) -> None:
    VECTOR_CHECKS[check](vectors)


@pytest.mark.parametrize("check", WORD_CHECKS)
def test_lexical_index(words: WordRig, check: str) -> None:
    WORD_CHECKS[check](words)


@pytest.mark.parametrize("check", EMBEDDER_CHECKS)
@pytest.mark.parametrize("double", [HashEmbedder, FakeEmbedder])
def test_the_embedders_of_tests(double: Any, check: str) -> None:
    EMBEDDER_CHECKS[check](double())


@pytest.mark.parametrize("check", EMBEDDER_CHECKS)
def test_the_model(model: Embedder, check: str) -> None:
    EMBEDDER_CHECKS[check](model)


class ForgetsTheMask(PlainVectors):
    def search(self, vector: Any, k: int, allowed: Any = None) -> Any:
        return super().search(vector, k)


class FewerThanAreThere(PlainVectors):
    def search(self, vector: Any, k: int, allowed: Any = None) -> Any:
        rows, cosines = super().search(vector, k)
        kept = np.array([allowed is None or bool(allowed[row]) for row in rows], dtype=np.bool_)
        return rows[kept], cosines[kept]


class TiesByChance(PlainVectors):
    def search(self, vector: Any, k: int, allowed: Any = None) -> Any:
        rows, cosines = super().search(vector, 10**6, allowed)
        order = np.lexsort((-rows, -np.round(cosines, 5)))[:k]
        return rows[order], cosines[order]


class Distances(PlainVectors):
    def cosines(self, vector: Any, rows: Any) -> Any:
        return 1 - super().cosines(vector, rows)


class NoVectorIsZero(PlainVectors):
    def cosines(self, vector: Any, rows: Any) -> Any:
        return np.nan_to_num(super().cosines(vector, rows))


class LeavesOutWhatHasNone(PlainVectors):
    def vectors(self, rows: Any) -> Any:
        found = super().vectors(rows)
        return found[found.any(axis=1)]


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (ForgetsTheMask, "nearest_rows_and_their_cosines"),
        (FewerThanAreThere, "nearest_rows_and_their_cosines"),
        (TiesByChance, "nearest_rows_and_their_cosines"),
        (Distances, "cosines_of_rows"),
        (NoVectorIsZero, "cosines_of_rows"),
        (LeavesOutWhatHasNone, "vectors_of_rows"),
    ],
)
def test_finds_a_broken_vector_index_out(vectors: VectorRig, broken: Any, check: str) -> None:
    held = list(vectors.plain._vectors.items())
    index = broken(np.array([vector for _, vector in held]), np.array([row for row, _ in held]))
    with pytest.raises(AssertionError):
        VECTOR_CHECKS[check](VectorRig(index, vectors.plain, vectors.queries, vectors.space))


class SaysEachWordOnce(PlainWords):
    def _score(self, query: str, row: int) -> float:
        return super()._score(" ".join(dict.fromkeys(query.split())), row)


class NeedsEveryWord(PlainWords):
    def _score(self, query: str, row: int) -> float:
        return super()._score(query, row) if set(query.split()) <= set(self._texts[row]) else 0.0


class NoLengths(PlainWords):
    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        self._mean = 1e9


class ListsWhatSharesNothing(PlainWords):
    def search(self, query: str, k: int, allowed: Any = None) -> Any:
        rows, scores = super().search(query, k, allowed)
        return (rows, scores) if len(rows) else (np.array([0]), np.zeros(1, dtype=np.float32))


class NoBound(PlainWords):
    def search_documents(self, query: str, allowed: Any = None) -> Any:
        return super().search_documents(query, allowed)[0], 0.0


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (SaysEachWordOnce, "units_by_bm25"),
        (NeedsEveryWord, "units_by_bm25"),
        (ListsWhatSharesNothing, "units_by_bm25"),
        (NoLengths, "scores_of_rows"),
        (NoBound, "documents_and_the_bound"),
    ],
)
def test_finds_a_broken_lexical_index_out(words: WordRig, broken: Any, check: str) -> None:
    with pytest.raises(AssertionError):
        WORD_CHECKS[check](WordRig(broken([" ".join(text) for text in words.plain._texts]), words.plain, words.queries))


class NotOfLengthOne(FakeEmbedder):
    def _vector(self, text: str) -> Any:
        return super()._vector(text) * 2


class DependsOnItsNeighbours(FakeEmbedder):
    def encode(self, texts: Any, progress: Any = None) -> Any:
        found = super().encode(texts, progress)
        return np.roll(found, 1, axis=0)


class OtherSpaceForQueries(FakeEmbedder):
    def encode_query(self, text: str) -> Any:
        return super().encode_query(text)[::-1]


class TellsNoProgress(FakeEmbedder):
    def encode(self, texts: Any, progress: Any = None) -> Any:
        return super().encode(texts)


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (NotOfLengthOne, "vectors_have_length_one"),
        (DependsOnItsNeighbours, "a_text_has_one_vector"),
        (OtherSpaceForQueries, "a_query_is_nearest_to_its_own_words"),
        (TellsNoProgress, "progress_adds_up"),
    ],
)
def test_finds_a_broken_embedder_out(broken: Any, check: str) -> None:
    with pytest.raises(AssertionError):
        EMBEDDER_CHECKS[check](broken())


def test_references_keep_their_own_contracts(vectors: VectorRig, words: WordRig) -> None:
    for vector_check in VECTOR_CHECKS.values():
        vector_check(VectorRig(vectors.plain, vectors.plain, vectors.queries, vectors.space))
    for word_check in WORD_CHECKS.values():
        word_check(WordRig(words.plain, words.plain, words.queries))


def test_an_index_of_nothing(tmp_path: Path) -> None:
    """An index of nothing answers with nothing."""
    build_index(np.zeros((0, 16), dtype=np.float32), np.zeros(0, dtype=np.int64), tmp_path)
    rows, cosines = open_index(tmp_path).search(np.ones(16, dtype=np.float32) / 4, 5)
    assert (rows.tolist(), cosines.tolist()) == ([], [])
