import json
import os

import pytest

from ingest.errors import DatasetBusy
from ingest.watching import Watched, seconds_of, state_of
from sources.errors import SourceNotFound
from tests.ingest.exports import condition, patient, write
from tests.ingest.test_s3 import bucket, put  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("duration", "seconds"), [("90s", 90), ("15m", 900), ("1h", 3600), ("1 d", 86400), ("5", 5), ("0s", None), ("h", None), ("1w", None)]
)
def test_durations(duration, seconds):
    assert seconds_of(duration) == seconds


def test_what_tells_that_a_folder_changed(tmp_path):
    file = write(tmp_path / "export" / "Patient.ndjson", patient())
    beside = tmp_path / "export" / "attachments" / "a.txt"
    places = [str(tmp_path / "export")]

    def is_other(before, then):
        then()
        return state_of(places, "fhir") != before

    first = state_of(places, "fhir")
    assert not is_other(first, lambda: write(tmp_path / "elsewhere" / "x.ndjson", patient()))
    assert is_other(first, lambda: write(file, patient(), patient("p2")))
    second = state_of(places, "fhir")
    stat = file.stat()
    assert is_other(second, lambda: os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1)))
    third = state_of(places, "fhir")
    assert is_other(third, lambda: (beside.parent.mkdir(), beside.write_text("Note.")))
    fourth = state_of(places, "fhir")
    assert is_other(fourth, lambda: beside.write_text("Another note."))
    fifth = state_of(places, "fhir")
    manifest = {"transactionTime": "2024-01-01T00:00:00Z", "output": []}
    assert is_other(fifth, lambda: (tmp_path / "export" / "manifest.json").write_text(json.dumps(manifest)))
    with pytest.raises(SourceNotFound):
        state_of([str(tmp_path / "nothing")], "fhir")


def test_what_tells_that_a_bucket_changed(bucket):  # noqa: F811
    places = ["s3://exports/healthlake/"]
    put(bucket, "healthlake/Patient/Patient-1-0.ndjson", patient())
    first = state_of(places, "fhir")
    assert state_of(places, "fhir") == first
    put(bucket, "other/Patient.ndjson", patient())
    assert state_of(places, "fhir") == first
    put(bucket, "healthlake/Patient/Patient-1-0.ndjson", patient(family="Roe"))
    second = state_of(places, "fhir")
    assert second != first
    put(bucket, "healthlake/Condition/Condition-1-0.ndjson", condition())
    assert state_of(places, "fhir") != second


def test_what_was_brought_in_is_remembered_and_one_watches_at_a_time(lab):
    watched = Watched(lab.workspace, "d")
    with watched.alone():
        assert watched.is_new("a")
        watched.keep("a")
        assert not watched.is_new("a") and watched.is_new("b")
        with pytest.raises(DatasetBusy, match=f"process {os.getpid()} watches"), Watched(lab.workspace, "d").alone():
            pass
        with Watched(lab.workspace, "e").alone():
            pass
    (lab.workspace.folder / "watch" / "d.json").write_text("{broken")
    assert Watched(lab.workspace, "d").is_new("a")
