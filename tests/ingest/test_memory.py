"""What a run takes from the memory of its sources, it would have found by reading them: reports, ledgers and graphs are the same."""

import base64
import gzip
import json
import os
from random import Random

import pytest

from ingest import pipeline, scanning
from ingest.pipeline import drop, ingest
from ingest.progress import Silent
from ingest.run import Options
from tests.ingest.exports import InlinePool, Lab, condition, deleted, note, patient, write

TABLES = {
    "records": "kind, id, hash, state, source, line, run, updated, version",
    "identifiers": "system, value, kind, id",
    "targets": "kind, id, iri, expected",
    "missing": "kind, id, iri, expected",
    "pending": "kind, id, wanted, system, value",
    "deleted": "kind, id, run, source, line",
    "skipped": "kind, id, reason",
    "refused": "kind, id, hash, run",
    "uses": "concept, system, code, display",
}
"""What the ledger says, but which part holds a record: where blocks are cut decides that."""


@pytest.fixture
def small(monkeypatch):
    """Blocks of a line or a few, and times that are trusted at once."""
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    monkeypatch.setattr(scanning, "BLOCK", 8 * 500)
    monkeypatch.setattr(scanning, "_SETTLED_NS", 0)


@pytest.fixture
def scans(monkeypatch):
    """The blocks that are scanned, as (name of the file, where they start)."""
    found = []
    scan = scanning.scan

    def noting(task):
        found.append((task.block.file.uri.rpartition("/")[2], task.block.start))
        return scan(task)

    monkeypatch.setattr(scanning, "scan", noting)
    return found


class Both:
    """Two data folders: one remembers, the other reads everything, always."""

    def __init__(self, folder):
        self.labs = Lab(folder / "remembering"), Lab(folder / "thorough")
        self._runs = 0

    def ingest(self, *locations, **options):
        self._runs += 1
        run = f"2026T{self._runs}Z-{self._runs:06x}"
        told = []
        for lab, thorough in zip(self.labs, (False, True), strict=True):
            asked = Options(run=run, thorough=thorough, **options)
            report = ingest([str(location) for location in locations], "d", lab.workspace, lab.tools, asked, Silent())
            told.append((said(report), lab.issues(report), ledger_of(lab), graph_of(lab)))
        for remembering, thorough in zip(*told, strict=True):
            assert remembering == thorough
        return report


def said(report):
    names = ("records", "quads", "documents", "passages", "unresolved_references", "generation", "rejects", "warnings", "skipped")
    return {name: getattr(report, name) for name in (*names, "unchanged", "rejected_again")}


def ledger_of(lab):
    with lab.workspace.reading() as ledger:
        return {table: sorted(ledger.db.execute(f"select {columns} from {table}").fetchall()) for table, columns in TABLES.items()}


def graph_of(lab):
    return lab.quads() if lab.workspace.current() else []


def claim(identifier):
    known = [{"system": "urn:x", "value": f"claim {identifier}"}]
    return {"resourceType": "Claim", "id": identifier, "identifier": known, "status": "active", "use": "claim"}


