"""The SPARQL 1.1 Protocol, read-only, over the union of all named graphs of the open generation."""

import re
from dataclasses import dataclass

from flask import Response, request
from werkzeug.datastructures import MultiDict

from graph.errors import UnsupportedCapability
from graph.store import SparqlQueryable
from webapp.api.operation import entity_tag, unknown_hint
from webapp.context import Context
from webapp.errors import FieldError, Problem, ProblemError, invalid

ROWS = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "text/csv": "text/csv",
    "text/tab-separated-values": "text/tab-separated-values",
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
}
"""What a client may accept for SELECT and ASK → the media type it gets."""

BOOLEANS = {media: answer for media, answer in ROWS.items() if "json" in media or "xml" in media}
"""The same for ASK: CSV and TSV have no form for a boolean."""

TRIPLES = {
    "text/turtle": "text/turtle",
    "application/n-triples": "application/n-triples",
    "application/x-turtle": "text/turtle",
    "text/plain": "application/n-triples",
}
"""The same for CONSTRUCT and DESCRIBE."""

FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
}
"""Values of the parameter `format`, for clients that cannot set Accept (a link, a form)."""

MAX_QUERY = 100_000
"""Characters of a query."""

_KNOWN = {"query", "format", "default-graph-uri", "named-graph-uri"}
_BLANK = re.compile(r"(?:\s+|#[^\n\r]*)+")
_PROLOGUE = re.compile(r"(?:BASE\s*<[^<>]*>|PREFIX\s*[^\s<>:]*:\s*<[^<>]*>)", re.IGNORECASE)
_FORM = re.compile(r"(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request of the protocol asks."""

    query: str
    format: str | None


def sparql(context: Context) -> Response:
    """Answer a request of the SPARQL 1.1 Protocol."""
    if not context.settings.sparql:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to answer SPARQL."))
    if request.method == "GET" and not request.args:
        return _service_description()
    asked = _read()
    media_type = _negotiate(asked)
    snapshot = context.snapshot
    etag = entity_tag(snapshot) if request.method == "GET" else ""
    if etag and request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        store = context.graph
        if not isinstance(store, SparqlQueryable):
            raise UnsupportedCapability(
                "The graph store of this server does not answer SPARQL. The addresses under Graph in /api/docs work with every store."
            )
        found = store.query(
            asked.query, accept=media_type, timeout=context.settings.sparql_timeout, max_rows=context.settings.sparql_max_rows
        )
        charset = "; charset=utf-8" if found.media_type.startswith("text/") else ""
        response = Response(found.body, content_type=found.media_type + charset)
        response.headers["Commissure-Truncated"] = "true" if found.truncated else "false"
    response.headers["Commissure-Generation"] = str(snapshot.generation)
    response.headers["Cache-Control"] = "private, no-cache" if etag else "no-store"
    response.vary.add("Accept")
    if etag:
        response.set_etag(etag, weak=True)
    return response


def query_form(query: str) -> str | None:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; None where neither follows the prologue (the store then says what is wrong)."""
    place = 0
    while True:
        for pattern in (_BLANK, _PROLOGUE):
            passed = pattern.match(query, place)
            if passed:
                place = passed.end()
                break
        else:
            form = _FORM.match(query, place)
            return form[1].upper() if form else None


def _read() -> Asked:
    if request.method == "GET":
        return _from_parameters(request.args)
    if request.mimetype == "application/x-www-form-urlencoded":
        both = MultiDict(request.args)
        both.update(request.form)
        return _from_parameters(both)
    if request.mimetype == "application/sparql-query":
        if "query" in request.args:
            raise invalid(FieldError("query", "is in the body already; give it once"))
        try:
            text = request.get_data().decode("utf-8")
        except UnicodeDecodeError:
            raise invalid(FieldError("query", "must be UTF-8")) from None
        return _from_parameters(MultiDict([*request.args.items(multi=True), ("query", text)]))
    if request.mimetype == "application/sparql-update":
        raise _read_only()
    raise ProblemError(
        Problem(
            "unsupported-media-type",
            415,
            "Unsupported Media Type",
            "Send the query as application/x-www-form-urlencoded (query=…) or as application/sparql-query.",
        )
    )


def _from_parameters(given: "MultiDict[str, str]") -> Asked:
    errors = []
    for name in given:
        if name == "update":
            raise _read_only()
        if name in ("default-graph-uri", "named-graph-uri"):
            errors.append(
                FieldError(name, "is not supported: the default graph is the union of all named graphs; name others with FROM or GRAPH")
            )
        elif name not in _KNOWN:
            errors.append(FieldError(name[:80], unknown_hint(name, _KNOWN - {"default-graph-uri", "named-graph-uri"})))
        elif len(given.getlist(name)) > 1:
            errors.append(FieldError(name, "give it once"))
    query = given.get("query", "")
    if not query.strip():
        errors.append(FieldError("query", "is missing"))
    elif len(query) > MAX_QUERY:
        errors.append(FieldError("query", f"is longer than {MAX_QUERY:,} characters"))
    chosen = given.get("format")
    if chosen is not None and chosen not in FORMATS:
        errors.append(FieldError("format", f"must be one of: {', '.join(FORMATS)}"))
    if errors:
        raise invalid(*errors[:20])
    return Asked(query, chosen)


def _read_only() -> ProblemError:
    return ProblemError(Problem("query-refused", 403, "The query is not allowed", "This endpoint only reads: updates are refused."))


def _negotiate(asked: Asked) -> str:
    """The media type of the answer: from `format`, else from Accept, else JSON for rows and Turtle for triples."""
    form = query_form(asked.query)
    offered = TRIPLES if form in ("CONSTRUCT", "DESCRIBE") else BOOLEANS if form == "ASK" else ROWS
    kind = {"CONSTRUCT": "triples", "DESCRIBE": "triples", "ASK": "a boolean"}.get(form or "", "rows")
    if asked.format is not None:
        if FORMATS[asked.format] not in offered.values():
            possible = ", ".join(name for name, media in FORMATS.items() if media in offered.values())
            raise invalid(FieldError("format", f"this query gives {kind}, which come as: {possible}"))
        return FORMATS[asked.format]
    if form is None:
        # Not a query, or one whose form only a full parser sees: the store says what is wrong, or chooses.
        return request.headers.get("Accept", "*/*")
    first = next(iter(offered.values()))
    accepted = request.accept_mimetypes
    if not accepted:
        return first
    best = accepted.best_match(list(offered))
    if best is None:
        detail = f"This query gives {kind}, which come as: {', '.join(dict.fromkeys(offered.values()))}."
        raise ProblemError(Problem("not-acceptable", 406, "Not Acceptable", detail))
    return offered[best]


def _service_description() -> Response:
    """What the endpoint can do (SPARQL 1.1 Service Description), for a GET without parameters."""
    formats = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples")
    body = (
        "@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .\n"
        f"<{request.base_url}> a sd:Service ;\n"
        f"  sd:endpoint <{request.base_url}> ;\n"
        "  sd:supportedLanguage sd:SPARQL11Query ;\n"
        "  sd:feature sd:UnionDefaultGraph ;\n"
        f"  sd:resultFormat {', '.join(f'<http://www.w3.org/ns/formats/{name}>' for name in formats)} .\n"
    )
    response = Response(body, content_type="text/turtle; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


__all__ = ["FORMATS", "ROWS", "TRIPLES", "query_form", "sparql"]
