"""The application over a small real generation, and a client that holds every answer of the interface against the OpenAPI document.

Fixtures: `library` is a `Shelf` (tests.webapp.fixtures) over the two patients that `tests.webapp.two_patients` writes as FHIR, ingested
once for all tests and asked for real. To see another state, switch the shelf: `library.show(newer())` or `show(empty())`,
`library.lose_graph()`, `library.fail = error`, `library.answer = lambda search, request: …`, `library.graph = …`,
`library.catalog = Part(real().current().catalog, document=…)`; for other data, `library.show(changed(lambda lab: lab.ingest(…)))`.
`library.requests` holds what was searched for. `client` and `make_client(library, **settings)` ask the application over it.
"""

import re
from functools import lru_cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from tests.webapp.fixtures import Shelf
from tests.webapp.kept import kept_things
from webapp.api.openapi import openapi
from webapp.app import create_app


@lru_cache(maxsize=2)
def document(access: bool = False) -> dict[str, Any]:
    return openapi(access=access)


@lru_cache(maxsize=256)
def validator(pointer: tuple[str, ...], access: bool = False) -> Draft202012Validator:
    schema: Any = document(access)
    for key in pointer:
        schema = schema[key]
    return Draft202012Validator({**schema, "components": document()["components"]})


@lru_cache(maxsize=1)
def addresses() -> list[tuple[re.Pattern[str], str]]:
    """Documented addresses, those without a part to fill in first."""
    paths = sorted(document()["paths"], key=lambda path: ("{" in path, -len(path)))
    return [(re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(path)), re.DOTALL), path) for path in paths]


def check(method: str, path: str, response: TestResponse, access: bool = False) -> None:
    """Fail where an answer is not as the document says."""
    found = next((listed for pattern, listed in addresses() if pattern.fullmatch(path)), None)
    described_by = "get" if method == "HEAD" else method.lower()
    operation = document(access)["paths"].get(found, {}).get(described_by) if found else None
    if found is None or operation is None:
        if method != "OPTIONS" and path.startswith("/api/v1"):
            assert response.status_code in (308, 404, 405, 421), f"{method} {path} is not documented but answers {response.status_code}"
        return
    status = str(response.status_code)
    assert status in operation["responses"], f"{method} {found} answers {status}, which is not documented"
    described = operation["responses"][status]
    if "content" not in described or method == "HEAD":
        assert response.data == b""
        return
    assert response.mimetype in described["content"], f"{method} {found} answers {response.mimetype}"
    if response.is_json:
        pointer = ("paths", found, described_by, "responses", status, "content", response.mimetype, "schema")
        errors = [f"{error.json_path}: {error.message}" for error in validator(pointer, access).iter_errors(response.json)]
        assert errors == [], f"{method} {found} {status}"


class CheckedClient(FlaskClient):
    """Holds every answer against the OpenAPI document."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        request = response.request
        check(request.method, request.path, response)
        return response


class GuardedClient(FlaskClient):
    """Holds every answer against the OpenAPI document of a server with access control."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        check(response.request.method, response.request.path, response, access=True)
        return response


def make_client(library: Shelf, **settings: Any) -> FlaskClient:
    """A checking client of an application with these settings."""
    from webapp.settings import WebSettings

    app = create_app(library, settings=WebSettings(**settings), saved=kept_things())
    app.test_client_class = CheckedClient
    return app.test_client()


@pytest.fixture
def library() -> Shelf:
    return Shelf()


@pytest.fixture
def app(library: Shelf) -> Flask:
    app = create_app(library, saved=kept_things())
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
