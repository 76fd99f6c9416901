"""The W3C's test cases of the SPARQL 1.1 Protocol for queries (data-sparql11/protocol), each by its name, and clients with their defaults.

One request is not the suite's to the letter: query_multiple_dataset has an ampersand there that was encoded by mistake.
"""

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from werkzeug.serving import make_server

from graph.model import QueryResult
from graph.sparql import Demand
from graph.stores.memory import MemoryStore
from graph.stores.oxigraph.store import OxigraphStore
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import Shelf

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
NONE, ONE, TWO, THREE = (DATA.format(number) for number in range(4))
URL = "/api/v1/sparql"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ROWS = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values")
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
BOTH = f"ASK {{ <{ONE}> a ?t . <{TWO}> a ?u }}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OxigraphStore]:
    folder = tmp_path_factory.mktemp("protocol")
    document = "<{0}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document> <{0}> .\n"
    shared = "<urn:a> <urn:p> <urn:b> <{0}> .\n"
    (folder / "data.nq").write_text("".join((document + shared).format(name) for name in (ONE, TWO, THREE)))
    writer = OxigraphStore.open(folder / "store")
    writer.load([folder / "data.nq"])
    writer.close()
    reader = OxigraphStore.open_read_only(folder / "store")
    yield reader
    reader.close()


@pytest.fixture
def asked(store: OxigraphStore, library: Shelf) -> FlaskClient:
    library.graph = store
    return make_client(library, sparql_timeout=60.0)


