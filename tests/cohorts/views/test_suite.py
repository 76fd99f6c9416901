"""A folder of tests is run, and what fails in it is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cohorts.views.errors import SuiteUnreadable
from cohorts.views.suite import run_suite
from commissure.cli import cli
from tests.cohorts.views.running import PATIENT, column

VIEW = {"resource": "Patient", "select": [column("id")]}


def folder(at: Path, *tests: dict[str, Any]) -> Path:
    (at / "one.json").write_text(json.dumps({"title": "one", "resources": [PATIENT], "tests": tests}))
    return at


def test_what_passes_and_what_does_not(tmp_path: Path) -> None:
    tests = (
        {"title": "right", "view": VIEW, "expect": [{"c": "p1"}]},
        {"title": "wrong", "view": VIEW, "expect": [{"c": "p2"}, {"c": "p3"}]},
        {"title": "an error is wanted", "view": {}, "expectError": True},
        {"title": "an error is missed", "view": VIEW, "expectError": True},
        {"title": "refused", "view": {"resource": "Patient", "select": [column("id.nothing()")]}, "expect": []},
        {"title": "columns", "view": VIEW, "expectColumns": ["d"], "expect": [{"c": "p1"}]},
    )
    found = {one.title: one.fault for one in run_suite(folder(tmp_path, *tests))}
    assert found["right"] == found["an error is wanted"] == ""
    assert found["wrong"] == "1 rows too many, 2 missing"
    assert found["an error is missed"] == "an error was expected"
    assert "'nothing' is not supported" in found["refused"]
    assert found["columns"] == "columns are ['c']"


def test_a_folder_that_holds_no_tests_says_so(tmp_path: Path) -> None:
    with pytest.raises(SuiteUnreadable, match=r"holds no \.json files"):
        list(run_suite(tmp_path))
    for wrong in ("[1]", "{", '{"resources": [], "tests": [3]}', '{"resources": 3, "tests": []}'):
        (tmp_path / "x.json").write_text(wrong)
        with pytest.raises(SuiteUnreadable, match=r"x\.json: is not a file of tests"):
            list(run_suite(tmp_path))


def test_the_command_counts_and_ends_with_1_unless_all_pass(tmp_path: Path) -> None:
    good = {"title": "right", "view": VIEW, "expect": [{"c": "p1"}]}
    answer = CliRunner().invoke(cli, ["view", "test", str(folder(tmp_path, good))])
    assert (answer.exit_code, answer.output) == (0, "1 passed, 0 failed\n")
    answer = CliRunner().invoke(cli, ["view", "test", str(folder(tmp_path, good, {**good, "title": "bad\x1b", "expect": []}))])
    assert (answer.exit_code, answer.output) == (1, "failed: one: bad·: 1 rows too many, 0 missing\n1 passed, 1 failed\n")
    answer = CliRunner().invoke(cli, ["view", "test", str(tmp_path), "--json"])
    assert json.loads(answer.output)["failed"][0]["file"] == "one"
