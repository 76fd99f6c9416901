"""An agent's question is a request to the application: guard, scope, protection and audit see it as they see any other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from flask import Flask

from access.control import AccessControl
from commissure.agents import digest
from commissure.agents.tools import TOOLS, Tool, input_schema, operation_of
from webapp import guard
from webapp.api.operation import PREFIX
from webapp.decisions import OPERATIONS

MOST_OF_AN_ANSWER: Final = 100_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answers: an object, or the words of why not."""

    answer: Mapping[str, Any]
    refused: bool = False

    @property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(self.answer, ensure_ascii=False)


class Asking:
    """Asks the application as whoever a token stands for. `pages` is where people open its pages."""

    def __init__(self, app: Flask, pages: str) -> None:
        self._transport = httpx.WSGITransport(app=app)
        self._control: AccessControl | None = app.extensions[guard.KEY]
        self._pages = pages

    @property
    def asks_who(self) -> bool:
        """Whether there is access control."""
        return self._control is not None

    def knows(self, token: str) -> bool:
        """Whether a token holds."""
        return self._control is None or self._control.of_token(token) is not None

    def tools_for(self, token: str) -> tuple[Tool, ...]:
        """The tools that whoever a token stands for may use; what they see through them the application decides."""
        if self._control is None:
            return TOOLS
        actor = self._control.of_token(token)
        return tuple(tool for tool in TOOLS if actor and guard.seen_by(actor, OPERATIONS[tool.operation]) is not None)

    def ask(self, tool: Tool, arguments: Mapping[str, Any], token: str) -> Told:
        """The answer of a tool."""
        schema = input_schema(tool)["properties"]
        unknown = sorted(set(arguments) - set(schema))
        if unknown:
            return _refusal(
                f"{tool.name} takes {', '.join(schema) or 'nothing'}; it does not take {digest.cleaned(', '.join(unknown), 200)}"
            )
        given = {name: _as_declared(value, schema[name]) for name, value in arguments.items() if value is not None}
        start = given.pop("start", 0) if tool.name == "read_document" else 0
        if not isinstance(start, int) or isinstance(start, bool) or start < 0:
            return _refusal("start: must be a whole number from 0 on")
        if "limit" in schema:
            limit = given.setdefault("limit", schema["limit"]["default"])
            if isinstance(limit, int) and limit > schema["limit"]["maximum"]:
                return _refusal(f"limit: must be at most {schema['limit']['maximum']}")
        status, answer = self._send(tool, {**given, **tool.fixed}, token)
        if status != 200:
            return _refusal(": ".join(filter(None, (f"{status} {answer.get('title', '')}".strip(), answer.get("detail")))))
        if tool.name == "read_document":
            answer = digest.document(answer, start)
        told = Told(answer if tool.ours else digest.Digest(self._pages, tool.id, tool.without).of(answer))
        return (
            told if len(told.text) <= MOST_OF_AN_ANSWER else _refusal("the answer is larger than an agent is given: ask for less (limit)")
        )

    def _send(self, tool: Tool, values: Mapping[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the application's answer."""
        operation = operation_of(tool)
        address = f"http://127.0.0.1{PREFIX}{operation.path}"
        # No client of httpx: it would log the address, which may hold what was asked.
        if operation.method == "POST":
            request = httpx.Request("POST", address, json=dict(values))
        else:
            words = {name: _words(value) for name, value in values.items()}
            request = httpx.Request("GET", f"{address}?{urlencode(words, doseq=True)}" if words else address)
        request.headers["Accept"] = "application/json"
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        response = self._transport.handle_request(request)
        answer = json.loads(response.read())
        return response.status_code, answer if isinstance(answer, dict) else {}


def _as_declared(value: Any, schema: Mapping[str, Any]) -> Any:
    """A single value of what takes several is one of them."""
    return [value] if schema.get("type") == "array" and isinstance(value, str) else value


def _words(value: Any) -> Any:
    """A value as an address carries it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_words(one) for one in value]
    return value if isinstance(value, str | int | float) else json.dumps(value)


def _refusal(words: str) -> Told:
    return Told({"refused": digest.cleaned(words)}, refused=True)