def form(*fields: tuple[str, str], url: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return {"method": "POST", "data": urlencode(fields), "content_type": FORM, "query_string": urlencode(url)}


def direct(query: str, *fields: tuple[str, str]) -> dict[str, Any]:
    return {"method": "POST", "data": query.encode(), "content_type": QUERY, "query_string": urlencode(fields)}


def get(*fields: tuple[str, str]) -> dict[str, Any]:
    return {"method": "GET", "query_string": urlencode(fields)}


NAMED_BY_TWO = f"GRAPH ?g1 {{ <{ONE}> a ?t }} GRAPH ?g2 {{ <{TWO}> a ?t }}"
NAMED = f"ASK {{ GRAPH ?g {{ <{ONE}> a ?t }} GRAPH ?h {{ <{TWO}> a ?u }} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
FULL = f"ASK {{ <{THREE}> a ?v . GRAPH <{ONE}> {{ ?a a ?b }} GRAPH <{TWO}> {{ ?c a ?d }} FILTER NOT EXISTS {{ GRAPH <{THREE}> {{}} }} }}"
DEFAULTS = (("default-graph-uri", ONE), ("default-graph-uri", TWO))
EMPTY = (("default-graph-uri", NONE),)
NAMES = (("named-graph-uri", ONE), ("named-graph-uri", TWO))

TRUE: dict[str, dict[str, Any]] = {
    "query_get": get(("query", "ASK {}"), *EMPTY),
    "query_post_form": form(("query", "ASK {}"), url=EMPTY),
    "query_post_direct": direct("ASK {}"),
    "query_dataset_default_graph": direct(f"ASK {{ <{ONE}> a ?t }}", ("default-graph-uri", ONE)),
    "query_dataset_default_graphs_get": get(("query", BOTH), *DEFAULTS),
    "query_dataset_default_graphs_post_form": form(("query", BOTH), *DEFAULTS),
    "query_dataset_default_graphs_post": direct(BOTH, *DEFAULTS),
    "query_dataset_named_graphs_get": get(("query", NAMED), *NAMES),
    "query_dataset_named_graphs_post": direct(NAMED, *NAMES),
    "query_dataset_full": direct(f"ASK {{ <{THREE}> a ?t {NAMED_BY_TWO} }}", ("default-graph-uri", THREE), *NAMES),
    "query_dataset_full_post_form": form(("query", FULL), ("default-graph-uri", THREE), *NAMES),
    "query_multiple_dataset": direct(f"ASK FROM <{THREE}> {{ {NAMED_BY_TWO} }}", *NAMES),
    "query_multiple_dataset_default_graphs": direct(
        f"ASK FROM <{THREE}> {{ <{ONE}> a ?t . <{TWO}> a ?u FILTER NOT EXISTS {{ <{THREE}> a ?v }} }}", *DEFAULTS
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_query_of_the_protocol_is_answered(asked: FlaskClient, name: str) -> None:
    response = asked.open(URL, **TRUE[name])
    assert response.status_code == 200
    assert response.mimetype in ROWS
    assert response.json == {"head": {}, "boolean": True}


@pytest.mark.parametrize(
    ("query", "media"),
    [
        ("SELECT (1 AS ?value) {}", ROWS),
        ("ASK {}", ROWS[:2]),
        ("DESCRIBE <http://example.org/>", GRAPHS),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", GRAPHS),
    ],
    ids=["query_content_type_select", "query_content_type_ask", "query_content_type_describe", "query_content_type_construct"],
)
def test_the_content_type_is_one_of_the_forms(asked: FlaskClient, query: str, media: tuple[str, ...]) -> None:
    for how in (direct(query, *EMPTY), form(("query", query))):
        response = asked.open(URL, **how)
        assert (response.status_code, response.mimetype) == (200, media[0])
    for one in media:
        response = asked.open(URL, headers={"Accept": f"{one};charset=utf-8;q=0.9, application/x-unknown"}, **form(("query", query)))
        assert (response.status_code, response.mimetype) == (200, one)


BAD: dict[str, dict[str, Any]] = {
    "bad_query_method": {**get(("query", "ASK {}"), *EMPTY), "method": "PUT", "content_type": FORM},
    "bad_query_method_with_body": {**form(("query", "ASK {}")), "method": "PUT"},
    "bad_multiple_queries": get(("query", "ASK {}"), ("query", "SELECT * {}")),
    "bad_multiple_queries_post_form": form(("query", "ASK {}"), ("query", "SELECT * {}")),
    "bad_query_wrong_media_type": {"method": "POST", "data": "ASK {}", "content_type": "text/plain"},
    "bad_query_missing_form_type": {"method": "POST", "data": urlencode({"query": "ASK {}"})},
    "bad_query_missing_direct_type": {"method": "POST", "data": "ASK {}"},
    "bad_query_non_utf8": {"method": "POST", "data": "ASK {}".encode("utf-16"), "content_type": f"{QUERY}; charset=UTF-16"},
    "bad_query_non_utf8_letters": {"method": "POST", "data": "ASK { ?s ?p 'é' }".encode("latin-1"), "content_type": QUERY},
    "bad_query_syntax": get(("query", "ASK {")),
    "bad_update_as_query": form(("query", "CLEAR ALL")),
    "bad_update_get": get(("update", "CLEAR ALL")),
    "bad_update_post_form": form(("update", "CLEAR ALL")),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_query_of_the_protocol_is_refused(asked: FlaskClient, name: str) -> None:
    response = asked.open(URL, **BAD[name])
    assert 400 <= response.status_code < 500
    assert response.mimetype == "application/problem+json"
    if name.startswith(("bad_multiple_queries", "bad_query_non_utf8", "bad_query_syntax")):
        assert response.status_code == 400


def test_several_graphs_that_say_the_same_say_it_once(asked: FlaskClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) { <urn:a> <urn:p> <urn:b> }"
    for fields in ((), DEFAULTS):
        response = asked.open(URL, headers={"Accept": "text/csv"}, **get(("query", count), *fields))
        assert response.text == "n\r\n1\r\n"


def test_parameters_that_nobody_knows_are_passed_over(asked: FlaskClient) -> None:
    for how in (get, form):
        assert asked.open(URL, **how(("query", "ASK {}"), ("timeout", "5"), ("results", "json"), ("x", "1"), ("x", "2"))).status_code == 200


def test_head_says_what_get_would(asked: FlaskClient) -> None:
    answer = asked.open(URL, **get(("query", "ASK {}")))
    head = asked.head(URL, query_string={"query": "ASK {}"})
    assert (head.status_code, head.data, head.mimetype) == (200, b"", answer.mimetype)
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert asked.head(URL).status_code == 200
    assert asked.head(URL, query_string={"query": "ASK {"}).status_code == 400


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/xml", "application/sparql-results+xml"),
        ("application/sparql-results+json;charset=utf-8", "application/sparql-results+json"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/html, text/xml;q=0.5, */*;q=0.1", "application/sparql-results+xml"),
    ],
)
def test_accept_is_read_with_its_parameters_and_aliases(asked: FlaskClient, accept: str, media: str) -> None:
    assert asked.open(URL, headers={"Accept": accept}, **get(("query", "SELECT * { ?s ?p ?o }"))).mimetype == media


def test_triples_come_by_format_and_by_alias(asked: FlaskClient) -> None:
    query = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
    wanted = rdflib.Graph().parse(data=asked.open(URL, **get(("query", query), ("format", "ntriples"))).text, format="nt")
    assert len(wanted) == 4
    for chosen, name in (
        ("turtle", "turtle"),
        ("xml", "xml"),
        ("rdfxml", "xml"),
        ("rdf+xml", "xml"),
        ("json", "json-ld"),
        ("json-ld", "json-ld"),
    ):
        response = asked.open(URL, **get(("query", query), ("format", chosen)))
        assert set(rdflib.Graph().parse(data=response.text, format=name)) == set(wanted)
    assert asked.open(URL, headers={"Accept": "application/xml"}, **get(("query", query))).mimetype == "application/rdf+xml"


# --- slots ---


class Slow(MemoryStore):
    """Answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def query(self, sparql: str, demand: Demand) -> QueryResult:
        self.begun.release()
        self.go.wait(60)
        return super().query(sparql, demand)


def test_more_queries_than_slots_are_told_to_come_again_at_once(library: Shelf) -> None:
    slow = library.graph = Slow()
    client = make_client(library, sparql_slots=2)
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(client.application.test_client().get(URL, query_string={"query": "ASK {}"}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert slow.begun.acquire(timeout=60)
    for _ in range(5):
        refused = client.get(URL, query_string={"query": "ASK {}"})
        assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (503, "too-many-queries")
        assert int(refused.headers["Retry-After"]) > 0
    slow.go.set()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200]
    assert client.get(URL, query_string={"query": "ASK {}"}).status_code == 200


# --- other origins ---


def test_other_origins_read_nothing_unless_a_setting_names_them(library: Shelf) -> None:
    origin = {"Origin": "https://app.example.org"}
    silent = make_client(library).get(URL, query_string={"query": "ASK {}"}, headers=origin)
    assert not [name for name, _ in silent.headers if name.startswith("Access-Control")]
    client = make_client(library, sparql_origins=("https://app.example.org",))
    named = client.get(URL, query_string={"query": "ASK {}"}, headers=origin)
    assert named.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert "Origin" in named.headers["Vary"]
    assert named.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    preflight = client.options(URL, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert client.get(URL, query_string={"query": "ASK {"}, headers=origin).headers["Access-Control-Allow-Origin"] == origin["Origin"]
    for other in ("https://evil.example.org", "https://app.example.org.evil.org", "null"):
        assert "Access-Control-Allow-Origin" not in client.get(URL, query_string={"query": "ASK {}"}, headers={"Origin": other}).headers
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/datasets", headers=origin).headers
    every = make_client(library, sparql_origins=("*",)).get(URL, query_string={"query": "ASK {}"}, headers=origin)
    assert every.headers["Access-Control-Allow-Origin"] == "*"


# --- clients ---


@pytest.fixture
def served(asked: FlaskClient) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, asked.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{URL}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_the_endpoint_with_its_defaults(served: str, method: str) -> None:
    client = SPARQLStore(served, method=method)
    graph = rdflib.Graph(client)
    assert len(list(graph.query("SELECT ?s { ?s a ?t }"))) == 3
    assert graph.query("ASK { ?s a ?t }").askAnswer is True
    assert len(list(graph.triples((rdflib.URIRef("urn:a"), None, None)))) == 1
    constructed = graph.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert len(list(constructed)) == 4
    named = rdflib.Graph(SPARQLStore(served, method=method), identifier=rdflib.URIRef(ONE))
    assert len(list(named.query("SELECT * { ?s ?p ?o }"))) == 2


def test_sparqlwrapper_reads_the_endpoint_with_its_defaults(served: str) -> None:
    import SPARQLWrapper as wrapper

    client = wrapper.SPARQLWrapper(served)
    client.setQuery("SELECT ?s { ?s a ?t }")
    assert len(client.query().convert().getElementsByTagName("result")) == 3  # XML is its default
    for form_, convert in (
        (wrapper.JSON, lambda answer: len(answer["results"]["bindings"])),
        (wrapper.CSV, lambda answer: answer.count(b"\n") - 1),
        (wrapper.TSV, lambda answer: answer.count(b"\n") - 1),
    ):
        for method in (wrapper.GET, wrapper.POST):
            client.setReturnFormat(form_)
            client.setMethod(method)
            assert convert(client.query().convert()) == 3
    client.setQuery("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    for form_ in (wrapper.XML, wrapper.RDFXML, wrapper.TURTLE, wrapper.N3, wrapper.JSONLD):
        client.setReturnFormat(form_)
        answer = client.query().convert()
        graph = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(data=answer, format="turtle")
        assert len(graph) == 4
    client.addDefaultGraph(ONE)
    client.setReturnFormat(wrapper.JSON)
    client.setQuery("SELECT * { ?s ?p ?o }")
    assert len(client.query().convert()["results"]["bindings"]) == 2
