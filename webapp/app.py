"""The application factory: one library in, one WSGI application out."""

from flask import Flask, Response
from opentelemetry.trace import Tracer

from access.control import AccessControl
from cohorts.saved.things import SavedThings
from webapp.library import Library
from webapp.settings import WebSettings

__all__ = ["WebSettings", "create_app"]

_DEFAULTS = WebSettings()


def create_app(
    library: Library,
    *,
    settings: WebSettings = _DEFAULTS,
    access: AccessControl | None = None,
    saved: SavedThings | None = None,
    tracer: Tracer | None = None,
) -> Flask:
    """The web application over a library. Nothing is opened here: the first request that needs the generation opens it.

    With `access`, requests are answered to those alone who say who they are, as far as they were granted. With `tracer`, each has a span.
    Without `saved` nothing can be saved.
    """
    from webapp import context, errors, guard, limiting, metrics, pages, saving, security, tracing, weight
    from webapp.api import routes

    app = Flask("webapp", static_folder="static", template_folder="templates")
    app.extensions["commissure"] = library
    app.extensions["commissure_settings"] = settings
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # The path form of an identifier (/api/v1/documents/https%3A%2F%2F…) holds two slashes in a row.
    app.url_map.merge_slashes = False

    weight.register(app)
    tracing.register(app, tracer)
    context.register(app)
    metrics.register(app)
    security.register(app, settings)
    guard.register(app, access)
    limiting.register(app, settings.rate_limits)
    saving.register(app, saved)
    errors.register(app)
    routes.register(app)
    pages.register(app)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        # Browsers ask for it where an answer is no page of ours, such as JSON.
        return app.send_static_file("favicon.svg")

    return app
