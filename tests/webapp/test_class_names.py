"""A class is called the same, as it is written in the file, wherever it is named: report, graph, lists, pages and exports."""

import csv
import io
import json
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient

from commissure.assemble import DataLibrary
from graph.identifiers import concept_iri, record_iri
from tests.ingest.exports import InlinePool, Lab
from webapp.app import create_app

ODD = " Größe  <XL>\tÇa\u0301 "
"""Blanks at both ends and inside, a capital, markup, an accent of its own beside one that is part of its letter."""
OTHERS = (ODD.upper(), ODD.replace("a\u0301", "á"), "größe")
"""What another spelling makes another class."""


def about(job: str, kind: str, **more: object) -> dict[str, object]:
    return {
        "job-name": f"labeling-job/{job}",
        "type": f"groundtruth/{kind}",
        "human-annotated": "yes",
        "creation-date": "2024-03-01",
    } | more


def box(**of: object) -> dict[str, object]:
    return {"left": 1, "top": 2, "width": 3, "height": 4, **of}


def lines(name: str) -> dict[str, dict[str, object]]:
    """A line of each kind of task whose job names the class."""
    named, mapped = {"class-name": name}, {"class-map": {"0": name}}
    frames = {"tracking-annotations": [{"frame": "0.jpg", "frame-no": 0, "annotations": [box(**{"class-id": "0", "object-id": "o"})]}]}
    spans = {"annotations": {"labels": [{"label": name}], "entities": [{"label": name, "startOffset": 0, "endOffset": 4}]}}
    color = {"1": {"class-name": name, "hex-color": "#2ca02c"}}
    drawn = {"image_size": [{"width": 9, "height": 9}], "annotations": [box(class_id=0)]}
    return {
        "one": {"a": 0, "a-metadata": about("one", "image-classification", **named)},
        "word": {"a": name, "a-metadata": about("word", "image-classification")},
        "several": {"a": [0], "a-metadata": about("several", "image-classification-multilabel", **mapped)},
        "words": {"a": [name], "a-metadata": about("words", "image-classification-multilabel")},
        "boxes": {"a": drawn, "a-metadata": about("boxes", "object-detection", **mapped)},
        "frames": {"a": frames, "a-metadata": about("frames", "video-object-tracking", **mapped)},
        "spans": {"a": spans, "a-metadata": about("spans", "text-span")},
        "paint": {"a-ref": "s3://b/m.png", "a-ref-metadata": about("paint", "semantic-segmentation", **{"internal-color-map": color})},
    }


JOBS = tuple(lines(""))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    lab = Lab(tmp_path_factory.mktemp("names"))
    with patch("ingest.pipeline.Pool", InlinePool):
        for job in JOBS:
            path = lab.folder / "in" / job / "manifests" / "output" / "output.manifest"
            path.parent.mkdir(parents=True)
            found = []
            for number, name in enumerate((ODD, *OTHERS)):
                whole = {"source": f"Some words {number}"} if job == "spans" else {"source-ref": f"s3://b/{job}/{number}.jpg"}
                found.append(json.dumps(whole | lines(name)[job]) + "\n")
            path.write_text("".join(found))
            lab.ingest_path(path, job, format="manifest")
        answered(lab)
    return create_app(DataLibrary(lab.workspace, lab.embedder)).test_client()


def answered(lab: Lab) -> None:
    path = lab.folder / "in" / "one" / "annotations" / "worker-response" / "iteration-1" / "0" / "2024-03-01_10-00-00.json"
    path.parent.mkdir(parents=True)
    given = {"workerId": "w", "answerContent": {"crowd-image-classifier": {"label": ODD}}, "submissionTime": "2024-03-01T09:00:00Z"}
    path.write_text(json.dumps({"answers": [given]}))
    lab.ingest_path(lab.folder / "in" / "one" / "annotations", "one", format="responses")


@pytest.mark.parametrize("job", JOBS)
def test_a_class_is_called_as_it_is_written(client: FlaskClient, job: str) -> None:
    names = {ODD, *OTHERS}
    (dataset,) = client.get(f"/api/v1/labels?dataset={job}").json["datasets"]
    assert {one["label"] for one in dataset["classes"]} == names
    report = client.get(f"/api/v1/reports/annotations?dataset={job}").json
    assert {row["class"] for table in report["tables"] if table["name"] == "classes" for row in table["rows"]} == names
    items = client.get(f"/api/v1/items?dataset={job}").json["items"]
    assert {one["label"] for item in items for labeling in item["labelings"] for one in labeling["annotations"]} == names
    concept = concept_iri(record_iri(job, "Job", job), ODD.strip())
    assert concept in {one["concept"] for item in items for labeling in item["labelings"] for one in labeling["annotations"]}
    query = f"SELECT ?label WHERE {{ <{concept}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}"
    found = client.post("/api/v1/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+json"}).json
    assert [row["label"]["value"] for row in found["results"]["bindings"]] == [ODD]
    table = client.get(f"/api/v1/manifests/export?dataset={job}&format=csv").text
    if job != "paint":  # masks are no rows of classes
        assert {row["class_name"] for row in csv.DictReader(io.StringIO(table, newline=""))} == names
    if job in ("boxes", "frames"):
        coco = client.get(f"/api/v1/manifests/export?dataset={job}&format=coco").json
        assert {one["name"] for one in coco["categories"]} == names


def test_a_worker_names_it_so_too(client: FlaskClient) -> None:
    items = client.get("/api/v1/items?dataset=one").json["items"]
    assert {answer["label"] for item in items for answer in item["answers"]} == {ODD}
    report = client.get("/api/v1/reports/workers?dataset=one").json
    assert {row["class"] for table in report["tables"] if table["name"] == "classes" for row in table["rows"]} == {ODD}
