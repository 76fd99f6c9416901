"""One shape of errors, one table from error to status; nothing inside gets out."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import graph.errors
import search.errors
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import Shelf
from webapp.errors import TABLE, problem_of

SECRET = "Rosa Lindqvist has ovarian cancer"


def all_errors(module: Any, base: type[Exception]) -> list[type[Exception]]:
    return [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, base)]


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (search.errors.InvalidRequest("q", "is too long"), 400, "invalid-request"),
        (search.errors.NothingPublished("x"), 503, "nothing-published"),
        (search.errors.ModelUnavailable("x"), 503, "model-unavailable"),
        (search.errors.GenerationUnreadable("x"), 503, "generation-unreadable"),
        (search.errors.SearchError("x"), 500, "search-failed"),
        (graph.errors.InvalidDatasetName("x"), 400, "invalid-request"),
        (graph.errors.InvalidCursor("x"), 400, "invalid-request"),
        (graph.errors.StoreUnavailable("x"), 503, "graph-unavailable"),
        (graph.errors.QueryRefused("x"), 403, "query-refused"),
        (graph.errors.QuerySyntaxError("x"), 400, "query-syntax"),
        (graph.errors.QueryTimeout("x"), 503, "query-timeout"),
        (graph.errors.UnsupportedCapability("x"), 501, "not-supported"),
        (graph.errors.GraphError("x"), 500, "graph-failed"),
        (RuntimeError("x"), 500, "internal"),
        (KeyError("x"), 500, "internal"),
    ],
)
def test_every_error_has_its_status(client: FlaskClient, library: Shelf, error: Exception, status: int, slug: str) -> None:
    library.fail = error
    if status in (403, 501):  # The search never refuses so; the table still says how it would be shown.
        assert (problem_of(error).status, problem_of(error).type) == (status, slug)
        return
    response = client.get("/api/v1/search")
    assert response.status_code == response.json["status"] == status
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == f"https://w3id.org/commissure/problem/{slug}"
    assert uuid.UUID(response.json["instance"].removeprefix("urn:uuid:"))
    assert response.headers["Cache-Control"] == "no-store"


def test_the_table_covers_every_error_that_reaches_the_web() -> None:
    missing = {
        one.__name__
        for one in all_errors(search.errors, search.errors.SearchError) + all_errors(graph.errors, graph.errors.GraphError)
        if one not in TABLE
    }
    # Of ingest, of evaluation and of lists that are set; should the web ever meet them, it shows them as their base class.
    assert missing == {"InvalidPart", "CollectionUnreadable", "GenerationOutdated", "WordListUnreadable"}


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), search.errors.SearchError(SECRET), search.errors.GenerationUnreadable(SECRET), KeyError(SECRET)]
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_failed_inside_stays_inside(library: Shelf, caplog: pytest.LogCaptureFixture, error: Exception, accept: str) -> None:
    library.fail = error
    client = make_client(library)
    with caplog.at_level("DEBUG"):
        response = client.get("/api/v1/search?q=" + SECRET, headers={"Accept": accept})
    assert response.status_code >= 500
    for word in ("Rosa", "ovarian", "Traceback", "fixtures.py"):
        assert word not in response.text
    assert "Rosa" not in caplog.text
    assert "ovarian" not in caplog.text
    assert response.json["instance"] in caplog.text


def test_the_log_says_where_it_failed(client: FlaskClient, library: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    library.fail = RuntimeError(SECRET)
    with caplog.at_level("DEBUG"):
        client.get("/api/v1/search")
    entry = next(record.getMessage() for record in caplog.records if record.levelname == "ERROR")
    assert "RuntimeError" in entry
    assert "fixtures.py" in entry
    assert " in search" in entry


def test_unknown_addresses_and_methods(client: FlaskClient) -> None:
    missing = client.get("/api/v1/nothing")
    assert (missing.status_code, missing.json["type"].rpartition("/")[2]) == (404, "not-found")
    wrong = client.delete("/api/v1/search")
    assert (wrong.status_code, wrong.json["status"]) == (405, 405)
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_bodies_beyond_the_limit_are_refused(library: Shelf) -> None:
    client = make_client(library, max_body=1000)
    for path, kind in (("search", "application/json"), ("neighbourhood", "application/json"), ("sparql", "application/sparql-query")):
        response = client.post(f"/api/v1/{path}", data=b"x" * 1001, content_type=kind)
        assert (response.status_code, response.json["status"]) == (413, 413)
    form = client.post("/api/v1/sparql", data={"query": "x" * 1001})
    assert form.status_code == 413


def test_browsers_get_pages_and_programs_get_problems(client: FlaskClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/nothing", headers={"Accept": browser}).mimetype in ("text/html", "text/plain")
    assert client.get("/nothing", headers={"Accept": "application/json"}).mimetype == "application/problem+json"
    assert client.get("/api/v1/nothing", headers={"Accept": browser}).mimetype == "application/problem+json"


def test_a_failing_error_page_becomes_plain_text(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fail(problem: Any) -> Any:
        raise RuntimeError(SECRET)

    app.extensions["commissure_error_page"] = fail
    response = app.test_client().get("/nothing", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (404, "text/plain")
    assert response.text.startswith("404 Not Found\n")
    assert "urn:uuid:" in response.text
    assert "Rosa" not in response.text + caplog.text


def test_dates_are_named_as_addresses_name_them(client: FlaskClient, library: Shelf) -> None:
    library.fail = search.errors.InvalidRequest("date_to", "lies before date_from")
    response = client.get("/api/v1/search?from=2020&to=2019")
    assert response.json["errors"] == [{"field": "to", "detail": "lies before from"}]
