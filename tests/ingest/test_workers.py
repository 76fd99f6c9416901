import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.workers import Pool
from tests.ingest.exports import InlinePool, condition, note, patient, write


def double(number):
    return number * 2


def die_on_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 2


def die_once(path):
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_every_task_gives_its_result():
    with Pool(2) as pool:
        assert sorted(pool.run(double, list(range(20)))) == [(n, n * 2) for n in range(20)]


def test_only_the_task_that_kills_its_worker_is_given_up():
    with Pool(2) as pool:
        assert sorted(pool.run(die_on_three, list(range(8)))) == [(n, None if n == 3 else n * 2) for n in range(8)]


def test_a_worker_killed_by_accident_costs_nothing(tmp_path):
    with Pool(1) as pool:
        assert list(pool.run(die_once, [str(tmp_path / "x")])) == [(str(tmp_path / "x"), "done")]


class NoProcesses(InlinePool):
    """Fails where work is given to another process."""

    def here(self, function, tasks):
        yield from super().run(function, tasks)

    def run(self, function, tasks):
        if tasks:
            raise RuntimeError("given away")
        yield from ()


def test_few_records_start_no_process(lab, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", NoProcesses)
    report = lab.ingest(patient(), condition(), note(text="No breast cancer."))
    assert report.records["added"] == 3
    (document,) = lab.snapshot().catalog.documents_of_record(lab.iri("DocumentReference", "d1"))
    assert [one.assertion.value for one in lab.snapshot().catalog.document(document.id).mentions] == ["negated"]


@pytest.mark.parametrize(
    "attachment",
    [
        {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-1.4 ...").decode()},
        {"contentType": "text/plain", "data": base64.b64encode(b"%PDF-1.4 ...").decode()},
        {"contentType": "text/plain", "data": base64.b64encode(base64.b64encode(b"{\\rtf1 ...")).decode()},
        {"contentType": "text/plain", "url": "./beside.txt"},
        {"contentType": "text/plain", "data": "&"},
    ],
)
def test_what_may_bring_its_reader_down_is_given_to_a_process(lab, monkeypatch, attachment):
    monkeypatch.setattr("ingest.pipeline.Pool", NoProcesses)
    with pytest.raises(RuntimeError, match="given away"):
        lab.ingest(patient(), note(content=[{"attachment": attachment}]))


def test_many_records_are_given_to_processes(lab, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", NoProcesses)
    with pytest.raises(RuntimeError, match="given away"):
        lab.ingest(*(patient(f"p{number}") for number in range(300)))


def heed():
    """In the child: a process that a shell started in the background would ignore the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("interrupt", "everyone"),
    [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)],
    ids=["as a terminal does", "the run alone", "as a service manager does"],
)
def test_an_interrupted_run_ends_without_noise_and_the_next_one_completes_it(tmp_path, interrupt, everyone):
    records = [patient(f"p{number}") for number in range(20_000)]
    export = write(tmp_path / "export" / "x.ndjson", *records).parent
    command = [
        sys.executable,
        "-m",
        "commissure",
        "--data",
        str(tmp_path / "data"),
        "ingest",
        "fhir",
        str(export),
        "--dataset",
        "d",
        "--no-embed",
    ]
    with subprocess.Popen(
        command, start_new_session=True, preexec_fn=heed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        said = ""
        while "mapping" not in said:
            line = run.stderr.readline()
            assert line, said
            said += line
        (os.killpg if everyone else os.kill)(run.pid, interrupt)
        rest = run.stderr.read()
    assert run.returncode == 130
    assert "Traceback" not in said + rest
    done = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["records"]["added"] == len(records)
