"""The SPARQL 1.1 Protocol, read-only, over the set union of all named graphs of the open generation."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Response, current_app, request
from werkzeug.datastructures import MultiDict

from cohorts.errors import ListsProtected
from graph.errors import QueryBusy, UnsupportedCapability
from graph.sparql import CSV, JSON, JSON_LD, N_TRIPLES, OFFERED, RDF_XML, TSV, TURTLE, XML, Demand, Form, QueryDataset, choose_media_type
from graph.store import SparqlQueryable
from webapp.api.operation import entity_tag
from webapp.context import Context
from webapp.errors import FieldError, Problem, ProblemError, invalid

MEDIA = tuple(dict.fromkeys((*OFFERED["rows"], *OFFERED["triples"])))
"""Every media type that an answer may have."""

BOOLEANS = (JSON, XML)
"""Those of ASK: CSV and TSV have no form for a boolean."""

FORMATS: dict[str, tuple[str, ...]] = {
    "json": (JSON, JSON_LD),
    "xml": (XML, RDF_XML),
    "csv": (CSV,),
    "tsv": (TSV,),
    "turtle": (TURTLE,),
    "ntriples": (N_TRIPLES,),
    "rdfxml": (RDF_XML,),
    "jsonld": (JSON_LD,),
}
"""Values of the parameter `format`, for clients that cannot set Accept (a link, a form) → what they mean for rows, for triples."""

_SPELLINGS = {
    **{media: name for name, media_types in FORMATS.items() for media in media_types if name not in ("json", "xml")},
    JSON: "json",
    XML: "xml",
    "json-ld": "jsonld",
    "rdf+xml": "rdfxml",
    "rdf": "rdfxml",
    "n3": "turtle",
    "n-triples": "ntriples",
    "ttl": "turtle",
}
"""How clients spell some of them."""

MAX_QUERY = 100_000
"""Characters of a query."""

MAX_GRAPHS = 1000
"""Graphs that a request may name."""

_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|^`\\]*')
_BLANK = re.compile(r"(?:\s+|#[^\n\r]*)+")
_PROLOGUE = re.compile(r"(?:BASE\s*<[^<>]*>|PREFIX\s*[^\s<>:]*:\s*<[^<>]*>)", re.IGNORECASE)
_FORM = re.compile(r"(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request of the protocol asks."""

    query: str
    format: str | None = None
    dataset: QueryDataset | None = None
    partial: bool = False
    """Whether an answer that had to be cut will do."""


