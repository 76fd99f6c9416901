"""GET and POST /api/v1/search."""

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from search.errors import InvalidRequest, ModelUnavailable
from search.model import Filters, Mode, SearchRequest
from tests.webapp.fixtures import (
    CISPLATIN,
    DATASET,
    DIABETES,
    FOLLOW_UP_NOTE,
    GENERATION,
    LETTER,
    MILAN,
    ONCOLOGY_NOTE,
    OTHER_DATASET,
    OVARIAN_CANCER,
    ROSA,
    RUN,
    Shelf,
    empty,
)


def search(client: FlaskClient, **parameters: Any) -> Any:
    response = client.get("/api/v1/search?" + urlencode(parameters, doseq=True))
    assert response.status_code == 200, response.text
    return response.json


def requests(library: Shelf) -> list[SearchRequest]:
    return library.requests


def test_the_stable_keys_hold_what_was_found(client: FlaskClient) -> None:
    found = search(client, q="woman treated with cisplatin and paclitaxel", limit=2)
    assert list(found) == [
        "total",
        "total_is_exact",
        "generation",
        "hits",
        "neighbourhood",
        "shared",
        "facets",
        "notices",
        "graph",
        "seconds",
        "timings",
        "well",
        "loosely",
        "question",
        "head",
        "whole",
        "respelled",
        "by_patient",
    ]
    assert found["generation"] == GENERATION
    hit = found["hits"][0]
    assert hit["document"] == ONCOLOGY_NOTE
    assert (hit["title"], hit["patient"], hit["date"]) == ("Oncology visit", ROSA, "2024-03-18")
    assert 1 > hit["score"] > 0
    assert (hit["match"], found["total"]) == ("well", found["well"] + found["loosely"])
    assert set(hit["scores"]) == {"semantic", "lexical"}
    assert hit["passage"]["text"].startswith("# History of present illness\nWoman treated with cisplatin")
    assert (hit["passage"]["start"], hit["passage"]["end"]) == (0, len(hit["passage"]["text"]))
    assert {"text": "cisplatin", "start": 48, "end": 57} in hit["highlights"]
    assert hit["answer"] == {
        "text": "Woman treated with cisplatin and paclitaxel for ovarian cancer since March.",
        "start": 29,
        "end": 104,
    }
    assert hit["evidence"] == {
        "document": ONCOLOGY_NOTE,
        "record": ONCOLOGY_NOTE,
        "source": "demo/DocumentReference.ndjson",
        "line": 1,
        "run": RUN,
        "start": 0,
        "end": hit["passage"]["end"],
    }
    assert {"concept": CISPLATIN, "label": "cisplatin", "assertion": "affirmed"} in hit["concepts"]


HOLDS = {"counted": True, "assertion": "affirmed", "status": ""}


def test_hits_are_joined_with_the_graph(client: FlaskClient) -> None:
    found = search(client, q="cisplatin")
    nodes = {node["id"]: node for node in found["neighbourhood"]["nodes"]}
    assert nodes[ROSA] == {"id": ROSA, "kind": "Patient", "group": "patient", "label": "Rosa Lindqvist", "stub": False} | HOLDS
    assert nodes[CISPLATIN]["group"] == "medication"
    edges = {(edge["source"], edge["relation_name"], edge["target"]) for edge in found["neighbourhood"]["edges"]}
    assert (ONCOLOGY_NOTE, "kg:subject", ROSA) in edges
    assert (ROSA, "kg:hasMedication", CISPLATIN) in edges
    cancer = {"node": OVARIAN_CANCER, "label": "Ovarian cancer", "kind": "Concept", "group": "condition", "hits": [1, 2]}
    assert cancer in [{key: one[key] for key in cancer} for one in found["shared"]]


