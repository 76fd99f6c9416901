"""What answers weigh: compressed where the client takes it, files named by their content kept for good, and where the time went."""

import gzip
import re
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from tests.webapp.fixtures import Shelf
from webapp import weight
from webapp.app import create_app

GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
SEARCH = "/api/v1/search?q=cisplatin"
TEXT = [SEARCH, "/search?q=cisplatin", "/api/v1/openapi.json", "/static/commissure.css", "/search.csv?q=cisplatin", "/nothing"]


@pytest.fixture
def client() -> FlaskClient:
    """A client that takes bodies as they come."""
    return create_app(Shelf()).test_client()


@pytest.mark.parametrize("address", TEXT)
def test_text_is_compressed_for_clients_that_take_it(client: FlaskClient, address: str) -> None:
    plain, packed = client.get(address), client.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["Content-Encoding"] == "gzip"
    unpacked = gzip.decompress(packed.data)
    assert len(unpacked) > len(packed.data)
    if "Content-Length" in packed.headers:
        assert int(packed.headers["Content-Length"]) == len(packed.data)
    if address.startswith(("/static", "/api/v1/openapi")):
        assert unpacked == plain.data


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br", "*;q=0", ""])
def test_clients_that_do_not_take_gzip_get_none(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get(SEARCH, headers={"Accept-Encoding": accepted}).headers


def test_small_answers_stay_as_they_are(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers


@pytest.mark.parametrize("address", [SEARCH, "/static/commissure.css", "/api/v1/openapi.json"])
def test_a_compressed_answer_is_confirmed_by_its_tag(client: FlaskClient, address: str) -> None:
    packed = client.get(address, headers=GZIP)
    assert packed.headers["ETag"].startswith('W/"'), "the same content in other bytes"
    again = client.get(address, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers
    assert "Accept-Encoding" in again.headers["Vary"]


def test_head_says_what_get_would(client: FlaskClient) -> None:
    head, got = (ask("/static/commissure.css", headers=GZIP) for ask in (client.head, client.get))
    assert head.data == b""
    assert head.headers["Content-Encoding"] == got.headers["Content-Encoding"]
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_part_of_a_file_is_not_compressed(client: FlaskClient) -> None:
    part = client.get("/static/commissure.css", headers={**GZIP, "Range": "bytes=0-1999"})
    assert (part.status_code, len(part.data)) == (206, 2000)
    assert "Content-Encoding" not in part.headers


def test_event_streams_and_pictures_are_left_alone_and_streams_are_closed() -> None:
    closed = []

    def lines() -> Iterator[bytes]:
        try:
            for number in range(5000):
                yield b"row %d\n" % number
        finally:
            closed.append(True)

    app = Flask("weight")
    weight.register(app)
    app.get("/")(lambda: Response(lines(), mimetype=request.args["type"]))
    client = app.test_client()
    for kind in ("text/event-stream", "image/png", "application/zip"):
        assert "Content-Encoding" not in client.get(f"/?type={kind}", headers=GZIP).headers
    closed.clear()
    packed = client.get("/?type=text/csv", headers=GZIP)
    assert gzip.decompress(packed.data) == b"".join(b"row %d\n" % number for number in range(5000))
    closed.clear()
    left = client.get("/?type=text/csv", headers=GZIP, buffered=False)
    next(iter(left.response))
    left.close()
    assert closed


def test_files_addressed_by_their_content_are_kept_for_good(client: FlaskClient) -> None:
    html = client.get("/search?q=cisplatin").text
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+\?v=[^"]+)"', html)
    assert any("commissure.css" in address for address in addresses)
    for address in addresses:
        assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get(address, headers=GZIP).headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "address", ["/static/commissure.css", "/static/commissure.css?v=older", "/static/commissure.css?v=", "/static/gone.css?v="]
)
def test_files_of_any_other_address_are_asked_for_again(client: FlaskClient, address: str) -> None:
    assert "immutable" not in client.get(address).headers.get("Cache-Control", "")


def test_the_address_of_a_file_follows_its_content_not_its_date(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(weight, "STATIC", tmp_path)
    file = tmp_path / "a.css"
    file.write_text("a{}")
    first = weight.version_of("a.css")
    file.touch()
    assert weight.version_of("a.css") == first
    file.write_text("a{color:red}")
    assert weight.version_of("a.css") != first
    assert weight.version_of("b.css") == ""


@pytest.mark.parametrize("address", ["/search?q=cisplatin", SEARCH])
def test_searches_say_where_the_time_went(client: FlaskClient, address: str) -> None:
    steps = dict(step.split(";dur=") for step in client.get(address).headers["Server-Timing"].split(", "))
    assert {"encode", "rank", "facets", "join", "render", "total"} <= steps.keys()
    assert all(float(duration) >= 0 for duration in steps.values())


def test_what_does_not_search_says_nothing_of_time(client: FlaskClient) -> None:
    assert "Server-Timing" not in client.get("/patients").headers
