"""Filters and facets of labels, compared with plain Python over the same rows."""

import math
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.hierarchy import build_hierarchy
from search.columns.extract import EVERYTHING, carry_over, nothing
from search.columns.labels import FIELDS, LabelColumns, derive_labels
from search.filters import Filters
from search.masks import Ground, labeled_documents
from search.tables.schema import TABLES

CONCEPTS = {"car": 0, "vehicle": 1, "thing": 2, "dog": 3}
HIERARCHY = build_hierarchy(np.array([0, 1, 2]), np.array([1, 2, 0]), 4)
"""A car is a vehicle, a vehicle a thing, and, by mistake, a thing a car."""
ROWS = [
    # document, concept, job, agent, status, confidence, attributes, counted
    (7, "car", "boxes", "human", "labeled", 0.9, "color: red\nold: yes", True),
    (7, "dog", "boxes", "human", "labeled", 0.4, "color: blue", True),
    (5, "dog", "scene", "machine", "labeled", None, "", True),
    (5, None, "boxes", "human", "failed", None, "", False),
    (6, "car", "boxes", "worker-1", "answer", 31.0, "", False),
]
PLACES = np.array([-1, -1, -1, -1, -1, 0, 1, 2])
"""Row of the catalog → document: 5, 6, 7 are documents 0, 1, 2."""
CODES: dict[str, dict[str, int]] = {}
"""Field → value → code, as the fixture entered them."""


@pytest.fixture(scope="module")
def labels() -> LabelColumns:
    db = sqlite3.connect(":memory:")
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute("CREATE TABLE dictionary (field, code, value, label)")
    for row in (5, 6, 7):
        item = (row, f"item-{row}", f"item-{row}", b"0" * 16)
        db.execute(
            "INSERT INTO documents (row, batch, id, record, run, dataset, kind, type, title, dated, status, media_type, source, line,"
            " digest) VALUES (?, 1, ?, ?, '', 'd', '', '', '', '', '', '', '', 0, ?)",
            item,
        )
    for row, concept, job, agent, status, number, said, counted in ROWS:
        relation = "answer" if status == "answer" else "label"
        db.execute(
            "INSERT INTO facts (batch, record, dataset, label, assertion, source, line, subject, relation, concept, job, agent, status,"
            " number, attributes, counted) VALUES (1, ?1, 'd', '', '', '', 0, ?1, ?, ?, ?, ?, ?, ?, ?, ?)",
            (f"item-{row}", relation, concept, job, agent, status, number, said, counted),
        )
    extract = carry_over(db, nothing(), EVERYTHING)
    ordinals = extract.table(lambda text: CONCEPTS[text], extract.facts.concepts)
    found = derive_labels(db, extract, PLACES, ordinals)
    CODES.update({name: dict(db.execute("SELECT value, code FROM dictionary WHERE field = ?", (name,))) for name in FIELDS})
    return found


def allowed(labels: LabelColumns, filters: Filters) -> list[int] | None:
    def codes(field: str, values: Iterable[str]) -> list[int]:
        known = CONCEPTS if field == "concept" else CODES[field]
        return sorted(known[value] for value in values if value in known)

    mask = labeled_documents(filters, Ground(labels, HIERARCHY, codes), 3)
    return None if mask is None else np.flatnonzero(mask).tolist()


def expected(filters: Filters) -> list[int]:
    below = {
        "car": {"car", "thing", "vehicle"},
        "vehicle": {"car", "vehicle", "thing"},
        "thing": {"car", "vehicle", "thing"},
        "dog": {"dog"},
    }
    found: list[set[int]] = []
    for wanted in [below[concept] for concept in filters.concepts] or [None]:
        found.append(set())
        for row, concept, job, agent, status, number, said, _ in ROWS:
            score = math.nan if number is None or status == "answer" else float(np.float32(number))
            if (
                (not filters.jobs or job in filters.jobs)
                and (not filters.agents or agent in filters.agents)
                and (not filters.states or status in filters.states)
                and (not filters.attributes or set(said.split("\n")) & set(filters.attributes))
                and (filters.confidence_from is None or score >= np.float32(filters.confidence_from))
                and (filters.confidence_to is None or score <= np.float32(filters.confidence_to))
                and (wanted is None or concept in wanted)
            ):
                found[-1].add(row - 5)
    return sorted(set.intersection(*found))


@given(
    st.lists(st.sampled_from(["boxes", "scene", "no"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["human", "machine", "worker-1"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["labeled", "failed", "answer"]), max_size=2, unique=True),
    st.lists(st.sampled_from(["color: red", "color: blue", "none"]), max_size=2, unique=True),
    st.sampled_from([None, 0.4, 0.5]),
    st.sampled_from([None, 0.4, 0.9]),
    st.lists(st.sampled_from(["car", "vehicle", "dog"]), max_size=2, unique=True),
)
def test_filters_hold_for_one_label_at_a_time(labels, jobs, agents, states, attributes, low, high, concepts) -> None:
    filters = Filters(
        concepts=concepts, jobs=jobs, agents=agents, states=states, attributes=attributes, confidence_from=low, confidence_to=high
    )
    if not any((jobs, agents, states, attributes, low is not None, high is not None)):
        assert allowed(labels, filters) is None
    else:
        assert allowed(labels, filters) == expected(filters)


@pytest.mark.parametrize("sparse", [0, 64])
def test_counts_are_of_documents_or_of_their_texts(labels, monkeypatch, sparse) -> None:
    monkeypatch.setattr("search.counting._SPARSE", sparse)
    labels = replace(labels)  # what it counted before is not taken along
    for found, texts in product(product([False, True], repeat=3), (None, (0, 1, 1), (4, 4, 4))):
        mask, of = np.array(found), texts or (0, 1, 2)
        for name, place in (("job", 2), ("agent", 3), ("state", 4)):
            having = {value: len({of[row[0] - 5] for row in ROWS if row[place] == value and found[row[0] - 5]}) for value in CODES[name]}
            counts = labels.counts(name, mask, None if texts is None else np.array(texts, dtype=np.int32))
            assert {value: int(counts[code]) if code < len(counts) else 0 for value, code in CODES[name].items()} == having


def test_rows_are_by_document(labels) -> None:
    assert labels.documents.tolist() == [0, 0, 1, 2, 2]
    assert labels.counted.tolist() == [0, 1, 0, 1, 1]
    assert [CONCEPTS["car"], CONCEPTS["dog"]] == labels.concepts[labels.documents == 2].tolist()
    red = labels.attribute_rows[labels.attributes == CODES["attribute"]["color: red"]]
    assert labels.concepts[red].tolist() == [CONCEPTS["car"]]
