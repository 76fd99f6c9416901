"""Where numbers of patients are protected, no small one leaves: by REST, on pages, in tables."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from cohorts.cooccurrence import Pair
from cohorts.protection import Protection
from cohorts.together import Named
from tests.browser.pages import PAGES
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import CISPLATIN, DATASET, Shelf
from tests.webapp.page import get
from tests.webapp.test_api_cohorts import DEFINITION
from webapp.answers.protecting import DECIDED, _as_it_is
from webapp.answers.shapes import PATIENTS
from webapp.api.openapi import openapi
from webapp.api.operation import PREFIX
from webapp.api.registry import operations
from webapp.pages.pairs import tellable
from webapp.pages.told import LISTS

VIEW: dict[str, Any] = {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]}


@pytest.fixture
def guarded(library: Shelf) -> FlaskClient:
    return make_client(library, protection=Protection(least=11))


def properties(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of all keys of answers of a schema."""
    for key, value in schema.items():
        if key == "$ref":
            name = value.rpartition("/")[2]
            if name not in seen:
                yield from properties(openapi()["components"]["schemas"][name], seen | {name})
        elif key == "properties":
            for name, each in value.items():
                yield name
                yield from properties(each, seen)
        elif isinstance(value, dict):
            yield from properties(value, seen)
        elif isinstance(value, list):
            for each in value:
                yield from properties(each, seen) if isinstance(each, dict) else ()


def test_for_every_operation_somebody_decided() -> None:
    names = {operation.name for operation in operations()}
    assert names == set(DECIDED), "decide in webapp/answers/protecting.py what becomes of its numbers of patients"
    described = {one["operationId"]: one["responses"]["200"] for path in openapi()["paths"].values() for one in path.values()}
    counting = {name for name in names if "content" in described[name] and not PATIENTS.isdisjoint(properties(described[name]))}
    counting -= {"getNeighbourhood"}
    assert {"search", "countCohort", "getConcept", "listDatasets", "getCompleteness", "listPatients"} <= counting
    undecided = {name for name in counting if DECIDED[name] is _as_it_is}
    assert undecided <= {"getSimilarDocuments"}, "its answer holds numbers of patients, but is given as it is"


