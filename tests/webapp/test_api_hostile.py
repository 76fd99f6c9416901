"""Whatever a client sends, the answer is one that the OpenAPI document describes, and never a 500."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webapp.conftest import document, make_client
from tests.webapp.fixtures import CISPLATIN, DATASET, HOSTILE_NOTE, ONCOLOGY_NOTE, ROSA, RUN, Shelf

CLIENT: FlaskClient = make_client(Shelf(), max_body=20_000)

GETS = [(path, operation["get"]) for path, operation in document()["paths"].items() if "get" in operation and path.startswith("/api/v1")]
NAMES = sorted({parameter["name"] for _, operation in GETS for parameter in operation.get("parameters", ())} | {"query", "format"})

nasty = st.sampled_from(
    [
        "",
        "\x00",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "../../../../etc/passwd",
        "%2e%2e%2f",
        "{{7*7}}",
        "\u202e\u2066",
        "\ud7ff\uffff",
        "-1",
        "1e309",
        "NaN",
        "0x10",
        "١٠",
        "99999999999999999999999",
        "true",
        "null",
        "[]",
        "a" * 3000,
        "urn:x> . ?s ?p ?o } #",
        "SELECT * { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "semantic",
        "in",
        "2024-02-31",
        ROSA,
        ONCOLOGY_NOTE,
        HOSTILE_NOTE,
        CISPLATIN,
        DATASET,
        RUN,
    ]
)
values = nasty | st.text(max_size=40) | st.integers(-5, 120).map(str)
pairs = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=10), values), max_size=6)
budget = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fine(status: int) -> bool:
    return status < 500 or status in (501, 503)


@budget
@given(place=st.sampled_from(GETS), query=pairs, segment=values)
def test_hostile_addresses(place: tuple[str, Any], query: list[tuple[str, str]], segment: str) -> None:
    path = (
        place[0]
        .replace("{id}", quote(segment, safe=""))
        .replace("{run}", quote(segment, safe=""))
        .replace("{dataset}", quote(segment, safe=""))
    )
    response = CLIENT.get(f"{path}?{urlencode(query, errors='surrogatepass')}")
    assert fine(response.status_code), response.text
    if response.status_code == 400 and response.json["type"].endswith("/invalid-request"):
        assert response.json["errors"]


@budget
@given(st.sampled_from(["/api/v1/search", "/api/v1/documents", "/api/v1/sparql", "/api/v1/neighbours"]), st.binary(max_size=60))
def test_hostile_bytes_in_addresses(path: str, query: bytes) -> None:
    response = CLIENT.open(path, query_string=query.replace(b"\r", b"").replace(b"\n", b"").decode("latin-1"))
    assert fine(response.status_code), response.text


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | values
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8
)
fields = st.sampled_from([*NAMES, "ids", "hops", "prefer"])


@budget
@given(st.sampled_from(["/api/v1/search", "/api/v1/neighbourhood"]), st.dictionaries(fields, trees, max_size=5) | trees)
def test_hostile_bodies(path: str, body: Any) -> None:
    response = CLIENT.post(path, data=json.dumps(body), content_type="application/json")
    assert fine(response.status_code), response.text
    assert response.status_code in (200, 400)


@budget
@given(
    st.binary(max_size=200),
    st.sampled_from(["application/json", "application/sparql-query", "application/x-www-form-urlencoded", "text/plain", ""]),
)
def test_hostile_bytes_in_bodies(body: bytes, kind: str) -> None:
    for path in ("/api/v1/search", "/api/v1/neighbourhood", "/api/v1/sparql"):
        response = CLIENT.post(path, data=body, content_type=kind)
        assert fine(response.status_code), response.text


@budget
@given(
    name=st.sampled_from(["Host", "Accept", "If-None-Match", "Content-Type", "X-Forwarded-Host", "Accept-Language", "Range"]),
    value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60),
)
def test_hostile_headers(name: str, value: str) -> None:
    for path in ("/api/v1/search?q=metformin", "/api/v1/sparql?query=ASK%7B%7D", "/nothing"):
        response = CLIENT.get(path, headers={name: value})
        assert fine(response.status_code), response.text


@pytest.mark.parametrize("depth", [10, 100, 5000])
def test_deep_bodies(depth: int) -> None:
    body = '{"hops":' + "[" * depth + "]" * depth + "}"
    assert CLIENT.post("/api/v1/neighbourhood", data=body, content_type="application/json").status_code == 400


def test_many_faults_are_cut() -> None:
    response = CLIENT.get("/api/v1/search?" + "&".join(f"unknown{n}=1" for n in range(200)))
    assert response.status_code == 400
    assert len(response.json["errors"]) == 20
    long = CLIENT.get("/api/v1/search?" + "n" * 5000 + "=1")
    assert len(long.json["errors"][0]["field"]) == 80


def test_a_valid_identifier_round_trips_through_both_addresses() -> None:
    for iri in ("urn:x:%20%2F", "http://e.example/a//b/../c?d=e&f=g#h;i=j", "urn:ü:\U0001f469"):
        by_query = CLIENT.get("/api/v1/nodes", query_string={"id": iri})
        by_path = CLIENT.get("/api/v1/nodes/" + quote(iri, safe=""))
        assert by_query.status_code == by_path.status_code == 404
        assert by_query.json["detail"] == by_path.json["detail"]
