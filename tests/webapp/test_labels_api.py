"""Labeled data over REST: every answer is held against the OpenAPI document by the client."""

import csv
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.conftest import CheckedClient
from tests.webapp.streets import HOSTILE, LINES, Streets, class_iri, job, streets
from webapp.app import create_app

VEHICLES, CAR = class_iri("street", "vehicles"), class_iri("boxes", "car")


@pytest.fixture(scope="module")
def made() -> Streets:
    return streets()


@pytest.fixture(scope="module")
def app(made: Streets) -> Flask:
    app = create_app(made.library())
    app.test_client_class = CheckedClient
    return app


def test_classes_come_with_counts_jobs_and_hierarchy(client: FlaskClient) -> None:
    found = client.get("/api/v1/labels?dataset=streets").json["datasets"]
    assert [one["dataset"] for one in found] == ["streets"]
    classes = {one["concept"]: one for one in found[0]["classes"]}
    assert classes[VEHICLES] | {"label": "vehicles", "items": 3, "own": 3, "machine": 1, "broader": []} == classes[VEHICLES]
    assert classes[CAR] | {"items": 2, "own": 2, "machine": 1, "broader": [VEHICLES], "job": job("boxes")} == classes[CAR]
    assert [(one["name"], one["items"], one["failed"]) for one in found[0]["jobs"]] == [("boxes", 3, 0), ("paint", 1, 0), ("street", 6, 1)]
    assert (found[0]["items"], found[0]["workers"]) == (7, 3)
    wrong = client.get("/api/v1/labels?dataset=nope")
    assert wrong.status_code == 400 and "streets" in wrong.json["errors"][0]["detail"]


def test_items_carry_what_jobs_and_workers_said(client: FlaskClient, made: Streets) -> None:
    found = client.get("/api/v1/items", query_string={"dataset": "streets", "concept": CAR, "agent": "human"}).json
    assert [one["id"] for one in found["items"]] == [made.items[0]]
    boxes = found["items"][0]["labelings"][1]
    assert (boxes["job"], boxes["task"], boxes["state"], boxes["human"]) == (job("boxes"), "object detection", "labeled", True)
    assert [(one["label"], one["box"], one["confidence"]) for one in boxes["annotations"]] == [
        ("car", [5, 20, 15, 12], 0.95),
        ("car", [25, 20, 15, 12], 0.4),
        ("bus", [45, 20, 15, 12], 0.8),
    ]
    assert [one["label"] for one in found["items"][0]["answers"]] == ["vehicles"] * 3
    assert {(one["value"], one["count"]) for one in found["facets"]["agent"]} == {("human", 1), ("machine", 1)}, "as the others leave them"
    spans = client.get("/api/v1/items?dataset=notes").json["items"][0]
    assert [(one["label"], spans["text"][one["start"] : one["end"]]) for one in spans["labelings"][0]["annotations"]] == [
        ("drug", "cisplatin"),
        ("finding", "neuropathy"),
    ]


def test_pages_laid_end_to_end_are_the_whole_list(client: FlaskClient, made: Streets) -> None:
    found: list[str] = []
    cursor = None
    while True:
        query = {"dataset": "streets", "limit": 3} | ({"cursor": cursor} if cursor else {})
        answer = client.get("/api/v1/items", query_string=query).json
        assert answer["total"] == 7
        found += [one["id"] for one in answer["items"]]
        cursor = answer["cursor"]
        if cursor is None:
            break
    assert len(found) == 7
    assert set(found) == set(made.items)


@pytest.mark.parametrize("cursor", ["x", "MTow", "////", "OTk6LTE="])
def test_a_cursor_of_another_generation_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get("/api/v1/items", query_string={"cursor": cursor})
    assert (answer.status_code, answer.json["type"]) == (400, "https://w3id.org/commissure/problem/invalid-request")


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("GET", "/api/v1/search", {"dataset": "streets", "concept": CAR, "confidence_to": 0.5}),
        ("POST", "/api/v1/search", {"dataset": ["streets"], "concept": [CAR], "confidence_to": 0.5}),
    ],
)
def test_the_search_takes_the_same_filters(client: FlaskClient, made: Streets, method: str, path: str, given: dict[str, object]) -> None:
    answer = client.get(path, query_string=given) if method == "GET" else client.post(path, json=given)
    assert [hit["document"] for hit in answer.json["hits"]] == [made.items[0]]
    assert {one["label"] for one in answer.json["facets"]["job"]} == {"boxes"}, "no label of the street job fits"


