import base64
import json
import re

import numpy as np
import pytest

from labels.consolidation.answers import Reading, read_answers
from labels.consolidation.masks import png_of
from labels.consolidation.model import Answer
from labels.consolidation.truth import by_item, read_sources, read_truth
from labels.values import Box, Boxes, Mask, Span, Spans
from sources.errors import SourceNotFound, UnsupportedSource

SIZE = {"inputImageProperties": {"width": 2, "height": 1}}
PNG = png_of(np.array([[1, 0]], np.uint8), (("BACKGROUND", "#ffffff"), ("tumour", "#2ca02c")))
PAINTED = {
    "labeledImage": {"pngImageData": base64.b64encode(PNG).decode()},
    "labelMappings": {"tumour": {"color": "#2CA02C"}},
    **SIZE,
}


def write(path, *values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(value if isinstance(value, str) else json.dumps(value) for value in values), encoding="utf-8")
    return str(path)


def response(*labels):
    entries = [
        {"answerContent": {"any-name": {"label": label}}, "workerId": f"w{number}", "submissionTime": "2024-03-05T10:11:02.500Z",
         "acceptanceTime": "2024-03-05T10:10:01Z", "timeSpentInSeconds": 55.2}
        for number, label in enumerate(labels)
    ]  # fmt: skip
    return {"answers": entries}


def read(content, element=None):
    reading = Reading()
    reading.take("0", {"workerId": "w", "answerContent": content}, "f.json", 1, element)
    return [(answer.value, answer.changed) for answer in reading.answers]


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        ({"label": "owl", "workerComment": "sure"}, "owl"),
        ({"labels": ["owl", "duck", "owl"]}, ("duck", "owl")),
        ({"labels": []}, ()),
        (
            {"boundingBoxes": [{"label": "car", "left": 1, "top": 2.5, "width": 3, "height": 4}], **SIZE},
            Boxes((Box("car", 1, 2.5, 3, 4),), 2, 1),
        ),
        ({"boundingBoxes": None, **SIZE}, Boxes((), 2, 1)),
        ({"entities": [{"label": "DRUG", "startOffset": 0, "endOffset": 7}]}, Spans((Span("DRUG", 0, 7),))),
        (PAINTED, Mask(PNG, (("tumour", "#2ca02c"),))),
    ],
)
def test_values_are_told_by_their_shape(inner, value):
    assert read({"someName": inner}) == [(value, None)]
    assert read(inner) == [(value, None)]
    assert read(json.dumps({"someName": {**inner, "initialValueModified": True}})) == [(value, True)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "in an empty answer"),
        ({"x": {"keypoints": []}}, "no class, classes, boxes, spans or mask"),
        ({"x": {"keypoints": [{"label": "a", "x": 1, "y": 2}]}}, "no class, classes, boxes, spans or mask"),
        ({"x": {"Entities": [{"Type": "a"}]}}, "no class, classes, boxes, spans or mask"),
        ({"x": {"labeledImage": {}, "instances": []}}, "no class"),
        ({"a": {"label": "x"}, "b": {"labels": []}}, r"several elements hold an answer \(a, b\): choose one with --element"),
        ("{broken", "no JSON"),
        ([1], "not a JSON object"),
        ({"x": {"label": None}}, "x.label: a class name"),
        ({"x": {"labels": ["a", {}]}}, r"x.labels\[1\]: a class name"),
        ({"x": {"labels": "a"}}, "x.labels: a list of class names"),
        ({"x": {"boundingBoxes": [{"label": "a", "left": 1, "top": "two", "width": 3, "height": 4}]}}, r"x.boundingBoxes\[0\]: the box"),
        ({"x": {"boundingBoxes": [{"label": "a", "left": 1, "top": 2, "width": -3, "height": 4}]}}, "end before they begin"),
        ({"x": {"boundingBoxes": [{"left": 1, "top": 2, "width": 3, "height": 4}]}}, r"x.boundingBoxes\[0\].label: a class name"),
        ({"x": {"boundingBoxes": [7]}}, r"x.boundingBoxes\[0\]: the shape is not an object"),
        ({"x": {"boundingBoxes": {"a": 1}}}, "x.boundingBoxes: a list"),
        ({"x": {"entities": [{"label": "a", "startOffset": 5, "endOffset": 5}]}}, r"x.entities\[0\]: .* the end after the start"),
        ({"x": {"entities": [{"label": "", "startOffset": 5, "endOffset": 6}]}}, r"x.entities\[0\].label: a class name"),
        ({"x": {"entities": {"a": 1}}}, "x.entities: a list"),
        ({"x": {**PAINTED, "labelMappings": {"tumour": {"color": "green"}}}}, "labelMappings.tumour: a class and its colour"),
        ({"x": {**PAINTED, "labeledImage": {"pngImageData": "***"}}}, "x.labeledImage"),
        ({"x": {**PAINTED, "labeledImage": {"pngImageData": "AAAA"}}}, "not a PNG"),
        ({"x": {**PAINTED, "inputImageProperties": {"width": 9, "height": 9}}}, "2 × 1 pixels for an image of 9 × 9"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(content, message):
    reading = Reading()
    reading.take("3", {"workerId": "w", "answerContent": content}, "f.json", 1)
    assert reading.answers == []
    (issue,) = reading.issues
    assert (issue.severity, issue.code, issue.source, issue.line, issue.record) == ("reject", "bad-answer", "f.json", 1, "3")
    assert re.search(message, issue.reason)


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        ({"entities": {}}, Spans(())),
        ({"label": 4}, "4"),
        ({"boundingBoxes": [{"label": " a", "left": "1", "top": 2, "right": 4, "bottom": "6"}]}, Boxes((Box(" a", 1, 2, 3, 4),))),
    ],
)
def test_what_is_written_otherwise_is_read_as_in_manifests(inner, value):
    assert read({"x": inner}) == [(value, None)]


