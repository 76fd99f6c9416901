"""A ViewDefinition that is wrong says where."""

from typing import Any

import pytest

from cohorts.views.compile import compile_view
from cohorts.views.definition import read_definition
from cohorts.views.errors import InvalidView
from tests.cohorts.views.running import PATIENT, column, compiled, rows

ID: dict[str, Any] = {"column": [{"name": "id", "path": "id"}]}


def view(**more: Any) -> dict[str, Any]:
    return {"resource": "Patient", "select": [ID], **more}


def nested(depth: int) -> dict[str, Any]:
    select: dict[str, Any] = ID
    for _ in range(depth):
        select = {"select": [select]}
    return select


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        ([], "ViewDefinition: is not a JSON object"),
        (view(resourceType="Patient"), "resourceType: is not ViewDefinition"),
        ({"select": [ID]}, "resource: is missing"),
        (view(resource=3), "resource: is not a text"),
        (view(resource=" "), "resource: is empty"),
        (view(resource="Patiend"), "resource: 'Patiend' is no resource type of R4; did you mean patient"),
        (view(resource="HumanName"), "resource: 'HumanName' is no resource type of R4"),
        (view(resource="../etc"), "resource: '../etc' is no resource type of R4"),
        ({"resource": "Patient"}, "select: is missing"),
        (view(select={}), "select: is not a list"),
        (view(select=[3]), r"select\[0\]: is not a JSON object"),
        (view(select=[{"forEach": "name"}]), "select: names no column"),
        (view(select=[{**ID, "forEech": "name"}]), r"select\[0\]: 'forEech' is not known here; there are: column, forEach"),
        (view(select=[{**ID, "forEach": 1}]), r"select\[0\]\.forEach: is not a text"),
        (view(select=[{**ID, "forEach": "name", "repeat": ["name"]}]), r"select\[0\]: has forEach and repeat"),
        (view(select=[{**ID, "repeat": []}]), r"select\[0\]\.repeat: names no path"),
        (view(select=[{**ID, "repeat": [1]}]), r"select\[0\]\.repeat\[0\]: is not a text"),
        (view(select=[nested(20)]), "nested more than 16 deep"),
        (view(select=[{"column": [{"path": "id"}]}]), r"select\[0\]\.column\[0\]\.name: is missing"),
        (view(select=[{"column": [{"name": "id"}]}]), r"select\[0\]\.column\[0\]\.path: is missing"),
        (view(select=[{"column": [{"name": 'a"; --', "path": "id"}]}]), r"select\[0\]\.column\[0\]\.name: .* is no name"),
        (view(select=[{"column": [{"name": "1a", "path": "id"}]}]), "is no name"),
        (view(select=[{"column": [{"name": "a", "path": "id", "collection": "yes"}]}]), "collection: is not true or false"),
        (view(select=[{"column": [{"name": "a", "path": "id", "pat": "id"}]}]), r"select\[0\]\.column\[0\]: 'pat' is not known here"),
        (
            view(select=[{"column": [{"name": "a", "path": "id", "type": "money"}]}]),
            "the path gives a id, not a 'money'",
        ),
        (view(select=[{"column": [{"name": "a", "path": "active", "type": "string"}]}]), "the path gives a boolean, which is no string"),
        (view(select=[ID, ID]), r"select\[1\]: the name 'id' is there twice"),
        (view(select=[{"column": [{"name": f"c{n}", "path": "id"} for n in range(501)]}]), "has 501 columns, more than 500"),
        (view(constant=[{"name": "a"}]), r"constant\[0\]: must have one value, such as valueString; it has none"),
        (view(constant=[{"name": "a", "valueString": "x", "valueCode": "x"}]), "it has 'valueString', 'valueCode'"),
        (view(constant=[{"name": "a", "valueQuantity": {}}]), r"constant\[0\]\.valueQuantity: no constant can be of this type"),
        (view(constant=[{"name": "a", "valueInteger": True}]), "is not a integer"),
        (view(constant=[{"name": "a", "valueString": "a\0"}]), "null character"),
        (view(constant=[{"name": "a", "valueString": "x"}] * 2), r"constant\[1\]\.name: the name 'a' is there twice"),
        (view(where=[{"path": "name.family"}]), r"where\[0\]\.path: the condition is a string, not true or false"),
        (view(where=[{"path": "id = 'x'", "pth": 1}]), r"where\[0\]: 'pth' is not known here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(definition: object, told: str) -> None:
    with pytest.raises(
        InvalidView, match=f"^{told}" if not told.startswith(("nested", "is no", "has", "it", "null", "the path", "coll")) else told
    ):
        compile_view(read_definition(definition))


def test_branches_of_a_union_agree_in_names_order_and_types() -> None:
    def union(*branches: dict[str, Any]) -> dict[str, Any]:
        return view(select=[{"unionAll": list(branches)}])

    def two(first: str, second: str, path: str = "id") -> dict[str, Any]:
        return {"column": [{"name": first, "path": path}, {"name": second, "path": "id"}]}

    for wrong in (two("a", "c"), two("b", "a"), ID):
        with pytest.raises(InvalidView, match=r"^select\[0\]\.unionAll\[1\]: has the columns .*; unionAll\[0\] has a, b"):
            compile_view(read_definition(union(two("a", "b"), wrong)))
    with pytest.raises(InvalidView, match=r"unionAll\[1\]\.column\[0\]: a is a boolean here and a id in another branch"):
        compile_view(read_definition(union(two("a", "b"), two("a", "b", "active"))))


def test_ways_through_unions_are_bounded() -> None:
    wide = {"unionAll": [ID] * 20}
    other = {"unionAll": [{"column": [{"name": "o", "path": "id"}]}] * 20}
    with pytest.raises(InvalidView, match="more than 256 ways"):
        compiled(wide, other)
    deep: dict[str, Any] = {"unionAll": [ID, ID]}
    for _ in range(12):
        deep = {"unionAll": [deep, deep]}
    with pytest.raises(InvalidView, match="more than 256 ways"):
        compiled(deep)


@pytest.mark.parametrize("path", ["$this", "item.exists()", "where(item.exists())", "%resource.item", "'a'", "first()"])
def test_what_would_repeat_without_end_is_refused(path: str) -> None:
    with pytest.raises(InvalidView, match=r"^select\[0\]\.repeat"):
        compiled({"repeat": [path], **column("linkId")}, resource="Questionnaire")


def test_constants_may_be_of_every_type() -> None:
    for kind, given in (("Integer", 3), ("Decimal", 1.5), ("Decimal", 2), ("Boolean", False), ("Date", "2020-01"), ("Uri", "urn:x")):
        (row,) = rows(compiled(column("%k"), constant=[{"name": "k", f"value{kind}": given}]), PATIENT)
        assert row["c"] == given


def test_metadata_of_a_view_is_passed_over() -> None:
    definition = view(resourceType="ViewDefinition", name="v", url="http://x", meta={}, extension=[], fhirVersion=["4.0.1"], title="T")
    definition["select"] = [{"column": [{"name": "id", "path": "id", "tag": [{"name": "ansi/type", "value": "TEXT"}], "description": "d"}]}]
    assert rows(compile_view(read_definition(definition)), PATIENT) == [{"id": "p1"}]
