"""Every file that the published answers come from, damaged in every way, is named and made anew; answers are what they were."""

import os
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingest import pipeline
from ingest.errors import PartsDamaged
from ingest.pipeline import drop, repair
from ingest.progress import Silent
from ingest.sums import damage_in
from search.errors import ModelUnavailable
from search.model import SearchRequest
from search.tables.catalog_file import read_only
from tests.ingest.exports import HashEmbedder, InlinePool, Lab, condition, deleted, note, patient, write

WAYS = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: max(path.stat().st_size // 2, 1) if path.stat().st_size > 1 else 0]),
    "empty": lambda path: path.write_bytes(b""),
    "deleted": Path.unlink,
    "garbage": lambda path: path.write_bytes(b"\xff\x13 garbage" * 40),
    "as long as before": lambda path: path.write_bytes(bytes(255 - byte for byte in path.read_bytes())),
}


@pytest.fixture(scope="module", autouse=True)
def no_syncs():
    """Nothing here loses power (`test_crashes` does): waiting for the disk took most of the time of these tests."""
    with pytest.MonkeyPatch.context() as patcher:
        patcher.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def place():
    """A folder in memory, where there is one: a rebuild deletes and makes a hundred files."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def made(place, request):
    """A data folder with two datasets, where records were changed and deleted, so that parts hold more than is published."""
    patcher = pytest.MonkeyPatch()
    patcher.setattr(pipeline, "Pool", InlinePool)
    request.addfinalizer(patcher.undo)
    lab = Lab(place / "made")
    lab.ingest(patient("p1"), patient("p2", "Roe"), condition("c1"), condition("c2", "Patient/p2", "73211009", "Diabetes"), note("d1"))
    lab.ingest(condition("c1", code="38341003", display="Hypertension"), note("d1", "# Plan\nStop cisplatin, give insulin.\n"))
    lab.ingest(deleted("Condition/c2"), role="deleted")
    lab.ingest(condition("c3", "Patient/p9"), note("d2", "Insulin is given for diabetes.", "Patient/p2"))
    lab.ingest(patient("p1", "Other"), note("d9", "Another study of insulin."), dataset="e")
    return lab


@pytest.fixture
def lab(made, place, monkeypatch):
    """A copy of it, whose exports lie where they were."""
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    copy = Lab(place / "copy")
    shutil.copytree(made.folder / "data", copy.folder / "data")
    copy._count = 10
    yield copy
    shutil.rmtree(copy.folder)


def answers(lab):
    """What the graph, the catalog and both searches say."""
    current = lab.snapshot()
    found = []
    for question in ("insulin", "cisplatin", "diabetes"):
        result = current.retriever.search(SearchRequest(question))
        found.append([(hit.document, round(hit.score, 5), hit.concepts, hit.evidence.line) for hit in result.hits])
        found.append([(shared.label, len(shared.hits)) for shared in result.shared])
    with closing(read_only(generation(lab) / "search" / "catalog.sqlite")) as db:
        names = db.execute("select concept, label, synonyms, patients, documents, facts from concepts order by concept").fetchall()
    facts = [current.catalog.facts_of_patient(each.id) for each in current.catalog.patients(limit=10)]
    datasets = [(one.dataset, one.records, one.unresolved_references) for one in lab.library().datasets()]
    return lab.quads(), found, names, facts, datasets


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(("LOG", "LOCK")))


def generation(lab):
    return lab.workspace.generation_folder(lab.workspace.current())


def mend_by_repair(lab):
    return [str(one) for one in repair(lab.workspace, lab.tools, 1, Silent()).damage]


def mend_by_ingest(lab):
    path = write(lab.folder / "nothing" / "x.ndjson", deleted("Condition/never"))
    return list(lab.ingest_path(path).mended)


def test_a_sound_folder_is_left_as_it_is(lab):
    before = lab.workspace.current()
    assert mend_by_repair(lab) == [] and mend_by_ingest(lab) == []
    assert lab.workspace.current() == before


@pytest.mark.parametrize("way", WAYS)
def test_every_file_of_a_generation_is_made_anew(made, lab, way):
    """Each is named; of those of one kind in one folder the first two are mended, one after the other, by turns by ingest and by repair."""
    expected = answers(made)
    columns = sorted((generation(lab) / "search" / "columns").iterdir())[3:]
    names = [path.relative_to(generation(lab)) for path in files_of(generation(lab)) if path not in columns]  # of the columns a few
    assert len(names) > 15 and any(name.suffix == ".sst" for name in names)
    kinds: Counter[tuple[Path, str]] = Counter()
    for turn, name in enumerate(names):
        now = generation(lab)
        path = now / name if (now / name).exists() else next((one for one in files_of(now) if one.suffix == name.suffix), None)
        if path is None or (path.name == "files.json" and way == "deleted"):
            continue
        if not path.stat().st_size and way in ("truncated", "empty", "as long as before"):
            continue
        path.chmod(0o644)
        kinds[name.parent, name.suffix or name.name] += 1
        whole = path.read_bytes()
        WAYS[way](path)
        assert any(path.name in str(one) for one in damage_in(now, deep=True)), name
        if kinds[name.parent, name.suffix or name.name] > 2:
            path.write_bytes(whole)
            continue
        said = (mend_by_ingest, mend_by_repair)[turn % 2](lab)
        assert any(path.name in one for one in said), (name, said)
        assert generation(lab) != now, name
        assert answers(lab) == expected, name


def test_a_generation_that_is_gone_and_dropping_meanwhile(made, lab):
    expected = answers(made)
    shutil.rmtree(generation(lab))
    assert drop("e", lab.workspace, lab.tools, Silent()) == 2
    graph, _, _, _, datasets = answers(lab)
    assert datasets == expected[4][:1]
    assert graph == [quad for quad in expected[0] if "/data/e/" not in quad]
    shutil.rmtree(generation(lab) / "graph")
    mend_by_repair(lab)
    assert answers(lab)[0] == graph


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"x", b"\xff\xfe", b"0\n\n", b"-1\n\n", b"99\n\n", b"1\n\n", "²\n\n".encode(), b"4 4\n\n"]
)
def test_a_damaged_current_does_not_hide_what_is_published(made, lab, content):
    expected, number = answers(made), lab.workspace.current()
    path = lab.workspace.folder / "CURRENT"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert answers(lab) == expected
    with lab.workspace.reading() as ledger:
        from ingest.checking import current_damage

        (said,) = current_damage(ledger, lab.workspace)
        assert "CURRENT" in str(said) and "written anew" in str(said)
    mend_by_repair(lab)
    assert path.read_text() == f"{number}\n\n"
    assert answers(lab) == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("with_generation", [False, True])
def test_every_file_of_a_part_is_made_anew(made, lab, way, with_generation):
    expected = answers(made)
    names = sorted({path.name for path in files_of(lab.workspace.folder / "parts" / "d")})
    assert {"quads.nq.gz", "records.parquet", "part.json", "concepts.parquet"} <= set(names)
    for name in names:
        path = next(one for one in files_of(lab.workspace.folder / "parts" / "d") if one.name == name)
        if not path.stat().st_size or (name == "files.json" and way == "deleted"):
            continue
        WAYS[way](path)
        if with_generation:
            (generation(lab) / "search" / "catalog.sqlite").write_bytes(b"")
        said = mend_by_repair(lab)
        assert any(name in one for one in said), (name, said)
        assert answers(lab) == expected, name
        assert mend_by_repair(lab) == [], name


def test_a_part_whose_source_is_gone_is_told_and_nothing_is_lost(made, lab):
    expected = answers(made)
    with lab.workspace.writing() as ledger:
        ledger.db.execute("update records set source = '/gone/x.ndjson'")
        ledger.db.execute("update runs set sources = '[\"/gone\"]'")
        ledger.db.commit()
    damaged = next(path for path in files_of(lab.workspace.folder / "parts" / "d") if path.name == "records.parquet")
    damaged.write_bytes(b"")
    done = repair(lab.workspace, lab.tools, 1, Silent())
    assert done.left == {"d": frozenset([damaged.parent.name])}
    assert answers(lab) == expected
    with pytest.raises(PartsDamaged, match=r"/gone/x.ndjson.*datasets drop d"):
        lab.ingest(patient("p77"))
    assert answers(lab) == expected
    lab.ingest(patient("p8"), dataset="e")


def test_damaged_vectors_are_computed_anew(made, lab):
    expected = answers(made)
    for content in (b"", b"garbage" * 900):
        lab.workspace.embeddings_path.write_bytes(content)
        (generation(lab) / "search" / "vectors" / "exact.faiss").write_bytes(b"")
        mend_by_repair(lab)
        assert answers(lab) == expected
        assert lab.embedder.encoded > 0


def test_without_a_model_that_can_be_loaded_the_vectors_there_are_stay(made, lab):
    class Broken(HashEmbedder):
        name = "broken"

        def encode(self, texts, progress=None):
            raise ModelUnavailable("config.json is damaged")

    expected = answers(made)
    lab.tools = replace(lab.tools, embedder=Broken())
    (generation(lab) / "search" / "vectors" / "exact.faiss").write_bytes(b"")
    mend_by_repair(lab)
    assert answers(lab) == expected


def test_a_damaged_part_is_not_taken_for_the_one_that_is_to_be_made_anew(lab, tmp_path):
    """Mapped again from the same lines it would have the same name, and its files are as long as they were."""
    fresh = Lab(tmp_path)
    fresh.ingest(patient("p1"), condition("c1"), note("d1"))
    expected = answers(fresh)
    for name in ("records.parquet", "records.parquet", "facts.parquet", "records.parquet"):
        path = next(one for one in files_of(fresh.workspace.folder / "parts" / "d") if one.name == name)
        WAYS["as long as before"](path)
        assert any(name in one for one in mend_by_repair(fresh)), name
        assert mend_by_repair(fresh) == [], name
        assert answers(fresh) == expected, name


def test_a_folder_where_a_file_should_be_is_moved_aside(made, lab):
    """It may hold what somebody put there by mistake: nothing of it is deleted."""
    expected = answers(made)
    for name, mend in (("CURRENT", mend_by_repair), ("embeddings.sqlite", mend_by_repair), ("embeddings.sqlite", mend_by_ingest)):
        path = lab.workspace.folder / name
        path.unlink(missing_ok=True)
        path.mkdir()
        (path / "notes.txt").write_text("mine")
        said = mend(lab)
        assert name == "CURRENT" or any(name in one for one in said), name  # that one is written anew before anything is looked at
        assert answers(lab) == expected
        assert not path.is_dir()
        moved = sorted(lab.workspace.folder.glob(f"{name}.folder-*"))
        assert {(one / "notes.txt").read_text() for one in moved} == {"mine"}
