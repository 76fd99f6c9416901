"""Every request of somebody is noted: who, what, which patients; never what was typed, nor what a note says."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access.control import AccessControl
from access.roles import Role
from tests.webapp import fixtures as f
from tests.webapp import test_sign_in as signing
from tests.webapp.fixtures import DATASET, Shelf
from webapp.app import create_app

PASSWORD = signing.PASSWORD


@pytest.fixture
def control(tmp_path: Any) -> AccessControl:
    control = AccessControl(tmp_path)
    control.accounts.add("anna", PASSWORD)
    control.accounts.grant("user", "anna", Role.STEWARD.word, DATASET)
    return control


@pytest.fixture
def app(library: Shelf, control: AccessControl) -> Flask:
    return create_app(library, access=control)


@pytest.fixture
def client(app: Flask, control: AccessControl) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {control.credentials.create_token('anna', (), (), 1)[1]}"
    return client


def noted(control: AccessControl) -> list[dict[str, Any]]:
    control.audit.verify()
    return list(control.audit.events())


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/patients/one?id={f.ROSA}",
        f"/api/v1/patients/{f.ROSA}",
        f"/api/v1/documents?id={f.ONCOLOGY_NOTE}",
        f"/api/v1/records?id={f.ONCOLOGY_NOTE}",
        f"/api/v1/records?id={f.ROSA}",
        f"/api/v1/patients/facts?id={f.ROSA}",
        f"/api/v1/search?q=cisplatin&patient={f.ROSA}",
        f"/api/v1/neighbours?id={f.ROSA}",
        f"/patient?id={f.ROSA}",
        f"/document?id={f.ONCOLOGY_NOTE}",
        f"/record?id={f.ROSA}",
        f"/node?id={f.ROSA}",
        f"/search?q=cisplatin&patient={f.ROSA}",
        "/patients",
        "/api/v1/patients",
    ],
)
def test_whoever_sees_a_patient_is_noted_with_the_patient(client: FlaskClient, control: AccessControl, address: str) -> None:
    assert client.get(address.replace("#", "%23")).status_code == 200
    (event,) = noted(control)
    assert event["user"] == "anna" and event["via"].startswith("token ") and event["status"] == 200 and event["datasets"] == [DATASET]
    assert f.ROSA in event["patients"]
    assert event["request"]


def test_what_is_noted_says_whether_it_was_read_counted_or_exported(client: FlaskClient, control: AccessControl) -> None:
    definition = {
        "format": "commissure-cohort/1",
        "sets": {"a": [{"code": f.CISPLATIN}]},
        "entry": {"any": [{"event": "medication", "in": "a"}]},
    }
    assert client.post("/api/v1/cohorts/count", json={"definition": definition}).status_code == 200
    assert client.get(f"/api/v1/datasets/{DATASET}/records?kind=Patient").status_code == 200
    assert client.get("/api/v1/search?q=cough").status_code == 200
    assert client.get("/api/v1/loader").status_code == 403
    told = list(dict.fromkeys((event["action"], event["what"], event["status"]) for event in noted(control)))
    assert told == [("count", "countCohort", 200), ("export", "exportRecords", 200), ("read", "search", 200), ("read", "listLoads", 403)]
    assert noted(control)[0]["asked"] == {"definition": None, "concept": [f.CISPLATIN]}
    assert noted(control)[1]["asked"] == {"kind": "Patient", "dataset": DATASET}
    assert noted(control)[-1]["patients"] == []


@pytest.mark.parametrize("address", ["/api/v1/search.csv?q=cisplatin", f"/api/v1/datasets/{DATASET}/records?kind=Patient"])
def test_of_what_is_made_while_it_is_sent_the_patients_are_noted_at_its_end(
    client: FlaskClient, control: AccessControl, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200 and "osa" in answer.text
    answer.close()
    begun, sent = noted(control)
    assert begun["patients"] == [] and f.ROSA in sent["patients"] and begun["request"] == sent["request"]


def test_of_what_is_packed_the_patients_are_noted(client: FlaskClient, control: AccessControl) -> None:
    definition = {
        "format": "commissure-cohort/1",
        "sets": {"a": [{"code": f.CISPLATIN}]},
        "entry": {"any": [{"event": "medication", "in": "a"}]},
    }
    view = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]}
    client.post("/api/v1/cohorts/export", json={"definition": definition, "format": "parquet"}).close()
    client.post("/api/v1/views/run", json={"view": view, "cohort": definition, "format": "parquet"}).close()
    client.get("/cohort/export", query_string={"1.what": "medication", "1.in": f.CISPLATIN, "format": "omop"}).close()
    found = {event["what"]: event for event in noted(control)}
    assert list(found) == ["exportCohort", "runView", "cohort_files.files"]
    for event in found.values():
        assert (event["action"], event["status"], event["patients"]) == ("export", 200, [f.ROSA])
    assert found["exportCohort"]["asked"] == {"definition": None, "format": "parquet", "concept": [f.CISPLATIN]}
    assert found["runView"]["asked"] == {"view": None, "cohort": None, "format": "parquet", "concept": [f.CISPLATIN]}


TYPED = "Rosa Lindqvist has cough, tel. 555-0100"


def test_what_was_typed_and_what_notes_say_is_not_noted(client: FlaskClient, control: AccessControl) -> None:
    client.get("/api/v1/search", query_string={"q": TYPED, "type": TYPED, "patient": TYPED, TYPED: "x", "limit": "5"})
    client.post("/api/v1/search", json={"q": TYPED, "unknown": {"deep": TYPED}})
    client.post("/api/v1/read", json={"text": TYPED})
    client.get("/api/v1/documents", query_string={"id": TYPED})
    client.get(f"/api/v1/documents/{TYPED}")
    client.get("/document", query_string={"id": f.ONCOLOGY_NOTE, "q": TYPED})
    client.post("/api/v1/cohorts/count", json={"definition": {"entry": {"note": {"text": TYPED}}, "code": TYPED}})
    held = b"".join(path.read_bytes() for path in control.audit.files()).decode()
    assert len(noted(control)) == 7
    for word in ("Lindqvist", "cough", "555", "chemotherapy"):
        assert word not in held
    assert '"q":null' in held and '"limit":"5"' in held


def test_signing_in_and_out_and_failing_to_is_noted(app: Flask, control: AccessControl) -> None:
    browser = app.test_client()
    signing.sign_in(browser, password="wrong")
    signing.sign_in(browser, name=PASSWORD, password="anna")
    signing.sign_in(browser)
    browser.post("/sign-out", data={"csrf": signing.csrf_of(browser)})
    told = [(event["user"], event["action"], event["status"]) for event in noted(control) if event["action"].startswith("sign")]
    assert told == [("anna", "sign-in", 401), ("", "sign-in", 401), ("anna", "sign-in", 303), ("anna", "sign-out", 303)]
    assert PASSWORD not in json.dumps(noted(control))


def test_what_cannot_be_noted_is_not_shown(client: FlaskClient, control: AccessControl) -> None:
    control.audit.folder.parent.mkdir(exist_ok=True)
    control.audit.folder.write_text("no folder")
    answer = client.get(f"/api/v1/patients/one?id={f.ROSA}")
    assert answer.status_code == 503 and answer.json["type"].endswith("not-noted") and "Lindqvist" not in answer.text


def test_nothing_is_noted_where_nobody_signs_in(library: Shelf, control: AccessControl) -> None:
    create_app(library).test_client().get("/patients")
    assert noted(control) == []
