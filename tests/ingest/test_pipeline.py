import fcntl
import gzip
import hashlib
import os
from dataclasses import replace

import pytest

from graph.vocabulary import HAS_CONDITION, LABEL
from ingest.errors import DatasetBusy, DiskFull
from ingest.pipeline import drop
from ingest.progress import Silent
from search.generation import read_meta
from search.model import SearchRequest
from search.tables.catalog_file import read_only
from sources.errors import UnknownDataset
from tests.ingest.exports import InlinePool, condition, deleted, note, patient, write


def digest(folder):
    parts = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            parts.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return parts.hexdigest()


def found(lab, query):
    return [hit.document.rpartition("/")[2] for hit in lab.snapshot().retriever.search(SearchRequest(query)).hits]


def test_a_second_run_changes_nothing(lab):
    first = lab.ingest(patient(), condition(), note())
    assert {name: first.records[name] for name in ("read", "added", "changed", "unchanged", "removed", "rejected")} == {
        "read": 3,
        "added": 3,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "rejected": 0,
    }
    assert first.quads == gzip.decompress(next(lab.workspace.parts_folder("d").rglob("quads.nq.gz")).read_bytes()).count(b"\n")
    before = digest(lab.workspace.parts_folder("d")), digest(lab.workspace.generation_folder(1))
    second = lab.ingest(patient(), condition(), note())
    assert second.records == {**dict.fromkeys(first.records, 0), "read": 3, "unchanged": 3}
    assert (second.generation, second.quads, second.passages["embedded"]) == (1, 0, 0)
    assert (digest(lab.workspace.parts_folder("d")), digest(lab.workspace.generation_folder(1))) == before


def test_what_is_ingested_is_found_and_joined(lab):
    lab.ingest(patient(), condition(), note())
    result = lab.snapshot().retriever.search(SearchRequest("cisplatin"))
    assert [hit.document for hit in result.hits] == [lab.iri("DocumentReference", "d1")]
    links = {(edge.source, edge.relation) for edge in result.neighbourhood.edges}
    assert (lab.iri("Patient", "p1"), HAS_CONDITION) in links
    assert result.hits[0].evidence.line == 3
    assert result.hits[0].evidence.source.endswith("x.ndjson")


def test_a_changed_record_replaces_its_quads_passages_and_facts(lab):
    lab.ingest(patient(), condition(), note(text="# Plan\nStart cisplatin.\n"))
    report = lab.ingest(condition(code="44054006", display="Diabetes"), note(text="# Plan\nStart metformin.\n"))
    assert (report.records["changed"], report.records["added"]) == (2, 0)
    assert found(lab, "metformin")[:1] == ["d1"]
    assert [
        hit.passage.text for hit in lab.snapshot().retriever.search(SearchRequest("cisplatin")).hits if "cisplatin" in hit.passage.text
    ] == []
    facts = lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "p1"))
    assert [fact.label for fact in facts] == ["Diabetes"]
    assert not any("254837009" in quad for quad in lab.quads()), "the old concept is gone with its last use"


def test_an_incremental_dataset_equals_a_fresh_one(lab, tmp_path):
    from tests.ingest.exports import Lab

    lab.ingest(patient(), patient("p2"), condition(), condition("c2", "Patient/p2"), note())
    lab.ingest(patient("p2", family="Roe"), condition("c2", "Patient/p2", "44054006", "Diabetes"), deleted("Condition/c1"))
    fresh = Lab(tmp_path / "fresh")
    fresh.ingest(patient(), patient("p2", family="Roe"), condition("c2", "Patient/p2", "44054006", "Diabetes"), note())
    assert lab.quads() == fresh.quads()


def test_deleted_files_remove_everywhere_and_come_last(lab):
    lab.ingest(patient(), condition(), note())
    report = lab.ingest(deleted("Condition/c1", "DocumentReference/d1", "Patient/never"), role="deleted")
    assert report.records["removed"] == 2
    assert lab.node("Condition", "c1") is None
    assert found(lab, "cisplatin") == []
    assert lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "p1")) == ()


def test_a_stub_is_completed_when_its_record_arrives(lab):
    first = lab.ingest(condition(), note())
    assert first.unresolved_references == 3 - 1, "the condition's subject, the fact's subject is a node of its own, the note's subject"
    stub = lab.node("Patient", "p1")
    assert (stub.kind, stub.stub) == ("Patient", True)
    second = lab.ingest(patient())
    assert second.unresolved_references == 0
    whole = lab.node("Patient", "p1")
    assert (whole.stub, whole.properties[LABEL][0].value) == (False, whole.label)


def test_a_reference_by_identifier_is_resolved_when_its_record_arrives(lab):
    by_identifier = {"reference": "Practitioner?identifier=http://npi|42"}
    lab.ingest(patient(), condition(asserter=by_identifier))
    doctor = {"resourceType": "Practitioner", "id": "dr", "identifier": [{"system": "http://npi", "value": "42"}]}
    report = lab.ingest(doctor)
    assert (report.records["added"], report.unresolved_references) == (1, 0)
    assert lab.snapshot().graph.references([lab.iri("Practitioner", "dr")]) == {lab.iri("Practitioner", "dr"): 1}
    assert not any("/identifier/" in quad for quad in lab.quads())