def test_reports_hold_tables_and_charts(client: FlaskClient) -> None:
    found = client.get("/api/v1/reports/annotations?dataset=streets").json
    assert found["totals"]["items"] == 7
    tables = {table["name"]: table["rows"] for table in found["tables"]}
    assert {row["job"]: row["items"] for row in tables["jobs"]} == {"street": 6, "boxes": 3, "paint": 1}
    assert found["charts"][0]["spec"]["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    workers = client.get("/api/v1/reports/workers?dataset=streets").json
    assert workers["totals"] | {"workers": 3, "answers": 8, "items": 3} == workers["totals"]
    assert client.get("/api/v1/reports/workers?dataset=notes").status_code == 404
    assert client.get("/api/v1/reports/annotations?dataset=nope").status_code == 404
    assert client.get("/api/v1/reports/other?dataset=streets").status_code == 400


def test_the_queue_is_paged_and_has_its_reasons(client: FlaskClient, made: Streets) -> None:
    first = client.get("/api/v1/review?dataset=streets&limit=2").json
    assert (first["total"], first["next_offset"], first["counts"]) == (5, 2, {"confidence": 5, "workers": 1})
    assert first["items"][0]["item"] == made.items[1]
    assert [reason["why"] for reason in first["items"][0]["reasons"]] == ["confidence", "workers"]
    rest = client.get("/api/v1/review?dataset=streets&limit=10&offset=2").json
    assert rest["next_offset"] is None
    assert {one["item"] for one in first["items"] + rest["items"]} == {made.items[number] for number in (0, 1, 2, 3, 4)}
    assert client.get("/api/v1/review?dataset=streets&below=0.35").json["total"] == 2


def test_answers_are_consolidated(client: FlaskClient) -> None:
    found = client.post("/api/v1/consolidate", json={"dataset": "streets", "method": "majority"}).json
    assert [(one["item"], one["class"], one["answers"]) for one in found["items"]] == [
        ("0", "vehicles", 3),
        ("1", "vehicles", 3),
        ("2", "people", 2),
    ]
    assert found["agreement"]["workers"] == 3
    refused = client.post("/api/v1/consolidate", json={"dataset": "streets", "method": "iou"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (400, "method")
    of_job = client.post("/api/v1/consolidate", json={"dataset": "streets", "method": "majority", "job": "street"}).json
    assert of_job["items"] == found["items"]
    other = client.post("/api/v1/consolidate", json={"dataset": "streets", "job": "nowhere"})
    assert (other.status_code, other.json["errors"][0]["field"]) == (400, "job")
    nothing = client.post("/api/v1/consolidate", json={"dataset": "notes"})
    assert (nothing.status_code, nothing.json["errors"][0]["field"]) == (400, "dataset")
    assert client.post("/api/v1/consolidate", json={"dataset": "nope"}).status_code == 404


def test_lines_are_selected_as_they_were_ingested(client: FlaskClient) -> None:
    query = 'select * from s3object s where s."street-metadata"."class-name" = \'vehicles\''
    found = client.post("/api/v1/manifests/select", json={"dataset": "streets", "query": query}).json
    assert [json.loads(line) for line in found["lines"]] == [LINES[0], LINES[1], LINES[3]]
    assert (found["truncated"], found["issues"]) == (False, [])
    cut = client.post("/api/v1/manifests/select", json={"dataset": "streets", "query": query, "limit": 2}).json
    assert (len(cut["lines"]), cut["truncated"]) == (2, True)
    counted = client.post("/api/v1/manifests/select", json={"dataset": "streets", "query": "select count(*) from s3object s"}).json
    assert counted["lines"] == ['{"_1":7}']


@pytest.mark.parametrize("query", ["drop table x", "select * from read_csv('/etc/passwd')", "select *", "select * from s3object s where ("])
def test_a_statement_that_is_wrong_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.post("/api/v1/manifests/select", json={"dataset": "streets", "query": query})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "query")
    assert "/tmp" not in answer.text


def test_hostile_names_come_back_as_they_are(client: FlaskClient) -> None:
    labels = client.get("/api/v1/labels?dataset=streets").json["datasets"][0]["classes"]
    assert HOSTILE in {one["label"] for one in labels}


def test_lines_leave_as_they_came_or_as_a_table(client: FlaskClient, made: Streets) -> None:
    manifest = made.lab.folder / "street" / "manifests" / "output" / "output.manifest"
    answer = client.get("/api/v1/manifests/export?dataset=streets")
    assert answer.data == manifest.read_bytes()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="streets.manifest"'
    table = client.get("/api/v1/manifests/export?dataset=streets&format=csv&attribute=source-ref&attribute=street")
    rows = list(csv.DictReader(table.text.splitlines()))
    assert table.mimetype == "text/csv" and {row["attribute"] for row in rows} == {"street", ""}, "the last line has none"
    assert [(row["file"], row["line"]) for row in rows[:2]] == [(str(manifest), "1"), (str(manifest), "2")]
    boxes = client.get("/api/v1/manifests/export?dataset=streets&format=coco").json
    assert boxes is not None and len(boxes["annotations"]) == 5
    assert client.get("/api/v1/manifests/export?dataset=streets&format=parquet").data[:4] == b"PAR1"
    assert client.get("/api/v1/manifests/export?dataset=nobody").status_code == 404
    assert client.get("/api/v1/manifests/export?dataset=clinic").status_code == 404
    unknown = client.get("/api/v1/manifests/export?dataset=streets&attribute=nothing")
    assert unknown.status_code == 400 and "nothing" in unknown.text
    assert "/api/v1/manifests/export?dataset=streets" in client.get("/labels?dataset=streets").text