def numbers(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Every number of patients in an answer."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from numbers(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from numbers(each, key)
    elif isinstance(value, int) and not isinstance(value, bool) and key in PATIENTS:
        yield key, value


ASKED: dict[str, dict[str, Any]] = {
    "search": {"q": "patients with diabetes and cisplatin", "group": "patient"},
    "searchByPost": {"q": "patients with diabetes and cisplatin"},
    "suggestConcepts": {"q": "cispl"},
    "getConcept": {"id": CISPLATIN},
    "getConceptsByName": {"q": "cisplatin"},
    "countCohort": {"definition": DEFINITION},
    "compareCohorts": {"first": DEFINITION, "outcome": DEFINITION},
    "getCooccurrence": {"concept": CISPLATIN, "least": 1},
    "listDatasets": {},
    "getCompleteness": {"dataset": DATASET},
}


def ask(client: FlaskClient, name: str) -> Any:
    operation = next(one for one in operations() if one.name == name)
    path = PREFIX + operation.path.replace("{dataset}", DATASET)
    wanted = {key: value for key, value in ASKED[name].items() if key != "dataset"}
    return client.post(path, json=wanted) if operation.method == "POST" else client.get(path, query_string=wanted)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_small_numbers_of_patients_do_not_leave(client: FlaskClient, guarded: FlaskClient, name: str) -> None:
    open_, told = ask(client, name), ask(guarded, name)
    assert (open_.status_code, told.status_code) == (200, 200)
    assert any(0 < number < 11 for _, number in numbers(open_.json)) or name == "getCooccurrence"
    assert not [(key, number) for key, number in numbers(told.json) if 0 < number < 11]
    assert "<11" in told.text


def test_a_pair_loses_its_ratios_with_its_cells(client: FlaskClient, guarded: FlaskClient) -> None:
    told = ask(guarded, "getCooccurrence").json
    assert (told["having"], told["everyone"]) == ("<11", "<11")
    assert len(told["pairs"]) == len(ask(client, "getCooccurrence").json["pairs"]) > 0
    for pair in told["pairs"]:
        assert {pair[key] for key in ("both", "first", "second", "everyone")} == {"<11"}
        assert {pair[key] for key in ("expected", "lift", "phi", "odds", "adjusted", "chance", "discovery")} == {None}


@pytest.mark.parametrize("name", sorted(name for name, way in DECIDED.items() if way is None))
def test_lists_of_patients_are_refused(guarded: FlaskClient, name: str) -> None:
    operation = next(one for one in operations() if one.name == name)
    path = PREFIX + operation.path.replace("{dataset}", "clinic")
    wanted: dict[str, Any] = {}
    for key, value in (("id", CISPLATIN), ("definition", DEFINITION), ("view", VIEW), ("relation", "mentions"), ("direction", "in")):
        if key in operation.parameters.model_fields:
            wanted[key] = value
    answer = guarded.post(path, json=wanted) if operation.method == "POST" else guarded.get(path, query_string=wanted)
    assert answer.status_code == 403 and b"protected" in answer.data


def test_sparql_is_refused_for_it_counts_at_will(guarded: FlaskClient) -> None:
    assert guarded.get("/api/v1/sparql", query_string={"query": "ASK { ?s ?p ?o }"}).status_code == 403


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_tells_a_small_number_of_patients(guarded: FlaskClient, name: str) -> None:
    path = PAGES[name]
    answer = guarded.get(path)
    if path.partition("?")[0] in ("/patients", "/canvas"):
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    text = get(guarded, path).text
    assert not re.findall(r"(?<![<\d,])\b(?:[1-9]|10) patients?\b", text)


def test_pairs_that_are_shown_may_be_told_whole() -> None:
    first, second = Named("http://a/1", "a", "condition"), Named("http://a/2", "b", "condition")
    nothing: dict[str, Any] = dict.fromkeys(one.name for one in fields(Pair))
    large = Pair(**{**nothing, "both": 33, "first": 52, "second": 61, "everyone": 200})
    small = replace(large, both=51)  # one has the first alone
    told = tellable([(first, second, large), (first, second, small)], Protection(least=11, rounding=5))
    assert [(pair.both, pair.first, pair.second) for _, _, pair in told] == [(35, 50, 60)]
    assert tellable([(first, second, small)], Protection()) == ((first, second, small),)


def test_groups_side_by_side_are_parts_of_a_whole(library: Shelf) -> None:
    page = make_client(library, protection=Protection(least=5)).get(f"/cohort/rest?1.what=medication&1.in={quote(CISPLATIN)}").text
    sides = re.findall(r"<strong>(.*?)</strong>", page)[:2]
    assert sum(side.split()[0].isdigit() and side.split()[0] != "0" for side in sides) != 1, "one alone would give the other away"


def test_endpoints_that_list_patients_are_there(guarded: FlaskClient) -> None:
    assert set(guarded.application.view_functions) >= LISTS
    for path in ("/patients", "/patients/conditions", "/cohort/patients.csv", "/cohort/export?format=omop", "/search.csv?q=cisplatin"):
        assert guarded.get(path).status_code == 403
    assert guarded.get(f"/standing?concept={CISPLATIN}&as=affirmed&of=patients").status_code == 403
    page = get(guarded, PAGES["cohort"])
    assert "who they are" in page.text
    assert not [link for link in page.links() if link.startswith("/patient?")]


def test_what_a_pattern_of_the_graph_found_is_protected_too(client: FlaskClient, guarded: FlaskClient) -> None:
    definition = {**DEFINITION, "rules": [{"graph": "?patient a fhir:Patient"}]}
    plain, told = (who.post(f"{PREFIX}/cohorts/count", json={"definition": definition}) for who in (client, guarded))
    assert (plain.status_code, told.status_code) == (200, 200), plain.text
    assert [one["found"] for one in plain.json["frozen"].values()] == [2]
    assert [one["found"] for one in told.json["frozen"].values()] == ["<11"]
