"""The OpenAPI document of a server with access control: who must show what, and what those are answered who may not."""

from typing import Any, Final

from webapp.errors import MEDIA_TYPE

_OPEN: Final = frozenset({"healthz", "readyz"})
"""Operations that are answered to whoever asks."""
_SAME_FOR_ALL: Final = frozenset({"getOpenApi"})
"""Operations that nobody who is known is refused."""
_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_UNKNOWN: Final = {
    "description": "Nobody showed who they are, or the token does not hold.",
    "headers": {"WWW-Authenticate": {"description": "How to show it.", "schema": {"type": "string"}}},
    "content": _PROBLEM,
}
_REFUSED: Final = {"description": "Refused: not granted, or not offered by this server.", "content": _PROBLEM}
SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of `commissure tokens create`. What it is not granted is answered as if it were not there, or refused (403).",
}


def guarded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the bearer scheme, and the statuses 401 and 403 where access control may give them."""
    paths = {path: {method: _operation(operation) for method, operation in methods.items()} for path, methods in document["paths"].items()}
    components = {**document["components"], "securitySchemes": {"bearer": SCHEME}}
    return {**document, "security": [{"bearer": []}], "paths": paths, "components": components}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    name = operation["operationId"]
    if name in _OPEN:
        return {**operation, "security": []}
    more = {"401": _UNKNOWN} if name in _SAME_FOR_ALL else {"401": _UNKNOWN, "403": _REFUSED}
    responses = {**operation["responses"], **more}
    return {**operation, "responses": dict(sorted(responses.items()))}
