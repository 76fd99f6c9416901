"""Documents and records."""

from urllib.parse import quote, quote_plus

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import make_client
from tests.webapp.fixtures import (
    CISPLATIN,
    DOCUMENTS,
    GENERATION,
    HOSTILE_NOTE,
    HOSTILE_TEXT,
    HOSTILE_TITLE,
    ONCOLOGY_NOTE,
    RAW_ROSA,
    ROSA,
    ROSA_VISIT,
    RUN,
    Part,
    Shelf,
    real,
)


def test_a_document_holds_text_passages_and_mentions(client: FlaskClient) -> None:
    found = client.get("/api/v1/documents?id=" + quote_plus(ONCOLOGY_NOTE)).json
    assert found["generation"] == GENERATION
    assert (found["title"], found["type"], found["status"]) == ("Oncology visit", "Oncology note", "current")
    assert (found["patient"], found["patient_label"], found["encounter"]) == (ROSA, "Rosa Lindqvist", ROSA_VISIT)
    assert [passage["section"] for passage in found["passages"]] == ["History of present illness", "Plan"]
    came_with_it = [one for one in found["mentions"] if one["source"] != "reading"]
    assert len(found["mentions"]) > len(came_with_it), "the text was read by the product too"
    mention = came_with_it[0]
    assert (mention["concept"], mention["assertion"], mention["score"], mention["concept_score"]) == (CISPLATIN, "affirmed", 0.98, 0.87)
    assert [one["assertion"] for one in came_with_it] == ["affirmed", "affirmed", "affirmed", "negated", "family"]
    for one in found["mentions"]:
        assert found["text"][one["start"] : one["end"]] == one["text"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_forms_of_the_address_give_the_same(client: FlaskClient, document: str) -> None:
    by_query = client.get("/api/v1/documents?id=" + quote_plus(document))
    by_path = client.get("/api/v1/documents/" + quote(document, safe=""))
    assert by_query.status_code == by_path.status_code == 200
    assert by_query.json == by_path.json
    assert by_path.json["id"] == document


def test_hostile_text_comes_back_as_it_is(client: FlaskClient) -> None:
    response = client.get("/api/v1/documents", query_string={"id": HOSTILE_NOTE})
    assert response.json["text"] == HOSTILE_TEXT
    assert response.json["title"] == HOSTILE_TITLE
    assert response.content_type == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_half_a_surrogate_pair_is_answered(client: FlaskClient, library: Shelf) -> None:
    from dataclasses import replace

    catalog = real().current().catalog
    broken = replace(catalog.document(ONCOLOGY_NOTE), text="broken \ud83d emoji")
    library.catalog = Part(catalog, document=lambda _: broken)
    response = client.get("/api/v1/documents", query_string={"id": ONCOLOGY_NOTE})
    assert response.status_code == 200
    assert b'"text":"broken \\ud83d emoji"' in response.data


@pytest.mark.parametrize("path", ["/api/v1/documents", "/api/v1/nodes", "/api/v1/records", "/api/v1/patients/one", "/api/v1/concepts/one"])
def test_unknown_identifiers_are_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path, query_string={"id": "https://example.org/secret-name"})
    assert response.status_code == 404
    assert response.json["type"].endswith("/problem/not-found")
    assert "secret-name" not in response.text


def test_the_identifier_is_required(client: FlaskClient) -> None:
    for address in ("/api/v1/documents", "/api/v1/documents?id="):
        response = client.get(address)
        assert response.status_code == 400
        assert response.json["errors"] == [{"field": "id", "detail": "is missing"}]


def test_the_path_form_takes_no_second_identifier(client: FlaskClient) -> None:
    response = client.get("/api/v1/documents/" + quote(ONCOLOGY_NOTE, safe="") + "?id=x")
    assert response.status_code == 400
    assert response.json["errors"] == [{"field": "id", "detail": "no such parameter; this address takes none"}]


def test_a_record_is_shown_as_it_came(client: FlaskClient) -> None:
    expected = {
        "record": ROSA,
        "kind": "Patient",
        "raw": RAW_ROSA,
        "source": "demo/Patient.ndjson",
        "line": 1,
        "run": RUN,
    }
    assert client.get("/api/v1/records", query_string={"id": ROSA}).json == expected
    assert client.get("/api/v1/records/" + quote(ROSA, safe="")).json == expected


def test_records_can_be_withheld(library: Shelf) -> None:
    response = make_client(library, raw_records=False).get("/api/v1/records", query_string={"id": ROSA})
    assert response.status_code == 403
    assert "birthDate" not in response.text
