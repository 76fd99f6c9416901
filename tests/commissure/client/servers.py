"""Servers in this process that a client asks: the application itself, or answers that a test makes up."""

from collections.abc import Callable, Iterable

import httpx
from flask import Flask

from commissure.client import AsyncClient, Client, Patience

Answering = Callable[[httpx.Request], httpx.Response]
QUICK = Patience(jitter=lambda: 1.0)


class Here(httpx.AsyncBaseTransport):
    """A transport for asyncio over one that waits."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        found = self.inner.handle_request(request)
        return httpx.Response(found.status_code, headers=found.headers, content=b"".join(found.iter_raw()))


def client_of(app: Flask, **more: object) -> Client:
    return Client("http://localhost", transport=httpx.WSGITransport(app=app), **more)  # type: ignore[arg-type]


def async_client_of(app: Flask, **more: object) -> AsyncClient:
    return AsyncClient("http://localhost", transport=Here(httpx.WSGITransport(app=app)), **more)  # type: ignore[arg-type]


def answering(*answers: httpx.Response | Exception) -> tuple[Answering, list[httpx.Request]]:
    """Answers requests with these, in order, and keeps the requests."""
    left: Iterable[httpx.Response | Exception] = iter(answers)
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        given = next(left)  # type: ignore[call-overload]
        if isinstance(given, Exception):
            raise given
        return given

    return answer, asked


def asking(*answers: httpx.Response | Exception, patience: Patience = QUICK) -> tuple[Client, list[httpx.Request], list[float]]:
    """A client of a server that answers so, its requests, and how long it waits between them (which it does not)."""
    answer, asked = answering(*answers)
    waits: list[float] = []
    client = Client("http://localhost", transport=httpx.MockTransport(answer), patience=patience, sleep=waits.append)
    return client, asked, waits


def problem(status: int, headers: dict[str, str] | None = None, **members: object) -> httpx.Response:
    """A problem document."""
    body = {"type": "about:blank", "title": "No", "status": status, "detail": "Not so.", "instance": "urn:uuid:1", **members}
    return httpx.Response(status, json=body, headers={**(headers or {}), "Content-Type": "application/problem+json"})
