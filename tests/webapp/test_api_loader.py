"""The loader over HTTP, asked by Amazon's own client for Neptune's loader: its requests and our answers fit its model of the service."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.serving import make_server

from commissure.assemble import DataLibrary, web_settings
from commissure.loading import LoadWorker, queue
from commissure.settings import load as load_settings
from ingest.workspace import Workspace
from tests.webapp.fixtures import Shelf
from webapp.api.openapi import openapi
from webapp.app import create_app
from webapp.settings import WebSettings

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Doe"}], "gender": "female"}
BAD = {"resourceType": "Patient", "id": "p2", "birthDate": "yesterday"}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "exports").mkdir()
    sources = f"{tmp_path / 'exports'}, s3://bucket/exports"
    return load_settings({"data": str(tmp_path / "data"), "loader_sources": sources, "workers": 1}, environment={})


@pytest.fixture
def neptune(settings: dict[str, Any]) -> Iterator[Any]:
    app = create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield boto3.client(
        "neptunedata",
        endpoint_url=f"http://127.0.0.1:{server.port}/api/v1",
        region_name="eu-west-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"max_attempts": 0}),
    )
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def working(settings: dict[str, Any]) -> Iterator[None]:
    loads = queue(settings)
    assert loads is not None
    worker = LoadWorker(loads, settings)
    thread = threading.Thread(target=worker.work)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


def start(client: Any, source: Path | str, **rest: Any) -> str:
    asked = {"format": "fhir", "s3BucketRegion": "eu-west-1", "iamRoleArn": "arn:aws:iam::1:role/r", "queueRequest": True, **rest}
    answer = client.start_loader_job(source=str(source), **asked)
    assert answer["status"] == "200 OK"
    return str(answer["payload"]["loadId"])


def ended(client: Any, load: str) -> dict[str, Any]:
    for _ in range(600):
        payload = client.get_loader_job_status(loadId=load, details=True, errors=True)["payload"]
        if payload["overallStatus"]["status"] not in ("LOAD_IN_QUEUE", "LOAD_IN_PROGRESS"):
            return dict(payload)
        time.sleep(0.1)
    raise AssertionError("the load does not end")


def write(folder: Path, name: str, *resources: dict[str, Any]) -> Path:
    target = folder / "exports" / name
    target.write_text("".join(json.dumps(resource) + "\n" for resource in resources))
    return target


def test_a_load_runs_and_says_what_it_did(neptune: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    good, mixed = write(tmp_path, "good.ndjson", PATIENT), write(tmp_path, "mixed.ndjson", PATIENT, BAD)
    with mixed.open("a") as lines:
        lines.write("{no json\n")
    first = start(neptune, good)
    strict = start(neptune, mixed, dependencies=[first])
    lenient = start(neptune, mixed, mode="NEW", failOnError=False)
    after = start(neptune, good, mode="NEW", dependencies=[strict])
    assert neptune.list_loader_jobs()["payload"]["loadIds"] == [after, lenient, strict, first]
    assert neptune.list_loader_jobs(includeQueuedLoads=False)["payload"]["loadIds"] == []
    with working(settings):
        done = ended(neptune, first)
        failed = ended(neptune, strict)
        partly = ended(neptune, lenient)
        skipped = ended(neptune, after)
    overall = done["overallStatus"]
    assert done["feedCount"] == [{"LOAD_COMPLETED": 1}]
    assert (overall["fullUri"], overall["runNumber"], overall["retryNumber"], overall["totalRecords"]) == (str(good), 1, 0, 1)
    assert done["failedFeeds"] == [] and done["errors"]["errorLogs"] == []
    assert failed["overallStatus"]["status"] == "LOAD_CANCELLED_DUE_TO_ERRORS"
    assert [feed["fullUri"] for feed in failed["failedFeeds"]] == [str(mixed)]
    overall = partly["overallStatus"]
    assert overall["status"] == "LOAD_COMPLETED"
    counts = [overall[name] for name in ("totalRecords", "totalDuplicates", "parsingErrors", "datatypeMismatchErrors", "insertErrors")]
    assert counts == [3, 1, 1, 1, 0]
    errors = sorted((error["recordNum"], error["fileName"]) for error in partly["errors"]["errorLogs"])
    assert errors == [(2, str(mixed)), (3, str(mixed))]
    page = neptune.get_loader_job_status(loadId=lenient, errors=True, page=2, errorsPerPage=1)["payload"]["errors"]
    assert (page["startIndex"], page["endIndex"], len(page["errorLogs"])) == (2, 2, 1)
    assert skipped["overallStatus"]["status"] == "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED"
    library = DataLibrary(Workspace(Path(settings["data"])), None, settings)
    assert [(dataset.dataset, dataset.records) for dataset in library.datasets()] == [("loaded", 1)]


def test_a_source_that_is_not_there_and_its_resumption(neptune: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    missing = tmp_path / "exports" / "later.ndjson"
    with working(settings):
        load = start(neptune, missing)
        failed = ended(neptune, load)
        assert failed["overallStatus"]["status"] == "LOAD_S3_READ_ERROR"
        assert failed["errors"]["errorLogs"][0]["errorCode"] == "LOAD_S3_READ_ERROR"
        write(tmp_path, "later.ndjson", PATIENT)
        assert start(neptune, missing, mode="RESUME") == load
        done = ended(neptune, load)
    assert (done["overallStatus"]["status"], done["overallStatus"]["runNumber"]) == ("LOAD_COMPLETED", 2)


def test_cancelling_a_load_that_waits_and_one_that_is_not_there(neptune: Any, tmp_path: Path) -> None:
    load = start(neptune, write(tmp_path, "a.ndjson", PATIENT))
    assert neptune.cancel_loader_job(loadId=load)["status"] == "200 OK"
    assert ended(neptune, load)["overallStatus"]["status"] == "LOAD_CANCELLED_BY_USER"
    for ask in (neptune.cancel_loader_job, neptune.get_loader_job_status):
        with pytest.raises(ClientError) as caught:
            ask(loadId="no-such-load")
        assert caught.value.response["Error"]["Code"] == "BulkLoadIdNotFoundException"


def test_cancelling_a_load_that_runs(neptune: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    many = [{**PATIENT, "id": f"p{number}"} for number in range(20_000)]
    load = start(neptune, write(tmp_path, "many.ndjson", *many))
    with working(settings):
        for _ in range(300):
            if neptune.get_loader_job_status(loadId=load)["payload"]["overallStatus"]["status"] == "LOAD_IN_PROGRESS":
                break
            time.sleep(0.05)
        neptune.cancel_loader_job(loadId=load)
        assert ended(neptune, load)["overallStatus"]["status"] == "LOAD_CANCELLED_BY_USER"
    assert DataLibrary(Workspace(Path(settings["data"])), None, settings).datasets() == ()


def test_labels_are_loaded_with_what_they_refer_to(tmp_path: Path, settings: dict[str, Any]) -> None:
    folder = tmp_path / "exports"
    label = {"type": "groundtruth/image-classification", "job-name": "labeling-job/scene", "class-name": "car", "confidence": 0.9}
    label |= {"human-annotated": "yes", "creation-date": "2024-01-01T00:00:00"}
    frames = {"source-ref": "s3://b/seq.json", "track-ref": "s3://b/out/SeqLabel.json"}
    tracked = {"type": "groundtruth/video-object-tracking", "job-name": "labeling-job/track", "class-map": {"0": "bus"}}
    tracked |= {"human-annotated": "yes", "creation-date": "2024-01-01T00:00:00"}
    lines = [{"source-ref": "s3://b/1.jpg", "scene": 0, "scene-metadata": label}, {**frames, "track-ref-metadata": tracked}]
    (folder / "out.manifest").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "kinds.csv").write_text("narrower,broader\ncar,vehicle\n")
    (folder / "copies" / "out").mkdir(parents=True)
    box = {"class-id": "0", "object-id": "A", "object-name": "Bus:1", "left": 1, "top": 1, "width": 2, "height": 2}
    sequence = {"tracking-annotations": [{"frame": "f0.jpg", "frame-no": "0", "annotations": [box]}]}
    (folder / "copies" / "out" / "SeqLabel.json").write_text(json.dumps(sequence))
    given = {"answers": [{"workerId": "w1", "answerContent": {"c": {"label": "car"}}, "submissionTime": "2024-01-01T00:00:00Z"}]}
    answers = folder / "annotations" / "worker-response" / "iteration-1" / "0" / "2024-01-01_00-00-00.json"
    answers.parent.mkdir(parents=True)
    answers.write_text(json.dumps(given))
    client = create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings)).test_client()
    asked = {"source": str(folder / "out.manifest"), "format": "manifest", "dataset": "streets", "queueRequest": True}
    places = {"followRefs": str(folder / "copies"), "taxonomy": str(folder / "kinds.csv")}
    for refused in ({"taxonomy": "/etc/passwd"}, {"followRefs": "/etc"}):
        answer = client.post("/api/v1/loader", json={**asked, **places, **refused})
        assert (answer.status_code, answer.json["code"]) == (400, "LoadUrlAccessDeniedException")
        assert next(iter(refused)) in answer.json["detail"]
    assert client.post("/api/v1/loader", json={**asked, **places, "format": "fhir"}).json["code"] == "InvalidParameterException"
    responses = {**asked, "source": str(folder / "annotations"), "format": "responses"}
    loads = [client.post("/api/v1/loader", json=body).json["payload"]["loadId"] for body in ({**asked, **places}, responses)]
    with working(settings):
        for load in loads:
            while True:
                overall = client.get(f"/api/v1/loader/{load}?errors=true").json["payload"]
                if overall["overallStatus"]["status"] not in ("LOAD_IN_QUEUE", "LOAD_IN_PROGRESS"):
                    break
                time.sleep(0.1)
            assert overall["overallStatus"]["status"] == "LOAD_COMPLETED", overall
            assert overall["overallStatus"]["totalRecords"] > 0 and overall["errors"]["errorLogs"] == []
    library = DataLibrary(Workspace(Path(settings["data"])), None, settings)
    classes = {one.label: one.broader for one in next(iter(library.current().labels.datasets())).classes}
    assert set(classes) >= {"car", "vehicle", "bus"}, "the sequence and the taxonomy were read"


def test_nothing_outside_the_places_is_loaded(neptune: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    """Judged when it is asked for, when it is listed and when it is opened: a link that is put there later leads nowhere either."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.ndjson").write_text(json.dumps({**PATIENT, "id": "secret"}) + "\n")
    exports = tmp_path / "exports"
    write(tmp_path, "good.ndjson", PATIENT)
    (exports / "link.ndjson").symlink_to(tmp_path / "secret" / "x.ndjson")
    (exports / "sub").mkdir()
    for source in (exports / "**" / ".." / "secret" / "x.ndjson", f"{exports}/**/../../secret/x.ndjson", exports / "link.ndjson"):
        with pytest.raises(ClientError) as caught:
            start(neptune, source, mode="NEW")
        assert caught.value.response["Error"]["Code"] == "LoadUrlAccessDeniedException"
    lenient = start(neptune, exports, mode="NEW", failOnError=False)
    pattern = start(neptune, exports / "*.ndjson", mode="NEW", failOnError=False)
    later = start(neptune, write(tmp_path, "later.ndjson", PATIENT), mode="NEW")
    (exports / "later.ndjson").unlink()
    (exports / "later.ndjson").symlink_to(tmp_path / "secret" / "x.ndjson")
    with working(settings):
        for load in (lenient, pattern):
            done = ended(neptune, load)
            assert done["overallStatus"]["status"] == "LOAD_COMPLETED"
            codes = {(Path(error["fileName"]).name, error["errorCode"]) for error in done["errors"]["errorLogs"]}
            assert codes == {("link.ndjson", "OUTSIDE-SOURCES"), ("later.ndjson", "OUTSIDE-SOURCES")}
        failed = ended(neptune, later)
    assert failed["overallStatus"]["status"] == "LOAD_S3_READ_ERROR"
    assert "leads outside" in failed["errors"]["errorLogs"][0]["errorMessage"]
    library = DataLibrary(Workspace(Path(settings["data"])), None, settings)
    assert [(dataset.dataset, dataset.records) for dataset in library.datasets()] == [("loaded", 1)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": "/etc"}, "LoadUrlAccessDeniedException"),
        ({"format": "rdfxml"}, "UnsupportedOperationException"),
        ({"mode": "SOON"}, "InvalidParameterException"),
        ({"dependencies": ["no-such-load"]}, "InvalidParameterException"),
    ],
)
def test_refusals_have_neptunes_names(neptune: Any, tmp_path: Path, change: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        start(neptune, **{"source": tmp_path / "exports", **change})
    assert caught.value.response["Error"]["Code"] == code


def test_one_load_at_a_time_unless_it_may_wait(neptune: Any, tmp_path: Path) -> None:
    start(neptune, tmp_path / "exports")
    with pytest.raises(ClientError) as caught:
        start(neptune, tmp_path / "exports", queueRequest=False)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_neptunes_spelling_of_truth_is_understood(tmp_path: Path, settings: dict[str, Any]) -> None:
    client = create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings)).test_client()
    asked = {"source": str(tmp_path / "exports"), "format": "fhir", "failOnError": "FALSE", "queueRequest": "TRUE"}
    assert client.post("/api/v1/loader", json=asked).status_code == 200
    assert client.post("/api/v1/loader", json={**asked, "failOnError": "PERHAPS"}).get_json()["code"] == "InvalidParameterException"
    # A form of another site can send this type without asking; ours is not one of those.
    assert client.post("/api/v1/loader", data=json.dumps(asked), content_type="text/plain").status_code == 415


