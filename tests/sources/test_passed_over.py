"""What an ingest does not read it says, and what nobody could read makes no dataset."""

import gzip

import pytest

from sources.errors import SourceNotFound
from sources.files import address_beside, expand
from sources.passed_over import PassedOver
from tests.ingest.exports import patient, write


def listed(folder, **names):
    for name, content in names.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return expand([str(folder)])


def told(listing, is_named=lambda _: False):
    return [issue for others in listing.passed_over for issue in others.but(is_named).issues]


def test_endings_in_capitals_are_read(tmp_path):
    found = listed(tmp_path, a_dot_NDJSON=b"{}", b_dot_JSON_dot_GZ=gzip.compress(b"{}", mtime=0), C_dot_Json=b"{}")
    assert [file.uri.rpartition("/")[2] for file in found.files] == ["C.Json", "a.NDJSON", "b.JSON.GZ"]
    assert not told(found) and found.files[2].is_gzip


def test_files_that_are_not_read_are_named(tmp_path):
    content = {"a_dot_ndjson": b"{}", "export_dot_txt": b"x", "x_dot_ndjson__part-00000": b"{}", "old_dot_zip": b"PK", "p_dot_xml": b"<a/>"}
    (issue,) = told(listed(tmp_path, **content))
    assert issue.code == "passed-over" and issue.severity == "warning" and issue.source == str(tmp_path)
    assert "4 files were passed over" in issue.reason and "export.txt, old.zip, p.xml, x.ndjson/part-00000" in issue.reason
    assert "FHIR XML is not read" in issue.reason


def test_many_are_counted_and_the_first_named(tmp_path):
    (issue,) = told(listed(tmp_path, a_dot_json=b"{}", **{f"n{number:02d}_dot_txt": b"" for number in range(40)}))
    assert "40 files were" in issue.reason and "n11.txt and 28 more" in issue.reason and "n12.txt" not in issue.reason


def test_what_tools_leave_and_records_name_is_not_worth_a_word(tmp_path):
    left = {"_SUCCESS": b"", ".x_dot_crc": b"", "log_dot_ndjson": b"{}", "attachments__n1_dot_txt": b"note"}
    assert told(listed(tmp_path, a_dot_json=b"{}", **left), {str(tmp_path / "attachments/n1.txt")}.__contains__) == []


def test_a_folder_without_data_says_what_lies_there(tmp_path):
    with pytest.raises(SourceNotFound, match=r"holds no .* 1 file was passed over.*: p\.xml; FHIR XML is not read"):
        listed(tmp_path, p_dot_xml=b"<a/>")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("p.xml", b'\xef\xbb\xbf <?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>', "fhir-xml"),
        ("p.json", b'<Patient xmlns="http://hl7.org/fhir"/>', "fhir-xml"),
        ("p.zip", b"PK\x03\x04rest", "archive"),
        ("p.ndjson", gzip.compress(b'{"resourceType": "Patient", "id": "1"}', mtime=0), "gzip-name"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is_and_makes_no_dataset(lab, name, content, code):
    path = lab.folder / name
    path.write_bytes(content)
    report = lab.ingest_path(path, "new")
    assert report.rejects == {code: 1} and report.records["rejected"] == 1
    assert lab.library().datasets() == () and lab.workspace.current() == 0
    lab.ingest(patient(), dataset="d")
    assert [dataset.dataset for dataset in lab.library().datasets()] == ["d"]
    again = lab.ingest_path(path, "new")
    assert again.generation == 1 and [dataset.dataset for dataset in lab.library().datasets()] == ["d"]


def test_records_that_are_all_refused_make_no_dataset(lab):
    report = lab.ingest_path(write(lab.folder / "x.ndjson", {"resourceType": "Patient"}, '{"resourceType": "Patient", "id": ""}'), "new")
    assert report.records["added"] == 0 and lab.library().datasets() == ()


@pytest.mark.parametrize(
    ("uri", "name", "address"),
    [
        ("/export/x.ndjson", "./a/n 1.txt", "/export/a/n 1.txt"),
        ("/export/x.ndjson", "a/../n.txt", "/export/n.txt"),
        ("s3://bucket/export/x.ndjson", "./a/n.txt", "s3://bucket/export/a/n.txt"),
        ("s3://bucket/x.ndjson", "n.txt", "s3://bucket/n.txt"),
    ],
)
def test_the_address_of_a_file_beside_another_is_that_of_its_listing(uri, name, address):
    assert address_beside(uri, name) == address
    (location, _, path) = address.rpartition("/")
    others = PassedOver(f"{location}/", (path, "left.txt"), (".ndjson",))
    assert others.but({address}.__contains__).paths == ("left.txt",)
