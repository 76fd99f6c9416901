"""`commissure cohort compare`, as people and programs call it."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cohorts.errors import InvalidDefinition
from commissure.cli import cli
from sources.errors import SourceNotFound
from tests.commissure.test_cli_cohort import DEFINITION
from tests.webapp.fixtures import two_patients

EVERYONE = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "diabetes.json", tmp_path / "everyone.json"
    for path, definition in zip(paths, (DEFINITION, EVERYONE), strict=True):
        path.write_text(json.dumps(definition))
    return paths


def run(*arguments: object, protected: bool = False) -> Result:
    flags = ["--data", str(two_patients().folder / "data")]
    with pytest.MonkeyPatch.context() as patched:
        if protected:
            patched.setenv("COMMISSURE_PROTECT_BELOW", "11")
        return CliRunner().invoke(cli, [*flags, "cohort", "compare", *map(str, arguments)])


def test_a_cohort_and_the_rest_are_printed_for_people_and_for_programs(files: tuple[Path, Path]) -> None:
    plain = run(files[0], "--rest")
    assert plain.exit_code == 0, plain.exception
    assert plain.stdout.splitlines()[:2] == [f"A  1 patients: {files[0]}", "B  1 patients: everybody else"]
    found = json.loads(run(files[0], "--rest", "--json").stdout)
    assert (found["first"]["compared"], found["second"]["compared"]) == (1, 1)
    rows = list(csv.DictReader(io.StringIO(run(files[0], "--rest", "--csv").stdout)))
    concepts = [line for lines in found["concepts"].values() for line in lines]
    assert [row["first"] for row in rows if row["part"] == "concept"] == [str(line["first"]) for line in concepts]
    assert (rows[0]["name"], rows[0]["first"], rows[0]["second"]) == ("compared", "1", "1")


def test_who_is_in_both_is_said_and_outcomes_are_told(files: tuple[Path, Path]) -> None:
    plain = run(*files, "--by", "age,sex", "--outcome", files[0], "--within", "10,20").stdout
    assert "1 patients are in both, and left out of both." in plain
    assert "had it within 20 days" in plain and "entered on no day" in plain
    assert "within 10 days" in run(*files, "--by", "age", "--outcome", files[0], "--within", "10", "--csv").stdout


def test_small_numbers_are_protected(files: tuple[Path, Path]) -> None:
    found = json.loads(run(files[0], "--rest", "--json", protected=True).stdout)
    assert (found["first"]["compared"], found["second"]["compared"]) == ("<11", "<11")
    assert all(line["odds"] is None for lines in found["concepts"].values() for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.json",), "or A --rest"),
        (("a.json", "b.json", "--rest"), "or A --rest"),
        (("a.json", "--rest", "--by", "height"), "there is no 'height'"),
        (("a.json", "--rest", "--relation", "friends"), "there is no 'friends'"),
        (("a.json", "--rest", "--within", "soon"), "'soon' is no number of days"),
    ],
)
def test_what_is_asked_wrongly_is_refused(arguments: tuple[str, ...], said: str) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 2 and said in refused.stderr


def test_what_is_no_cohort_is_refused(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path / "none.json", "--rest").exception, SourceNotFound)
    (tmp_path / "broken.json").write_text("{")
    assert isinstance(run(tmp_path / "broken.json", "--rest").exception, InvalidDefinition)
