"""Columns compared with plain Python."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.hierarchy import build_hierarchy
from search.columns.concepts import ConceptTable, compress, gather, lengths
from search.columns.documents import day_interval, day_intervals

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


@given(pairs=PAIRS, kinds=st.lists(st.tuples(st.integers(0, 31), st.integers(0, 31)), max_size=12), asked=st.sets(st.integers(0, 7)))
@pytest.mark.parametrize("stated", [False, True])
def test_concepts_are_counted_alike_for_few_documents_and_for_many(
    stated: bool, pairs: list[tuple[int, int]], kinds: list[tuple[int, int]], asked: set[int]
) -> None:
    documents, concepts = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    offsets, values = compress(documents, concepts, 8)
    concept_offsets, having = compress(concepts, documents, 32)
    low, high = (np.array([k[i] for k in kinds if stated], dtype=np.int64) for i in (0, 1))
    hierarchy = build_hierarchy(low, high, 32)
    copies = np.arange(8, dtype=np.int32)
    table = ConceptTable(offsets, values.astype(np.int32), concept_offsets, having.astype(np.int32), copies, hierarchy)
    counts = table.counts(np.array(sorted(asked), dtype=np.int64))
    below = {c: set(hierarchy.with_narrower([c]).tolist()) for c in range(32)}
    expected = {c: n for c in range(32) if (n := len({d for d, each in pairs if each in below[c] and d in asked}))}
    assert {c: int(counts[c]) for c in np.flatnonzero(counts)} == expected
    for concept in range(32):
        mask = table.mask([concept])
        assert set(np.flatnonzero(mask).tolist()) == {d for d, each in pairs if each in below[concept]}


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


@given(st.lists(st.one_of(st.dates().map(str), st.text("0123456789-T:é²٣", max_size=12), st.just("2019-05-03T10:00:00Z"))))
def test_dates_together_are_read_as_one_by_one(dates: list[str]) -> None:
    first, last = day_intervals(dates)
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [day_interval(date) for date in dates]


def test_most_frequent_codes() -> None:
    from search.hits.facets import most_frequent

    chance = random.Random(3)
    for _ in range(50):
        counts = np.array([chance.randint(0, 5) for _ in range(chance.randint(0, 30))], dtype=np.int64)
        expected = sorted((c for c in range(len(counts)) if counts[c]), key=lambda c: (-counts[c], c))[:4]
        assert most_frequent(counts, 4) == expected


def test_what_nearly_every_document_has_tells_least() -> None:
    from search.columns.documents import Columns
    from search.hits.facets import most_telling

    # Of 100 documents 90 have concept 0 (say, blood pressure), 10 concept 1, 40 concept 2, 3 concept 3, which nothing found has.
    columns = SimpleNamespace(concept_spread=np.array([90, 10, 40, 3]), documents=100)
    counts, best = np.array([60, 10, 30]), np.array([20, 9, 6])
    assert most_telling(best, 20, cast(Columns, columns), counts) == [1, 0, 2]
    # Concept 2 is rarer among the best than anywhere; concept 0 only as common as anywhere: then counts decide.
    assert most_telling(np.array([18, 1]), 20, cast(Columns, columns), counts) == [0, 2, 1]
    # What is found but not among the best still comes last.
    assert most_telling(np.array([0, 0, 1]), 1, cast(Columns, columns), counts) == [2, 0, 1]


def test_missing_columns_say_what_to_do(tmp_path: Path) -> None:
    from search.columns.documents import open_columns
    from search.errors import GenerationUnreadable

    with pytest.raises(GenerationUnreadable, match="ingest again"):
        open_columns(tmp_path)
