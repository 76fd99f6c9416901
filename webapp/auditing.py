"""Notes what every request of somebody did: after it is answered and before the answer is sent. What cannot be noted is not shown."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

import orjson
from flask import Flask, Response, g, request

from access.audit import AuditLog, Event
from access.errors import AuditUnwritable
from access.model import Actor
from access.roles import Sight
from graph.identifiers import dataset_iri, parse_record_iri, record_iri
from webapp.decisions import Decision
from webapp.errors import Problem, problem_response

log = logging.getLogger("commissure.web")

_TOLD: Final = frozenset(
    {
        "id",
        "ids",
        "patient",
        "document",
        "concept",
        "dataset",
        "run",
        "facet",
        "report",
        "format",
        "kind",
        "limit",
        "offset",
        "rows",
        "loadId",
    }
)
"""Parameters whose values are kept, where they look as they should: of all others, which may hold words, the names alone."""
_CODED: Final = re.compile(r"(?:https?://|urn:)[^\s<>\"]{1,500}|[\w.:|+-]{1,64}")
_SLASH: Final = rb"(?:/|%2F)"
_BASE: Final = re.escape(dataset_iri("").encode()).replace(b":", b"(?::|%3A)").replace(b"/", _SLASH)
_PATIENT: Final = re.compile(_BASE + rb"([\w.-]+)" + _SLASH + rb"Patient" + _SLASH + rb"([^/\"'<>&\s?#;,\\)]+)")
_RECORD: Final = re.compile(rb'"resourceType"\s*:\s*"Patient"\s*,\s*"id"\s*:\s*"([A-Za-z0-9.-]{1,64})"')
_REFERENCE: Final = re.compile(rb'reference\\?"\s*:\s*\\?"Patient/([A-Za-z0-9.-]{1,64})\\?"')
"""A record as it came in names its patient so."""


def register(app: Flask, audit: AuditLog) -> None:
    """Note every request that somebody makes of the application, and those that are refused to them."""

    @app.after_request
    def note(response: Response) -> Response:
        actor: Actor | None = g.get("actor")
        event = g.get("signing") or (_event(actor, response) if actor is not None else None)
        if event is None:
            return response
        try:
            audit.append(event, durable=event.action not in ("read", "count"))
        except AuditUnwritable:
            log.exception("urn:uuid:%s cannot be noted", event.request)
            return problem_response(_NOT_NOTED)
        if response.is_streamed and not response.direct_passthrough and response.status_code == 200:
            response.response = _Sent(response.iter_encoded(), response.response, event, lambda done: audit.append(done, durable=True))
        return response


def signing(user: str, action: str, status: int) -> None:
    """Have it noted that somebody signs in or out, or tries to."""
    g.signing = Event(user, "session", action, "sign_in", status, request=g.get("request_id", ""))


def _event(actor: Actor, response: Response) -> Event:
    sight: Sight | None = g.get("sight")
    decision: Decision | None = g.get("decision")
    scope = sight.scope.datasets if sight else frozenset()
    asked = _asked()
    return Event(
        actor.user,
        actor.via,
        decision.action if decision else "read",
        (request.endpoint or "").removeprefix("api."),
        response.status_code,
        None if scope is None else sorted(scope),
        sorted({*_patients(response, asked), *g.get("patients_told", ())}),
        asked,
        g.get("request_id", ""),
    )


def _asked() -> dict[str, Any]:
    """The parameters, without what somebody typed."""
    given: dict[str, Any] = {name: values if len(values) > 1 else values[0] for name, values in request.args.lists()}
    given |= request.view_args or {}
    if request.mimetype == "application/json" and request.method != "GET":
        given |= _body()
    return {name[:40]: _coded(value) if name in _TOLD else None for name, value in given.items() if _CODED.fullmatch(name)}


def _body() -> dict[str, Any]:
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(body, dict):
        return {}
    codes = sorted({code for name in ("definition", "cohort") for code in _codes(body.get(name)) if _CODED.fullmatch(code)})
    return {**body, **({"concept": codes} if codes else {})}


def _codes(definition: Any) -> Iterable[str]:
    """The codes that a definition of a cohort names."""
    if isinstance(definition, Mapping):
        for key, value in definition.items():
            if key == "code" and isinstance(value, str):
                yield value
            else:
                yield from _codes(value)
    elif isinstance(definition, list):
        for one in definition:
            yield from _codes(one)


def _coded(value: Any) -> Any:
    if isinstance(value, list):
        return [one for one in (_coded(each) for each in value[:100]) if one is not None]
    if isinstance(value, bool | int):
        return value
    return value if isinstance(value, str) and _CODED.fullmatch(value) else None


def _patients(response: Response, asked: Mapping[str, Any]) -> list[str]:
    """The patients that an answer names; none yet where it is made while it is sent."""
    if response.status_code != 200 or response.is_streamed or response.direct_passthrough:
        return []
    return sorted(patients_in(response.get_data(), _dataset_of(asked)))


def patients_in(body: bytes, dataset: str) -> set[str]:
    """The IRIs of the patients that a text names: by these, or as records of the dataset name them."""
    found = {_iri(*one.groups(), encoded=b"%2F" in one[0]) for one in _PATIENT.finditer(body)}
    if dataset:
        named = [one[1] for one in _REFERENCE.finditer(body)] + [one[1] for one in _RECORD.finditer(body)]
        found |= {record_iri(dataset, "Patient", one.decode()) for one in named}
    return found


def _dataset_of(asked: Mapping[str, Any]) -> str:
    """The dataset that records of an answer are of, where its address says so; '' where it does not."""
    record = parse_record_iri(str(asked.get("id") or ""))
    return record[0] if record else str(asked.get("dataset") or "")


class _Sent:
    """A body that is read while it is sent; what of patients went out is noted when it ends, however it ends."""

    def __init__(self, body: Iterable[bytes], inner: object, event: Event, note: Callable[[Event], None]) -> None:
        self._body, self._inner, self._event, self._note = body, inner, event, note
        self._patients = set(event.patients)

    def __iter__(self) -> Iterator[bytes]:
        dataset = _dataset_of(self._event.asked)
        for chunk in self._body:
            self._patients |= patients_in(chunk, dataset)
            yield chunk

    def close(self) -> None:
        """Note what was sent, and stop what makes the body."""
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()
        self._note(replace(self._event, patients=sorted(self._patients)))


def _iri(dataset: bytes, patient: bytes, *, encoded: bool) -> str:
    """The IRI of a patient, out of an answer or out of an address in one."""
    identifier = patient.decode("utf-8", "replace")
    return f"{dataset_iri('')}{dataset.decode()}/Patient/{unquote(identifier) if encoded else identifier}"


_NOT_NOTED: Final = Problem(
    "not-noted",
    503,
    "What cannot be noted is not shown",
    "The audit log of this server cannot be written, so nothing is answered. Whoever keeps the server finds the reason in its log.",
)
