"""The OpenAPI document and its page."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from werkzeug.serving import make_server

from access.roles import Role
from search.model import Mode
from tests.webapp.authorized import guarded, somebody
from tests.webapp.conftest import GuardedClient, make_client
from tests.webapp.fixtures import ROSA, Shelf, empty
from tests.webapp.streets import streets
from webapp.api.docs import docs_page
from webapp.api.openapi import openapi
from webapp.api.registry import operations
from webapp.app import create_app
from webapp.context import Context, context
from webapp.settings import WebSettings

DOCUMENT = openapi()


def described() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()]


def test_the_document_is_valid_openapi_3_1(client: FlaskClient) -> None:
    found = client.get("/api/v1/openapi.json")
    assert found.json["openapi"] == "3.1.0"
    validate(found.json)
    assert found.json == {**DOCUMENT, "servers": [{"url": "/"}]}
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304 or again.data == found.data


def test_with_access_control_it_says_who_must_show_what() -> None:
    app = guarded(Shelf())
    app.test_client_class = GuardedClient
    client = somebody(app, Role.READER)
    found = client.get("/api/v1/openapi.json").json
    validate(found)
    assert found == {**openapi(access=True), "servers": [{"url": "/"}]}
    assert found["security"] == [{"bearer": []}] and found["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for methods in found["paths"].values():
        for operation in methods.values():
            everybody = operation["operationId"] in ("healthz", "readyz")
            assert operation.get("security", found["security"]) == ([] if everybody else [{"bearer": []}])
            assert ("401" in operation["responses"]) is not everybody
    assert "securitySchemes" not in DOCUMENT["components"] and "401" not in DOCUMENT["paths"]["/api/v1/search"]["get"]["responses"]


def test_who_is_not_known_or_not_granted_is_told_so_as_documented() -> None:
    app = guarded(Shelf())
    app.test_client_class = GuardedClient
    for client, expected in ((app.test_client(), 401), (somebody(app, None), 403), (somebody(app, Role.COUNTS), 403)):
        for address in ("/api/v1/search?q=x", "/api/v1/patients", "/api/v1/loader", "/metrics"):
            assert client.get(address).status_code == expected
        assert client.get("/healthz").status_code == 200
    assert somebody(app, Role.COUNTS).get("/api/v1/datasets").status_code == 200


def test_every_route_is_documented_and_every_documented_route_exists(app: Flask) -> None:
    routed = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1") or rule.rule in ("/healthz", "/readyz", "/metrics"):
            path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
            routed |= {(path, method.lower()) for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
    assert routed == {(path, method) for path, method, _ in described()}
    assert len(routed) >= 28


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in described()]
    assert len(set(ids)) == len(ids)


def test_every_parameter_and_operation_is_explained() -> None:
    for path, method, operation in described():
        assert operation["summary"], (path, method)
        assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (path, parameter["name"])
            assert parameter["required"] is (parameter["in"] == "path") or parameter["in"] == "query"
            assert "anyOf" not in parameter["schema"]


def test_search_parameters_are_as_they_validate() -> None:
    listed = {one["name"]: one for one in DOCUMENT["paths"]["/api/v1/search"]["get"]["parameters"]}
    more = {
        "denied",
        "possible",
        "history",
        "family",
        "not_in_family",
        "allergy",
        "no_allergy",
        "lacking",
        "sex",
        "result",
        "age_from",
        "age_to",
    }
    of_labels = {"job", "agent", "state", "attribute", "confidence_from", "confidence_to"}
    assert set(listed) - of_labels - more == {
        "q",
        "dataset",
        "patient",
        "type",
        "concept",
        "from",
        "to",
        "mode",
        "match",
        "assertion",
        "part",
        "literal",
        "as_typed",
        "limit",
        "offset",
        "join",
        "facets",
        "group",
    }
    assert of_labels | more < set(listed)
    assert (listed["limit"]["schema"]["minimum"], listed["limit"]["schema"]["maximum"], listed["limit"]["schema"]["default"]) == (
        1,
        100,
        10,
    )
    assert listed["mode"]["schema"]["enum"] == [mode.value for mode in Mode]
    assert listed["concept"]["schema"]["type"] == "array"
    assert (listed["concept"]["style"], listed["concept"]["explode"]) == ("form", True)
    assert listed["from"]["schema"]["pattern"].startswith("^[0-9]{4}")


def test_schemas_are_closed_and_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    hit = schemas["Hit"]
    assert hit["additionalProperties"] is False
    assert hit["required"] == list(hit["properties"])
    assert hit["properties"]["duplicates"]["description"] == "How many further documents with the same text were folded into this hit."
    assert schemas["SearchResult"]["properties"]["hits"]["items"] == {"$ref": "#/components/schemas/Hit"}
    assert [name for name in schemas if name.endswith("Json")] == []
    for name, schema in schemas.items():
        assert schema.get("description"), name


def test_the_checking_client_can_fail(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that all tests of the interface use refuses an answer with a key too many, or one of another type."""
    from tests.webapp import conftest
    from webapp.answers import search as serialize

    whole = serialize.search_result
    monkeypatch.setattr(serialize, "search_result", lambda value: {**whole(value), "extra": 1})
    with pytest.raises(AssertionError, match="extra"):
        client.get("/api/v1/search")
    monkeypatch.setattr(serialize, "search_result", lambda value: {**whole(value), "total": "six"})
    with pytest.raises(AssertionError, match="six"):
        client.get("/api/v1/search")
    assert conftest.document()["openapi"] == "3.1.0"


