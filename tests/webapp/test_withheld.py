"""Records that chart nothing and do not count (a revoked order, a cancelled report) are marked wherever they are shown."""

import re
from functools import lru_cache
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.ingest.exports import Lab, note, patient
from tests.webapp import fixtures as f
from tests.webapp.conftest import make_client

SCAN = "http://snomed.info/id/77477000"
CODE = {"coding": [{"system": "http://snomed.info/sct", "code": "77477000", "display": "Computed tomography"}]}
ABOUT = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}, "code": CODE}


def order(identifier: str, status: str) -> dict:
    return {"resourceType": "ServiceRequest", "id": identifier, "status": status, "intent": "order", **ABOUT}


def report(identifier: str, status: str, conclusion: str) -> dict:
    return {"resourceType": "DiagnosticReport", "id": identifier, "status": status, "conclusion": conclusion, **ABOUT}


@lru_cache(maxsize=1)
def ward() -> Lab:
    lab = Lab(f.folder("withheld"))
    encounter = {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"}}
    with f.ingesting():
        lab.ingest(
            patient(),
            {**encounter, "subject": {"reference": "Patient/p1"}},
            order("s1", "revoked"),
            order("s2", "active"),
            report("r1", "cancelled", "Pulmonary nodule of the left lung, measured twice."),
            report("r2", "final", "Pulmonary nodule of the right lung, unchanged."),
            note(context={"encounter": [{"reference": "Encounter/e1"}]}),
        )
    return lab


@pytest.fixture
def client() -> FlaskClient:
    return make_client(ward().library())


def page(client: FlaskClient, address: str) -> str:
    return re.sub("</?bdi>", "", client.get(address).text)


@pytest.mark.parametrize(
    ("kind", "identifier", "counted", "status"),
    [
        ("ServiceRequest", "s1", False, "ordered (revoked)"),
        ("ServiceRequest", "s2", True, ""),
        ("DiagnosticReport", "r1", False, "cancelled"),
        ("DiagnosticReport", "r2", True, ""),
    ],
)
def test_rest_says_what_does_not_count(client: FlaskClient, kind: str, identifier: str, counted: bool, status: str) -> None:
    iri = ward().iri(kind, identifier)
    node = client.get(f"/api/v1/nodes/{quote(iri, safe='')}").json
    assert (node["counted"], node["status"]) == (counted, status)
    for start in (ward().iri("Patient", "p1"), SCAN):
        found = client.get(f"/api/v1/neighbours?id={quote(start)}&direction=in").json["neighbours"]
        assert {(one["counted"], one["status"]) for one in found if one["node"]["id"] == iri} == {(counted, status)}
    around = client.get(f"/api/v1/neighbourhood?id={quote(ward().iri('Patient', 'p1'))}").json["nodes"]
    assert [one["counted"] for one in around if one["id"] == iri] == [counted]


def test_the_pages_of_nodes_mark_them(client: FlaskClient) -> None:
    html = page(client, f"/node?id={quote(ward().iri('ServiceRequest', 's1'))}")
    assert "not counted: ordered (revoked)" in html
    assert "not counted" not in page(client, f"/node?id={quote(ward().iri('ServiceRequest', 's2'))}")
    concept = page(client, f"/node?id={quote(SCAN)}")
    counts = [row for row in concept.split("<li")[1:] if "of them does not count" in row]
    assert len(counts) == 2, "one order of two, one report of two"
    expanded = page(client, f"/node?id={quote(SCAN)}&expand={quote('in|ServiceRequest|https://w3id.org/commissure/ns#code')}")
    assert "not counted: ordered (revoked)" in expanded
    encounter = page(client, f"/node?id={quote(ward().iri('Encounter', 'e1'))}")
    documents = encounter[encounter.index("<h2>Documents") : encounter.index("<h2>Neighbours")]
    assert documents.count("not counted: cancelled") == documents.count('class="uncounted"') == 1


def test_a_cancelled_report_is_marked_where_its_text_is_found(client: FlaskClient) -> None:
    one, two = (ward().iri("DiagnosticReport", each) for each in ("r1", "r2"))
    assert "not counted: cancelled" in page(client, f"/document?id={quote(one)}")
    assert "not counted" not in page(client, f"/document?id={quote(two)}")
    hits = page(client, "/search?q=pulmonary+nodule").split('<li class="hit"')[1:]
    marked = {
        "left" if "left" in hit else "right": "not counted: cancelled" in hit.split("</article>")[0] for hit in hits if "nodule" in hit
    }
    assert marked == {"left": True, "right": False}
    table = page(client, f"/patient?id={quote(ward().iri('Patient', 'p1'))}")
    rows = [row for row in table[table.index('id="table"') :].split("<tr")[1:] if "Computed tomography" in row]
    assert sorted("not counted: cancelled" in row for row in rows) == [False, True]


def test_the_picture_of_hits_strikes_them(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=pulmonary+nodule").json["neighbourhood"]["nodes"]
    assert {one["id"].rpartition("/")[2]: one["counted"] for one in found if one["kind"] == "DiagnosticReport"} == {"r1": False, "r2": True}
