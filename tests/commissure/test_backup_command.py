"""`backup` and `restore` as they are typed: to and from files and pipes, and what is said where they cannot do it."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from commissure.processes import environment
from commissure.server import make_app
from commissure.settings import load
from ingest import pipeline
from tests.ingest.exports import InlinePool, Lab, condition, note, patient


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), condition(), note())
    monkeypatch.setattr("commissure.workplace.embedder", lambda settings: lab.embedder)
    return lab


def run(*arguments):
    answer = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return answer.exit_code, answer.stdout


def failed(capsys, *arguments):
    from commissure.cli import main

    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code, capsys.readouterr().err


def test_there_and_back(lab, tmp_path):
    data, file, other = lab.workspace.folder, tmp_path / "study.tar.gz", tmp_path / "other"
    code, said = run("backup", file, "--data", data)
    assert code == 0 and "generation 1" in said and str(file) in said
    code, said = run("restore", file, "--check", "--json", "--data", other)
    told = json.loads(said)
    assert code == 0 and not other.exists() and told["generation"] == 1 and told["files"] > 20 and told["data"] is None
    code, said = run("restore", file, "--data", other)
    assert code == 0 and "is what it was" in said
    assert run("verify", "--data", other)[0] == 0
    code, said = run("search", "cisplatin", "--json", "--data", other)
    assert code == 0 and json.loads(said)["total"] == 1
    code, said = run("backup", file, "--force", "--json", "--data", other)
    assert code == 0 and json.loads(said)["file"] == str(file)


def test_through_a_pipe(lab, tmp_path):
    command = [sys.executable, "-m", "commissure"]
    made = subprocess.run(
        [*command, "backup", "-", "--data", lab.workspace.folder], capture_output=True, env=environment({}) | dict(os.environ), check=True
    )
    assert made.stdout.startswith(b"\x1f\x8b")
    put_back = subprocess.run(
        [*command, "restore", "-", "--data", tmp_path / "other"],
        input=made.stdout,
        capture_output=True,
        env=environment({}) | dict(os.environ),
        check=True,
    )
    assert b"standard input" not in put_back.stderr and b"is what it was" in put_back.stdout
    assert run("verify", "--data", tmp_path / "other")[0] == 0


def test_what_cannot_be_done_is_said_with_its_exit_code(lab, tmp_path, capsys):
    data, file = lab.workspace.folder, tmp_path / "study.tar.gz"
    assert failed(capsys, "backup", file, "--data", tmp_path / "none")[0] == 4
    assert not file.exists()
    assert run("backup", file, "--data", data)[0] == 0
    code, said = failed(capsys, "backup", file, "--data", data)
    assert code == 2 and "--force" in said
    code, said = failed(capsys, "restore", file, "--data", data)
    assert code == 2 and "--force" in said
    code, said = failed(capsys, "restore", tmp_path / "nothing.tar.gz", "--data", data)
    assert code == 4 and "nothing.tar.gz" in said
    file.write_bytes(file.read_bytes()[:-100])
    code, said = failed(capsys, "restore", file, "--force", "--data", data)
    assert code == 1 and str(file) in said and "Traceback" not in said
    assert run("verify", "--data", data)[0] == 0


def test_a_server_is_in_the_way_as_long_as_it_serves(lab, tmp_path, capsys):
    data, file = lab.workspace.folder, tmp_path / "study.tar.gz"
    app = make_app(load({"data": str(data)}))
    assert run("backup", file, "--data", data)[0] == 0
    code, said = failed(capsys, "restore", file, "--force", "--data", data)
    assert code == 5 and "server" in said
    del app.extensions["commissure-serving"]
    assert run("restore", file, "--force", "--data", data)[0] == 0
