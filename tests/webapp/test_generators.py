"""What generators of clients need of the OpenAPI document, so that what they make compiles and reads files as bytes.

Each rule is one that openapi-python-client or openapi-typescript relies on: both make a client of the document.
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


@pytest.mark.parametrize("name", ["exportLines", "searchTable", "exportRecords"])
def test_files_are_text_or_bytes(name: str) -> None:
    (operation,) = (operation for _, _, operation in OPERATIONS if operation["operationId"] == name)
    content = operation["responses"]["200"]["content"]
    bytes_, text = {"type": "string", "format": "binary"}, {"type": "string"}
    for media, answer in content.items():
        assert answer["schema"] == (text if media.startswith("text/") else {"type": "object"} if media == "application/json" else bytes_)
    # openapi-python-client reads every answer as the first type it knows: as JSON, a table would be an exception.
    assert "application/json" not in content or next(iter(content)).startswith("text/")


def test_json_answers_and_bodies_of_the_interface_are_named() -> None:
    for name, path, operation in OPERATIONS:
        is_ours = path.startswith("/api/v1/") and not path.endswith(("/sparql", "/openapi.json"))
        answers = operation["responses"]["200"].get("content", {})
        if is_ours and list(answers) == ["application/json"]:
            assert set(answers["application/json"]["schema"]) == {"$ref"}, name
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            assert set(body["schema"]) == {"$ref"}, name
