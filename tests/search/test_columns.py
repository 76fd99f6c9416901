"""Columns compared with plain Python."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.columns import compress, day_interval, gather, lengths

PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 30)), max_size=40)


@given(PAIRS)
def test_compress_keeps_distinct_pairs_in_order(pairs: list[tuple[int, int]]) -> None:
    rows, values = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    offsets, kept = compress(rows, values, 8)
    for row in range(8):
        assert kept[offsets[row] : offsets[row + 1]].tolist() == sorted({v for r, v in pairs if r == row})


@given(PAIRS, st.lists(st.integers(0, 7), max_size=10))
def test_gather_lays_rows_end_to_end(pairs: list[tuple[int, int]], asked: list[int]) -> None:
    rows, values = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    offsets, kept = compress(rows, values, 8)
    wanted = np.array(asked, dtype=np.int64)
    expected = [v for row in asked for v in sorted({v for r, v in pairs if r == row})]
    assert gather(offsets, kept.astype(np.int32), wanted).tolist() == expected
    assert lengths(offsets, wanted).sum() == len(expected)


@pytest.mark.parametrize(
    ("date", "interval"),
    [
        ("2019", (20190000, 20199999)),
        ("2019-05", (20190500, 20190599)),
        ("2019-05-03", (20190503, 20190503)),
        ("2019-05-03T10:00:00-05:00", (20190503, 20190503)),
        (None, (0, 0)),
        ("", (0, 0)),
        ("unknown", (0, 0)),
        ("19-5-3", (0, 0)),
        ("²⁰¹⁹", (0, 0)),
    ],
)
def test_partial_dates_are_intervals(date: str | None, interval: tuple[int, int]) -> None:
    assert day_interval(date) == interval


def test_most_frequent_codes() -> None:
    from search.facets import most_frequent

    chance = random.Random(3)
    for _ in range(50):
        counts = np.array([chance.randint(0, 5) for _ in range(chance.randint(0, 30))], dtype=np.int64)
        expected = sorted((c for c in range(len(counts)) if counts[c]), key=lambda c: (-counts[c], c))[:4]
        assert most_frequent(counts, 4) == expected


def test_missing_columns_say_what_to_do(tmp_path: Path) -> None:
    from search.columns import open_columns
    from search.errors import GenerationUnreadable

    with pytest.raises(GenerationUnreadable, match="ingest again"):
        open_columns(tmp_path)
