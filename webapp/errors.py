"""Errors as the web shows them: one shape (RFC 9457 problem details) and one table from error to status.

Programs get `application/problem+json`, browsers a page. Neither ever holds a traceback, a path of this machine or clinical text:
what went wrong inside is logged under the request's id, which the answer names.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import cast

import orjson
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from cohorts.errors import CohortsError, InvalidDefinition, ListsProtected
from cohorts.saved.errors import SavedChanged, SavedMissing, SavedRefused, SavedUnusable
from cohorts.views.errors import InvalidView, ViewRefused
from graph.errors import (
    GraphError,
    InvalidCursor,
    InvalidDatasetName,
    QueryAbandoned,
    QueryBusy,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreRefused,
    StoreTimeout,
    StoreUnavailable,
    UnsupportedCapability,
)
from graph.vocabulary import BASE
from labels.errors import LabelsRefused, RecordsUnreadable
from search.errors import GenerationUnreadable, InvalidRequest, ModelUnavailable, NothingPublished, SearchError
from webapp.library import LoaderUnavailable

log = logging.getLogger("commissure.web")

PROBLEMS = BASE + "problem/"
"""Namespace of problem types."""
MEDIA_TYPE = "application/problem+json"
ERROR_PAGE = "commissure_error_page"
"""Key of app.extensions under which the pages put their `Callable[[Problem], Response]`."""


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one parameter. `field` is its name, dotted where it lies within a JSON body."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as a client meets it. `type` is the slug of the problem type; `code` what another service calls it whose clients ask."""

    type: str
    status: int
    title: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    code: str = ""

    def as_dict(self, instance: str) -> dict[str, object]:
        """The members of RFC 9457, and `errors` where single fields are at fault."""
        members: dict[str, object] = {
            "type": PROBLEMS + self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            members["errors"] = [{"field": error.field, "detail": error.detail} for error in self.errors]
        if self.code:
            # As Neptune says it.
            said = {"message": self.detail, "detailedMessage": self.detail}
            members |= {"code": self.code, **said, "requestId": instance.removeprefix("urn:uuid:")}
        return members


LOADER_CODES = {
    400: "InvalidParameterException",
    403: "AccessDeniedException",
    404: "BadRequestException",
    405: "MethodNotAllowedException",
    413: "BadRequestException",
    414: "BadRequestException",
    415: "BadRequestException",
    421: "AccessDeniedException",
    429: "TooManyRequestsException",
    501: "UnsupportedOperationException",
}
"""Neptune's names for what goes wrong with its loader where nothing more exact is known."""


def known_method(method: str) -> str:
    """A request's method; one that HTTP does not know is client text and is not repeated."""
    return method if method in _METHODS else "OTHER"


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Rule:
    """How an error is shown. `detail` is None where the error's own words are made for the client (no path, no text of a record)."""

    type: str
    status: int
    title: str
    detail: str | None = None
    retry: int | None = None
    """Seconds after which to come again (Retry-After)."""


SAMPLE_COMMAND = "commissure demo"

_DAMAGED = Rule(
    "generation-unreadable",
    503,
    "The published data cannot be read",
    "Files of what is published are missing or damaged. 'commissure verify' says which, and what can be done: most are made anew by "
    "'commissure verify --repair', or by the next ingest.",
)

TABLE: dict[type[Exception], Rule] = {
    InvalidRequest: Rule("invalid-request", 400, "The request cannot be answered as asked"),
    LabelsRefused: Rule("invalid-request", 400, "The request cannot be answered as asked"),
    ListsProtected: Rule("protected", 403, "Numbers of patients are protected here"),
    CohortsError: Rule("invalid-request", 400, "The request cannot be answered as asked"),
    SavedMissing: Rule(
        "not-found",
        404,
        "No such saved thing",
        "Nothing is saved under this identifier, or nothing that you may see. '/saved' lists what is.",
    ),
    SavedChanged: Rule("changed-meanwhile", 409, "It was changed meanwhile"),
    SavedUnusable: Rule(
        "saved-unusable",
        503,
        "What is saved cannot be used",
        "The file with saved things is damaged, of another version, or cannot be written. 'commissure saved list' names it, and what "
        "is wrong with it.",
    ),
    ViewRefused: Rule("view-refused", 422, "The view cannot be run over these records"),
    NothingPublished: Rule(
        "nothing-published",
        503,
        "Nothing has been ingested yet",
        f"There is no data to search. Run '{SAMPLE_COMMAND}' to load the sample, "
        "or 'commissure ingest fhir PATH --dataset NAME' for data of your own.",
    ),
    ModelUnavailable: Rule(
        "model-unavailable",
        503,
        "The embedding model is not available",
        "Semantic search needs the embedding model, which is missing or damaged. "
        "Ask with mode=lexical meanwhile; 'commissure status' says more.",
    ),
    GenerationUnreadable: _DAMAGED,
    RecordsUnreadable: _DAMAGED,
    SearchError: Rule("search-failed", 500, "The search failed", "The search failed. The server's log holds the reason under this id."),
    LoaderUnavailable: Rule(
        "loader-unavailable",
        503,
        "The loader cannot work",
        "The data folder cannot be written by this server, so no data can be loaded by request. What is published is shown as before.",
    ),
    InvalidDatasetName: Rule("invalid-request", 400, "The request cannot be answered as asked"),
    InvalidCursor: Rule("invalid-request", 400, "The request cannot be answered as asked"),
    StoreUnavailable: Rule(
        "graph-unavailable",
        503,
        "The graph cannot be reached",
        "The graph store is not reachable just now; search works without it. Try again in a moment.",
    ),
    StoreRefused: Rule(
        "graph-unavailable",
        503,
        "The graph store refuses the server",
        "The graph store is reachable but refuses this server's requests; search works without it. The server's log names the reason.",
    ),
    StoreTimeout: Rule(
        "graph-unavailable",
        503,
        "The graph store did not answer in time",
        "The graph store took too long; search works without it. Try again in a moment, or ask for less.",
    ),
    QueryRefused: Rule("query-refused", 403, "The query is not allowed"),
    QuerySyntaxError: Rule("query-syntax", 400, "The query does not parse"),
    QueryTimeout: Rule("query-timeout", 503, "The query took too long"),
    QueryTooLarge: Rule("query-too-large", 422, "The query needs too much"),
    QueryBusy: Rule("too-many-queries", 503, "Too many queries at once", retry=5),
    QueryAbandoned: Rule("query-abandoned", 503, "Nobody waits for the answer any more"),
    UnsupportedCapability: Rule("not-supported", 501, "The graph store cannot do this"),
    GraphError: Rule("graph-failed", 500, "The graph failed", "The graph store failed. The server's log holds the reason under this id."),
}
"""The one table from error to HTTP status; an error without a row of its own takes that of its nearest ancestor."""

_PARAMETERS = {"date_from": "from", "date_to": "to"}
"""Fields of a search request → the parameters that carry them, where the names differ."""

_INTERNAL = Rule("internal", 500, "Something went wrong", "Something went wrong here. The server's log holds the reason under this id.")


def problem_of(error: Exception) -> Problem:
    """How an exception is shown to a client."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, HTTPException):
        return _http_problem(error)
    rule = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), _INTERNAL)
    if isinstance(error, InvalidRequest):
        return invalid(_as_parameter(error)).problem
    if isinstance(error, InvalidDefinition):
        return invalid(FieldError(f"definition.{error.path}".rstrip("."), error.message)).problem
    if isinstance(error, InvalidView):
        return invalid(FieldError(f"view.{error.where}", error.reason)).problem
    if isinstance(error, SavedRefused):
        return invalid(FieldError(error.field, error.message)).problem
    if isinstance(error, LabelsRefused):
        return invalid(FieldError(error.field, str(error))).problem
    headers = (("Retry-After", str(rule.retry)),) if rule.retry else ()
    return Problem(rule.type, rule.status, rule.title, rule.detail or str(error), headers=headers)


def _as_parameter(error: InvalidRequest) -> FieldError:
    """What the search refuses, under the names that parameters have in addresses."""
    message = str(error).removeprefix(f"{error.field}: ")
    for field, parameter in _PARAMETERS.items():
        message = message.replace(field, parameter)
    return FieldError(_PARAMETERS.get(error.field, error.field), message)


def invalid(*errors: FieldError) -> ProblemError:
    """The problem of parameters that cannot be used."""
    detail = "; ".join(f"{error.field}: {error.detail}" for error in errors)
    return ProblemError(Problem("invalid-request", 400, "The request cannot be answered as asked", detail, errors))


def not_found(what: str, hint: str) -> ProblemError:
    """The problem of something that the open generation does not hold. The identifier itself is not repeated."""
    return ProblemError(Problem("not-found", 404, f"No such {what}", hint))


def instance() -> str:
    """The name of this request, as answers and the log give it."""
    return f"urn:uuid:{g.get('request_id', '00000000-0000-0000-0000-000000000000')}"


def problem_response(problem: Problem) -> Response:
    """A problem as `application/problem+json`."""
    response = Response(orjson.dumps(problem.as_dict(instance())), status=problem.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers:
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def is_loader() -> bool:
    """Whether the request is for the loader, whose clients look for Neptune's error codes."""
    return request.path.removeprefix("/api/v1").partition("/")[2].partition("/")[0] == "loader"


def wants_problem() -> bool:
    """Whether this client is a program: it asks the API, or would rather have JSON than a page."""
    if (request.path.startswith("/api/") and request.path != "/api/docs") or request.path == "/metrics" or is_loader():
        return True
    accepted = request.accept_mimetypes
    json = max(accepted.quality("application/json"), accepted.quality(MEDIA_TYPE))
    return json > accepted.quality("text/html")


def register(app: Flask) -> None:
    """Show every error of the application in the one shape."""

    @app.errorhandler(Exception)
    def show(error: Exception) -> Response:
        problem = problem_of(error)
        if is_loader() and not problem.code:
            problem = replace(problem, code=LOADER_CODES.get(problem.status, "InternalFailureException"))
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log_failure(error, problem)
        return problem_response(problem) if wants_problem() else _page(problem)


def _page(problem: Problem) -> Response:
    """A problem for a browser: the pages' own way where they offered one, plain text otherwise."""
    render = cast("Callable[[Problem], Response] | None", current_app.extensions.get(ERROR_PAGE))
    if render is not None:
        try:
            named = problem.detail if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR else f"{problem.detail} ({instance()})"
            response = render(replace(problem, detail=named))
        except Exception as error:  # The page of an error must not fail with another one.
            _log_failure(error, problem)
        else:
            response.status_code = problem.status
            response.headers["Cache-Control"] = "no-store"
            for name, value in problem.headers:
                response.headers[name] = value
            return response
    lines = [f"{problem.status} {problem.title}", "", problem.detail, "", instance(), ""]
    response = Response("\n".join(lines), status=problem.status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    for name, value in problem.headers:
        response.headers[name] = value
    return response


def _log_failure(error: Exception, problem: Problem) -> None:
    """One log entry: where the code was, not what the error says, because an error's words may quote a record or a question."""
    if problem.type in ("internal", "search-failed", "graph-failed"):
        where = "".join(
            f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__, limit=-30)
        )
        causes = " <- ".join(_chain(error))
        log.error("%s failed: %s at%s", instance(), causes, where)
    else:
        log.warning("%s %s: %s", instance(), problem.type, type(error).__name__)


def _chain(error: BaseException) -> list[str]:
    """The class names of an error and of what caused it."""
    names: list[str] = []
    current: BaseException | None = error
    while current is not None and len(names) < 10:
        names.append(type(current).__name__)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return names


def _http_problem(error: HTTPException) -> Problem:
    """What Werkzeug itself refuses: unknown addresses, methods, bodies too large."""
    status = error.code or 500
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    headers = tuple((name, value) for name, value in error.get_headers() if name.lower() in ("allow", "location", "retry-after"))
    details = {
        404: "Nothing is at this address. /api/docs lists what the interface offers.",
        405: "This address does not answer this method; the header Allow lists those it does.",
        413: "The request body is larger than this server takes.",
        414: "The address is longer than this server takes; send the request as POST.",
        415: "The request body is of a type that this address does not take.",
    }
    detail = details.get(status) or error.description or phrase
    return Problem(phrase.lower().replace(" ", "-"), status, phrase, detail, headers=headers)
