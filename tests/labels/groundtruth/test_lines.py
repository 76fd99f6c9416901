"""Every task type, state and trap of a manifest line."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.groundtruth.lines import line_of
from labels.groundtruth.model import Box, Category, Cuboid, Media, Region, State, TextSpan
from labels.groundtruth.values import moment
from tests.labels.groundtruth.data import boxed, classified, metadata, shared, spanned

ITEM = {"source-ref": "s3://demo/a.jpg"}


def codes(values):
    return [problem.code for problem in line_of(values).problems]


def only(values):
    line = line_of(values)
    assert len(line.labelings) == 1
    return line.labelings[0]


def test_one_class():
    found = only({**ITEM, **classified("triage", "urgent ", 2, confidence=0.95)})
    assert (found.job, found.state, found.human, found.created) == ("triage", State.LABELED, True, "2024-03-05T10:11:12.131415Z")
    assert [(one.category, one.confidence) for one in found.annotations] == [(Category("2", "urgent "), 0.95)]


def test_several_classes_take_the_scores_there_are():
    label = {"finding": [3, 0], "finding-metadata": metadata("image-classification-multilabel", "f")}
    label["finding-metadata"] |= {"class-map": {"3": "effusion", "0": "cardiomegaly"}, "confidence-map": {"3": 0.91}}
    found = only({**ITEM, **label})
    assert [(one.category.name, one.confidence) for one in found.annotations] == [("effusion", 0.91), ("cardiomegaly", None)]
    label["finding"] = []
    assert only({**ITEM, **label}).annotations == ()


def test_boxes_pair_with_their_scores():
    found = only({**ITEM, **boxed("lesion", "naevus", "scar", scores=(0.83, 0))})
    assert [(one.category.name, one.geometry, one.confidence) for one in found.annotations] == [
        ("naevus", Box(0, 5, 8.5, 4), 0.83),
        ("scar", Box(10, 5, 8.5, 4), None),
    ]
    assert found.size == (640, 480)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v: v["lesion-metadata"]["objects"].pop(), "length-mismatch"),
        (lambda v: v["lesion"]["annotations"][0].update(left=639), "box-outside"),
        (lambda v: v["lesion"]["annotations"][0].pop("top"), "bad-shape"),
        (lambda v: v["lesion"]["annotations"].__setitem__(0, 3), "bad-shape"),
        (lambda v: v["lesion"]["annotations"][0].update(class_id=7), "unknown-class"),
        (lambda v: v.update(lesion="no"), "bad-label"),
        (lambda v: v["lesion-metadata"].update({"creation-date": "yesterday"}), "bad-date"),
        (lambda v: v.pop("lesion"), "orphan-metadata"),
        (lambda v: v.update(source="too"), "two-sources"),
        (lambda v: v.pop("source-ref"), "no-source"),
        (lambda v: v.update({"source-ref": "a.jpg"}), "relative-source"),
        (lambda v: v["lesion-metadata"].update(type="groundtruth/new"), "unknown-type"),
    ],
)
def test_what_is_odd_is_told(change, code):
    values = json.loads(json.dumps({**ITEM, **boxed("lesion", "naevus", "scar")}))
    assert codes(values) == []
    change(values)
    assert code in codes(values)


def test_a_mask_names_its_classes_but_the_background():
    colors = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#fff"},
        "1": {"class-name": "tumour", "hex-color": "#2ca02c", "confidence": 0.7},
    }
    found = only(
        {**ITEM, "m-ref": "s3://demo/m.png", "m-ref-metadata": metadata("semantic-segmentation", "m", **{"internal-color-map": colors})}
    )
    assert found.ref == "s3://demo/m.png"
    assert [(one.category, one.geometry, one.confidence) for one in found.annotations] == [
        (Category("1", "tumour"), Region("#2ca02c"), 0.7)
    ]


def test_spans_lie_in_the_text():
    text = "Aspirin 75 mg daily"
    found = only({"source": text, **spanned("med", ("DOSE", 8, 13), ("DRUG", 0, 7))})
    assert [(one.category.name, text[slice(*one.geometry)]) for one in found.annotations] == [("DOSE", "75 mg"), ("DRUG", "Aspirin")]
    assert codes({"source": text, **spanned("med", ("DOSE", 8, 99))}) == ["span-outside"]
    assert codes({"source": text, **spanned("med", ("DOSE", 9, 14))}) == ["span-in-word"]
    assert codes({"source": text, **spanned("med", ("DOSE", 5, 5))}) == ["bad-span"]


def test_offsets_in_utf16_units_are_understood_where_they_fit():
    text = "\U0001f9b4\U0001f9b4 bone pain"
    for start, end in ((8, 12), (10, 14)):
        found = only({"source": text, **spanned("s", ("SYMPTOM", start, end))})
        assert text[slice(*found.annotations[0].geometry)] == "pain"


def test_verification_and_feedback():
    label = {"check": "1", "check-metadata": metadata("label-verification", "check", **{"class-name": "bad", "confidence": 0.93})}
    label["check-metadata"]["worker-feedback"] = [{"comment": "box too wide"}, {}]
    found = line_of({**ITEM, **boxed("lesion", "naevus"), **label}).labelings
    assert [each.attribute for each in found] == ["check", "lesion"]
    check = next(each for each in found if each.attribute == "check")
    assert (check.annotations[0].category, check.comments) == (Category("1", "bad"), ("box too wide",))


def test_cuboids_and_a_sequence_that_calls_itself_detection():
    cuboid = {
        "object-name": "Car:1",
        "class-id": 0,
        "center-x": 1,
        "center-y": 2,
        "center-z": 3,
        "length": 4,
        "width": 2,
        "height": 1,
        "yaw": 0.5,
    }
    label = {
        "cloud": {"annotations": [cuboid]},
        "cloud-metadata": metadata("point_cloud_object_detection", "c", class_map={"0": "Car"}, objects=[]),
    }
    found = only({**ITEM, **label})
    assert found.task.media is Media.CLOUD
    assert found.annotations[0].geometry == Cuboid((1, 2, 3), (4, 2, 1), (0, 0, 0.5))
    assert (found.annotations[0].category, found.annotations[0].name) == (Category("0", "Car"), "Car:1")
    label = {"cloud-ref": "s3://demo/SeqLabel.json", "cloud-ref-metadata": metadata("point_cloud_object_detection", "c")}
    assert (only({**ITEM, **label}).ref, codes({**ITEM, **label})) == ("s3://demo/SeqLabel.json", [])


def test_custom_jobs_keep_what_is_known():
    content = json.dumps({"annotatedResult": {"keypoints": [{"label": "nose", "x": 3, "y": 4}]}})
    value = {"annotationsFromAllWorkers": [{"workerId": "w", "annotationData": {"content": content}}]}
    found = only({**ITEM, "pose": value, "pose-metadata": {**metadata("x", "pose"), "type": "groundTruth/custom"}})
    assert [(one.category.name, one.geometry.vertices) for one in found.annotations] == [("nose", ((3.0, 4.0),))]
    found = only(
        {
            "source": "MKV PROT",
            "p": {"entities": [{"start_index": "4", "length": 4, "token": "PROT"}]},
            "p-metadata": metadata("custom", "p"),
        }
    )
    assert found.annotations[0].geometry == TextSpan(4, 8)
    found = only({**ITEM, "p": {}, "p-metadata": metadata("custom", "p", **{"worker-response-ref": "s3://demo/1.json"})})
    assert found.ref == "s3://demo/1.json"


def test_failed_lines_and_who_is_human():
    failed = {
        "med-metadata": {"retry-count": 1, "failure-reason": "ClientError: Annotation tasks expired.  Why", "human-annotated": "true"}
    }
    found = only({**ITEM, **failed})
    assert (found.state, found.failure, found.human) == (State.FAILED, "ClientError: Annotation tasks expired. Why", True)
    machine = classified("a", "x")
    machine["a-metadata"]["human-annotated"] = "no"
    assert only({**ITEM, **machine}).human is False


def test_what_is_no_label_passes_through():
    rest = {
        "source-ref-metadata": {"prefix": "s3://x/"},
        "metadata": {"type": 3},
        "annotator-metadata": {"Info": "x"},
        "page": "1",
        "ward": 4,
    }
    line = line_of({**ITEM, **rest})
    assert (line.labelings, line.rest) == ((), rest)


def test_two_jobs_on_one_attribute_are_two_jobs():
    first, second = ({**ITEM, **classified("a", "x")} for _ in range(2))
    second["a-metadata"]["job-name"] = "labeling-job/again"
    assert (only(first).job, only(second).job) == ("a", "again")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-03-05T10:11:12.131415", "2024-03-05T10:11:12.131415Z"),
        ("2022-08-22T20:52:51.851Z", "2022-08-22T20:52:51.851000Z"),
        ("2022-08-22T20:52:51+0200", "2022-08-22T18:52:51Z"),
        ("Mon Aug 22 2022 13:52:52 GMT-0700 (Pacific Daylight Time)", "2022-08-22T20:52:52Z"),
        ("Wed Aug 14 16:00:59 UTC 2019", "2019-08-14T16:00:59Z"),
        ("Mon Aug 99 2022 13:52:52 GMT-0700", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates_of_every_spelling(written, read):
    assert moment(written) == read


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["annotations", "entities", "labels", "label", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
TYPES = [
    "image-classification",
    "image-classification-multilabel",
    "object-detection",
    "semantic-segmentation",
    "text-span",
    "custom",
    "no",
]


@given(
    st.sampled_from(TYPES), json_values, st.dictionaries(st.sampled_from(["class-map", "objects", "entities", "class-name"]), json_values)
)
def test_no_label_breaks_the_reader(type_, value, more):
    line = line_of({"source": "some words", "a": value, "a-metadata": {**more, "type": f"groundtruth/{type_}"}})
    assert len(line.labelings) == 1


def test_real_files_give_the_golden_counts():
    def lines(path):
        return [line_of(orjson.loads(line)) for line in shared(path).read_bytes().splitlines() if line.strip()]

    birds = lines("birds/unpacked/ic_data/output.manifest")
    names = [line.labelings[0].annotations[0].category.name for line in birds]
    assert (len(birds), names.count("Duck"), names.count("Parrot")) == (302, 42, 65)
    assert [i for i, line in enumerate(birds) if line.labelings[0].confidence < 0.95] == [136, 139, 165, 183, 209]
    boxes = [one for line in lines("object-detection/yolov5_sample_output.manifest") for one in line.labelings[0].annotations]
    assert (len(boxes), round(sum(one.confidence for one in boxes) / len(boxes), 4)) == (192, 0.7361)
    expired = lines("custom-pdf-ner/output_with_expired_tasks_manifest.jsonl")
    assert [line.labelings[0].state for line in expired] == [State.LABELED, State.FAILED, State.FAILED]
    masks = lines("lookout-for-vision/template.manifest")
    assert (len(masks), sum(any(each.ref for each in line.labelings) for line in masks)) == (63, 32)
