"""`commissure datasets deidentify`: the copy, its secret, and what becomes of both."""

import json
import os
import subprocess
import sys

from access.audit import AuditLog, Event
from graph.identifiers import record_iri
from privacy.pseudonyms import Pseudonyms
from tests.ingest.exports import condition, note, patient, write


def run(folder, *arguments, code=0):
    environment = {**os.environ, "COMMISSURE_DATA": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "commissure", *arguments], capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    assert done.returncode == code, done.stderr
    return done


def test_a_copy_is_made_brought_up_to_date_and_dropped(tmp_path):
    export = write(
        tmp_path / "export" / "x.ndjson",
        patient(),
        condition(),
        note(),
        {"resourceType": "List", "id": "l", "status": "current", "mode": "working"},
    )
    run(tmp_path, "ingest", "fhir", str(export.parent), "--dataset", "demo", "--no-embed", "--json")
    assert "no dataset is called" in run(tmp_path, "datasets", "deidentify", "other", code=4).stderr
    first = json.loads(run(tmp_path, "datasets", "deidentify", "demo", "--no-embed", "--json").stdout)
    assert first["taken"] == 3 and first["report"]["records"]["added"] == 3
    key = tmp_path / "data" / "access" / "deidentification.key"
    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_text()) > 30
    again = json.loads(run(tmp_path, "datasets", "deidentify", "demo", "--no-embed", "--json").stdout)
    assert again["report"]["records"]["unchanged"] == 3

    gone = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": "Condition/c1"}}]}
    write(tmp_path / "export" / "deleted" / "y.ndjson", gone)
    told = run(tmp_path, "ingest", "fhir", str(export.parent), "--dataset", "demo", "--no-embed")
    assert "commissure datasets deidentify demo" in told.stdout
    less = json.loads(run(tmp_path, "datasets", "deidentify", "demo", "--no-embed", "--json").stdout)
    assert less["taken"] == 2 and less["report"]["records"]["removed"] == 1

    seen = record_iri("demo", "Patient", Pseudonyms(key.read_bytes()).of("demo", "Patient", "p1"))
    AuditLog(tmp_path / "data").append(Event("ben", "token", "read", "getPatient", 200, ["demo"], [seen], {}), durable=True)
    AuditLog(tmp_path / "data").append(
        Event("ann", "token", "read", "getPatient", 200, ["demo"], [record_iri("demo", "Patient", "p1")], {}), durable=True
    )
    AuditLog(tmp_path / "data").append(Event("eve", "token", "read", "getPatient", 200, ["demo"], [], {}), durable=True)
    listed = [json.loads(line)["user"] for line in run(tmp_path, "audit", "--patient", "Patient/p1", "--json").stdout.splitlines()]
    assert listed == ["ben", "ann"]

    run(tmp_path, "datasets", "drop", "demo", "--yes")
    copies = tmp_path / "data" / "deidentified"
    assert not list((copies / "parts").glob("*")) and not (copies / "records" / "demo").exists()
