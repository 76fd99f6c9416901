import csv
import gzip
import io
import json
import os

import click
import pytest

from commissure.cli import cli
from tests import forked
from tests.ingest.exports import condition, note, patient, write

pytestmark = pytest.mark.long


def commands(group=cli, prefix=()):
    for name, command in group.commands.items():
        yield (*prefix, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*prefix, name))


@pytest.mark.parametrize(("path", "command"), list(commands()), ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_every_command_shows_an_example_that_names_it(path, command):
    help_text = command.help or ""
    if isinstance(command, click.Group) and not command.invoke_without_command:
        assert "Example:  commissure" in help_text
    else:
        assert f"Example:  commissure {' '.join(path)}" in help_text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    write(folder / "export" / "x.ndjson", patient(), condition(), note(), "{broken")
    write(folder / "good" / "x.ndjson", patient("p2"), note("d2", subject="Patient/p2"))
    return folder


@pytest.fixture(scope="module")
def run(folder):
    def run(*arguments, data="data", **variables):
        environment = {**os.environ, "COMMISSURE_DATA": str(folder / data), **variables}
        return forked.run(arguments, environment, folder)

    return run


@pytest.fixture(scope="module")
def ingested(run, folder):
    return run("ingest", "fhir", folder / "export", "--dataset", "demo", "--json")


def test_ingest_reports_the_stable_keys_and_exits_3_for_rejects(ingested):
    assert ingested.returncode == 3, ingested.stderr
    report = json.loads(ingested.stdout)
    assert {"run", "dataset", "seconds", "records", "quads", "documents", "passages", "unresolved_references"} <= set(report)
    assert {"read", "added", "changed", "unchanged", "removed", "rejected"} <= set(report["records"])
    assert (report["records"]["read"], report["records"]["added"], report["records"]["rejected"]) == (4, 3, 1)
    assert report["passages"] == {"total": 1, "embedded": 1}
    assert "Traceback" not in ingested.stderr and "mapping" in ingested.stderr


def test_records_come_out_as_they_came_in(run, ingested, folder):
    lines = (folder / "export" / "x.ndjson").read_bytes().splitlines(keepends=True)
    answer = run("datasets", "export", "demo")
    assert (answer.returncode, answer.stdout.encode()) == (0, b"".join(lines[:3]))
    answer = run("datasets", "export", "demo", "--kind", "Patient", "--out", folder / "p.ndjson.gz")
    assert "1 records" in answer.stdout
    assert gzip.decompress((folder / "p.ndjson.gz").read_bytes()) == lines[0]
    missing = run("datasets", "export", "demo", "--kind", "Device")
    assert missing.returncode == 4 and "it holds Condition, DocumentReference, Patient" in missing.stderr


def test_search_gives_the_stable_keys(run, ingested):
    answer = run("search", "chemotherapy with cisplatin", "--json")
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout)
    assert {"total", "generation", "hits", "neighbourhood", "shared", "facets"} <= set(result)
    (hit,) = result["hits"]
    assert {"document", "title", "patient", "date", "score", "passage", "highlights", "evidence"} <= set(hit)
    text = "# Plan\nStart cisplatin.\n"
    assert text[hit["passage"]["start"] : hit["passage"]["end"]] == hit["passage"]["text"]
    assert any(node["label"] == "Breast cancer" for node in result["neighbourhood"]["nodes"])
    plain = run("search", "chemotherapy with cisplatin")
    assert "x.ndjson:3" in plain.stdout


def test_search_lists_only_what_matches_so_and_marks_each_hit(run, ingested):
    both = json.loads(run("search", "cisplatin", "--limit", "100", "--json").stdout)
    for match in ("well", "loosely"):
        found = json.loads(run("search", "cisplatin", "--match", match, "--limit", "100", "--json").stdout)
        assert found["total"] == both[match] == len(found["hits"])
        assert {hit["match"] for hit in found["hits"]} <= {match}
    assert both["well"]
    shown = run("search", "cisplatin", "--match", "well").stdout
    assert "  well\n" in shown and "  loosely\n" not in shown


