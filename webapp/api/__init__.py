"""The REST interface under /api/v1, its documentation, and the probes."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response

from webapp.api.operation import PREFIX, Operation, context
from webapp.settings import WebSettings


def operations() -> tuple[Operation[Any], ...]:
    """Every JSON operation of the interface."""
    from webapp.api import concepts, datasets, documents, labels, loader, nodes, patients, search

    return (
        *search.OPERATIONS,
        *documents.OPERATIONS,
        *nodes.OPERATIONS,
        *concepts.OPERATIONS,
        *patients.OPERATIONS,
        *labels.OPERATIONS,
        *datasets.OPERATIONS,
        *loader.OPERATIONS,
    )


def register(app: Flask, settings: WebSettings) -> None:
    """Add the interface to the application."""
    from webapp.api import docs, health, sparql

    api = Blueprint("api", __name__)
    for operation in operations():
        api.add_url_rule(operation.rule, operation.name, _view(operation), methods=[operation.method])
    api.add_url_rule(f"{PREFIX}/sparql", "sparql", lambda: sparql.sparql(context()), methods=["GET", "POST"])
    app.register_blueprint(api)
    app.register_blueprint(docs.pages)
    app.register_blueprint(health.probes)
    app.extensions["commissure_readiness"] = health.Readiness()


def _view(operation: Operation[Any]) -> Callable[..., Response]:
    def answer(**path_values: str) -> Response:
        found = context()
        return operation.respond(found.library, found.settings, path_values)

    return answer
