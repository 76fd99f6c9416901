"""GraphML carries the types of values where a key has one."""

import io

import networkx
import pytest

from graph.graphml import write_graphml
from graph.model import Literal
from graph.property_graph import elements
from graph.vocabulary import KG, TYPE, XSD

A, B = "https://example.org/a", "https://example.org/b"


def written(tmp_path, *values):
    quads = [(A, TYPE, KG + "Item", A), *((node, KG + name, Literal(*literal), A) for node, name, literal in values)]
    out = io.BytesIO()
    write_graphml(elements(quads), out, tmp_path / "scratch.sqlite")
    return networkx.read_graphml(io.BytesIO(out.getvalue())), out.getvalue().decode()


@pytest.mark.parametrize(
    ("literals", "type_", "values"),
    [
        ([("5", XSD + "integer"), ("-7", XSD + "integer")], "int", [5, -7]),
        ([("5", XSD + "integer"), ("5000000000", XSD + "integer")], "long", [5, 5000000000]),
        ([("1.50", XSD + "decimal"), ("2", XSD + "integer")], "double", [1.5, 2.0]),
        ([("1e3", XSD + "double"), ("-.5", XSD + "float")], "double", [1000.0, -0.5]),
        ([("true", XSD + "boolean"), ("false", XSD + "boolean")], "boolean", [True, False]),
        ([("5", XSD + "integer"), ("five",)], "string", ["5", "five"]),
        ([("5",), ("7",)], "string", ["5", "7"]),
        ([("NaN", XSD + "double"), ("1", XSD + "double")], "string", ["NaN", "1"]),
        ([("2020-01-01", XSD + "date"), ("2021", XSD + "gYear")], "string", ["2020-01-01", "2021"]),
        ([("true", XSD + "boolean"), ("1", XSD + "integer")], "string", ["true", "1"]),
    ],
)
def test_a_key_has_the_type_of_all_of_its_values(tmp_path, literals, type_, values):
    graph, text = written(tmp_path, (A, "value", literals[0]), (B, "value", literals[1]))
    assert f'attr.name="kg_value" attr.type="{type_}"' in text
    assert [graph.nodes[node]["kg_value"] for node in (A, B)] == values


def test_a_key_of_which_a_node_has_several_is_text(tmp_path):
    graph, text = written(tmp_path, (A, "value", ("1", XSD + "integer")), (A, "value", ("2", XSD + "integer")))
    assert 'attr.name="kg_value" attr.type="string"' in text
    assert graph.nodes[A]["kg_value"] == '["1","2"]'


def test_kinds_are_those_of_the_property_graph(tmp_path):
    graph, _ = written(tmp_path)
    assert (graph.nodes[A]["labelV"], graph.nodes[A]["kind"]) == ("Item", "Item")
