"""Headers, host names, and a log that keeps no questions."""

import logging
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.conftest import make_client
from tests.webapp.fixtures import HOSTILE_NOTE, ROSA, Shelf
from webapp.security import HEADERS, host_name, is_allowed
from webapp.settings import LOOPBACK

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "address",
    ["/", "/search?q=cisplatin", "/api/v1/search", "/api/v1/nothing", "/nothing", "/healthz", "/metrics", "/static/api.js", "/api/docs"],
)
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers={"Origin": "https://evil.example"})
    assert {name: response.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    assert not [name for name, _ in response.headers.to_wsgi_list() if name.lower().startswith("access-control-")]
    assert "Set-Cookie" not in response.headers
    assert "Strict-Transport-Security" not in response.headers
    assert set(HEADERS) >= set(EXPECTED)


def test_hsts_where_it_is_set(library: Shelf) -> None:
    response = make_client(library, hsts=True).get("/healthz")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_preflights_allow_nothing(client: FlaskClient) -> None:
    response = client.options("/api/v1/search", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert not [name for name, _ in response.headers.to_wsgi_list() if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST", "localhost."])
def test_loopback_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/api/v1/datasets", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "[::2]", "x@localhost"]
)
@pytest.mark.parametrize("address", ["/api/v1/search?q=x", "/", "/nothing", "/static/api.js", "/metrics"])
def test_other_names_are_refused_before_anything_is_read(client: FlaskClient, library: Shelf, host: str, address: str) -> None:
    response = client.get(address, headers={"Host": host, "Accept": "application/json"})
    assert response.status_code == 421
    assert response.json["type"].endswith("/host-not-allowed")
    assert "allowed_hosts" in response.json["detail"]
    assert host not in response.text
    assert library.taken == 0


def test_probes_are_answered_under_any_name(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/readyz", headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_allowed_names_come_from_the_settings(library: Shelf) -> None:
    client = make_client(library, allowed_hosts=("search.hospital.example", ".lab.example"))
    for host, status in (
        ("search.hospital.example:443", 200),
        ("lab.example", 200),
        ("a.b.lab.example", 200),
        ("evillab.example", 421),
        ("localhost", 421),
    ):
        assert client.get("/api/v1/datasets", headers={"Host": host}).status_code == status
    assert make_client(library, allowed_hosts=("*",)).get("/api/v1/datasets", headers={"Host": "any.example"}).status_code == 200


def test_proxies_are_trusted_only_where_set(library: Shelf) -> None:
    forwarded = {"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    assert make_client(library).get("/api/v1/datasets", headers=forwarded).status_code == 200
    behind = make_client(library, trusted_proxies=1)
    assert behind.get("/api/v1/datasets", headers=forwarded).status_code == 421
    mounted = behind.get("/api/v1/openapi.json", headers={"Host": "localhost", "X-Forwarded-Prefix": "/commissure"})
    assert mounted.json["servers"] == [{"url": "/commissure"}]


@given(st.text(max_size=60))
def test_only_listed_names_are_ever_allowed(host: str) -> None:
    if is_allowed(host, LOOPBACK):
        assert host_name(host) in LOOPBACK


def test_the_log_keeps_no_question_and_no_patient(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        response = client.get("/api/v1/search?q=ovarian+cancer&patient=" + quote(ROSA, safe=""))
        client.post("/api/v1/search", json={"q": "ovarian cancer", "patient": [ROSA]})
        client.get("/api/v1/patients/" + quote(ROSA, safe=""))
        client.get("/api/v1/search?q=ovarian&nope=ovarian")
        client.get("/nothing/ovarian")
        client.open("/healthz", method="OVARIAN")
    assert "varian" not in caplog.text.lower()
    assert "rosa" not in caplog.text.lower()
    lines = [record.getMessage() for record in caplog.records if record.name == "commissure.web.requests"]
    assert len(lines) == 6
    assert lines[0].startswith("GET /api/v1/search 200 ")
    assert lines[0].endswith(" ms " + response.headers["Request-Id"])
    assert lines[2].startswith("GET /api/v1/patients/<path:id> 200 ")
    assert lines[4].startswith("GET (none) 404 ")
    assert lines[5].startswith("OTHER (none) 405 ")


def test_the_docs_page_escapes_what_it_is_given(client: FlaskClient) -> None:
    response = client.get("/api/docs", query_string={"q": "<script>alert(1)</script>'\"&lt;", "concept": "javascript:alert(1)"})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text


def test_json_with_markup_cannot_be_taken_for_a_page(client: FlaskClient) -> None:
    response = client.get("/api/v1/documents", query_string={"id": HOSTILE_NOTE}, headers={"Accept": "text/html"})
    assert response.content_type == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
