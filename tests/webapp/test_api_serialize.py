"""The form that REST and the command line share, without the web around it."""

import subprocess
import sys

import orjson

from graph.model import Edge, Neighbourhood, NodeSummary, Omitted
from search.model import SearchRequest, SearchResult
from tests.webapp.fixtures import CISPLATIN, ROSA, real
from webapp import answers as serialize


def test_a_search_result_is_ready_for_json() -> None:
    result = real().current().retriever.search(SearchRequest("cisplatin"))
    found = serialize.search_result(result)
    assert orjson.loads(orjson.dumps(found)) == found
    assert found["total"] == result.total == 2
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert len(found["neighbourhood"]["nodes"]) == len(result.neighbourhood.nodes)
    assert found["facets"]["patient"] == [{"value": ROSA, "label": "Rosa Lindqvist", "count": 2}]


def test_groups_depend_on_how_a_node_is_reached() -> None:
    hood = Neighbourhood(
        (NodeSummary(CISPLATIN, "Concept", "cisplatin"), NodeSummary(ROSA, "Patient", "Rosa", True)),
        (Edge(ROSA, "https://w3id.org/commissure/ns#hasMedication", CISPLATIN, 2, ("urn:a", "urn:b")),),
        (Omitted(ROSA, "urn:r", "in", "Condition", 41_177),),
    )
    assert serialize.neighbourhood(hood, {CISPLATIN: "medication"}) == {
        "nodes": [
            {"id": CISPLATIN, "kind": "Concept", "group": "medication", "label": "cisplatin", "stub": False},
            {"id": ROSA, "kind": "Patient", "group": "patient", "label": "Rosa", "stub": True},
        ],
        "edges": [
            {
                "source": ROSA,
                "relation": "https://w3id.org/commissure/ns#hasMedication",
                "relation_name": "kg:hasMedication",
                "target": CISPLATIN,
                "records": 2,
                "evidence": ["urn:a", "urn:b"],
            }
        ],
        "omitted": [{"node": ROSA, "relation": "urn:r", "direction": "in", "kind": "Condition", "count": 41_177}],
    }
    assert serialize.neighbourhood(hood)["nodes"][0]["group"] == "concept"


def test_an_empty_result_keeps_its_keys() -> None:
    found = serialize.search_result(SearchResult(0, True, 1, (), Neighbourhood(), {}, (), {}))
    assert (found["hits"], found["shared"], found["facets"], found["notices"]) == ([], [], {}, [])
    assert found["neighbourhood"] == {"nodes": [], "edges": [], "omitted": []}


def test_the_command_line_can_use_it_without_the_web() -> None:
    code = (
        "import sys, webapp.answers; print([name for name in ('flask', 'pydantic', 'torch', 'prometheus_client') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
