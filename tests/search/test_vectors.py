"""The vector index compared with a product of matrices: exactly while small, by recall above."""

from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.errors import GenerationUnreadable
from search.protocols import VectorIndex
from search.vectors import build_index, faiss_index, open_index

DIMENSION = 32
COUNT = 3000
FLOATS = NDArray[np.float32]


def unit(vectors: FLOATS) -> FLOATS:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def clustered(count: int, seed: int) -> FLOATS:
    """Unit vectors around fifty centres, as texts of fifty matters have; every tenth is one of the others again."""
    centres, chance = np.random.default_rng(0).normal(size=(50, DIMENSION)), np.random.default_rng(seed)
    vectors = unit(centres[chance.integers(0, 50, count)] * 0.5 + chance.normal(size=(count, DIMENSION)) * 0.3)
    vectors[::10] = vectors[chance.integers(0, count, len(vectors[::10]))]
    return vectors


def brute_force(vectors: FLOATS, rows: NDArray[np.int64], query: FLOATS, k: int, allowed: NDArray[np.bool_] | None) -> list[int]:
    """Rows by cosine in double precision, ties by row; cosines that single precision cannot tell apart tie."""
    cosines = np.round(vectors.astype(np.float64) @ query.astype(np.float64), 5)
    kept = [place for place, row in enumerate(rows.tolist()) if allowed is None or allowed[row]]
    return [int(rows[place]) for place in sorted(kept, key=lambda place: (-cosines[place], rows[place]))[:k]]


@pytest.fixture(scope="module")
def vectors() -> FLOATS:
    return clustered(COUNT, 1)


@pytest.fixture(scope="module")
def rows() -> NDArray[np.int64]:
    """Half of the rows of a generation have a vector; they come in any order."""
    return np.random.default_rng(2).permutation(2 * COUNT)[:COUNT]


@pytest.fixture(scope="module")
def exact(vectors: FLOATS, rows: NDArray[np.int64], tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    folder = tmp_path_factory.mktemp("exact")
    build_index(vectors, rows, folder)
    assert not (folder / "cells.faiss").exists()
    return open_index(folder)


@pytest.fixture(scope="module")
def compressed(vectors: FLOATS, rows: NDArray[np.int64], tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorIndex]:
    """The same vectors where more than 500 are too many to look at one by one."""
    folder = tmp_path_factory.mktemp("compressed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faiss_index, "FLAT_UP_TO", 500)
        build_index(vectors, rows, folder)
        assert (folder / "cells.faiss").exists()
        yield open_index(folder)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other on a busy machine take many times as long."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    yield
    faiss.omp_set_num_threads(threads)


def masks() -> dict[str, NDArray[np.bool_] | None]:
    chance = np.random.default_rng(5)
    return {
        "all": None,
        "most": chance.random(2 * COUNT) < 0.9,
        "some": chance.random(2 * COUNT) < 0.3,
        "few": chance.random(2 * COUNT) < 0.002,
        "none": np.zeros(2 * COUNT, dtype=np.bool_),
    }


@pytest.mark.parametrize("name", list(masks()))
@pytest.mark.parametrize("k", [0, 1, 10, 300, 10_000])
def test_a_small_index_answers_exactly_whatever_is_filtered(
    exact: VectorIndex, vectors: FLOATS, rows: NDArray[np.int64], name: str, k: int
) -> None:
    allowed = masks()[name]
    cosine = dict(zip(rows.tolist(), vectors.astype(np.float64), strict=True))
    for query in (*clustered(5, 7), vectors[11], vectors[20]):
        found, scores = exact.search(query, k, allowed)
        expected = brute_force(vectors, rows, query, k, allowed)
        assert len(found) == len(expected) == min(k, COUNT if allowed is None else int(allowed[rows].sum()))
        true = np.array([cosine[row] @ query for row in found.tolist()])
        np.testing.assert_allclose(scores, true, atol=1e-5)
        np.testing.assert_allclose(scores, [cosine[row] @ query for row in expected], atol=2e-5)
        pairs = list(zip((-scores).tolist(), found.tolist(), strict=True))
        assert pairs == sorted(pairs), "best first, ties by row"
        assert allowed is None or allowed[found].all()


def test_of_equal_vectors_the_first_rows_come_first(tmp_path: Path) -> None:
    one, other = unit(np.eye(2, 8, dtype=np.float32) + 0.1)
    rows = np.array([90, 3, 40, 7, 15, 60])
    build_index(np.stack([one, one, other, one, other, one]), rows, tmp_path)
    index = open_index(tmp_path)
    assert index.search(one, 3)[0].tolist() == [3, 7, 60]
    assert index.search(one, 6)[0].tolist() == [3, 7, 60, 90, 15, 40]
    assert index.search(other, 3, np.arange(91) > 7)[0].tolist() == [15, 40, 60]


@pytest.mark.parametrize("name", list(masks()))
@pytest.mark.parametrize("k", [10, 100])
def test_above_the_threshold_recall_stays_high_and_cosines_exact(compressed: VectorIndex, exact: VectorIndex, name: str, k: int) -> None:
    allowed = masks()[name]
    kept = 0
    queries = clustered(30, 9)
    for query in queries:
        expected, _ = exact.search(query, k, allowed)
        found, scores = compressed.search(query, k, allowed)
        assert len(set(found.tolist())) == len(found) == len(expected)
        assert allowed is None or allowed[found].all()
        np.testing.assert_allclose(scores, compressed.cosines(query, found), atol=1e-6)
        assert (np.diff(scores) <= 0).all()
        kept += len(np.intersect1d(found, expected))
        if name in ("few", "none"):
            np.testing.assert_array_equal(found, expected, err_msg="few allowed units are looked at one by one")
    assert kept >= 0.97 * len(queries) * len(exact.search(queries[0], k, allowed)[0])


def test_a_filter_that_leaves_few_near_units_still_finds_them(compressed: VectorIndex, vectors: FLOATS, rows: NDArray[np.int64]) -> None:
    """The allowed units are the farthest from the query: no cut before the filter would keep any of them."""
    query = vectors[0]
    farthest = brute_force(vectors, rows, -query, 600, None)
    allowed = np.zeros(2 * COUNT, dtype=np.bool_)
    allowed[farthest] = True
    found, _ = compressed.search(query, 600, allowed)
    assert sorted(found.tolist()) == sorted(farthest)
    near = set(compressed.search(query, 100, allowed)[0].tolist())
    assert near <= set(farthest)
    assert len(near & set(brute_force(vectors, rows, query, 100, allowed))) >= 50, "though they are equally far"


@pytest.mark.parametrize("name", ["exact", "compressed"])
def test_rows_give_their_vectors_and_cosines(request: pytest.FixtureRequest, name: str, vectors: FLOATS, rows: NDArray[np.int64]) -> None:
    index: VectorIndex = request.getfixturevalue(name)
    assert index.size == COUNT
    absent = np.setdiff1d(np.arange(2 * COUNT), rows)[:3]
    asked = np.concatenate((rows[5:8], absent, rows[:2], [10 * COUNT], rows[:1]))
    expected = np.concatenate((vectors[5:8], np.zeros((3, DIMENSION)), vectors[:2], np.zeros((1, DIMENSION)), vectors[:1]))
    np.testing.assert_array_equal(index.vectors(asked), expected)
    cosines = index.cosines(vectors[6], asked)
    np.testing.assert_allclose(cosines, np.where(expected.any(axis=1), expected @ vectors[6], np.nan), atol=1e-6)
    assert cosines[1] == pytest.approx(1)
    found = index.vectors(rows[:1])
    found[:] = 0
    np.testing.assert_array_equal(index.vectors(rows[:1]), vectors[:1], err_msg="a copy is given away")


@given(st.lists(st.integers(0, 40), unique=True, max_size=12), st.integers(0, 14), st.data())
def test_any_rows_any_mask_any_k(tmp_path_factory: pytest.TempPathFactory, numbers: list[int], k: int, data: st.DataObject) -> None:
    rows = np.array(numbers, dtype=np.int64)
    # Few directions, so that many cosines tie.
    vectors = np.eye(4, dtype=np.float32)[[number % 3 for number in numbers]].reshape(-1, 4)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=41, max_size=41)))
    folder = tmp_path_factory.mktemp("any")
    build_index(vectors, rows, folder)
    query = unit(np.array([0.5, 0.25, 0.125, 0], dtype=np.float32))
    for mask in (None, allowed):
        assert open_index(folder).search(query, k, mask)[0].tolist() == brute_force(vectors, rows, query, k, mask)


