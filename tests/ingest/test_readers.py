import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cutting import taken
from ingest.fhir import reader as fhir
from ingest.text import reader as text
from sources.blocks import Block
from sources.files import Role, SourceFile
from sources.lines import read_lines
from sources.model import Deleted, Issue, Severity, SourceRecord


def source(path, content, role=Role.DATA):
    path.write_bytes(content)
    return SourceFile(str(path), len(content), role, str(path.parent))


def read(path, content, reader=fhir, role=Role.DATA):
    return list(reader.read(Block(source(path, content, role))))


def resource(kind="Patient", identifier="a", **rest):
    return {"resourceType": kind, "id": identifier, **rest}


def line(*args, **kwargs):
    return json.dumps(resource(*args, **kwargs)).encode() + b"\n"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b"")), max_size=30),
    st.integers(1, 40),
    st.booleans(),
)
def test_blocks_cut_anywhere_give_every_line_once_with_its_number(tmp_path_factory, lines, size, ends):
    content = b"\n".join(lines) + (b"\n" if ends else b"")
    file = source(tmp_path_factory.mktemp("b") / "x.ndjson", content)
    whole = list(read_lines(Block(file)))
    cut, before = [], 0
    for start in range(0, len(content), size):
        block = Block(file, start, min(start + size, len(content)))
        cut += [(number + before, text) for number, text in read_lines(block)]
        before += taken(block).lines
    assert cut == whole


def test_the_type_comes_from_the_resource_and_blank_lines_count(tmp_path):
    records = read(tmp_path / "Condition.ndjson", b"\xef\xbb\xbf" + line() + b"\n\n" + line("Encounter", "e"))
    assert [(r.resource["resourceType"], r.line) for r in records] == [("Patient", 1), ("Encounter", 4)]


@pytest.mark.parametrize(
    ("content", "code", "number"),
    [
        (line() + b'{"resourceType": "Pat\n' + line(identifier="b"), "broken-json", 2),
        (line() + b'{"a": 1}\n', "not-a-resource", 2),
        (line() + b"[1]\n" + line(), "not-a-resource", 2),
        (line() + '{"resourceType":"Patient","id":"ä"}\n'.encode("latin-1"), "broken-json", 2),
        (line() + line().decode().encode("utf-16"), "broken-json", 2),
    ],
)
def test_a_bad_line_is_one_issue_with_its_line_and_the_others_stay(tmp_path, content, code, number):
    found = read(tmp_path / "x.ndjson", content)
    first = next(item for item in found if isinstance(item, Issue))
    assert (first.severity, first.code, first.line) == (Severity.REJECT, code, number)
    assert isinstance(found[0], SourceRecord)


