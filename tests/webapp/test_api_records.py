"""FHIR records in bulk over HTTP: the lines of the export."""

from pathlib import Path

import pytest

from graph.scope import Scope
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import DATASET, OTHER_DATASET, Shelf, export
from webapp.api import datasets
from webapp.api.parameters import RecordsParameters
from webapp.context import Context
from webapp.errors import ProblemError
from webapp.settings import WebSettings

URL = f"/api/v1/datasets/{DATASET}/records"


def lines() -> list[bytes]:
    return [line for file in sorted(Path(export()).rglob("*.ndjson")) for line in file.read_bytes().splitlines() if line.strip()]


def test_the_records_are_the_lines_of_the_export(library: Shelf) -> None:
    answer = make_client(library).get(URL)
    assert (answer.status_code, answer.mimetype) == (200, "application/fhir+ndjson")
    assert answer.data.endswith(b"\n")
    found = answer.data.splitlines()
    assert set(found) <= set(lines()) and len(found) == len(set(found)) == sum(library.kinds(DATASET).values())


def test_only_some_kinds(library: Shelf) -> None:
    answer = make_client(library).get(URL, query_string={"kind": ["Patient", "Encounter"]})
    wanted = [line for line in lines() if b'"resourceType": "Patient"' in line or b'"resourceType": "Encounter"' in line]
    assert wanted and sorted(answer.data.splitlines()) == sorted(wanted)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/v1/datasets/none/records", 404), (f"{URL}?kind=Device", 400), (f"/api/v1/datasets/{OTHER_DATASET}/records?kind=Text", 400)],
)
def test_what_is_not_there_is_told(library: Shelf, address: str, status: int) -> None:
    assert make_client(library).get(address).status_code == status


def test_a_server_that_does_not_show_source_json(library: Shelf) -> None:
    assert make_client(library, raw_records=False).get(URL).status_code == 403


def test_a_reader_of_another_dataset_learns_nothing_of_it(library: Shelf) -> None:
    asked = RecordsParameters(dataset=DATASET)
    with pytest.raises(ProblemError) as caught:
        datasets.records(asked, Context(library, WebSettings(), Scope.of([OTHER_DATASET])))
    assert caught.value.problem.status == 404
