"""An operation of the interface: declared once, then routed, validated, answered and documented from that declaration."""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

import orjson
from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from cohorts.errors import ListsProtected
from graph.scope import Scope
from webapp.answers.protecting import DECIDED
from webapp.api.parameters import Parameters, most, takes_several
from webapp.context import Context
from webapp.errors import FieldError, ProblemError, invalid
from webapp.library import Snapshot
from webapp.version import distribution_version

PREFIX = "/api/v1"

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Operation(Generic[P]):
    """One method of one address. A field of `parameters` that the address names in braces comes from there."""

    name: str
    """operationId."""
    method: Literal["GET", "POST", "DELETE"]
    path: str
    """Below /api/v1, with `{name}` for the part that comes from the address."""
    tag: str
    summary: str
    handler: Callable[[P, Context], Any]
    answer: Any
    """The class of the JSON that comes back; `bytes` where it is a file of one of the `media`."""
    parameters: type[P]
    """Query parameters (GET, DELETE) or JSON body (POST)."""
    media: tuple[str, ...] = ()
    """Media types of an answer that is a file."""
    description: str = ""
    problems: tuple[int, ...] = ()
    """Statuses of problems beside those that every operation may have."""
    codes: Mapping[int, str] = field(default_factory=dict)
    """Status → error code, where clients of another service expect its codes in problems."""
    by_generation: bool = True
    """Whether the answer is a function of the published generation and the address (then it has an ETag)."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the example; `{document}` and the like stand for something that is really there."""

    @property
    def rule(self) -> str:
        """The address as Flask routes it. An identifier may hold slashes; that of a saved thing is none of the words beside it."""
        path = self.path.replace("{id}", "<path:id>").replace("{thing}", "<string(length=12):thing>")
        return PREFIX + path.replace("{", "<").replace("}", ">")

    def respond(self, context: Context, path_values: Mapping[str, str]) -> Response:
        """Validate the request, answer it, and say how long the answer holds."""
        try:
            return self._answer(context, path_values)
        except ProblemError as error:
            problem = error.problem
            if problem.code or problem.status not in self.codes:
                raise
            raise ProblemError(replace(problem, code=self.codes[problem.status])) from error

    def _answer(self, context: Context, path_values: Mapping[str, str]) -> Response:
        parameters = self._read(path_values)
        etag = ""
        if self.by_generation and self.method == "GET":
            etag = entity_tag(context.snapshot, context.scope, context.counts_only)
            if request.if_none_match.contains_weak(etag):
                response = Response(status=304)
                _cacheable(response, etag)
                return response
        value = self._protected(parameters, context)
        if isinstance(value, Response):
            return value
        response = json_response(value)
        # An answer that lacks something (a ranker, the graph) must not outlive the lack.
        if etag and not value.get("notices"):
            _cacheable(response, etag)
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _protected(self, parameters: P, context: Context) -> Any:
        """The answer, with numbers of patients as they may be told. Raises ListsProtected where it would name them, or nobody decided."""
        if not context.protection.on:
            return self.handler(parameters, context)
        way = DECIDED.get(self.name)
        if way is None:
            raise ListsProtected
        return way(self.handler(parameters, context), context.protection)

    def _read(self, path_values: Mapping[str, str]) -> P:
        if self.method == "POST":
            refuse_query_parameters()
            return parse(self.parameters, orjson.dumps(json_body()))
        return parse(self.parameters, {**query_values(self.parameters, frozenset(path_values)), **path_values})


def parse(model: type[P], values: Mapping[str, object] | bytes) -> P:
    """Parameters from what a client sent; every fault is named, no value is repeated.

    Values of an address are words, whatever they stand for; those of a JSON body have their type already.
    """
    try:
        if isinstance(values, bytes):
            return model.model_validate_json(values, strict=True)
        return model.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        # A list that lost its faulty entries is not also too short.
        deeper = {fault["loc"][:depth] for fault in faults for depth in range(len(fault["loc"]))}
        faults = [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in deeper]
        raise invalid(*(_field_error(model, fault["loc"], fault["type"], fault["msg"]) for fault in faults[:20])) from None


