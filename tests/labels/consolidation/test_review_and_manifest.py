import json
from datetime import UTC, datetime

import numpy as np
import pytest

from labels.consolidation.consolidate import consolidate
from labels.consolidation.manifest import Labeling, encoded, manifest_of
from labels.consolidation.masks import png_of
from labels.consolidation.model import Answer
from labels.consolidation.report import doubt_as_json, item_as_json
from labels.consolidation.review import Stranger, disputed, queue, strangers, unlike_neighbours, unsure
from labels.model import Why
from labels.values import Box, Boxes, Mask, Span, Spans
from sources.errors import UnsupportedSource

NOW = datetime(2024, 3, 5, 10, 11, 12, 131415, tzinfo=UTC)


def answers(**items):
    return [Answer(item, f"w{number}", value) for item, values in items.items() for number, value in enumerate(values)]


def test_the_queue_gives_each_doubt_its_reasons_strongest_first():
    done = consolidate(answers(a=["x", "x", "x"], b=["x", "x", "y"], c=["x", "y", "z"], d=["y"]), "majority")
    found = queue(done.results, unsure(done.results, 0.5), disputed(done))
    assert [(doubt.item, [reason.why for reason in doubt.reasons]) for doubt in found] == [
        ("c", [Why.CONFIDENCE, Why.WORKERS]),
        ("b", [Why.WORKERS]),
    ]
    assert found[0].reasons[0].text == "confidence 0.33 is below 0.5"
    assert found[0].reasons[1].text == "2 of 3 workers disagree: w1, w2"
    assert {*disputed(done, least=0.5)} == {"c"}
    assert doubt_as_json(found[1]) == {
        "item": "b",
        "class": "x",
        "confidence": pytest.approx(2 / 3),
        "reasons": [{"why": "workers", "text": "1 of 3 workers disagree: w2"}],
    }


def test_strangers_among_their_neighbours():
    near = np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [0.2, 1], [1, 0.15]])
    labels = ["owl", "owl", "owl", "duck", "duck", "duck", "duck"]
    items = [*"abcdefg"]
    found = strangers(items, near, labels, k=3, threshold=0.2)
    assert found == (Stranger("g", "duck", "owl", 0, 3),)
    assert unlike_neighbours(found)["g"].text == "0 of its 3 nearest neighbours are 'duck' too; most are 'owl'"
    assert strangers(items[:1], near[:1], labels[:1]) == ()
    odd = [*"cde", *"g"], near[[0, 1, 2, 6]], ["owl", "owl", "owl", "duck"]
    assert [one.item for one in strangers(*odd, k=3)] == ["g"]
    assert strangers(*(part[1:] for part in odd), k=3) == (), "two neighbours tell nothing"
    assert strangers(items, near * [[1000.0]], labels, k=3) == found  # lengths do not count
    with pytest.raises(ValueError, match="equal lengths"):
        strangers(items, near, labels[:3])
    with pytest.raises(ValueError, match="finite"):
        strangers(items, np.where(near == 0, np.nan, near), labels)


def test_strangers_beyond_one_block():
    rng = np.random.default_rng(3)
    side = rng.integers(0, 2, 2500)
    vectors = np.eye(2)[side] + rng.normal(0, 0.05, (2500, 2))
    labels = ["left" if one == 0 else "right" for one in side]
    labels[2000] = "right" if labels[2000] == "left" else "left"
    assert [one.item for one in strangers([str(i) for i in range(2500)], vectors, labels, k=5)] == ["2000"]


def written(value, *more, source=None, **options):
    done = consolidate(answers(**{"0": [value, value], **({"1": list(more)} if more else {})}))
    sources = {
        "0": source or {"source-ref": "s3://b/0.jpg", "mine": 1},
        "1": {"source-ref": "s3://b/1.jpg"},
        "2": {"source-ref": "s3://b/2.jpg"},
    }
    return manifest_of(done, sources, Labeling(options.pop("attribute", "label"), "Again", NOW, options.pop("classes", ())), **options)


COMMON = {"job-name": "labeling-job/again", "human-annotated": "yes", "creation-date": "2024-03-05T10:11:12.131415", "answers": 2}


