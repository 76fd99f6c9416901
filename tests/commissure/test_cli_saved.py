"""`commissure saved`, and cohorts that are counted by their names."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cohorts.saved.database import FILE
from cohorts.saved.errors import SavedChanged, SavedMissing, SavedRefused, SavedUnusable
from cohorts.saved.questions import Questions
from cohorts.saved.things import SavedThings
from commissure.cli import cli
from commissure.errors import exit_code
from ingest.workspace import Workspace
from sources.errors import SourceNotFound
from tests.webapp.fixtures import two_patients

CODES = {"codes": [{"code": "44054006", "descendants": True}]}
DIABETICS = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "condition", "in": "diabetes"}]}}
ADULTS = {"format": "commissure-cohort/1", "entry": {"any": [{"cohort": "diabetics"}]}, "rules": [{"age": [18, None]}]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_patients().folder / "data", tmp_path / "data"))


def run(data: Path, *arguments: object, given: Any = None) -> Result:
    text = json.dumps(given) if given is not None else None
    return CliRunner().invoke(cli, ["--data", str(data), *map(str, arguments)], input=text)


def save(data: Path) -> None:
    for name, content, kind in (("diabetes", CODES, "concepts"), ("diabetics", DIABETICS, "cohort"), ("adults", ADULTS, "cohort")):
        told = run(data, "saved", "save", name, "-", given=content)
        assert told.stdout == f"{name}: version 1 of this {kind} is saved\n", told.output


def test_a_saved_cohort_is_counted_by_its_name_and_says_when_it_no_longer_holds(data: Path, tmp_path: Path) -> None:
    assert "nothing is saved yet" in run(data, "saved", "list").stdout
    save(data)
    assert json.loads(run(data, "saved", "show", "adults", "--json").stdout)["result"] is None
    assert run(data, "cohort", "count", "adults").stdout.startswith("1 patients, 1 index events")
    told = json.loads(run(data, "saved", "show", "adults", "--json").stdout)
    assert told["result"] | {"counted": "", "digest": ""} == {
        **{"version": 1, "digest": "", "generation": 2, "counted": "", "datasets": ["demo", "letters"], "subjects": "patients"},
        **{"count": 1, "events": 1, "frozen": {}, "newer": []},
    }
    assert "adults, version 1, 1 patients\n" in run(data, "saved", "list").stdout
    run(data, "saved", "save", "diabetes", "-", given={"codes": ["44054006"]})
    assert "1 patients; the definition is newer\n" in run(data, "saved", "list").stdout
    assert run(data, "cohort", "run", "adults", "--json").exit_code == 0
    (tmp_path / "note.txt").write_text("Dear colleague")
    assert run(data, "ingest", "text", tmp_path / "note.txt", "--dataset", "more", "--no-embed").exit_code == 0
    assert "1 patients; data are newer\n" in run(data, "saved", "list").stdout
    assert "; data are newer" in run(data, "saved", "show", "adults").stdout
    assert Workspace(data).saved_path == data / FILE and (data / FILE).exists()


def test_a_file_may_name_what_is_saved_and_comes_before_a_name(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(data)
    assert json.loads(run(data, "cohort", "count", "-", "--json", given=ADULTS).stdout)["count"] == 1
    monkeypatch.chdir(tmp_path)
    Path("adults").write_text(json.dumps({**DIABETICS, "entry": {"any": [{"event": "patient"}]}}))
    assert json.loads(run(data, "cohort", "count", "adults", "--json").stdout)["count"] == 2
    assert json.loads(run(data, "saved", "show", "adults", "--json").stdout)["result"] is None


def test_what_is_frozen_is_kept_with_the_count(data: Path) -> None:
    words = {"format": "commissure-cohort/1", "entry": {"any": [{"note": {"text": "cisplatin"}}]}}
    run(data, "saved", "save", "words", "-", given=words)
    counted = json.loads(run(data, "cohort", "count", "words", "--json").stdout)
    assert json.loads(run(data, "saved", "show", "words", "--json").stdout)["result"]["frozen"] == counted["frozen"] != {}


def test_things_are_renamed_shared_and_dropped_and_their_versions_listed(data: Path) -> None:
    save(data)
    assert run(data, "saved", "rename", "adults", "grown-ups").stdout == "adults: is called grown-ups\n"
    assert run(data, "saved", "share", "grown-ups", "readers").stdout == "grown-ups: readers\n"
    run(data, "saved", "save", "grown-ups", "-", "--description", "18 or older", given=ADULTS)
    lines = run(data, "saved", "versions", "grown-ups").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["4", "3", "2", "1"] and lines[0].endswith("grown-ups, readers: 18 or older")
    assert lines[-1].endswith("adults, private")
    assert json.loads(run(data, "saved", "show", "grown-ups", "--version", "1", "--json").stdout)["name"] == "adults"
    assert json.loads(run(data, "saved", "show", "grown-ups", "--content").stdout) == ADULTS
    assert len(json.loads(run(data, "saved", "versions", "grown-ups", "--json").stdout)) == 4
    kinds = json.loads(run(data, "saved", "list", "--kind", "cohort", "--json").stdout)
    assert [one["name"] for one in kinds] == ["diabetics", "grown-ups"]
    assert run(data, "saved", "drop", "grown-ups").stdout == "grown-ups: dropped\n"


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        (("saved", "show", "none"), SavedMissing, 4),
        (("saved", "show", "adults", "--version", "7"), SavedMissing, 4),
        (("cohort", "count", "none"), SavedMissing, 4),
        (("cohort", "count", "none.json"), SourceNotFound, 4),
        (("cohort", "count", "diabetes"), SavedMissing, 4),
        (("saved", "drop", "diabetics"), SavedRefused, 2),
        (("saved", "rename", "adults", "two words"), SavedRefused, 2),
        (("saved", "save", "adults", "-", "--version", "5"), SavedChanged, 2),
        (("saved", "save", "new", "-", "--version", "5"), SavedMissing, 4),
        (("saved", "save", "new", "no/such/file"), SourceNotFound, 4),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(data: Path, arguments: tuple[str, ...], error: type[Exception], code: int) -> None:
    save(data)
    refused = run(data, *arguments, given=ADULTS)
    assert isinstance(refused.exception, error) and exit_code(refused.exception) == code


def test_a_kind_stays_and_no_json_is_told(data: Path, tmp_path: Path) -> None:
    save(data)
    assert "is saved as cohort, and this is concepts" in run(data, "saved", "save", "adults", "-", given=CODES).stderr
    (tmp_path / "a.json").write_text("{")
    assert "is no JSON (line 1, column 2" in run(data, "saved", "save", "a", tmp_path / "a.json").stderr


def test_a_damaged_file_is_named_and_hides_no_count_of_a_file(data: Path, tmp_path: Path) -> None:
    (data / FILE).write_bytes(b"no database at all" * 100)
    for arguments in (("saved", "list"), ("cohort", "count", "adults")):
        refused = run(data, *arguments)
        assert isinstance(refused.exception, SavedUnusable) and exit_code(refused.exception) == 1
        assert str(data / FILE) in str(refused.exception)
    whole = {**DIABETICS, "sets": {"diabetes": CODES["codes"]}}
    assert run(data, "cohort", "count", "-", given=whole).exit_code == 0


def test_cohorts_are_put_together_and_saved(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(data)
    everybody = {"format": "commissure-cohort/1", "entry": {"any": [{"event": "patient"}]}}
    run(data, "saved", "save", "everybody", "-", given=everybody)
    told = run(data, "saved", "combine", "without", "everybody", "adults", "--save", "others")
    lines = [line.split() for line in told.stdout.splitlines()]
    assert lines[0][:2] == ["1", "patients"] and lines[2:4] == [["everybody", "2"], ["adults", "1"]]
    assert lines[4:] == [["only", "everybody", "1"], ["only", "adults", "0"], ["only", "everybody", "and", "adults", "1"]]
    assert json.loads(run(data, "cohort", "count", "others", "--json").stdout)["count"] == 1
    assert json.loads(run(data, "saved", "combine", "or", "everybody", "adults", "--json").stdout)["count"] == 2
    assert "two to 8 are put together" in run(data, "saved", "combine", "or", "adults", "adults").stderr
    monkeypatch.setenv("COMMISSURE_PROTECT_BELOW", "11")
    hidden = json.loads(run(data, "saved", "combine", "and", "everybody", "adults", "--json").stdout)
    assert hidden["count"] == "hidden" and set(hidden["sizes"].values()) == {"<11"}
    run(data, "cohort", "count", "others")
    assert json.loads(run(data, "saved", "show", "others", "--json").stdout)["result"]["count"] == "<11"


def test_questions_are_those_of_whoever_sits_here(data: Path) -> None:
    questions = Questions(SavedThings(data).database)
    for user, text in (("", "mine"), ("anna", "hers")):
        questions.keep(user, "search", text, f"/search?q={text}")
    assert run(data, "saved", "questions").stdout.endswith("  search mine\n")
    assert [one["said"] for one in json.loads(run(data, "saved", "questions", "--json").stdout)] == ["mine"]
    assert run(data, "saved", "questions", "--clear").stdout == "1 questions are forgotten\n"
    assert [one.said for one in questions.asked("anna")] == ["hers"]
