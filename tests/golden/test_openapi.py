"""The names that clients of the REST interface rely on: addresses, parameters, keys and their types, as they stood.

A client written against yesterday's document must work today, so a name changes on purpose or not at all.
"""

import json
from pathlib import Path
from typing import Any

from webapp.api.openapi import openapi

FILE = Path(__file__).with_name("openapi.json")
REWRITE = "python -m tests.golden.test_openapi"


def kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: `string or null`, `Hit[]`, `map of integer`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "|".join(sorted(map(str, schema["enum"])))
    if schema.get("type") == "array":
        return f"{kind(schema.get('items', {}))}[]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {kind(schema['additionalProperties'])}"
    return str(schema.get("type", "anything"))


def names() -> dict[str, Any]:
    """What the document promises, without its words."""
    document = openapi()
    operations = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation["responses"]["200"].get("content", {})
            operations[operation["operationId"]] = {
                "address": f"{method.upper()} {path}",
                "parameters": {one["name"]: kind(one["schema"]) for one in operation.get("parameters", ())},
                "body": [kind(one["schema"]) for one in operation.get("requestBody", {}).get("content", {}).values()],
                "answer": {media: kind(one["schema"]) for media, one in content.items()},
                "statuses": " ".join(sorted(operation["responses"])),
            }
    schemas = {
        name: {key: kind(one) for key, one in schema["properties"].items()} if "properties" in schema else kind(schema)
        for name, schema in document["components"]["schemas"].items()
    }
    return {"operations": operations, "schemas": schemas}


def text() -> str:
    return json.dumps(names(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_names_are_as_clients_know_them() -> None:
    kept, now = FILE.read_text("utf-8").splitlines(), text().splitlines()
    gone = [line.strip() for line in kept if line not in set(now)]
    new = [line.strip() for line in now if line not in set(kept)]
    assert now == kept, f"REST has changed. Gone: {gone[:20]}; new: {new[:20]}. If that is on purpose, run `{REWRITE}` and commit the file."


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
