"""What lines, sequences, pages and taxonomies become: nodes, documents, facts."""

import pytest

from labels.groundtruth.refs import Refs
from labels.groundtruth.taxonomy import above, load
from sources.errors import UnsupportedSource
from tests.labels.groundtruth.data import boxed, classified, mapped, metadata, shared, spanned, statements, write

ITEM = {"source-ref": "s3://demo/a.jpg"}
SCENE = "https://w3id.org/commissure/code/data/streets/Job/scene/"
FRAMES = {
    "tracking-annotations": [
        {
            "frame": f"f{number}.jpg",
            "frame-no": str(number),
            "frame-attributes": {"weather": "rain"},
            "annotations": [
                {"left": number, "top": 1, "width": 2, "height": 2, "class-id": "0", "object-id": "A", "object-name": "Car:1"}
                | {"label-category-attributes": {"Color": "Green"}}
            ],
        }
        for number in range(3)
    ]
}


def test_a_street_scene_is_described_by_what_is_seen(tmp_path):
    line = {**ITEM, **classified("scene", "vehicles", 1, "2024-01-01"), **boxed("boxes", *["car"] * 5, scores=(0.95, 0.9, 0.9, 0.9, 0.9))}
    item, _ = mapped(write(tmp_path / "m.manifest", line))
    document = item.documents[0]
    assert document.text == (
        "Image a.jpg: vehicles, 5 cars (box).\n"
        "Job scene (image classification), labeled by people, 2024-01-01.\n"
        "Job boxes (object detection), labeled by people, 2024-03-05, confidence 0.90 to 0.95.\n"
        "From demo."
    )
    assert (document.type, document.title, document.date) == ("Labeled image", "a.jpg", "2024-03-05")
    assert [(m.text, m.label, document.text[m.start : m.end]) for m in document.mentions] == [
        ("vehicles", "vehicles", "vehicles"),
        ("cars", "car", "cars"),
    ]
    assert [(fact.label, fact.number, fact.status, fact.agent) for fact in item.facts][:2] == [
        ("vehicles", None, "labeled", "human"),
        ("car", 0.95, "labeled", "human"),
    ]


def with_states(label, *states):
    """The label of a box job with an attribute for each box."""
    boxes = label["boxes" if "boxes" in label else "boxes-again"]["annotations"]
    for box, attributes in zip(boxes, states, strict=True):
        box["label-category-attributes"] = attributes
    return label


def test_what_two_jobs_say_is_described_once_and_with_its_qualities(tmp_path):
    parked, moving = {"state": "parked", "hidden": "no"}, {"state": "moving", "hidden": "partly"}
    first = with_states(boxed("boxes", "car", "car", "bus", "dog"), parked, moving, moving, {})
    again = with_states(boxed("boxes-again", "car", "car", "bus", "bus", "dog"), parked, parked, moving, {"towed": "yes"}, {})
    again["boxes-again-metadata"]["adjustment-status"] = "adjusted"
    item, _ = mapped(write(tmp_path / "m.manifest", {**ITEM, **first, **again}))
    document = item.documents[0]
    seen, *jobs = document.text.splitlines()
    assert seen == ("Image a.jpg: 2 cars (box), 2 buses (box), dog (box), 2 parked cars, moving bus, towed bus.")
    assert "hidden partly (2), state moving (2), hidden no, state parked." in jobs[0]
    named = [(m.label, document.text[m.start : m.end], m.concept.rsplit("/", 2)[1]) for m in document.mentions]
    expected = [
        (label, words, job) for label, words in (("car", "cars"), ("bus", "buses"), ("dog", "dog")) for job in ("boxes", "boxes-again")
    ]
    assert sorted(named) == sorted(expected)


def test_jobs_that_disagree_both_have_their_say(tmp_path):
    item, _ = mapped(write(tmp_path / "m.manifest", {**ITEM, **boxed("boxes", "car", "car"), **boxed("others", "car")}))
    assert item.documents[0].text.startswith("Image a.jpg: 2 cars (box), car (box).\n")


