import gzip
import json

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ingest import scanning
from search.model import SearchRequest
from sources.errors import SourceNotFound
from sources.files import expand
from tests.ingest.exports import condition, note, patient


@pytest.fixture
def bucket(monkeypatch):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="exports")
    yield client
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def put(client, key, *resources):
    body = "".join(json.dumps(resource) + "\n" for resource in resources).encode()
    client.put_object(Bucket="exports", Key=key, Body=gzip.compress(body) if key.endswith(".gz") else body)


def test_an_export_on_s3_is_ingested_like_one_on_disk(bucket, lab):
    put(bucket, "run/Patient/Patient-1-0.ndjson", patient())
    put(bucket, "run/Condition/Condition-1-0.ndjson.gz", condition())
    put(bucket, "run/DocumentReference/x.ndjson", note())
    put(bucket, "elsewhere/Patient.ndjson", patient("p9"))
    report = lab.ingest_path("s3://exports/run/")
    assert (report.records["added"], report.records["rejected"], report.unresolved_references) == (3, 0, 0)
    assert lab.library().record(lab.iri("Condition", "c1")).source == "run/Condition/Condition-1-0.ndjson.gz"
    again = lab.ingest_path("s3://exports/run/*/*.ndjson*")
    assert again.records["unchanged"] == 3


def test_an_object_that_is_the_same_is_not_read_again(bucket, lab, monkeypatch):
    read = []
    scan = scanning.scan
    monkeypatch.setattr(scanning, "scan", lambda task: read.append(task.block.file.uri) or scan(task))
    put(bucket, "same/Patient.ndjson", patient())
    put(bucket, "same/Condition.ndjson.gz", condition())
    lab.ingest_path("s3://exports/same/")
    assert len(read) == 2
    put(bucket, "same/Condition.ndjson.gz", condition(code="73211009"))
    read.clear()
    again = lab.ingest_path("s3://exports/same/")
    assert (again.records["changed"], again.records["unchanged"], read) == (1, 1, ["s3://exports/same/Condition.ndjson.gz"])


def test_a_bucket_or_key_that_is_not_there_is_said(bucket):
    for location in ("s3://nowhere/x/", "s3://exports/none/", "s3://exports/none*.ndjson"):
        with pytest.raises(SourceNotFound, match=location.replace("*", r"\*")):
            expand([location])


def test_labels_and_what_they_refer_to_are_read_from_s3(bucket, lab):
    box = {"left": 1, "top": 1, "width": 2, "height": 2, "class-id": "0", "object-id": "A", "object-name": "Car:1"}
    metadata = {"type": "groundtruth/video-object-tracking", "class-map": {"0": "Car"}, "job-name": "labeling-job/t"}
    line = {"source-ref": "s3://exports/v.mp4", "t-ref": "s3://exports/job/out/0/SeqLabel.json", "t-ref-metadata": metadata}
    put(bucket, "job/manifests/output/output.manifest", line)
    settings = (("refs", "s3://exports/"),)
    assert lab.ingest_path("s3://exports/job/manifests/", format="manifest", settings=settings).warnings == {"missing-ref": 1}
    put(bucket, "job/out/0/SeqLabel.json", {"tracking-annotations": [{"frame": "1.jpg", "annotations": [box]}]})
    again = lab.ingest_path("s3://exports/job/manifests/", format="manifest", settings=settings)
    assert (again.records["changed"], again.records["unchanged"], again.warnings) == (1, 1, {})
    text = lab.snapshot().retriever.search(SearchRequest("car")).hits[0].passage.text
    assert text == "Video v.mp4: Car (box).\nJob t (video object tracking), 1 frame.\nFrom exports."
