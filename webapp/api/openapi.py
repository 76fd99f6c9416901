"""The OpenAPI 3.1 document, generated from the declarations that route and validate requests and from the classes that answers have."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import is_typeddict

from webapp import answers
from webapp.answers.protecting import DECIDED
from webapp.answers.shapes import Shape
from webapp.api import loader
from webapp.api.guarding import guarded
from webapp.api.operation import PREFIX, Operation
from webapp.api.parameters import Parameters, takes_several
from webapp.api.registry import operations
from webapp.api.sparql import FORMATS, MAX_GRAPHS, MAX_QUERY, MEDIA
from webapp.errors import MEDIA_TYPE
from webapp.version import distribution_version

_REF = "#/components/schemas/"

_TAGS = {
    "Search": "One question, one joined answer.",
    "Documents": "Text, and the records it came from.",
    "Graph": "Nodes, neighbours, subgraphs, SPARQL.",
    "Concepts": "Codes of terminologies and label classes.",
    "Reading": "What texts say that are not held here.",
    "Patients": "Patients, their facts and documents.",
    "Saved": "Cohorts, concept sets, searches and views under names, with versions; one's own questions.",
    "Labels": "Labeled data: classes, items, reports, what to review.",
    "Data": "Datasets and ingest runs.",
    "Loader": "Loading by request, with the fields of Amazon Neptune's bulk loader.",
    "Service": "Probes and metrics.",
}

_PROBLEMS = {
    304: "Not modified since the generation that the ETag names.",
    400: "The request cannot be answered as asked; `errors` names the parameters.",
    403: "Refused, or not offered by this server.",
    404: "No such thing in the published generation.",
    409: "Somebody saved another version meanwhile.",
    406: "The query's answer does not come in any of the accepted types.",
    413: "The request body is too large.",
    415: "The request body is of another type.",
    422: "The query, or its answer, is larger than this server takes or gives.",
    421: "The server does not answer under this host name.",
    429: "Asked too often, where that is limited; of the loader: another load is running, or too many wait.",
    431: "The address and headers of the request are larger than the server takes.",
    500: "Something went wrong here; the log holds the reason under the `instance`.",
    501: "The graph store cannot do this, or the server is not set up for it.",
    503: "Nothing is published yet, or a part (model, graph) cannot be reached just now, or the query took too long.",
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "What kind of problem this is."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What went wrong and what to do about it."},
        "instance": {"type": "string", "description": "This request; the server's log names it so."},
        "errors": {
            "type": "array",
            "description": "Single parameters at fault.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["field", "detail"],
                "additionalProperties": False,
            },
        },
        "code": {"type": "string", "description": "The loader's: Neptune's name for the error."},
        "message": {"type": "string", "description": "The loader's: the detail once more."},
        "detailedMessage": {"type": "string", "description": "The loader's: the detail again, where Neptune's clients look for it."},
        "requestId": {"type": "string", "description": "The loader's: the instance's id."},
    },
    "required": ["type", "title", "status", "detail", "instance"],
    "additionalProperties": False,
}


class _Schemas(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names: they say nothing that the names do not.

    Enumerations are sorted: Python takes a `Literal` of the same values in another order, met elsewhere before, for the same type.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def literal_schema(self, schema: Any) -> dict[str, Any]:
        found = super().literal_schema(schema)
        return {**found, "enum": sorted(found["enum"], key=str)} if "enum" in found else found


def openapi(root: str = "", *, access: bool = False) -> dict[str, Any]:
    """The document; `root` is where the application is mounted ('' at the top), `access` whether it asks who is there."""
    document = _document()
    return {**(guarded(document) if access else document), "servers": [{"url": root or "/"}]}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    listed = operations()
    schemas = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for operation in listed:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation)
    paths[f"{PREFIX}/sparql"] = _sparql()
    paths.update(_service_paths())
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Commissure",
            "version": distribution_version(),
            "summary": "Semantic search joined with a knowledge graph, over clinical data and labeled data.",
            "description": "Everything but the loader and what is saved reads. Things are named by IRIs: addresses such as "
            "`https://w3id.org/commissure/data/demo/Patient/1`, which answers give and need not lead anywhere; `?id=` takes them "
            "percent-encoded, as any query parameter. "
            "Every ingest that changes something publishes all data anew, as the next generation, which is counted: a request sees one "
            "generation from its beginning to its end, and its answer names it. "
            "The graph is counted in quads: statements (something, a relation, what it is related to), each with the record that makes it. "
            "Errors are problem details (RFC 9457).",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {"schemas": dict(sorted({**schemas, "Problem": PROBLEM}.items()))},
    }


def _schemas(listed: tuple[Operation[Any], ...]) -> dict[str, Any]:
    """The schemas of all answers and bodies, by name."""
    for module in (*(import_module(found.name) for found in iter_modules(answers.__path__, f"{answers.__name__}.")), loader):
        for shape in vars(module).values():
            if is_typeddict(shape):
                # Pydantic reads its settings for a TypedDict from this attribute; the answers themselves stay free of pydantic.
                shape.__pydantic_config__ = {"use_attribute_docstrings": True, "extra": "forbid"}
    given = [_answer(operation) for operation in listed if not operation.media]
    bodies = {operation.parameters.__name__: operation.parameters for operation in listed if operation.method == "POST"}
    inputs: list[tuple[str, Any, TypeAdapter[Any]]] = [(name, "serialization", TypeAdapter(shape)) for name, shape in dict(given).items()]
    inputs += [(name, "validation", TypeAdapter(shape)) for name, shape in bodies.items()]
    _, definitions = TypeAdapter.json_schemas(inputs, by_alias=True, ref_template=_REF + "{model}", schema_generator=_Schemas)
    named: dict[str, Any] = _shorten(definitions["$defs"])
    return {_short(name): schema for name, schema in named.items()}


def _answer(operation: Operation[Any]) -> tuple[str, Any]:
    """What an operation answers: the name of its schema, and the TypedDict."""
    shape = operation.answer
    return (shape.name, shape.typed) if isinstance(shape, Shape) else (shape.__name__, shape)


def _short(name: str) -> str:
    """The name of a schema: that of its class without the suffix that keeps it apart in our own code."""
    return name.removesuffix("Json")


def _shorten(value: Any) -> Any:
    """References by short names; titles dropped; descriptions on one line."""
    if isinstance(value, list):
        return [_shorten(one) for one in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, one in value.items():
        if key == "title" and isinstance(one, str):
            continue
        if key == "$ref" and isinstance(one, str):
            found[key] = _REF + _short(one.removeprefix(_REF))
        elif key == "description" and isinstance(one, str):
            found[key] = " ".join(one.split())
        else:
            found[key] = _shorten(one)
    return found


def parameter_list(operation: Operation[Any]) -> list[dict[str, Any]]:
    """The parameters of a GET operation as OpenAPI writes them."""
    model: type[Parameters] = operation.parameters
    schema = _shorten(model.model_json_schema(by_alias=True, schema_generator=_Schemas))
    definitions = schema.get("$defs", {})
    required = schema.get("required", [])
    listed = []
    for field, info in model.model_fields.items():
        name = info.alias or field
        property_schema = _without_null(_inlined(schema["properties"][name], definitions))
        description = property_schema.pop("description", "")
        in_path = "{" + name + "}" in operation.path
        parameter: dict[str, Any] = {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in required,
            "description": description,
            "schema": property_schema,
        }
        several = takes_several(model, field)
        if several:
            parameter |= {"style": "form", "explode": True}
        # Forms send what is not filled in as an empty value; then it is absent.
        if not parameter["required"] and several:
            property_schema["items"] = _or_empty(property_schema["items"])
        elif not parameter["required"]:
            parameter["allowEmptyValue"] = True
        listed.append(parameter)
    return listed


def _or_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an entry that may also be the empty string."""
    found = {key: value for key, value in schema.items() if key != "minLength"}
    if "pattern" not in found:
        return found
    pattern = found["pattern"]
    if pattern.endswith("]+$"):
        return {**found, "pattern": pattern.removesuffix("+$") + "*$"}
    return {**found, "pattern": f"^({pattern.removeprefix('^').removesuffix('$')})?$"}