@dataclass
class Slots:
    """How many queries run at once: fewer than there are threads, so that no number of queries keeps a search or a page waiting."""

    limit: int
    _free: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = threading.BoundedSemaphore(self.limit)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold one. Raises QueryBusy at once where none is free."""
        if not self._free.acquire(blocking=False):
            raise QueryBusy(f"{self.limit} queries are being answered, as many as this server answers at once; try again in a few seconds")
        try:
            yield
        finally:
            self._free.release()


def sparql(context: Context) -> Response:
    """Answer a request of the SPARQL 1.1 Protocol."""
    if not context.settings.sparql:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to answer SPARQL."))
    if context.protection.on:
        raise ListsProtected
    reads = request.method in ("GET", "HEAD")
    if reads and not request.args:
        return _service_description()
    asked = _read()
    media_type = _negotiate(asked)
    snapshot = context.snapshot
    etag = entity_tag(snapshot, context.scope) if reads else ""
    known = bool(etag) and request.if_none_match.contains_weak(etag)
    response = Response(status=304) if known else _answer(context, asked, media_type)
    response.headers["Commissure-Generation"] = str(snapshot.generation)
    response.headers["Cache-Control"] = "private, no-cache" if etag else "no-store"
    response.vary.add("Accept")
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _answer(context: Context, asked: Asked, media_type: str) -> Response:
    store = context.graph
    if not isinstance(store, SparqlQueryable):
        raise UnsupportedCapability(
            "The graph store of this server does not answer SPARQL. The addresses under Graph in /api/docs work with every store."
        )
    settings = context.settings
    slots: Slots = current_app.extensions["commissure_sparql_slots"]
    # Told by the server where it can: whether the client has closed its connection.
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected") or (lambda: False)
    with slots.one():
        found = store.query(
            asked.query,
            Demand(media_type, settings.sparql_timeout, settings.sparql_max_rows, context.scope, asked.dataset, gone),
        )
    if found.truncated and not asked.partial:
        raise ProblemError(
            Problem(
                "answer-too-large",
                422,
                "The answer is larger than this server gives",
                f"The answer has more than {settings.sparql_max_rows:,} rows (or 32 MB), so it would be cut. Ask for less by LIMIT "
                "and OFFSET, or send partial=true for as much as there is room for.",
                (FieldError("query", f"its answer has more than {settings.sparql_max_rows:,} rows or 32 MB"),),
            )
        )
    charset = "; charset=utf-8" if found.media_type.startswith("text/") else ""
    response = Response(found.body, content_type=found.media_type + charset)
    response.headers["Commissure-Truncated"] = "true" if found.truncated else "false"
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
    if request.method in ("GET", "HEAD"):
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
    """What the parameters ask. Those that nobody here knows are passed over, as the protocol lets clients send them."""
    if "update" in given:
        raise _read_only()
    errors = [FieldError(name, "give it once") for name in ("query", "partial") if len(given.getlist(name)) > 1]
    query = given.get("query", "")
    if not query.strip():
        errors.append(FieldError("query", "is missing"))
    elif len(query) > MAX_QUERY:
        errors.append(FieldError("query", f"is longer than {MAX_QUERY:,} characters"))
    elif "\ufffd" in query and request.mimetype != "application/sparql-query":
        errors.append(FieldError("query", "must be UTF-8"))
    formats = [_SPELLINGS.get(one.lower(), one.lower()) for one in given.getlist("format") if one]
    chosen = next((one for one in formats if one in FORMATS), None)  # some clients send two spellings
    if formats and chosen is None:
        errors.append(FieldError("format", f"must be one of: {', '.join(FORMATS)}"))
    partial = given.get("partial", "").lower()
    if partial not in ("", "true", "false"):
        errors.append(FieldError("partial", "must be true or false"))
    graphs = {}
    for name in ("default-graph-uri", "named-graph-uri"):
        graphs[name] = tuple(dict.fromkeys(one for one in given.getlist(name) if one))
        if len(graphs[name]) > MAX_GRAPHS:
            errors.append(FieldError(name, f"names more than {MAX_GRAPHS:,} graphs"))
        elif not all(map(_IRI.fullmatch, graphs[name])):
            errors.append(FieldError(name, "must be an absolute IRI"))
    if errors:
        raise invalid(*errors[:20])
    dataset = QueryDataset(graphs["default-graph-uri"], graphs["named-graph-uri"])
    return Asked(query, chosen, dataset if dataset != QueryDataset() else None, partial == "true")


def _read_only() -> ProblemError:
    return ProblemError(Problem("query-refused", 403, "The query is not allowed", "This endpoint only reads: updates are refused."))


def _negotiate(asked: Asked) -> str:
    """The media type of the answer: from `format`, else from Accept, else JSON for rows and Turtle for triples."""
    form = query_form(asked.query)
    kind: Form = "triples" if form in ("CONSTRUCT", "DESCRIBE") else "boolean" if form == "ASK" else "rows"
    offered = BOOLEANS if kind == "boolean" else OFFERED[kind]
    words = {"triples": "triples", "boolean": "a boolean", "rows": "rows"}[kind]
    if asked.format is not None:
        for media_type in FORMATS[asked.format]:
            if media_type in offered:
                return media_type
        possible = ", ".join(name for name, media in FORMATS.items() if set(media) & set(offered))
        raise invalid(FieldError("format", f"this query gives {words}, which come as: {possible}"))
    accept = request.headers.get("Accept", "") or "*/*"
    if form is None:
        # Not a query, or one whose form only a full parser sees: the store says what is wrong, or chooses.
        return accept
    try:
        chosen = choose_media_type(accept, kind)
    except UnsupportedCapability:
        chosen = ""
    if chosen not in offered:
        detail = f"This query gives {words}, which come as: {', '.join(offered)}."
        raise ProblemError(Problem("not-acceptable", 406, "Not Acceptable", detail))
    return chosen


def _service_description() -> Response:
    """What the endpoint can do (SPARQL 1.1 Service Description), for a GET without parameters."""
    formats = (
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "RDF_XML",
        "JSON-LD",
    )
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


__all__ = ["FORMATS", "MEDIA", "Slots", "query_form", "sparql"]
