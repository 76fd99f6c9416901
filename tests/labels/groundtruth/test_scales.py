"""Confidences of 0 to 1 and in percent: what the lines of a job tell together."""

import csv
import gzip
import io
import json

import pytest

from labels.groundtruth.lines import line_in, line_of
from labels.groundtruth.reader import original, read_manifests
from labels.groundtruth.scales import of_line, scales_in, scales_of
from labels.manifests.export import export
from labels.manifests.lines import locate, read_entries
from labels.reports.annotations import annotation_report
from labels.reports.labeled import labeled_items
from labels.reports.records import Problems
from sources.blocks import Block
from sources.files import SourceFile
from tests.labels.groundtruth.data import boxed, classified, mapped, statements, write


def item(number, **labels):
    return {"source-ref": f"s3://demo/{number}.jpg", **labels}


def boxes(number, *scores, attribute="bb"):
    return item(number, **boxed(attribute, *("cat",) * len(scores), scores=scores))


PERCENT = [boxes(0, 1), boxes(1, 95, 40.5), boxes(2, 88, 0, 77), boxes(3, 60, 250)]
"""Of its first line alone nobody could tell that 1 means 1 %."""


def source(path):
    return SourceFile(str(path), path.stat().st_size)


def records(path, cut=None):
    file = source(path)
    blocks = [Block(file)] if cut is None else [Block(file, 0, cut), Block(file, cut, file.size)]
    return [found for block in blocks for found in read_manifests(block) if found.resource["resourceType"] == "Item"]


def scores(line):
    return [one.confidence for labeling in line.labelings for one in labeling.annotations]


@pytest.mark.parametrize("cut", [None, 900])
def test_one_is_a_hundredth_in_a_job_that_counts_in_percent(tmp_path, cut):
    path = write(tmp_path / "m.manifest", *PERCENT)
    found = records(path, cut)
    lines = [line_in(record.resource) for record in found]
    assert [scores(line) for line in lines] == [[0.01], [0.95, 0.405], [0.88, None, 0.77], [0.6, None]]
    assert [[problem.code for problem in line.problems] for line in lines] == [["confidence-percent"]] * 4
    assert lines[3].problems[0].reason == "confidences are in percent: divided by 100; 1 of 2 cannot be told and are left out"
    assert [original(record.raw) for record in found] == path.read_bytes().splitlines()


def test_report_and_export_read_the_same(tmp_path):
    path = write(tmp_path / "m.manifest", *PERCENT)
    made = annotation_report(labeled_items([str(path)], "", Problems()))
    (job,) = made.table("jobs").records()
    assert job["mean_confidence"] == pytest.approx((0.01 + 0.95 + 0.405 + 0.88 + 0.77 + 0.6) / 6)
    for format_name in ("csv", "coco"):
        out = io.BytesIO()
        export(read_entries(locate([str(path)])[0]), (), format_name, out, [].append)
        if format_name == "csv":
            given = [row["confidence"] for row in csv.DictReader(io.StringIO(out.getvalue().decode()))]
            assert given == ["0.01", "0.95", "0.405", "0.88", "", "0.77", "0.6", ""]
        else:
            assert [box.get("score") for box in json.loads(out.getvalue())["annotations"]][:3] == [0.01, 0.95, 0.405]


def test_a_job_of_zero_to_one_keeps_its_one_and_loses_what_is_above(tmp_path):
    path = write(tmp_path / "m.manifest", boxes(0, 1, 0.9, 0.8), boxes(1, 0.7, 1), boxes(2, 1.5, 0.5))
    lines = [line_in(record.resource) for record in records(path)]
    assert [scores(line) for line in lines] == [[1.0, 0.9, 0.8], [0.7, 1.0], [None, 0.5]]
    assert [[problem.code for problem in line.problems] for line in lines] == [[], [], ["confidence-above-one"]]


def test_each_job_counts_by_itself_and_a_line_tells_of_its_own_alone(tmp_path):
    lines = [item(n, **classified("scene", "fog", confidence=0.9), **boxed("bb", "cat", scores=(n * 15 + 1,))) for n in range(6)]
    lines.append(item(9, **classified("scene", "fog", confidence=1)))
    path = write(tmp_path / "m.manifest", *lines)
    found = records(path)
    assert [record.resource.get("scales") for record in found] == [{"bb": "percent"}] * 6 + [None]
    assert scores(line_in(found[0].resource)) == [0.01, 0.9]
    assert scores(line_in(found[6].resource)) == [1.0]


def test_a_job_that_does_not_tell_is_read_label_by_label():
    lines = [boxes(0, 95, 90), boxes(1, 0.9, 0.8)]
    assert scales_in(lines) == {}
    assert [scores(line_of(line)) for line in lines] == [[0.95, 0.9], [0.9, 0.8]]


@pytest.mark.parametrize(
    ("metadata", "is_above"),
    [
        ('"confidence": 0.95', False),
        ('"confidence":1', False),
        ('"confidence": "1.00"', False),
        ('"confidence": 100', True),
        ('"confidence":2', True),
        ('"confidence": " 95"', True),
        ('"confidence": 1.5', True),
        ('"confidence": 9.5e1', True),
        ('"confidence-map": {"0": 0.5, "1": 1}', False),
        ('"confidence-map": {"0": 0, "1": 77}', True),
        ('"confidence_map": {"0": "77"}', True),
        ('"objects": [{"confidence": 0}, {"confidence": 50}]', True),
        ('"internal-color-map": {"0": {"class-name": "x", "confidence": 88}}', True),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_confidence_above_one_is_found_wherever_it_is_written(tmp_path, metadata, is_above, suffix):
    line = '{"source-ref": "s3://b/a", "x": 0, "x-metadata": {"type": "groundtruth/custom", "job-name": "j", ' + metadata + "}}\n"
    path = tmp_path / f"m.manifest{suffix}"
    path.write_bytes(gzip.compress(line.encode()) if suffix else line.encode())
    assert bool(scales_of(source(path))) is is_above


def test_what_cannot_be_read_tells_no_scale(tmp_path):
    broken = tmp_path / "m.manifest.gz"
    broken.write_bytes(gzip.compress(json.dumps(PERCENT[1]).encode())[:40])
    assert scales_of(source(broken)) == {}
    odd = write(tmp_path / "o.manifest", *PERCENT)
    odd.write_bytes(b"{\n[1]\n" + odd.read_bytes())
    assert scales_of(source(odd)) == {"bb": "percent"}
    assert of_line({"bb": "percent"}, {"source-ref": "s3://b/a"}) == {}


def test_graph_facts_and_words_say_a_hundredth_too(tmp_path):
    found = mapped(write(tmp_path / "m.manifest", *PERCENT))
    said = {value.split('"')[1] for _, value in statements(found, "confidence")}
    assert said == {"0.01", "0.95", "0.405", "0.88", "0.77", "0.6"}
    assert [fact.number for fact in found[0].facts] == [0.01]
    assert ", confidence 0.01." in found[0].documents[0].text
