"""A generation that shares its catalog's file with the one before holds what one with a file of its own would."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from search.columns.documents import open_columns
from search.embedding_cache import EmbeddingCache
from search.errors import GenerationUnreadable
from search.generation import Generation, GenerationBuilder
from search.lexical import cut_words, write_lexical
from search.passages import split
from search.reading.documents import one_by_one
from search.tables import catalog_file
from search.tables.catalog_file import CATALOG, log_of, read_only
from tests.search.clinic import FakeEmbedder, build, make_clinic

SECRET = "Zyxomma petiolatum was seen"


def rows_of(generation: Path) -> dict[str, list[Any]]:
    """All rows of all tables of a catalog, but for the number of its generation."""
    with closing(read_only(generation / CATALOG)) as db:
        (said,) = db.execute("PRAGMA integrity_check").fetchone()
        assert said == "ok"
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'name_%' ORDER BY 1").fetchall()
        found = {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for (name,) in names}
        found["words"] = db.execute("SELECT rowid FROM name_words WHERE name_words MATCH 'pain' ORDER BY 1").fetchall()
    return found


def assert_indexed_anew(generation: Path, anew: Path) -> None:
    """The text index of a generation, taken over or not, is the one of its texts."""
    with closing(read_only(generation / CATALOG)) as db:
        rows = db.execute("SELECT text, coalesce(spoken, '') FROM units ORDER BY key").fetchall()
    shutil.rmtree(anew, ignore_errors=True)
    if rows:
        words = cut_words((text for text, _ in rows), (spoken for _, spoken in rows))
        write_lexical(words, open_columns(generation / "columns").unit_links, anew)
    for path in anew.rglob("*.npy"):
        assert path.read_bytes() == (generation / "lexical" / path.relative_to(anew)).read_bytes(), path


def inodes(folder: Path) -> dict[str, int]:
    """Name → the file on the disk that it is, of those below a folder."""
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def changed(builder: GenerationBuilder, drawn: random.Random, number: int) -> None:
    """Change what a builder holds in one of many ways."""
    some = make_clinic(seed=drawn.randrange(4), patients=4, dataset=f"clinic{drawn.randrange(2)}")
    documents = drawn.sample(some.documents, drawn.randrange(6))
    facts = [fact for fact in some.facts if drawn.random() < 0.4]
    step = drawn.randrange(4)
    if step == 0:
        builder.remove(sorted({each.record for each in (*documents, *facts)}))
    elif step == 1:
        builder.add_documents([replace(each, title=f"Anew {number}") for each in documents], f"run-{number}")
        builder.add_facts(replace(fact, status=f"s{number}") for fact in facts)
    elif step == 2:
        builder.add_facts(facts)
        builder.set_concepts("clinic0", some.uses("clinic0"))
    else:
        builder.read(f"clinic{drawn.randrange(2)}", one_by_one)


@pytest.mark.parametrize("seed", range(6))
def test_any_history_ends_as_with_files_of_its_own(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Additions, replacements, removals and readings in any order; folded together never, now and then, or always."""
    monkeypatch.setattr(catalog_file, "_LEAST", (1 << 30, 150_000, 0)[seed % 3])
    cache = EmbeddingCache(tmp_path / "vectors.sqlite")
    for way in ("shared", "own"):
        build(make_clinic(patients=4), tmp_path / way)
    kept: list[dict[str, list[Any]]] = [rows_of(tmp_path / "own" / "g1")]
    for number in range(2, 9):
        for way in ("shared", "own"):
            drawn, folder = random.Random(f"{seed} {number}"), tmp_path / way
            with GenerationBuilder(folder / f"g{number - 1}", folder / f"g{number}", number, share=way == "shared") as builder:
                for _ in range(drawn.randrange(3)):
                    changed(builder, drawn, number)
                builder.finish(FakeEmbedder() if number % 2 else None, cache)
        kept.append(rows_of(tmp_path / "own" / f"g{number}"))
    for number, rows in enumerate(kept, 1):
        assert rows_of(tmp_path / "shared" / f"g{number}") == rows, f"generation {number} changed, or is another one"
        columns, others = (sorted((tmp_path / way / f"g{number}" / "columns").rglob("*.npy")) for way in ("shared", "own"))
        assert [path.read_bytes() for path in columns] == [path.read_bytes() for path in others]
        assert_indexed_anew(tmp_path / "shared" / f"g{number}", tmp_path / "anew")
    shared = [(tmp_path / "shared" / f"g{number}" / CATALOG).stat().st_ino for number in range(1, 9)]
    assert len(set(shared)) == {0: 1, 1: len(set(shared)), 2: len(set(shared))}[seed % 3]
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(("making", "whole")) or path.name.endswith("-shm")]


def publish(folder: Path, number: int, *, share: bool = True) -> Path:
    """A generation that says one thing more than the one before."""
    fact = make_clinic(patients=4).facts[0]
    with GenerationBuilder(folder / f"g{number - 1}", folder / f"g{number}", number, share=share) as builder:
        builder.add_facts([replace(fact, record=f"{fact.record}{number}", label=f"Said in {number}")])
        builder.finish(None, EmbeddingCache(folder / "vectors.sqlite"))
    return folder / f"g{number}"