@pytest.mark.parametrize("post", [False, True])
def test_every_parameter_reaches_the_search(client: FlaskClient, library: Shelf, post: bool) -> None:
    body: dict[str, Any] = {
        "q": "pain",
        "dataset": [DATASET, OTHER_DATASET],
        "patient": [ROSA, MILAN],
        "type": ["Progress note", "Oncology note"],
        "concept": [DIABETES],
        "from": "2019",
        "to": "2024-06-30",
        "mode": "lexical",
        "limit": 3,
        "offset": 6,
        "join": False,
        "facets": False,
    }
    if post:
        response = client.post("/api/v1/search", json=body)
    else:
        body["join"] = body["facets"] = "false"
        response = client.get("/api/v1/search?" + urlencode(body, doseq=True))
    assert response.status_code == 200
    assert requests(library) == [
        SearchRequest(
            "pain",
            Filters(
                datasets=(DATASET, OTHER_DATASET),
                patients=(ROSA, MILAN),
                types=("Progress note", "Oncology note"),
                concepts=(DIABETES,),
                date_from="2019",
                date_to="2024-06-30",
            ),
            Mode.LEXICAL,
            limit=3,
            offset=6,
            join=False,
            facets=False,
        )
    ]


def test_get_and_post_answer_the_same(client: FlaskClient) -> None:
    posted = client.post("/api/v1/search", json={"q": "cisplatin", "patient": [ROSA]})
    took = {"seconds": posted.json["seconds"], "timings": posted.json["timings"]}
    assert posted.json == search(client, q="cisplatin", patient=ROSA) | took
    assert [hit["document"] for hit in posted.json["hits"]] == [ONCOLOGY_NOTE, FOLLOW_UP_NOTE]


def test_without_parameters_it_browses_newest_first(client: FlaskClient, library: Shelf) -> None:
    found = search(client)
    assert requests(library) == [SearchRequest("")]
    assert found["total"] == 6
    assert found["hits"][0]["document"] == FOLLOW_UP_NOTE


def test_empty_fields_of_a_form_are_absent(client: FlaskClient, library: Shelf) -> None:
    response = client.get("/api/v1/search?q=letter&dataset=&from=&to=&mode=&limit=&join=")
    assert response.status_code == 200
    assert requests(library) == [SearchRequest("letter")]


def test_pages_of_hits_follow_each_other(client: FlaskClient) -> None:
    whole = [hit["document"] for hit in search(client, limit=6)["hits"]]
    pages = [hit["document"] for offset in (0, 2, 4) for hit in search(client, limit=2, offset=offset)["hits"]]
    assert pages == whole
    assert len(set(whole)) == 6


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("limit=0", "limit", "input should be greater than or equal to 1"),
        ("limit=101", "limit", "input should be less than or equal to 100"),
        ("limit=ten", "limit", "must be a whole number"),
        ("offset=-1", "offset", "input should be greater than or equal to 0"),
        ("mode=fuzzy", "mode", "input should be 'hybrid', 'semantic' or 'lexical'"),
        ("from=last+year", "from", "must be a date: YYYY, YYYY-MM or YYYY-MM-DD"),
        ("to=2024-13", "to", "must be a date: YYYY, YYYY-MM or YYYY-MM-DD"),
        ("concept=has+space", "concept.0", "holds characters that it may not hold (spaces, quotes, angle brackets or control characters)"),
        ("q=a&q=b", "q", "give it once"),
        ("quary=x", "quary", "no such parameter; there are: "),
        ("pateint=x", "pateint", "no such parameter; did you mean 'patient'?"),
        ("date_from=2019", "date_from", "no such parameter; "),
        ("q=" + "x" * 10_001, "q", "string should have at most 10000 characters"),
    ],
)
def test_bad_parameters_are_named(client: FlaskClient, library: Shelf, query: str, field: str, detail: str) -> None:
    response = client.get("/api/v1/search?" + query)
    assert response.status_code == 400
    assert response.json["type"] == "https://w3id.org/commissure/problem/invalid-request"
    assert [error["field"] for error in response.json["errors"]] == [field]
    assert response.json["errors"][0]["detail"].startswith(detail)
    assert requests(library) == []


