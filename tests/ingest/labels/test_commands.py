"""The two commands, as a user types them."""

import json

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from tests.ingest.exports import InlinePool
from tests.labels.groundtruth.data import boxed, write


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)

    def invoke(*arguments):
        return CliRunner().invoke(cli, ["--data", str(tmp_path / "data"), *map(str, arguments)])

    return invoke


def test_manifests_and_answers_come_in(run, tmp_path):
    manifest = write(tmp_path / "job" / "output.manifest", {"source-ref": "s3://demo/a.jpg", **boxed("boxes", "car")}, "{broken")
    taxonomy = write(tmp_path / "taxonomy.csv", "narrower,broader", "car,vehicle")
    done = run("ingest", "manifest", manifest, "--dataset", "d", "--taxonomy", taxonomy, "--follow-refs", tmp_path, "--no-embed", "--json")
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    assert (report["records"]["added"], report["records"]["rejected"], report["rejects"]) == (2, 1, {"broken-json": 1})
    answer = {"answers": [{"workerId": "w", "answerContent": {"x": {"label": "car"}}}]}
    write(tmp_path / "job" / "annotations" / "worker-response" / "iteration-1" / "0" / "a.json", answer)
    done = run("ingest", "responses", tmp_path / "job" / "annotations", "--dataset", "d", "--no-embed", "--json")
    assert (done.exit_code, json.loads(done.stdout)["warnings"]) == (0, {})


def test_what_is_not_there_is_told(run, tmp_path):
    manifest = write(tmp_path / "m.manifest", {"source": "x"})
    refused = run("ingest", "manifest", manifest, "--dataset", "d", "--follow-refs", tmp_path / "nowhere")
    assert (refused.exit_code, "nowhere is no folder" in refused.output) == (2, True)
    refused = run("ingest", "manifest", manifest, "--dataset", "d", "--taxonomy", tmp_path / "nowhere.csv")
    assert type(refused.exception).__name__ == "SourceNotFound"
