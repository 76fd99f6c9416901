"""Builds compared with what went in: nothing lost, nothing left, and one result whatever the history."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.columns.documents import WAYS, Columns
from search.columns.labels import LabelColumns
from search.columns.results import ARRAYS
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable
from search.generation import Generation, GenerationBuilder
from search.model import SearchRequest
from search.retriever import Retriever
from tests.search.clinic import Clinic, FakeEmbedder, build, make_clinic, opened


def catalog_content(generation: Generation, clinic: Clinic) -> tuple[object, ...]:
    """Everything the catalog says about the clinic's things."""
    catalog = generation.catalog
    concepts = sorted({f.concept for f in clinic.facts if f.concept})
    return (
        tuple(catalog.document(d.id) for d in clinic.documents),
        tuple(catalog.facts_of_patient(p.id) for p in clinic.patients),
        catalog.patients(limit=1000),
        tuple(catalog.concept(c) for c in concepts),
        catalog.datasets(),
    )


def assert_same_columns(a: Columns, b: Columns) -> None:
    for name in LabelColumns.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(a.labels, name), getattr(b.labels, name), name)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a.results, name), getattr(b.results, name), name)
    for way in WAYS:
        for name in ("offsets", "concepts", "concept_offsets", "documents"):
            np.testing.assert_array_equal(getattr(a.said[way], name), getattr(b.said[way], name), f"{way} {name}")
    for name in ("broader", "narrower", "above", "below"):
        one, other = getattr(a.hierarchy, name), getattr(b.hierarchy, name)
        np.testing.assert_array_equal(one.offsets, other.offsets, name)
        np.testing.assert_array_equal(one.values, other.values, name)
    for name in Columns.__dataclass_fields__.keys() - {"labels", "hierarchy", "said", "results"}:
        # Rows of the catalog depend on history; places in the columns do not.
        if name != "rowids":
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def test_everything_comes_back(tmp_path: Path) -> None:
    clinic = make_clinic()
    embedder = FakeEmbedder()
    report = build(clinic, tmp_path, embedder=embedder)
    keys = {p.key for d in clinic.documents for p in d.passages}
    assert report.documents == len(clinic.documents)
    assert report.passages == sum(len(d.passages) for d in clinic.documents)
    assert (report.units, report.embedded, report.missing_vectors) == (len(keys), len(keys), 0)
    assert len(embedder.encoded) == len(set(embedder.encoded)) == len(keys)
    with opened(tmp_path / "g1") as generation:
        assert generation.number == 1
        for document in clinic.documents:
            assert generation.catalog.document(document.id) == document
        for patient in clinic.patients:
            assert generation.catalog.patient(patient.id) == patient
            assert sorted(generation.catalog.facts_of_patient(patient.id), key=repr) == sorted(
                (f for f in clinic.facts if f.subject == patient.id), key=repr
            )


def test_removal_leaves_nothing_not_even_on_the_disk(tmp_path: Path) -> None:
    clinic = make_clinic(patients=30)
    secret = "Zyxomma petiolatum was seen"
    text = f"# Plan\n{secret}"
    victim = clinic.documents[0]
    from search.passages import split

    clinic.documents[0] = replace(victim, text=text, passages=split(text), mentions=())
    fact = next(f for f in clinic.facts if f.subject == victim.patient)
    gone = {victim.record, fact.record, str(victim.patient)}
    build(clinic, tmp_path, embedder=FakeEmbedder())
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2) as builder:
        builder.remove(sorted(gone))
        builder.finish(FakeEmbedder(), EmbeddingCache(tmp_path / "vectors.sqlite"))
    assert secret.encode() in (tmp_path / "g1" / "catalog.sqlite").read_bytes()
    for path in (tmp_path / "g2").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    with opened(tmp_path / "g2") as generation:
        assert generation.catalog.document(victim.id) is None
        assert generation.catalog.patient(str(victim.patient)) is None
        assert fact not in generation.catalog.facts_of_patient(fact.subject)
        expected = clinic.without(gone)
        assert [d.id for d in expected.documents if generation.catalog.document(d.id) == d] == [d.id for d in expected.documents]
        retriever = Retriever(generation, None, FakeEmbedder())
        assert victim.id not in {hit.document for hit in retriever.search(SearchRequest("zyxomma petiolatum", limit=100)).hits}


