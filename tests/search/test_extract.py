"""What generations take over from one another as arrays is what the catalog holds."""

import hashlib
import random
import shutil
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from search.columns import segments
from search.columns.extract import EVERYTHING, Extract, carry_over, nothing
from search.columns.segments import open_extract, open_segments
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder
from search.lexical import UnitWords, cut_words, open_words, save_words, taken_over, words
from search.lexical.analysis import ANALYSIS, tokenize
from search.passages import split
from search.reading.documents import one_by_one
from search.spoken import spoken_of
from search.tables.catalog_file import read_only
from tests.search.clinic import Clinic, build, make_clinic


def read_whole(generation: Path) -> Extract:
    """The extract of a generation's catalog, read row by row."""
    with closing(read_only(generation / "catalog.sqlite")) as db:
        return carry_over(db, nothing(), EVERYTHING)


def cut_whole(generation: Path) -> UnitWords:
    """The words of a generation's units, cut from its catalog."""
    with closing(read_only(generation / "catalog.sqlite")) as db:
        rows = db.execute("SELECT text, coalesce(spoken, '') FROM units ORDER BY key").fetchall()
    return cut_words((text for text, _ in rows), (spoken for _, spoken in rows))


def assert_same_words(one: UnitWords, other: UnitWords) -> None:
    for each in fields(one):
        np.testing.assert_array_equal(getattr(one, each.name), getattr(other, each.name), each.name)


