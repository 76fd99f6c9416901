import csv
import io
import json

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from tests.labels.reports.data import answer, box_line, class_line, sequence, write


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "BIRDS"
    write(
        folder / "manifests" / "output" / "output.manifest", class_line("a", 0, "Duck"), class_line("b", 1, "Swan"), box_line("c", (0, 1))
    )
    answers = folder / "annotations" / "worker-response" / "iteration-1"
    write(answers / "0" / "x.json", json.dumps({"answers": [answer("w", "Duck", 3.0), answer("v", "Swan", 5.0)]}))
    write(answers / "1" / "x.json", json.dumps({"answers": [answer("w", "Swan", 4.0)]}))
    return folder


def run(*arguments):
    return CliRunner().invoke(cli, ["report", *map(str, arguments)])


def test_it_prints_for_people(job):
    result = run("annotations", job)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("items 3, jobs 2, annotations 3")
    assert "Annotations per class (classes)" in result.stdout
    assert "Tracked objects (tracks)" not in result.stdout


def test_one_table_as_csv_is_plain_csv(job):
    result = run("annotations", job, "--csv", "-", "--table", "classes")
    assert result.exit_code == 0
    assert [(row["class"], row["annotations"]) for row in csv.DictReader(io.StringIO(result.stdout))] == [
        ("Duck", "1"),
        ("Swan", "1"),
        ("car", "1"),
    ]


def test_all_tables_go_into_a_folder_or_one_file(job, tmp_path):
    result = run("workers", job, "--csv", f"{tmp_path}/tables/", "--svg", tmp_path / "svg", "--png", tmp_path / "png", "--json")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "tables" / "workers.csv").read_text().startswith("worker,tasks,total_seconds,")
    assert (tmp_path / "svg" / "tasks.svg").read_text().startswith("<svg")
    assert (tmp_path / "png" / "tasks.png").read_bytes().startswith(b"\x89PNG")
    assert str(tmp_path / "svg" / "tasks.svg") in json.loads(result.stdout)["written"]
    all_in_one = run("workers", job, "--csv", tmp_path / "all.csv")
    assert all_in_one.exit_code == 0
    assert "all.csv: " in all_in_one.output and "tables one after another, each after a line `# name`" in all_in_one.output
    one = run("workers", job, "--csv", tmp_path / "one.csv", "--table", "workers")
    assert "one.csv: the table workers, " in one.output
    assert "wrote " in (apart := run("workers", job, "--csv", f"{tmp_path}/apart/").output) and "workers.csv: the table workers, " in apart
    text = (tmp_path / "all.csv").read_text()
    assert text.startswith("# workers\nworker,") and "\n\n# agreement\njob," in text


def test_json_holds_every_table(job):
    made = json.loads(run("workers", job, "--json").stdout)
    assert made["totals"] == {"workers": 2, "answers": 3, "items": 2, "jobs": 1, "seconds": 12.0, "events of the activity log": 0}
    team, busiest, _ = made["tables"]["workers"]
    assert (team["worker"], team["tasks"], team["agreement"]) == ("(whole team)", 3, 2 / 3)
    assert (busiest["worker"], busiest["mean_seconds"], busiest["tasks_per_hour"]) == ("w", 3.5, 7200 / 7)


def test_one_html_file_with_names_that_the_user_supplies(job, tmp_path):
    names = write(tmp_path / "who.json", '{"w": "Ada <b>"}')
    assert run("workers", job, "--workers", names, "--html", tmp_path / "r" / "report.html").exit_code == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "Ada &lt;b&gt;" in page and "<h1>Workers: BIRDS</h1>" in page and "data:image/svg+xml;base64," in page
    assert str(job.parent) not in page


def test_rejects_are_told_and_end_with_3(job, tmp_path):
    path = write(tmp_path / "x.manifest", class_line("a", 0, "Duck"), "{broken\n")
    result = run("annotations", path, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["issues"] == {"broken-json": 1}
    assert f"! {path}:2: " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name either files and folders or --dataset"),
        (("x.manifest", "--dataset", "demo"), "Name either files and folders or --dataset"),
        (("x.manifest", "--table", "classes"), "give --csv too"),
    ],
)
@pytest.mark.parametrize("kind", ["annotations", "workers"])
def test_a_wrong_command_line_says_what_is_wrong(kind, arguments, words):
    result = run(kind, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_an_unknown_table_lists_those_there_are(job):
    result = run("annotations", job, "--csv", "-", "--table", "clases")
    assert result.exit_code == 2 and "classes" in result.stderr


def test_a_dataset_says_the_same_as_its_files(job, tmp_path):
    sequences = tmp_path / "s"
    write(sequences / "SeqLabel.json", json.dumps(sequence()))
    data = ("--data", tmp_path / "data")

    def bring(kind, *places):
        arguments = ["ingest", kind, *map(str, places), "--dataset", "birds", "--no-embed", "--workers", "1", *map(str, data)]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output

    bring("manifest", job / "manifests", sequences)
    bring("responses", job / "annotations")
    for kind, places in (("annotations", (job, sequences)), ("workers", (job,))):
        stored, read = run(kind, "--dataset", "birds", "--json", *data), run(kind, *places, "--json")
        assert stored.exit_code == read.exit_code == 0, stored.output
        assert json.loads(stored.stdout) == json.loads(read.stdout)
    assert json.loads(run("annotations", "--dataset", "birds", "--json", *data).stdout)["totals"]["tracked objects"] == 2


def test_an_unknown_dataset_is_named(tmp_path):
    from sources.errors import UnknownDataset

    result = run("annotations", "--dataset", "nothing", "--data", tmp_path)
    assert isinstance(result.exception, UnknownDataset) and "'nothing'" in str(result.exception)
