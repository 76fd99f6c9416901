"""`commissure read`, as people and programs call it."""

import json
import os
import subprocess
import sys

import pytest

from tests.ingest.exports import condition, note, patient, write

TEXT = "\u0130. Denies breast cancer \U0001f600.\nMother had breast cancer.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read")
    write(folder / "export" / "x.ndjson", patient(), condition(), note())
    (folder / "note.txt").write_text("\ufeff" + TEXT, "utf-8")
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "spans.jsonl").write_text(
        '{"id": "a", "text": "No fever.", "start": 3, "end": 8}\n\nnonsense\n{"id": 2, "text": "Gout", "start": 0, "end": 4}\n'
    )
    return folder


@pytest.fixture(scope="module")
def run(folder):
    def run(*arguments, data="data", given=""):
        environment = {**os.environ, "COMMISSURE_DATA": str(folder / data)}
        command = [sys.executable, "-m", "commissure", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False, input=given)

    assert run("ingest", "fhir", folder / "export", "--dataset", "demo", "--no-embed").returncode == 0
    return run


def test_a_file_is_read_with_the_names_of_what_is_published(run):
    answer = run("read", "note.txt", "--json")
    assert answer.returncode == 0, answer.stderr
    mentions = json.loads(answer.stdout)["mentions"]
    assert [(one["assertion"], one["trigger"]) for one in mentions] == [("negated", "Denies"), ("family", "Mother")]
    for one in mentions:
        assert TEXT[one["start"] : one["end"]] == one["text"] == "breast cancer"
        assert set(one) == {
            *("start", "end", "text", "concept", "system", "code", "label"),
            *("alternatives", "assertion", "trigger", "section", "value", "unit"),
        }
    plain = run("read", "-", "--dataset", "demo", given=TEXT)
    assert plain.stdout.splitlines()[0].startswith("10–23  breast cancer  negated, by “Denies”  Breast cancer (")
    assert "nothing that the vocabularies name" in run("read", "-", given="Xyz.").stdout


def test_spans_are_judged_without_any_data_and_bad_lines_told(run, folder):
    answer = run("read", "--spans", "spans.jsonl", data="none")
    assert [json.loads(line) for line in answer.stdout.splitlines()] == [
        {"id": "a", "assertion": "negated", "trigger": "No"},
        {"id": 2, "assertion": "affirmed", "trigger": ""},
    ]
    assert (answer.returncode, answer.stderr) == (3, "spans.jsonl, line 3: not JSON\n")
    assert not (folder / "none").exists()
    assert run("read", "--spans", "-", given='{"id": 1, "text": "Gout", "start": 0, "end": 4}').returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["read"], 2, "give a file"),
        (["read", "note.txt", "--spans", "spans.jsonl"], 2, "give a file"),
        (["read", "nowhere.txt"], 4, "nowhere.txt: no such file"),
        (["read", "export"], 4, "export: it cannot be read"),
        (["read", "--spans", "nowhere.jsonl"], 4, "nowhere.jsonl: no such file"),
        (["read", "latin.txt"], 2, "latin.txt: not UTF-8 (byte 4)"),
        (["similar", "urn:none"], 2, "no document or patient has the IRI 'urn:none'"),
        (["read", "note.txt", "--dataset", "none"], 2, "there is no dataset 'none'; there are: demo"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_an_exit_code(run, arguments, code, message):
    answer = run(*arguments)
    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False), answer.stderr
    assert message in answer.stderr


def test_a_judged_set_of_spans_is_measured(run, folder):
    (folder / "set").mkdir()
    (folder / "set" / "spans.jsonl").write_text('{"id": 1, "text": "No fever.", "start": 3, "end": 8, "assertion": "negated"}\n')
    answer = run("evaluate", "set", "--json", data="none")
    assert json.loads(answer.stdout) == {"negated": {"precision": 1.0, "recall": 1.0, "f1": 1.0, "wanted": 1.0}}
    assert "judge spans" in answer.stderr and not (folder / "none").exists()
    shown = run("evaluate", "set", data="none").stdout.splitlines()
    assert shown[0].split() == ["f1", "precision", "recall", "wanted"] and shown[1].split() == ["negated", *["1.0000"] * 3, "1"]


def test_similar_names_what_is_alike(run, folder):
    second = (note("d2", subject="Patient/p2"), condition("c2", subject="Patient/p2"))
    write(folder / "more" / "x.ndjson", patient("p2"), *second)
    assert run("ingest", "fhir", folder / "more", "--dataset", "more", "--no-embed", data="similar").returncode == 0
    assert run("ingest", "fhir", folder / "export", "--dataset", "demo", "--no-embed", data="similar").returncode == 0
    iri = "https://w3id.org/commissure/data/more/Patient/p2"
    (patient_,) = json.loads(run("similar", iri, "--json", data="similar").stdout)["similar"]
    assert (patient_["dataset"], patient_["label"], [one["label"] for one in patient_["shared"]]) == ("demo", "Ann Doe", ["Breast cancer"])
    shown = run("similar", iri.replace("Patient/p2", "DocumentReference/d2"), data="similar")
    assert shown.returncode == 0, shown.stderr


def test_a_concept_is_told_by_its_name_or_near_ones_are(run):
    found = json.loads(run("concept", "breast cancer", "--json").stdout)
    (one,) = found["concepts"]
    assert (one["label"], one["code"], one["standing"]["charted"]) == ("Breast cancer", "254837009", {"patients": 1, "documents": 0})
    shown = run("concept", "254837009")
    assert shown.returncode == 0 and shown.stdout.startswith("Breast cancer (sct 254837009)") and "family" in shown.stdout
    missing = run("concept", "brest cancer")
    assert missing.returncode == 4 and "near: Breast cancer (sct 254837009)" in missing.stderr
