"""A span of OpenTelemetry for each request. Of a request it holds what the log holds: its route, never its address or what was asked."""

from collections.abc import Mapping

from flask import Flask, Response, g, request
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from webapp.errors import known_method


def register(app: Flask, tracer: Tracer | None) -> None:
    """Have every request of the application traced. To be registered before anything that may refuse one."""
    if tracer is None:
        return

    @app.before_request
    def begin() -> None:
        g.span = tracer.start_span(_named(), context=extract(request.headers), kind=SpanKind.SERVER)

    @app.after_request
    def note(response: Response) -> Response:
        span = g.get("span")
        if span is not None:
            span.set_attributes(_said(response))
            if response.status_code >= 500:
                span.set_status(Status(StatusCode.ERROR))
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        span = g.pop("span", None)
        if span is not None:
            span.end()


def _named() -> str:
    route = request.url_rule.rule if request.url_rule else "(none)"
    return f"{known_method(request.method)} {route}"


def _said(response: Response) -> Mapping[str, str | int | float]:
    """What is noted of an answer, in OpenTelemetry's words where it has some; of a search, the seconds of each of its steps."""
    method, _, route = _named().partition(" ")
    said: dict[str, str | int | float] = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": response.status_code,
        "commissure.request.id": g.get("request_id", ""),
    }
    if "searched" in g:
        said |= {f"commissure.search.{step}.seconds": seconds for step, seconds in g.searched.timings.items()}
        said["commissure.search.total"] = g.searched.total
    return said
