"""The client's types are those of the OpenAPI document: written from it, and held against it."""

import keyword
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from webapp.api.openapi import openapi

FILE = Path(__file__).parents[2] / "commissure" / "client" / "shapes.py"
REWRITE = "python -m tests.golden.test_client_shapes"

ANSWERS = (
    "CohortCount",
    "CohortRun",
    "Completeness",
    "ConceptAnswer",
    "ConceptList",
    "Cooccurrence",
    "DatasetList",
    "Document",
    "DocumentList",
    "FactList",
    "ItemList",
    "LabelList",
    "LoadStatus",
    "NamedConcepts",
    "NeighbourPage",
    "NeighbourhoodAnswer",
    "PatientAnswer",
    "PatientList",
    "Problem",
    "Read",
    "Record",
    "Report",
    "SearchResult",
    "SimilarList",
)
"""What the client's methods answer with; what these hold comes along."""
OPTIONS = {"SearchOptions": ("SearchParameters", {"q", "limit", "offset", "group"})}
"""Keyword arguments of a method: name → the body they go into, and what the method names itself."""
RENAMED = {"from": "date_from", "to": "date_to"}
"""Parameters whose names Python keeps for itself, and their fellow."""
HEAD = f'''"""What the server answers, by the names of its OpenAPI document. Written by `{REWRITE}`.

Longer than most because it holds every shape that the client hands out.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NotRequired

from typing_extensions import TypedDict
'''


def annotation(schema: dict[str, Any]) -> str:
    """A schema as Python writes the type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(annotation(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{annotation(schema.get('items', {}))}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {annotation(schema['additionalProperties'])}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "object": "dict[str, Any]"}.get(
        str(kind), "Any"
    )


def option(schema: dict[str, Any]) -> str:
    """The type of an argument: one value or several where several may be given."""
    if schema.get("type") == "array":
        one = annotation(schema["items"])
        return f"{one} | Sequence[{one}]"
    return annotation({"anyOf": [each for each in schema["anyOf"] if each != {"type": "null"}]} if "anyOf" in schema else schema)


def referred(schema: Any) -> set[str]:
    """The names of the schemas that one refers to."""
    if isinstance(schema, dict):
        own = {str(schema["$ref"]).rpartition("/")[2]} if "$ref" in schema else set()
        return own.union(*(referred(one) for one in schema.values()))
    return set().union(*(referred(one) for one in schema)) if isinstance(schema, list) else set()


def quoted(text: str, indent: str) -> str:
    ends = " " if text.endswith('"') else ""
    return f'{indent}"""{text}{ends}"""\n'.replace("\\", "\\\\") if len(text) < 130 else _wrapped(text, indent)


def _wrapped(text: str, indent: str) -> str:
    lines = textwrap.wrap(text, 132, break_on_hyphens=False, break_long_words=False)
    body = f"\n{indent}".join(lines).replace("\\", "\\\\")
    return f'{indent}"""{body}\n{indent}"""\n'


def shape(name: str, schema: dict[str, Any]) -> str:
    """One schema as a class, or as the name of a type."""
    if "properties" not in schema:
        return f"{name} = {annotation(schema)}\n" + (quoted(schema["description"], "") if schema.get("description") else "")
    lines = [f"class {name}(TypedDict):\n", quoted(schema["description"], "    "), "\n"]
    for key, each in schema["properties"].items():
        assert key.isidentifier() and not keyword.iskeyword(key), (name, key)
        kind = annotation(each)
        lines.append(f"    {key}: {kind if key in schema.get('required', ()) else f'NotRequired[{kind}]'}\n")
        if each.get("description"):
            lines.append(quoted(each["description"], "    "))
    return "".join(lines)


def options(name: str, schema: dict[str, Any], left_out: set[str]) -> str:
    lines = [f"class {name}(TypedDict, total=False):\n", quoted(schema["description"], "    "), "\n"]
    for key, each in schema["properties"].items():
        if key not in left_out:
            lines.append(f"    {RENAMED.get(key, key)}: {option(each)}\n")
            if each.get("description"):
                lines.append(quoted(each["description"], "    "))
    return "".join(lines)


def text() -> str:
    schemas = openapi()["components"]["schemas"]
    wanted, found = set(ANSWERS), set()
    for body, left_out in OPTIONS.values():
        wanted |= referred({key: one for key, one in schemas[body]["properties"].items() if key not in left_out})
    while wanted - found:
        name = min(wanted - found)
        found.add(name)
        wanted |= referred(schemas[name])
    plain = sorted(name for name in found if "properties" not in schemas[name])
    ordered = [*plain, *_ordered(found - set(plain), schemas)]
    parts = [shape(name, schemas[name]) for name in ordered]
    parts += [options(name, schemas[body], left_out) for name, (body, left_out) in OPTIONS.items()]
    several = sorted(key for key, one in schemas["SearchParameters"]["properties"].items() if one.get("type") == "array")
    parts.append(f'SEVERAL: Final = frozenset({several!r})\n"""Search options that take several values."""\n')
    parts.append(f'RENAMED: Final = { ({new: old for old, new in RENAMED.items()})!r}\n"""Options → what the server calls them."""\n')
    return formatted(HEAD + "\n\n" + "\n\n".join(parts))


def _ordered(names: set[str], schemas: dict[str, Any]) -> list[str]:
    """What others refer to comes before them."""
    placed: list[str] = []

    def place(name: str) -> None:
        if name in names and name not in placed:
            for other in sorted(referred(schemas[name]) - {name}):
                place(other)
            placed.append(name)

    for name in sorted(names):
        place(name)
    return placed


def formatted(code: str) -> str:
    for task in (("check", "--quiet", "--fix", "--select", "I"), ("format", "--quiet")):
        ruff = [sys.executable, "-m", "ruff", *task, "--stdin-filename", str(FILE), "-"]
        code = subprocess.run(ruff, input=code, capture_output=True, text=True, check=True).stdout
    return code


def test_the_clients_types_are_those_of_the_document() -> None:
    assert FILE.read_text("utf-8") == text(), f"REST has changed: run `{REWRITE}` and commit the file"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
