"""Answers by their shape, sequences by their tool."""

import json

import pytest

from labels.groundtruth.answers import answer_of
from labels.groundtruth.model import Box, Cuboid, Outline, Region, TextSpan
from labels.groundtruth.sequences import frame_labels, frame_list
from labels.groundtruth.values import is_before

BOX = {"label": "a", "left": 1, "top": 2, "width": 3, "height": 4}


@pytest.mark.parametrize(
    ("element", "kind", "found"),
    [
        ({"label": "a "}, "class", [("a ", None)]),
        ({"label": 4}, "class", [("4", None)]),
        ({"labels": ["a", 3]}, "classes", [("a", None), ("3", None)]),
        ({"label": {"label": "a"}}, "class", [("a", None)]),
        ({"labels": ["a", "b"]}, "classes", [("a", None), ("b", None)]),
        ({"boundingBoxes": [BOX], "inputImageProperties": {"width": 9}}, "boxes", [("a", Box(1, 2, 3, 4))]),
        ({"boundingBoxes": None}, "boxes", []),
        ({"entities": [{"label": "a", "startOffset": 0, "endOffset": 2}]}, "spans", [("a", TextSpan(0, 2))]),
        ({"labeledImage": {}, "labelMappings": {"a": {"color": "#fff"}}}, "mask", [("a", Region("#fff"))]),
        ({"labeledImage": {}, "instances": [{"label": "a", "color": "#000"}]}, "mask", [("a", Region("#000"))]),
        ({"polygons": [{"label": "a", "vertices": [{"x": 1, "y": 2}]}]}, "outlines", [("a", Outline("polygon", ((1, 2),)))]),
        ({"keypoints": [{"label": "a", "x": 1, "y": 2}]}, "outlines", [("a", Outline("keypoint", ((1, 2),)))]),
        ({"Entities": [{"Type": "a"}]}, "spans", [("a", None)]),
        ({"ordinalRankingDimensions": []}, "custom", []),
    ],
)
@pytest.mark.parametrize(
    "wrapped", [lambda e: {"any-name": e}, lambda e: json.dumps({"any-name": e}), lambda e: {"any-name": json.dumps(e)}]
)
def test_answers_are_read_by_their_shape(element, kind, found, wrapped):
    answer = answer_of({"workerId": "w", "annotationData": {"content": wrapped(element)}})
    assert answer is not None
    assert answer.kind == kind
    assert [(one.category.name, one.geometry) for one in answer.annotations] == found


def test_what_is_known_of_an_answer():
    content = {"x": {"boundingBoxes": [], "initialValueModified": True, "workerComment": " dark "}}
    answer = answer_of(
        {
            "workerId": "private.eu.1",
            "answerContent": content,
            "submissionTime": "2019-04-18T16:11:15Z",
            "acceptanceTime": "2019-04-18T16:10:15.120Z",
            "timeSpentInSeconds": 55.2,
        }
    )
    assert (answer.submitted, answer.accepted) == ("2019-04-18T16:11:15Z", "2019-04-18T16:10:15.120000Z")
    assert (answer.seconds, answer.changed, answer.comment, answer.kind) == (55.2, True, "dark", "boxes")
    assert answer_of({"answerContent": content}) is None


def test_what_is_not_as_it_should_be_is_told_with_its_place_and_the_rest_is_kept():
    content = {
        "x": {
            "boundingBoxes": [BOX, {**BOX, "left": "1", "width": "3"}, {"label": "a", "left": 1}, {**BOX, "label": " "}, 7],
            "inputImageProperties": {"width": 90, "height": 60},
        }
    }
    answer = answer_of({"workerId": 7, "answerContent": content, "timeSpentInSeconds": -1, "submissionTime": "soon"})
    assert (answer.worker, answer.kind, answer.elements, answer.size) == ("7", "boxes", ("x",), (90, 60))
    assert [one.geometry for one in answer.annotations] == [Box(1, 2, 3, 4), Box(1, 2, 3, 4), None, Box(1, 2, 3, 4)]
    assert [(problem.code, problem.field) for problem in answer.problems] == [
        ("bad-shape", "x.boundingBoxes[2]"),
        ("bad-shape", "x.boundingBoxes[4]"),
        ("no-class", "x.boundingBoxes[3].label"),
        ("bad-date", "submissionTime"),
        ("bad-seconds", "timeSpentInSeconds"),
    ]
    assert (answer.seconds, answer.submitted) == (None, None)


