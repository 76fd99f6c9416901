"""The answers of the seed queries (section 16.2 of the format notes) out of reports on the real files."""

from pathlib import Path

import pytest

from labels.reports.annotations import annotation_report
from labels.reports.answered import answered_items
from labels.reports.labeled import labeled_items
from labels.reports.records import Problems
from labels.reports.workers import TEAM, worker_report

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "ground-truth"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared Ground Truth files are not here")
BIRDS = DATA / "birds" / "unpacked" / "ic_data"


def annotations(*parts):
    return annotation_report(labeled_items([str(DATA.joinpath(*parts))], "", Problems()))


def rows(made, table, *names):
    return [tuple(record[name] for name in names) for record in made.table(table).records()]


@pytest.fixture(scope="module")
def workers():
    return worker_report(answered_items([str(BIRDS)], str(BIRDS / "true_labels.json"), Problems()))


def test_birds_by_class_and_confidence():
    made = annotations("birds", "unpacked", "ic_data", "output.manifest")
    assert rows(made, "classes", "class", "annotations") == [
        ("Parrot", 65),
        ("Sparrow", 56),
        ("Duck", 42),
        ("Falcon", 37),
        ("Owl", 29),
        ("Turkey", 18),
        ("Swan", 17),
        ("Woodpecker", 14),
        ("Canary", 12),
        ("Goose", 12),
    ]
    assert rows(made, "jobs", "items", "human", "machine") == [(302, 302, 0)]
    assert rows(made, "states", "labeled", "unlabeled") == [(302, 0)]
    assert rows(made, "confidence", "from", "annotations") == [(0.6, 1), (0.65, 1), (0.85, 1), (0.9, 2), (0.95, 297)]


def test_failed_lines():
    made = annotations("custom-pdf-ner", "output_with_expired_tasks_manifest.jsonl")
    assert rows(made, "states", "items", "failed") == [(3, 2)]


def test_boxes_and_their_mean_confidence():
    made = annotations("object-detection", "yolov5_sample_output.manifest")
    assert rows(made, "jobs", "items", "annotations", "mean_confidence") == [(100, 192, pytest.approx(0.7361, abs=5e-5))]
    assert rows(made, "density", "places", "mean", "most") == [(100, 1.92, 33)]


def test_masks_of_the_lookout_template():
    made = annotations("lookout-for-vision", "template.manifest")
    assert ("anomaly-mask-ref", 63, 32, 31) in rows(made, "states", "attribute", "items", "labeled", "unlabeled")


def test_tracked_vehicles():
    made = annotations("video-tracking")
    assert rows(made, "density", "per", "places", "annotations") == [("frame", 300, 890)]
    assert rows(made, "tracks", "name", "frames", "first") == [("Vehicle:1", 299, 0), ("Vehicle:2", 300, 0), ("Vehicle:3", 291, 9)]
    assert rows(made, "attributes", "attribute", "value", "count", "tracked") == [
        ("Color", "Silver", 300, 1),
        ("Color", "Green", 299, 1),
        ("Color", None, 291, None),
    ]


def test_bird_workers(workers):
    names = ("workers", "answers", "items", "unanimous", "alpha")
    assert rows(workers, "agreement", *names) == [(97, 1510, 302, 213, pytest.approx(0.8215, abs=5e-5))]
    team, busiest, *others = rows(workers, "workers", "worker", "tasks", "agreement", "accuracy")
    assert team[:2] == (TEAM, 1510)
    assert busiest[0].endswith("MY6K4Y") and busiest[1:] == (80, pytest.approx(0.95), pytest.approx(0.9125))
    assert [tasks for _, tasks, _, _ in others[:4]] == [75, 70, 69, 63]
    assert rows(workers, "iterations", "iteration", "items", "answers") == [("iteration-1", 10, 50), ("iteration-2", 292, 1460)]


def test_bird_confusions(workers):
    assert rows(workers, "confusions", "against", "reference", "answered", "count")[:5] == [
        ("truth", "Duck", "Goose", 48),
        ("truth", "Parrot", "Canary", 29),
        ("truth", "Duck", "Swan", 26),
        ("truth", "Sparrow", "Canary", 17),
        ("truth", "Canary", "Sparrow", 11),
    ]


def test_every_file_is_read_and_each_odd_one_accounted_for():
    problems = Problems()
    made = annotation_report(labeled_items([str(DATA)], "", problems))
    assert dict(made.totals)["items"] >= 900
    assert problems.rejected == 0
    assert set(problems.counts) <= {"unknown-file"}
