"""Labels as other tools write them: read, reported and exported alike."""

import csv
import io
import json

import pytest

from labels.groundtruth.lines import line_of
from labels.groundtruth.model import Box, TextSpan
from labels.manifests.export import export
from labels.manifests.lines import Entry
from labels.reports.labeled import labeled_items
from labels.reports.records import Problems
from tests.labels.groundtruth.data import boxed, classified, mapped, metadata, spanned, statements, write

ITEM = {"source-ref": "s3://demo/a.jpg"}
COUNTED = {"class_id": 0, "left": 1, "top": 2, "width": 30, "height": 40}


def exported(format_name, *lines, attributes=()):
    out, issues = io.BytesIO(), []
    found = [Entry("x.manifest", number, json.dumps(values).encode(), values, number - 1) for number, values in enumerate(lines, 1)]
    export(found, attributes, format_name, out, issues.append)
    return out.getvalue(), [issue.code for issue in issues]


def coco(*lines, attributes=()):
    data, codes = exported("coco", *lines, attributes=attributes)
    return json.loads(data), codes


def table(*lines):
    return list(csv.DictReader(io.StringIO(exported("csv", *lines)[0].decode())))


def of_boxes(*boxes, size=None, **more):
    label = {"image_size": size or [{"width": 640, "height": 480, "depth": 3}], "annotations": list(boxes)}
    about = metadata("object-detection", "bb", **{"class-map": {"0": "cat"}, "objects": [{"confidence": 0.9}] * len(boxes), **more})
    return {**ITEM, "bb": label, "bb-metadata": about}


@pytest.mark.parametrize(
    "shape",
    [
        COUNTED,
        {key: str(value) for key, value in COUNTED.items()},
        {"class_id": 0, "left": 1, "top": 2, "right": 31, "bottom": 42},
        {"class-id": "0", "left": "1", "top": "2.0", "right": "31", "bottom": "42"},
        {"class_id": 0, "left": 1, "top": 2, "width": "30", "bottom": 42},
    ],
)
@pytest.mark.parametrize("size", [[{"width": 640, "height": 480}], {"width": "640", "height": "480.0"}, [{"width": "640", "height": 480}]])
def test_a_box_is_the_same_however_it_is_written(shape, size):
    values = of_boxes(shape, size=size)
    line = line_of(values)
    assert [one.geometry for one in line.labelings[0].annotations] == [Box(1, 2, 30, 40)]
    assert (line.labelings[0].size, line.problems) == ((640, 480), ())
    found, codes = coco(values)
    assert codes == []
    assert [(type(found["images"][0][side]), found["images"][0][side]) for side in ("width", "height")] == [(int, 640), (int, 480)]
    assert [box["bbox"] for box in found["annotations"]] == [[1, 2, 30, 40]]
    (row,) = table(values)
    assert [float(row[side]) for side in ("left", "top", "width", "height")] == [1, 2, 30, 40]


@pytest.mark.parametrize(
    "change", [{"left": "far"}, {"top": None}, {"width": -3}, {"width": "NaN"}, {"height": float("inf")}, {"left": [1]}, {"left": True}]
)
def test_a_box_that_cannot_be_used_is_told_and_the_others_stay(change):
    values = of_boxes({**COUNTED, **change}, COUNTED)
    found, codes = coco(values)
    assert codes == ["bad-box"]
    assert [box["bbox"] for box in found["annotations"]] == [[1, 2, 30, 40]]
    rows = table(values)
    assert [bool(row["left"]) for row in rows] == [False, True]
    assert json.loads(rows[0]["value"])["class_id"] == 0
    assert exported("csv", values)[1] == ["bad-box"]
    assert "bad-shape" in [problem.code for problem in line_of(values).problems]


def test_a_shape_that_is_no_object_does_not_take_the_others_with_it():
    found, codes = coco(of_boxes(3, COUNTED))
    assert (len(found["annotations"]), codes) == (1, ["bad-box"])


def test_the_last_word_of_a_chain_is_exported_once():
    first = {**ITEM, **boxed("lesion", "scar", "naevus", created="2024-01-01T00:00:00")}
    adjusted = boxed("again", "scar", "naevus", created="2024-02-01T00:00:00", **{"adjustment-status": "adjusted"})
    kept = boxed("third", "scar", "naevus", created="2024-03-01T00:00:00", **{"adjustment-status": "unadjusted"})
    other = boxed("vessel", "vein", created="2023-01-01T00:00:00")
    assert {box["attribute"] for box in coco({**first, **adjusted})[0]["annotations"]} == {"again"}
    assert [box["attribute"] for box in coco({**kept, **adjusted, **first})[0]["annotations"]] == ["third", "third"]
    assert {box["attribute"] for box in coco({**other, **first, **adjusted})[0]["annotations"]} == {"vessel", "again"}
    named = coco({**first, **adjusted}, attributes=("lesion", "again"))[0]
    assert {box["attribute"] for box in named["annotations"]} == {"lesion", "again"}


