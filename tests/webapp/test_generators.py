"""What generators of clients need of the OpenAPI document, so that what they make compiles and reads files as bytes.

Each rule is one that openapi-generator (Java), openapi-typescript or openapi-python-client relies on; with clients of all three, made of
the document and compiled, a manifest was exported. None is needed here.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from webapp.api.openapi import openapi

DOCUMENT = openapi()
OPERATIONS = [
    (f"{method.upper()} {path}", path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def schemas(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if "type" in value or "$ref" in value or "anyOf" in value:
            yield where, value
        for key, one in value.items():
            yield from schemas(one, f"{where}/{key}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from schemas(one, f"{where}/{place}")


def test_operations_have_names_of_their_own_that_are_names_in_every_language() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len({name.lower() for name in names}) == len(names)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in names)
    assert all(operation["tags"] for _, _, operation in OPERATIONS)


def test_schemas_have_names_that_are_classes() -> None:
    names = list(DOCUMENT["components"]["schemas"])
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)
    assert len({name.lower() for name in names}) == len(names)


def test_references_lead_somewhere_and_lists_say_of_what() -> None:
    for where, schema in schemas(DOCUMENT):
        if reference := schema.get("$ref"):
            assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"], where
        if schema.get("type") == "array":
            assert "items" in schema or "prefixItems" in schema, where


@pytest.mark.parametrize(("name", "path", "operation"), OPERATIONS, ids=[name for name, _, _ in OPERATIONS])
def test_every_part_of_the_address_is_a_required_parameter(name: str, path: str, operation: dict[str, Any]) -> None:
    in_path = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path" and one["required"]}
    assert in_path == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("name", ["exportLines", "searchTable", "exportRecords", "runView", "exportCohort"])
def test_files_are_text_or_bytes(name: str) -> None:
    (operation,) = (operation for _, _, operation in OPERATIONS if operation["operationId"] == name)
    content = operation["responses"]["200"]["content"]
    bytes_, text = {"type": "string", "format": "binary"}, {"type": "string"}
    for media, answer in content.items():
        assert answer["schema"] == (text if media.startswith("text/") else {"type": "object"} if media == "application/json" else bytes_)
    # Java's generators take every answer for the first type: anything but a file is read as JSON, of which these are none.
    assert set(content) == {"text/csv"} or next(iter(content.values()))["schema"] == bytes_
    # openapi-python-client takes the first type that it knows: as JSON, a table would be an exception.
    known = [media for media in content if media.startswith("text/") or media == "application/json"]
    assert "application/json" not in known[:1]


def test_json_answers_and_bodies_of_the_interface_are_named() -> None:
    for name, path, operation in OPERATIONS:
        is_ours = path.startswith("/api/v1/") and not path.endswith(("/sparql", "/openapi.json"))
        answers = operation["responses"]["200"].get("content", {})
        if is_ours and list(answers) == ["application/json"]:
            assert set(answers["application/json"]["schema"]) == {"$ref"}, name
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            assert set(body["schema"]) == {"$ref"}, name


def test_no_choice_of_types_has_a_default() -> None:
    """Java's generators make a class of a choice, and write the default as if it were a plain value."""
    for where, schema in schemas(DOCUMENT):
        choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
        assert len(choices) < 2 or schema.get("default") is None, where


def test_every_type_is_one() -> None:
    for where, schema in schemas(DOCUMENT):
        assert isinstance(schema.get("type", ""), (str, dict)), where


def test_a_form_comes_before_other_bodies() -> None:
    """Its fields become parameters; of a form that comes second Java's generators refer to a class that they do not write."""
    for name, _, operation in OPERATIONS:
        content = list(operation.get("requestBody", {}).get("content", {}))
        assert "application/x-www-form-urlencoded" not in content[1:], name