def test_many_small_publications_keep_the_log_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_file, "_LEAST", 600_000)
    build(make_clinic(patients=4), tmp_path)
    files, sizes = set(), []
    for number in range(2, 30):
        made = publish(tmp_path, number)
        files.add((made / CATALOG).stat().st_ino)
        sizes.append(log_of(made / CATALOG).stat().st_size if log_of(made / CATALOG).exists() else 0)
        with closing(Generation.open(made)) as generation:
            facts = [fact.label for fact in generation.catalog.facts_of_patient(make_clinic(patients=4).facts[0].subject)]
        assert {f"Said in {each}" for each in range(2, number + 1)} <= set(facts)
    assert max(sizes) <= 600_000 and 1 < len(files) < 15 and 0 in sizes


def test_indexes_of_texts_are_those_of_the_generation_before_until_a_text_changes(tmp_path: Path) -> None:
    clinic, cache = make_clinic(patients=4), EmbeddingCache(tmp_path / "vectors.sqlite")
    build(clinic, tmp_path, embedder=FakeEmbedder())
    before = {name: inodes(tmp_path / "g1" / name) for name in ("vectors", "words", "lexical")}
    publish(tmp_path, 2)
    assert {name: inodes(tmp_path / "g2" / name) for name in before} == before
    for number, text in ((3, "# Plan\nNever seen before."), (4, clinic.documents[0].text)):
        with GenerationBuilder(tmp_path / f"g{number - 1}", tmp_path / f"g{number}", number, share=True) as builder:
            builder.add_documents([replace(clinic.documents[1], text=text, passages=split(text), mentions=())], "run-2")
            builder.finish(FakeEmbedder(), cache)
        made = {name: inodes(tmp_path / f"g{number}" / name) for name in before}
        assert not any(set(made[name].values()) & set(before[name].values()) for name in ("words", "lexical"))
        assert_indexed_anew(tmp_path / f"g{number}", tmp_path / "anew")
        before = made


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    build(make_clinic(patients=4), tmp_path)
    before = (tmp_path / "g1" / CATALOG).read_bytes()
    with closing(read_only(publish(tmp_path, 2) / CATALOG)) as old:
        held = old.execute("SELECT count(*) FROM facts").fetchone()
        publish(tmp_path, 3)
        assert old.execute("SELECT count(*) FROM facts WHERE label = 'Said in 3'").fetchone() == (0,)
        assert old.execute("SELECT count(*) FROM facts").fetchone() == held
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            old.execute("DELETE FROM facts")
    assert (tmp_path / "g3" / CATALOG).read_bytes() == before and log_of(tmp_path / "g2" / CATALOG).exists()


def test_a_build_that_fails_leaves_the_shared_file_as_it_is(tmp_path: Path) -> None:
    build(make_clinic(patients=4), tmp_path)
    publish(tmp_path, 2)
    before = rows_of(tmp_path / "g2"), (tmp_path / "g2" / CATALOG).read_bytes()
    with pytest.raises(ZeroDivisionError), GenerationBuilder(tmp_path / "g2", tmp_path / "g3", 3, share=True) as builder:
        builder.drop_dataset("clinic")
        builder.add_documents((1 // 0 for _ in range(3)), "run-1")  # type: ignore[misc]
    assert not (tmp_path / "g3").exists()
    assert (rows_of(tmp_path / "g2"), (tmp_path / "g2" / CATALOG).read_bytes()) == before


def test_a_file_that_somebody_holds_locked_is_copied(tmp_path: Path) -> None:
    build(make_clinic(patients=4), tmp_path)
    with closing(sqlite3.connect(tmp_path / "g1" / CATALOG, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        child = os.fork()
        if not child:
            os._exit(0 if publish(tmp_path, 2) else 1)
        assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "g2" / CATALOG).stat().st_ino != (tmp_path / "g1" / CATALOG).stat().st_ino
    assert ("Said in 2",) in [row[7:8] for row in rows_of(tmp_path / "g2")["facts"]]


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.98])
def test_changes_that_are_lost_are_told(kept: float, tmp_path: Path) -> None:
    build(make_clinic(patients=4), tmp_path)
    log = log_of(publish(tmp_path, 2) / CATALOG)
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * kept)])
    with pytest.raises(GenerationUnreadable, match="ingest again"):
        Generation.open(tmp_path / "g2")
    log.unlink(missing_ok=True)
    with pytest.raises(GenerationUnreadable, match="do not belong together"):
        Generation.open(tmp_path / "g2")


def test_what_is_taken_out_is_gone_once_all_is_one_file(tmp_path: Path) -> None:
    clinic = make_clinic(patients=4)
    victim = clinic.documents[0]
    clinic.documents[0] = replace(victim, text=SECRET, passages=split(SECRET), mentions=())
    build(clinic, tmp_path)
    with GenerationBuilder(tmp_path / "g1", tmp_path / "g2", 2, share=True) as builder:
        builder.remove([victim.record])
        builder.finish(None, EmbeddingCache(tmp_path / "vectors.sqlite"))
    assert SECRET.encode() in (tmp_path / "g2" / CATALOG).read_bytes()
    whole = publish(tmp_path, 3, share=False)
    assert not [path for path in whole.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert not log_of(whole / CATALOG).exists()
