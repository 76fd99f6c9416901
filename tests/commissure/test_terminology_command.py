"""`commissure terminology`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from commissure.cli import main
from ingest.terminologies import extras
from ingest.terminologies.formats import FORMATS
from tests.ingest.terminologies.omop_folder import write_omop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["--data", str(tmp_path / "data"), "terminology", *map(str, arguments)])
        captured = capfd.readouterr()
        return end.value.code, captured.out, captured.err

    return call


def test_add_list_and_drop(run, tmp_path):
    assert run("list")[:2] == (
        0,
        "no terminologies yet: texts are read with the names that records give their codes; `commissure terminology add` adds one\n",
    )
    code, out, _ = run("add", write_omop(tmp_path / "omop"), "--name", "mine")
    assert (code, out.splitlines()) == (
        0,
        ["mine (omop, v5.0 31-AUG-26): 14 concepts, 17 names, 8 links, 7 mappings", "nothing had to be read again"],
    )
    (listed,) = json.loads(run("list", "--json")[1])
    assert (listed["name"], listed["concepts"], listed["edition"]) == ("mine", 14, 1) and "SNOMED CT" in listed["licence"]
    assert "licence: holds terms of several owners" in run("list")[1]
    assert run("drop", "mine")[:2] == (0, "mine: removed, with 14 concepts\nnothing had to be read again\n")
    code, _, error = run("drop", "mine")
    assert code == 4 and "there is no terminology 'mine'; there is none" in error


def test_bad_rows_are_told_without_their_words(run, tmp_path):
    (tmp_path / "words.csv").write_text("code,label\n1,Knee pain\n,Secret\n2\n")
    code, out, error = run("add", "words.csv")
    assert code == 3 and "Secret" not in out + error
    assert out.splitlines()[1:4] == [
        "! words.csv, line 3: the code is empty",
        "! words.csv, line 4: the row has 1 fields, the header 2",
        "rejects: 2 rows",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], 4, "no such file or folder, nor an extra"),
        (["x.csv"], 2, "say which with --format: omop, "),
        (["x.csv", "--format", "oboe"], 2, "no format of terminologies is called 'oboe'"),
        (["x.csv", "--format", "csv"], 1, "names no column code, label"),
        (["x.csv", "--format", "csv", "--name", "../up"], 2, "--name"),
    ],
)
def test_errors_in_words(run, tmp_path, arguments, code, words):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    found, _, error = run("add", *arguments)
    assert found == code and words in error and "Traceback" not in error, error


def test_an_extra_that_is_not_installed_is_named(run, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    code, _, error = run("add", "icd10cm")
    assert code == 4 and "pip install 'commissure[icd10cm]'" in error


def test_the_page_lists_every_format():
    page = (ROOT / "docs" / "terminologies.md").read_text("utf-8")
    assert [each.name for each in FORMATS if f"`{each.name}`" not in page] == []