def client_of(settings: dict[str, Any], **web: Any) -> Any:
    return create_app(DataLibrary(Workspace(Path(settings["data"])), None, settings), settings=WebSettings(**web)).test_client()


def test_a_load_may_be_named_in_the_query(tmp_path: Path, settings: dict[str, Any]) -> None:
    client = client_of(settings)
    asked = {"source": str(write(tmp_path, "a.ndjson", PATIENT)), "format": "fhir"}
    load = client.post("/api/v1/loader", json=asked).json["payload"]["loadId"]
    listed = client.get("/api/v1/loader").json
    assert listed == {"status": "200 OK", "payload": {"loadIds": [load]}}
    found = client.get(f"/api/v1/loader?loadId={load}&details=true&errors=true&page=1&errorsPerPage=3").json
    in_path = client.get(f"/api/v1/loader/{load}?details=true&errors=true&page=1&errorsPerPage=3").json
    assert found == in_path
    assert found["payload"]["overallStatus"]["status"] == "LOAD_IN_QUEUE"
    assert client.delete(f"/api/v1/loader?loadId={load}").json == {"status": "200 OK"}
    status = client.get(f"/api/v1/loader?loadId={load}").json["payload"]["overallStatus"]["status"]
    assert status == "LOAD_CANCELLED_BY_USER"
    for ask in (client.get, client.delete):
        answer = ask("/api/v1/loader?loadId=none")
        assert (answer.status_code, answer.json["code"]) == (404, "BulkLoadIdNotFoundException")
    assert client.delete("/api/v1/loader").status_code == 400