def test_two_jobs_that_adjust_nothing_both_speak():
    found = coco({**ITEM, **boxed("a", "scar"), **boxed("b", "scar")})[0]
    assert {box["attribute"] for box in found["annotations"]} == {"a", "b"}


def test_an_adjustment_that_emptied_an_image_leaves_it_empty():
    first = {**ITEM, **boxed("lesion", "scar", created="2024-01-01T00:00:00")}
    emptied = boxed("again", created="2024-02-01T00:00:00", **{"adjustment-status": "adjusted"})
    found = coco({**first, **emptied})[0]
    assert (len(found["images"]), found["annotations"]) == (1, [])


def test_an_adjustment_that_failed_changes_nothing():
    first = {**ITEM, **boxed("lesion", "scar", created="2024-01-01T00:00:00")}
    failed = boxed("again", created="2024-02-01T00:00:00", **{"adjustment-status": "adjusted", "failure-reason": "expired"})
    assert [box["attribute"] for box in coco({**first, **failed})[0]["annotations"]] == ["lesion"]


@pytest.mark.parametrize("about", [None, "none", {}, {"job-name": "labeling-job/j", "class-map": {"0": "cat"}}])
def test_a_label_without_metadata_or_type_is_kept_and_told(about):
    values = of_boxes(COUNTED)
    del values["bb-metadata"]
    if about is not None:
        values["bb-metadata"] = about
    line = line_of(values)
    assert [problem.code for problem in line.problems if problem.code != "unknown-class"] == ["no-metadata"]
    (labeling,) = line.labelings
    is_told = bool(about) and about != "none"
    assert labeling.job == ("j" if is_told else "bb")
    assert [(one.category.name, one.geometry) for one in labeling.annotations] == [("cat" if is_told else "0", Box(1, 2, 30, 40))]
    assert [box["bbox"] for box in coco(values)[0]["annotations"]] == [[1, 2, 30, 40]]


def test_a_span_label_without_metadata_is_one_too():
    values = {"source": "Aspirin daily", **spanned("med", ("DRUG", 0, 7))}
    del values["med-metadata"]
    assert [one.geometry for one in line_of(values).labelings[0].annotations] == [TextSpan(0, 7)]
    assert [row["text"] for row in table(values)] == ["Aspirin"]


@pytest.mark.parametrize("rest", [{"annotations": []}, {"annotations": "many"}, {"a": 1}, ["x"], "s3://x", 3, None])
def test_what_has_no_shape_of_a_label_stays_an_attribute(rest):
    line = line_of({**ITEM, "note": rest})
    assert (line.labelings, line.rest["note"], line.problems) == ((), rest, ())


def test_confidences_in_percent_are_brought_to_one():
    values = {**ITEM, **boxed("bb", "cat", "cat", scores=(95, 40.5)), **classified("scene", "fog", confidence="88")}
    line = line_of(values)
    assert [problem.code for problem in line.problems] == ["confidence-percent"] * 2
    scores = {one.confidence for labeling in line.labelings for one in labeling.annotations}
    assert scores == {0.95, 0.405, 0.88}
    assert [box["score"] for box in coco(values)[0]["annotations"]] == [0.95, 0.405]
    assert {float(row["confidence"]) for row in table(values)} == scores


def test_a_percent_sign_says_what_a_confidence_is_counted_to():
    values = {**ITEM, **boxed("bb", "cat", "cat", scores=("95%", "0.4")), **classified("scene", "fog", confidence=" 88.5 %")}
    line = line_of(values)
    assert [problem.code for problem in line.problems] == ["confidence-percent"] * 2
    assert [one.confidence for labeling in line.labelings for one in labeling.annotations] == [0.95, 0.4, 0.885]
    assert [float(row["confidence"]) for row in table(values)] == [0.95, 0.4, 0.885]
    (mixed,) = line_of({**ITEM, **boxed("bb", "cat", "cat", scores=("95%", 40))}).labelings
    assert [one.confidence for one in mixed.annotations] == [0.95, 0.4]


def test_confidences_that_are_no_numbers_are_told():
    line = line_of({**ITEM, **boxed("bb", "cat", "cat", "cat", scores=("high", 0.9, None))})
    assert [one.confidence for one in line.labelings[0].annotations] == [None, 0.9, None]
    assert [(problem.code, problem.reason[:6]) for problem in line.problems] == [("bad-confidence", "1 of 3")]


