"""The addresses of the interface, its documentation and the probes, added to the application."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response

from webapp.api import docs, health, sparql
from webapp.api.operation import PREFIX, Operation
from webapp.api.registry import operations
from webapp.context import context
from webapp.settings import WebSettings


def register(app: Flask) -> None:
    """Add the interface to the application."""
    settings: WebSettings = app.extensions["commissure_settings"]
    api = Blueprint("api", __name__)
    for operation in operations():
        api.add_url_rule(operation.rule, operation.name, _view(operation), methods=[operation.method])
        if settings.loader_at_root and operation.path.startswith("/loader"):
            rule = operation.rule.removeprefix(PREFIX)
            api.add_url_rule(rule, f"{operation.name}AtRoot", _view(operation), methods=[operation.method])
    api.add_url_rule(f"{PREFIX}/sparql", "sparql", lambda: sparql.sparql(context()), methods=["GET", "POST"])
    app.extensions["commissure_sparql_slots"] = sparql.Slots(settings.sparql_slots)
    app.register_blueprint(api)
    app.register_blueprint(docs.pages)
    app.register_blueprint(health.probes)
    app.extensions["commissure_readiness"] = health.Readiness()


def _view(operation: Operation[Any]) -> Callable[..., Response]:
    def answer(**path_values: str) -> Response:
        return operation.respond(context(), path_values)

    return answer
