"""A pull that is killed at any moment goes on where it was, and ends as an undisturbed one does.

COMMISSURE_KILLS=200 kills so often.
"""

import os
import random
import signal
import subprocess
import sys

import pytest

from ingest.pull.job import JobGone
from tests.ingest.exports import InlinePool, Lab, condition, note, patient
from tests.ingest.pull.pulling import pulled, write_key
from tests.servers.fhir_bulk import BulkServer, Trouble

KILLS = int(os.environ.get("COMMISSURE_KILLS", "6"))
_DRIVER = """
import os, signal, sys
from pathlib import Path
from tests.ingest import exports
from tests.ingest.pull.pulling import CLIENT, pause
import ingest.pipeline
from ingest.progress import Silent
from ingest.pull.attachments import Bounds
from ingest.pull.flow import Asked, pull
from ingest.pull.keys import load_key
from ingest.pull.tokens import Client
from ingest.run import Options
ingest.pipeline.Pool = exports.InlinePool
folder, base, key, deadly, count = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), 0
for name in ("fsync", "rename", "replace", "unlink", "link", "open", "mkdir"):
    def wrapped(*args, original=getattr(os, name), **kwargs):
        global count
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(os, name, wrapped)
lab = exports.Lab(folder)
asked = Asked(base=base, client=Client(CLIENT, load_key(key)), since="last", bounds=Bounds(100, 100_000))
pull(asked, "d", lab.workspace, lab.tools, Options(), Silent(), pause)
print(count)
"""


def run(folder, server, key, deadly=0):
    command = [sys.executable, "-c", _DRIVER, str(folder), server.base, str(key), str(deadly)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def filled(server):
    server.per_file = 20
    server.put(patient(), *(condition(f"c{n}") for n in range(60)), note(text="# Plan\nStart cisplatin.\n"))
    for number in range(3):
        attachment = {"contentType": "text/plain", "url": f"{server.base}/Binary/b{number}" if number else f"{server.origin}/texts/0"}
        server.put({**note(f"e{number}"), "content": [{"attachment": attachment}]})
        server.others[f"/fhir/Binary/b{number}" if number else "/texts/0"] = ("text/plain", f"Start drug {number}.".encode())


def changed(server):
    server.put(patient("p2"), note(text="# Plan\nStart metformin.\n"), condition("c3", code="44054006", display="Diabetes"))
    server.remove("Condition", "c9")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The key, the quads after the first and the second pull of an undisturbed pair, and what the second one takes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    key, public = write_key(folder)
    with BulkServer(public) as server:
        filled(server)
        lab = Lab(folder)
        quads = []
        for change in (lambda _: None, changed):
            change(server)
            before = len(server.requests)
            process = run(folder, server, key)
            steps, errors = process.communicate()
            assert process.returncode == 0, errors
            quads.append(lab.quads())
        assert server.faults == []
        return key, public, quads, int(steps), len(server.requests) - before


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_any_moment(tmp_path, undisturbed, number):
    key, public, (first, second), steps, requests = undisturbed
    choice = random.Random(number)
    with BulkServer(public, Trouble(truncated=2, busy=7 if number % 3 == 0 else 0)) as server:
        filled(server)
        lab = Lab(tmp_path)
        process = run(tmp_path, server, key)
        assert process.wait() == 0
        assert lab.quads() == first
        changed(server)
        by_request = number % 2 == 0
        processes = []
        deadly = len(server.requests) + choice.randrange(1, requests + 1)

        def kill(request):
            if by_request and request == deadly and processes:
                processes[0].send_signal(signal.SIGKILL)

        server.on_request = kill
        processes.append(run(tmp_path, server, key, 0 if by_request else choice.randrange(1, steps)))
        processes[0].communicate()
        assert lab.quads() in (first, second)
        after = run(tmp_path, server, key)
        _, errors = after.communicate()
        assert after.returncode == 0, errors
        assert lab.quads() == second
        assert server.faults == []


def test_a_job_that_expired_meanwhile_is_asked_for_anew(tmp_path, undisturbed, monkeypatch):
    key, public, (first, _), _, _ = undisturbed
    with BulkServer(public) as server:
        filled(server)
        lab = Lab(tmp_path)

        with monkeypatch.context() as patched:
            patched.setattr("ingest.pull.files.fetch", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                pulled(lab, server, key)
        server.jobs.clear()
        monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
        pulled(lab, server, key)
        assert lab.quads() == first
        assert server.count("$export") == 2 and server.faults == []


def test_a_server_that_loses_every_export_is_told(tmp_path, undisturbed):
    key, public, *_ = undisturbed
    with BulkServer(public, Trouble(jobs_gone=9)) as server:
        filled(server)
        with pytest.raises(JobGone, match="does not have the export any longer"):
            pulled(Lab(tmp_path), server, key)
        assert server.count("$export") == 3