def test_an_answer_whose_times_cannot_be_read_counts_with_a_warning():
    reading = Reading()
    entry = {"workerId": "w", "answerContent": {"x": {"label": "owl"}}, "submissionTime": "late", "timeSpentInSeconds": "long"}
    reading.take("0", entry, "f.json", 1)
    assert reading.answers == [Answer("0", "w", "owl")]
    assert [(issue.severity, issue.code, issue.field) for issue in reading.issues] == [
        ("warning", "bad-date", "submissionTime"),
        ("warning", "bad-seconds", "timeSpentInSeconds"),
    ]


def test_an_element_can_be_chosen():
    assert read({"a": {"label": "x"}, "b": {"label": "y"}}, "b") == [("y", None)]
    assert read({"a": {"label": "x"}}, "b") == []


def test_a_folder_of_worker_responses_with_its_manifest(tmp_path):
    responses = tmp_path / "worker-response"
    write(responses / "iteration-1" / "10" / "2024-03-05_10:11:02.json", response("owl", "duck"))
    write(responses / "iteration-2" / "2" / "2024-03-05_10:12:02.json", response("swan"))
    write(responses / "iteration-2" / "3" / "2024-03-05_10:12:02.json", '{"answers": [')
    write(responses / "iteration-2" / "4" / "2024-03-05_10:12:02.json", {"answers": [{"answerContent": {"x": {"label": "a"}}}, 5]})
    write(responses / "iteration-2" / "4" / "._2024-03-05_10:12:02.json", "junk")
    write(tmp_path / "output.manifest", {"source-ref": "s3://b/a.jpg"}, "", {"source": "text"})
    write(tmp_path / "labels.json", {"labels": [{"label": "owl"}]})
    reading = read_answers([str(tmp_path)])
    assert [(answer.item, answer.worker, answer.value) for answer in reading.answers] == [
        ("2", "w0", "swan"),
        ("10", "w0", "owl"),
        ("10", "w1", "duck"),
    ]
    first = reading.answers[0]
    assert (first.seconds, first.submitted, first.accepted) == (55.2, "2024-03-05T10:11:02.500000Z", "2024-03-05T10:10:01Z")
    assert reading.sources == {"0": {"source-ref": "s3://b/a.jpg"}, "1": {"source": "text"}}
    assert [(issue.code, issue.record) for issue in reading.issues] == [("broken-file", ""), ("bad-answer", "4"), ("bad-answer", "4")]
    assert reading.without_answers == 1


