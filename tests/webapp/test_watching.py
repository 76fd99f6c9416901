"""What those who watch the server see, and how often it may be asked: none of it holds what was asked."""

import json
import logging
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from access.roles import Role
from commissure import watching
from commissure.assemble import rate_limits_of
from commissure.errors import BadSetting
from commissure.watching import tracer_of
from tests.webapp.authorized import control, token
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import DATASET, ROSA
from webapp.app import create_app
from webapp.limiting import limits_of
from webapp.settings import WebSettings

SECRETS = ("cisplatin", "Rosa", ROSA, "patients/http")


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def traced(library, spans):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return create_app(library, tracer=provider.get_tracer("test")).test_client()


def test_a_request_is_a_span_that_says_how_it_went_and_not_what_it_was_about(traced, spans):
    answer = traced.get("/api/v1/search?q=cisplatin", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    traced.get(f"/api/v1/patients/{ROSA}?q=Rosa")
    traced.get("/nothing/Rosa")
    search, patient, nothing = spans.get_finished_spans()
    assert search.name == "GET /api/v1/search" and search.attributes["http.response.status_code"] == 200
    assert search.attributes["commissure.request.id"] == answer.headers["Request-Id"]
    assert search.attributes["commissure.search.rank.seconds"] > 0 and search.attributes["commissure.search.total"] == answer.json["total"]
    assert f"{search.context.trace_id:032x}" == "ab" * 16 and f"{search.parent.span_id:016x}" == "cd" * 8
    assert patient.attributes["http.response.status_code"] < 500 and "<" in patient.name
    assert nothing.name == "GET (none)"
    said = "".join(span.to_json() for span in spans.get_finished_spans())
    assert not [secret for secret in SECRETS if secret in said]


def test_what_fails_is_marked_so(traced, spans, library, monkeypatch):
    def broken():
        raise RuntimeError("Rosa's cisplatin")

    monkeypatch.setattr(library, "current", broken)
    assert traced.get("/api/v1/search?q=x").status_code == 500
    (span,) = spans.get_finished_spans()
    assert not span.status.is_ok and "Rosa" not in span.to_json()


def test_nothing_is_traced_unless_it_is_set(library):
    assert tracer_of("") is None
    assert make_client(library).get("/healthz").status_code == 200


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector", "file:///x"])
def test_a_collector_has_an_address(address):
    with pytest.raises(BadSetting, match="traces"):
        tracer_of(address)


def test_traces_need_their_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(BadSetting, match=r"commissure\[traces\]"):
        tracer_of("http://127.0.0.1:4318")


def test_spans_reach_a_collector(library):
    taken = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((self.path, self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        tracer = tracer_of(f"http://127.0.0.1:{collector.server_port}/")
        assert create_app(library, tracer=tracer).test_client().get("/healthz").status_code == 200
        tracer.span_processor.force_flush()
        collector.shutdown()
    ((path, kind, body),) = taken
    assert path == "/v1/traces" and kind == "application/x-protobuf" and b"GET /healthz" in body and b"commissure" in body


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_is_lines_or_objects(form):
    program = (
        "import logging\n"
        "from commissure.watching import log_as\n"
        f"log_as({form!r})\n"
        "logging.getLogger('commissure.web.requests').info('%(route)s took', {'route': '/x'}, extra={'route': '/x', 'status': 200})\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr
    if form == "text":
        assert "INFO commissure.web.requests /x took" in said
    else:
        line = json.loads(said)
        assert line | {"time": ""} == {
            "time": "",
            "level": "INFO",
            "logger": "commissure.web.requests",
            "message": "/x took",
            "route": "/x",
            "status": 200,
        }


def test_another_form_of_log_is_refused():
    with pytest.raises(BadSetting, match="log_format"):
        watching.log_as("xml")


def test_a_request_is_logged_field_by_field(client, caplog):
    caplog.set_level(logging.INFO, "commissure.web.requests")
    answer = client.get("/api/v1/search?q=cisplatin")
    (record,) = (each for each in caplog.records if each.name == "commissure.web.requests")
    assert (record.method, record.route, record.status) == ("GET", "/api/v1/search", 200)
    assert record.request == answer.headers["Request-Id"] and "cisplatin" not in str(record.__dict__)


def limited(library, words, access=None):
    return create_app(library, settings=WebSettings(rate_limits=limits_of(words)), access=access).test_client()


def test_who_asks_too_often_is_told_when_to_come_again(library):
    client = limited(library, "3/minute")
    assert [client.get("/api/v1/datasets").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/api/v1/datasets")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.content_type == "application/problem+json" and "3 per 1 minute" in refused.json["detail"]
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 429
    # What is no question of anybody's is answered all the same.
    assert {client.get(path).status_code for path in ("/healthz", "/metrics", "/static/api.js", "/favicon.ico")} == {200}
    other = client.get("/api/v1/datasets", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert other.status_code == 200


def test_accounts_are_counted_one_by_one_wherever_they_ask_from(library):
    client = limited(library, "2/minute", control())
    one, other = token(Role.READER), token(Role.READER, frozenset({DATASET}))

    def asked(secret, address):
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get("/api/v1/datasets", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    assert [asked(one, f"10.0.0.{count}") for count in range(3)] == [200, 200, 429]
    assert asked(other, "10.0.0.0") == 200


def test_every_limit_holds(library):
    client = limited(library, "100/minute; 2/day")
    assert [client.get("/api/v1/datasets").status_code for _ in range(3)] == [200, 200, 429]


def test_without_a_limit_nothing_is_counted(client):
    assert {client.get("/api/v1/datasets").status_code for _ in range(50)} == {200}


@pytest.mark.parametrize("words", ["often", "3", "minute", "-1/minute", "3/fortnight"])
def test_what_is_no_limit_is_refused(words):
    with pytest.raises(BadSetting, match=r"rate_limit.*300/minute"):
        rate_limits_of(words)
