import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from labels.errors import ManifestError
from labels.manifests.export import export
from labels.manifests.lines import locate, read_entries

BOXES = {
    "source-ref": "s3://demo/derm/4.jpg",
    "ward": 4,
    "lesion": {
        "image_size": [{"width": 640, "height": 480, "depth": 3}],
        "annotations": [
            {"class_id": 1, "left": 12, "top": 30.5, "width": 100, "height": 80},
            {"class_id": "0", "left": 1, "top": 2, "width": 3, "height": 4},
        ],
    },
    "lesion-metadata": {
        "objects": [{"confidence": 0.83}, {"confidence": 0.09}],
        "class-map": {"1": "naevus", "0": "scar "},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2024-03-05T10:11:12.131415",
        "job-name": "labeling-job/lesion",
        "adjustment-status": "adjusted",
    },
}
NO_BOX = {
    "source-ref": "s3://demo/derm/5.jpg",
    "lesion-metadata": {"objects": [], "class-map": {}, "type": "groundtruth/object-detection", "human-annotated": "no"},
    "lesion": {"image_size": [{"width": 64, "height": 48, "depth": 3}], "annotations": []},
}
FAILED = {"source-ref": "s3://demo/derm/6.jpg", "lesion-metadata": {"failure-reason": "expired", "human-annotated": "true"}}
SPANS = {
    "source": "Aspirin 75 mg daily",
    "med": {
        "annotations": {
            "labels": [{"label": "DRUG"}],
            "entities": [{"label": "DRUG", "startOffset": 0, "endOffset": 7}, {"label": "DOSE", "startOffset": 8, "endOffset": 99}],
        }
    },
    "med-metadata": {
        "entities": [{"confidence": 0.9}, {"confidence": 0.8}],
        "type": "groundtruth/text-span",
        "job_name": "labeling-job/med",
    },
}
CLASSES = {
    "source": "x",
    "triage": 2,
    "triage-metadata": {"class-name": "routine", "confidence": 0.95, "type": "groundtruth/text-classification"},
    "finding": [3, 0],
    "finding-metadata": {
        "class-map": {"3": "effusion"},
        "confidence-map": {"3": 0.91},
        "type": "groundTruth/image-classification-multilabel",
    },
    "mask-ref": "s3://demo/mask.png",
    "mask-ref-metadata": {"internal-color-map": {}, "type": "groundtruth/semantic-segmentation"},
}
PLAIN = {"source": "y", "ward": {"a": 1}}


def exported(file, format_name, *attributes):
    out, issues = io.BytesIO(), []
    export(read_entries(locate([str(file)])[0]), attributes, format_name, out, issues.append)
    return out.getvalue(), issues


def table(file, *attributes):
    data, issues = exported(file, "csv", *attributes)
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    return [{key: value for key, value in row.items() if value and key not in ("file",)} for row in rows], issues


def test_augmented_is_the_lines_themselves_or_some_attributes(manifest):
    file = manifest(b'{"b" : 1, "source":"x"}', b"{", BOXES)
    data, issues = exported(file, "augmented")
    assert data == b'{"b" : 1, "source":"x"}\n' + json.dumps(BOXES).encode() + b"\n"
    assert [issue.line for issue in issues] == [2]
    data, issues = exported(file, "augmented", "source-ref", "lesion", "nothing")
    assert [json.loads(line) for line in data.splitlines()] == [
        {},
        {key: BOXES[key] for key in ("source-ref", "lesion", "lesion-metadata")},
    ]
    assert [issue.code for issue in issues] == ["broken-json", "no-such-attribute"]
    assert exported(file, "augmented", *(f"a{i}" for i in range(17)))[1][0].code == "many-attributes"


def test_coco(manifest):
    data, issues = exported(manifest(BOXES, NO_BOX, FAILED, PLAIN), "coco")
    found = json.loads(data)
    assert found["images"] == [
        {"id": 1, "file_name": "derm/4.jpg", "coco_url": "s3://demo/derm/4.jpg", "width": 640, "height": 480},
        {"id": 2, "file_name": "derm/5.jpg", "coco_url": "s3://demo/derm/5.jpg", "width": 64, "height": 48},
    ]
    assert found["categories"] == [{"id": 1, "name": "naevus"}, {"id": 2, "name": "scar "}]
    first = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [12.0, 30.5, 100.0, 80.0], "area": 8000.0, "iscrowd": 0, "segmentation": []}
    assert found["annotations"][0] == {**first, "attribute": "lesion", "score": 0.83}
    assert [box["category_id"] for box in found["annotations"]] == [1, 2]
    assert [(issue.code, issue.line) for issue in issues] == [("no-boxes", 3), ("no-boxes", 4)]
    assert json.loads(exported(manifest(), "coco")[0]) == {"images": [], "annotations": [], "categories": []}


def test_table_of_boxes(manifest):
    rows, _ = table(manifest(BOXES, NO_BOX, FAILED), "ward", "lesion")
    common = {"line": "1", "item": "s3://demo/derm/4.jpg", "attribute": "lesion", "type": "object-detection", "job": "lesion", "ward": "4"}
    common |= {"created": "2024-03-05T10:11:12.131415Z", "human": "True", "adjusted": "True"}
    assert rows == [
        {
            **common,
            "class_name": "naevus",
            "class_id": "1",
            "confidence": "0.83",
            "left": "12.0",
            "top": "30.5",
            "width": "100.0",
            "height": "80.0",
        },
        {
            **common,
            "class_name": "scar ",
            "class_id": "0",
            "confidence": "0.09",
            "left": "1.0",
            "top": "2.0",
            "width": "3.0",
            "height": "4.0",
        },
        {
            "line": "2",
            "item": "s3://demo/derm/5.jpg",
            "attribute": "lesion",
            "type": "object-detection",
            "job": "lesion",
            "human": "False",
        },
        {"line": "3", "item": "s3://demo/derm/6.jpg", "attribute": "lesion", "job": "lesion", "human": "True", "failure": "expired"},
    ]


