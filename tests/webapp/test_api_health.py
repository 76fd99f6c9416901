"""/healthz, /readyz and /metrics."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from search.errors import GenerationUnreadable, ModelUnavailable
from search.model import Mode, SearchRequest
from tests.webapp.fixtures import GENERATION, Away, Part, Shelf, empty, newer, real


def test_alive_needs_nothing(client: FlaskClient, library: Shelf) -> None:
    library.show(empty())
    response = client.get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "alive"})
    assert library.taken == 0
    assert response.headers["Cache-Control"] == "no-store"


def test_ready_tries_the_model_once_for_a_generation(client: FlaskClient, library: Shelf) -> None:
    for _ in range(3):
        response = client.get("/readyz")
        assert (response.status_code, response.json) == (
            200,
            {"status": "ready", "checks": {"generation": "ok", "model": "ok", "graph": "ok"}},
        )
    assert [request.mode for request in library.requests] == [Mode.SEMANTIC]
    library.show(newer())
    assert client.get("/readyz").status_code == 200
    assert len(library.requests) == 2


def not_ready(client: FlaskClient) -> dict[str, str]:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["status"] == "not ready"
    return {name: state for name, state in response.json["checks"].items() if state != "ok"}


def test_not_ready_without_a_generation(client: FlaskClient, library: Shelf) -> None:
    library.show(empty())
    found = not_ready(client)
    assert "commissure demo" in found["generation"]
    assert (found["model"], found["graph"]) == ("not tried", "not tried")


def test_not_ready_with_a_damaged_generation(client: FlaskClient, library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise GenerationUnreadable("/data/generations/7/vectors is damaged")

    monkeypatch.setattr(library, "current", fail)
    found = not_ready(client)
    assert found["generation"].startswith("the published generation cannot be read")
    assert "/data" not in str(found)


def test_not_ready_without_the_model(client: FlaskClient, library: Shelf) -> None:
    library.fail = ModelUnavailable("model.safetensors is damaged")
    assert set(not_ready(client)) == {"model"}
    library.fail = None
    assert client.get("/readyz").status_code == 200


def test_not_ready_where_words_stand_in_for_meaning(client: FlaskClient, library: Shelf) -> None:
    library.answer = lambda search, request: search(SearchRequest("metformin", mode=Mode.LEXICAL, limit=1))
    assert set(not_ready(client)) == {"model"}


def test_a_probe_does_not_wait_behind_another(client: FlaskClient, library: Shelf) -> None:
    readiness = client.application.extensions["commissure_readiness"]
    with readiness.trying:
        assert not_ready(client) == {"model": "the embedding model is being loaded"}


def test_not_ready_without_the_graph(client: FlaskClient, library: Shelf) -> None:
    library.lose_graph()
    assert not_ready(client) == {"graph": "the graph store cannot be reached"}
    library.graph = Away()
    assert not_ready(client) == {"graph": "the graph store does not answer"}


def samples(client: FlaskClient) -> dict[str, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_metrics_count_requests_and_search_steps(client: FlaskClient, library: Shelf) -> None:
    client.get("/api/v1/search?q=cisplatin")
    client.get("/api/v1/search?q=cisplatin")
    client.get("/api/v1/search?limit=0")
    library.show(newer())
    client.post("/api/v1/search", json={"q": "letter diabetes"})
    client.get("/api/v1/documents?id=urn:secret")
    client.get("/api/v1/documents/urn:secret")
    found = samples(client)
    assert found['commissure_http_requests_total{method="GET",route="/api/v1/search",status="200"}'] == 2
    assert found['commissure_http_requests_total{method="GET",route="/api/v1/search",status="400"}'] == 1
    assert found['commissure_http_requests_total{method="POST",route="/api/v1/search",status="200"}'] == 1
    assert found['commissure_http_requests_total{method="GET",route="/api/v1/documents/<path:id>",status="404"}'] == 1
    assert found['commissure_http_request_seconds_count{route="/api/v1/search"}'] == 4
    assert found['commissure_search_step_seconds_count{step="encode"}'] == 3
    assert 0 < found['commissure_search_step_seconds_sum{step="encode"}'] < found['commissure_search_step_seconds_sum{step="rank"}']
    assert found['commissure_searches_total{complete="yes"}'] == 2
    assert found['commissure_searches_total{complete="no"}'] == 1
    assert found["commissure_generation"] == GENERATION + 1
    assert sum(value for name, value in found.items() if name.startswith("commissure_build_info")) == 1


def test_metrics_hold_nothing_that_clients_sent(client: FlaskClient) -> None:
    client.get("/api/v1/search?q=ovarian+cancer&dataset=secret")
    client.get("/nothing/secret-name")
    client.open("/api/v1/search", method="SECRET")
    text = client.get("/metrics").text
    for word in ("ovarian", "secret", "SECRET"):
        assert word not in text
    assert re.search(r'requests_total\{method="GET",route="\(none\)",status="404"\} 1', text)
    assert re.search(r'requests_total\{method="OTHER",route="\(none\)",status="405"\} 1', text)


def test_metrics_without_a_generation(client: FlaskClient, library: Shelf) -> None:
    library.show(empty())
    assert samples(client)["commissure_generation"] == 0


def test_ready_where_nothing_is_embedded(client: FlaskClient, library: Shelf) -> None:
    catalog = real().current().catalog
    contents = tuple(replace(one, embedded=0) for one in catalog.datasets())
    library.catalog = Part(catalog, datasets=lambda: contents)
    library.answer = lambda search, request: search(replace(request, mode=Mode.LEXICAL))
    assert client.get("/readyz").json["checks"]["model"] == "ok"