def test_an_index_without_vectors_answers(tmp_path: Path) -> None:
    build_index(np.empty((0, 8), dtype=np.float32), np.empty(0, dtype=np.int64), tmp_path)
    index = open_index(tmp_path)
    query = np.ones(8, dtype=np.float32)
    assert index.size == 0
    assert index.search(query, 5)[0].tolist() == index.search(query, 5, np.ones(3, dtype=np.bool_))[0].tolist() == []
    assert np.isnan(index.cosines(query, np.arange(2))).all()
    assert index.vectors(np.arange(2)).tolist() == np.zeros((2, 8)).tolist()


def test_equal_content_gives_equal_files_whatever_the_order(
    vectors: FLOATS, rows: NDArray[np.int64], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faiss_index, "FLAT_UP_TO", 500)
    build_index(vectors, rows, tmp_path / "a")
    build_index(vectors[::-1], rows[::-1], tmp_path / "b")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["cells.faiss", "exact.faiss", "rows.npy"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_a_rebuilt_index_leaves_no_cells_of_the_old(tmp_path: Path, vectors: FLOATS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_index, "FLAT_UP_TO", 500)
    build_index(vectors, np.arange(COUNT), tmp_path)
    build_index(vectors[:100], np.arange(100), tmp_path)
    assert open_index(tmp_path).search(vectors[7], 1, None)[1][0] == pytest.approx(1)
    with pytest.raises(ValueError, match="3 rows"):
        build_index(vectors[:2], np.arange(3), tmp_path)


def test_damaged_or_mixed_files_are_refused(tmp_path: Path, vectors: FLOATS) -> None:
    build_index(vectors[:50], np.arange(50), tmp_path / "a")
    build_index(vectors[:60], np.arange(60), tmp_path / "b")
    (tmp_path / "b" / "rows.npy").replace(tmp_path / "a" / "rows.npy")
    with pytest.raises(GenerationUnreadable, match="do not belong together"):
        open_index(tmp_path / "a")
    with pytest.raises(GenerationUnreadable, match="publish the data again"):
        open_index(tmp_path / "b")
    exact = tmp_path / "a" / "exact.faiss"
    exact.write_bytes(exact.read_bytes()[:100])
    with pytest.raises(GenerationUnreadable):
        open_index(tmp_path / "a")