def test_the_page_shows_every_operation_and_shape(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.mimetype == "text/html"
    for _, _, operation in described():
        assert f'id="{operation["operationId"]}"' in page.text
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="shape-{name}"' in page.text
    targets = set(re.findall(r'href="#([^"]+)"', page.text))
    assert targets <= set(re.findall(r' id="([^"]+)"', page.text))
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_the_page_has_no_script_or_style_of_its_own(client: FlaskClient) -> None:
    text = client.get("/api/docs").text
    assert re.findall(r"<script(?![^>]* src=)[^>]*>", text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []
    assert [source for source in re.findall(r'(?:src|href)="(https?:[^"]+)"', text) if "localhost" not in source] == []


def test_the_page_takes_over_the_search_on_screen(client: FlaskClient) -> None:
    text = client.get("/api/docs?q=metformin&concept=http://snomed.info/id/44054006&from=2019&page=2&view=connections").text
    assert "/api/v1/search?q=metformin&amp;concept=http%3A%2F%2Fsnomed.info%2Fid%2F44054006&amp;from=2019" in text
    assert "view=connections" not in text


def test_the_page_works_with_nothing_published(library: Shelf) -> None:
    library.show(empty())
    response = make_client(library).get("/api/docs")
    assert response.status_code == 200
    assert "commissure demo" in response.text


@pytest.fixture
def labeled() -> Flask:
    """The application over a data folder that has patients, notes and labels."""
    return create_app(streets().library())


def serving(app: Flask) -> Iterator[str]:
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def server(labeled: Flask) -> Iterator[str]:
    yield from serving(labeled)


def test_every_example_works_as_it_stands(labeled: Flask, server: str) -> None:
    with labeled.test_request_context("/api/docs", base_url=server):
        page = docs_page(context())
    assert page.loaded
    tried = 0
    for tag, _, views in page.groups:
        for view in views:
            if tag in ("Loader", "Saved"):  # those would load, and save; tests/webapp/test_api_loader.py and test_api_saved.py do
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(view.python, view.name, "exec"), {})
            assert printed.getvalue().strip(), view.name
            assert shlex.split(view.curl)[:2] == ["curl", server + shlex.split(view.curl)[1].removeprefix(server)]
            tried += 1
    assert tried == sum(not {"Loader", "Saved"} & {*operation["tags"]} for _, _, operation in described())


def test_the_curl_examples_work_in_a_shell(labeled: Flask, server: str) -> None:
    with labeled.test_request_context('/api/docs?q=it\'s+"quoted"+$HOME+`id`', base_url=server):
        views = {view.name: view for _, _, group in docs_page(context()).groups for view in group}
    for name in ("search", "searchByPost", "sparqlByPost", "getPatientByPath"):
        try:
            found = subprocess.run(["sh", "-c", views[name].curl + " --silent --fail"], capture_output=True, timeout=120, check=False)
        except FileNotFoundError:  # the examples are for people's shells; the program itself needs neither sh nor curl
            pytest.skip("no shell here")
        if found.returncode == 127:
            pytest.skip("no curl here")
        assert found.returncode == 0, (name, found.stderr)
        assert json.loads(found.stdout)


def test_examples_of_operations_name_their_own_parameters() -> None:
    for operation in operations():
        fields = {info.alias or name for name, info in operation.parameters.model_fields.items()}
        assert set(operation.example) <= fields, operation.name


def test_a_context_takes_the_generation_once(library: Shelf) -> None:
    found = Context(library, WebSettings())
    assert found.snapshot is found.snapshot
    assert library.taken == 1
    assert found.snapshot.catalog.patient(ROSA) is not None
