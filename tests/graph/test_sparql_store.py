"""The SPARQL back end: the contract on real Fusekis, errors and credentials with a small server that answers what it is told to."""

import base64
import gzip
import http.server
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from graph.errors import (
    InvalidPart,
    QueryRefused,
    QueryTimeout,
    StoreRefused,
    StoreTimeout,
    StoreUnavailable,
    UnsupportedCapability,
)
from graph.model import Literal, Step
from graph.sparql import Demand
from graph.stores.sparql.parts import QuadStream
from graph.stores.sparql.rows import read_rows
from graph.stores.sparql.store import SparqlStore
from graph.vocabulary import LABEL, XSD
from tests.contracts.graph_store import ASPIRIN, BASE, CHART, PATIENT, NewStore, Rig, ServerContract, quad, record
from tests.contracts.sparql import SparqlContract
from tests.servers import processes
from tests.servers.fixtures import started

pytestmark = pytest.mark.servers


def emptied(address: str) -> SparqlStore:
    store = SparqlStore(address)
    store.clear()
    return store


class TestFuseki(SparqlContract, ServerContract):
    @pytest.fixture
    def new_store(self, fuseki: str) -> NewStore:
        return lambda: emptied(fuseki)


@pytest.fixture(scope="module")
def fuseki_without_union() -> Iterator[str]:
    """A Fuseki whose default graph is apart from the named ones."""

    def start() -> processes.Server:
        jar = next(processes.libraries("fuseki-5.6.0").glob("jena-fuseki-server-*.jar"))
        command = lambda _, port: ["-jar", str(jar), "--localhost", "--port", str(port), "--update", "--mem", "/ds"]  # noqa: E731
        return processes._started("fuseki-5.6.0", command, "http://127.0.0.1:{}/ds", "/$/ping")

    server = started(start)
    yield server.address
    server.close()


def test_the_default_graph_does_not_matter(fuseki_without_union: str, tmp_path: Path) -> None:
    rig = Rig(lambda: emptied(fuseki_without_union), tmp_path)
    rig.load(CHART)
    rig.same()
    hops = [[Step("out", 2), Step("in", 2)]] * 2
    assert rig.store.neighbourhood([PATIENT], hops) == rig.reference.neighbourhood([PATIENT], hops)
    rig.replace(record(PATIENT, "Patient", label="Anna"))
    assert rig.remove(f"{BASE}Condition/1") == 1
    rig.same()
    store = SparqlStore(fuseki_without_union)
    count = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
    assert store.query(count, Demand("text/csv", 5, 9)).body == b"n\r\n10\r\n"
    with pytest.raises(UnsupportedCapability, match="union"):
        store.query("SELECT * { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }", Demand("*/*", 5, 9))
    assert {name: ok for name, ok, _ in store.inspect()}["default graph"] is False
    store.close()


def part_of(folder: Path, text: str) -> Path:
    path = folder / f"{time.monotonic_ns()}.nq"
    path.write_text(text, encoding="utf-8")
    return path


DOTTED = f"{BASE}Patient/.."


def test_iris_that_a_query_parser_would_resolve(fuseki: str, tmp_path: Path) -> None:
    """Jena reads <…/Patient/..> in a query as another IRI, and as it is in N-Quads."""
    rig = Rig(lambda: emptied(fuseki), tmp_path)
    rig.load(record(DOTTED, "Patient", ("kg:next", PATIENT), label="dots"), record(PATIENT, "Patient", ("kg:next", DOTTED), label="none"))
    rig.same()
    hops = [[Step("out", 2), Step("in", 2)]] * 2
    assert rig.store.neighbourhood([DOTTED], hops) == rig.reference.neighbourhood([DOTTED], hops)
    rig.replace(record(DOTTED, "Patient", label="replaced"), record(PATIENT, "Patient", ("kg:next", DOTTED)))
    rig.same()
    assert rig.remove(DOTTED) == 1
    rig.same()
    rig.close()


def test_a_server_that_takes_no_quads(fuseki: str, tmp_path: Path) -> None:
    def new_store() -> SparqlStore:
        emptied(fuseki).close()
        return SparqlStore(f"{fuseki}?data=")

    rig = Rig(new_store, tmp_path)
    rig.load(CHART, quad(PATIENT, LABEL, Literal('"} } ; DROP ALL # \\u0022 \\'), PATIENT))
    rig.same()
    rig.close()


