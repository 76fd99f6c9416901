import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commissure.cli import cli, main
from tests.labels.consolidation.birds import FOLDER, needs_birds


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMISSURE_DATA", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(cli, ["consolidate", *map(str, arguments)])


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("item,worker,class,seconds\n0,a,owl,10\n0,b,owl,20\n0,c,duck,30\n1,a,duck,10\n1,b,duck,20\n", encoding="utf-8")
    return file


@pytest.fixture
def manifest(tmp_path):
    file = tmp_path / "job.manifest"
    file.write_text('{"source-ref":"s3://b/first.jpg"}\n{"source-ref":"s3://b/second.jpg"}\n', encoding="utf-8")
    return file


def test_the_stable_keys(run, table, tmp_path):
    truth = tmp_path / "truth.json"
    truth.write_text('{"0": "owl", "1": "swan", "7": "auk"}')
    result = run(table, "--method", "majority", "--truth", truth, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["method"] == "majority"
    assert answer["items"] == [
        {"item": "0", "class": "owl", "confidence": pytest.approx(2 / 3), "answers": 3},
        {"item": "1", "class": "duck", "confidence": 1.0, "answers": 2},
    ]
    assert answer["truth"] == {"right": 1, "of": 2, "unknown": 1}
    assert answer["agreement"]["alpha"] == pytest.approx(1 - (2 / 2 * 2) / (12 / 4))
    assert answer["agreement"]["confusions"][0] == {"reference": "swan", "answered": "duck", "count": 2}
    assert [(figures["worker"], figures["accuracy"]) for figures in answer["workers"]] == [("a", 0.5), ("b", 0.5), ("c", 0.0)]
    assert [doubt["item"] for doubt in answer["review"]] == ["0"]


def test_plain_output_and_files(run, table, manifest, tmp_path):
    out, review = tmp_path / "new" / "out.manifest", tmp_path / "new" / "review.manifest"
    result = run(
        table,
        "--manifest",
        manifest,
        "--write-manifest",
        out,
        "--write-review",
        review,
        "--attribute",
        "bird",
        "--classes",
        "owl, duck",
        "--below",
        0.9,
    )
    assert result.exit_code == 0, result.output
    assert "2 items, 5 answers, 3 workers; class by dawid-skene" in result.stdout
    assert "to review: 1\n  0: " in result.stdout
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(line["source-ref"], line["bird"], line["bird-metadata"]["class-name"]) for line in lines] == [
        ("s3://b/first.jpg", 0, "owl"),
        ("s3://b/second.jpg", 1, "duck"),
    ]
    assert lines[0]["bird-metadata"]["consolidation-method"] == "dawid-skene"
    assert lines[0]["bird-metadata"]["job-name"] == "labeling-job/consolidation"
    assert [json.loads(line)["source-ref"] for line in review.read_text().splitlines()] == ["s3://b/first.jpg"]


def test_blanks_around_the_names_of_classes_change_no_figure(run, manifest, tmp_path):
    file, truth, out = tmp_path / "a.csv", tmp_path / "truth.json", tmp_path / "out.manifest"
    file.write_text("item,worker,class\n0,a,owl \n0,b,owl\n1,a,duck\n", encoding="utf-8")
    truth.write_text('{"0": "owl", "1": " duck"}')
    into = ("--manifest", manifest, "--write-manifest", out, "--attribute", "bird", "--classes", "duck,owl")
    result = run(file, "--truth", truth, *into, "--json")
    assert result.exit_code == 0, result.output
    assert f"! {file}:3: item 0: 'owl' is counted as 'owl '" in result.stderr
    answer = json.loads(result.stdout)
    assert (answer["truth"], answer["agreement"]["unanimous"]) == ({"right": 2, "of": 2, "unknown": 0}, 1)
    assert {cell["reference"] == cell["answered"] for cell in answer["agreement"]["confusions"]} == {True}
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(line["bird"], line["bird-metadata"]["class-name"]) for line in lines] == [(1, "owl "), (0, "duck")]


def test_rejected_answers_are_said_and_exit_with_3(run, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("item,worker,class\n0,a,owl\n0,b\n0,c,owl\n", encoding="utf-8")
    result = run(file)
    assert result.exit_code == 3
    assert "2 answers" in result.stdout
    assert f"{file}:3: line 3 has another number of cells" in result.stderr


def code_of(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["consolidate", *map(str, arguments)])
    return ended.value.code, capsys.readouterr().err


def test_mistakes_end_with_their_codes(capsys, table, tmp_path, monkeypatch):
    monkeypatch.setenv("COMMISSURE_DATA", str(tmp_path / "data"))
    assert code_of(capsys)[0] == 2
    assert code_of(capsys, table, "--dataset", "birds")[0] == 2
    assert code_of(capsys, table, "--method", "iou") == (
        2,
        "commissure: method 'iou' does not fit answers of kind 'class': use dawid-skene or majority\n",
    )
    code, said = code_of(capsys, "--dataset", "birds")
    assert (code, "no dataset is called 'birds'" in said) == (4, True)
    assert code_of(capsys, tmp_path / "nowhere")[0] == 4
    assert code_of(capsys, table, "--truth", tmp_path / "nowhere")[0] == 4
    code, said = code_of(capsys, table, "--write-manifest", tmp_path / "x.manifest")
    assert (code, "the objects of 2 items are not known" in said) == (2, True)
    assert not (tmp_path / "x.manifest").exists()
    code, said = code_of(capsys, table, "--manifest", table.with_name("none.manifest"))
    assert code == 4


@needs_birds
def test_birds_from_the_command_line(run):
    job = FOLDER / "unpacked" / "ic_data"
    result = run(job, "--truth", job / "true_labels.json", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["method"], answer["truth"]) == (0, "dawid-skene", {"right": 273, "of": 302, "unknown": 0})
    assert answer["agreement"]["alpha"] == pytest.approx(0.8215, abs=5e-5)
    assert answer["agreement"]["confusions"][0] == {"reference": "Duck", "answered": "Goose", "count": 48}


@needs_birds
def test_real_consolidation_requests_of_one_worker(run):
    recipe = Path(FOLDER).parent / "recipe" / "sample_annotation_consolidation_payload.json"
    answer = json.loads(run(recipe, "--json").stdout)
    assert [(item["confidence"], [box["class"] for box in item["boxes"]]) for item in answer["items"]] == [
        (0.0, ["Red", "Green"]),
        (0.0, ["Green", "Red"]),
    ]
