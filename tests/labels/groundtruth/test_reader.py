"""Files told apart by content; bad lines cost themselves alone."""

import orjson
import pytest

from ingest.labels.format import of
from labels.groundtruth.reader import Form, form_of, identifiers, manifest_id, original
from sources.blocks import Block
from sources.files import SourceFile
from tests.labels.groundtruth.data import boxed, classified, read, write

ITEM = {"source-ref": "s3://demo/a.jpg"}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (ITEM, Form.LINES),
        ([{"prefix": "s3://x/"}, "a"], Form.PREFIX),
        ({"seq-no": 1, "prefix": "s3://x/", "frames": []}, Form.FRAMES),
        ({"tracking-annotations": []}, Form.FRAME_LABELS),
        ({"lidar": {"tracking-annotations": []}}, Form.FRAME_LABELS),
        ({"answers": []}, Form.ANSWERS),
        ({"Blocks": [], "Entities": []}, Form.PAGE),
        ({"document-version": "x", "labels": []}, Form.CATEGORIES),
        ([{"datasetObjectId": "0", "annotations": []}], Form.REQUEST),
        ([{"datasetObjectId": "0", "consolidatedAnnotation": {}}], Form.RESPONSE),
        ({"metadata": {"type": 1}, "a": 2}, Form.UNKNOWN),
        ([1], Form.UNKNOWN),
        (3, Form.UNKNOWN),
    ],
)
def test_what_a_document_is(content, form):
    assert form_of(content) is form


def test_bad_lines_cost_themselves_alone(tmp_path):
    lines = (
        b"\xef\xbb\xbf" + orjson.dumps(ITEM),
        "{broken",
        "",
        "[1]",
        b'{"source":"\xff"}',
        '{"ward":4}',
        orjson.dumps({"source": "x", "n": 1}),
    )
    records, issues = read(write(tmp_path / "m.manifest", *lines))
    assert [(record.resource["index"], record.line) for record in records if record.resource["resourceType"] == "Item"] == [(0, 1), (5, 7)]
    assert [(issue.line, issue.code) for issue in issues] == [(2, "broken-json"), (4, "not-a-line"), (5, "broken-json"), (6, "not-a-line")]


def test_the_original_line_is_kept_byte_by_byte(tmp_path):
    line = b'{"n": 1.50, "source" : "caf\\u00e9", "big": 123456789012345678901234567890, "x":{"line":2}}'
    records, _ = read(write(tmp_path / "m.jsonl", line))
    assert original(records[0].raw) == line


def test_blocks_count_objects_from_the_top_of_the_file(tmp_path):
    path = write(tmp_path / "m.manifest", *({"source": f"text {number}"} for number in range(50)), "", "{broken", {"source": "last"})
    whole, issues = read(path)
    middle = path.stat().st_size // 2
    first, odd = read(path, end=middle)
    second, more = read(path, start=middle, end=path.stat().st_size)
    assert [record.resource["id"] for record in (*first[:-1], *second)] == [record.resource["id"] for record in whole[:-1]]
    assert first[-1].resource == whole[-1].resource
    assert len(odd + more) == len(issues) == 1
    assert whole[-1].resource["lines"] == 51


def test_items_are_counted_alike_wherever_a_file_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr("labels.groundtruth.reader._PIECE", 16)
    lines = [
        b'{"source": "a"}',
        b"",
        b" \t",
        b'{"source": "bb"}\r',
        b'  {"source": "c"}',
        b"\r",
        b'{"source": "dddddddddddd"}',
        b'{"source": "e"}',
    ]
    path = write(tmp_path / "x.manifest", *lines)
    size = path.stat().st_size
    whole = [record.resource["id"] for record in read(path)[0] if record.resource["resourceType"] == "Item"]
    assert [each.rpartition("-")[2] for each in whole] == ["0", "1", "2", "3", "4"]
    for cut in range(1, size):
        pieces = (*read(path, end=cut)[0], *read(path, start=cut, end=size)[0])
        assert [record.resource["id"] for record in pieces if record.resource["resourceType"] == "Item"] == whole, cut


def test_lines_split_and_documents_do_not(tmp_path):
    def splits(path):
        return of("manifest", {}).splits(SourceFile(str(path), path.stat().st_size))

    assert splits(write(tmp_path / "a.json", ITEM, ITEM))
    assert splits(write(tmp_path / "long.manifest", {**ITEM, "x": "y" * 200_000}))
    assert not splits(write(tmp_path / "b.json", {"tracking-annotations": [{"frame": "y" * 200_000}]}))
    assert not splits(write(tmp_path / "c.json", "{", '"labels": []', "}"))