def assert_same(one: Extract, other: Extract) -> None:
    assert list(one.texts) == list(other.texts)
    for name in ("documents", "passages", "mentions", "facts"):
        rows, others = getattr(one, name), getattr(other, name)
        for each in fields(rows):
            np.testing.assert_array_equal(getattr(rows, each.name), getattr(others, each.name), f"{name}.{each.name}")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_taken_over_is_what_the_catalog_holds(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Histories of additions, replacements, removals and readings, in any order, folded seldom or soon."""
    monkeypatch.setattr(segments, "_LEAST", (1000, 30)[seed // 2 % 2])
    drawn = random.Random(seed)
    pool = [make_clinic(seed=number, patients=4, dataset=f"clinic{number % 2}") for number in range(4)]
    build(pool[0], tmp_path)
    for number in range(2, 7):
        with GenerationBuilder(tmp_path / f"g{number - 1}", tmp_path / f"g{number}", number, share=seed % 2 == 0) as builder:
            for _ in range(drawn.randrange(4)):
                some = drawn.choice(pool)
                documents = drawn.sample(some.documents, drawn.randrange(6))
                facts = [fact for fact in some.facts if drawn.random() < 0.4]
                step = drawn.randrange(4)
                if step == 0:
                    builder.remove({each.record for each in (*documents, *facts)})
                elif step == 1:
                    anew = [replace(each, title=f"Anew {number}", mentions=each.mentions[:1]) for each in documents]
                    builder.add_documents(anew, "run-2")
                    builder.add_facts(replace(fact, status=f"s{number}") for fact in facts)
                elif step == 2:
                    builder.add_facts(facts)
                    builder.set_concepts("clinic0", some.uses("clinic0"))
                else:
                    builder.read(f"clinic{drawn.randrange(2)}", one_by_one)
            if drawn.random() < 0.15:
                builder.drop_dataset("clinic1")
            builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
        kept = open_extract(tmp_path / f"g{number}" / "extract")
        assert kept is not None
        assert_same(kept, read_whole(tmp_path / f"g{number}"))
        words = open_words(tmp_path / f"g{number}" / "words")
        assert words is not None
        assert_same_words(words, cut_whole(tmp_path / f"g{number}"))


@pytest.mark.parametrize("seed", range(20))
def test_words_of_two_sets_of_texts_are_those_of_all(seed: int) -> None:
    drawn = random.Random(seed)
    texts = [
        " ".join(drawn.choices(["No", "pain", "cough", "denies", "fever", "mother", "had", "gout"], k=drawn.randrange(7)))
        for _ in range(30)
    ]
    spoken = [spoken_of(text) for text in texts]
    before = drawn.sample(range(30), 14)
    kept = np.asarray(sorted(drawn.sample(range(14), 9)))
    places = np.asarray([before[each] for each in kept.tolist()])
    others = np.setdiff1d(np.arange(30), places)
    one = cut_words([texts[each] for each in before], [spoken[each] for each in before])
    other = cut_words([texts[each] for each in others], [spoken[each] for each in others])
    assert_same_words(taken_over(one, kept, places, other, others), cut_words(texts, spoken))


def test_whoever_cuts_words_otherwise_raises_the_number_of_the_analysis() -> None:
    """Words that were cut are kept from one publication to the next."""
    texts = [
        "Étude of TNF-α, oedema & IL-6: 1,000 mg q.d.",
        "No chest pain; heart-attack's ﬁrst signs…",
        "ＭＲＩ of the knee, hospitalised 2×",
        "naïve T2DM/HTN",
    ]
    cut = hashlib.sha256(repr([tokenize(text) for text in texts]).encode()).hexdigest()[:16]
    assert (ANALYSIS, cut) == (1, "05f057c1f3678232"), "raise ANALYSIS in search/lexical/analysis.py, and state the new digest here"


def test_words_cut_by_another_analysis_are_cut_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_words(cut_words(["cough"]), tmp_path)
    assert open_words(tmp_path) is not None
    monkeypatch.setattr(words, "ANALYSIS", ANALYSIS + 1)
    assert open_words(tmp_path) is None


def test_what_was_deleted_is_not_kept(tmp_path: Path) -> None:
    clinic = make_clinic(patients=3)
    text = "Quixotic cough."
    victim = replace(
        clinic.documents[0], patient_label="Zyxomma", type="Petiolatum", text=text, passages=split(text, "Petiolatum"), mentions=()
    )
    clinic.documents[0] = victim
    build(clinic, tmp_path)
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2) as builder:
        builder.remove([victim.record])
        builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
    before, after = (open_extract(tmp_path / name / "extract") for name in ("g1", "g2"))
    assert before is not None and {"Zyxomma", "Petiolatum", victim.record} <= set(before.texts)
    assert after is not None and not {"Zyxomma", "Petiolatum", victim.record} & set(after.texts)
    said, left = (open_words(tmp_path / name / "words") for name in ("g1", "g2"))
    assert said is not None and left is not None and "quixot" in said.vocabulary and "quixot" not in left.vocabulary


@pytest.mark.parametrize("damage", ["gone", "cut", "of another catalog"])
def test_without_an_extract_that_fits_the_catalog_is_read_whole(damage: str, tmp_path: Path) -> None:
    """As of a generation of an earlier version, which has none."""
    clinic = make_clinic(patients=5)
    build(clinic, tmp_path)
    held = tmp_path / "g1" / "extract" / "base"
    if damage == "gone":
        shutil.rmtree(held)
    elif damage == "cut":
        (held / "facts_concepts.npy").write_bytes((held / "facts_concepts.npy").read_bytes()[:40])
    else:
        build(Clinic(clinic.documents[:4]), tmp_path / "other")
        shutil.rmtree(held)
        shutil.copytree(tmp_path / "other" / "g1" / "extract" / "base", held)
    build(make_clinic(patients=7, seed=2), tmp_path, number=2, previous=tmp_path / "g1")
    kept = open_extract(tmp_path / "g2" / "extract")
    assert kept is not None
    assert_same(kept, read_whole(tmp_path / "g2"))


def test_a_generation_writes_the_rows_that_changed_and_links_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic(patients=6)
    build(clinic, tmp_path)
    for number in range(2, 8):
        monkeypatch.setattr(segments, "_LEAST", 0 if number == 6 else 1000)
        monkeypatch.setattr(segments, "_SHARE", 1000 if number == 6 else 8)
        with GenerationBuilder(tmp_path / f"g{number - 1}", tmp_path / f"g{number}", number, share=number != 4) as builder:
            if number == 3:  # the last ones go: their numbers are given again
                builder.remove([clinic.facts[-1].record, clinic.documents[-1].record])
            else:
                builder.add_documents([replace(clinic.documents[-1], title=f"Anew {number}")], "run-2")
                builder.add_facts([replace(clinic.facts[-1], status=f"s{number}")])
            builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
        held = open_segments(tmp_path / f"g{number}" / "extract")
        assert held is not None
        assert_same(held.whole, read_whole(tmp_path / f"g{number}"))
        before, base = (tmp_path / f"g{each}" / "extract" / "base" / "texts.json" for each in (number - 1, number))
        shared = number not in (4, 6)
        assert base.samefile(before) == shared and (held.more.rows > 0) == (shared and number != 3)
        assert bool(len(held.gone_facts)) == shared


@pytest.mark.parametrize("file", ["gone_facts.npy", "facts_concepts.npy"])
def test_without_what_changed_a_base_is_not_taken_for_all(file: str, tmp_path: Path) -> None:
    clinic = make_clinic(patients=3)
    build(clinic, tmp_path)
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2, share=True) as builder:
        builder.add_facts([replace(clinic.facts[0], status="anew")])
        builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
    (tmp_path / "g2" / "extract" / "more" / file).unlink()
    assert open_extract(tmp_path / "g2" / "extract") is None


def test_things_that_several_facts_code_begin_once(tmp_path: Path) -> None:
    clinic = make_clinic(patients=2)
    fact = next(fact for fact in clinic.facts if fact.relation == "condition")
    coded = [replace(fact, concept=f"urn:code:{number}") for number in range(3)]
    other = replace(fact, label="Another thing")
    label = replace(fact, record="urn:label", relation="label", subject="urn:item")
    build(Clinic([], [*coded, other, label, label]), tmp_path)
    facts = read_whole(tmp_path / "g1").facts
    assert facts.first.tolist() == [True, False, False, True, True, True]
    assert len(np.unique(facts.groups)) == 2