def test_confidences_that_could_be_either_are_left_out():
    line = line_of({**ITEM, **boxed("bb", "cat", "cat", "cat", scores=(95, 0.9, 250))})
    assert [one.confidence for one in line.labelings[0].annotations] == [0.95, None, None]
    assert [problem.code for problem in line.problems] == ["confidence-percent"]


def test_confidences_of_one_stay_as_they_are():
    line = line_of({**ITEM, **boxed("bb", "cat", "cat", scores=(1, 0.01))})
    assert [one.confidence for one in line.labelings[0].annotations] == [1.0, 0.01]
    assert line.problems == ()


def test_offsets_in_utf16_are_characters_in_every_place():
    words = "\U0001f600 Aspirin and \U0001f600 Ibuprofen"
    units = spanned("med", ("DRUG", 3, 10), ("DRUG", 18, 27))
    values = {"source": words, **units}
    spans = [one.geometry for one in line_of(values).labelings[0].annotations]
    assert [words[span.start : span.end] for span in spans] == ["Aspirin", "Ibuprofen"]
    assert [(int(row["start"]), int(row["end"]), row["text"]) for row in table(values)] == [(*span, words[slice(*span)]) for span in spans]


FRAMES = [
    {"frame": "f0.jpg", "frame-no": "0", "frame-attributes": {"night": "no"}, "annotations": [{**COUNTED, "object-id": "o1"}]},
    {"frame": "f1.jpg", "frame-no": "1", "annotations": [{**COUNTED, "object-id": "o1", "left": "5"}]},
]


@pytest.mark.parametrize(
    ("task", "label"),
    [
        ("video-object-tracking", {"tracking-annotations": FRAMES}),
        ("video-object-detection", {"detection-annotations": FRAMES}),
        ("video-object-tracking", FRAMES),
        ("video-object-tracking", {"annotations": FRAMES}),
    ],
)
def test_boxes_of_a_video_that_stand_in_the_line(tmp_path, task, label):
    values = {"source-ref": "s3://demo/v.mp4", "cars": label, "cars-metadata": metadata(task, "cars", **{"class-map": {"0": "car"}})}
    (labeling,) = line_of(values).labelings
    assert [(one.frame.name, one.geometry.left, one.category.name, one.track) for one in labeling.annotations] == [
        ("f0.jpg", 1, "car", "o1"),
        ("f1.jpg", 5, "car", "o1"),
    ]
    assert [(row["frame"], row["left"], row["class_name"], row["track"]) for row in table(values)] == [
        ("f0.jpg", "1.0", "car", "o1"),
        ("f1.jpg", "5.0", "car", "o1"),
    ]
    found, codes = coco(values)
    assert codes == []
    assert [image["file_name"] for image in found["images"]] == ["f0.jpg", "f1.jpg"]
    assert [(box["image_id"], box["track"]) for box in found["annotations"]] == [(1, "o1"), (2, "o1")]
    path = write(tmp_path / "x.manifest", values)
    (item,) = labeled_items([str(path)], "", Problems())
    assert item.frames["cars"] == {("night", "no"): 1}
    assert len(statements(mapped(path), "track")) == 2


def test_a_video_label_of_one_frame_is_read_as_that_frame():
    values = {**ITEM, "cars": {"annotations": [COUNTED]}, "cars-metadata": metadata("video-object-detection", "cars")}
    assert [(one.frame.number, one.geometry) for one in line_of(values).labelings[0].annotations] == [(0, Box(1, 2, 30, 40))]


def test_a_class_name_is_the_same_everywhere(tmp_path):
    values = {**ITEM, **boxed("bb", " Big  Car "), **classified("scene", "Foggy Day ")}
    line = line_of(values)
    names = {" Big  Car ", "Foggy Day "}
    assert {one.category.name for labeling in line.labelings for one in labeling.annotations} == names
    assert {row["class_name"] for row in table(values)} == names
    assert [category["name"] for category in coco(values)[0]["categories"]] == [" Big  Car "]
    found = mapped(write(tmp_path / "x.manifest", values))
    assert {fact.label for one in found for fact in one.facts if fact.relation == "label"} == names


def test_blanks_around_a_name_make_no_other_class(tmp_path):
    lines = [{**ITEM, **classified("scene", "fog")}, {**ITEM, **classified("scene", "fog ")}]
    found = mapped(write(tmp_path / "x.manifest", *lines))
    assert len({fact.concept for one in found for fact in one.facts if fact.relation == "label"}) == 1


def test_an_empty_confidence_is_none_and_nothing_to_tell():
    line = line_of({**ITEM, **boxed("bb", "cat", "cat", "cat", scores=([], "", 0.9))})
    assert [one.confidence for one in line.labelings[0].annotations] == [None, None, 0.9]
    assert line.problems == ()
