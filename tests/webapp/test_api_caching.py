"""ETags by generation: an answer holds until the next publication, and no longer."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import make_client
from tests.webapp.fixtures import CISPLATIN, GENERATION, LETTER, ONCOLOGY_NOTE, ROSA, RUN, Shelf, newer

BY_GENERATION = [
    "/api/v1/search?q=cisplatin",
    "/api/v1/documents?id=" + quote(ONCOLOGY_NOTE, safe=""),
    "/api/v1/nodes?id=" + quote(ROSA, safe=""),
    "/api/v1/neighbours?id=" + quote(ROSA, safe=""),
    "/api/v1/concepts?q=cis",
    "/api/v1/concepts/one?id=" + quote(CISPLATIN, safe=""),
    "/api/v1/patients",
    "/api/v1/patients/facts?id=" + quote(ROSA, safe=""),
]


@pytest.mark.parametrize("address", BY_GENERATION)
def test_answers_are_kept_until_the_next_generation(client: FlaskClient, library: Shelf, address: str) -> None:
    first = client.get(address)
    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    library.show(newer())
    fresh = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (fresh.status_code, fresh.json["generation"]) == (200, GENERATION + 1)
    assert fresh.headers.get("ETag") != first.headers["ETag"]


def test_a_kept_answer_costs_no_search(client: FlaskClient, library: Shelf) -> None:
    first = client.get("/api/v1/search?q=cisplatin")
    client.get("/api/v1/search?q=cisplatin", headers={"If-None-Match": first.headers["ETag"]})
    assert len(library.requests) == 1


def test_other_addresses_have_other_tags(client: FlaskClient) -> None:
    tags = [client.get(address).headers["ETag"] for address in BY_GENERATION]
    assert len(set(tags)) == len(tags)
    other = client.get("/api/v1/search?q=paclitaxel", headers={"If-None-Match": tags[0]})
    assert other.status_code == 200


def test_an_answer_that_lacks_something_is_not_kept(client: FlaskClient, library: Shelf) -> None:
    library.show(newer())
    found = client.get("/api/v1/search?q=" + "letter diabetes colleague")
    assert LETTER in [hit["document"] for hit in found.json["hits"]]
    assert found.json["notices"]
    assert "ETag" not in found.headers
    assert found.headers["Cache-Control"] == "no-store"


def test_without_the_graph_a_kept_answer_with_it_is_not_confirmed(client: FlaskClient, library: Shelf) -> None:
    first = client.get("/api/v1/search?q=cisplatin")
    library.lose_graph()
    again = client.get("/api/v1/search?q=cisplatin", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/v1/datasets", "/api/v1/runs", f"/api/v1/runs/{RUN}", "/api/v1/records?id=" + quote(ROSA, safe=""), "/api/docs"]
)
def test_what_the_generation_does_not_decide_is_not_kept(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_bad_requests_are_never_confirmed(library: Shelf) -> None:
    response = make_client(library).get("/api/v1/search?limit=0", headers={"If-None-Match": "*"})
    assert response.status_code == 400