def test_two_jobs_or_two_manifests_are_refused(tmp_path):
    for job in ("one", "two"):
        write(tmp_path / job / "worker-response" / "iteration-1" / "0" / "2024-03-05_10:11:02.json", response("owl"))
    with pytest.raises(UnsupportedSource, match="several jobs"):
        read_answers([str(tmp_path)])
    for job in ("one", "two"):
        write(tmp_path / job / "output.manifest", {"source": "x"})
    with pytest.raises(UnsupportedSource, match="several manifests"):
        read_answers([str(tmp_path)])
    named = read_answers(
        [str(tmp_path / "one"), str(tmp_path / "two" / "output.manifest")], manifest=str(tmp_path / "one" / "output.manifest")
    )
    assert (len(named.answers), named.sources) == (1, {"0": {"source": "x"}})


def test_consolidation_requests_name_their_objects(tmp_path):
    content = json.dumps({"boundingBox": {"boundingBoxes": []}})
    path = write(
        tmp_path / "request.json",
        [
            {"datasetObjectId": "0", "dataObject": {"s3Uri": "s3://b/a.jpg"}, "annotations": [
                {"workerId": "w", "annotationData": {"content": json.dumps(content)}}, {"workerId": "v", "annotationData": {"s3Uri": "s3://b/x"}}]},
            {"datasetObjectId": "1", "dataObject": {"content": "Aspirin"}, "annotations": []},
        ],
    )  # fmt: skip
    reading = read_answers([path])
    assert reading.answers == [Answer("0", "w", Boxes(()))]
    assert reading.sources == {"0": {"source-ref": "s3://b/a.jpg"}, "1": {"source": "Aspirin"}}
    assert [issue.record for issue in reading.issues] == ["0"]


def test_tables_in_csv_and_json(tmp_path):
    table = write(
        tmp_path / "a.csv", "\ufefftask,Worker ID,label,timeSpentInSeconds", "1,w,owl,2.5", "1,v,duck,", "2,w", "2,v,owl,soon", "2,u,,1"
    )
    reading = read_answers([table])
    assert reading.answers == [Answer("1", "w", "owl", 2.5), Answer("1", "v", "duck"), Answer("2", "v", "owl")]
    assert [(issue.code, issue.line) for issue in reading.issues] == [("broken-line", 4), ("bad-seconds", 5), ("bad-answer", 6)]
    lines = write(
        tmp_path / "b.jsonl", {"item": 1, "worker": "w", "value": ["b", "a"]}, "{", {"item": 2, "worker": "w", "value": {"entities": []}}
    )
    reading = read_answers([lines])
    assert [answer.value for answer in reading.answers] == [("a", "b"), Spans(())]
    assert [(issue.code, issue.line) for issue in reading.issues] == [("broken-line", 2)]


WORDS = "😀 Aspirin 75 mg, then 😀 Heparin"
UNITS = [("DRUG", 3, 10), ("DOSE", 11, 16), ("DRUG", 26, 33)]
"""As a browser counts: each emoji is two."""
CHARACTERS = tuple(Span(*span) for span in (("DRUG", 2, 9), ("DOSE", 10, 15), ("DRUG", 24, 31)))


@pytest.mark.parametrize("spans", [UNITS, [(span.label, span.start, span.end) for span in CHARACTERS]])
@pytest.mark.parametrize("form", ["manifest", "named manifest", "request"])
def test_spans_counted_in_utf_16_units_are_brought_to_characters(tmp_path, spans, form):
    content = {"crowd": {"entities": [{"label": label, "startOffset": start, "endOffset": end} for label, start, end in spans]}}
    if form == "request":
        answers = [{"workerId": "w", "annotationData": {"content": json.dumps(content)}}]
        request = {"datasetObjectId": "0", "dataObject": {"content": WORDS}, "annotations": answers}
        reading = read_answers([write(tmp_path / "request.json", [request])])
    else:
        folder = write(tmp_path / "job" / "worker-response" / "iteration-1" / "0" / "2024-03-05_10:11:02.json",
                       {"answers": [{"workerId": "w", "answerContent": content}]})  # fmt: skip
        beside = tmp_path / ("job" if form == "manifest" else "other") / "output.manifest"
        manifest = write(beside, {"source": WORDS})
        reading = read_answers(
            [str(tmp_path / "job")] if form == "manifest" else [folder], manifest=None if form == "manifest" else manifest
        )
    (answer,) = reading.answers
    assert answer.value == Spans(CHARACTERS)
    assert [WORDS[span.start : span.end] for span in answer.value.parts] == ["Aspirin", "75 mg", "Heparin"]


