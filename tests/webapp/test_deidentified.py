"""Readers of de-identified data, asked by everything that can be asked: nothing of the people is told, in no body and no header."""

import html
import json
import re
from functools import lru_cache
from urllib.parse import quote, unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.roles import Role
from cohorts.saved.model import WHOEVER_SITS_HERE
from commissure.assemble import DataLibrary
from commissure.settings import load
from tests.webapp import two_patients as chart
from tests.webapp.authorized import guarded, saved, somebody
from tests.webapp.deidentified import SAMPLE, hospital, pseudonymous, secrets, told
from tests.webapp.fixtures import empty
from tests.webapp.test_authorization import PAGES, status_of
from tests.webapp.test_scope_walk import NAMED, REQUESTS, Ask, unpacked
from webapp.api.operation import PREFIX
from webapp.decisions import FROM_COPIES, NOT_FROM_COPIES, OPERATIONS
from webapp.decisions import PAGES as DECIDED_PAGES

MOST_PAGES = 250


@lru_cache(maxsize=1)
def app() -> Flask:
    lab = hospital()
    settings = load({"data": str(lab.folder / "data")}, environment={})
    return guarded(DataLibrary(lab.workspace, lab.embedder, settings))


@pytest.fixture(scope="module")
def reader() -> FlaskClient:
    return somebody(app(), Role.DEIDENTIFIED)


@pytest.fixture(scope="module")
def whole() -> FlaskClient:
    return somebody(app(), Role.READER)


def said(response: TestResponse) -> str:
    """Everything that an answer says: its headers and its body, as they are and as a browser reads them."""
    text = unpacked(response)
    return "\n".join((str(response.headers), text, html.unescape(text), unquote(text)))


def asked(client: FlaskClient, name: str, ask: Ask) -> TestResponse:
    operation = NAMED[name]
    given = json.loads(pseudonymous(json.dumps(ask.asked)))
    where = {key: quote(pseudonymous(unquote(value)), safe="") for key, value in ask.address.items()}
    how = {"json": given} if operation.method == "POST" else {"query_string": given}
    return client.open(PREFIX + operation.path.format_map(where), method=operation.method, **how)  # type: ignore[arg-type]


def test_every_operation_and_page_is_decided_about() -> None:
    shown = {name for name, one in {**OPERATIONS, **DECIDED_PAGES}.items() if one.needs == Role.READER}
    assert set(FROM_COPIES) | set(NOT_FROM_COPIES) == shown, "say in webapp/decisions.py whether readers of de-identified data are answered"
    assert not set(FROM_COPIES) & set(NOT_FROM_COPIES)


@pytest.mark.parametrize("name", sorted(FROM_COPIES & set(OPERATIONS) - {"sparql"}))
def test_an_operation_tells_nobody(reader: FlaskClient, whole: FlaskClient, name: str) -> None:
    answers = [asked(reader, name, ask) for ask in REQUESTS[name]]
    assert any(one.status_code == 200 for one in answers)
    assert {one for answer in answers for one in told(said(answer))} == set()
    assert all(one.status_code < 500 for one in answers)


def test_nothing_that_is_saved_is_offered_for_a_comparison(reader: FlaskClient, whole: FlaskClient) -> None:
    definition = {"format": "commissure-cohort/1", "datasets": [chart.DATASET], "entry": {"any": [{"event": "patient"}]}}
    saved().save(WHOEVER_SITS_HERE, "cohort", "whoever-there-is", definition, sharing="readers")
    assert "whoever-there-is" in whole.get("/cohort/compare").text
    assert "whoever-there-is" not in reader.get("/cohort/compare").text


@pytest.mark.parametrize("name", sorted(FROM_COPIES & set(PAGES)))
def test_a_page_tells_nobody(reader: FlaskClient, name: str) -> None:
    for address in PAGES[name]:
        place, _, parameters = address.partition("?")
        answer = reader.get(f"{place}?{quote(pseudonymous(unquote(parameters)), safe='=&')}")
        assert told(said(answer)) == [], address
        assert answer.status_code != 403 and answer.status_code < 500, (address, answer.status_code)


