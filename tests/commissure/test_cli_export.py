"""`commissure cohort export`, and views that are limited to a cohort."""

import csv
import errno
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from fhir.resources.R4B.group import Group

from cohorts import exporting
from cohorts.errors import CohortsError, ExportRefused, InvalidDefinition, ListsProtected
from commissure.cli import cli
from commissure.errors import exit_code, full
from tests.ingest.exports import Lab, condition, patient

CANCER = {
    "format": "commissure-cohort/1",
    "name": "cancer",
    "sets": {"cancer": ["http://snomed.info/id/254837009"]},
    "entry": {"any": [{"event": "condition", "in": "cancer"}]},
}
NOBODY = {**CANCER, "rules": [{"age": [150, None]}]}
ITEMS = {"format": "commissure-cohort/1", "subjects": "items", "entry": {"any": [{"event": "item"}]}}
VIEW = {
    "resource": "Condition",
    "select": [{"column": [{"name": "id", "path": "getResourceKey()"}, {"name": "patient", "path": "subject.getReferenceKey(Patient)"}]}],
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(tmp_path_factory.mktemp("exports"))
    dated = condition(onsetDateTime="2019-05-06")
    of_group = {**condition("c8"), "subject": {"reference": "Group/p1"}}
    people = patient(birthDate="1980-01-01"), patient("p2"), patient("p3", birthDate="1950")
    others = condition("c2", code="44054006"), condition("c3", "Patient/p2"), condition("c4", "Patient/p3", code="44054006")
    lab.ingest(*people, dated, *others, of_group, embed=False)
    lab.ingest(patient("p3"), condition("c9", "Patient/p3", onsetDateTime="2020-01-01"), dataset="e", embed=False)
    return lab


def run(lab: Lab, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["--data", str(lab.workspace.folder), *map(str, arguments)])


def export(lab: Lab, definition: Any, format_name: str, out: Path, *more: object) -> Result:
    file = lab.folder / "cohort.json"
    file.write_text(json.dumps(definition))
    return run(lab, "cohort", "export", file, "--format", format_name, "--out", out, *more)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_parquet_is_typed_and_has_what_csv_has(lab: Lab, tmp_path: Path) -> None:
    told = export(lab, CANCER, "parquet", tmp_path / "parquet")
    assert told.stdout == f"{tmp_path / 'parquet'}: 3 patients, 3 index events\n", told.output
    assert export(lab, CANCER, "csv", tmp_path / "csv").exit_code == 0
    patients, facts = (pq.read_table(tmp_path / "parquet" / f"{name}.parquet") for name in ("patients", "facts"))
    assert patients.schema.field("index").type == pa.date32() and patients.schema.field("age").type == pa.int32()
    assert facts.schema.field("day").type == pa.date32() and facts.schema.field("low").type == pa.float64()
    for name, table in (("patients", patients), ("facts", facts)):
        written = rows(tmp_path / "csv" / f"{name}.csv")
        assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in table.to_pylist()] == written
    ages = {(row["dataset"], row["patient"].rpartition("/")[2]): (str(row["index"]), row["age"]) for row in patients.to_pylist()}
    assert ages == {("d", "p1"): ("2019-05-06", 39), ("d", "p2"): ("None", None), ("e", "p3"): ("2020-01-01", None)}
    charted = [(row["patient"], row["concept"]) for row in facts.to_pylist() if row["kind"] == "condition"]
    cancer, diabetes = "http://snomed.info/id/254837009", "http://snomed.info/id/44054006"
    first, second, third = lab.iri("Patient", "p1"), lab.iri("Patient", "p2"), lab.iri("Patient", "p3", "e")
    assert sorted(charted) == sorted([(first, cancer), (first, diabetes), (second, cancer), (third, cancer)])


def test_a_group_is_valid_and_has_the_members(lab: Lab, tmp_path: Path) -> None:
    assert export(lab, CANCER, "group", tmp_path / "g.json", "--dataset", "d").exit_code == 0
    group = json.loads((tmp_path / "g.json").read_text())
    assert Group.model_validate(group)
    assert (group["type"], group["actual"], group["name"], group["quantity"]) == ("person", True, "cancer", 2)
    period = {"start": "2019-05-06", "end": "2019-05-06"}
    assert sorted(group["member"], key=lambda one: one["entity"]["reference"]) == [
        {"entity": {"reference": "Patient/p1"}, "period": period},
        {"entity": {"reference": "Patient/p2"}},
    ]
    refused = export(lab, CANCER, "group", tmp_path / "both.json")
    assert isinstance(refused.exception, ExportRefused) and "d, e: export each by itself" in str(refused.exception)
    assert export(lab, NOBODY, "group", tmp_path / "none.json").exit_code == 0
    assert Group.model_validate(json.loads((tmp_path / "none.json").read_text())).quantity == 0


