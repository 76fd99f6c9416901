"""Which values of a facet are shown: the most frequent, and the concepts that tell most of a question."""

import math
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from concepts.hierarchy import no_hierarchy
from search.columns.concepts import ConceptTable, gather
from search.columns.documents import WAYS, Columns
from search.hits.facets import BEST, SHOWN, count_facets, most_frequent, most_telling
from search.model import Filters


def columns_of(having: dict[int, set[int]], documents: int, concepts: int) -> Columns:
    """Columns in which document d has the concepts `having[d]`; one dataset, one type, every document of 2000."""
    pairs = [(document, concept) for document in range(documents) for concept in sorted(having.get(document, ()))]
    inverse = sorted((concept, document) for document, concept in pairs)
    zeros = np.zeros(documents, dtype=np.int32)
    empty, unknown = np.empty(0, dtype=np.int32), (zeros - 1, zeros - 1, zeros - 1)

    def table(rows: list[tuple[int, int]], count: int) -> tuple[Any, Any]:
        return np.searchsorted([row for row, _ in rows], np.arange(count + 1)), np.array([value for _, value in rows], dtype=np.int32)

    return Columns(
        np.arange(documents), zeros, zeros, zeros, zeros + 20000101, zeros + 20000101, *unknown, np.arange(documents, dtype=np.int32),
        np.empty((0, 16), dtype=np.uint8), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64),
        *table(pairs, documents), *table(inverse, concepts), np.zeros(1, dtype=np.int64), empty, empty,
        np.bincount([concept for _, concept in pairs], minlength=concepts).astype(np.int32), no_hierarchy(concepts),
        no_ways(documents, concepts),
    )  # fmt: skip


def no_ways(documents: int, concepts: int) -> dict[str, ConceptTable]:
    """Texts that say nothing."""
    none, offsets = np.empty(0, dtype=np.int32), (np.zeros(count + 1, dtype=np.int64) for count in (documents, concepts))
    by_document, by_concept = offsets
    table = ConceptTable(by_document, none, by_concept, none, np.arange(documents, dtype=np.int32), no_hierarchy(concepts))
    return dict.fromkeys(WAYS, table)


def counts_of(columns: Columns, found: list[int]) -> Any:
    return np.bincount(gather(columns.document_concept_offsets, columns.document_concepts, np.array(found, dtype=np.int64)))


CATALOG: Any = SimpleNamespace(
    codes=lambda field, values: sorted(int(value) for value in values if value.isdigit()),
    values=lambda field, codes: {code: (str(code), f"{field} {code}") for code in codes},
)


def test_what_every_note_has_tells_less_than_what_the_best_have() -> None:
    # Of 100 documents all have vital signs (0), the ten best gout (1), every other one a fever (2), the last one asthma (3).
    having = {d: {0} | ({1} if d < 10 else set()) | ({2} if d % 2 else set()) | ({3} if d == 99 else set()) for d in range(100)}
    columns = columns_of(having, 100, 4)
    found = list(range(100))
    assert most_telling(counts_of(columns, found[:10]), 10, columns, counts_of(columns, found)) == [1, 0, 2, 3]
    # Of the best 50, ten have gout, twice as many as of all; 25 have a fever and all vital signs, no more than of all.
    facets = count_facets(np.array(found), np.array(found), columns, CATALOG, Filters(), ranked=True)
    assert [(v.value, v.count) for v in facets["concept"]] == [("1", 10), ("0", 100), ("2", 50), ("3", 1)]
    browsed = count_facets(np.array(found), np.array(found), columns, CATALOG, Filters())
    assert [(v.value, v.count) for v in browsed["concept"]] == [("0", 100), ("2", 50), ("1", 10), ("3", 1)]


def test_only_the_best_decide_and_chosen_concepts_are_kept() -> None:
    # Concept 1 is only just beyond the best, concept 2 in one of them; each is in one document of a hundred.
    columns = columns_of({BEST: {1}, BEST - 1: {2}}, 100, 20)
    facets = count_facets(np.arange(100), np.arange(100), columns, CATALOG, Filters(concepts=("7", "nobody")), ranked=True)
    assert [(v.value, v.count) for v in facets["concept"]] == [("2", 1), ("1", 1), ("7", 0), ("nobody", 0)]


having_of = st.dictionaries(st.integers(0, 29), st.sets(st.integers(0, 19)), min_size=1)


@given(having_of, st.lists(st.integers(0, 29), unique=True, min_size=1), st.integers(1, 8))
def test_most_telling_by_its_formula(having: dict[int, set[int]], found: list[int], best: int) -> None:
    columns = columns_of(having, 30, 20)
    counts, best = counts_of(columns, found), min(best, len(found))

    def place(concept: int) -> tuple[float, int, int]:
        among = sum(concept in having.get(d, ()) for d in found[:best])
        everywhere = sum(concept in held for held in having.values()) / 30
        weight = among * max(math.log(among / best / everywhere), 0) if among else 0
        return -round(weight, 9), -int(counts[concept]), concept

    present = {concept for document in found for concept in having.get(document, ())}
    telling = most_telling(counts_of(columns, found[:best]), best, columns, counts)
    assert len(telling) == min(len(present), SHOWN) and set(telling) <= present
    assert [place(c) for c in telling] == sorted(map(place, present))[:SHOWN]


@given(having_of, st.lists(st.integers(0, 9), min_size=30, max_size=30), st.sets(st.integers(0, 29), min_size=1))
def test_a_text_counts_once_for_a_concept_whichever_copy_has_it(having: dict[int, set[int]], texts: list[int], asked: set[int]) -> None:
    columns = replace(columns_of(having, 30, 20), copies=np.array(texts, dtype=np.int32))
    found = sorted(asked)
    shown = sorted({texts[document]: document for document in reversed(found)}.values())
    counts = columns.having.counts_of_texts(np.array(found), np.array(shown))
    of_texts = {(texts[document], concept) for document in found for concept in having.get(document, ())}
    assert {int(c): int(counts[c]) for c in np.flatnonzero(counts)} == dict(Counter(concept for _, concept in of_texts))


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 12))
def test_most_frequent_is_a_sort(values: list[int], limit: int) -> None:
    expected = sorted((code for code, count in enumerate(values) if count), key=lambda code: (-values[code], code))
    assert most_frequent(np.array(values, dtype=np.int64), limit) == expected[:limit]
