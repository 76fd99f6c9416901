"""Passages are given their vectors by a process beside the one that serves."""

import json
import subprocess
import time

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from commissure.processes import embedding_aside
from search.generation import read_meta
from tests.ingest.exports import Lab, note, patient

PATIENCE = 120
"""Seconds to load a model on a busy machine."""


def vectors(lab):
    meta = read_meta(lab.workspace.generation_folder(lab.workspace.current()) / "search")
    return meta.vectors, meta.units


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    lab.ingest(patient(), note(), note("d2", "Stop metformin."), embed=False)
    return lab


def test_meaning_comes_while_something_else_is_done(lab):
    given_up = time.monotonic() + PATIENCE
    with embedding_aside({"data": lab.workspace.folder}):
        while vectors(lab) != (2, 2) and time.monotonic() < given_up:
            time.sleep(0.2)
    assert vectors(lab) == (2, 2)


def test_the_process_ends_with_what_it_stands_beside(lab, monkeypatch):
    begun = []

    class Remembered(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Remembered)
    with embedding_aside({"data": lab.workspace.folder}):
        assert [process.poll() for process in begun] == [None]
    assert [process.returncode is None for process in begun] == [False]
    assert vectors(lab)[1] == 2


def test_the_command_says_what_it_did(lab):
    run = CliRunner()
    answer = run.invoke(cli, ["--data", str(lab.workspace.folder), "embed", "--json"])
    assert json.loads(answer.stdout) == {"generation": 2, "embedded": 2, "missing": 0}
    again = run.invoke(cli, ["--data", str(lab.workspace.folder), "embed"])
    assert again.stdout == "published as generation 2 of the data: 0 distinct texts were read by the model\n"


def test_where_nothing_was_ingested_there_is_nothing_to_embed(tmp_path):
    answer = CliRunner().invoke(cli, ["--data", str(tmp_path), "embed"])
    assert "nothing has been ingested yet" in str(answer.exception)