def test_subjects_of_omop_keep_their_numbers(lab: Lab, tmp_path: Path) -> None:
    told = export(lab, CANCER, "omop", tmp_path / "one")
    assert "note: 1 index events have no date: OMOP has no place for them" in told.stderr
    assert export(lab, CANCER, "omop", tmp_path / "two", "--dataset", "d").exit_code == 0
    one, two = ({row["patient"]: int(row["subject_id"]) for row in rows(tmp_path / name / "subjects.csv")} for name in ("one", "two"))
    assert len(set(one.values())) == 3 and two.items() < one.items() and all(0 <= number < 2**53 for number in one.values())
    cohort = rows(tmp_path / "one" / "cohort.csv")
    assert {(int(row["subject_id"]), row["cohort_start_date"], row["cohort_end_date"]) for row in cohort} == {
        (one[lab.iri("Patient", "p1")], "2019-05-06", "2019-05-06"),
        (one[lab.iri("Patient", "p3", "e")], "2020-01-01", "2020-01-01"),
    }
    (about,) = rows(tmp_path / "one" / "cohort_definition.csv")
    assert json.loads(about["cohort_definition_syntax"]) == CANCER
    assert about["cohort_definition_name"] == "cancer" and {row["cohort_definition_id"] for row in cohort} == {
        about["cohort_definition_id"]
    }


@pytest.mark.parametrize("format_name", ["csv", "parquet", "omop"])
def test_nobody_makes_tables_without_rows(lab: Lab, tmp_path: Path, format_name: str) -> None:
    assert export(lab, NOBODY, format_name, tmp_path / "out").stdout.endswith("0 patients, 0 index events\n")
    for name in ("patients", "facts") if format_name == "csv" else ():
        assert rows(tmp_path / "out" / f"{name}.csv") == []


def test_nothing_is_written_over_unless_it_is_asked_for(lab: Lab, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(lab, CANCER, "csv", out).exit_code == 0
    refused = export(lab, NOBODY, "csv", out)
    assert isinstance(refused.exception, ExportRefused) and exit_code(refused.exception) == 2 and len(rows(out / "patients.csv")) == 3
    assert export(lab, NOBODY, "csv", out, "--force").exit_code == 0 and rows(out / "patients.csv") == []
    (out / "mine.txt").write_text("kept")
    for format_name in ("csv", "group"):
        assert isinstance(export(lab, CANCER, format_name, out, "--force").exception, ExportRefused)
    assert (out / "mine.txt").read_text() == "kept" and list(tmp_path.iterdir()) == [out]


def test_a_disk_that_is_full_leaves_what_was_there(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    assert export(lab, CANCER, "csv", out).exit_code == 0

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting.csv, "write_csv", refuse)
    told = export(lab, NOBODY, "csv", out, "--force")
    assert isinstance(told.exception, CohortsError) and "no room is left" in str(full(told.exception))
    assert len(rows(out / "patients.csv")) == 3 and list(tmp_path.iterdir()) == [out]


def test_what_cannot_be_exported_says_why(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = export(lab, CANCER, "csv", tmp_path / "none" / "out").exception
    assert isinstance(nowhere, CohortsError) and "none/out: cannot be written: No such file or directory" in str(nowhere)
    assert isinstance(export(lab, ITEMS, "csv", tmp_path / "out").exception, ExportRefused)
    monkeypatch.setenv("COMMISSURE_PROTECT_BELOW", "11")
    assert isinstance(export(lab, CANCER, "csv", tmp_path / "out").exception, ListsProtected)
    assert list(tmp_path.iterdir()) == []


def view(lab: Lab, definition: Any, *more: object) -> Result:
    file = lab.folder / "view.json"
    file.write_text(json.dumps(definition))
    return run(lab, "view", "run", file, "--format", "ndjson", *more)


def cohort(lab: Lab, definition: Any) -> Path:
    file = lab.folder / "of.json"
    file.write_text(json.dumps(definition))
    return file


def test_a_view_of_a_cohort_is_the_whole_one_without_all_others(lab: Lab) -> None:
    everything = [json.loads(line) for line in view(lab, VIEW, "--dataset", "d").stdout.splitlines()]
    told = view(lab, VIEW, "--dataset", "d", "--cohort", cohort(lab, CANCER))
    assert told.stderr == "! 1 records of Condition name no patient by id: they are left out\n"
    assert [json.loads(line) for line in told.stdout.splitlines()] == [row for row in everything if row["patient"] in ("p1", "p2")]
    assert {row["id"] for row in everything} == {"c1", "c2", "c3", "c4", "c8"}


def test_an_id_is_somebody_else_in_each_dataset(lab: Lab) -> None:
    found = [json.loads(line)["id"] for line in view(lab, VIEW, "--cohort", cohort(lab, CANCER)).stdout.splitlines()]
    assert found == ["c1", "c2", "c3", "c9"]
    people = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "getResourceKey()"}]}]}
    found = [json.loads(line)["id"] for line in view(lab, people, "--cohort", cohort(lab, CANCER)).stdout.splitlines()]
    assert found == ["p1", "p2", "p3"]
    assert view(lab, people, "--cohort", cohort(lab, NOBODY)).stdout == ""


def test_a_view_is_of_no_items(lab: Lab) -> None:
    assert isinstance(view(lab, VIEW, "--cohort", cohort(lab, ITEMS)).exception, InvalidDefinition)
