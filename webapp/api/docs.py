"""The interface's own documentation: the OpenAPI document, and a page that shows it with forms to try and examples to copy."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup, escape

from graph.errors import GraphError
from graph.scope import dataset_of
from search.errors import SearchError
from search.model import SearchRequest
from webapp import guard
from webapp.api.openapi import openapi
from webapp.api.operation import PREFIX, entity_tag_of, json_response
from webapp.api.parameters import SearchParameters, takes_several
from webapp.api.registry import operations
from webapp.context import Context, context
from webapp.errors import PROBLEMS

pages = Blueprint("api_docs", __name__)

SPARQL_EXAMPLE = """PREFIX kg: <https://w3id.org/commissure/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?condition (COUNT(DISTINCT ?patient) AS ?patients) WHERE {
  ?patient kg:hasCondition ?concept .
  ?concept skos:prefLabel ?condition .
} GROUP BY ?condition ORDER BY DESC(?patients) LIMIT 10"""

_ZIP = "application/zip"
_PLACEHOLDERS = {
    "document": "https://w3id.org/commissure/data/demo/DocumentReference/1",
    "record": "https://w3id.org/commissure/data/demo/Patient/1",
    "patient": "https://w3id.org/commissure/data/demo/Patient/1",
    "concept": "http://snomed.info/id/44054006",
    "run": "20240501T080000-1a2b3c",
    "labeled": "streets",
    "dataset": "demo",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form."""

    name: str
    place: str
    """path or query."""
    description: str
    required: bool
    several: bool
    number: bool
    long: bool
    options: tuple[str, ...]
    values: tuple[str, ...]
    hint: str
    """Bounds and default, in words."""


@dataclass(frozen=True, slots=True)
class OperationView:
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    action: str
    """Address of the form, where it has no part to fill in."""
    summary: str
    description: str
    inputs: tuple[Input, ...]
    body: str
    body_type: str
    curl: str
    python: str
    answers: tuple[tuple[str, str, str], ...]
    """(status, description, schema name)"""