@pytest.mark.parametrize(
    "start", [b'{"resourceType": "Pat', b'{"a": {"b": 1}', '{"id": "ä"}'.encode("latin-1"), b'{"a":' + b" " * (1 << 16)]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_broken_first_line_leaves_the_others(tmp_path, start, pack):
    name = "x.ndjson" if pack is bytes else "x.ndjson.gz"
    issue, *records = read(tmp_path / name, pack(start + b"\n" + line(identifier="b") + b"[]\n" + line(identifier="c")))
    assert (issue.code, issue.line) == ("broken-json", 1)
    assert [(r.resource["id"], r.line) for r in records] == [("b", 2), ("c", 4)]


def test_a_broken_document_is_one_reject(tmp_path):
    bundle = json.dumps(resource("Bundle", "b", type="collection", entry=[{"resource": resource()}]), indent=1)
    (issue,) = read(tmp_path / "b.json", bundle[:-5].encode())
    assert (issue.code, issue.line) == ("broken-json", 1)


def test_a_line_longer_than_the_limit_is_rejected_and_the_next_is_read(tmp_path):
    file = source(tmp_path / "x.ndjson", b"a" * 100 + b"\nshort\n" + b"b" * 64 + b"\n")
    found = list(read_lines(Block(file), max_line=64))
    assert [(i.code, i.line) for i in found if isinstance(i, Issue)] == [("line-too-long", 1), ("line-too-long", 3)]
    assert [i for i in found if not isinstance(i, Issue)] == [(2, b"short")]


def test_truncated_gzip_keeps_what_came_before(tmp_path):
    content = gzip.compress(b"".join(line(identifier=f"p{n}", text="x" * n) for n in range(5000)))
    found = read(tmp_path / "x.ndjson.gz", content[: len(content) // 2])
    assert isinstance(found[-1], Issue) and found[-1].code == "truncated-gzip"
    assert len(found) > 100 and found[0].resource["id"] == "p0"


def test_not_gzip_at_all_and_empty_gzip(tmp_path):
    (issue,) = read(tmp_path / "x.ndjson.gz", line())
    assert issue.code == "truncated-gzip"
    (issue,) = read(tmp_path / "z.ndjson.gz", b"")
    assert (issue.code, issue.severity) == ("truncated-gzip", Severity.REJECT)
    assert read(tmp_path / "y.ndjson.gz", gzip.compress(b"")) == []


@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle_yields_its_entries_and_what_resolves_their_references(tmp_path, indent):
    bundle = resource(
        "Bundle",
        "b",
        type="transaction",
        entry=[
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}},
            {"fullUrl": "urn:uuid:2", "resource": resource("Encounter", "e", subject={"reference": "urn:uuid:1"})},
            {"request": {"method": "DELETE", "url": "Condition/old"}},
            {"request": {"method": "GET", "url": "Patient?x"}},
        ],
    )
    patient, encounter, deleted, empty = read(tmp_path / "bundle.json", json.dumps(bundle, indent=indent).encode())
    assert patient.resource == {"resourceType": "Patient", "id": "1"}
    assert encounter.urns == {"urn:uuid:1": "Patient/1"}
    assert deleted == Deleted("Condition", "old", str(tmp_path / "bundle.json"), 3)
    assert (patient.kind, patient.id, encounter.kind, encounter.id) == ("Patient", "1", "Encounter", "e")
    assert empty.code == "entry-without-resource"


def test_what_resolves_references_stands_in_their_order(tmp_path):
    """So that one export always gives one part, byte by byte: text is hashed differently in every process."""
    members = [{"entity": {"reference": f"urn:uuid:{number}"}} for number in range(12)]
    group = {"fullUrl": "urn:uuid:g", "resource": resource("Group", "g", member=members)}
    patients = [{"fullUrl": f"urn:uuid:{number}", "resource": resource(identifier=f"p{number}")} for number in range(12)]
    found, *_ = read(tmp_path / "b.json", json.dumps({"resourceType": "Bundle", "entry": [group, *patients]}).encode())
    assert list(found.urns.items()) == [(f"urn:uuid:{number}", f"Patient/p{number}") for number in range(12)]


def test_a_large_bundle_is_streamed_with_the_same_result(tmp_path, monkeypatch):
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": resource("Patient", str(n), multipleBirthInteger=n, x=1.5)} for n in range(50)]
    content = json.dumps(resource("Bundle", "b", entry=entries), indent=1).encode()
    small = read(tmp_path / "a.json", content)
    monkeypatch.setattr(fhir, "MAX_LINE", 10)
    large = read(tmp_path / "b.json", content)
    assert [(r.resource, r.line) for r in large] == [(r.resource, r.line) for r in small]
    assert len(large) == 50


def test_deleted_and_outcome_files(tmp_path):
    bundle = resource("Bundle", "d", entry=[{"request": {"method": "DELETE", "url": "Patient/p/_history/2"}}])
    (deleted,) = read(tmp_path / "d.ndjson", json.dumps(bundle).encode(), role=Role.DELETED)
    assert (deleted.kind, deleted.id) == ("Patient", "p")
    outcome = resource("OperationOutcome", "o", issue=[{"severity": "error", "code": "exception", "diagnostics": "Mrs. Secret"}])
    (issue,) = read(tmp_path / "o.ndjson", json.dumps(outcome).encode(), role=Role.OUTCOME)
    assert issue.code == "operation-outcome" and "exception" in issue.reason and "Secret" not in issue.reason


def test_texts_from_lines_csv_and_files(tmp_path):
    (one,) = read(tmp_path / "x.jsonl", b'{"_id": 7, "text": "Fever.", "title": "T"}\n', text)
    assert one.resource == {"id": "7", "text": "Fever.", "title": "T", "resourceType": "Text"}
    rows = read(tmp_path / "x.csv", b'id,text\n1,"Two\nlines"\n2,\n3,ok\n', text)
    assert [r.resource["text"] if isinstance(r, SourceRecord) else (r.code, r.line) for r in rows] == ["Two\nlines", ("no-text", 4), "ok"]
    (note,) = read(tmp_path / "my_note.txt", b"Cough.", text)
    assert (note.resource["id"], note.resource["title"]) == ("my_note.txt", "my note")
    assert read(tmp_path / "bad.txt", b"\xff\xfe", text)[0].code == "encoding"
    assert read(tmp_path / "noheader.csv", b"a,b\n1,2\n", text)[0].code == "no-header"
