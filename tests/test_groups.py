"""Tests that belong together run in one process, and those that take long begin."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OF_A_FILE = """
import os, pathlib, pytest
{mark}

@pytest.mark.parametrize("number", range(5))
def test_where(number):
    with (pathlib.Path(__file__).parents[1] / "where").open("a") as written:
        written.write(f"{{pathlib.Path(__file__).stem}} {{os.getpid()}}\\n")
"""


def test_files_stay_together_over_two_processes_and_long_ones_begin(tmp_path):
    tests = tmp_path / "tests"
    tests.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long: begins\n")
    for number in range(6):
        mark = "pytestmark = pytest.mark.long" if number in (4, 5) else ""
        (tests / f"test_{number}.py").write_text(OF_A_FILE.format(mark=mark))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.groups",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "tests",
    ]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120)
    assert "30 passed" in done.stdout, done.stdout + done.stderr
    ran = [line.split() for line in (tmp_path / "where").read_text().splitlines()]
    files = {process: [file for file, by in ran if by == process] for _, process in ran}
    assert len(files) == 2
    assert sorted(file for found in files.values() for file in set(found)) == [f"test_{number}" for number in range(6)]
    assert {found[0] for found in files.values()} == {"test_4", "test_5"}
