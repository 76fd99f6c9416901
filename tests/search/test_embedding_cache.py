"""The cache of vectors: each distinct text is embedded once ever, whichever run or process asks."""

import multiprocessing
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from search.embedding_cache import EmbeddingCache
from search.passages import text_key
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic


def embed(texts: Sequence[str], embedder: FakeEmbedder, cache: EmbeddingCache) -> NDArray[np.float32]:
    """What users of the cache do: encode what is missing, keep it, read all."""
    keys = [text_key(text) for text in texts]
    missing = cache.missing(keys, embedder.name)
    cache.put([keys[i] for i in missing], embedder.encode([texts[i] for i in missing]), embedder.name)
    return cache.get(keys, embedder.name)


def test_each_distinct_text_is_embedded_once_across_runs(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    texts = ["cough", "fever", "cough", "gout", "fever"]
    first = embed(texts, embedder, EmbeddingCache(tmp_path / "deep" / "vectors.sqlite"))
    assert embedder.encoded == ["cough", "fever", "gout"]
    again = embed(["gout", *texts, "anemia"], embedder, EmbeddingCache(tmp_path / "deep" / "vectors.sqlite"))
    assert embedder.encoded == ["cough", "fever", "gout", "anemia"]
    np.testing.assert_array_equal(again, np.stack([first[3], *first, again[-1]]))
    exact = np.stack([embedder.encode_query(text) for text in texts])
    np.testing.assert_allclose(first, exact, atol=5e-4, err_msg="half precision, in the order asked for")
    assert first.dtype == np.float32


def test_each_distinct_text_is_embedded_once_across_builds(tmp_path: Path) -> None:
    """Two generations that share no folder but the cache; each with texts that occur many times."""
    embedder = FakeEmbedder()
    one, two = make_clinic(seed=1), make_clinic(seed=2)
    build(one, tmp_path, embedder=embedder)
    build(two, tmp_path, number=2, embedder=embedder)
    build(Clinic(one.documents + make_clinic(seed=2, dataset="other").documents), tmp_path, number=3, embedder=embedder)
    keys = {passage.key for document in one.documents + two.documents for passage in document.passages}
    assert len(embedder.encoded) == len(set(embedder.encoded)) == len(keys)
    assert len(keys) < sum(len(document.passages) for document in one.documents), "texts repeat"


def test_models_do_not_share_vectors(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "vectors.sqlite")
    small, large = FakeEmbedder("small", 8), FakeEmbedder("large", 16)
    assert embed(["cough", "gout"], small, cache).shape == (2, 8)
    assert embed(["cough"], large, cache).shape == (1, 16)
    assert (small.encoded, large.encoded) == (["cough", "gout"], ["cough"])
    assert cache.missing([text_key("cough"), text_key("gout")], "large") == [1]
    assert cache.missing([text_key("gout")], "neither") == [0]
    with pytest.raises(KeyError, match="1 of 2 texts"):
        cache.get([text_key("cough"), text_key("gout")], "large")


def test_more_keys_than_one_statement_takes(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "vectors.sqlite")
    keys = [number.to_bytes(16, "big") for number in range(2500)]
    vectors = np.arange(2500, dtype=np.float32)[:, None] / 4096
    cache.put(keys[:2000], vectors[:2000], "fake")
    assert cache.missing([*keys[::-1], *keys], "fake") == list(range(500)), "first occurrences only"
    backwards = keys[1999::-1]
    np.testing.assert_array_equal(cache.get(backwards, "fake"), vectors[1999::-1].astype(np.float16))
    assert cache.get([], "fake").size == 0
    assert cache.missing([], "fake") == []


def test_all_of_a_call_or_none_is_kept(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "vectors.sqlite")
    keys = [text_key("cough"), None]  # NOT NULL fails after the first row was written
    with pytest.raises(sqlite3.IntegrityError):
        cache.put(keys, np.ones((2, 4), dtype=np.float32), "fake")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="1 keys for 2 vectors"):
        cache.put(keys[:1], np.ones((2, 4), dtype=np.float32), "fake")
    assert cache.missing(keys[:1], "fake") == [0]


def test_keys_tell_texts_apart_to_the_letter() -> None:
    texts = ["cough", "Cough", "cough ", "c\u00f3ugh", "co\u0301ugh", "", "\ud800", "\ud801", "?"]
    assert len({text_key(text) for text in texts}) == len(texts)


def _work(path: Path, number: int) -> list[str]:
    """Another process: embeds texts that overlap with those of its neighbours, a few at a time."""
    embedder, cache = FakeEmbedder(), EmbeddingCache(path)
    for start in range(0, 60, 10):
        embed([f"text {n}" for n in range(start + 5 * number, start + 5 * number + 10)], embedder, cache)
    return embedder.encoded


def test_processes_write_at_once_and_know_what_others_wrote(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        encoded = pool.starmap(_work, [(path, number) for number in range(4)], chunksize=1)
    assert all(len(own) == len(set(own)) for own in encoded), "no process embeds a text twice"
    known = FakeEmbedder()
    everything = [f"text {n}" for n in range(75)]
    found = embed(everything, known, EmbeddingCache(path))
    assert known.encoded == [], "one process after another: nothing is left to embed"
    np.testing.assert_allclose(found, np.stack([known.encode_query(text) for text in everything]), atol=5e-4)