def test_entered_in_error_takes_a_record_back(lab):
    lab.ingest(patient(), condition())
    wrong = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}
    report = lab.ingest(condition(verificationStatus=wrong))
    assert (report.records["removed"], report.skipped) == (1, {"entered-in-error": 1})
    assert lab.node("Condition", "c1") is None
    assert lab.ingest(condition(verificationStatus=wrong)).generation == report.generation, "known to be skipped: nothing to do"


def test_an_invalid_new_version_is_rejected_and_the_old_one_stays(lab):
    lab.ingest(patient(), condition())
    report = lab.ingest(condition(subject=None) | {"subject": {"reference": 7}})
    assert (report.records["rejected"], report.records["changed"]) == (1, 0)
    (issue,) = lab.issues(report)
    assert issue["line"] == 1 and issue["source"].endswith("x.ndjson") and "subject" in issue["field"] + issue["reason"]
    assert lab.node("Condition", "c1") is not None


def test_of_several_versions_the_newest_counts_whatever_their_order(lab):
    old = patient(family="Old", meta={"lastUpdated": "2026-01-01T00:00:00Z"})
    new = patient(family="New", meta={"lastUpdated": "2026-01-01T02:00:00+01:00"})
    report = lab.ingest(new, old, new)
    assert "New" in lab.node("Patient", "p1").label
    assert (report.records["read"], report.records["added"], report.records["duplicates"]) == (3, 1, 2)
    assert report.warnings == {"duplicate-id": 1}
    assert lab.ingest(old).records["unchanged"] == 1, "an older version does not replace a newer one"


def test_bad_lines_are_rejected_with_their_place_and_the_rest_is_published(lab):
    report = lab.ingest(patient(), "{broken", '{"resourceType":"Nonsense","id":"x"}', '{"resourceType":"Patient"}', condition())
    assert (report.records["read"], report.records["added"], report.records["rejected"]) == (5, 2, 3)
    assert sorted(issue["line"] for issue in lab.issues(report) if issue["severity"] == "reject") == [2, 3, 4]


def test_dropping_a_dataset_leaves_the_others(lab):
    lab.ingest(patient(), condition(), note(), dataset="a")
    before = list(lab.quads())
    lab.ingest(patient(), condition(), note(text="Only in b."), dataset="b")
    assert drop("b", lab.workspace, lab.tools, Silent()) == 3
    assert lab.quads() == before
    assert [summary.dataset for summary in lab.snapshot().catalog.datasets()] == ["a"]
    assert lab.node("Patient", "p1", "b") is None
    assert not lab.workspace.parts_folder("b").exists()
    drop("a", lab.workspace, lab.tools, Silent())
    assert lab.quads() == []
    with pytest.raises(UnknownDataset):
        drop("a", lab.workspace, lab.tools, Silent())


class _Asked:
    """An embedder that notes what it is asked for."""

    def __init__(self, embedder):
        self.embedder, self.asked = embedder, []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self.embedder, name)


def _meta(lab):
    return read_meta(lab.workspace.generation_folder(lab.workspace.current()) / "search")


def test_dropping_a_dataset_loads_no_model_unless_vectors_are_lost(lab):
    lab.ingest(patient(), note(text="Chest pain since yesterday."), dataset="a")
    lab.ingest(patient(), note(text="Only in b."), dataset="b")
    lab.ingest(patient(), note(text="Only in c."), dataset="c")
    held = _meta(lab)
    asked = _Asked(lab.tools.embedder)
    tools = replace(lab.tools, embedder=asked)
    drop("b", lab.workspace, tools, Silent())
    kept = _meta(lab)
    assert not asked.asked
    assert (kept.model, kept.vectors) == (held.model, held.vectors - 1) and kept.vectors == kept.units
    lab.workspace.embeddings_path.unlink()
    drop("c", lab.workspace, tools, Silent())
    last = _meta(lab)
    assert "encode" in asked.asked
    assert (last.model, last.vectors, last.units) == (held.model, 1, 1)


def test_a_second_writer_is_refused_with_the_first_ones_process(lab):
    with lab.workspace.writing(), pytest.raises(DatasetBusy, match=str(os.getpid())):
        lab.ingest(patient())


def test_an_open_reader_sees_its_generation_until_it_asks_for_the_next(lab):
    lab.ingest(patient(), note())
    library = lab.library()
    first = library.current()
    lab.ingest(note(text="# Plan\nStart metformin.\n"))
    assert first.retriever.search(SearchRequest("cisplatin")).hits[0].passage.text.count("cisplatin") == 1
    assert library.current().generation == 2


def test_vectors_left_out_are_made_by_the_next_run(lab):
    lab.ingest(patient(), note(), embed=False)
    assert lab.snapshot().catalog.datasets()[0].embedded == 0
    report = lab.ingest(patient(), note())
    assert report.records["unchanged"] == 2
    summary = lab.snapshot().catalog.datasets()[0]
    assert summary.embedded == summary.passages > 0


