"""`commissure cohort`, as people and programs call it."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from cohorts.errors import InvalidDefinition, NotImported
from commissure.cli import cli
from commissure.errors import exit_code
from sources.errors import SourceNotFound
from tests.webapp.fixtures import two_patients

DEFINITION = {
    "format": "commissure-cohort/1",
    "sets": {"diabetes": [{"code": "44054006", "descendants": True}], "nothing": ["http://snomed.info/id/1"]},
    "entry": {"any": [{"event": "condition", "in": "diabetes"}]},
    "rules": [{"name": "adult", "age": [18, None]}, {"event": "condition", "in": "nothing", "count": {"eq": 0}}],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "definition.json"
    path.write_text(json.dumps(DEFINITION))
    return path


def run(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["--data", str(two_patients().folder / "data"), "cohort", *map(str, arguments)], input=given)


def test_counts_are_printed_for_people_and_for_programs(file: Path) -> None:
    plain = run("count", file)
    assert plain.stdout.splitlines()[0] == "1 patients, 1 index events"
    assert plain.stdout.splitlines()[3:] == [f"{rule:50}{1:>12}{1:>12}" for rule in ("entry", "adult", "2. no condition nothing")]
    assert plain.stderr == "note: set nothing: nothing published has 1 of 1 codes: http://snomed.info/id/1\n"
    found = json.loads(run("count", file, "--json").stdout)
    assert (found["count"], found["events"], found["frozen"], found["generation"]) == (1, 1, {}, 2)
    assert found["attrition"][1] == {"rule": "adult", "patients": 1, "events": 1}
    assert run("count", "-", "--csv", given=file.read_text()).stdout.splitlines()[:2] == ["rule,patients,events", "entry,1,1"]


def test_patients_are_listed_with_the_day_on_which_they_enter(file: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(run("run", file, "--csv").stdout))
    (member,) = json.loads(run("run", file, "--json").stdout)["patients"]
    assert row == {key: str("" if value is None else value) for key, value in member.items()}
    assert member["patient"].endswith("/Patient/milan")
    assert member["label"] in run("run", file).stdout
    assert json.loads(run("run", file, "--json", "--dataset", "letters").stdout)["count"] == 0


def test_the_statement_counts_the_same_over_the_tables_that_are_written(file: Path, tmp_path: Path) -> None:
    printed = run("sql", file, "--parquet", tmp_path / "tables").stdout
    assert "-- adult" in printed
    rows = duckdb.sql(printed).fetchall()
    assert len(rows) == json.loads(run("count", file, "--json").stdout)["events"]
    patients = duckdb.sql(f"SELECT iri FROM '{tmp_path}/tables/patients.parquet' WHERE patient = {rows[0][0]}").fetchall()
    assert patients[0][0].endswith("/Patient/milan")
    assert "read_parquet('events.parquet')" in run("sql", file).stdout


def test_an_ohdsi_definition_is_printed_as_one_of_ours(tmp_path: Path) -> None:
    entry = {"CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}], "PrimaryCriteriaLimit": {"Type": "All"}}
    concept = {"CONCEPT_ID": 1, "CONCEPT_CODE": "44054006", "VOCABULARY_ID": "SNOMED"}
    sets = [{"id": 0, "name": "diabetes", "expression": {"items": [{"concept": concept, "includeDescendants": True}]}}]
    (tmp_path / "circe.json").write_text(json.dumps({"ConceptSets": sets, "PrimaryCriteria": entry, "EndStrategy": {"DateOffset": {}}}))
    imported = run("import", tmp_path / "circe.json")
    assert json.loads(imported.stdout)["exit"] == {"end": "start+0"}
    assert json.loads(run("count", "-", "--json", given=imported.stdout).stdout)["count"] == 1
    refused = run("import", "-", given=json.dumps({"PrimaryCriteria": {"CriteriaList": [{"DrugEra": {}}]}}))
    assert isinstance(refused.exception, NotImported) and exit_code(refused.exception) == 2


def test_what_is_wrong_is_told_without_a_traceback(file: Path, tmp_path: Path) -> None:
    for arguments, error, code in (
        (("count", tmp_path / "none.json"), SourceNotFound, 4),
        (("count", file, "--dataset", "nowhere"), InvalidDefinition, 2),
        (("run", "-"), InvalidDefinition, 2),
    ):
        found = run(*arguments, given="{}")
        assert isinstance(found.exception, error), found.output
        assert exit_code(found.exception) == code


def test_nothing_that_lists_or_counts_at_will_leaves_while_numbers_are_protected(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = tmp_path / "view.json"
    view.write_text(json.dumps({"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]}))
    asked = (
        ("cohort", "run", file),
        ("cohort", "sql", file, "--parquet", tmp_path / "tables"),
        ("view", "run", view, "--format", "csv"),
        ("datasets", "export", two_patients_dataset()),
        ("query", "--sparql", "ASK { ?s ?p ?o }"),
    )
    for protected, code in ((False, 0), (True, 2)):
        if protected:
            monkeypatch.setenv("COMMISSURE_PROTECT_BELOW", "11")
        for arguments in asked:
            found = CliRunner().invoke(cli, ["--data", str(two_patients().folder / "data"), *map(str, arguments)])
            assert (exit_code(found.exception) if found.exception else 0) == code, (arguments, found.output)
    assert json.loads(run("count", file, "--json").stdout)["count"] == "<11"


def two_patients_dataset() -> str:
    """A dataset of records."""
    found = CliRunner().invoke(cli, ["--data", str(two_patients().folder / "data"), "datasets", "--json"])
    return str(next(one["dataset"] for one in json.loads(found.stdout) if one["kinds"].get("Patient")))