def test_incremental_build_equals_fresh_build(tmp_path: Path) -> None:
    first, second = make_clinic(seed=1, patients=10), make_clinic(seed=2, patients=14)
    embedder = FakeEmbedder()
    build(first, tmp_path, embedder=embedder)
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2) as builder:
        builder.remove({d.record for d in first.documents} | {f.record for f in first.facts} | {p.id for p in first.patients})
        # In several calls, as parts come.
        for index in range(3):
            builder.add_documents(second.documents[index::3], "run-1")
            builder.add_facts(second.facts[index::3])
        builder.add_patients(second.patients)
        builder.set_concepts("clinic", second.uses("clinic"))
        incremental = builder.finish(embedder, EmbeddingCache(tmp_path / "vectors.sqlite"))
    fresh = build(second, tmp_path, number=3, embedder=embedder)
    assert replace(incremental, embedded=0) == replace(fresh, embedded=0)
    assert fresh.embedded == 0, "the cache knows them all"
    with opened(tmp_path / "g2") as a, opened(tmp_path / "g3") as b:
        assert catalog_content(a, second) == catalog_content(b, second)
        assert_same_columns(a.columns, b.columns)
        for query in ("cisplatin for carcinoma", "cough", "blood pressure", ""):
            one, other = (Retriever(g, None, embedder).search(SearchRequest(query, limit=100)) for g in (a, b))
            assert [(h.document, h.score, h.passage) for h in one.hits] == [(h.document, h.score, h.passage) for h in other.hits]
            assert one.facets == other.facets


def test_the_same_content_gives_the_same_files(tmp_path: Path) -> None:
    clinic = make_clinic()
    for name in ("a", "b"):
        build(clinic, tmp_path / name, embedder=FakeEmbedder())
    files = {p.relative_to(tmp_path / "a") for p in (tmp_path / "a" / "g1").rglob("*") if p.is_file() and p.name != "meta.json"}
    assert files
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_adding_again_replaces(tmp_path: Path) -> None:
    clinic = make_clinic()
    build(clinic, tmp_path, embedder=FakeEmbedder())
    old = clinic.documents[3]
    new = replace(old, title="Amended", mentions=())
    fact = next(f for f in clinic.facts)
    changed = replace(fact, status="resolved")
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2) as builder:
        builder.add_documents([new], "run-2")
        builder.add_facts([changed])
        report = builder.finish(FakeEmbedder(), EmbeddingCache(tmp_path / "vectors.sqlite"))
    assert report.documents == len(clinic.documents)
    with opened(tmp_path / "g2") as generation:
        assert generation.catalog.document(old.id) == new
        facts = generation.catalog.facts_of_patient(fact.subject)
        assert changed in facts and fact not in facts
        assert len(facts) == sum(f.subject == fact.subject for f in clinic.facts)


def test_records_may_be_removed_within_a_fresh_build(tmp_path: Path) -> None:
    clinic = make_clinic()
    gone = clinic.documents[0].record
    with GenerationBuilder(None, tmp_path / "g1", 1) as builder:
        builder.add_documents(clinic.documents, "run-1")
        builder.remove([gone])
        report = builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
    assert report.documents == len(clinic.documents) - 1


def test_dropping_a_dataset_keeps_the_others(tmp_path: Path) -> None:
    clinic, other = make_clinic(seed=1), make_clinic(seed=2, dataset="other")
    both = Clinic(clinic.documents + other.documents, clinic.facts + other.facts, clinic.patients + other.patients)
    build(both, tmp_path, embedder=FakeEmbedder())
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2) as builder:
        builder.drop_dataset("clinic")
        builder.finish(FakeEmbedder(), EmbeddingCache(tmp_path / "vectors.sqlite"))
    build(other, tmp_path, number=3, embedder=FakeEmbedder())
    with opened(tmp_path / "g1") as all_, opened(tmp_path / "g2") as kept, opened(tmp_path / "g3") as fresh:
        assert [d.dataset for d in all_.catalog.datasets()] == ["clinic", "other"]
        assert catalog_content(kept, other) == catalog_content(fresh, other)
        assert_same_columns(kept.columns, fresh.columns)