def test_search_puts_hits_together_by_patient(run, ingested):
    answer = json.loads(run("search", "cisplatin", "--group", "patient", "--json").stdout)["by_patient"]
    shown = run("search", "cisplatin", "--group", "patient").stdout
    assert shown.startswith(f"{answer['patients']} patients: ")
    assert all(f"patient {one['rank']}: {one['label']}  {one['documents']} documents" in shown for one in answer["page"])


def test_search_prints_all_hits_and_their_patients_as_csv(run, ingested):
    answer = run("search", "chemotherapy with cisplatin", "--csv", "--limit", "1")
    (row,) = csv.DictReader(io.StringIO(answer.stdout))
    assert (row["rank"], row["source"], row["line"]) == ("1", "export/x.ndjson", "3")
    (patient,) = csv.DictReader(io.StringIO(run("search", "", "--patients").stdout))
    assert (patient["patient_id"], patient["hits"], patient["best_document"]) == (row["patient_id"], "1", row["document"])


def test_query_status_datasets_and_drop(run, folder, ingested):
    run("ingest", "fhir", folder / "good", "--dataset", "other", "--no-embed")
    rows = run("query", "--sparql", "SELECT (COUNT(?p) AS ?n) WHERE { ?p a <http://hl7.org/fhir/Patient> }").stdout.split()
    assert rows == ["n", "2"]
    every = ("query", "--sparql", "SELECT ?s { ?s ?p ?o }")
    cut = run(*every, COMMISSURE_SPARQL_MAX_ROWS="2")
    assert (cut.returncode, len(cut.stdout.split())) == (8, 3)
    assert "cut at 2 rows" in cut.stderr and "--partial" in cut.stderr
    taken = run(*every, "--partial", COMMISSURE_SPARQL_MAX_ROWS="2")
    assert (taken.returncode, taken.stdout) == (0, cut.stdout)
    assert "cut at 2 rows" in taken.stderr
    assert run(*every).returncode == 0
    assert json.loads(run("query", "--format", "jsonld", "--sparql", "CONSTRUCT { ?s a ?t } { ?s a ?t }").stdout)
    assert [dataset["dataset"] for dataset in json.loads(run("datasets", "--json").stdout)] == ["demo", "other"]
    told = json.loads(run("status", "--json").stdout)
    texts = told["datasets"][0]["texts"]
    assert told["generation"] == 2 and texts["read"] == texts["documents"] > 0
    assert f"read: {texts['read']} of {texts['documents']} documents, lexicon of {texts['lexicon']}" in run("status").stdout
    assert run("datasets", "drop", "other", "--yes").returncode == 0
    assert run("datasets").stdout.startswith("demo: 3 records") and "other" not in run("datasets").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ingest", "fhir", "nowhere", "--dataset", "demo"], 4, "nowhere: no such file"),
        (["ingest", "fhir", "export", "--dataset", "Bad Name"], 2, "is not a dataset name"),
        (["datasets", "drop", "nothing", "--yes"], 4, "no dataset is called 'nothing'"),
        (["query", "--sparql", "SELECT WHERE"], 2, ""),
        (["query", "--sparql", "INSERT DATA { <a:b> <a:c> <a:d> }"], 2, ""),
        (["query", "--sparql", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"], 2, "SERVICE"),
        (["search", "x", "--limit", "0"], 2, "limit"),
        (["search", "x", "--from", "yesterday"], 2, "date"),
        (["search", "x", "--dataset", "nope"], 2, "there is no dataset 'nope'; there are: demo"),
        (["search", "x", "--patient", "p1"], 2, "'p1' is not the IRI of a patient"),
        (["search", "diab*"], 2, "does not stand for the rest of a word"),
        (["search", "x", "--csv", "--dataset", "nope"], 2, "there is no dataset 'nope'"),
        (["search", "x", "--confidence", "0", "2"], 2, "numbers from 0 to 1"),
        (["evaluate", "nowhere"], 4, "nowhere"),
        (["--config", "missing.toml", "status"], 2, "missing.toml"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_an_exit_code(run, ingested, arguments, code, message):
    answer = run(*arguments)
    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False), answer.stderr
    assert message in answer.stderr


def test_nothing_published_is_said(run):
    answer = run("search", "x", data="empty")
    assert answer.returncode == 4 and "commissure demo" in answer.stderr
    assert run("status", data="empty").returncode == 0
    assert "no datasets yet" in run("datasets", data="empty").stdout
