"""The authorization matrix: every operation and page, as every role, of our datasets, of others', of all and of none.

Made from what is declared: an operation or page that nobody decided about fails, and so does a decision about something that is not there.
What is let in is held against an application over our datasets alone (tests/webapp/test_scope_walk.py): nothing of others may be told.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from flask import Flask, current_app, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.roles import AREAS, Role, rights_of, sight_of
from access.roles import Grant as Given
from cohorts.saved.things import SavedThings
from tests.webapp import streets
from tests.webapp import two_patients as chart
from tests.webapp.authorized import guarded, somebody
from tests.webapp.fixtures import Shelf, folder
from tests.webapp.test_scope_walk import CAR, NAMED, NAMES_OF_WHAT_IS_SAVED, OURS, REQUESTS, Ask, answer, library, theirs
from webapp import decisions
from webapp.api.operation import Operation
from webapp.api.registry import operations
from webapp.app import create_app
from webapp.decisions import ANYBODY, OPEN, decision_of

OTHERS = ("theirs", "lanes", "letters")
ROLES: tuple[Role | None, ...] = (None, *Role)
DATASETS = {"ours": OURS, "others": OTHERS, "all": None}
PAGES = {
    "home.home": ["/"],
    "search.search": ["/search?q=cisplatin", "/search?q=cisplatn", "/search?q=", "/search?q=diabolic&view=connections"],
    "search.search_as_table": ["/search.csv?q=cisplatin"],
    "result_filter.result_filter": [f"/search/result?concept={quote(chart.HAEMOGLOBIN_A1C)}"],
    "shared.shared": [f"/search/shared?q=cisplatin&id={quote(chart.CISPLATIN)}"],
    "values.values": ["/search/facets/type?q=", "/search/facets/patient?q="],
    "document.document": [f"/document?id={quote(one)}" for one in (chart.ONCOLOGY_NOTE, theirs(chart.ONCOLOGY_NOTE))],
    "document.record": [f"/record?id={quote(one)}" for one in (chart.ROSA, theirs(chart.ROSA))],
    "node.node": [f"/node?id={quote(one)}" for one in (chart.CISPLATIN, chart.DIABETES, chart.ROSA, theirs(chart.ROSA), CAR)],
    "node.concept": ["/concept?name=diabetes", "/concept?name=diabolic"],
    "node.neighbours": [f"/node/neighbours?id={quote(chart.CISPLATIN)}"],
    "canvas.canvas": [f"/canvas?id={quote(one)}" for one in (chart.CISPLATIN, chart.ROSA, theirs(chart.ROSA))],
    "canvas.drawn_as_json": [f"/canvas.json?id={quote(one)}" for one in (chart.CISPLATIN, theirs(chart.ROSA))],
    "canvas.drawn_as_table": [f"/canvas.csv?id={quote(chart.CISPLATIN)}"],
    "patient.patient": [f"/patient?id={quote(one)}" for one in (chart.ROSA, theirs(chart.ROSA))],
    "patients.patients": ["/patients", "/patients?q=Otherwise"],
    "patients.conditions": ["/patients/conditions?q=diab"],
    "similar.similar": [f"/similar?id={quote(chart.ROSA)}"],
    "narrower.narrower": [f"/concept/narrower?id={quote(chart.DIABETES)}"],
    "lists.facts": ["/facts", f"/facts?concept={quote(chart.CISPLATIN)}"],
    "lists.mentions": ["/mentions", f"/mentions?concept={quote(chart.CISPLATIN)}"],
    "lists.standing": [f"/standing?concept={quote(chart.CISPLATIN)}&as=affirmed"],
    "cohort.cohort": ["/cohort", f"/cohort?1.what=medication&1.in={quote(chart.CISPLATIN)}", "/cohort?1.what=condition&1.find=diabolic"],
    "cohort.opened": ["/cohort/open?definition={}"],
    "cohort.definition": [f"/cohort/definition?1.what=medication&1.in={quote(chart.CISPLATIN)}"],
    "cohort.patients": [f"/cohort/patients.csv?1.what=medication&1.in={quote(chart.CISPLATIN)}"],
    "cohort_files.files": [f"/cohort/export?1.what=medication&1.in={quote(chart.CISPLATIN)}&format=group"],
    "adding.with_one_more": [f"/cohort/with?what=medication&in={quote(chart.CISPLATIN)}"],
    "as_cohort.as_cohort": ["/search/cohort?q=cisplatin"],
    "pairs.pairs": ["/cooccurrence/pairs", "/cooccurrence/pairs?dataset=theirs"],
    "together.cooccurrence": [f"/cooccurrence?concept={quote(chart.CISPLATIN)}"],
    "compare.compare": [f"/cohort/compare?1.what=medication&1.in={quote(chart.CISPLATIN)}&against={one}" for one in ("rest", "sex")],
    "together.rest": [f"/cohort/rest?1.what=medication&1.in={quote(chart.CISPLATIN)}"],
    "saved.saved": ["/saved", "/saved?kind=cohort"],
    "saved.thing": ["/saved/thing?id=000000000000"],
    "saved.opened": ["/saved/open?id=000000000000"],
    "saved.new": [f"/saved/new/cohort?1.what=medication&1.in={quote(chart.CISPLATIN)}", "/saved/new/search?q=cisplatin"],
    "sets.sets": ["/saved/sets"],
    "asked.asked": ["/saved/questions"],
    "saved.keep": ["POST /saved/keep"],
    "saved.change": ["POST /saved/change"],
    "asked.change": ["POST /saved/questions"],
    "labels.labels": ["/labels", f"/labels?dataset={streets.DATASET}"],
    "labels.media": ["/media/object?id=x"],
    "item.item": [f"/item?id={quote(streets.HOSTILE)}"],
    "reports.reports": [f"/reports?dataset={name}" for name in (streets.DATASET, "lanes")],
    "reports.report_as_table": ["/reports.csv?dataset=lanes"],
    "reports.review": [f"/review?dataset={name}" for name in (streets.DATASET, "lanes")],
    "reports.review_manifest": ["/review.manifest?dataset=lanes"],
    "data.data": ["/data"],
    "data.completeness": ["/data/completeness", "/data/completeness?dataset=theirs"],
    "data.terminologies": ["/data/terminologies"],
    "data.run": [f"/data/runs/{chart.RUN}", "/data/runs/20240502T080000Z-5c6d7e"],
    "api_docs.docs": ["/api/docs"],
    "show_metrics": ["/metrics"],
}
"""Endpoint of a page → what is asked of it, POST where it says so."""
SPARQL = "SELECT ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"


@pytest.fixture(scope="module")
def app() -> Flask:
    return guarded(Shelf(library(True)))


@pytest.fixture(scope="module")
def alone() -> FlaskClient:
    """What the reader of a folder with our datasets alone is told, without access control."""
    return create_app(Shelf(library(False)), saved=SavedThings(folder("alone"))).test_client()


def asked_of(endpoint: str) -> Ask | str:
    """One request of an endpoint."""
    name = endpoint.removeprefix("api.")
    return REQUESTS[name][0] if name in REQUESTS else PAGES[endpoint][0] if endpoint in PAGES else f"/api/v1/sparql?query={quote(SPARQL)}"


def page_of(client: FlaskClient, address: str) -> TestResponse:
    """The answer to an address of a page."""
    method, _, posted = address.partition(" ")
    return client.post(posted) if method == "POST" else client.get(address)


def status_of(client: FlaskClient, endpoint: str) -> int:
    asked = asked_of(endpoint)
    if isinstance(asked, str):
        return page_of(client, asked).status_code
    return int(answer(client, NAMED[endpoint.removeprefix("api.")], asked)[0])


ENDPOINTS = [*(f"api.{operation.name}" for operation in operations()), "api.sparql", *PAGES]


# --- everything is decided ---


def test_every_address_of_the_application_is_decided(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    undecided = {one for one in endpoints - OPEN - ANYBODY if decision_of(one) is None}
    assert not undecided, "say in webapp/decisions.py who may use them"
    assert endpoints >= OPEN | ANYBODY
    assert {f"api.{name}" for name in decisions.OPERATIONS} | set(decisions.PAGES) == endpoints - OPEN - ANYBODY
    assert set(ENDPOINTS) == endpoints - OPEN - ANYBODY, "ask it here too"
    assert {each.area for each in (*decisions.OPERATIONS.values(), *decisions.PAGES.values())} == set(AREAS)


def test_what_nobody_decided_about_is_refused_to_everybody() -> None:
    forgotten = guarded(Shelf(library(True)))
    forgotten.add_url_rule("/forgotten", "forgotten", lambda: "all of it")
    assert somebody(forgotten, Role.ADMINISTRATOR).get("/forgotten").status_code == 403
    assert create_app(Shelf(library(True))).test_client().get("/forgotten").status_code == 404


# --- who may what ---


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_role_is_let_in_or_refused_as_decided(app: Flask, endpoint: str) -> None:
    decision = decision_of(endpoint)
    assert decision is not None
    anonymous = app.test_client()
    assert status_of(anonymous, endpoint) == (401 if endpoint.startswith("api.") or endpoint == "show_metrics" else 303)
    for role, (name, datasets) in itertools.product(ROLES, DATASETS.items()):
        rights = rights_of(Given(role, one) for one in (datasets or (None,))) if role else rights_of(())
        seen = sight_of(rights, decision.needs, counted=decision.counted, copied=decision.copied)
        allowed = seen is not None and not (decision.everywhere and name != "all")
        status = status_of(somebody(app, role, datasets), endpoint)
        assert (status not in (401, 403)) == allowed, (role, name, status)
        assert status < 500 or not allowed, (role, name, status)
    for area in AREAS:
        status = status_of(somebody(app, Role.ADMINISTRATOR, None, [area]), endpoint)
        assert (status != 403) == (area == decision.area), (area, status)


@pytest.mark.parametrize("given", ["Bearer", "Bearer ", "Bearer cms_wrong", "Basic YTpi", "bearer " + "x" * 5000, "Bearer \xff"])
def test_what_is_no_token_opens_nothing(app: Flask, given: str) -> None:
    told = app.test_client().get("/api/v1/datasets", headers={"Authorization": given})
    assert told.status_code == 401 and told.headers["WWW-Authenticate"].startswith("Bearer")
    assert told.json["title"] == "Say who is asking"


def test_probes_and_scripts_are_open_and_say_nothing(app: Flask) -> None:
    client = app.test_client()
    for address in ("/healthz", "/readyz", "/favicon.ico", "/static/commissure.css"):
        told = client.get(address)
        assert told.status_code == 200, address
        assert address.startswith("/static") or not said(told.get_data(as_text=True)), address


def test_signed_in_people_see_what_the_interface_offers(app: Flask) -> None:
    assert app.test_client().get("/api/v1/openapi.json").status_code == 401
    assert somebody(app, None).get("/api/v1/openapi.json").status_code == 200


# --- what is let in tells nothing of others ---

THEIRS = ("theirs", "lanes", "letters", "Otherwise", "Diabolic", "tingling", "20240502T080000Z")
"""Words that only datasets of others say."""


def said(text: str) -> list[str]:
    """What of others a text tells. That somebody asked for it does not count: questions are shown again."""
    return [word for word in THEIRS if word.lower() in text.lower()]


@pytest.fixture(scope="module")
def reader(app: Flask) -> FlaskClient:
    return somebody(app, Role.ADMINISTRATOR, OURS)


def leaks(client: FlaskClient, alone: FlaskClient, operation: Operation[Any]) -> list[Ask]:
    """Requests that are answered otherwise than over our datasets alone."""
    return [ask for ask in REQUESTS[operation.name] if answer(client, operation, ask) != answer(alone, operation, ask)]


@pytest.mark.parametrize("name", [name for name in REQUESTS if "Load" not in name and name not in NAMES_OF_WHAT_IS_SAVED])
def test_a_reader_of_ours_is_answered_as_if_there_were_no_others(reader: FlaskClient, alone: FlaskClient, name: str) -> None:
    assert leaks(reader, alone, NAMED[name]) == []


@pytest.mark.parametrize("address", [address for one in PAGES.values() for address in one if address != "/metrics"])
def test_a_page_says_nothing_of_others(reader: FlaskClient, alone: FlaskClient, address: str) -> None:
    ours, expected = page_of(reader, address), page_of(alone, address)
    assert ours.status_code == expected.status_code
    assert said(ours.get_data(as_text=True)) == said(expected.get_data(as_text=True))


def test_sparql_says_nothing_of_others(reader: FlaskClient, alone: FlaskClient) -> None:
    address = f"/api/v1/sparql?format=csv&query={quote(SPARQL)}"
    assert sorted(reader.get(address).text.splitlines()) == sorted(alone.get(address).text.splitlines())


# --- the matrix finds leaks ---


def _whole() -> Any:
    return current_app.extensions["commissure"].current()


def _plus(more: Callable[[], Any]) -> Callable[[Operation[Any]], Operation[Any]]:
    """The operation, telling something more."""

    def leaky(operation: Operation[Any]) -> Operation[Any]:
        handler = operation.handler
        return replace(operation, handler=lambda asked, context: {**handler(asked, context), "more": more()})

    return leaky


def _unscoped(operation: Operation[Any]) -> Operation[Any]:
    """The operation, reading what is published instead of what may be seen."""
    from webapp.context import context_of

    return replace(operation, handler=lambda asked, _: operation.handler(asked, context_of(current_app)))


def _in_errors(operation: Operation[Any]) -> Operation[Any]:
    """The operation, whose errors name what is near among all."""
    from webapp.errors import ProblemError, not_found

    def handler(asked: Any, context: Any) -> Any:
        try:
            return operation.handler(asked, context)
        except ProblemError:
            raise not_found("record", f"There are {len(_whole().catalog.patients())} others.") from None

    return replace(operation, handler=handler)


LEAKY: dict[str, tuple[str, Callable[[Operation[Any]], Operation[Any]]]] = {
    "hits of all": ("search", _unscoped),
    "a facet of all": ("getFacet", _unscoped),
    "suggestions out of all": ("suggestConcepts", _unscoped),
    "counts at a shared concept": ("getConcept", _unscoped),
    "neighbours in all": ("countNeighbours", _unscoped),
    "a cohort of all": ("countCohort", _unscoped),
    "found together in all": ("getCooccurrence", _unscoped),
    "alike among all": ("getSimilarPatients", _unscoped),
    "a total beside": ("listPatients", _plus(lambda: len(_whole().catalog.patients()))),
    "an error that counts others": ("getPatient", _in_errors),
    "runs of all": ("listRuns", _unscoped),
    "an export of all": ("exportRecords", _unscoped),
    "whether it is there": (
        "getDocument",
        _plus(lambda: _whole().catalog.document(theirs(request.args.get("id", ""))) is not None),
    ),
}


@pytest.mark.parametrize("name", LEAKY)
def test_a_leaky_handler_is_found(alone: FlaskClient, name: str) -> None:
    broken, spoil = LEAKY[name]
    spoiled = tuple(spoil(each) if each.name == broken else each for each in operations())
    with patch("webapp.api.routes.operations", lambda: spoiled):
        leaky = somebody(guarded(Shelf(library(True))), Role.ADMINISTRATOR, OURS)
    assert leaks(leaky, alone, NAMED[broken])