def test_queries_of_people(fuseki: str, tmp_path: Path) -> None:
    store = emptied(fuseki)
    store.load([part_of(tmp_path, CHART)])
    rows = store.query("SELECT ?s { ?s a ?t } ORDER BY ?s", Demand("application/json", 5, 3))
    assert json.loads(rows.body)["results"]["bindings"][0]["s"]["value"] == ASPIRIN
    assert (rows.truncated, rows.media_type) == (True, "application/sparql-results+json")
    assert store.query("ASK { ?s ?p ?o }", Demand("text/csv", 5, 3)).body.strip() == b"true"
    few = store.query(f"SELECT ?l {{ <{PATIENT}> <{LABEL}> ?l }}", Demand("text/csv", 5, 3))
    assert (few.body, few.truncated) == (b"l\r\nAnn Example\r\n", False)
    triples = store.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", Demand("application/n-triples", 5, 4))
    assert (triples.body.count(b"\n"), triples.truncated) == (4, True)
    for refused in ("DROP ALL", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"):
        with pytest.raises(QueryRefused):
            store.query(refused, Demand("*/*", 5, 3))
    with pytest.raises(QueryTimeout):
        store.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", Demand("*/*", 0.5, 3))
    assert store.statistics().quads == CHART.count("\n")
    store.close()


def test_says_how_it_is_set_up(fuseki: str, tmp_path: Path) -> None:
    store = emptied(fuseki)
    store.load([part_of(tmp_path, CHART)])
    found = {name: ok for name, ok, _ in store.inspect()}
    assert found == {"server": True, "right to update": True, "N-Quads by POST": True, "default graph": True}
    store.close()


def test_lines_are_streamed_as_they_are_or_made_canonical(tmp_path: Path) -> None:
    stream = QuadStream([part_of(tmp_path, CHART)])
    assert b"".join(stream()) == CHART.encode()
    assert stream.quads == CHART.count("\n")
    odd = f'<x:s>  <x:p> "007"^^<{XSD}int> <x:g> . # a comment\n'
    stream = QuadStream([part_of(tmp_path, odd)])
    assert b"".join(stream()) == f'<x:s> <x:p> "7"^^<{XSD}integer> <x:g> .\n'.encode()
    assert stream.quads == 1
    cut = tmp_path / "cut.nq.gz"
    cut.write_bytes(gzip.compress(CHART.encode())[:-9])
    with pytest.raises(InvalidPart, match=r"cut\.nq\.gz"):
        list(QuadStream([cut])())


# --- a small server that answers what it is told to ---


@dataclass
class Answering:
    """Replies in turn (the last one again and again), and what was asked."""

    replies: list[tuple[int, bytes]]
    asked: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    delay: float = 0
    short_by: int = 0
    address: str = ""


@contextmanager
def answering(
    *replies: tuple[int, bytes], delay: float = 0, short_by: int = 0, idle: float | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Answering]:
    told = Answering(list(replies), delay=delay, short_by=short_by)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = idle

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.asked.append((self.path, dict(self.headers), body))
            status, text = told.replies.pop(0) if len(told.replies) > 1 else told.replies[0]
            time.sleep(told.delay)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text) + told.short_by))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(text)
            if told.short_by:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    told.address = f"sparql+http{'s' if tls else ''}://127.0.0.1:{server.server_port}/ds"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


NONE = (200, b'{"head":{"vars":[]},"results":{"bindings":[]}}')


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, StoreRefused),
        (403, StoreRefused),
        (413, StoreRefused),
        (404, StoreUnavailable),
        (500, StoreUnavailable),
        (302, StoreUnavailable),
    ],
)
def test_refusals_are_told_without_what_the_server_says(status: int, error: type[Exception]) -> None:
    with answering((status, b"Ann Example has asthma")) as server:
        with pytest.raises(error, match=f"HTTP {status}") as raised:
            SparqlStore(server.address, user="ann", password="secret-word").node(PATIENT)
        assert "Ann" not in str(raised.value)
        assert "secret-word" not in str(raised.value)
        assert len(server.asked) == 1


def test_a_busy_server_is_asked_again() -> None:
    with answering((503, b"later"), NONE) as server:
        assert SparqlStore(server.address).node(PATIENT) is None
        assert len(server.asked) == 2
    with answering((503, b"later")) as server:
        with pytest.raises(StoreUnavailable, match="cannot answer now"):
            SparqlStore(server.address).node(PATIENT)
        assert len(server.asked) == 2
    with answering((503, b"Query timed out")) as server, pytest.raises(StoreTimeout):
        SparqlStore(server.address).node(PATIENT)


def test_half_an_answer_is_no_answer() -> None:
    with answering(NONE, short_by=10) as server:
        with pytest.raises(StoreUnavailable, match="half an answer"):
            SparqlStore(server.address).node(PATIENT)
        assert len(server.asked) == 2
    with answering((200, NONE[1][:-9])) as server, pytest.raises(StoreUnavailable, match="half an answer"):
        SparqlStore(server.address).node(PATIENT)
    with answering((200, b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"ty')) as server:
        store = SparqlStore(server.address)
        with pytest.raises(StoreUnavailable, match="half an answer"):
            store.query("SELECT ?s FROM <x:g> { ?s ?p ?o }", Demand("*/*", 5, 9))


def test_rows_are_read_as_their_terms() -> None:
    terms = b'<x:\\u00e9>\t"a\\t\\"b\\\\\\U0001F600"\t"ja"@de-AT\t"1"^^<x:t>\t-7\t1.50\t1E0\ttrue\t\n'
    (row,) = read_rows(b"?i\t?s\t?l\t?d\t?n\t?c\t?f\t?b\t?u\n" + terms)
    assert row == {
        "i": {"type": "uri", "value": "x:\u00e9"},
        "s": {"type": "literal", "value": 'a\t"b\\\U0001f600'},
        "l": {"type": "literal", "value": "ja", "xml:lang": "de-AT"},
        "d": {"type": "literal", "value": "1", "datatype": "x:t"},
        "n": {"type": "literal", "value": "-7", "datatype": XSD + "integer"},
        "c": {"type": "literal", "value": "1.50", "datatype": XSD + "decimal"},
        "f": {"type": "literal", "value": "1E0", "datatype": XSD + "double"},
        "b": {"type": "literal", "value": "true", "datatype": XSD + "boolean"},
    }
    assert read_rows(b"?a\t?b\n") == []


@pytest.mark.parametrize(
    "body", [b"?a", b"?a\n<x:a", b"?a\n<x:a>", b"?a\t?b\n<x:a>\n", b'?a\n"x\n', b"?a\n<x:a>\n\n## cancelled\n", b"a\n1\n"]
)
def test_half_a_table_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError):
        read_rows(body)


