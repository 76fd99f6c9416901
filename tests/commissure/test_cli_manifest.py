import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commissure.cli import cli

LINES = [{"source": str(i), "patient": f"p{i // 2}", "kind": "ab"[i % 2]} for i in range(20)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.manifest").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return lambda *arguments: CliRunner().invoke(cli, ["manifest", *arguments])


def test_select_prints_answers_and_names_broken_lines(run):
    answer = run("select", "select * from s3object s where s.patient = 'p3'", "x.manifest")
    assert (answer.exit_code, answer.stdout) == (0, "".join(json.dumps(line) + "\n" for line in LINES[6:8]))
    Path("y.manifest").write_text('{"source":"z"}\n{broken\n')
    answer = run("select", "select count(*) n from s3object", "x.manifest", "y.manifest")
    assert (answer.exit_code, json.loads(answer.stdout)) == (3, {"n": 21})
    assert f"{Path('y.manifest').resolve()}:2: not one JSON object" in answer.stderr


def test_many_broken_lines_are_counted(run):
    Path("bad.manifest").write_text("{\n" * 1_500)
    for statement in ("select count(*) from s3object", "select * from s3object"):
        answer = run("select", statement, "bad.manifest")
        assert answer.exit_code == 3
        assert answer.stderr.count("not one JSON object") == 20
        assert "1,500 lines rejected" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("select", "select * frm s3object", "x.manifest"), 2, "line 1, column 10: FROM is expected here"),
        (("select", "select * from s3object", "nowhere.manifest"), None, "no such file"),
        (("split", "--ratio", "8", "x.manifest"), 2, "ratio"),
        (("split", "--names", "a,a,b", "x.manifest"), 2, "different names"),
        (("split", "--names", "a,../b,c", "x.manifest"), 2, "different names"),
        (("split", "--names", "x,b,c", "x.manifest"), 2, "would replace a file that is read"),
        (("sample", "x.manifest"), 2, "--ratio 1:9 or --lines"),
        (("sample", "--lines", "21", "x.manifest"), 2, "21 lines cannot be drawn"),
        (("sample", "--ratio", "1:1:1", "x.manifest"), 2, "two shares"),
        (("convert", "x.manifest"), 2, "JSON Lines already"),
    ],
)
def test_what_is_wrong_is_said(run, arguments, code, said):
    answer = run(*arguments)
    if code is None:
        assert said in str(answer.exception)
    else:
        assert answer.exit_code == code
        assert said in answer.stderr


def test_crawl_and_convert_make_manifests(run):
    Path("in").mkdir()
    Path("in/a.png").touch()
    Path("in/t.txt").write_text("one\ntwo\n")
    assert run("crawl", "in", "--prefix", "s3://demo/").stdout == '{"source-ref":"s3://demo/a.png"}\n'
    assert run("crawl", "in", "--type", "text").stdout == '{"source":"one"}\n{"source":"two"}\n'
    Path("prefix.json").write_text('[{"prefix":"s3://demo/"},"b.png"]')
    assert run("convert", "prefix.json").stdout == '{"source-ref":"s3://demo/b.png"}\n'


def test_split_writes_files_and_counts(run):
    arguments = ("split", "--by", "patient", "--stratify", "kind", "--ratio", "3:1:1", "--seed", "4", "--out", "parts", "x.manifest")
    answer = run(*arguments, "--json")
    assert answer.exit_code == 0
    report = json.loads(answer.stdout)
    parts = {name: [json.loads(line) for line in Path(f"parts/{name}.manifest").read_text().splitlines()] for name in report["parts"]}
    assert {name: part["lines"] for name, part in report["parts"].items()} == {"train": 12, "validation": 4, "test": 4}
    assert {name: len(lines) for name, lines in parts.items()} == {"train": 12, "validation": 4, "test": 4}
    assert report["parts"]["test"] == {"lines": 4, "groups": 2, "strata": {"a": 2, "b": 2}}
    assert len({line["patient"] for line in parts["train"]} & {line["patient"] for line in parts["test"]}) == 0
    assert sorted(path.name for path in Path("parts").iterdir()) == ["test.manifest", "train.manifest", "validation.manifest"]
    assert "train: 12 lines (60.0%) of 6 groups: a 6, b 6" in run(*arguments).stdout


def test_sample_prints_whole_groups(run):
    answer = run("sample", "--by", "patient", "--ratio", "1:4", "x.manifest")
    drawn = [json.loads(line)["patient"] for line in answer.stdout.splitlines()]
    assert len(drawn) == 4 and drawn[0] == drawn[1] and drawn[2] == drawn[3]
    assert "sample: 4 lines (20.0%) of 2 groups" in answer.stderr
    assert run("sample", "--by", "patient", "--lines", "4", "x.manifest").stdout == answer.stdout


def test_export_to_a_file_and_to_standard_output(run):
    answer = run("export", "--attributes", "source,kind", "x.manifest")
    assert json.loads(answer.stdout.splitlines()[3]) == {"source": "3", "kind": "b"}
    answer = run("export", "--format", "csv", "--attributes", "kind", "--out", "x.csv", "x.manifest")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert Path("x.csv").read_text().splitlines()[0].endswith(",value,frame,track,kind")
    assert len(Path("x.csv").read_text().splitlines()) == 21
    assert "no line has the attribute 'nothing'" in run("export", "--attributes", "nothing", "x.manifest").stderr