def test_boxes_and_their_classes_are_nodes(tmp_path):
    item, manifest = mapped(write(tmp_path / "m.manifest", {**ITEM, **boxed("boxes", "car", "bus")}))
    iri = item.record.rpartition("/data/streets/")[2]
    assert statements([item], "hasTarget") == {(f"{iri}#boxes/{number}", iri) for number in (0, 1)}
    assert statements([item], "hasBody") == {(f"{iri}#boxes/0", "Job/boxes/car"), (f"{iri}#boxes/1", "Job/boxes/bus")}
    assert ('"8.5"^^<http://www.w3.org/2001/XMLSchema#decimal>') in {value for _, value in statements([item], "width")}
    assert statements([item], "job") == {(f"{iri}#boxes", "Job/boxes")}
    assert len(statements([manifest], "labelClass")) == 2


def test_text_items_bear_their_spans(tmp_path):
    line = {
        "source": "Aspirin 75 mg daily",
        **spanned("med", ("DOSE", 8, 13), ("DRUG", 0, 7)),
        "patient": "p1",
        "record": "DocumentReference/d1",
    }
    item, _ = mapped(write(tmp_path / "m.manifest", line))
    document = item.documents[0]
    assert (document.text, document.type) == ("Aspirin 75 mg daily", "Labeled text")
    assert [(m.text, m.label, m.score, m.source) for m in document.mentions] == [
        ("Aspirin", "DRUG", 0.9, "human:med"),
        ("75 mg", "DOSE", 0.9, "human:med"),
    ]
    assert document.patient.endswith("/data/streets/Patient/p1")
    assert {target for _, target in statements([item], "about")} == {"DocumentReference/d1"}


def test_failed_and_adjusted_and_verified(tmp_path):
    failed = {"med-metadata": {"failure-reason": "ClientError: expired. Why", "human-annotated": "true"}}
    check = {"check": 0, "check-metadata": metadata("label-verification", "check", "2024-05-01", **{"class-name": "good"})}
    lines = (
        {**ITEM, **failed},
        {**ITEM, **boxed("x", "car", created="2024-01-01"), **boxed("x-chain", "car", **{"adjustment-status": "adjusted"}), **check},
    )
    first, second, _ = mapped(write(tmp_path / "m.manifest", *lines))
    assert [(fact.status, fact.counted, fact.concept) for fact in first.facts] == [("failed", False, None)]
    assert {value for _, value in statements([first], "failureReason")} == {'"ClientError: expired. Why"'}
    assert [fact.status for fact in second.facts] == ["labeled", "adjusted", "labeled"]
    assert {(s.rpartition("#")[2], o.rpartition("#")[2]) for s, o in statements([second], "adjusts")} == {("x-chain", "x")}
    assert {(s.rpartition("#")[2], o.rpartition("#")[2]) for s, o in statements([second], "verifies")} == {("check", "x-chain")}


def test_classes_of_a_chained_job_are_narrower(tmp_path):
    line = {**ITEM, **classified("scene", "vehicles", 1, "2024-01-01"), **boxed("boxes", "car")}
    *_, manifest = mapped(write(tmp_path / "m.manifest", line, line))
    assert [(fact.subject.rpartition("/")[2], fact.relation, fact.concept) for fact in manifest.facts] == [
        ("car", "broader", SCENE + "vehicles")
    ]
    assert len(statements([manifest], "broader")) == 1


def test_a_taxonomy_adds_broader_classes(tmp_path):
    taxonomy = '{"car": ["vehicle"], "vehicle": ["thing"]}'
    *_, manifest = mapped(write(tmp_path / "m.manifest", {**ITEM, **boxed("boxes", "car")}), taxonomy=taxonomy)
    assert {(fact.subject.rpartition("/data/")[2], fact.concept.rpartition("/data/")[2]) for fact in manifest.facts} == {
        ("streets/Job/boxes/car", "streets/Taxonomy/classes/vehicle"),
        ("streets/Taxonomy/classes/vehicle", "streets/Taxonomy/classes/thing"),
    }