def test_without_an_embedder_known_vectors_are_indexed_and_the_rest_reported(tmp_path: Path) -> None:
    first, second = make_clinic(seed=1, patients=4), make_clinic(seed=3, patients=20)
    embedder = FakeEmbedder()
    build(first, tmp_path, embedder=embedder)
    known = len({p.key for d in first.documents for p in d.passages} & {p.key for d in second.documents for p in d.passages})
    report = build(second, tmp_path, number=2, previous=tmp_path / "g1")
    assert report.embedded == 0
    assert 0 < report.missing_vectors == report.units - known < report.units
    with opened(tmp_path / "g2") as generation:
        assert generation.vectors is not None and generation.vectors.size == known
        (summary,) = generation.catalog.datasets()
        assert 0 < summary.embedded < summary.passages
        (notice,) = Retriever(generation, None, embedder).search(SearchRequest("cough", join=False)).notices
        assert f"{report.missing_vectors} of {report.units}" in notice
    embedder.encoded.clear()
    complete = build(second, tmp_path, number=3, previous=tmp_path / "g2", embedder=embedder)
    assert complete.embedded == report.missing_vectors == len(embedder.encoded)
    assert complete.missing_vectors == 0


def test_an_empty_generation_opens_and_finds_nothing(tmp_path: Path) -> None:
    report = build(Clinic(), tmp_path, embedder=FakeEmbedder())
    assert (report.documents, report.units) == (0, 0)
    with opened(tmp_path / "g1") as generation:
        result = Retriever(generation, None, FakeEmbedder()).search(SearchRequest("cough"))
        assert (result.total, result.hits) == (0, ())
        assert generation.catalog.datasets() == ()


def test_hostile_text_is_kept(tmp_path: Path) -> None:
    text = "# Plan\n<script>\x00 \u202e \ud800 " + "x" * 1_000_000
    from search.passages import split

    base = make_clinic().documents[0]
    document = replace(base, text=text, passages=split(text), mentions=())
    build(Clinic([document]), tmp_path, embedder=FakeEmbedder())
    with opened(tmp_path / "g1") as generation:
        found = generation.catalog.document(document.id)
        assert found is not None
        assert found.text == text.replace("\ud800", "?")
        assert found.passages == document.passages


def test_columns_that_stay_as_they_are_are_linked(tmp_path: Path) -> None:
    clinic = make_clinic()
    build(clinic, tmp_path, embedder=FakeEmbedder())
    for number, share in ((2, True), (3, False)):
        with GenerationBuilder(tmp_path / f"g{number - 1}", tmp_path / f"g{number}", number, share=share) as builder:
            builder.add_facts([replace(clinic.facts[0], counted=not clinic.facts[0].counted)])
            builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))

    def shared(number: int) -> set[str]:
        folders = (tmp_path / f"g{each}" / "columns" for each in (number - 1, number))
        return {path.name for path in next(folders).glob("*.npy") if path.samefile(tmp_path / f"g{number}" / "columns" / path.name)}

    assert {"copies.npy", "unit_documents.npy", "affirmed_documents.npy", "label_documents.npy"} <= shared(2)
    assert "patient_concepts.npy" not in shared(2)
    assert not shared(3), "what shares nothing links nothing"


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), GenerationBuilder(None, tmp_path / "g1", 1) as builder:
        builder.add_documents((1 // 0 for _ in range(3)), "run-1")  # type: ignore[misc]
    assert not (tmp_path / "g1").exists()


@pytest.mark.parametrize("damage", ["meta.json", "catalog.sqlite", "columns/types.npy"])
def test_a_damaged_generation_says_so(tmp_path: Path, damage: str) -> None:
    build(make_clinic(), tmp_path, embedder=FakeEmbedder())
    path = tmp_path / "g1" / damage
    path.write_bytes(path.read_bytes()[: 40 if damage != "catalog.sqlite" else 4096])
    with pytest.raises(GenerationUnreadable, match="ingest again"):
        Generation.open(tmp_path / "g1")


def test_another_format_is_refused(tmp_path: Path) -> None:
    build(make_clinic(), tmp_path, embedder=FakeEmbedder())
    db = sqlite3.connect(tmp_path / "g1" / "catalog.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(GenerationUnreadable, match="format 99"):
        Generation.open(tmp_path / "g1")
