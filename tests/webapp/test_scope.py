"""A reader of A never learns of B: not by any REST operation or page, not in words, names, ids or counts."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import g
from flask.testing import FlaskClient

from graph.scope import EVERYTHING, Scope
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import DATASET, FAILED_RUN, OTHER_DATASET, RUN, Shelf
from webapp.context import Context

QUESTIONS = ("datasets", "runs", "search?q=cough", "search?q=", "search?q=colleague", "patients", "concepts?q=a", "labels/datasets")
PAGES = ("/", "/search?q=colleague", "/search?q=cough", "/patients", "/data", "/labels")


def reading(library: Shelf, scope: Scope) -> FlaskClient:
    client = make_client(library)
    before = client.application.before_request_funcs.setdefault(None, [])

    def held() -> None:
        shared = client.application
        g.commissure_context = Context(shared.extensions["commissure"], shared.extensions["commissure_settings"], scope)

    before.insert(0, held)
    return client


@pytest.fixture
def reader(library: Shelf) -> Iterator[FlaskClient]:
    yield reading(library, Scope.of([OTHER_DATASET]))


def test_everything_is_seen_as_before(library: Shelf) -> None:
    everyone, plain = reading(library, EVERYTHING), make_client(library)
    for question in ("patients", "search?q=cough"):
        assert everyone.get(f"/api/v1/{question}").json.get("total") == plain.get(f"/api/v1/{question}").json.get("total")


@pytest.mark.parametrize("address", [*(f"/api/v1/{question}" for question in QUESTIONS), *PAGES])
def test_no_answer_tells_of_another_dataset(reader: FlaskClient, library: Shelf, address: str) -> None:
    words = {one.label for one in library.library.current().catalog.patients()} | {RUN, FAILED_RUN, f"data/{DATASET}/"}
    answer = reader.get(address)
    assert answer.status_code < 500
    told = answer.get_data(as_text=True)
    assert address != "/api/v1/patients" or any(word in make_client(library).get(address).get_data(as_text=True) for word in words)
    assert not [word for word in words if word and re.search(re.escape(word), told)]


def test_what_is_asked_for_by_name_is_not_there(reader: FlaskClient, library: Shelf) -> None:
    whole = library.library.current()
    patient = whole.catalog.patients()[0].id
    facts = whole.catalog.facts_of_patient(patient)
    documents = whole.catalog.documents_of_patient(patient)
    concepts = {fact.concept for fact in facts if fact.concept}
    assert facts and documents and concepts
    everyone = make_client(library)
    for page in ("node", "patient"):
        address = f"/{page}?id={quote(patient, safe='')}"
        assert (everyone.get(address).status_code, reader.get(address).status_code) == (200, 404)
    seen = whole.within(Scope.of([OTHER_DATASET]))
    assert seen.catalog.patient(patient) is None and seen.catalog.document(documents[0].id) is None
    assert all(seen.catalog.concept(concept) is None for concept in concepts)
    assert [one.dataset for one in seen.catalog.datasets()] == [OTHER_DATASET]
    assert seen.graph is not None and seen.graph.node(patient) is None
    for run in (RUN, FAILED_RUN):
        assert reader.get(f"/api/v1/runs/{run}").status_code == reader.get(f"/api/v1/runs/{run}/issues").status_code == 404
    assert reader.get(f"/api/v1/datasets/{DATASET}/records").status_code == 404
