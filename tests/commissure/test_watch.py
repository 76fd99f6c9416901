"""Watching: what changes is brought in, one round at a time; errors put rounds further apart; SIGTERM ends it cleanly."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from commissure.rounds import duration, repeat, wait_after
from sources.errors import SourceNotFound
from tests.ingest.exports import Lab, patient, write
from tests.ingest.test_s3 import bucket, put  # noqa: F401 - a fixture
from tests.servers.fhir_bulk import BulkServer, Trouble

LONG = 120.0


def command(folder, *arguments):
    return [
        sys.executable,
        "-m",
        "commissure",
        "watch",
        *map(str, arguments),
        "--dataset",
        "d",
        "--data",
        str(folder / "data"),
        "--no-embed",
    ]


def once(folder, *arguments):
    ran = subprocess.run(command(folder, *arguments, "--once"), capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran


class Running:
    """A watcher at work, and what it says."""

    def __init__(self, folder, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            command(folder, *arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        self.lines.extend(self.process.stdout)

    def says(self, words, times=1):
        until = time.monotonic() + LONG
        while sum(words in line for line in self.lines) < times:
            assert time.monotonic() < until and self.process.poll() is None, "".join(self.lines)
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LONG) == 0, "".join(self.lines)
        assert "Traceback" not in "".join(self.lines)


@pytest.fixture
def running(tmp_path):
    started = []

    def start(*arguments):
        started.append(Running(tmp_path, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()


def test_rounds_are_further_apart_while_they_fail():
    assert [wait_after(failures, 3600) for failures in range(9)] == [3600, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [wait_after(failures, 10) for failures in (0, 1, 2, 3, 30)] == [10, 10, 20, 40, 3600]
    assert wait_after(30, 86400) == 86400
    assert [duration(seconds) for seconds in (90, 900, 7200)] == ["90 s", "15 min", "2 h"]


def test_errors_are_said_and_a_good_round_forgets_them():
    outcomes = iter(
        [SourceNotFound("nothing there"), SourceNotFound("nothing there"), None, SourceNotFound("nothing there"), KeyboardInterrupt()]
    )
    said, waited = [], []

    def one_round():
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome

    with pytest.raises(KeyboardInterrupt):
        repeat(one_round, 600, said.append, waited.append)
    assert waited == [60, 120, 600, 60]
    assert said[1] == "! nothing there; tried again in 2 min" and len(said) == 3


def test_a_defect_ends_it():
    def one_round():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        repeat(one_round, 1, print, lambda _: None)


def test_a_folder_is_brought_in_when_it_changes(tmp_path):
    folder = tmp_path / "export"
    assert once(tmp_path, folder).returncode == 4
    write(folder / "Patient.ndjson", patient())
    first = once(tmp_path, folder)
    assert first.returncode == 0 and "1 added" in first.stdout
    assert once(tmp_path, folder).stdout == "d: nothing changed\n"
    write(folder / "Patient.ndjson", patient(), "{broken")
    assert once(tmp_path, folder).returncode == 3
    assert once(tmp_path, folder, "--every", "soon").returncode == 2


def test_a_prefix_of_a_bucket_is_brought_in_when_it_changes(bucket, tmp_path):  # noqa: F811
    put(bucket, "watched/Patient/Patient-1-0.ndjson", patient())
    assert "1 added" in once(tmp_path, "s3://exports/watched/").stdout
    assert once(tmp_path, "s3://exports/watched/").stdout == "d: nothing changed\n"
    put(bucket, "watched/Patient/Patient-2-0.ndjson", patient("p2"))
    assert "1 added, 0 changed, 1 unchanged" in once(tmp_path, "s3://exports/watched/").stdout


def test_a_fhir_server_is_pulled_since_the_last_time(tmp_path):
    with BulkServer(None, Trouble(needs_token=False)) as server:
        server.put(patient())
        first = once(tmp_path, server.base)
        assert first.returncode == 0 and "1 added" in first.stdout, first.stderr
        server.put(patient("p2"))
        second = once(tmp_path, server.base)
        assert "what changed since 2024-01-01T00:00:01Z" in second.stdout and "1 records read" in second.stdout
        assert server.faults == []


def test_it_goes_on_until_it_is_told_to_stop(tmp_path, running):
    folder = tmp_path / "export"
    watcher = running(folder, "--every", "1s")
    watcher.says("no such file or folder, and no file matches it as a pattern; tried again in 1 s")
    write(folder / "Patient.ndjson", patient())
    watcher.says("1 added")
    write(folder / "Patient2.ndjson", patient("p2"))
    watcher.says("1 added, 0 changed, 1 unchanged")
    second = once(tmp_path, folder)
    assert second.returncode == 5 and f"process {watcher.process.pid} watches" in second.stderr
    watcher.stop()
    assert watcher.lines[-1] == "stopped; the next run takes up what was finished\n"
    assert once(tmp_path, folder).stdout == "d: nothing changed\n"


def test_it_stops_within_a_round_and_the_next_one_goes_on(tmp_path, running):
    folder = tmp_path / "export"
    with BulkServer(None, Trouble(needs_token=False, waits=1000)) as server:
        server.put(patient())
        watcher = running(server.base, "--every", "1h")
        watcher.says("waiting for the server")
        watcher.stop()
        for job in server.jobs.values():
            job.waits = 0
        ran = once(tmp_path, server.base)
        assert ran.returncode == 0 and "1 added" in ran.stdout, ran.stderr
        assert server.count("$export") == 1 and server.faults == []
    write(folder / "x.ndjson", *(patient(f"q{number}") for number in range(3000)))
    watcher = running(folder, "--every", "1h")
    watcher.says("mapping")
    watcher.stop()
    ran = once(tmp_path, folder)
    assert ran.returncode == 0, ran.stderr
    lab = Lab(tmp_path)
    undisturbed = Lab(tmp_path / "other")
    (tmp_path / "other").mkdir()
    undisturbed.ingest_path(write(tmp_path / "all" / "x.ndjson", patient(), *(patient(f"q{number}") for number in range(3000))))
    assert lab.quads() == undisturbed.quads()


def test_settings_reach_the_server(tmp_path):
    ran = subprocess.run(
        command(tmp_path, "https://ehr.example/fhir", "--once"), capture_output=True, text=True, check=False,
        env={**os.environ, "COMMISSURE_PULL_CLIENT_ID": "x", "COMMISSURE_PULL_KEY": str(tmp_path / "none.pem")},
    )  # fmt: skip
    assert ran.returncode == 2 and "none.pem: the key cannot be read" in ran.stderr
