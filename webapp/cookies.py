"""The cookie of a session: what a browser shows, and what it is told to keep."""

from typing import Final

from flask import Flask, Response, g, request

TICKET: Final = "commissure-ticket"
"""Cookie that goes with the form of the sign-in page."""


def name() -> str:
    """What the cookie is called: over HTTPS so that no other host or page below this name can set it."""
    return "__Host-commissure" if request.is_secure else "commissure"


def shown() -> str:
    """The secret that the browser shows; '' for none."""
    return request.cookies.get(name(), "")


def show(secret: str) -> None:
    """Have the browser show this secret from now on."""
    g.session_secret = secret


def forget() -> None:
    """Have the browser show none any more."""
    g.session_secret = ""


def is_from_here() -> bool:
    """Whether the browser says that the request comes from a page of this server, or says nothing of it."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def register(app: Flask) -> None:
    """Send the cookie with the answer where it changes."""

    @app.after_request
    def keep(response: Response) -> Response:
        secret: str | None = g.get("session_secret")
        if secret:
            response.set_cookie(name(), secret, secure=request.is_secure, httponly=True, samesite="Lax", path="/")
        elif secret is not None:
            response.delete_cookie(name(), secure=request.is_secure, httponly=True, samesite="Lax", path="/")
        return response
