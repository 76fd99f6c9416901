"""What every request and every answer goes through: host check, request id, security headers, one log line without the question."""

import logging
import time
import uuid

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.errors import Problem, ProblemError, known_method
from webapp.settings import WebSettings

log = logging.getLogger("commissure.web.requests")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=()",
}
"""Sent with every answer, errors included. Other origins read nothing, but for the SPARQL endpoint where a setting names them."""

_SHARED_PATH = "/api/v1/sparql"
_CORS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Expose-Headers": "Commissure-Generation, Commissure-Truncated, ETag, Request-Id, Retry-After",
    "Access-Control-Max-Age": "600",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_PROBES = frozenset({"/healthz", "/readyz"})
"""Answered under any host name: probes of an orchestrator come by address, and the answers say nothing about the data."""


def host_name(host: str) -> str:
    """The name in a Host header, lower-case, without its port and final dot."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[: host.find("]") + 1]
    return host.partition(":")[0].rstrip(".")


def is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether requests under this Host header are answered."""
    name = host_name(host)
    for entry in allowed:
        entry = entry.lower()
        if entry == "*" or name == entry or (entry.startswith(".") and len(entry) > 1 and (name == entry[1:] or name.endswith(entry))):
            return bool(name) or entry == "*"
    return False


def register(app: Flask, settings: WebSettings) -> None:
    """Guard every request of the application."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        g.request_id = str(uuid.uuid4())
        g.started = time.perf_counter()
        if request.path not in _PROBES and not is_allowed(request.headers.get("Host", ""), settings.allowed_hosts):
            raise ProblemError(
                Problem(
                    "host-not-allowed",
                    421,
                    "This server does not answer under this name",
                    "The host name of the request is not among the allowed ones. "
                    "If the name is right, add it to the setting allowed_hosts (COMMISSURE_ALLOWED_HOSTS) and start the server again.",
                )
            )

    @app.after_request
    def finish(response: Response) -> Response:
        _share(response, settings.sparql_origins)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.hsts:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        request_id = g.get("request_id")
        if request_id:
            response.headers["Request-Id"] = request_id
        # The route, never the address: addresses hold questions and patients.
        route = request.url_rule.rule if request.url_rule else "(none)"
        started = g.get("started")
        elapsed = (time.perf_counter() - started) * 1000 if started is not None else 0.0
        said = {"method": known_method(request.method), "route": route, "status": response.status_code, "ms": round(elapsed, 1)}
        said["request"] = request_id
        log.info("%(method)s %(route)s %(status)d %(ms).1f ms %(request)s", said, extra=said)
        return response


def _share(response: Response, origins: tuple[str, ...]) -> None:
    """Let pages of the named origins read the SPARQL endpoint."""
    if not origins or request.path != _SHARED_PATH:
        return
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and ("*" in origins or origin in origins):
        response.headers.update({"Access-Control-Allow-Origin": "*" if "*" in origins else origin, **_CORS})