def test_taxonomies_come_as_csv_and_json(tmp_path):
    table, tree = write(tmp_path / "t.csv", "narrower,broader", "car,vehicle", "vehicle,thing"), tmp_path / "t.json"
    write(tree, {"thing": {"vehicle": ["car", {"bus": ["minibus"]}]}})
    assert load(str(table)) == {"car": ("vehicle",), "vehicle": ("thing",)}
    assert list(above(load(str(tree)), "minibus")) == [("minibus", "bus"), ("bus", "vehicle"), ("vehicle", "thing")]
    with pytest.raises(UnsupportedSource, match="'a' would be a kind of itself"):
        load(str(write(tmp_path / "loop.csv", "narrower,broader", "a,b", "b,a")))
    with pytest.raises(UnsupportedSource, match="columns `narrower` and `broader`"):
        load(str(write(tmp_path / "no.csv", "a,b")))


@pytest.mark.parametrize("place", ["bucket/job/annotations/output/0", "job/annotations/output/0", "output/0", "0"])
def test_sequence_labels_are_followed_wherever_the_copy_begins(tmp_path, place):
    ref = "s3://bucket/job/annotations/output/0/SeqLabel.json"
    write(tmp_path / "copy" / place / "SeqLabel.json", FRAMES)
    label = {"t-ref": ref, "t-ref-metadata": metadata("video-object-tracking", "t", **{"class-map": {"0": "Car"}})}
    path = write(tmp_path / "m.manifest", {"source-ref": "s3://bucket/v.mp4", **label})
    item, _ = mapped(path, refs=str(tmp_path / "copy"))
    assert item.issues == ()
    assert len(statements([item], "track")) == 3
    assert {value.partition("^")[0] for _, value in statements([item], "lastFrame")} == {'"2"'}
    assert [(fact.label, fact.attributes) for fact in item.facts] == [("Car", "weather: rain\nColor: Green")]
    assert "Car (box)" in item.documents[0].text
    assert "3 frames" in item.documents[0].text


def test_missing_files_are_warnings_only_where_they_are_looked_for(tmp_path):
    label = {"t-ref": "s3://b/x/SeqLabel.json", "t-ref-metadata": metadata("video-object-tracking", "t", **{"class-map": {"0": "Car"}})}
    path = write(
        tmp_path / "m.manifest",
        {**ITEM, **label},
        {**ITEM, "p": {"annotation-ref": "s3://b/m.manifest"}, "p-metadata": metadata("custom", "p")},
    )
    assert [issue.code for one in mapped(path) for issue in one.issues] == []
    found = mapped(path, refs=str(tmp_path))
    assert [issue.code for one in found for issue in one.issues] == ["missing-ref", "bad-ref"]
    assert [fact.label for fact in found[0].facts] == ["Car"]


def test_of_a_mask_only_what_it_shows_counts(tmp_path):
    from PIL import Image

    colors = {
        str(n): {"class-name": name, "hex-color": color}
        for n, (name, color) in enumerate([("BACKGROUND", "#ffffff"), ("a", "#2CA02C"), ("b", "#1f77b4")])
    }
    label = {"m-ref": "s3://b/m.png", "m-ref-metadata": metadata("semantic-segmentation", "m", **{"internal-color-map": colors})}
    path = write(tmp_path / "m.manifest", {**ITEM, **label})
    assert [fact.label for fact in mapped(path)[0].facts] == ["a", "b"]
    copy = tmp_path / "copy"
    copy.mkdir()
    # Class a is painted with its colour under the palette index of b, as in some real files.
    image = Image.new("P", (4, 3), 0)
    image.putpalette([255, 255, 255, 9, 9, 9, 0x2C, 0xA0, 0x2C])
    image.putpixel((1, 1), 2)
    image.save(copy / "m.png")
    item, _ = mapped(path, refs=str(copy))
    assert ([fact.label for fact in item.facts], item.issues) == (["a"], ())
    assert {value.partition("^")[0] for _, value in statements([item], "imageWidth")} == {'"4"'}
    (copy / "m.png").write_bytes(b"no mask")
    assert [(issue.code, issue.field) for issue in mapped(path, refs=str(copy))[0].issues] == [("bad-ref", "m-ref")]