def test_all_faults_are_named_at_once(client: FlaskClient) -> None:
    response = client.post("/api/v1/search", json={"limit": 0, "mode": "x", "dataset": "demo", "nope": 1})
    assert {error["field"] for error in response.json["errors"]} == {"limit", "mode", "dataset", "nope"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "detail"),
    [
        (b"{", "application/json", 400, "body: is not JSON"),
        (b"[]", "application/json", 400, "body: must be a JSON object"),
        (b"\xff\xfe", "application/json", 400, "body: is not JSON"),
        (b"q=x", "application/x-www-form-urlencoded", 415, "The request body is of a type"),
        (b"[" * 100_000, "application/json", 400, "body: is not JSON"),
    ],
)
def test_bad_bodies_are_refused(client: FlaskClient, body: bytes, kind: str, status: int, detail: str) -> None:
    response = client.post("/api/v1/search", data=body, content_type=kind)
    assert response.status_code == status
    assert response.json["detail"].startswith(detail)


def test_post_takes_nothing_from_the_address(client: FlaskClient) -> None:
    response = client.post("/api/v1/search?q=cisplatin", json={})
    assert response.status_code == 400
    assert response.json["errors"] == [{"field": "q", "detail": "send it in the JSON body, not in the address"}]


def test_what_the_search_refuses_names_its_field(client: FlaskClient, library: Shelf) -> None:
    library.fail = InvalidRequest("offset", "reaches beyond the 1,000 ranked documents; narrow the filters")
    response = client.get("/api/v1/search?q=x&offset=5000")
    assert response.status_code == 400
    assert response.json["errors"] == [{"field": "offset", "detail": "reaches beyond the 1,000 ranked documents; narrow the filters"}]


def test_a_missing_model_is_said(client: FlaskClient, library: Shelf) -> None:
    library.fail = ModelUnavailable("/home/someone/models/minilm is damaged")
    response = client.get("/api/v1/search?q=x")
    assert response.status_code == 503
    assert response.json["type"].endswith("/model-unavailable")
    assert "/home/someone" not in response.text
    assert "mode=lexical" in response.json["detail"]


def test_without_a_graph_hits_come_with_a_notice(client: FlaskClient, library: Shelf) -> None:
    library.lose_graph()
    found = search(client, q="cisplatin")
    assert found["total"] == 2
    assert found["neighbourhood"] == {"nodes": [], "edges": [], "omitted": []}
    assert found["notices"] == ["The graph cannot be read: hits are shown without their connections."]
    assert found["graph"] == "unavailable"


def test_nothing_published_says_how_to_begin(client: FlaskClient, library: Shelf) -> None:
    library.show(empty())
    response = client.get("/api/v1/search?q=x")
    assert response.status_code == 503
    assert response.json["type"].endswith("/nothing-published")
    assert "commissure demo" in response.json["detail"]


def test_a_request_takes_the_generation_once(client: FlaskClient, library: Shelf) -> None:
    search(client, q="cisplatin")
    assert library.taken == 1


def test_filters_find_what_they_name(client: FlaskClient) -> None:
    assert [hit["document"] for hit in search(client, q="diabetes", dataset=OTHER_DATASET)["hits"]] == [LETTER]


def test_all_hits_as_a_table(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search.csv?q=cisplatin")
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Commissure-Truncated"] == "false"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["document"] for row in rows] == [hit["document"] for hit in search(client, q="cisplatin", limit=100)["hits"]]
    patients = list(csv.DictReader(io.StringIO(client.get("/api/v1/search.csv?q=cisplatin&rows=patients").text)))
    assert sum(int(row["hits"]) for row in patients) == len(rows)
    assert {row["source"][:1] for row in rows}.isdisjoint({"/", ""}), "a path within the export, not the server's"
    for wrong in ("rows=people", "limit=5", "dataset=nope", "q=phras*"):
        assert client.get(f"/api/v1/search.csv?{wrong}").status_code == 400


def test_empty_parameters_are_allowed_as_the_document_says(client: FlaskClient) -> None:
    parameters = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/search"]["get"]["parameters"]
    for one in parameters:
        assert re.search(one["schema"]["items"]["pattern"], "") if "items" in one["schema"] else one["allowEmptyValue"], one["name"]
    address = "&".join(f"{one['name']}=" for one in parameters)
    assert client.get(f"/api/v1/search?{address}").json["total"] == search(client)["total"]
