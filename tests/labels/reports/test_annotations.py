import tracemalloc

import pytest

from labels.reports.annotations import annotation_report
from labels.reports.labeled import labeled_items
from labels.reports.records import Problems
from sources.errors import UnsupportedSource
from tests.labels.reports.data import adjusted, box_line, class_line, metadata, sequence, verified, write


def report(*locations, refs="", problems=None):
    return annotation_report(labeled_items([str(location) for location in locations], refs, problems or Problems()))


def rows(made, table, *names):
    return [tuple(record[name] for name in names) for record in made.table(table).records()]


@pytest.fixture
def streets(tmp_path):
    """Four images: two and one boxes, none, failed; one more without labels. The first two are adjusted, all three verified."""
    failed = {"source-ref": "s3://b/d.png", "boxes-metadata": {"failure-reason": "ClientError:  expired", "human-annotated": "true"}}
    first = box_line("a", (0, 0, {"parked": "yes"}), (1, 20), confidences=(0.95, 0.5))
    second = box_line("b", (0, 5), confidences=(0.949,), created="2024-03-06T00:00:00.000001", human="no")
    return write(
        tmp_path / "streets.manifest",
        verified(adjusted(first, "adjusted", (0, 0, {"parked": "yes"}), (1, 30), (1, 50)), "good"),
        verified(adjusted(second, "unadjusted", (0, 5)), "bad", "too wide"),
        verified(box_line("c"), "good"),
        failed,
        {"source-ref": "s3://b/e.png"},
    )


def test_annotations_are_counted_per_class_job_and_day(streets):
    made = report(streets)
    assert dict(made.totals) == {"items": 5, "jobs": 3, "annotations": 10, "tracked objects": 0, "failed": 1, "without any label": 1}
    assert rows(made, "classes", "job", "class", "annotations", "items", "share", "mean_confidence") == [
        ("boxes", "car", 2, 2, 2 / 3, pytest.approx(0.9495)),
        ("boxes", "bus", 1, 1, 1 / 3, 0.5),
        ("boxes-again", "bus", 2, 1, 0.5, None),
        ("boxes-again", "car", 2, 2, 0.5, None),
        ("check", "good", 2, 2, 2 / 3, 0.9),
        ("check", "bad", 1, 1, 1 / 3, 0.9),
    ]
    assert rows(made, "days", "job", "day", "annotations", "items") == [
        ("boxes", "2024-03-05", 2, 2),
        ("boxes", "2024-03-06", 1, 1),
        ("boxes-again", "2024-03-06", 4, 2),
        ("check", "2024-03-07", 3, 3),
    ]
    assert ("boxes", 4, 2, 1, 0, 1) in rows(made, "jobs", "job", "items", "human", "machine", "unknown", "failed")


def test_what_failed_or_has_no_label_is_counted_by_manifest_and_attribute(streets, tmp_path):
    unread = {"source-ref": "s3://b/f.pdf", "m": {"annotation-ref": "s3://b/x-ann.json"}, "m-metadata": metadata("custom", "m")}
    orphan = {"source-ref": "s3://b/g.png", "x-metadata": metadata("image-classification", "x")}
    other = write(tmp_path / "other.manifest", unread, orphan, {"source-ref": "s3://b/h.png"})
    made = report(streets, other)
    names = ("manifest", "attribute", "items", "labeled", "empty", "elsewhere", "failed", "orphan", "unlabeled")
    assert rows(made, "states", *names) == [
        ("other.manifest", "m", 3, 0, 0, 1, 0, 0, 2),
        ("other.manifest", "x", 3, 0, 0, 0, 0, 1, 2),
        ("streets.manifest", "again", 5, 2, 0, 0, 0, 0, 3),
        ("streets.manifest", "boxes", 5, 2, 1, 0, 1, 0, 1),
        ("streets.manifest", "check", 5, 3, 0, 0, 0, 0, 2),
    ]
    assert rows(made, "failures", "attribute", "reason", "items") == [("boxes", "ClientError: expired", 1)]


def test_boxes_on_an_image(streets):
    made = report(streets)
    assert rows(made, "density", "job", "of", "per", "places", "annotations", "mean", "least", "most") == [
        ("boxes", "boxes", "image", 3, 3, 1.0, 0, 2),
        ("boxes-again", "boxes", "image", 2, 4, 2.0, 1, 3),
    ]
    assert rows(made, "per_item", "job", "number", "places") == [
        ("boxes", 0, 1),
        ("boxes", 1, 1),
        ("boxes", 2, 1),
        ("boxes-again", 1, 1),
        ("boxes-again", 3, 1),
    ]


def test_adjustments_are_compared_with_the_labels_they_began_with(streets):
    names = ("job", "judged", "status", "items", "before", "after", "kept", "removed", "added")
    assert rows(report(streets), "adjustments", *names) == [
        ("boxes-again", "boxes", "adjusted", 1, 2, 3, 1, 1, 2),
        ("boxes-again", "boxes", "unadjusted", 1, 1, 1, 1, 0, 0),
    ]


def test_an_adjustment_that_does_not_say_its_status_is_counted(tmp_path):
    line = adjusted(box_line("a", (0, 0)), "adjusted", (0, 1))
    silent = adjusted(box_line("b", (0, 0)), "", (0, 0))
    made = report(write(tmp_path / "x.manifest", line, silent))
    assert rows(made, "adjustments", "job", "status", "items") == [("boxes-again", "adjusted", 1), ("boxes-again", None, 1)]