def test_a_table_that_cannot_be_read_is_asked_for_as_json() -> None:
    with answering((200, b"?p\t?v\t?g\n<x:p"), NONE) as server:
        assert SparqlStore(server.address).node(PATIENT) is None
        assert len(server.asked) == 2


def test_a_slow_server() -> None:
    with answering(NONE, delay=2) as server, pytest.raises(StoreTimeout, match=r"0\.2 seconds"):
        SparqlStore(server.address, timeout=0.2).node(PATIENT)


def test_a_server_that_has_gone_is_told() -> None:
    with answering(NONE) as server:
        address = server.address
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        SparqlStore(address).node(PATIENT)


def test_a_connection_that_the_server_closed_meanwhile_is_no_error() -> None:
    with answering(NONE, idle=0.1) as server:
        store = SparqlStore(server.address)
        assert store.node(PATIENT) is None
        time.sleep(0.4)
        assert store.node(PATIENT) is None
        assert len(server.asked) == 2


def test_credentials_are_sent_and_signatures_asked_for_at_every_attempt() -> None:
    with answering(NONE) as server:
        SparqlStore(server.address, user="ann", password="pä").node(PATIENT)
        SparqlStore(server.address, token="abc").node(PATIENT)
        sent = [headers["Authorization"] for _, headers, _ in server.asked]
        assert sent == ["Basic " + base64.b64encode("ann:pä".encode()).decode(), "Bearer abc"]
    signed: list[tuple[str, str, bytes]] = []

    def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        signed.append((method, url, body))
        return {**headers, "X-Signature": str(len(signed))}

    with answering((503, b""), NONE) as server:
        SparqlStore(server.address, authenticate=sign, form=True).node(PATIENT)
        assert [headers["X-Signature"] for _, headers, _ in server.asked] == ["1", "2"]
        assert [(url.rpartition("/")[2], body[:6]) for _, url, body in signed] == [("query", b"query=")] * 2
        assert signed[0][2] == server.asked[0][2]


def test_a_load_is_sent_again_and_signed_as_a_whole(tmp_path: Path) -> None:
    part = part_of(tmp_path, CHART)
    with answering((200, b""), (502, b""), (200, b"")) as server:
        assert SparqlStore(server.address, authenticate=lambda _m, _u, headers, _b: headers).load([part]) == CHART.count("\n")
        assert [body for _, _, body in server.asked] == [b"", CHART.encode(), CHART.encode()]


def test_text_stays_inside_its_term() -> None:
    evil = 'x" } } ; DROP ALL # \\u0022 \n'
    with answering((200, b'{"head":{"vars":["c"]},"results":{"bindings":[{"c":{"type":"literal","value":"0"}}]}}'), NONE) as server:
        store = SparqlStore(server.address)
        assert store.node(f"{BASE}> }} DROP ALL {{ <x:") is None
        assert not server.asked
        store.neighbours(PATIENT, kind=evil, relation="x:> } DROP ALL")
        assert server.asked
        for _, _, body in server.asked:
            assert b'"x\\" } } ; DROP ALL # \\\\u0022 \\n"' in body
            assert body.count(b"DROP ALL") == 2


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
    try:
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run([*command, *names], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with answering(NONE, tls=context) as server:
        with pytest.raises(StoreUnavailable, match="certificate"):
            SparqlStore(server.address).node(PATIENT)
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert SparqlStore(server.address, tls=trusting).node(PATIENT) is None


def test_addresses() -> None:
    with answering(NONE) as server:
        SparqlStore(f"{server.address}/?query=/repositories/kg&update=statements").node(PATIENT)
        assert server.asked[0][0] == "/repositories/kg"
    for wrong in ("?query=http://elsewhere.example.org/q", "?graph=x"):
        with pytest.raises(ValueError, match="SPARQL server"):
            SparqlStore(server.address + wrong)