def test_of_a_labeled_cloud_only_what_it_shows_counts(tmp_path):
    import zlib

    colors = {"0": {"class-name": "Car", "hex-color": "#467ce6"}, "1": {"class-name": "Bus", "hex-color": "#ff7be8"}}
    label = {
        "c-ref": "s3://b/0.zlib",
        "c-ref-metadata": metadata("point_cloud_single_frame_semantic_segmentation", "c", **{"color-map": colors}),
    }
    path = write(tmp_path / "m.manifest", {**ITEM, **label})
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "0.zlib").write_bytes(zlib.compress(bytes([1, 1, 1])))
    assert [fact.label for fact in mapped(path, refs=str(tmp_path / "copy"))[0].facts] == ["Bus"]


def test_files_outside_the_place_are_not_read(tmp_path):
    write(tmp_path / "secret.json", {"x": 1})
    inside = tmp_path / "copy"
    inside.mkdir()
    (inside / "link.json").symlink_to(tmp_path / "secret.json")
    refs = Refs(str(inside))
    assert (refs.find("s3://b/../secret.json"), refs.find("s3://b/link.json"), Refs().find("s3://b/x")) == (None, None, None)


def test_a_marked_page_is_a_document():
    item, *_ = mapped(shared("custom-pdf-ner/sample_file1-1-bad5a1bc-ann.json"))
    document = item.documents[0]
    assert [(m.label, m.text) for m in document.mentions] == [("EnityTypeB", "PROSPECTUS SUPPLEMENT"), ("EntityTypeA", "“Risk")]
    assert document.type == "Labeled document"


def test_the_video_has_its_golden_counts():
    item, *_ = mapped(shared("video-tracking/sm_examples_SeqLabel.json"))
    assert len(statements([item], "track")) == 890
    frames = {value.partition("^")[0].strip('"') for _, value in statements([item], "frames")}
    assert frames == {"299", "300", "291"}
    assert {subject.rpartition("#")[2].partition("/")[0] for subject, _ in statements([item], "firstFrame")} == {"sm_examples_SeqLabel"}
    assert sorted(fact.attributes for fact in item.facts) == ["", "Color: Green", "Color: Silver"]


def test_strict_runs_reject_what_is_odd(tmp_path):
    from dataclasses import replace

    from ingest.labels.format import of
    from ingest.model import MappingContext
    from tests.labels.groundtruth.data import read

    record = read(write(tmp_path / "m.manifest", {"source-ref": "a.jpg"}))[0][0]
    context = MappingContext("streets", "run", lambda kind, system, value: ())
    assert not of("manifest", {}).map(record, context).rejected
    assert of("manifest", {}).map(record, replace(context, strict=True)).rejected


def test_every_term_is_declared(tmp_path):
    from graph.ontology import declared
    from graph.vocabulary import KG
    from ingest.fhir.terms import element_names

    lines = ({**ITEM, **boxed("x", "car", **{"adjustment-status": "adjusted"})}, {"source": "a b", **spanned("s", ("X", 0, 1)), "ward": 4})
    answer = {"workerId": "w", "submissionTime": "2024-01-01T00:00:00Z", "timeSpentInSeconds": 2.5}
    content = {"c": {"label": "car", "workerComment": "hm", "initialValueModified": True}}
    found = [
        *mapped(write(tmp_path / "m.manifest", *lines)),
        *mapped(write(tmp_path / "c.json", {"document-version": "1", "labels": [{"label": "Car", "attributes": [{"name": "Color"}]}]})),
        *mapped(write(tmp_path / "s.json", FRAMES)),
        *mapped(write(tmp_path / "a.json", {"answers": [{**answer, "answerContent": content}]}), "responses"),
        *mapped(write(tmp_path / "e.json", *[{"worker_id": "w", "task_accepted_time": "Wed Aug 14 16:00:59 UTC 2019"}] * 2), "responses"),
    ]
    assert not any(one.rejected for one in found)
    used = {
        word[1 + len(KG) : -1] for one in found for quad in one.quads.splitlines() for word in quad.split(" ") if word.startswith("<" + KG)
    }
    assert used >= {"Item", "Labeling", "Job", "Answer", "Worker", "WorkerActivity", "Appearance", "LabelCategories", "changed", "comment"}
    assert used <= declared() | element_names()
