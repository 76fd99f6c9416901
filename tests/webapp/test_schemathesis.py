"""Schemathesis with all its checks, over the whole OpenAPI document: what it says of requests, answers, types and statuses is so.

`schemathesis.toml` says which values of a right shape may be refused, and why.
"""

import logging
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from access.roles import Role
from cohorts.saved.things import SavedThings
from commissure.assemble import DataLibrary
from commissure.settings import load
from tests.webapp.authorized import control, token
from tests.webapp.streets import streets
from webapp.api.openapi import openapi
from webapp.app import create_app

schemathesis = pytest.importorskip("schemathesis")

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
CASES = 5000
BY_OPERATION = int(os.environ.get("COMMISSURE_CASES", "12"))
"""Generated cases of each operation, beside those that its schemas themselves make and those that follow one another."""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application over notes, records and labels, with a loader that nobody works off."""
    exports = tmp_path / "exports"
    exports.mkdir()
    given = {"data": str(tmp_path / "data"), "loader_sources": str(exports), "media": str(streets().media)}
    library = DataLibrary(streets().lab.workspace, streets().lab.embedder, {**load(given, environment={}), "store": ""})
    return create_app(library, saved=SavedThings(tmp_path))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of lines about requests help nobody who reads a failure."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def run(app: Flask, cases: int, token: str = "", **phases: bool) -> tuple[Counter[tuple[str, int]], dict[str, str]]:
    """How often each operation answered with which status, and each kind of failure with a request that shows it."""
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import events, from_schema

    config: dict[str, Any] = {
        **tomllib.loads((ROOT / "schemathesis.toml").read_text("utf-8")),
        "seed": 1,
        # In this process nothing unpacks an answer.
        "headers": {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {}),
        "generation": {"deterministic": True, "max-examples": cases},
        "phases": {
            "examples": {"enabled": phases.get("examples", True)},
            "coverage": {"enabled": phases.get("coverage", True)},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": phases.get("stateful", True), "generation": {"max-examples": 10}},
        },
    }
    # This check sends requests again by an option that it has for HTTP alone; tests/webapp/test_authorization.py asks without a token.
    config["checks"] = {**config.get("checks", {}), "ignored_auth": {"enabled": False}}
    for each in config["operations"] if token else ():
        for check in each.get("checks", {}).values():
            if "expected-statuses" in check:  # what is right is refused to whom it is not granted
                check["expected-statuses"].append("403")
    headers: dict[str, str] = config["headers"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=SchemathesisConfig.from_dict(config), headers=headers)
    answered: Counter[tuple[str, int]] = Counter()
    failures: dict[str, str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            failures[f"{event.label}: error"] = str(event.value)
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            recorded = event.recorder
            for name, interaction in recorded.interactions.items():
                if interaction.response is not None and name in recorded.cases:
                    answered[recorded.cases[name].value.operation.label, interaction.response.status_code] += 1
            for name, checks in recorded.checks.items():
                for check in checks:
                    info = check.failure_info
                    if info is not None and not only_left_empty(check.name, info.failure.message, info.code_sample):
                        key = f"{recorded.cases[name].value.operation.label}: {check.name}: {info.failure.title}"
                        failures.setdefault(key, f"{info.failure.message}\n{info.code_sample[:2000]}")
    return answered, failures


def only_left_empty(check: str, message: str, sample: str) -> bool:
    """Whether what is called wrong is written as the empty value, which forms send for what is not filled in and the document allows."""
    wrong = re.search(r"^Invalid component: parameters? ((?:`\w+`(?:, )?)+) in query$", message, re.MULTILINE)
    url = re.search(r"'(http://localhost/[^']*)'", sample)
    if check != "negative_data_rejection" or wrong is None or url is None:
        return False
    given = parse_qs(urlsplit(url[1]).query, keep_blank_values=True)
    return all(set(given.get(name, ["?"])) == {""} for name in re.findall(r"`(\w+)`", wrong[1]))


def test_what_is_left_empty_is_told_from_what_is_wrong() -> None:
    said = "Invalid data should have been rejected\nInvalid component: parameters `allergy`, `q` in query\n  - violates"
    empty, wrong = "curl -X GET 'http://localhost/api/v1/search?q=&allergy='", "curl -X GET 'http://localhost/api/v1/search?q=&allergy=x'"
    assert only_left_empty("negative_data_rejection", said, empty)
    assert not only_left_empty("negative_data_rejection", said, wrong)
    assert not only_left_empty("response_schema_conformance", said, empty)


def test_the_server_is_as_its_document_says(app: Flask) -> None:
    answered, failures = run(app, BY_OPERATION)
    assert not failures, "\n\n".join(f"{kind}\n{shown}" for kind, shown in failures.items())
    assert answered.total() >= CASES
    labels = {f"{method.upper()} {path}" for path, methods in openapi()["paths"].items() for method in methods}
    labels.remove("GET /api/v1/openapi.json")  # is read to begin with
    assert {label for label, _ in answered} == labels
    # A run in which an operation never answered would show nothing of it. No load has an id that can be thought of.
    cancelling = {"DELETE /api/v1/loader", "DELETE /api/v1/loader/{loadId}"}
    saved = {"POST /api/v1/saved", "POST /api/v1/saved/count", "POST /api/v1/saved/combine"}  # nor has anything saved, nor a content
    of_one = {"GET /api/v1/saved/{thing}", "DELETE /api/v1/saved/{thing}", "GET /api/v1/saved/{thing}/versions"}
    assert labels - {label for label, status in answered if status < 300} <= cancelling | saved | of_one


@pytest.mark.parametrize("role", [Role.COUNTS, Role.READER, Role.ADMINISTRATOR])
def test_it_is_so_for_every_role(app: Flask, role: Role) -> None:
    shared = {"settings": app.extensions["commissure_settings"], "saved": app.extensions["commissure_saved"]}
    asks_who = create_app(app.extensions["commissure"], access=control(), **shared)
    answered, failures = run(asks_who, 3, token(role), coverage=False, stateful=False)
    assert not failures, "\n\n".join(f"{kind}\n{shown}" for kind, shown in failures.items())
    assert answered["GET /api/v1/search", 200 if role >= Role.READER else 403] and answered["GET /api/v1/datasets", 200]
    assert all(status == 401 for (label, status) in answered if label == "GET /api/v1/search" and status not in (200, 400, 403, 503))


def test_a_server_that_is_not_is_found_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> Any:
        return {"runs": [], "more": 1}, 418

    monkeypatch.setitem(app.view_functions, "api.listRuns", wrong)
    _, failures = run(app, 1, examples=False, coverage=False, stateful=False)
    assert "GET /api/v1/runs: status_code_conformance: Undocumented status code" in failures
    assert {key.partition(":")[0] for key in failures} == {"GET /api/v1/runs"}