def test_the_labels_of_an_answer_are_those_of_its_elements():
    content = {"meta": {"begun": {"label": "before"}}, "a": {"label": "x"}, "b": {"label": "y"}}
    answer = answer_of({"workerId": "w", "answerContent": content})
    assert (answer.elements, [one.category.name for one in answer.annotations]) == (("a", "b"), ["x", "y"])
    chosen = answer_of({"workerId": "w", "answerContent": content}, "b")
    assert (chosen.elements, [one.category.name for one in chosen.annotations]) == (("b",), ["y"])
    deep = answer_of({"workerId": "w", "answerContent": {"meta": content["meta"]}})
    assert (deep.kind, [one.category.name for one in deep.annotations], deep.problems) == ("custom", ["before"], ())


@pytest.mark.parametrize("content", [None, [1], "{broken", 3, {}, {"x": {"y": 1}}])
def test_what_holds_no_label_is_kept_and_told(content):
    answer = answer_of({"workerId": "w", "answerContent": content})
    assert (answer.annotations, answer.kind, [problem.code for problem in answer.problems]) == ((), "custom", ["opaque-answer"])


def test_moments_are_compared_to_the_fraction_of_a_second():
    assert is_before("2024-03-05T10:11:02Z", "2024-03-05T10:11:02.500000Z")
    assert not is_before("2024-03-05T10:11:02.500000Z", "2024-03-05T10:11:02Z")
    assert is_before("", "2024-03-05T10:11:02Z")


def test_content_without_end_is_not_followed():
    content: object = {"label": "deep"}
    for _ in range(50):
        content = {"x": content}
    assert answer_of({"workerId": "w", "answerContent": content}).annotations == ()


def test_clouds_with_cameras_share_their_things():
    cuboid = {
        "object-id": "A",
        "object-name": "Car:1",
        "class-id": 0,
        **{f"center-{axis}": 1 for axis in "xyz"},
        "length": 4,
        "width": 2,
        "height": 2,
    }
    box = {"object-id": "A", "object-name": "Car:1", "class-id": 0, "left": 1, "top": 1, "width": 2, "height": 2}
    content = {
        "lidar": {"tracking-annotations": [{"frame-number": 0, "frame-name": "0.txt.pcd", "annotations": [cuboid]}]},
        "camera-0": {"tracking-annotations": [{"frame-no": "0", "frame": "0.jpg", "annotations": [box]}]},
    }
    found = frame_labels(content, {"0": "Car"})
    assert (found.frames, found.problems) == (1, ())
    assert [(one.frame.name, type(one.geometry), one.track) for one in found.annotations] == [
        ("0.txt", Cuboid, "A"),
        ("camera-0/0.jpg", Box, "A"),
    ]


@pytest.mark.parametrize(
    ("key", "shape", "geometry"),
    [
        ("annotations", {"left": 1, "top": 2, "width": 3, "height": 4}, Box(1, 2, 3, 4)),
        ("polygons", {"vertices": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}, Outline("polygon", ((1, 2), (3, 4)))),
        ("polylines", {"vertices": [{"x": 1, "y": 2}]}, Outline("polyline", ((1, 2),))),
        ("keypoints", {"x": 1, "y": 2}, Outline("keypoint", ((1, 2),))),
    ],
)
def test_every_tool_of_frames(key, shape, geometry):
    frame = {"frame": "a.jpg", "frame-no": "3", key: [{**shape, "class-id": "2", "label-category-attributes": {"Color": ["Red", "Blue"]}}]}
    found = frame_labels({"detection-annotations": [frame]}, {"2": "car"}).annotations
    assert [(one.geometry, one.category.name, one.frame.number) for one in found] == [(geometry, "car", 3)]
    assert found[0].attributes == (("Color", "Blue"), ("Color", "Red"))


def test_odd_sequences_are_told():
    labels = {"detection-annotations": ["no", {"frame": "a", "annotations": [{"class-id": "9", "left": 1}]}]}
    assert [problem.code for problem in frame_labels(labels, {"0": "car"}).problems] == ["bad-frame", "bad-shape", "unknown-class"]
    found = frame_list({"prefix": "s3://x", "number-of-frames": 3, "frames": [{"frame": "1"}, {}]})
    assert [problem.code for problem in found.problems] == ["bad-sequence", "length-mismatch", "bad-sequence"]
    assert found.frames == ("s3://x1",)
