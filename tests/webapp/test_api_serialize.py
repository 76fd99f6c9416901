"""The form that REST and the command line share, without the web around it."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from graph.model import Edge, Neighbourhood, NodeSummary, Omitted
from search.model import Fact, SearchRequest, SearchResult
from tests.webapp.fixtures import CISPLATIN, ROSA, real
from webapp.answers.graph import neighbourhood
from webapp.answers.patients import FACT
from webapp.answers.search import search_result
from webapp.answers.shapes import Added, Shape, plain


def test_a_search_result_is_ready_for_json() -> None:
    result = real().current().retriever.search(SearchRequest("cisplatin"))
    found = search_result(result)
    assert orjson.loads(orjson.dumps(found)) == found
    assert found["total"] == result.total == 2
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert len(found["neighbourhood"]["nodes"]) == len(result.neighbourhood.nodes)
    assert found["facets"]["patient"] == [{"value": ROSA, "label": "Rosa Lindqvist", "count": 2}]


HOLDS = {"counted": True, "assertion": "affirmed", "status": ""}


def test_groups_depend_on_how_a_node_is_reached() -> None:
    hood = Neighbourhood(
        (NodeSummary(CISPLATIN, "Concept", "cisplatin"), NodeSummary(ROSA, "Patient", "Rosa", True)),
        (Edge(ROSA, "https://w3id.org/commissure/ns#hasMedication", CISPLATIN, 2, ("urn:a", "urn:b")),),
        (Omitted(ROSA, "urn:r", "in", "Condition", 41_177),),
    )
    assert neighbourhood(hood, {CISPLATIN: "medication"}) == {
        "nodes": [
            {"id": CISPLATIN, "kind": "Concept", "group": "medication", "label": "cisplatin", "stub": False, **HOLDS},
            {"id": ROSA, "kind": "Patient", "group": "patient", "label": "Rosa", "stub": True, **HOLDS},
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
    assert neighbourhood(hood)["nodes"][0]["group"] == "concept"


def test_an_empty_result_keeps_its_keys() -> None:
    found = search_result(SearchResult(0, True, 1, (), Neighbourhood(), {}, (), {}))
    assert (found["hits"], found["shared"], found["facets"], found["notices"]) == ([], [], {}, [])
    assert found["neighbourhood"] == {"nodes": [], "edges": [], "omitted": []}


def test_the_command_line_can_use_it_without_the_web() -> None:
    heavy = ("flask", "pydantic", "torch", "prometheus_client")
    code = f"import sys, webapp.answers.search, webapp.answers.labels; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_an_answer_shows_whatever_its_value_has() -> None:
    told = FACT(Fact("r", "d", "i", "label", None, "car", job="urn:job", agent="machine", attributes="iscrowd=0"), concepts=[])
    assert set(told) == {"concepts", *(one.name for one in fields(Fact))} == set(FACT.typed.__annotations__)
    assert (told["job"], told["agent"], told["attributes"]) == ("urn:job", "machine", "iscrowd=0")


@dataclass(frozen=True, slots=True)
class _Inner:
    """What lies within."""

    size: int
    """In pixels."""


@dataclass(frozen=True, slots=True)
class _Outer:
    """What is shown."""

    name: str
    secret: bytes
    inner: tuple[_Inner, ...]
    by_key: Mapping[str, _Inner | None]


def test_a_shape_says_in_schema_and_json_what_differs_from_its_value() -> None:
    shape = Shape(
        _Outer,
        "Shown",
        without=("secret",),
        added={"name": Added(int, "Its length.", lambda outer: len(outer.name)), "page": Added(int | None)},
        words={"by_key": "Sizes."},
        inside=False,
    )
    value = _Outer("four", b"x", (_Inner(1),), {"a": _Inner(2), "b": None})
    found = shape(value, page=None)
    assert found == {"name": 4, "inner": [{"size": 1}], "by_key": {"a": {"size": 2}, "b": None}, "page": None}
    schema = TypeAdapter(shape.typed).json_schema(mode="serialization")
    Draft202012Validator(schema).validate(found)
    assert schema["required"] == ["name", "inner", "by_key", "page"] and schema["additionalProperties"] is False
    assert schema["description"] == "What is shown." and schema["properties"]["by_key"]["description"] == "Sizes."
    assert schema["$defs"]["_Inner"]["properties"]["size"]["description"] == "In pixels."
    with pytest.raises(KeyError, match="page"):
        shape(value)
    for wrong in ({**found, "secret": "x"}, {**found, "name": "four"}, {key: one for key, one in found.items() if key != "inner"}):
        assert list(Draft202012Validator(schema).iter_errors(wrong))


def test_a_shape_that_is_stated_later_holds_for_values_shown_before() -> None:
    @dataclass(frozen=True)
    class Part:
        number: int
        hidden: str = "x"

    assert plain({"parts": (Part(1),)}) == {"parts": [{"number": 1, "hidden": "x"}]}
    Shape(Part, without=("hidden",))
    assert plain({"parts": (Part(1), None)}) == {"parts": [{"number": 1}, None]}