def test_the_loader_stands_at_the_root_where_it_is_told_to(tmp_path: Path, settings: dict[str, Any]) -> None:
    asked = {"source": str(write(tmp_path, "a.ndjson", PATIENT)), "format": "fhir"}
    assert client_of(settings).post("/loader", json=asked).status_code == 404
    client = client_of(settings, loader_at_root=True)
    load = client.post("/loader", json=asked).json["payload"]["loadId"]
    assert client.get("/loader").json["payload"]["loadIds"] == [load]
    assert client.get(f"/loader?loadId={load}").json == client.get(f"/api/v1/loader/{load}").json
    assert client.delete(f"/loader/{load}").json == {"status": "200 OK"}
    assert web_settings({**settings, "loader_at_root": True}).loader_at_root


@pytest.mark.parametrize(
    "more",
    [
        {"parserConfiguration": {"allowEmptyStrings": True, "baseUri": "http://a/", "namedGraphUri": "http://a/g"}},
        {"parserConfiguration": {"allowEmptyStrings": "TRUE"}},
        {"allowEmptyStrings": True},
        {"allowEmptyStrings": "FALSE", "edgeOnlyLoad": "FALSE", "userProvidedEdgeIds": "TRUE", "updateSingleCardinalityProperties": "TRUE"},
        {"iamRoleArn": "arn:aws:iam::1:role/r", "region": "eu-west-1", "dependencies": []},
    ],
)
def test_what_neptunes_clients_send_is_taken(tmp_path: Path, settings: dict[str, Any], more: dict[str, Any]) -> None:
    asked = {"source": str(tmp_path / "exports"), "format": "fhir", **more}
    assert client_of(settings).post("/api/v1/loader", json=asked).status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("POST", "/api/v1/loader", 415, "BadRequestException"),
        ("GET", "/api/v1/loader?limit=0", 400, "InvalidParameterException"),
        ("GET", "/api/v1/loader/none", 404, "BulkLoadIdNotFoundException"),
        ("PUT", "/api/v1/loader", 405, "MethodNotAllowedException"),
        ("GET", "/loader/a/b", 404, "BadRequestException"),
    ],
)
def test_errors_say_what_neptunes_clients_look_for(settings: dict[str, Any], method: str, address: str, status: int, code: str) -> None:
    answer = client_of(settings, loader_at_root=True).open(address, method=method)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message"] == answer.json["detailedMessage"] == answer.json["detail"]
    assert answer.json["requestId"] and answer.json["instance"].endswith(answer.json["requestId"])


def test_the_examples_fit_the_schema() -> None:
    document = openapi()
    bodies = [
        operation["requestBody"]["content"]["application/json"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "example" in operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    ]
    printed = re.findall(r"/api/v1/loader .*--data-binary '([^']*)'", (Path(__file__).parents[2] / "docs" / "api.md").read_text())
    loader = document["paths"]["/api/v1/loader"]["post"]["requestBody"]["content"]["application/json"]
    assert printed and loader in bodies
    for body, example in [*((body, body["example"]) for body in bodies), *((loader, json.loads(one)) for one in printed)]:
        jsonschema.Draft202012Validator({**body["schema"], "components": document["components"]}).validate(example)


def test_without_places_to_load_from_there_is_no_loader() -> None:
    client = create_app(Shelf()).test_client()
    answer = client.get("/api/v1/loader")
    assert answer.status_code == 501
    assert "loader_sources" in answer.get_json()["detail"]
