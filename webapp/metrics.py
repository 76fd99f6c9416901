"""Prometheus metrics, one registry per application, so that two applications in a process do not add up."""

import platform
import time
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from search.errors import SearchError
from search.model import SearchResult
from webapp.context import context_of
from webapp.errors import known_method

_KEY = "commissure_metrics"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one application. No label holds what a client sent: routes, known methods and statuses only."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("commissure_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry)
        self.latency = Histogram(
            "commissure_http_request_seconds", "Seconds from request to answer.", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self.search_steps = Histogram(
            "commissure_search_step_seconds", "Seconds of each step of a search.", ("step",), buckets=_SECONDS, registry=self.registry
        )
        self.searches = Counter(
            "commissure_searches", "Searches answered; complete: nothing was missing.", ("complete",), registry=self.registry
        )
        self.generation = Gauge("commissure_generation", "Number of the open generation; 0 while there is none.", registry=self.registry)
        info = Gauge("commissure_build_info", "Always 1; the labels say what runs.", ("version", "python"), registry=self.registry)
        info.labels(version, platform.python_version()).set(1)
        ProcessCollector(registry=self.registry)


def register(app: Flask) -> None:
    """Count every request of the application, and answer /metrics."""
    from webapp.version import distribution_version

    metrics = Metrics(distribution_version())
    app.extensions[_KEY] = metrics

    @app.before_request
    def begin() -> None:
        g.metrics_started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(none)"
        metrics.requests.labels(known_method(request.method), route, str(response.status_code)).inc()
        started = g.get("metrics_started")
        if started is not None:
            took = time.perf_counter() - started
            metrics.latency.labels(route).observe(took)
            if "searched" in g:
                response.headers["Server-Timing"] = server_timing(g.searched, took)
        return response

    @app.get("/metrics")
    def show_metrics() -> Response:
        metrics.generation.set(_generation(app))
        response = Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response


def observe_search(result: SearchResult) -> None:
    """Note how long each step of a search took; pages and the interface call it for every search they make."""
    metrics = cast(Metrics, current_app.extensions[_KEY])
    metrics.searches.labels("no" if result.notices else "yes").inc()
    for step, seconds in result.timings.items():
        metrics.search_steps.labels(step).observe(seconds)
    g.searched = result


def server_timing(result: SearchResult, took: float) -> str:
    """The header Server-Timing, in milliseconds: the steps of the search (encode, semantic, lexical and fuse are parts of rank), what the
    answer took beside it (render), and all (total).
    """
    steps = {**result.timings, "render": max(0.0, took - result.seconds), "total": took}
    return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in steps.items())


def _generation(app: Flask) -> int:
    try:
        return context_of(app).snapshot.generation
    except (SearchError, OSError):
        return 0