@pytest.mark.parametrize("name", sorted(NOT_FROM_COPIES))
def test_what_has_no_copy_is_refused(reader: FlaskClient, name: str) -> None:
    assert status_of(reader, f"api.{name}" if name in REQUESTS else name) == 403


def test_whatever_is_linked_tells_nobody(reader: FlaskClient) -> None:
    """Everything that can be reached by links from the first pages, and records, notes and tables of all patients."""
    waiting = [
        "/",
        "/search?q=",
        "/patients",
        "/data",
        "/facts",
        "/mentions",
        "/cohort",
        "/cooccurrence/pairs",
        f"/search.csv?dataset={SAMPLE}",
    ]
    waiting += [f"{PREFIX}/datasets/{name}/records" for name in (SAMPLE, chart.DATASET)]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        kind = address.partition("?")[0]
        if address in seen or sum(one.partition("?")[0] == kind for one in seen) > 30:
            continue
        seen.add(address)
        answer = reader.get(address)
        assert told(said(answer)) == [], address
        if answer.mimetype == "text/html":
            waiting += [
                html.unescape(one) for one in re.findall(r'href="(/[^"]*)"', answer.get_data(as_text=True)) if "sign-out" not in one
            ]
    assert len({one.partition("?")[0] for one in seen}) > 10


def test_the_graph_tells_nobody(reader: FlaskClient, whole: FlaskClient) -> None:
    query = quote("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10000")
    answer = reader.get(f"{PREFIX}/sparql?query={query}&format=csv")
    assert answer.status_code == 200 and len(answer.text.splitlines()) > 1000
    assert told(said(answer)) == []
    assert told(said(whole.get(f"{PREFIX}/sparql?query={query}&format=csv"))), "there was nothing to tell"


def test_every_export_tells_nobody(reader: FlaskClient, whole: FlaskClient) -> None:
    for dataset in (SAMPLE, chart.DATASET):
        answer = asked(reader, "exportRecords", Ask(address={"dataset": dataset}))
        assert answer.status_code == 200 and told(said(answer)) == []
        assert told(said(asked(whole, "exportRecords", Ask(address={"dataset": dataset}))))


def test_searching_for_a_name_says_not_whether_it_is_there(reader: FlaskClient, whole: FlaskClient) -> None:
    """Neither by hits, nor by numbers, nor by how words are spelled, nor by suggestions: all is as for a name of nobody."""
    names = [one for one in secrets() if one.isalpha() and one.istitle()]
    found = 0
    for name in sorted(names)[:25]:
        answers = [client.get(f"{PREFIX}/search", query_string={"q": name, "mode": "lexical"}) for client in (reader, whole)]
        mine, all_of_it = (one.get_json() for one in answers)
        found += bool(all_of_it.get("hits"))
        assert not mine["hits"] and not mine["respelled"], name
        for facet in ("patient", "concept"):
            page = reader.get(f"{PREFIX}/facets/{facet}", query_string={"prefix": name[:5], "q": ""})
            assert name not in page.text
        assert reader.get(f"{PREFIX}/concepts", query_string={"q": name}).get_json().get("concepts", []) == []
        assert reader.get(f"{PREFIX}/patients", query_string={"q": name}).get_json()["total"] == 0
    assert found, "no name was found by those who may"


def test_who_may_read_the_dataset_itself_is_not_shown_the_copy() -> None:
    both = somebody(app(), Role.STEWARD)
    assert "Lindqvist" in both.get("/patients").text


def test_without_a_copy_it_is_said_so() -> None:
    answer = somebody(guarded(empty()), Role.DEIDENTIFIED).get(f"{PREFIX}/datasets")
    assert answer.status_code == 409 and "deidentify" in answer.get_json()["detail"]