class Export:
    """A small export that people edit."""

    def __init__(self, folder, random):
        self.folder, self.random = folder, random
        self.files = {
            "Patient.ndjson": [self.patient(n) for n in range(6)],
            "Condition.ndjson": [self.condition(n) for n in range(24)],
            "more/Condition.ndjson": [self.condition(n) for n in range(24, 34)],
            "DocumentReference.ndjson": [self.note(n) for n in range(6)],
            "Binary.ndjson": [self.binary(n) for n in range(4)],
            "Claim.ndjson": [claim(f"l{n}") for n in range(5)],
            "Parameters.ndjson": [{"resourceType": "Parameters"}],
            "zipped.ndjson.gz": [self.condition(n) for n in range(40, 44)],
            "bundle.json": [{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": self.condition(n)} for n in (50, 51)]}],
        }
        for name in self.files:
            self.write(name)

    def meta(self):
        return self.random.choice(({}, {}, {"meta": {"lastUpdated": f"2024-01-0{self.random.randrange(1, 9)}T00:00:00Z"}}))

    def patient(self, n):
        made = patient(f"p{n}", self.random.choice(("Doe", "Roe")), **self.meta())
        made["identifier"] = [{"system": "urn:x", "value": f"p{n}"}]
        if self.random.random() < 0.2:
            other = f"p{self.random.randrange(6)}"
            named = self.random.choice(({"reference": f"Patient/{other}"}, {"identifier": {"system": "urn:x", "value": other}}))
            made["link"] = [{"type": self.random.choice(("replaces", "replaced-by")), "other": named}]
        return made

    def condition(self, n):
        pick = self.random.random()
        made = condition(f"c{n}", f"Patient/p{self.random.randrange(7)}", code=str(self.random.randrange(5)), **self.meta())
        if pick < 0.15:
            wanted = self.random.choice((f"p{self.random.randrange(8)}", f"claim l{self.random.randrange(6)}"))
            made["subject"] = {"identifier": {"system": "urn:x", "value": wanted}}
        elif pick < 0.25:
            made["verificationStatus"] = {
                "coding": [{"code": "entered-in-error", "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status"}]
            }
        elif pick < 0.32:
            made["recordedDate"] = 7
        return made

    def note(self, n):
        made = note(f"d{n}", f"# Plan\nGive insulin {self.random.randrange(4)}.\n", **self.meta())
        if self.random.random() < 0.6:
            made["content"] = [{"attachment": {"contentType": "text/plain", "url": f"Binary/b{self.random.randrange(5)}"}}]
        if self.random.random() < 0.2:
            made["status"] = "entered-in-error"
        return made

    def binary(self, n):
        text = f"Give cisplatin {self.random.randrange(4)}.".encode()
        return {"resourceType": "Binary", "id": f"b{n}", "contentType": "text/plain", "data": base64.b64encode(text).decode()}

    def any(self):
        make = self.random.choice((self.patient, self.condition, self.condition, self.note, self.binary))
        return self.random.choice(
            (make(self.random.randrange(8)), make(self.random.randrange(40)), claim(f"l{self.random.randrange(7)}"), "{broken")
        )

    def write(self, name):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join((json.dumps(each) if isinstance(each, dict) else each) + "\n" for each in self.files[name])
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())

    def edit(self):
        """One edit of any kind; its name."""
        name = self.random.choice([name for name in self.files if name != "bundle.json"])
        lines = self.files[name]
        place = self.random.randrange(len(lines)) if lines else 0
        kind = self.random.choice(("change", "insert", "delete", "move", "touch", "rename", "copy", "swap", "new", "withdraw"))
        if kind == "change" and lines and isinstance(lines[place], dict) and "id" in lines[place]:
            made = {"Patient": self.patient, "Condition": self.condition, "DocumentReference": self.note, "Binary": self.binary}
            lines[place] = made.get(lines[place]["resourceType"], lambda n: claim(f"l{n}"))(int(lines[place]["id"][1:]))
        elif kind == "insert":
            lines.insert(place, self.any())
        elif kind == "delete" and lines:
            del lines[place]
        elif kind == "move" and lines:
            lines.insert(self.random.randrange(len(lines)), lines.pop(place))
        elif kind == "touch":
            os.utime(self.folder / name)
        elif kind == "rename":
            self.files[f"r{self.random.randrange(99)}-{name.replace('/', '-')}"] = self.files.pop(name)
            (self.folder / name).unlink()
            name = list(self.files)[-1]
        elif kind == "copy" and lines:
            other = self.random.choice([other for other in self.files if other != "bundle.json"])
            self.files[other].insert(0, lines[place])
            self.write(other)
        elif kind == "swap" and len(lines) > 3:
            lines[:] = lines[len(lines) // 2 :] + lines[: len(lines) // 2]
        elif kind == "new":
            name = f"n{self.random.randrange(9)}.ndjson"
            self.files[name] = [self.any() for _ in range(self.random.randrange(1, 5))]
        elif kind == "withdraw":
            name = "deleted/x.ndjson"
            self.files[name] = [
                deleted(self.random.choice((f"Condition/c{self.random.randrange(30)}", f"Patient/p{self.random.randrange(6)}")))
            ]
        if not self.files[name]:
            self.files[name] = [self.any()]
        self.write(name)
        return kind


@pytest.mark.parametrize("seed", range(int(os.environ.get("MEMORY_SEEDS", "3"))))
def test_whatever_is_edited_a_run_finds_what_a_thorough_one_does(tmp_path, small, seed):
    random = Random(seed)
    export, both = Export(tmp_path / "export", random), Both(tmp_path)
    both.ingest(export.folder)
    for _ in range(8):
        for _ in range(random.choice((0, 1, 1, 2, 5))):
            export.edit()
        pick = random.random()
        if pick < 0.6:
            both.ingest(export.folder)
        elif pick < 0.8:
            both.ingest(random.choice([path for path in export.folder.rglob("*") if path.is_file()]))
        else:
            path = write(tmp_path / "changes" / f"{random.randrange(3)}.ndjson", *(export.any() for _ in range(random.randrange(1, 4))))
            both.ingest(path, *([export.folder] if random.random() < 0.3 else []), strict=random.random() < 0.1)


def test_a_changed_record_costs_its_block(tmp_path, small, scans):
    lab = Lab(tmp_path)
    records = [condition(f"c{n}", code=str(n % 9)) for n in range(200)]
    export = tmp_path / "export"
    write(export / "Condition.ndjson", *records)
    write(export / "Patient.ndjson", patient())
    lab.ingest_path(export)
    many = len(scans)
    scans.clear()
    lab.ingest_path(export)
    assert scans == []
    records[100] = condition("c100", code="a longer code than before")
    write(export / "Condition.ndjson", *records)
    os.utime(export / "Patient.ndjson")
    report = lab.ingest_path(export)
    assert (report.records["changed"], report.records["unchanged"]) == (1, 200)
    assert many > 50 and [name for name, _ in scans] == ["Condition.ndjson"]
    assert lab.library().record(lab.iri("Condition", "c100")).line == 101
    scans.clear()
    records[150] = condition("c150", code="x")
    write(export / "Condition.ndjson", *records)
    lab.ingest_path(export)
    assert len(scans) == 1 and lab.library().record(lab.iri("Condition", "c150")).line == 151


def test_another_folder_of_the_same_content_is_not_scanned(tmp_path, small, scans):
    lab = Lab(tmp_path)
    records = [condition(f"c{n}") for n in range(100)]
    write(tmp_path / "monday" / "Condition.ndjson", *records, "{broken")
    first = lab.ingest_path(tmp_path / "monday")
    scans.clear()
    write(tmp_path / "tuesday" / "Condition.000.ndjson", condition("new"), *records, "{broken")
    report = lab.ingest_path(tmp_path / "tuesday")
    assert len(scans) == 2 and (report.records["added"], report.records["unchanged"]) == (1, 100)  # what was first is read again
    (told,) = lab.issues(report)
    assert told == {**lab.issues(first)[0], "line": 102, "source": str(tmp_path / "tuesday" / "Condition.000.ndjson")}


def test_what_a_run_is_told_otherwise_is_read_again(tmp_path, small, scans):
    lab = Lab(tmp_path)
    write(tmp_path / "export" / "Condition.ndjson", condition(), claim("l1"))
    lab.ingest_path(tmp_path / "export")
    for options in ({"claims": True}, {"strict": True}, {"thorough": True}):
        scans.clear()
        lab.ingest_path(tmp_path / "export", **options)
        assert scans, options


def test_a_file_written_a_moment_ago_is_compared_by_its_content(tmp_path, monkeypatch, small, scans):
    monkeypatch.setattr(scanning, "_SETTLED_NS", 60_000_000_000)
    lab = Lab(tmp_path)
    path = write(tmp_path / "export" / "Condition.ndjson", condition(code="1"))
    lab.ingest_path(tmp_path / "export")
    before = path.stat()
    write(path, condition(code="2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lab.ingest_path(tmp_path / "export").records["changed"] == 1


def test_what_an_earlier_version_wrote_meanwhile_is_not_trusted(tmp_path, small, scans):
    lab = Lab(tmp_path)
    export = tmp_path / "export"
    write(export / "Condition.ndjson", *(condition(f"c{n}") for n in range(9)))
    lab.ingest_path(export)
    with lab.workspace.writing() as ledger, ledger.transaction() as db:
        db.execute("update datasets set updated = 'later'")
        db.execute("delete from records where id = 'c3'")
    scans.clear()
    assert lab.ingest_path(export).records["added"] == 1
    assert scans
    scans.clear()
    lab.ingest_path(export)
    assert not scans


def test_a_file_that_records_name_is_looked_at_again(tmp_path, small, scans):
    lab = Lab(tmp_path)
    named = note("d1")
    named["content"] = [{"attachment": {"contentType": "text/plain", "url": "./a.txt"}}]
    write(tmp_path / "export" / "notes.ndjson", named, condition())
    (tmp_path / "export" / "a.txt").write_text("Give insulin.")
    lab.ingest_path(tmp_path / "export")
    (tmp_path / "export" / "a.txt").write_text("Give cisplatin.")
    assert lab.ingest_path(tmp_path / "export").records["changed"] == 1


def test_a_strange_file_leaves_nothing_that_a_mended_one_takes_over(tmp_path, small, scans):
    lab = Lab(tmp_path)
    records = [condition(f"c{n}") for n in range(40)]
    write(tmp_path / "export" / "Condition.ndjson", "<xml>", *records)
    assert lab.ingest_path(tmp_path / "export").rejects == {"fhir-xml": 1}
    write(tmp_path / "export" / "Condition.ndjson", *records)
    assert lab.ingest_path(tmp_path / "export").records["added"] == 40


def test_sources_that_are_gone_and_datasets_that_are_dropped_are_forgotten(tmp_path, small, scans):
    lab = Lab(tmp_path)
    for name in ("a", "b"):
        write(tmp_path / "export" / f"{name}.ndjson", *(condition(f"{name}{n}") for n in range(20)))
    lab.ingest_path(tmp_path / "export")

    def counts():
        tables = ("files", "blocks", "places", "keys", "pairs", "tallies", "told")
        with lab.workspace.reading() as ledger:
            return {name: ledger.db.execute(f"select count(*) from scanned_{name}").fetchone()[0] for name in tables}

    assert counts()["keys"] == 40
    (tmp_path / "export" / "b.ndjson").unlink()
    lab.ingest_path(tmp_path / "export")
    assert (counts()["keys"], counts()["files"]) == (20, 1)
    drop("d", lab.workspace, lab.tools, Silent())
    assert set(counts().values()) == {0}