def test_one_class_is_written_with_its_method():
    (line,) = written("owl", classes=("duck", "owl")).lines
    assert line == {
        "source-ref": "s3://b/0.jpg",
        "mine": 1,
        "label": 1,
        "label-metadata": {
            "class-name": "owl",
            "confidence": 0.95,
            "type": "groundtruth/image-classification",
            "consolidation-method": "dawid-skene",
            **COMMON,
        },
    }
    assert json.loads(next(encoded([line]))) == line
    (text,) = written("owl", source={"source": "hoo"}).lines
    assert text["label-metadata"]["type"] == "groundtruth/text-classification"


def test_several_classes_boxes_and_spans():
    (line,) = written(("cat", "dog"), attribute="a").lines
    assert line["a"] == [0, 1]
    assert line["a-metadata"]["class-map"] == {"0": "cat", "1": "dog"}
    assert line["a-metadata"]["confidence-map"] == {"0": 1.0, "1": 1.0}
    assert line["a-metadata"]["type"] == "groundtruth/image-classification-multilabel"
    (line, other) = written(Boxes((Box("car", 1, 2, 3.5, 4),), 640, 480), Boxes((), 64, 48), Boxes((), 64, 48)).lines
    assert line["label"] == {
        "image_size": [{"width": 640, "height": 480, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 3.5, "height": 4}],
    }
    assert (line["label-metadata"]["objects"], line["label-metadata"]["class-map"]) == ([{"confidence": 1.0}], {"0": "car"})
    assert (other["label"]["annotations"], other["label-metadata"]["objects"], other["label-metadata"]["class-map"]) == ([], [], {})
    (line,) = written(Spans((Span("DRUG", 0, 7),)), source={"source": "Aspirin"}).lines
    assert line["label"] == {
        "annotations": {"labels": [{"label": "DRUG"}], "entities": [{"label": "DRUG", "startOffset": 0, "endOffset": 7}]}
    }
    assert line["label-metadata"] == {
        "entities": [{"confidence": 1.0}],
        "type": "groundtruth/text-span",
        "consolidation-method": "jaccard",
        **COMMON,
    }


def test_masks_are_files_beside_the_manifest():
    mask = Mask(png_of(np.array([[1, 0]], np.uint8), (("BACKGROUND", "#ffffff"), ("tumour", "#2ca02c"))), (("tumour", "#2ca02c"),))
    result = written(mask, attribute="tissue-ref", masks="out")
    (line,) = result.lines
    assert line["tissue-ref"] == "out/0.png" and [*result.masks] == ["out/0.png"]
    assert line["tissue-ref-metadata"]["internal-color-map"] == {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0},
        "1": {"class-name": "tumour", "hex-color": "#2ca02c", "confidence": 1.0},
    }


def test_only_the_doubtful_for_a_verification_job():
    assert [line["source-ref"] for line in written("owl", "owl", "duck", only={"1"}).lines] == ["s3://b/1.jpg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attribute": "mine"}, "item 0 already has an attribute 'mine'"),
        ({"attribute": "a b"}, "letters and digits"),
        ({"attribute": "x-metadata"}, "letters and digits"),
        ({"attribute": "source"}, "names the object"),
        ({"attribute": "x-ref"}, "attributes of masks end in -ref"),
        ({"classes": ("duck",)}, "classes owl are not among those given"),
    ],
)
def test_what_cannot_be_written(options, message):
    with pytest.raises(UnsupportedSource, match=message):
        written("owl", **options)


def test_an_unknown_object_is_said():
    done = consolidate(answers(**{"9": ["owl"]}))
    with pytest.raises(UnsupportedSource, match=r"the objects of 1 items are not known \(first: 9\)"):
        manifest_of(done, {}, Labeling("label", "j", NOW))


def test_items_as_json_carry_scores_and_workers():
    (boxes,) = consolidate([Answer("1", "a", Boxes((Box("car", 1, 2, 3, 4),))), Answer("1", "b", Boxes(()))]).results
    assert item_as_json(boxes) == {
        "item": "1", "class": None, "confidence": 0.5, "answers": 2,
        "boxes": [{"class": "car", "left": 1, "top": 2, "width": 3, "height": 4, "confidence": 0.5, "workers": 1}],
    }  # fmt: skip
    (one,) = consolidate([Answer("1", "a", "owl")]).results
    assert item_as_json(one) == {"item": "1", "class": "owl", "confidence": 0.0, "answers": 1}
    (several,) = consolidate([Answer("1", "a", ("owl",)), Answer("1", "b", ("owl",))]).results
    assert item_as_json(several)["classes"] == [{"class": "owl", "confidence": 1.0, "workers": 2}]