def test_table_of_spans_classes_and_the_rest(manifest):
    rows, _ = table(manifest(SPANS, CLASSES, PLAIN))
    med = {"line": "1", "item": SPANS["source"], "attribute": "med", "type": "text-span", "job": "med"}
    x = {"line": "2", "item": "x"}
    many = {**x, "attribute": "finding", "job": "finding", "type": "image-classification-multilabel"}
    one = {**x, "attribute": "triage", "job": "triage", "type": "text-classification"}
    mask = {**x, "attribute": "mask-ref", "job": "mask-ref", "type": "semantic-segmentation"}
    assert rows == [
        {**med, "class_name": "DRUG", "confidence": "0.9", "start": "0", "end": "7", "text": "Aspirin"},
        {**med, "class_name": "DOSE", "confidence": "0.8", "start": "8", "end": "99"},
        {**one, "class_name": "routine", "class_id": "2", "confidence": "0.95"},
        {**many, "class_name": "effusion", "class_id": "3", "confidence": "0.91"},
        {**many, "class_name": "0", "class_id": "0"},
        {**mask, "value": "s3://demo/mask.png"},
        {"line": "3", "item": "y"},
    ]


@pytest.mark.parametrize("label", [None, 3, [], {"annotations": 3}])
def test_labels_of_no_known_shape_are_kept_as_json(manifest, label):
    for task in ("object-detection", "text-span", "no-such-task"):
        (row,) = table(manifest({"source": "x", "a": label, "a-metadata": {"type": f"groundtruth/{task}"}}))[0]
        assert json.loads(row["value"]) == label


@pytest.mark.parametrize(
    ("task", "part", "kept"),
    [
        ("object-detection", {"annotations": [3, BOXES["lesion"]["annotations"][0]]}, "3"),
        ("object-detection", {"annotations": [{"class_id": 1, "left": "far"}]}, '{"class_id":1,"left":"far"}'),
        ("text-span", {"annotations": {"entities": [1]}}, "1"),
        ("text-span", {"annotations": {"entities": [{"label": "DRUG", "startOffset": 5}]}}, '{"label":"DRUG","startOffset":5}'),
        ("image-classification-multilabel", [{"no": 1}, "a"], '{"no":1}'),
    ],
)
def test_a_part_that_cannot_be_used_is_a_row_as_it_was_written(manifest, task, part, kept):
    rows = table(manifest({"source": "x", "a": part, "a-metadata": {"type": f"groundtruth/{task}"}}))[0]
    assert [row["value"] for row in rows if "value" in row] == [kept]


def test_spans_that_do_not_count_are_rows_all_the_same(manifest):
    entities = [
        {"startOffset": 0, "endOffset": 2},
        {"label": "B", "startOffset": 3, "endOffset": 5},
        {"label": "C", "startOffset": 3, "endOffset": 9},
    ]
    label = {"annotations": {"entities": entities}}
    about = {"type": "groundtruth/text-span", "entities": [{"confidence": n} for n in (0.1, 0.2, 0.3)]}
    rows = table(manifest({"source": "\U0001f600 ab", "a": label, "a-metadata": about}))[0]
    read = [tuple(row.get(name) for name in ("class_name", "start", "end", "confidence", "text")) for row in rows]
    assert sorted(read, key=str) == [("B", "2", "4", "0.2", "ab"), ("C", "2", "5", "0.3", None), (None, "0", "1", "0.1", "\U0001f600")]


def test_confidences_that_are_not_as_many_as_boxes_are_nobodys(manifest):
    metadata = {**BOXES["lesion-metadata"], "objects": [{"confidence": 0.83}]}
    rows = table(manifest({**BOXES, "lesion-metadata": metadata}))[0]
    assert [row.get("confidence") for row in rows] == [None, None]


def test_parquet_has_types(manifest):
    data, _ = exported(manifest(BOXES, SPANS, PLAIN), "parquet", "lesion", "med", "ward")
    found = pq.read_table(io.BytesIO(data))
    assert found.column("left").to_pylist() == [12.0, 1.0, None, None, None]
    assert found.column("start").to_pylist() == [None, None, 0, 8, None]
    assert found.column("human").to_pylist() == [True, True, None, None, None]
    assert found.column("ward").to_pylist() == ["4", "4", None, None, '{"a":1}']
    assert found.column_names[-1] == "ward"


def test_an_unknown_format(manifest):
    with pytest.raises(ManifestError, match="'xml' is no format: there are augmented, coco, csv, parquet"):
        exported(manifest(PLAIN), "xml")


def test_real_boxes(ground_truth):
    found = json.loads(exported(ground_truth / "object-detection" / "yolov5_sample_output.manifest", "coco")[0])
    assert (len(found["images"]), len(found["annotations"]), [category["name"] for category in found["categories"]]) == (100, 192, ["Bird"])


def test_every_real_line_is_in_the_table(ground_truth):
    for file in ground_truth.rglob("*.manifest"):
        rows, issues = table(file)
        lines = {int(row["line"]) for row in rows}
        assert issues == []
        assert lines == {number for number, line in enumerate(file.read_bytes().splitlines(), 1) if line.strip()}