def test_a_prefix_manifest_becomes_a_line_for_each_key(tmp_path):
    records, issues = read(write(tmp_path / "p.manifest", [{"prefix": "s3://demo/"}, "a/1.txt", 3, "a/1.txt"]))
    assert [original(record.raw) for record in records] == [b'{"source-ref":"s3://demo/a/1.txt"}'] * 2
    assert [(issue.code, issue.line) for issue in issues] == [("bad-prefix-manifest", 3)]


def test_abstracts_in_pubtator_lines_are_texts(tmp_path):
    records, issues = read(write(tmp_path / "p.txt", "25605870|a|NLRP3 is | a member", ""))
    assert records[0].resource["line"] == {"source": "NLRP3 is | a member", "id": "25605870"}
    assert issues == []


def test_a_manifest_sums_up_its_jobs(tmp_path):
    lines = (
        {
            **ITEM,
            **classified("scene", "vehicles", 1, "2024-01-01T00:00:00"),
            **boxed("boxes", "car", "bus", created="2024-02-01T00:00:00"),
        },
        {**ITEM, **classified("scene", "vehicles", 1, "2024-01-01T00:00:00"), **boxed("boxes", "car", created="2024-02-02T00:00:00")},
        {**ITEM, **classified("scene", "animals", 0, "2024-01-01T00:00:00")},
    )
    manifest = read(write(tmp_path / "streets" / "manifests" / "output" / "output.manifest", *lines))[0][-1].resource
    assert manifest["id"].startswith("streets-")
    assert [(job["name"], job["categories"], job["within"]) for job in manifest["jobs"]] == [
        ("scene", {"animals": "0", "vehicles": "1"}, []),
        ("boxes", {"bus": "0", "car": "1"}, [("scene", "vehicles")]),
    ]
    found = dict(identifiers(manifest))
    assert found["urn:commissure:objects:boxes"] == f"{manifest['id']} 3 boxes"
    assert found[f"urn:commissure:objects-in:{tmp_path}/streets"] == f"{manifest['id']} 3 boxes"


def test_a_job_over_several_classes_is_within_none(tmp_path):
    both = [{**ITEM, **classified("scene", name, 0, "2024-01-01"), **boxed("boxes", "car", created="2024-02-01")} for name in ("a", "b")]
    assert [job["within"] for job in read(write(tmp_path / "m.manifest", *both))[0][-1].resource["jobs"]] == [[], []]


def test_files_of_one_name_are_told_apart():
    assert manifest_id("/a/job/output.manifest") != manifest_id("/b/job/output.manifest")
    assert manifest_id("s3://b/job/manifests/output/output.manifest").startswith("job-")


def test_each_command_leaves_the_other_what_is_its_own(tmp_path):
    answers = write(tmp_path / "job" / "annotations" / "worker-response" / "iteration-1" / "7" / "x.json", {"answers": [{"workerId": "w"}]})
    manifest = write(tmp_path / "m.manifest", ITEM)
    assert [issue.code for issue in read(answers)[1]] == ["not-a-manifest"]
    assert [issue.code for issue in read(manifest, "responses")[1]] == ["not-answers"]
    record = read(answers, "responses")[0][0].resource
    assert (record["job"], record["object"]) == ("job", "7")


def test_what_identifies_a_worker_is_never_kept(tmp_path):
    answer = {"workerId": "private.eu.1", "answerContent": {"x": {"label": "a"}}, "workerMetadata": {"identityData": {"sub": "SECRET"}}}
    event = {"worker_id": "private.eu.1", "cognito_sub_id": "SECRET", "event_type": "TasksSubmitted"}
    paths = (
        write(tmp_path / "1.json", {"answers": [answer]}),
        write(tmp_path / "2.json", [{"datasetObjectId": "0", "annotations": [answer]}]),
        write(tmp_path / "3.json", event, event),
    )
    for path in paths:
        records, issues = read(path, "responses")
        assert records
        assert issues == []
        assert not any(b"SECRET" in record.raw or "SECRET" in str(record.resource) for record in records)


def test_a_cut_off_file_is_told(tmp_path):
    path = tmp_path / "m.json.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00")
    issues = list(of("manifest", {}).read(Block(SourceFile(str(path), 4))))
    assert [issue.code for issue in issues] == ["truncated-gzip"]