@dataclass(frozen=True, slots=True)
class PropertyView:
    """One key of a schema."""

    name: str
    type: str
    schema: str
    """Name of the schema that it holds, '' for plain values."""
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class SchemaView:
    """One schema of the document."""

    name: str
    description: str
    properties: tuple[PropertyView, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocsPage:
    """All the page shows."""

    version: str
    introduction: str
    groups: tuple[tuple[str, str, tuple[OperationView, ...]], ...]
    schemas: tuple[SchemaView, ...]
    problems: str
    loaded: bool
    """Whether the examples name things that are really there."""


@pages.app_template_filter("code_words")
def code_words(text: str) -> Markup:
    """Text in which words between backticks are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


@pages.get(f"{PREFIX}/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    response = json_response(openapi(request.script_root, access=guard.asks_who()))
    response.set_etag(entity_tag_of(response.get_data()))
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@pages.get("/api/docs")
def docs() -> Response:
    """The documentation as a page. Search parameters in its own address fill the form of the search."""
    response = make_response(render_template("api.html", page=docs_page(context())))
    response.headers["Cache-Control"] = "no-store"
    return response


def docs_page(found: Context) -> DocsPage:
    """The page over what is published now."""
    things, loaded = _things(found)
    described = openapi(request.script_root, access=guard.asks_who())
    base = request.host_url.rstrip("/") + request.script_root
    groups = []
    for tag in described["tags"]:
        views = [
            _operation(path, method, operation, _example(operation["operationId"], things), base)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if tag["name"] in operation["tags"]
        ]
        groups.append((tag["name"], tag["description"], tuple(views)))
    return DocsPage(
        version=described["info"]["version"],
        introduction=described["info"]["description"],
        groups=tuple(groups),
        schemas=tuple(_schema(name, schema) for name, schema in described["components"]["schemas"].items()),
        problems=PROBLEMS,
        loaded=loaded,
    )


def _things(found: Context) -> tuple[dict[str, str], bool]:
    """Identifiers of things that are really there, so that every example works as it stands."""
    things = dict(_PLACEHOLDERS)
    try:
        snapshot = found.snapshot
        hits = snapshot.retriever.search(SearchRequest("", limit=1, join=False, facets=False)).hits
        patients = snapshot.catalog.patients(limit=1)
        facts = snapshot.catalog.facts_of_patient(patients[0].id, 200) if patients else ()
        runs = found.library.runs(1)
        labeled = snapshot.labels.datasets()
    except (SearchError, GraphError, OSError):
        return things, False
    if hits:
        things["document"] = hits[0].document
        things["record"] = hits[0].evidence.record
    if patients:
        things["patient"] = patients[0].id
        things["dataset"] = dataset_of(patients[0].id) or things["dataset"]
    charted = [fact.concept for fact in facts if fact.concept and fact.counted and fact.relation in ("condition", "medication")]
    if charted:
        things["concept"] = charted[0]
    if labeled:
        things["labeled"] = max(labeled, key=lambda one: one.workers).dataset
    if runs:
        things["run"] = runs[0].run
    return things, bool(hits)


def _example(name: str, things: Mapping[str, str]) -> dict[str, Any]:
    if name in ("sparql", "sparqlByPost"):
        return {"query": SPARQL_EXAMPLE, "format": "json" if name == "sparql" else ""}
    listed = {operation.name: operation for operation in operations()}
    if name not in listed:
        return {}
    filled: dict[str, Any] = _filled(dict(listed[name].example), things)
    if name in ("search", "searchByPost"):
        filled = _on_screen() or filled
    return filled


def _on_screen() -> dict[str, Any]:
    """The search that the page was opened for, from its own address; what is no search parameter is passed over."""
    several = {info.alias or name: takes_several(SearchParameters, name) for name, info in SearchParameters.model_fields.items()}
    given = {name: values for name, values in request.args.lists() if name in several and any(values)}
    return {name: values if several[name] else values[0] for name, values in given.items()}


def _filled(value: Any, things: Mapping[str, str]) -> Any:
    """An example with `{document}` and the like replaced."""
    if isinstance(value, str):
        return things.get(value[1:-1], value) if value.startswith("{") and value.endswith("}") else value
    if isinstance(value, dict):
        return {key: _filled(one, things) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, things) for one in value]
    return value


def _operation(path: str, method: str, operation: Mapping[str, Any], example: Mapping[str, Any], base: str) -> OperationView:
    inputs = tuple(_input(parameter, example) for parameter in operation.get("parameters", ()))
    bodies = operation.get("requestBody", {}).get("content", {})
    body_type = next((one for one in bodies if one != "application/x-www-form-urlencoded"), "")  # what it carries stands there as it is
    body = ""
    if body_type == "application/json":
        body = json.dumps(example, indent=2, ensure_ascii=False)
    elif body_type:
        body = str(example.get("query", ""))
    address = base + _address(path, inputs)
    answer_type = next(iter(operation["responses"]["200"].get("content", {})), "")
    answers = []
    for status, answer in operation["responses"].items():
        content: Mapping[str, Any] = next(iter(answer.get("content", {}).values()), {})
        answers.append((status, answer["description"], content.get("schema", {}).get("$ref", "").rpartition("/")[2]))
    return OperationView(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        action="" if "{" in path or "Loader" in operation["tags"] or method == "delete" else request.script_root + path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        inputs=inputs,
        body=body,
        body_type=body_type,
        curl=_curl(method.upper(), address, body, body_type) + (" \\\n  --remote-name --remote-header-name" if answer_type == _ZIP else ""),
        python=_python(method.upper(), base + path, inputs, body, body_type, answer_type),
        answers=tuple(answers),
    )


def _input(parameter: Mapping[str, Any], example: Mapping[str, Any]) -> Input:
    schema = parameter["schema"]
    several = schema.get("type") == "array"
    item = schema["items"] if several else schema
    options = tuple(item.get("enum", ())) or (("true", "false") if item.get("type") == "boolean" else ())
    given = example.get(parameter["name"], [])
    values = given if isinstance(given, list) else [given]
    hints = []
    if "minimum" in item and "maximum" in item:
        hints.append(f"{item['minimum']:,} to {item['maximum']:,}")
    if several:
        hints.append("may be repeated")
    default = schema.get("default")
    if default not in (None, "", []):
        hints.append(f"default {json.dumps(default).strip(chr(34))}")
    return Input(
        name=parameter["name"],
        place=parameter["in"],
        description=parameter["description"],
        required=parameter["required"],
        several=several,
        number=item.get("type") == "integer",
        long=parameter["name"] == "query",
        options=options,
        values=tuple(_text(value) for value in values),
        hint=", ".join(hints),
    )


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _pairs(inputs: Sequence[Input]) -> list[tuple[str, str]]:
    """What the form would send."""
    return [(one.name, value) for one in inputs if one.place == "query" for value in one.values if value]


def _address(path: str, inputs: Sequence[Input]) -> str:
    for one in inputs:
        if one.place == "path":
            path = path.replace("{" + one.name + "}", quote(one.values[0] if one.values else "", safe=""))
    pairs = _pairs(inputs)
    return path + ("?" + urlencode(pairs, quote_via=quote) if pairs else "")


def _curl(method: str, address: str, body: str, body_type: str) -> str:
    if not body_type:
        return f"curl {shlex.quote(address)}" + (f" -X {method}" if method != "GET" else "")
    return f"curl {shlex.quote(address)} \\\n  -H {shlex.quote('Content-Type: ' + body_type)} \\\n  --data-binary {shlex.quote(body)}"


def _python(method: str, address: str, inputs: Sequence[Input], body: str, body_type: str, answer_type: str) -> str:
    lines = [f"import {'io, zipfile, ' if answer_type == _ZIP else ''}json, urllib.parse, urllib.request", ""]
    for one in inputs:
        if one.place == "path":
            value = one.values[0] if one.values else ""
            lines.append(f"{one.name} = urllib.parse.quote({value!r}, safe='')")
    url = ("f" if "{" in address else "") + repr(address)
    pairs = _pairs(inputs)
    if pairs:
        lines.append("parameters = [")
        lines += [f"    ({name!r}, {value!r})," for name, value in pairs]
        lines.append("]")
        lines.append(f"url = {url} + '?' + urllib.parse.urlencode(parameters)")
    else:
        lines.append(f"url = {url}")
    if body_type == "application/json":
        lines.append(f"body = json.dumps({json.loads(body)!r}).encode()")
        lines.append(f"request = urllib.request.Request(url, body, {{'Content-Type': {body_type!r}}})")
    elif body_type:
        lines.append(f'query = """{body}"""')
        lines.append(f"request = urllib.request.Request(url, query.encode(), {{'Content-Type': {body_type!r}}})")
    else:
        lines.append(
            "request = urllib.request.Request(url)" if method == "GET" else f"request = urllib.request.Request(url, method={method!r})"
        )
    reading = "json.load(answer)" if answer_type.endswith("json") else "answer.read().decode()"
    if answer_type == _ZIP:
        reading = "zipfile.ZipFile(io.BytesIO(answer.read())).namelist()"
    lines += ["with urllib.request.urlopen(request) as answer:", f"    print({reading})"]
    return "\n".join(lines)


def _schema(name: str, schema: Mapping[str, Any]) -> SchemaView:
    required = schema.get("required", [])
    return SchemaView(
        name=name,
        description=schema.get("description", ""),
        properties=tuple(
            PropertyView(key, *_type(one), key in required, one.get("description", "")) for key, one in schema.get("properties", {}).items()
        ),
        values=tuple(str(value) for value in schema.get("enum", ())),
    )


def _type(schema: Mapping[str, Any]) -> tuple[str, str]:
    """A property's type in words, and the schema that it holds."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    if "anyOf" in schema:
        kinds = [_type(one) for one in schema["anyOf"]]
        return " or ".join(words for words, _ in kinds), next((name for _, name in kinds if name), "")
    if schema.get("type") == "array":
        words, name = _type(schema.get("items", {}))
        return f"list of {words}", name
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        words, name = _type(schema["additionalProperties"])
        return f"name → {words}", name
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"]), ""
    return str(schema.get("type", "anything")), ""
