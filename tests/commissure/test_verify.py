"""`verify` names damage and mends it; `status`, `ingest` and the server say the same; a full disk has its own exit code."""

import errno
import json
import sqlite3
from contextlib import closing

import click
import pytest

from commissure import assemble
from commissure.assemble import DataLibrary
from commissure.cli import cli, main
from commissure.errors import full
from commissure.settings import load
from ingest import ledger
from ingest.errors import DiskFull
from ingest.ledger import Ledger
from search.errors import GenerationOutdated, GenerationUnreadable
from search.tables.schema import FORMAT
from tests.ingest.exports import Lab, condition, note, patient
from webapp.app import create_app


@pytest.fixture
def lab(tmp_path, monkeypatch):
    from ingest import pipeline
    from tests.ingest.exports import InlinePool

    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(), note())
    monkeypatch.setattr("commissure.workplace.embedder", lambda settings: lab.embedder)
    return lab


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_verify_names_what_is_damaged_and_mends_it(lab, capsys):
    data = ("--data", str(lab.workspace.folder))
    assert run(capsys, "verify", *data)[0] == 0
    catalog = lab.workspace.generation_folder(1) / "search" / "catalog.sqlite"
    catalog.write_bytes(catalog.read_bytes()[:5000])
    (lab.workspace.folder / "CURRENT").write_text("what")
    code, out, _ = run(capsys, "verify", *data)
    assert code == 1 and str(catalog) in out and "CURRENT" in out and "--repair" in out
    assert str(catalog) in run(capsys, "status", *data)[1]
    with pytest.raises(GenerationUnreadable, match=r"catalog\.sqlite.*verify --repair"):
        lab.snapshot()
    answer = create_app(DataLibrary(lab.workspace, None)).test_client().get("/api/v1/patients")
    assert answer.status_code == 503 and "verify --repair" in answer.json["detail"] and str(catalog) not in answer.text
    code, out, err = run(capsys, "verify", "--repair", "--json", *data)
    assert (code, json.loads(out)["sound"], json.loads(out)["mended"]) == (0, True, 1), err
    assert run(capsys, "verify", *data)[0] == 0
    assert lab.node("Patient", "p1") is not None


def test_verify_of_a_damaged_ledger_and_of_nothing(lab, capsys, tmp_path):
    assert run(capsys, "verify", "--data", str(tmp_path / "none"))[0] == 4
    lab.workspace.ledger_path.write_bytes(b"garbage" * 2000)
    for more in ((), ("--repair",)):
        code, out, err = run(capsys, "verify", "--data", str(lab.workspace.folder), *more)
        assert code == 1 and "ledger" in out + err and "unexpected" not in err


def without_room_beside():
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    return error


@pytest.mark.parametrize("command", [("verify", "--repair"), ("datasets", "drop", "d", "--yes"), ("ingest", "fhir", "x", "--dataset", "d")])
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/data/x"),
        sqlite3.OperationalError("database or disk is full"),
        without_room_beside(),
        OSError("4096 requested and 16 written"),
        RuntimeError("write failed: No space left on device"),
    ],
)
def test_a_full_disk_is_exit_code_6(lab, capsys, monkeypatch, command, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("ingest.next_generation.write_sums", fail)
    (lab.folder / "export1" / "x.ndjson").rename(lab.folder / "x")
    with (lab.folder / "x").open("a") as lines:
        lines.write(json.dumps(patient("p2")) + "\n")
    monkeypatch.chdir(lab.folder)
    if command[0] == "verify":
        (lab.workspace.generation_folder(1) / "search" / "meta.json").unlink()
    code, _, err = run(capsys, *command, "--data", str(lab.workspace.folder))
    assert code == 6 and "no room is left" in err
    assert full(ValueError("else")) is None and cli.name


def test_a_full_disk_where_no_run_writes(capsys, monkeypatch):
    """Whichever command meets it."""

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "/elsewhere/out.csv")

    monkeypatch.setattr("commissure.workplace.workspace", fail)
    code, _, err = run(capsys, "status")
    assert code == 6 and "/elsewhere/out.csv" in err


def test_a_report_that_finds_no_room_ends_so_too(capsys, monkeypatch):
    def fail(*_, **__):
        raise click.ClickException("r.html: cannot be written") from OSError(errno.ENOSPC, "No space left on device", "r.html")

    monkeypatch.setattr("commissure.workplace.workspace", fail)
    assert run(capsys, "status")[0] == 6


