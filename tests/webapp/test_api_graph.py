"""Nodes, neighbours and neighbourhoods."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from graph import vocabulary as v
from graph.model import Literal
from tests.webapp.fixtures import (
    CISPLATIN,
    DATASET,
    FOLLOW_UP_NOTE,
    GENERATION,
    MILAN,
    MILAN_VISIT,
    ONCOLOGY_NOTE,
    OVARIAN_CANCER,
    PACLITAXEL,
    ROSA,
    ROSA_VISIT,
    Shelf,
    real,
)


def get(client: FlaskClient, path: str, **parameters: Any) -> Any:
    response = client.get(path, query_string=parameters)
    assert response.status_code == 200, response.text
    return response.json


def test_a_node_says_everything_about_itself(client: FlaskClient) -> None:
    found = get(client, "/api/v1/nodes", id=ROSA)
    assert (found["kind"], found["group"], found["label"], found["stub"]) == ("Patient", "patient", "Rosa Lindqvist", False)
    assert found["properties"]["https://schema.org/birthDate"] == [{"value": "1961-04", "datatype": v.XSD + "gYearMonth", "language": None}]
    charted = (("Condition", "cancer"), ("MedicationRequest", "cisplatin"), ("MedicationRequest", "paclitaxel"))
    assert found["records"] == sorted([ROSA, *(v.BASE + f"data/{DATASET}/{kind}/rosa-{what}" for kind, what in charted)])
    assert found["references"] == 7
    assert client.get("/api/v1/nodes/" + quote(ROSA, safe="")).json == found


def test_a_node_names_the_documents_it_carries(client: FlaskClient) -> None:
    found = get(client, "/api/v1/nodes", id=ONCOLOGY_NOTE)
    assert [one["id"] for one in found["documents"]] == [ONCOLOGY_NOTE, ONCOLOGY_NOTE + "#content-1"]


def test_neighbours_are_counted_by_relation_direction_and_kind(client: FlaskClient) -> None:
    found = get(client, "/api/v1/neighbours/counts", id=ROSA)
    counts = {(one["relation_name"], one["direction"], one["kind"]): one["count"] for one in found["counts"]}
    assert counts == {
        ("kg:hasCondition", "out", "Concept"): 1,
        ("kg:hasMedication", "out", "Concept"): 2,
        ("kg:subject", "in", "Condition"): 2,
        ("kg:subject", "in", "DocumentReference"): 2,
        ("kg:subject", "in", "Encounter"): 1,
        ("kg:subject", "in", "MedicationRequest"): 2,
    }
    assert found["node"] == ROSA


def test_neighbours_come_page_by_page(client: FlaskClient) -> None:
    whole = get(client, "/api/v1/neighbours", id=ROSA, limit=100)
    assert whole["total"] == len(whole["neighbours"]) == 10
    assert whole["cursor"] is None
    pages: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get(client, "/api/v1/neighbours", id=ROSA, limit=4, **cursor)
        assert page["total"] == 10
        pages += page["neighbours"]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert pages == whole["neighbours"]


def test_neighbours_are_filtered(client: FlaskClient) -> None:
    found = get(client, "/api/v1/neighbours", id=ROSA, relation="kg:hasMedication", direction="out", kind="Concept")
    assert [(one["node"]["id"], one["edge"]["relation"]) for one in found["neighbours"]] == [
        (CISPLATIN, v.HAS_MEDICATION),
        (PACLITAXEL, v.HAS_MEDICATION),
    ]
    assert found["neighbours"][0]["edge"]["evidence"] == [v.BASE + f"data/{DATASET}/MedicationRequest/rosa-cisplatin"]
    assert get(client, "/api/v1/neighbours", id=ROSA, relation=v.HAS_MEDICATION, direction="in")["total"] == 0


def test_a_foreign_cursor_is_refused(client: FlaskClient) -> None:
    response = client.get("/api/v1/neighbours", query_string={"id": ROSA, "cursor": "not-ours"})
    assert response.status_code == 400
    assert response.json["errors"] == [{"field": "cursor", "detail": "is not one that this server gave; begin again without it"}]


def test_a_neighbourhood_joins_its_beginnings(client: FlaskClient) -> None:
    found = get(
        client, "/api/v1/neighbourhood", id=[ONCOLOGY_NOTE, FOLLOW_UP_NOTE], direction="out", relation=["kg:subject", "kg:encounter"]
    )
    assert {one["id"] for one in found["nodes"]} == {ONCOLOGY_NOTE, FOLLOW_UP_NOTE, ROSA, ROSA_VISIT}
    assert {(one["source"], one["relation_name"], one["target"]) for one in found["edges"]} == {
        (note, relation, target)
        for note in (ONCOLOGY_NOTE, FOLLOW_UP_NOTE)
        for relation, target in (("kg:subject", ROSA), ("kg:encounter", ROSA_VISIT))
    }
    assert found["omitted"] == []
    assert found["generation"] == GENERATION


def test_a_second_hop_reaches_further(client: FlaskClient) -> None:
    found = get(client, "/api/v1/neighbourhood", id=ONCOLOGY_NOTE, direction="out", hops=2)
    assert {CISPLATIN, OVARIAN_CANCER} < {one["id"] for one in found["nodes"]}
    assert MILAN not in {one["id"] for one in found["nodes"]}


def test_what_a_bound_cuts_is_counted(client: FlaskClient) -> None:
    found = get(client, "/api/v1/neighbourhood", id=ROSA, direction="out", limit=1)
    assert found["omitted"] == [{"node": ROSA, "relation": v.HAS_MEDICATION, "direction": "out", "kind": "Concept", "count": 1}]
    assert CISPLATIN in {one["id"] for one in found["nodes"]}


def test_rules_of_ones_own_and_preferred_nodes(client: FlaskClient) -> None:
    body = {
        "ids": [ROSA, MILAN],
        "hops": [
            [{"direction": "in", "limit": 1, "kind": "Patient", "relations": ["kg:subject"]}],
            [{"direction": "out", "limit": 5, "kind": "Encounter", "relations": ["kg:participant"]}],
        ],
        "prefer": [FOLLOW_UP_NOTE],
    }
    response = client.post("/api/v1/neighbourhood", json=body)
    assert response.status_code == 200
    ids = {one["id"] for one in response.json["nodes"]}
    doctor = v.BASE + f"data/{DATASET}/Practitioner/unknown-doctor"
    assert {ROSA, MILAN, ROSA_VISIT, MILAN_VISIT, FOLLOW_UP_NOTE, doctor} <= ids
    assert ONCOLOGY_NOTE not in ids
    assert next(one for one in response.json["nodes"] if one["id"] == doctor)["stub"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ids": [], "hops": [[{"direction": "out"}]]}, "ids"),
        ({"ids": ["x"], "hops": []}, "hops"),
        ({"ids": ["x"], "hops": [[]]}, "hops.0"),
        ({"ids": ["x"], "hops": [[{"direction": "out"}]] * 4}, "hops"),
        ({"ids": ["x"], "hops": [[{"direction": "sideways"}]]}, "hops.0.0.direction"),
        ({"ids": ["x"], "hops": [[{"direction": "out", "limit": 1000}]]}, "hops.0.0.limit"),
        ({"ids": ["x"], "hops": [[{"direction": "out", "depth": 3}]]}, "hops.0.0.depth"),
        ({"ids": [f"n{n}" for n in range(51)], "hops": [[{"direction": "out"}]]}, "ids"),
        ({"ids": ["x", "y"], "hops": [[{"direction": "out", "limit": 100}]] * 3}, "hops"),
    ],
)
def test_rules_that_reach_too_far_or_nowhere_are_refused(client: FlaskClient, body: Any, field: str) -> None:
    response = client.post("/api/v1/neighbourhood", json=body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json["errors"]] == [field]


@pytest.mark.parametrize("path", ["/api/v1/nodes", "/api/v1/neighbours", "/api/v1/neighbours/counts", "/api/v1/neighbourhood"])
def test_an_unreachable_graph_is_said(client: FlaskClient, library: Shelf, path: str) -> None:
    library.lose_graph()
    response = client.get(path, query_string={"id": ROSA})
    assert response.status_code == 503
    assert response.json["type"].endswith("/graph-unavailable")


def test_what_is_no_link_is_a_property() -> None:
    graph = real().current().graph
    assert graph is not None
    node = graph.node(CISPLATIN)
    assert node is not None
    assert node.properties[v.NOTATION] == (Literal("2555"),)
    assert node.properties[v.IN_SCHEME][0].datatype == v.XSD + "anyURI"


@pytest.mark.parametrize("direction", ["out", "in"])
def test_over_what_is_no_relation_nothing_is_reached(client: FlaskClient, direction: str) -> None:
    for relation in ("AAA", "> ?n } } #", "https://example.org/none"):
        answer = client.get("/api/v1/neighbourhood", query_string={"id": ROSA, "relation": relation, "direction": direction})
        assert answer.status_code in (200, 400), relation
        if answer.status_code == 200:
            assert answer.get_json()["edges"] == []
