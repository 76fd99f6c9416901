"""`kill -9` at any durable step: what was published stays readable, and the next run ends where an undisturbed one would.

`COMMISSURE_CRASHES=100` kills at as many steps; else at twelve, from the first to the last.
"""

import os
import signal
import subprocess
import sys

import pytest

from search.model import SearchRequest
from tests.ingest.exports import Lab, condition, deleted, note, patient, write

pytestmark = pytest.mark.long
KILLS = int(os.environ.get("COMMISSURE_CRASHES", "12"))

_DRIVER = """
import os, signal, sys
from pathlib import Path
from tests.ingest import exports
import ingest.pipeline
import ingest.scanning
ingest.pipeline.Pool = exports.InlinePool
ingest.scanning.BLOCK = 1500
deadly, count = int(sys.argv[2]), 0
for name in ("fsync", "rename", "replace", "unlink", "link"):
    def wrapped(*args, original=getattr(os, name), **kwargs):
        global count
        count += 1
        if count == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(os, name, wrapped)
lab = exports.Lab(Path(sys.argv[1]))
lab.ingest_path(sys.argv[1] + "/second")
print(count)
"""


def run(folder, deadly):
    return subprocess.run([sys.executable, "-c", _DRIVER, str(folder), str(deadly)], capture_output=True, text=True, check=False)


def prepared(folder):
    lab = Lab(folder)
    write(folder / "first" / "x.ndjson", patient(), *(condition(f"c{n}") for n in range(20)), note(text="# Plan\nStart cisplatin.\n"))
    write(
        folder / "second" / "x.ndjson",
        *(condition(f"c{n}", code="44054006", display="Diabetes") for n in range(10)),
        patient("p2"),
        note(text="# Plan\nStart metformin.\n"),
        note("d2", "Seen by Dr. X.", "Patient/p2"),
    )
    write(folder / "second" / "deleted" / "x.ndjson", deleted("Condition/c19"))
    lab.ingest_path(folder / "first")
    return lab


@pytest.fixture
def undisturbed(tmp_path, lab):
    whole = prepared(tmp_path / "whole")
    result = run(tmp_path / "whole", 0)
    assert result.returncode == 0, result.stderr
    return whole, int(result.stdout)


def test_killed_at_any_durable_step(tmp_path, undisturbed):
    whole, steps = undisturbed
    assert steps > 40
    expected = whole.quads()
    points = sorted({1 + round(n * (steps - 1) / (KILLS - 1)) for n in range(KILLS)})
    for point in points:
        folder = tmp_path / f"killed{point}"
        lab = prepared(folder)
        before = lab.quads()
        killed = run(folder, point)
        # How many files the store keeps differs a little from run to run: the last point may lie behind the end.
        assert killed.returncode == -signal.SIGKILL or (point > 0.9 * steps and int(killed.stdout) < point), f"at {point}"
        published = lab.quads()
        assert published in (before, expected), f"at {point}: neither the old nor the new generation"
        query = "cisplatin" if published == before else "metformin"
        assert [hit.document for hit in lab.snapshot().retriever.search(SearchRequest(query)).hits][:1] == [
            lab.iri("DocumentReference", "d1")
        ]
        report = lab.ingest_path(folder / "second")
        assert lab.quads() == expected, f"at {point}"
        assert report.records["rejected"] == 0
        assert max(path.name for path in (folder / "data" / "generations").iterdir()) == f"{lab.workspace.current():06d}"
        states = [status.state for status in lab.library().runs()]
        assert states[0] == "finished" and states.count("running") == 0
