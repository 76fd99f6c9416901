"""`commissure view run` over what was ingested."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from commissure.cli import cli
from commissure.errors import exit_code
from tests.ingest.exports import Lab, condition, patient

VIEW = {
    "resource": "Condition",
    "select": [
        {"column": [{"name": "id", "path": "getResourceKey()"}, {"name": "patient", "path": "subject.getReferenceKey(Patient)"}]},
        {"forEach": "code.coding", "column": [{"name": "code", "path": "code"}, {"name": "nothing", "path": "cod"}]},
    ],
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(tmp_path_factory.mktemp("views"))
    lab.ingest(patient(), condition(), condition("c2", code="44054006"), embed=False)
    lab.ingest(patient("p9"), condition("c9", "Patient/p9"), dataset="e", embed=False)
    return lab


def view(lab: Lab, definition: Any, *arguments: str) -> Result:
    file = lab.folder / "view.json"
    file.write_text(definition if isinstance(definition, str) else json.dumps(definition))
    return CliRunner().invoke(cli, ["view", "run", str(file), "--data", str(lab.workspace.folder), *arguments])


def test_a_dataset_as_csv_and_all_as_ndjson(lab: Lab) -> None:
    answer = view(lab, VIEW, "--dataset", "d")
    assert answer.exit_code == 0 and "! select[1].column[1].path: R4 has no element 'cod' in Coding" in answer.stderr
    assert list(csv.DictReader(io.StringIO(answer.stdout))) == [
        {"id": "c1", "patient": "p1", "code": "254837009", "nothing": ""},
        {"id": "c2", "patient": "p1", "code": "44054006", "nothing": ""},
    ]
    answer = view(lab, VIEW, "--format", "ndjson")
    assert [json.loads(line)["patient"] for line in answer.stdout.splitlines()] == ["p1", "p1", "p9"]


def test_parquet_into_a_file(lab: Lab, tmp_path: Path) -> None:
    answer = view(lab, VIEW, "--format", "parquet", "--out", str(tmp_path / "out.parquet"))
    assert answer.stdout == f"{tmp_path / 'out.parquet'}: 3 rows\n"
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == ["c1", "c2", "c9"]


def test_a_type_that_a_dataset_does_not_hold_gives_no_rows(lab: Lab) -> None:
    answer = view(lab, {"resource": "Device", "select": [{"column": [{"name": "id", "path": "id"}]}]}, "--dataset", "d")
    assert (answer.exit_code, answer.stdout) == (0, '"id"\n')


@pytest.mark.parametrize(
    ("definition", "arguments", "code", "told"),
    [
        ("{", (), 2, "view.json is not JSON"),
        ({"resource": "Condition"}, (), 2, "select: is missing"),
        (VIEW, ("--dataset", "none"), 4, "no dataset is called 'none'"),
    ],
)
def test_what_cannot_be_run_says_why(lab: Lab, definition: Any, arguments: tuple[str, ...], code: int, told: str) -> None:
    answer = view(lab, definition, *arguments)
    assert isinstance(answer.exception, Exception) and told in str(answer.exception) and exit_code(answer.exception) == code


def test_a_run_that_fails_leaves_no_file(lab: Lab, tmp_path: Path) -> None:
    several = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "name.given | name.family"}]}]}
    answer = view(lab, several, "--out", str(tmp_path / "out.csv"))
    assert "several values where one is needed (id)" in str(answer.exception) and list(tmp_path.iterdir()) == []


def test_nothing_ingested_and_no_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "v.json"
    answer = CliRunner().invoke(cli, ["view", "run", str(file), "--data", str(tmp_path / "data")])
    assert "v.json: cannot be read" in str(answer.exception)
    file.write_text(json.dumps(VIEW))
    answer = CliRunner().invoke(cli, ["view", "run", str(file), "--data", str(tmp_path / "data")])
    assert "nothing has been ingested yet" in str(answer.exception) and exit_code(answer.exception) == 4  # type: ignore[arg-type]