def test_verifications_tell_what_they_are_about(streets):
    assert rows(report(streets), "audits", "job", "judged", "verdict", "items", "comments") == [
        ("check", "boxes", "good", 1, 0),
        ("check", "boxes-again", "bad", 1, 1),
        ("check", "boxes-again", "good", 1, 0),
    ]


def test_confidences_fall_into_steps_of_a_twentieth(tmp_path):
    path = write(tmp_path / "x.manifest", *(class_line(n, 0, "Duck", c) for n, c in enumerate((0.95, 1, 0.949, 0.05, 0.049, 0, 0.3))))
    assert rows(report(path), "confidence", "by", "from", "to", "annotations") == [
        ("people", None, None, 1),
        ("people", 0.0, 0.05, 1),
        ("people", 0.05, 0.1, 1),
        ("people", 0.3, 0.35, 1),
        ("people", 0.9, 0.95, 1),
        ("people", 0.95, 1.0, 2),
    ]


def test_attributes_of_annotations_count_those_without_a_value(streets):
    assert rows(report(streets), "attributes", "job", "class", "attribute", "value", "count", "share") == [
        ("boxes", "car", "parked", "yes", 1, 0.5),
        ("boxes", "car", "parked", None, 1, 0.5),
        ("boxes-again", "car", "parked", "yes", 1, 0.5),
        ("boxes-again", "car", "parked", None, 1, 0.5),
    ]


@pytest.fixture
def video(tmp_path):
    import json

    write(tmp_path / "out" / "video" / "0" / "SeqLabel.json", json.dumps(sequence()))
    about = metadata("video-object-tracking", "video", **{"class-map": {"0": "car", "1": "bus"}})
    line = {"source-ref": "s3://b/seq.json", "video-ref": "s3://b/out/video/0/SeqLabel.json", "video-ref-metadata": about}
    return write(tmp_path / "video.manifest", line)


@pytest.mark.parametrize("from_folder", [True, False])
def test_sequences_are_followed_to_their_labels_and_counted_once(video, from_folder):
    made = report(video.parent) if from_folder else report(video, refs=str(video.parent))
    assert rows(made, "tracks", "class", "name", "track", "frames", "first", "last") == [
        ("car", "car:1", "t1", 3, 0, 3),
        ("bus", "bus:1", "t2", 1, 0, 0),
    ]
    assert rows(made, "lengths", "class", "tracked", "mean", "least", "most") == [("bus", 1, 1.0, 1, 1), ("car", 1, 3.0, 3, 3)]
    assert rows(made, "per_item", "per", "number", "places") == [("frame", 0, 1), ("frame", 1, 2), ("frame", 2, 1)]
    assert rows(made, "attributes", "of", "class", "attribute", "value", "count", "tracked") == [
        ("annotation", "car", "color", "red", 2, 1),
        ("annotation", "car", "color", None, 1, None),
        ("frame", None, "light", "day", 2, 0),
        ("frame", None, "light", "night", 1, 0),
        ("frame", None, "light", None, 1, None),
    ]


def test_a_sequence_that_is_not_there_is_elsewhere(video):
    made = report(video)
    assert rows(made, "states", "labeled", "elsewhere") == [(0, 1)]
    assert made.table("tracks").rows == ()


def test_odd_lines_are_told_and_the_others_counted(tmp_path):
    problems = Problems()
    path = write(tmp_path / "x.manifest", class_line("a", 0, "Duck"), "{broken\n", {"nothing": 1}, class_line("b", 1, "Swan"))
    made = report(path, problems=problems)
    assert dict(made.totals)["items"] == 2
    assert [(issue.code, issue.line) for issue in problems.shown] == [("broken-json", 2), ("not-a-line", 3)]
    assert problems.rejected == 2


def test_a_file_without_any_manifest_line_is_one_issue(tmp_path):
    problems = Problems()
    write(tmp_path / "good.manifest", class_line("a", 0, "Duck"))
    write(tmp_path / "table.jsonl", "a,b\n", "1,2\n")
    write(tmp_path / "log.jsonl", {"worker_id": "w"}, {"worker_id": "v"})
    made = report(tmp_path, problems=problems)
    assert dict(made.totals)["items"] == 1
    assert [(issue.severity, issue.source.rpartition("/")[2]) for issue in problems.shown] == [
        ("warning", "log.jsonl"),
        ("reject", "table.jsonl"),
    ]
    assert "2 lines" in problems.shown[1].reason


def test_answers_alone_are_no_manifest(tmp_path):
    write(tmp_path / "worker-response" / "iteration-1" / "0" / "x.json", '{"answers": []}')
    with pytest.raises(UnsupportedSource, match="report workers"):
        report(tmp_path)


def test_memory_does_not_grow_with_the_lines(tmp_path):
    def peak(lines):
        path = write(tmp_path / f"{lines}.manifest", *(box_line(f"image-{n}", (0, n % 50), (1, 3)) for n in range(lines)))
        tracemalloc.start()
        made = report(path)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert dict(made.totals)["annotations"] == 2 * lines
        return found

    peak(50)
    few, many = peak(200), peak(2000)
    assert many < few * 1.2 + 100_000


def test_names_that_differ_in_the_blanks_around_them_are_one_class(tmp_path):
    lines = [class_line("a", 0, "fog"), class_line("b", 1, "fog "), class_line("c", 2, "Fog"), class_line("d", 0, " fog", job="OTHER")]
    made = report(write(tmp_path / "x.manifest", *lines))
    assert sorted(rows(made, "classes", "job", "class", "annotations", "items")) == [
        ("BIRDS", "Fog", 1, 1),
        ("BIRDS", "fog", 2, 2),
        ("OTHER", " fog", 1, 1),
    ]
