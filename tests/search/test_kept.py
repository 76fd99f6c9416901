"""Generations that take over what the one before has of documents and texts: as one that is built anew, whatever changes of facts."""

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.columns import derivation
from search.columns.documents import SAYING
from search.columns.ordered import Documents, order_documents
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder
from search.model import Fact
from search.tables.catalog_file import CATALOG, read_only
from tests.search.clinic import CONDITIONS, Clinic, FakeEmbedder, build, condition, make_clinic, opened
from tests.search.test_generation import assert_same_columns

TABLES = ("concepts", "names", "dictionary", "codings", "coded_together", "datasets", "allergens")


def derived(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the derived tables, and what the indexes of names find."""
    with closing(read_only(folder / CATALOG)) as db:
        found = {table: sorted(db.execute(f"SELECT * FROM {table}").fetchall()) for table in TABLES}
        for index in ("name_words", "name_stems"):
            for word in ("hypertension", "gout", "glucose", "breast", "mg", "asthma"):
                found[f"{index} {word}"] = db.execute(f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY 1", (word,)).fetchall()
    return found


def measured(clinic: Clinic, dice: random.Random) -> list[Fact]:
    """An observation beside each fact."""
    return [
        replace(
            fact,
            record=f"{fact.record}-o",
            relation="observation",
            concept=condition("Gout"),
            label="Glucose",
            number=float(dice.randrange(50, 300)),
            unit=dice.choice(("mg/dL", "mmol/L", "")),
        )
        for fact in clinic.facts
    ]


def differently(fact: Fact, dice: random.Random) -> Fact:
    """The fact as a corrected record has it."""
    name = dice.choice(CONDITIONS)
    changes: list[Callable[[], Fact]] = [
        lambda: replace(fact, concept=condition(name), label=name),
        lambda: replace(fact, counted=not fact.counted),
        lambda: replace(fact, start="2031-01-05"),
        lambda: replace(fact, label=f"{fact.label} again"),
        lambda: replace(fact, relation="allergy"),
        lambda: replace(fact, number=1234.0, unit="g"),
        lambda: replace(fact, concept="urn:other/7", label="Something new"),
        lambda: replace(fact, encounter=None),
    ]
    return dice.choice(changes)()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_taken_over_is_what_would_be_derived(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    clinic, embedder = make_clinic(seed), FakeEmbedder() if seed % 2 else None
    clinic.facts += measured(clinic, dice)
    build(clinic, tmp_path, embedder=embedder)
    for number in range(2, 6):
        before = f"g{number - 1}"
        with GenerationBuilder(tmp_path / before, tmp_path / f"g{number}", number, share=True) as builder:
            changed = dice.sample(clinic.facts, dice.randrange(3))
            builder.remove([fact.record for fact in changed])
            clinic.facts = [fact for fact in clinic.facts if fact not in changed]
            again = [differently(fact, dice) for fact in changed if dice.random() < 0.8]
            clinic.facts += again
            builder.add_facts(again)
            if dice.random() < 0.2:
                gone = dice.choice(clinic.documents).record
                clinic = clinic.without({gone})
                builder.remove([gone])
            if dice.random() < 0.2:
                clinic.patients[0] = replace(clinic.patients[0], sex="other", born=f"19{number}0-02-03")
                builder.add_patients(clinic.patients[:1])
            builder.set_concepts("clinic", clinic.uses("clinic"))
            builder.finish(embedder, EmbeddingCache(tmp_path / "vectors.sqlite"))
        build(clinic, tmp_path, number=100 + number, embedder=embedder)
        with opened(tmp_path / f"g{number}") as shared, opened(tmp_path / f"g{100 + number}") as whole:
            assert_same_columns(shared.columns, whole.columns)
            for way in SAYING:
                np.testing.assert_array_equal(shared.columns.said[way].documents, whole.columns.said[way].documents, way)
            assert derived(shared.path) == derived(whole.path)


def test_a_changed_fact_leaves_documents_and_texts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic()
    build(clinic, tmp_path)
    ordered: list[tuple[Any, ...]] = []

    def order(*given: Any) -> Documents:
        ordered.append(given)
        return order_documents(*given)

    monkeypatch.setattr(derivation, "order_documents", order)
    changes: tuple[tuple[int, Callable[[GenerationBuilder], None]], ...] = (
        (2, lambda builder: builder.add_facts([replace(clinic.facts[0], counted=not clinic.facts[0].counted)])),
        (3, lambda builder: builder.add_patients([replace(clinic.patients[0], born="1950")])),
        (4, lambda builder: builder.add_documents([replace(clinic.documents[0], title="Otherwise")], "run-2")),
    )
    for number, change in changes:
        with GenerationBuilder(tmp_path / f"g{number - 1}", tmp_path / f"g{number}", number, share=True) as builder:
            change(builder)
            builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
        assert len(ordered) == number - 2