def _inlined(schema: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's schema with enumerations written out in place."""
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**definitions[schema["$ref"].rpartition("/")[2]], **rest}
    return dict(schema)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is absent, never null."""
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**choices[0], **rest}


def _operation(operation: Operation[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": _responses(
            _files(operation.media) or {"application/json": {"schema": {"$ref": _REF + _short(_answer(operation)[0])}}},
            operation.problems
            + ((403,) if DECIDED.get(operation.name) is None else ())
            + ((304,) if operation.by_generation else ())
            + ((415,) if operation.method == "POST" else ()),
        ),
    }
    if operation.description:
        content["description"] = operation.description
    if operation.method != "POST":
        content["parameters"] = parameter_list(operation)
    else:
        body: dict[str, Any] = {"schema": {"$ref": _REF + operation.parameters.__name__}}
        if operation.example and "{" not in str(list(operation.example.values())):
            body["example"] = dict(operation.example)
        content["requestBody"] = {"required": True, "content": {"application/json": body}}
    return content


def _files(media: tuple[str, ...]) -> dict[str, Any]:
    """Answers that are files: what is neither text nor JSON is bytes, and comes first; JSON comes last.

    Of several types generators take one for the answer: those of Java the first, which has to be a file; openapi-python-client the first of
    text and JSON, and as JSON a table would be an error.
    """
    text = {one: {"schema": {"type": "string"}} for one in media if one.startswith("text/")}
    json = {one: {"schema": {"type": "object"}} for one in media if one == "application/json"}
    return {one: {"schema": {"type": "string", "format": "binary"}} for one in media if one not in {**text, **json}} | text | json


_ANY = (400, 413, 431)
"""What every address may be refused with before it is looked at."""
_ALWAYS = (*_ANY, 421, 429, 500, 503)


def _responses(content: Mapping[str, Any], problems: tuple[int, ...] = (), always: tuple[int, ...] = _ALWAYS) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "The answer.", "content": dict(content)}}
    for status in sorted({*problems, *always}):
        responses[str(status)] = {"description": _PROBLEMS[status]}
        if status != 304:
            responses[str(status)]["content"] = {MEDIA_TYPE: {"schema": {"$ref": _REF + "Problem"}}}
    return responses


_SPARQL = (
    "SPARQL 1.1 Protocol over the union of all named graphs (one per record), in which a statement is there once, however many records "
    "make it. SELECT, ASK, CONSTRUCT and DESCRIBE; updates and SERVICE are refused. default-graph-uri and named-graph-uri name other "
    "graphs, in place of those of FROM and FROM NAMED. Time and rows are limited: an answer that would be cut is a problem (422) unless "
    "partial=true takes it. As many queries as run at once are told to come again (503 with Retry-After). Parameters that are not known "
    "are passed over. A GET without parameters gives the service description."
)


def _sparql() -> dict[str, Any]:
    answers: dict[str, Any] = {media: {"schema": {"type": "string"}} for media in MEDIA}
    answers["application/sparql-results+json"] = {"schema": {"type": "object", "required": ["head"]}}
    answers["application/ld+json"] = {"schema": {"description": "An object, or an array of them."}}
    responses = _responses(answers, (304, 403, 406, 415, 422, 501))
    responses["200"]["headers"] = {
        "Commissure-Truncated": {
            "description": "true where a limit cut the answer (only with partial=true).",
            "schema": {"type": "string", "enum": ["true", "false"]},
        },
        "Commissure-Generation": {"description": "The generation that was asked.", "schema": {"type": "string"}},
    }
    shared: dict[str, Any] = {"tags": ["Graph"], "description": _SPARQL, "responses": responses}
    fields = _sparql_fields()
    in_address = [{"name": name, "in": "query", "required": False, **field} for name, field in fields.items()]
    form = {"type": "object", "properties": {name: field["schema"] for name, field in fields.items()}, "required": ["query"]}
    # The form comes first: generators make parameters of it, and of a form that comes second a class that they then lack.
    content = {"application/x-www-form-urlencoded": {"schema": form}, "application/sparql-query": {"schema": fields["query"]["schema"]}}
    body = {"required": True, "content": content}
    by_post = {"operationId": "sparqlByPost", "summary": "Ask the graph in SPARQL, the query in the body", "requestBody": body}
    return {
        "get": {"operationId": "sparql", "summary": "Ask the graph in SPARQL", "parameters": in_address, **shared},
        "post": {**by_post, **shared},
    }


def _sparql_fields() -> dict[str, dict[str, Any]]:
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}, "maxItems": MAX_GRAPHS}
    return {
        "query": {"description": "The query.", "schema": {"type": "string", "minLength": 1, "maxLength": MAX_QUERY}},
        "format": {"description": "Overrules Accept.", "schema": {"type": "string", "enum": list(FORMATS)}},
        "partial": {"description": "Whether an answer cut at the limit will do.", "schema": {"type": "boolean", "default": False}},
        "default-graph-uri": {"description": "A graph of the default graph, in place of FROM.", "schema": graphs},
        "named-graph-uri": {"description": "A named graph, in place of FROM NAMED.", "schema": graphs},
    }


def _service_paths() -> dict[str, Any]:
    alive = {"type": "object", "properties": {"status": {"const": "alive"}}, "required": ["status"], "additionalProperties": False}
    check = {"type": "string", "description": "ok, or what is not."}
    ready = {
        "type": "object",
        "properties": {
            "status": {"enum": ["ready", "not ready"]},
            "checks": {
                "type": "object",
                "properties": {"generation": check, "model": check, "graph": check},
                "required": ["generation", "model", "graph"],
                "additionalProperties": False,
            },
        },
        "required": ["status", "checks"],
        "additionalProperties": False,
    }
    as_json = {"application/json": {"schema": ready}}
    return {
        f"{PREFIX}/openapi.json": {
            "get": {
                "operationId": "getOpenApi",
                "tags": ["Service"],
                "summary": "This document",
                "responses": _responses({"application/json": {"schema": {"type": "object"}}}, (304,)),
            }
        },
        "/healthz": {
            "get": {
                "operationId": "healthz",
                "tags": ["Service"],
                "summary": "Whether the process is alive",
                "responses": _responses({"application/json": {"schema": alive}}, always=_ANY),
            }
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "tags": ["Service"],
                "summary": "Whether the server can answer searches: generation open, model loaded, graph reachable",
                "responses": {
                    **_responses(as_json, always=_ANY),
                    "503": {"description": "It cannot; `checks` says what is not ready.", "content": as_json},
                },
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "tags": ["Service"],
                "summary": "Metrics in Prometheus' text format",
                "responses": _responses({"text/plain": {"schema": {"type": "string"}}}),
            }
        },
    }
