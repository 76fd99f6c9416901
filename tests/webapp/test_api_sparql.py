"""The SPARQL 1.1 Protocol."""

import csv
import io
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import QuerySyntaxError, QueryTimeout
from graph.sparql import Demand
from graph.stores.memory import MemoryStore
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import GENERATION, Part, Shelf, newer, real
from webapp.api.sparql import query_form

SELECT = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX kg: <https://w3id.org/commissure/ns#>
SELECT ?label WHERE { ?patient kg:hasMedication ?concept . ?concept skos:prefLabel ?label } ORDER BY ?label"""
LABELS = ["cisplatin", "metformin", "paclitaxel"]
CONSTRUCT = "CONSTRUCT { ?s <urn:p> ?o } WHERE { ?s <https://w3id.org/commissure/ns#hasMedication> ?o }"
FORM = "application/x-www-form-urlencoded"
ROWS_JSON = "application/sparql-results+json"


def labels(answer: Any) -> list[str]:
    return [row["label"]["value"] for row in answer["results"]["bindings"]]


def test_the_three_ways_to_ask_give_the_same(client: FlaskClient) -> None:
    by_get = client.get("/api/v1/sparql", query_string={"query": SELECT})
    by_form = client.post("/api/v1/sparql", data={"query": SELECT})
    direct = client.post("/api/v1/sparql", data=SELECT.encode(), content_type="application/sparql-query")
    for response in (by_get, by_form, direct):
        assert response.status_code == 200
        assert response.content_type == ROWS_JSON
        assert labels(response.json) == LABELS
        assert response.headers["Commissure-Truncated"] == "false"
        assert response.headers["Commissure-Generation"] == str(GENERATION)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, ROWS_JSON),
        ("*/*", ROWS_JSON),
        ("application/json", ROWS_JSON),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml;q=0.9, text/csv;q=0.5", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/html, text/csv;q=0.2", "text/csv; charset=utf-8"),
    ],
)
def test_rows_come_as_the_client_accepts_them(client: FlaskClient, accept: str | None, media_type: str) -> None:
    response = client.get("/api/v1/sparql", query_string={"query": SELECT}, headers={"Accept": accept} if accept else {})
    assert response.content_type == media_type
    assert "Accept" in response.headers["Vary"]
    if "json" in media_type:
        assert labels(response.json) == LABELS
    elif "xml" in media_type:
        literals = ElementTree.fromstring(response.data).iter("{http://www.w3.org/2005/sparql-results#}literal")
        assert [one.text for one in literals] == LABELS
    else:
        rows = list(csv.reader(io.StringIO(response.text), delimiter="\t" if "tab" in media_type else ","))
        assert [row[0].strip('"') for row in rows[1:]] == LABELS


def test_format_overrules_accept(client: FlaskClient) -> None:
    response = client.get("/api/v1/sparql", query_string={"query": SELECT, "format": "csv"}, headers={"Accept": "text/html"})
    assert response.mimetype == "text/csv"


def test_triples_come_as_turtle_or_n_triples(client: FlaskClient) -> None:
    turtle = client.get("/api/v1/sparql", query_string={"query": CONSTRUCT})
    assert turtle.mimetype == "text/turtle"
    lines = client.get("/api/v1/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": "application/n-triples"})
    assert lines.mimetype == "application/n-triples"
    assert len(lines.text.strip().split("\n")) == 3
    assert all(" <urn:p> " in line for line in lines.text.strip().split("\n"))


def test_ask_answers_yes_or_no(client: FlaskClient) -> None:
    assert client.get("/api/v1/sparql", query_string={"query": "ASK { ?s ?p ?o }"}).json["boolean"] is True
    assert client.get("/api/v1/sparql", query_string={"query": "ASK { <urn:x> ?p ?o }"}).json["boolean"] is False


@pytest.mark.parametrize(
    ("query", "accept", "words"),
    [
        (SELECT, "text/html", "This query gives rows"),
        (SELECT, "text/turtle", "This query gives rows"),
        (CONSTRUCT, ROWS_JSON, "This query gives triples"),
        ("ASK {}", "text/csv", "This query gives a boolean"),
    ],
)
def test_what_cannot_be_had_is_not_acceptable(client: FlaskClient, query: str, accept: str, words: str) -> None:
    response = client.get("/api/v1/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert response.status_code == 406
    assert response.json["detail"].startswith(words)


@pytest.mark.parametrize(
    ("parameters", "field", "detail"),
    [
        ({"query": SELECT, "default-graph-uri": "g"}, "default-graph-uri", "must be an absolute IRI"),
        ({"query": SELECT, "named-graph-uri": ["urn:g", "urn:<g>"]}, "named-graph-uri", "must be an absolute IRI"),
        ({"query": SELECT, "default-graph-uri": [f"urn:{n}" for n in range(1001)]}, "default-graph-uri", "names more than 1,000"),
        ({"query": SELECT, "partial": "yes"}, "partial", "must be true or false"),
        ({"query": ""}, "query", "is missing"),
        ({"format": "json"}, "query", "is missing"),
        ({"query": SELECT, "format": "html"}, "format", "must be one of: json, xml, csv, tsv, turtle, ntriples"),
        ({"query": SELECT, "format": "turtle"}, "format", "this query gives rows, which come as: json, xml, csv, tsv"),
        ({"query": [SELECT, SELECT]}, "query", "give it once"),
        ({"query": "#" * 100_001}, "query", "is longer than 100,000 characters"),
    ],
)
@pytest.mark.parametrize("post", [False, True])
def test_bad_parameters_are_named(client: FlaskClient, parameters: Any, field: str, detail: str, post: bool) -> None:
    if post:
        response = client.post("/api/v1/sparql", data=urlencode(parameters, doseq=True), content_type=FORM)
    else:
        response = client.get("/api/v1/sparql?" + urlencode(parameters, doseq=True))
    assert response.status_code == 400
    assert response.json["errors"][0]["field"] == field
    assert response.json["errors"][0]["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("update=CLEAR+ALL", FORM), ("CLEAR ALL", "application/sparql-update"), ("query=DROP+ALL", FORM)],
)
def test_updates_are_refused(client: FlaskClient, body: str, content_type: str) -> None:
    response = client.post("/api/v1/sparql", data=body, content_type=content_type)
    assert response.status_code == 403
    assert response.json["type"].endswith("/query-refused")


def test_what_the_store_refuses_is_passed_on(client: FlaskClient, library: Shelf) -> None:
    def too_slow(_: str, demand: Demand) -> Any:
        raise QueryTimeout(f"The query ran longer than {demand.timeout:g} s; add a LIMIT or narrower patterns.")

    service = client.get("/api/v1/sparql", query_string={"query": "SELECT * { SERVICE <http://x> { ?s ?p ?o } }"})
    assert service.status_code == 403
    assert service.json["detail"].startswith("SERVICE is refused")
    broken = client.get("/api/v1/sparql", query_string={"query": "SELECT * WHERE {"})
    assert (broken.status_code, broken.json["type"].rpartition("/")[2]) == (400, "query-syntax")
    library.graph = Part(real().current().graph, query=too_slow)
    slow = client.get("/api/v1/sparql", query_string={"query": "SELECT * {}"})
    assert (slow.status_code, slow.json["type"].rpartition("/")[2]) == (503, "query-timeout")
    assert "10 s" in slow.json["detail"]


def test_limits_come_from_the_settings(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, int]] = []

    graph = real().current().graph

    def query(sparql: str, demand: Demand) -> Any:
        asked.append((demand.timeout, demand.max_rows))
        return graph.query(sparql, replace(demand, timeout=20))

    library.graph = Part(graph, query=query)
    client = make_client(library, sparql_timeout=2.5, sparql_max_rows=2)
    cut = client.get("/api/v1/sparql", query_string={"query": CONSTRUCT})
    assert (cut.status_code, cut.json["type"].rpartition("/")[2]) == (422, "answer-too-large")
    assert "2 rows" in cut.json["detail"]
    assert "partial=true" in cut.json["detail"]
    taken = {"query": CONSTRUCT, "partial": "true"}
    response = client.get("/api/v1/sparql", query_string=taken, headers={"Accept": "application/n-triples"})
    assert asked == [(2.5, 2)] * 2
    assert response.headers["Commissure-Truncated"] == "true"
    assert len(response.text.strip().split("\n")) == 2


def test_a_store_without_sparql_says_so(client: FlaskClient, library: Shelf) -> None:
    class Silent(MemoryStore):
        query = None  # type: ignore[assignment]

    library.graph = Silent()
    response = client.get("/api/v1/sparql", query_string={"query": SELECT})
    assert response.status_code == 501
    assert response.json["type"].endswith("/not-supported")


def test_sparql_can_be_switched_off(library: Shelf) -> None:
    assert make_client(library, sparql=False).get("/api/v1/sparql", query_string={"query": SELECT}).status_code == 403


def test_other_bodies_are_refused(client: FlaskClient) -> None:
    assert client.post("/api/v1/sparql", data=SELECT, content_type="text/plain").status_code == 415
    both = client.post("/api/v1/sparql?query=ASK{}", data=SELECT, content_type="application/sparql-query")
    assert (both.status_code, both.json["errors"][0]["field"]) == (400, "query")
    latin = client.post("/api/v1/sparql", data=b"SELECT \xe9", content_type="application/sparql-query")
    assert (latin.status_code, latin.json["errors"][0]["detail"]) == (400, "must be UTF-8")


def test_without_a_query_it_describes_itself(client: FlaskClient) -> None:
    import pyoxigraph as ox

    response = client.get("/api/v1/sparql")
    assert response.mimetype == "text/turtle"
    triples = list(ox.parse(response.data, format=ox.RdfFormat.TURTLE))
    service = ox.NamedNode("http://localhost/api/v1/sparql")
    feature = ox.NamedNode("http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph")
    assert any(one.subject == service and one.object == feature for one in triples)


def test_answers_hold_as_long_as_the_generation(client: FlaskClient, library: Shelf) -> None:
    first = client.get("/api/v1/sparql", query_string={"query": SELECT})
    again = client.get("/api/v1/sparql", query_string={"query": SELECT}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    library.show(newer())
    fresh = client.get("/api/v1/sparql", query_string={"query": SELECT}, headers={"If-None-Match": first.headers["ETag"]})
    assert (fresh.status_code, fresh.headers["Commissure-Generation"]) == (200, str(GENERATION + 1))


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("select * {}", "SELECT"),
        ("# SELECT\n  BASE <urn:ask/>\nPREFIX select: <urn:x#>PREFIX : <urn:y> # ASK\r\nCONSTRUCT {} {}", "CONSTRUCT"),
        ("prefix a:<urn:a>describe<urn:x>", "DESCRIBE"),
        ("ASK{}", "ASK"),
        ("SELECTED", None),
        ("INSERT DATA {}", None),
        ("", None),
        ("PREFIX a: ", None),
    ],
)
def test_the_form_of_a_query_is_read_behind_its_prologue(query: str, form: str | None) -> None:
    assert query_form(query) == form


@given(st.text(alphabet=st.sampled_from("BASEPRFIX <>:#\n aselct{}?"), max_size=200))
def test_reading_the_form_always_ends(query: str) -> None:
    assert query_form(query) in (None, "SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def test_the_message_of_a_syntax_error_reaches_the_client_only(
    client: FlaskClient, library: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    def query(*_: Any, **__: Any) -> Any:
        raise QuerySyntaxError("expected a variable near 'Lindqvist'")

    library.graph = Part(real().current().graph, query=query)
    with caplog.at_level("DEBUG"):
        response = client.get("/api/v1/sparql", query_string={"query": "SELECT Lindqvist"})
    assert response.json["detail"] == "expected a variable near 'Lindqvist'"
    assert "Lindqvist" not in caplog.text
