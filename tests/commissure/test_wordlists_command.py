"""`commissure synonyms`, `stopwords` and `evaluate --synonyms`: what they print, and how they end."""

import json
import shutil
from pathlib import Path

import pytest

from commissure.cli import main
from tests.ingest.exports import InlinePool, Lab, note, patient


@pytest.fixture
def run(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ingest.pipeline.Pool", InlinePool)
    lab = Lab(tmp_path)
    lab.ingest(patient(), note(), dataset="study")

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["--data", str(tmp_path / "data"), *map(str, arguments)])
        captured = capfd.readouterr()
        return end.value.code, captured.out, captured.err

    return call


def test_set_list_show_and_drop(run):
    Path("s.txt").write_text("# ours\na, b\nc => d\n")
    assert run("synonyms", "list")[1] == "no synonyms yet: `commissure synonyms set FILE --dataset NAME` adds some\n"
    told = "study: synonyms for 3 terms: questions about study are looked for by it from now on\n"
    assert run("synonyms", "set", "s.txt", "--dataset", "study")[:2] == (0, told)
    assert json.loads(run("synonyms", "list", "--json")[1]) == [{"dataset": "study", "terms": 3}]
    assert run("stopwords", "list")[1].startswith("no stopwords yet")
    assert run("synonyms", "show", "--dataset", "study")[1] == "# ours\na, b\nc => d\n"
    assert run("synonyms", "drop", "--dataset", "study")[:2] == (0, "study: its synonyms are used no longer\n")
    code, _, error = run("synonyms", "drop", "--dataset", "study")
    assert code == 2 and "study has no synonyms" in error


def test_bad_lists_and_datasets_are_refused(run):
    Path("s.txt").write_text("a, b\nalone\n")
    code, _, error = run("synonyms", "set", "s.txt", "--dataset", "study")
    assert code == 2 and "s.txt, line 2: names one term only" in error
    assert run("synonyms", "list")[1].startswith("no synonyms yet")
    Path("s.txt").write_text("a, b")
    assert run("synonyms", "set", "s.txt", "--dataset", "other")[0] == 4
    assert run("synonyms", "set", "s.txt", "--dataset", "../x")[0] == 2


def test_lists_go_with_their_dataset(run):
    Path("s.txt").write_text("a, b\n")
    assert run("synonyms", "set", "s.txt", "--dataset", "study")[0] == run("stopwords", "set", "s.txt", "--dataset", "study")[0] == 0
    assert run("datasets", "drop", "study", "--yes")[0] == 0
    assert json.loads(run("synonyms", "list", "--json")[1]) == json.loads(run("stopwords", "list", "--json")[1]) == []
    assert not Path("data/wordlists/study").exists()
    assert run("synonyms", "drop", "--dataset", "study")[0] == 4


def test_lists_of_a_dataset_that_is_gone_can_be_shown_and_dropped(run):
    Path("data/wordlists/gone").mkdir(parents=True)
    Path("data/wordlists/gone/synonyms.txt").write_text("a, b\n")
    assert run("synonyms", "show", "--dataset", "gone")[:2] == (0, "a, b\n")
    assert run("synonyms", "drop", "--dataset", "gone")[:2] == (0, "gone: its synonyms are used no longer\n")
    assert run("synonyms", "drop", "--dataset", "gone")[0] == run("stopwords", "drop", "--dataset", "gone")[0] == 4
    assert run("synonyms", "drop", "--dataset", "../wordlists/gone")[0] == 2


def test_lists_are_weighed_before_they_are_used(run, monkeypatch):
    monkeypatch.setattr("commissure.workplace.embedder", lambda _: Lab(Path("other")).embedder)
    shutil.rmtree("judged", ignore_errors=True)
    Path("judged").mkdir()
    texts = {"1": "The quick hare ran home.", "2": "A slow turtle walked.", "3": "Rain fell."}
    Path("judged/corpus.jsonl").write_text("".join(json.dumps({"id": k, "text": v}) + "\n" for k, v in texts.items()))
    Path("judged/queries.jsonl").write_text('{"id": "q", "text": "tortoise"}\n{"id": "r", "text": "rain"}\n')
    Path("judged/qrels.tsv").write_text("q\t2\t1\nr\t3\t1\n")
    Path("s.txt").write_text("tortoise, turtle\n")
    rows = json.loads(run("evaluate", "judged", "--synonyms", "s.txt", "--json")[1])
    assert rows["lexical"]["recall@100"] == 0.5 and "reworded" not in rows["lexical"]
    assert rows["lexical with lists"]["recall@100"] == 1 and rows["lexical with lists"]["reworded"] == 1
    alone = json.loads(run("evaluate", "judged", "--json")[1])
    assert alone == {mode: figures for mode, figures in rows.items() if "lists" not in mode}
    Path("judged/spans.jsonl").write_text("")
    code, _, error = run("evaluate", "judged", "--synonyms", "s.txt")
    assert code == 2 and "word lists and boosts change what questions find" in error
