"""FHIR records come out of a dataset as they came in."""

import gzip
import json
import shutil

import pytest

from ingest import bulk
from ingest.errors import IngestError
from sources.errors import UnknownDataset
from tests.ingest.exports import condition, note, patient, write

ODD = (
    b'{"resourceType":"Observation", "id":"o1","status":"final" ,"subject":{"reference":"Patient/p1"},'
    b'"code":{"text":"\\u00e4 K\xc3\xa4lte"},"valueQuantity":{"value":1.50e0}}'
)
PRETTY = '{\n  "resourceType": "Patient",\r\n  "id": "p9",\n  "gender": "female"\n}\n'


def test_ndjson_is_byte_for_byte_what_came_in(lab, tmp_path):
    raw = [json.dumps(patient()).encode(), ODD, json.dumps(condition()).encode(), json.dumps(note()).encode()]
    (tmp_path / "a.ndjson").write_bytes(b"\n".join(raw) + b"\r\n\n{broken\n")
    with gzip.open(tmp_path / "b.ndjson.gz", "wb") as packed:
        packed.write(json.dumps(patient("p2")).encode() + b"\n")
    lab.ingest_path(tmp_path, "study")
    found = list(bulk.ndjson("study", lab.workspace))
    assert sorted(found) == sorted(line + b"\n" for line in [*raw, json.dumps(patient("p2")).encode()])
    assert [line for line in found if line[:-1] in raw] == [line + b"\n" for line in raw], "in the order of their source"
    assert list(bulk.ndjson("study", lab.workspace, ("Observation",))) == [ODD + b"\n"]
    assert bulk.kinds("study", lab.workspace) == {"Patient": 2, "Observation": 1, "Condition": 1, "DocumentReference": 1}
    assert list(bulk.ndjson("study", lab.workspace, ("Device",))) == []


def test_a_record_of_several_lines_is_one_line_of_the_same_tokens(lab, tmp_path):
    (tmp_path / "p.json").write_text(PRETTY, newline="")
    lab.ingest_path(tmp_path, "study")
    (line,) = bulk.ndjson("study", lab.workspace)
    assert line.count(b"\n") == 1 and json.loads(line) == json.loads(PRETTY)


def test_only_the_version_that_counts_comes_out(lab, tmp_path):
    write(tmp_path / "x.ndjson", patient(gender="male"), patient("p2"))
    lab.ingest_path(tmp_path, "study")
    write(tmp_path / "x.ndjson", patient(gender="female"))
    lab.ingest_path(tmp_path, "study")
    found = [json.loads(line) for line in bulk.ndjson("study", lab.workspace)]
    assert [one["gender"] for one in found if one["id"] == "p1"] == ["female"]
    assert len({one["id"] for one in found}) == len(found)


def test_what_is_no_record_of_fhir_stays_out(lab, tmp_path):
    write(tmp_path / "x.ndjson", patient())
    (tmp_path / "t.jsonl").write_text('{"id": "1", "text": "Cough for two days."}\n')
    lab.ingest_path(tmp_path / "x.ndjson", "study")
    lab.ingest_path(tmp_path / "t.jsonl", "study", format="text")
    assert [json.loads(line)["resourceType"] for line in bulk.ndjson("study", lab.workspace)] == ["Patient"]


def test_a_dataset_that_is_not_there(lab):
    for ask in (lambda: bulk.kinds("none", lab.workspace), lambda: next(bulk.ndjson("none", lab.workspace))):
        with pytest.raises(UnknownDataset, match="none"):
            ask()


def test_records_that_are_gone_end_the_answer_with_an_error(lab, tmp_path):
    write(tmp_path / "x.ndjson", patient())
    lab.ingest_path(tmp_path, "study")
    shutil.rmtree(lab.workspace.parts_folder("study"))
    with pytest.raises(IngestError, match="cannot be read further"):
        list(bulk.ndjson("study", lab.workspace))