def test_equal_texts_are_embedded_once_ever(lab):
    lab.ingest(patient(), note("d1"), note("d2"))
    once = lab.embedder.encoded
    lab.ingest(patient(), note("d3"), dataset="other")
    drop("d", lab.workspace, lab.tools, Silent())
    lab.ingest(patient(), note("d4"))
    assert lab.embedder.encoded == once > 0


def test_a_full_disk_is_said_and_nothing_is_published(lab, monkeypatch):
    lab.ingest(patient())

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ingest.staging.os.fsync", full)
        with pytest.raises(DiskFull, match="free some"):
            lab.ingest(patient(family="Roe"))
    assert lab.workspace.current() == 1
    assert lab.library().runs()[0].state == "failed"
    assert lab.ingest(patient(family="Roe")).records["changed"] == 1


def test_an_unreadable_file_is_rejected_and_the_rest_is_read(lab, tmp_path):
    write(tmp_path / "e" / "a.ndjson", patient())
    (tmp_path / "e" / "b.ndjson").symlink_to(tmp_path / "nowhere")
    report = lab.ingest_path(tmp_path / "e")
    assert (report.records["added"], report.rejects) == (1, {"unreadable-file": 1})


def test_large_files_are_cut_into_blocks_and_keep_their_line_numbers(lab, monkeypatch):
    monkeypatch.setattr("ingest.scanning.BLOCK", 1000)
    lab.ingest(patient(), *(condition(f"c{n}") for n in range(50)), "{broken", note())
    report = lab.library().runs()[0]
    assert (report.records["read"], report.records["added"]) == (53, 52)
    (issue,) = lab.workspace.issues(report.run)
    assert issue["line"] == 52
    assert lab.library().record(lab.iri("DocumentReference", "d1")).line == 53
    assert len(list(lab.workspace.parts_folder("d").iterdir())) > 5


def test_the_record_as_it_came_in_is_kept(lab):
    lab.ingest(patient())
    assert '"family": "Doe"' in lab.library().record(lab.iri("Patient", "p1")).raw
    assert lab.library().record(lab.iri("Patient", "nobody")) is None


def test_the_lock_is_an_advisory_lock_that_dies_with_its_process(lab):
    lab.ingest(patient())
    with (lab.workspace.folder / "write.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DeadlyPool(InlinePool):
    """Loses every task that touches a file called deadly."""

    def run(self, function, tasks):
        for task, result in super().run(function, tasks):
            deadly = any("deadly" in chosen.block.file.uri for chosen in getattr(task, "blocks", ()))
            yield task, None if deadly else result


class ReaderDies(InlinePool):
    """Loses every task that reads a text with the word deadly."""

    def run(self, function, tasks):
        for task, result in super().run(function, tasks):
            yield task, None if any("deadly" in text for text in getattr(task, "texts", ())) else result


def said_by(lab):
    """Of each note the assertions of its mentions."""
    catalog = lab.snapshot().catalog
    records = {name: catalog.documents_of_record(lab.iri("DocumentReference", name))[0].id for name in ("d1", "d2")}
    return {name: [one.assertion.value for one in catalog.document(document).mentions] for name, document in records.items()}


def test_texts_whose_reader_dies_wait_and_are_read_by_the_next_run(lab, monkeypatch):
    folder = lab.folder / "small"
    notes = note(text="A deadly text. No breast cancer."), note("d2", "No breast cancer.")
    write(folder / "a.ndjson", patient(), condition(), *notes)
    monkeypatch.setattr("ingest.pipeline.Pool", ReaderDies)
    report = lab.ingest_path(folder)
    assert report.rejects == {} and report.warnings == {"texts-unread": 1}
    assert "2 texts or passages" in lab.issues(report)[0]["reason"]
    assert said_by(lab) == {"d1": [], "d2": ["negated"]}
    catalog = read_only(lab.workspace.generation_folder(1) / "search" / "catalog.sqlite")
    assert catalog.execute("SELECT count(*) FROM units WHERE spoken IS NULL").fetchone() == (1,)
    catalog.close()

    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    report = lab.ingest_path(folder)
    assert report.warnings == {}
    assert said_by(lab) == {"d1": ["negated"], "d2": ["negated"]}
    generation = lab.workspace.current()
    lab.ingest_path(folder)
    assert lab.workspace.current() == generation


def test_a_file_that_kills_its_worker_takes_no_other_file_along(lab, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", DeadlyPool)
    folder = lab.folder / "small"
    write(folder / "a.ndjson", patient())
    write(folder / "deadly.ndjson", condition("c1"))
    write(folder / "z.ndjson", condition("c2"))
    report = lab.ingest_path(folder)
    assert report.rejects == {"worker-lost": 1}
    assert [issue["source"].rpartition("/")[2] for issue in lab.issues(report)] == ["deadly.ndjson"]
    assert lab.node("Condition", "c2") and lab.node("Patient", "p1") and not lab.node("Condition", "c1")
