"""Lets requests in: who is asking, whether they may use what they ask for, and what they see through it.

Without access control everybody sees everything. With it, what `decisions` does not name is refused.
"""

from typing import Final
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request
from werkzeug import Response as AnyResponse

from access.control import AccessControl
from access.model import Actor
from access.roles import UNLIMITED, Sight, sight_of
from webapp.decisions import ANYBODY, OPEN, Decision, decision_of
from webapp.errors import Problem, ProblemError, wants_problem

KEY: Final = "commissure_access"
"""Key of app.extensions under which the access control lies; None where there is none."""
_SCHEME: Final = "bearer "


def register(app: Flask, control: AccessControl | None) -> None:
    """Guard every request of the application."""
    app.extensions[KEY] = control
    if control is not None:
        app.before_request(admit)


def admit() -> AnyResponse | None:
    """Let the request in with what it sees, send its browser to sign in, or refuse it. Raises ProblemError."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    actor = g.actor = _actor()
    if actor is None:
        if wants_problem():
            raise ProblemError(_UNKNOWN)
        return redirect("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}), 303)
    if endpoint in ANYBODY:
        return None
    decision = decision_of(endpoint)
    sight = seen_by(actor, decision) if decision else None
    if decision is None or sight is None:
        raise ProblemError(_REFUSED)
    g.sight, g.decision = sight, decision
    return None


def seen_by(actor: Actor, decision: Decision) -> Sight | None:
    """The one question: which datasets, at which level, may this actor see through what they ask for? None: they may not ask it."""
    if not actor.may_enter(decision.area):
        return None
    sight = sight_of(actor.rights, decision.needs, counted=decision.counted is not None)
    return None if sight is not None and decision.everywhere and sight.scope.datasets is not None else sight


def sight() -> Sight | None:
    """What this request sees; None where nobody let it in, and for what says nothing of data."""
    if current_app.extensions.get(KEY) is None:
        return UNLIMITED
    found: Sight | None = g.get("sight")
    return found


def actor() -> Actor | None:
    """Whoever asks; None where there is no access control, and for those who did not say."""
    found: Actor | None = g.get("actor")
    return found


def _actor() -> Actor | None:
    control: AccessControl = current_app.extensions[KEY]
    given = request.headers.get("Authorization", "")
    if given[: len(_SCHEME)].lower() == _SCHEME:
        return control.of_token(given[len(_SCHEME) :].strip())
    return None


_UNKNOWN: Final = Problem(
    "not-signed-in",
    401,
    "Say who is asking",
    "This server answers those alone whom it knows. Send a token that holds as 'Authorization: Bearer …'; "
    "'commissure tokens create' makes one.",
    headers=(("WWW-Authenticate", 'Bearer realm="Commissure"'),),
)
_REFUSED: Final = Problem(
    "not-granted",
    403,
    "This is not among what you were granted",
    "Your account, or the token that you send, may not use this. Whoever keeps this server grants more with 'commissure grant'.",
)