def test_names_that_differ_in_the_blanks_around_them_are_one_class_and_that_is_told(tmp_path):
    table = write(tmp_path / "a.csv", "item,worker,class", "1,u,fog", "1,v,fog ", "1,w,rain", "2,u,fog ", "2,v, fog")
    reading = read_answers([table])
    assert [answer.value for answer in reading.answers] == ["fog", "fog", "rain", "fog", "fog"]
    assert [(issue.severity, issue.code, issue.line, issue.reason) for issue in reading.issues] == [
        ("warning", "class-spelling", 3, "'fog ' is counted as 'fog': blanks around a name do not make another class"),
        ("warning", "class-spelling", 6, "' fog' is counted as 'fog': blanks around a name do not make another class"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ({"labels": ["fog "]}, {"labels": ["rain", "fog", "fog "]}, ("fog ", "rain")),
        (
            {"entities": [{"label": "a", "startOffset": 0, "endOffset": 2}]},
            {"entities": [{"label": "a ", "startOffset": 0, "endOffset": 2}]},
            Spans((Span("a", 0, 2),)),
        ),
        ({"boundingBoxes": [{"label": "a ", "left": 1, "top": 2, "width": 3, "height": 4}]},
         {"boundingBoxes": [{"label": "a", "left": 1, "top": 2, "width": 3, "height": 4}]}, Boxes((Box("a ", 1, 2, 3, 4),))),
        ({"label": "tumour "}, PAINTED, Mask(PNG, (("tumour ", "#2ca02c"),))),
    ],
)  # fmt: skip
def test_a_class_is_written_as_it_first_was_in_every_kind_of_value(first, second, value):
    reading = Reading()
    for inner in (first, second):
        reading.take("0", {"workerId": "w", "answerContent": {"x": inner}}, "f.json", 1)
    assert reading.answers[-1].value == value
    assert [issue.code for issue in reading.issues] == ["class-spelling"]


def test_nothing_there():
    with pytest.raises(SourceNotFound):
        read_answers(["/no/such/place"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.json", [{"ImageId": "x", "Label": "owl"}, {"ImageId": 7, "Label": "duck"}]),
        ("t.json", {"x": "owl", "7": "duck"}),
        ("t.jsonl", '{"item": "x", "class": "owl"}\n{"item": 7, "class": "duck"}\n'),
        ("t.csv", "task,other,true_label,label\nx,1,owl,swan\n7,2,duck,swan\n"),
        ("t.csv", "item,class\nx,owl\n7,duck\n7,duck\n"),
    ],
)
def test_truth_in_all_its_forms(tmp_path, name, content):
    assert read_truth(write(tmp_path / name, content)) == {"x": "owl", "7": "duck"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "a,b\n1,2\n", "t.csv:2: an item and a class are expected"),
        ("t.csv", "item,class\n1,owl\n1,duck\n", "t.csv:3: item 1 has two classes, 'owl' and 'duck'"),
        ("t.csv", "item,class\n1\n", "another number of cells"),
        ("t.json", "{", "not JSON"),
        ("t.json", "7", "an item and a class are expected"),
        ("t.json", {"x": 7}, "an item and a class are expected"),
    ],
)
def test_truth_that_is_none(tmp_path, name, content, message):
    with pytest.raises(UnsupportedSource, match=message):
        read_truth(write(tmp_path / name, content))


def test_truth_finds_items_by_their_objects():
    sources = {
        "0": {"source-ref": "s3://b/x/a.jpg"},
        "1": {"source-ref": "s3://b/y/b.jpg"},
        "2": {"source-ref": "s3://b/z/b.jpg"},
        "3": {"source": "t"},
    }
    truth = {"a": "owl", "s3://b/y/b.jpg": "duck", "b.jpg": "swan", "3": "emu", "nowhere": "auk"}
    assert by_item(truth, {"0", "1", "2", "3"}, sources) == {"0": "owl", "1": "duck", "b.jpg": "swan", "3": "emu", "nowhere": "auk"}


def test_a_manifest_with_an_odd_line_is_refused_with_its_place(tmp_path):
    with pytest.raises(UnsupportedSource, match=r"m\.manifest:2: the JSON does not parse \(column 2\)"):
        read_sources(write(tmp_path / "m.manifest", {"source": "x"}, "{"))
    with pytest.raises(UnsupportedSource, match=r"m\.manifest:1: an object with source or source-ref"):
        read_sources(write(tmp_path / "m.manifest", {"other": "x"}))
