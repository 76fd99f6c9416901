import gzip
import json

import pytest

from sources.errors import SourceNotFound
from sources.files import Role, expand, open_source

PATIENT = b'{"resourceType":"Patient","id":"p"}\n'


def write(path, content=PATIENT):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(listing):
    return [file.uri.rsplit("/", 1)[-1] for file in listing.files]


def test_a_folder_is_listed_in_order_without_logs_hidden_files_and_other_formats(tmp_path):
    for name in ("b/2.ndjson", "b/1.ndjson.gz", "a/Patient-1-0.json", "log.ndjson", ".hidden.ndjson", "notes.txt", ".git/x.ndjson"):
        write(tmp_path / name)
    assert names(expand([str(tmp_path)])) == ["Patient-1-0.json", "1.ndjson.gz", "2.ndjson"]


def test_a_file_named_twice_is_read_once(tmp_path):
    file = write(tmp_path / "x.ndjson")
    assert names(expand([str(file), str(tmp_path), str(tmp_path / "*.ndjson")])) == ["x.ndjson"]


def test_a_file_may_have_any_name(tmp_path):
    assert names(expand([str(write(tmp_path / "export.data"))])) == ["export.data"]


@pytest.mark.parametrize("location", ["missing.ndjson", "missing*.ndjson", "missing/"])
def test_nothing_there_is_said_with_the_location(tmp_path, location):
    with pytest.raises(SourceNotFound, match="missing"):
        expand([str(tmp_path / location)])


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(SourceNotFound, match=r"\.ndjson"):
        expand([str(tmp_path)])


def test_the_manifest_gives_roles_and_missing_files(tmp_path):
    for name in ("x.ndjson", "gone.ndjson", "oops.ndjson"):
        write(tmp_path / name)
    manifest = {
        "transactionTime": "2026-01-01T00:00:00Z",
        "output": [{"type": "Patient", "url": "https://server/x.ndjson"}, {"type": "Patient", "url": "https://server/absent.ndjson"}],
        "deleted": [{"type": "Bundle", "url": "https://server/gone.ndjson"}],
        "outcome": [{"type": "OperationOutcome", "url": "https://server/oops.ndjson"}],
    }
    write(tmp_path / "manifest.json", json.dumps(manifest).encode())
    listing = expand([str(tmp_path)])
    roles = {file.uri.rsplit("/", 1)[-1]: file.role for file in listing.files}
    assert roles == {"x.ndjson": Role.DATA, "gone.ndjson": Role.DELETED, "oops.ndjson": Role.OUTCOME}
    assert [(issue.code, "absent.ndjson" in issue.reason) for issue in listing.issues] == [("missing-file", True)]
    assert listing.transaction_time == "2026-01-01T00:00:00Z"
    assert expand([str(tmp_path / "manifest.json")]) == listing


def test_folders_named_deleted_and_error_give_roles(tmp_path):
    for name in ("x.ndjson", "deleted/x.ndjson", "error/x.ndjson"):
        write(tmp_path / name)
    assert [file.role for file in expand([str(tmp_path)]).files] == [Role.DATA, Role.DELETED, Role.OUTCOME]


def test_gzip_is_opened_as_its_content(tmp_path):
    write(tmp_path / "x.ndjson.gz", gzip.compress(PATIENT))
    (file,) = expand([str(tmp_path)]).files
    with open_source(file) as stream:
        assert stream.read() == PATIENT


def test_a_protocol_nobody_knows_is_said():
    with pytest.raises(SourceNotFound, match="nosuch"):
        expand(["nosuch://bucket/key"])
