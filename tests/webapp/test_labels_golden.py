"""The answers of the seed queries (section 16.2 of the format notes) over REST, on the real files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from tests.ingest.exports import InlinePool, Lab
from webapp.app import create_app

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ground-truth"
# Real data is never part of a clone.
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared Ground Truth files are not here")
BIRDS = DATA / "birds" / "unpacked" / "ic_data"
FILES = {
    "birds": BIRDS / "output.manifest",
    "failed": DATA / "custom-pdf-ner" / "output_with_expired_tasks_manifest.jsonl",
    "boxes": DATA / "object-detection" / "yolov5_sample_output.manifest",
    "template": DATA / "lookout-for-vision" / "template.manifest",
    "video": DATA / "video-tracking",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    lab = Lab(tmp_path_factory.mktemp("golden"))
    with patch("ingest.pipeline.Pool", InlinePool):
        for dataset, path in FILES.items():
            lab.ingest_path(path, dataset, format="manifest", embed=False)
        lab.ingest_path(BIRDS / "worker-response", "birds", format="responses", embed=False)
    settings = {"media": "", "store": ""}
    yield create_app(DataLibrary(lab.workspace, lab.embedder, settings)).test_client()


def select(client: FlaskClient, dataset: str, statement: str) -> list[Any]:
    answer = client.post("/api/v1/manifests/select", json={"dataset": dataset, "query": statement, "limit": 1000})
    assert answer.status_code == 200 and answer.json is not None
    return [json.loads(line) for line in answer.json["lines"]]


def rows(client: FlaskClient, dataset: str, report: str, table: str, *columns: str) -> list[tuple[Any, ...]]:
    answer = client.get(f"/api/v1/reports/{report}?dataset={dataset}").json
    assert answer is not None
    found = next(one for one in answer["tables"] if one["name"] == table)
    return [tuple(row[name] for name in columns) for row in found["rows"]]


CLASSES = {"Parrot": 65, "Sparrow": 56, "Duck": 42, "Falcon": 37, "Owl": 29, "Turkey": 18, "Swan": 17, "Woodpecker": 14, "Canary": 12}


def test_birds(client: FlaskClient) -> None:
    label = 's."birds-open-images-clone-metadata"'
    assert select(client, "birds", "select count(*) n from s3object s") == [{"n": 302}]
    assert select(client, "birds", f"select count(*) n from s3object s where {label}.\"class-name\" = 'Duck'") == [{"n": 42}]
    for said, count in (("yes", 302), ("no", 0)):
        asked = f"select count(*) n from s3object s where {label}.\"human-annotated\" = '{said}'"
        assert select(client, "birds", asked) == [{"n": count}]
    unsure = select(client, "birds", f"select {label}.confidence c from s3object s where {label}.confidence < 0.95")
    assert [found["c"] for found in unsure] == [0.93, 0.65, 0.6, 0.86, 0.94]
    assert dict(rows(client, "birds", "annotations", "classes", "class", "annotations")) == {**CLASSES, "Goose": 12}
    page = client.get("/api/v1/items?dataset=birds&confidence_to=0.945").json
    assert page is not None and page["total"] == 5
    listed = client.get("/api/v1/labels?dataset=birds").json
    assert listed is not None
    assert {one["label"]: one["items"] for one in listed["datasets"][0]["classes"]} == {**CLASSES, "Goose": 12}


def test_workers_of_the_birds(client: FlaskClient) -> None:
    agreement = rows(client, "birds", "workers", "agreement", "workers", "answers", "items", "unanimous", "alpha")
    assert agreement == [(97, 1510, 302, 213, pytest.approx(0.8215, abs=5e-5))]
    _, busiest, *others = rows(client, "birds", "workers", "workers", "worker", "tasks", "agreement")
    assert busiest[0].endswith("MY6K4Y") and busiest[1:] == (80, pytest.approx(0.95))
    assert [tasks for _, tasks, _ in others[:4]] == [75, 70, 69, 63]
    assert rows(client, "birds", "workers", "iterations", "iteration", "items", "answers") == [
        ("iteration-1", 10, 50),
        ("iteration-2", 292, 1460),
    ]


def test_consolidated_birds(client: FlaskClient) -> None:
    labels = {one["ImageId"]: one["Label"] for one in json.loads((BIRDS / "true_labels.json").read_text())}
    lines = client.get("/api/v1/manifests/export?dataset=birds").data
    assert lines == FILES["birds"].read_bytes()
    truth = [labels[Path(json.loads(line)["source-ref"]).stem] for line in lines.splitlines()]
    for method, right in (("dawid-skene", 273), ("majority", 273)):
        done = client.post("/api/v1/consolidate", json={"dataset": "birds", "method": method}).json
        assert done is not None and done["method"] == method
        assert done["agreement"]["alpha"] == pytest.approx(0.8215, abs=5e-5)
        assert sum(truth[int(one["item"])] == one["class"] for one in done["items"]) == right


def test_failed_lines(client: FlaskClient) -> None:
    failed = 's."mock_job_name-metadata"."failure-reason" is not missing'
    assert select(client, "failed", "select count(*) n from s3object s") == [{"n": 3}]
    again = select(client, "failed", f'select s."mock_job_name-metadata"."retry-count" r from s3object s where {failed}')
    assert again == [{"r": 1}, {"r": 1}]
    assert rows(client, "failed", "annotations", "states", "items", "failed") == [(3, 2)]
    page = client.get("/api/v1/items?dataset=failed&state=failed").json
    assert page is not None and page["total"] == 2


def test_boxes_and_masks(client: FlaskClient) -> None:
    (found,) = select(client, "boxes", 'select count(*) n, avg(o.confidence) mean from s3object[*]."category-metadata".objects[*] o')
    assert (found["n"], round(found["mean"], 4)) == (192, 0.7361)
    jobs = rows(client, "boxes", "annotations", "jobs", "items", "annotations", "mean_confidence")
    assert jobs == [(100, 192, pytest.approx(0.7361, abs=5e-5))]
    masks = 'select count(*) n from s3object s where s."anomaly-mask-ref" is not missing'
    assert select(client, "template", masks) == [{"n": 32}]
    states = rows(client, "template", "annotations", "states", "attribute", "items", "labeled", "unlabeled")
    assert ("anomaly-mask-ref", 63, 32, 31) in states


def test_tracked_vehicles(client: FlaskClient) -> None:
    assert rows(client, "video", "annotations", "density", "per", "places", "annotations") == [("frame", 300, 890)]
    tracks = rows(client, "video", "annotations", "tracks", "name", "frames", "first")
    assert tracks == [("Vehicle:1", 299, 0), ("Vehicle:2", 300, 0), ("Vehicle:3", 291, 9)]