def test_a_ledger_is_read_where_there_is_no_room_beside_it(lab, monkeypatch):
    """SQLite makes a file beside a database in write-ahead mode even to read it."""
    connect = sqlite3.connect
    with closing(connect(lab.workspace.ledger_path)) as db:
        db.execute("pragma wal_checkpoint(truncate)")

    class Short:
        def execute(self, *_):
            raise without_room_beside()

        def close(self):
            pass

    monkeypatch.setattr(ledger.sqlite3, "connect", lambda name, **more: connect(name, **more) if "immutable" in str(name) else Short())
    assert Ledger(lab.workspace.ledger_path, read_only=True).datasets() == ("d",)
    with pytest.raises(DiskFull):
        Ledger(lab.workspace.ledger_path)


def test_a_data_folder_of_an_earlier_version_is_taken_over_by_itself(lab, capsys):
    found = lab.snapshot().catalog.document(lab.iri("DocumentReference", "d1"))
    meta = lab.workspace.generation_folder(1) / "search" / "meta.json"
    meta.write_text(meta.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT - 1:{len(str(FORMAT))}}'))
    with pytest.raises(GenerationOutdated, match="verify --repair"):
        lab.library().current()
    settings = load({"data": str(lab.workspace.folder)})
    assert assemble.take_over(settings)
    assert "written by an earlier version and is taken over" in capsys.readouterr().err
    assert lab.workspace.current() == 2 and lab.snapshot().catalog.document(found.id) == found
    assert not assemble.take_over(settings)


@pytest.mark.parametrize("command", [("verify", "--repair"), ("ingest", "fhir", "x", "--dataset", "d")])
def test_what_an_earlier_version_made_is_brought_up_to_date_and_not_called_damaged(lab, capsys, monkeypatch, command):
    for module in ("generation", "catalog"):
        monkeypatch.setattr(f"search.{module}.FORMAT", FORMAT + 1)
    data = ("--data", str(lab.workspace.folder))
    code, out, _ = run(capsys, "verify", *data)
    assert code == 1 and "made by an earlier version; it is brought up to date" in out and "nothing is damaged" in out
    (lab.folder / "export1" / "x.ndjson").rename(lab.folder / "x.ndjson")
    monkeypatch.chdir(lab.folder)
    code, out, err = run(capsys, *(word.replace("x", "x.ndjson") if word == "x" else word for word in command), *data)
    assert code == 0 and "brought up to date" in out and "damaged" not in out, err
    assert run(capsys, "verify", *data)[0] == 0


def test_there_is_nothing_to_take_over_in_an_empty_folder(tmp_path):
    assert not assemble.take_over(load({"data": str(tmp_path)}))


def test_changes_beside_the_catalog_that_are_damaged_are_named_and_made_anew(lab, capsys):
    data = ("--data", str(lab.workspace.folder))
    lab.ingest(condition("c2"))
    log = lab.workspace.generation_folder(2) / "search" / "catalog.sqlite-wal"
    log.write_bytes(log.read_bytes()[:5000])
    code, out, _ = run(capsys, "verify", *data)
    assert code == 1 and "catalog.sqlite-wal: has 5,000 bytes" in out
    assert run(capsys, "verify", "--repair", *data)[0] == 0
    assert len(lab.snapshot().catalog.facts_of_patient(lab.iri("Patient", "p1"))) == 2
    assert run(capsys, "verify", *data)[0] == 0


def test_compact_leaves_nothing_of_what_was_changed(lab, capsys):
    data = ("--data", str(lab.workspace.folder))
    assert run(capsys, "compact", "--data", str(lab.folder / "nothing"))[0] != 0
    lab.ingest(note(text="# Plan\nStart petiolatum.\n"))
    lab.ingest(note(text="# Plan\nStart cisplatin.\n"))

    def holding(word):
        files = lab.workspace.folder.glob("generations/*/search/**/*")
        return [path for path in files if path.is_file() and word in path.read_bytes()]

    assert holding(b"petiolatum")
    before = lab.workspace.current()
    code, out, _ = run(capsys, "compact", *data)
    assert code == 0 and f"generation {before + 2}" in out
    assert not holding(b"petiolatum") and holding(b"cisplatin")
    assert run(capsys, "verify", *data)[0] == 0
    assert len(list((lab.workspace.folder / "generations").iterdir())) == 2
