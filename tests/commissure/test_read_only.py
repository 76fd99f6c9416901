"""A data folder that cannot be written: the server shows what is published, and says at its start and when asked that it cannot load."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commissure.assemble import DataLibrary
from commissure.loading import queue
from commissure.server import work_off_loads
from commissure.settings import load
from ingest.errors import LoadsUnwritable
from ingest.workspace import Workspace
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.webapp.conftest import CheckedClient
from webapp.app import create_app


def settings_for(data, tmp_path):
    (tmp_path / "exports").mkdir(exist_ok=True)
    return load({"data": str(data), "loader_sources": str(tmp_path / "exports")}, environment={})


def client_of(settings):
    app = create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings))
    app.test_client_class = CheckedClient
    return app.test_client()


@pytest.fixture
def settings(tmp_path):
    """Even an administrator cannot write where a file is in the place of a folder."""
    (tmp_path / "disk").write_text("")
    return settings_for(tmp_path / "disk" / "data", tmp_path)


def test_the_server_says_so_when_it_starts(settings, capsys):
    work_off_loads(settings)
    said = capsys.readouterr().err
    assert said.startswith("the loader is off: ") and "cannot be written" in said and "loader_sources" in said


def test_the_loader_answers_so(settings):
    client = client_of(settings)
    asked = {"source": settings["loader_sources"], "format": "fhir", "dataset": "d"}
    answers = (
        client.post("/api/v1/loader", json=asked),
        client.get("/api/v1/loader"),
        client.get("/api/v1/loader/00000000-0000-0000-0000-000000000000"),
        client.delete("/api/v1/loader/00000000-0000-0000-0000-000000000000"),
    )
    for answer in answers:
        assert answer.status_code == 503 and "cannot be written" in answer.json["detail"]
        assert settings["data"] not in answer.text


def test_a_queue_that_was_made_when_it_could_be_written(tmp_path, monkeypatch):
    settings = settings_for(tmp_path / "data", tmp_path)
    loads = queue(settings)
    loads.check()
    import sqlite3

    connect = sqlite3.connect

    def read_only(path, **named):
        return connect(f"file:{path}?mode=ro", uri=True, **named)

    monkeypatch.setattr("ingest.loads.sqlite3.connect", read_only)
    with pytest.raises(LoadsUnwritable, match="readonly"):
        loads.check()
    assert (
        client_of(settings)
        .post("/api/v1/loader", json={"source": settings["loader_sources"], "format": "fhir", "dataset": "d"})
        .status_code
        == 503
    )


MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" - "$1" "$3"
"""
ASKED = """
import sys
from pathlib import Path
from commissure.server import work_off_loads
from tests.commissure.test_read_only import client_of, settings_for
settings = settings_for(sys.argv[1], Path(sys.argv[2]))
work_off_loads(settings)
client = client_of(settings)
for path in ("/api/v1/datasets", "/api/v1/search?q=cisplatin", "/api/v1/runs", "/api/v1/loader", "/data"):
    print(path, client.get(path).status_code)
print(client.get("/api/v1/datasets").json["datasets"][0]["records"])
"""


def _may_mount():
    unshare = shutil.which("unshare")
    return unshare and subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="needs the right to mount")
@pytest.mark.parametrize("beside", [True, False])
def test_what_is_published_is_shown_from_a_read_only_disk(tmp_path, monkeypatch, beside):
    """Also where the files that SQLite keeps beside an open ledger are not there."""
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path / "lab")
    lab.ingest(patient(), condition(), note())
    (tmp_path / "disk").mkdir()
    script = (
        "import shutil, sqlite3, sys; shutil.copytree(sys.argv[1], sys.argv[2])\n"
        "db = sqlite3.connect(sys.argv[2] + '/ledger.sqlite'); db.execute('pragma wal_checkpoint(truncate)'); db.close()"
    )
    data = tmp_path / "disk" / "data"
    subprocess.run([sys.executable, "-c", script, str(lab.workspace.folder), str(data)], check=True)
    if beside:
        (data / "ledger.sqlite-shm").write_bytes(b"")
        (data / "ledger.sqlite-wal").write_bytes(b"")
    command = ["unshare", "-m", "bash", "-c", MOUNTED, "bash", str(data), sys.executable, str(tmp_path)]
    done = subprocess.run(command, input=ASKED, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if "mount:" in done.stderr:
        pytest.skip("needs the right to mount")
    assert "the loader is off" in done.stderr, done.stderr
    assert done.stdout.splitlines() == [
        "/api/v1/datasets 200",
        "/api/v1/search?q=cisplatin 200",
        "/api/v1/runs 200",
        "/api/v1/loader 503",
        "/data 200",
        "3",
    ], done.stderr