def query_values(model: type[Parameters], in_path: frozenset[str] = frozenset()) -> dict[str, object]:
    """The query parameters as the model takes them: lists where a parameter may be repeated. Empty ones, as forms send them, are absent."""
    fields = {info.alias or name: name for name, info in model.model_fields.items()}
    values: dict[str, object] = {}
    errors = []
    for name, given in request.args.lists():
        if name not in fields or name in in_path:
            errors.append(FieldError(name[:80], unknown_hint(name, set(fields) - in_path)))
        elif takes_several(model, fields[name]):
            limit = most(model, fields[name])
            if limit is not None and len(given) > limit:
                errors.append(FieldError(name, f"give it {limit:,} times at most"))
            values[name] = [one for one in given if one != ""]
        elif len(given) > 1:
            errors.append(FieldError(name, "give it once"))
        elif given[0] != "":
            values[name] = given[0]
    if errors:
        raise invalid(*errors[:20])
    return values


def unknown_hint(name: str, known: set[str]) -> str:
    """What to say of a parameter that does not exist."""
    near = difflib.get_close_matches(name[:80].lower(), sorted(known), n=1, cutoff=0.6)
    if near:
        return f"no such parameter; did you mean '{near[0]}'?"
    return f"no such parameter; there are: {', '.join(sorted(known))}" if known else "no such parameter; this address takes none"


def refuse_query_parameters() -> None:
    """A POST carries everything in its body."""
    if request.args:
        raise invalid(*(FieldError(name[:80], "send it in the JSON body, not in the address") for name in list(request.args)[:20]))


def json_body() -> object:
    """The JSON object that the request carries."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        value = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise invalid(FieldError("body", "is not JSON; check quotes, commas and the encoding (UTF-8)")) from None
    if not isinstance(value, dict):
        raise invalid(FieldError("body", "must be a JSON object"))
    return value


def json_response(value: object, status: int = 200) -> Response:
    """A value as JSON."""
    try:
        body = orjson.dumps(value)
    except TypeError:
        # Half of a surrogate pair cannot be written as UTF-8, but it can as an escape.
        body = json.dumps(value, separators=(",", ":")).encode()
    return Response(body, status=status, content_type="application/json")


def entity_tag(snapshot: Snapshot, scope: Scope, counts_only: bool = False) -> str:
    """The (weak) ETag of an answer: address, generation and what is seen of it decide it, and whether the graph could be reached."""
    parts = (
        distribution_version(),
        snapshot.generation,
        snapshot.published,
        None if scope.datasets is None else sorted(scope.datasets),
        counts_only,
        snapshot.graph is not None,
        request.full_path,
        request.headers.get("Accept", ""),
    )
    return entity_tag_of(repr(parts).encode("utf-8", "surrogatepass"))


def entity_tag_of(content: bytes) -> str:
    """The ETag of something that these bytes decide."""
    return hashlib.sha256(content).hexdigest()[:32]


def _cacheable(response: Response, etag: str) -> None:
    response.set_etag(etag, weak=True)
    # Clinical text: no shared cache, and the client's own asks before each use.
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept")


def _field_error(model: type[Parameters], place: tuple[int | str, ...], kind: str, message: str) -> FieldError:
    name = ".".join(str(part)[:80] for part in place) or "body"
    if kind == "extra_forbidden":
        known = {info.alias or field for field, info in model.model_fields.items()} if len(place) == 1 else set()
        return FieldError(name, unknown_hint(str(place[-1]), known) if known else "no such parameter")
    if kind == "missing":
        return FieldError(name, "is missing")
    if kind == "string_pattern_mismatch":
        last = place[-1] if isinstance(place[-1], str) else place[-2] if len(place) > 1 else ""
        if last in ("from", "to"):
            return FieldError(name, "must be a date: YYYY, YYYY-MM or YYYY-MM-DD")
        if last == "result":
            return FieldError(name, "must be CONCEPT|COMPARISON|UNIT, such as https://loinc.org/rdf/4548-4|>9|% (or <, <=, >=, =, 7..9)")
        return FieldError(name, "holds characters that it may not hold (spaces, quotes, angle brackets or control characters)")
    return FieldError(name, message[:1].lower() + message[1:])
