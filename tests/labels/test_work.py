"""`commissure consolidate --dataset`: the answers that a dataset holds are read as if from its files."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from ingest.stored import StoredRecords
from labels.consolidation.answers import read_answers
from labels.consolidation.stored import consolidated, stored_reading
from labels.errors import LabelsRefused
from sources.errors import UnknownDataset, UnsupportedSource
from tests.ingest.exports import InlinePool, Lab
from tests.webapp.streets import LINES, Streets, streets

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ground-truth" / "birds" / "unpacked" / "ic_data"


@pytest.fixture(scope="module")
def made() -> Streets:
    return streets()


def test_a_dataset_is_consolidated_like_its_files(made: Streets) -> None:
    data = str(made.lab.workspace.folder)
    done = CliRunner().invoke(cli, ["consolidate", "--dataset", "streets", "--method", "majority", "--json", "--data", data])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert [(one["item"], one["class"]) for one in found["items"]] == [("0", "vehicles"), ("1", "vehicles"), ("2", "people")]


def test_its_lines_are_selected_divided_and_exported_like_its_files(made: Streets, tmp_path: Path) -> None:
    data = ["--data", str(made.lab.workspace.folder), "--dataset", "streets"]
    manifest = made.lab.folder / "street" / "manifests" / "output" / "output.manifest"

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, ["manifest", *arguments])

    whole = run("export", *data)
    assert (whole.exit_code, whole.stdout_bytes) == (0, manifest.read_bytes())
    some = 'select * from s3object s where s."street-metadata"."class-name" = \'vehicles\''
    for command in (
        ("select", some),
        ("select", "select count(*) from s3object s"),
        ("export", "--format", "csv", "--attributes", "source-ref,boxes"),
        ("export", "--format", "coco"),
        ("sample", "--lines", "3", "--seed", "2"),
    ):
        stored, filed = run(*command, *data), run(*command, str(manifest))
        assert stored.exit_code == filed.exit_code == 0, stored.output
        assert stored.stdout_bytes == filed.stdout_bytes != b""
    split = run("split", "--ratio", "1:1", "--out", str(tmp_path / "parts"), *data)
    assert split.exit_code == 0
    lines = [line for part in ("train", "test") for line in (tmp_path / "parts" / f"{part}.manifest").read_bytes().splitlines()]
    assert sorted(lines) == sorted(manifest.read_bytes().splitlines())
    # What is odd about a line names where it was ingested from.
    odd = run("select", 'select cast(s."source-ref" as int) from s3object s limit 1', *data)
    assert str(tmp_path) not in odd.stderr and "/tmp" not in odd.stderr.replace(str(manifest), "")
    for wrong in (("export",), ("export", *data, str(manifest))):
        assert run(*wrong).exit_code == 2
    for nothing in ("clinic", "nobody"):
        refused = run("export", *data[:2], "--dataset", nothing)
        assert refused.exit_code != 0 and isinstance(refused.exception, UnknownDataset | UnsupportedSource)


def test_its_answers_and_objects_are_those_of_the_files(made: Streets) -> None:
    stored = stored_reading("streets", StoredRecords(made.lab.workspace))
    files = read_answers([str(made.lab.folder / "street" / "annotations")])
    assert stored.answers == files.answers
    assert [stored.sources[str(number)] for number in range(len(LINES))] == LINES


@pytest.mark.parametrize(
    ("dataset", "error", "said"),
    [("nope", UnknownDataset, "no dataset is called 'nope'"), ("notes", UnsupportedSource, "holds no answers of workers")],
)
def test_a_dataset_without_answers_is_refused_in_words(made: Streets, dataset: str, error: type[Exception], said: str) -> None:
    done = CliRunner().invoke(cli, ["consolidate", "--dataset", dataset, "--data", str(made.lab.workspace.folder)])
    assert type(done.exception) is error
    assert said in str(done.exception)


def test_answers_of_several_jobs_are_consolidated_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    for name in ("one", "two"):
        for worker in ("a", ""):
            file = (
                tmp_path / "jobs" / name / "annotations" / "worker-response" / "iteration-1" / "0" / f"2024-03-01_10-00-0{len(worker)}.json"
            )
            file.parent.mkdir(parents=True, exist_ok=True)
            answer = {"workerId": worker, "answerContent": {"x": {"label": "cat"}}, "submissionTime": "2024-03-01T09:00:00Z"}
            file.write_text(json.dumps({"answers": [answer]}))
    lab.ingest_path(tmp_path / "jobs", "jobs", format="responses")
    with pytest.raises(UnsupportedSource, match=r"several jobs \(one, two\): name one of them by --of-job"):
        stored_reading("jobs", StoredRecords(lab.workspace))
    with pytest.raises(UnsupportedSource, match="no answers of the job 'three', but of one, two"):
        stored_reading("jobs", StoredRecords(lab.workspace), "three")
    data = ["--data", str(lab.workspace.folder)]
    done = CliRunner().invoke(cli, ["consolidate", "--dataset", "jobs", "--of-job", "two", "--json", *data])
    assert done.exit_code == 3  # an answer without a worker
    assert [(item["item"], item["class"]) for item in json.loads(done.stdout)["items"]] == [("0", "cat")]
    assert CliRunner().invoke(cli, ["consolidate", str(tmp_path / "jobs" / "one"), "--of-job", "one"]).exit_code == 2
    assert [answer.item for answer in consolidated("jobs", StoredRecords(lab.workspace), None, "one").reading.answers] == ["0"]
    for job, field in (("", "dataset"), ("three", "job")):
        with pytest.raises(LabelsRefused) as refused:
            consolidated("jobs", StoredRecords(lab.workspace), None, job)
        assert refused.value.field == field
    found = stored_reading("jobs", StoredRecords(lab.workspace), "two")
    assert [(answer.item, answer.worker, answer.value) for answer in found.answers] == [("0", "a", "cat")]
    assert [issue.reason for issue in found.issues] == ["the answer names no worker"]
    with pytest.raises(UnknownDataset):
        stored_reading("other", StoredRecords(lab.workspace))


def test_the_birds_come_out_of_a_dataset_as_out_of_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SHARED.is_dir():  # real data is never part of a clone
        pytest.skip("the shared Ground Truth files are not here")
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest_path(SHARED / "output.manifest", "birds", format="manifest")
    lab.ingest_path(SHARED / "worker-response", "birds", format="responses")
    arguments = [
        "consolidate",
        "--dataset",
        "birds",
        "--truth",
        str(SHARED / "true_labels.json"),
        "--json",
        "--data",
        str(lab.workspace.folder),
    ]
    done = CliRunner().invoke(cli, arguments)
    found = json.loads(done.output)
    assert (found["truth"]["right"], found["truth"]["of"]) == (273, 302)
    assert round(found["agreement"]["alpha"], 4) == 0.8215
    assert (found["agreement"]["answers"], found["agreement"]["workers"]) == (1510, 97)


def test_of_several_manifests_the_one_of_the_job_names_the_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    for name in ("one", "two"):
        metadata = {
            "class-name": "cat",
            "job-name": f"labeling-job/{name}",
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
        }
        line = {"source-ref": f"s3://b/{name}.png", "label": 0, "label-metadata": metadata}
        file = tmp_path / "m" / f"{name}.manifest"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(line) + "\n")
    file = tmp_path / "answers" / "TWO" / "annotations" / "worker-response" / "iteration-1" / "0" / "2024-03-01_10-00-00.json"
    file.parent.mkdir(parents=True)
    given = [
        {"workerId": worker, "answerContent": {"x": {"label": label}}, "submissionTime": "2024-03-01T09:00:00Z"}
        for worker, label in zip("abc", ("cat", "cat", "dog"), strict=True)
    ]
    file.write_text(json.dumps({"answers": given}))
    lab.ingest_path(tmp_path / "m", "jobs", format="manifest")
    lab.ingest_path(tmp_path / "answers", "jobs", format="responses")
    assert stored_reading("jobs", StoredRecords(lab.workspace)).sources["0"]["source-ref"] == "s3://b/two.png"
    queue = lab.library().current().labels.review("jobs", 0.5, 10)
    assert [(one.title, [reason.text for reason in one.reasons]) for one in queue.items] == [("two.png", ["1 of 3 workers disagree: c"])]
