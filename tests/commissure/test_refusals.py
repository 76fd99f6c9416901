"""What waitress refuses before the application sees it is a problem too, as the OpenAPI document says of every address."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from commissure.server import listen
from commissure.settings import load
from tests.webapp.fixtures import Shelf
from webapp.api.openapi import openapi
from webapp.app import create_app

HEAD = b"Host: localhost\r\nConnection: close\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = listen(create_app(Shelf()), load({"port": 0, "max_body": 1000}, environment={}))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()


def ask(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer; the server may hang up while the request is still being sent."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        try:
            connection.sendall(request)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    return int(status.split()[1]), {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}, body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /api/v1/search?q=" + b"a" * 262_144 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 262_144 + b"\r\n" + HEAD + b"\r\n", 431),
        (b"POST /api/v1/search HTTP/1.1\r\nContent-Length: 1001\r\n" + JSON + HEAD + b"\r\n", 413),
        (b"GET /api/v1/search HTTP/1.1\r\nContent-Length: 2000000000\r\n" + HEAD + b"\r\n", 413),
        (b"GET /api/v1/search HTTP/1.1\r\nno header\r\n" + HEAD + b"\r\n", 400),
    ],
    ids=["long address", "long header", "large body", "large body of a GET", "no HTTP"],
)
def test_a_request_that_no_application_sees_is_refused_with_a_problem(port: int, request_: bytes, status: int) -> None:
    answered, headers, body = ask(port, request_)
    problem = json.loads(body)
    assert (answered, problem["status"], headers["content-type"]) == (status, status, "application/problem+json")
    assert problem["detail"].endswith(".")
    assert problem["instance"].startswith("urn:uuid:")
    for methods in openapi()["paths"].values():
        for operation in methods.values():
            assert str(status) in operation["responses"], operation["operationId"]


def test_a_body_of_the_limit_is_taken(port: int) -> None:
    question = b'{"q":"' + b"a" * 992 + b'"}'
    assert len(question) == 1000
    status, _, _ = ask(port, b"POST /api/v1/search HTTP/1.1\r\nContent-Length: 1000\r\n" + JSON + HEAD + b"\r\n" + question)
    assert status == 200
