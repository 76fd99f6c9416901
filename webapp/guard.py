"""Lets requests in: who is asking, whether they may use what they ask for, and what they see through it.

Without access control everybody sees everything. With it, what `decisions` does not name is refused.
"""

import hmac
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug import Response as AnyResponse

from access.control import AccessControl
from access.errors import AccountRefused
from access.model import Actor
from access.roles import UNLIMITED, Sight, sight_of
from webapp import auditing, cookies, oidc
from webapp.decisions import ANYBODY, OPEN, Decision, decision_of
from webapp.errors import Problem, ProblemError, wants_problem
from webapp.settings import WebSettings

KEY: Final = "commissure_access"
"""Key of app.extensions under which the access control lies; None where there is none."""
_SCHEME: Final = "bearer "
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a page elsewhere can make a browser send without asking first."""


def register(app: Flask, control: AccessControl | None) -> None:
    """Guard every request of the application."""
    app.extensions[KEY] = control
    if control is not None:
        app.before_request(admit)
        app.after_request(_kept_nowhere)
        cookies.register(app)
        auditing.register(app, control.audit)
        settings: WebSettings = app.extensions["commissure_settings"]
        oidc.register(app, settings, control.key() if settings.oidc_issuer else "")


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
    _check_change(actor)
    if endpoint in ANYBODY:
        return None
    decision = decision_of(endpoint)
    sight = seen_by(actor, decision) if decision else None
    if decision is None or sight is None:
        raise ProblemError(_REFUSED)
    g.sight, g.decision = sight, decision
    return None


def _kept_nowhere(response: Response) -> Response:
    """Pages of somebody who signs in and out are kept by no browser: the next one at the same desk goes back to none."""
    if response.mimetype == "text/html" and g.get("actor") is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def seen_by(actor: Actor, decision: Decision) -> Sight | None:
    """The one question: which datasets, at which level, may this actor see through what they ask for? None: they may not ask it."""
    if not actor.may_enter(decision.area):
        return None
    sight = sight_of(actor.rights, decision.needs, counted=decision.counted, copied=decision.copied)
    return None if sight is not None and decision.everywhere and sight.scope.datasets is not None else sight


def sight() -> Sight | None:
    """What this request sees; None where nobody let it in, and for what says nothing of data."""
    if current_app.extensions.get(KEY) is None:
        return UNLIMITED
    found: Sight | None = g.get("sight")
    return found


def asks_who() -> bool:
    """Whether the application has access control."""
    return current_app.extensions.get(KEY) is not None


def actor() -> Actor | None:
    """Whoever asks; None where there is no access control, and for those who did not say."""
    found: Actor | None = g.get("actor")
    return found


def _actor() -> Actor | None:
    """Whoever shows a token, is named by a proxy that is trusted, or has a session; in this order, the first that is shown counts."""
    control: AccessControl = current_app.extensions[KEY]
    given = request.headers.get("Authorization", "")
    if given[: len(_SCHEME)].lower() == _SCHEME:
        return control.of_token(given[len(_SCHEME) :].strip())
    settings: WebSettings = current_app.extensions["commissure_settings"]
    if settings.access_header and (name := request.headers.get(settings.access_header)):
        return _named_by_proxy(control, settings, name)
    secret = cookies.shown()
    found = control.of_session(secret) if secret else None
    if found is None:
        return None
    actor, session = found
    if session.secret:
        cookies.show(session.secret)
    return actor


def _named_by_proxy(control: AccessControl, settings: WebSettings, name: str) -> Actor:
    """Whom the proxy names. Raises ProblemError where the header comes from elsewhere: somebody pretends to be the proxy."""
    # What forwarded headers say of addresses is not asked: the peer itself has to be the proxy.
    peer = request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR") or ""
    if not is_among(peer, settings.access_proxies):
        raise ProblemError(_NOT_THE_PROXY)
    listed = request.headers.get(settings.access_groups_header) if settings.access_groups_header else None
    groups = None if listed is None else tuple(group.strip() for group in listed.split(",") if group.strip())
    try:
        return control.of_proxy(name, groups)
    except AccountRefused as error:
        raise ProblemError(replace(_REFUSED, detail=f"{error}.")) from None


def is_among(address: str, places: tuple[str, ...]) -> bool:
    """Whether an address is one of these, or lies in one of these networks."""
    try:
        return any(ip_address(address) in ip_network(place, strict=False) for place in places)
    except ValueError:
        return False


def _check_change(actor: Actor) -> None:
    """A browser shows its cookie, or its proxy's, whichever page makes it ask: a change has to show that it comes from ours.

    Raises ProblemError.
    """
    if request.method in _READING or actor.via.startswith("token"):
        return
    if not cookies.is_from_here():
        raise ProblemError(_FORGED)
    if actor.csrf:
        sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        if not hmac.compare_digest(sent.encode(), actor.csrf.encode()):
            raise ProblemError(_FORGED)
    elif "Sec-Fetch-Site" not in request.headers and request.mimetype in _OF_FORMS:
        raise ProblemError(_FORGED)


def check_from_here() -> None:
    """Raises ProblemError where the browser says that a form was sent by a page elsewhere; where nobody signs in too."""
    if not cookies.is_from_here():
        raise ProblemError(_FORGED)


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
_FORGED: Final = Problem(
    "not-from-here",
    403,
    "The request does not come from a page of this server",
    "A browser that is signed in changes nothing by a request of another page. Load the page again and try once more; "
    "programs send a token as 'Authorization: Bearer …'.",
)
_NOT_THE_PROXY: Final = Problem(
    "not-the-proxy",
    403,
    "The request names somebody, and does not come from a proxy that is trusted",
    "The header that names who is asking is taken from the addresses of the setting access_proxies alone.",
)
