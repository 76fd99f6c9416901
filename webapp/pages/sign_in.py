"""The page where people say who they are, and the button by which they leave."""

import hmac
import math
import secrets
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from access.control import AccessControl
from access.credentials import Waiting
from access.errors import AccountRefused
from webapp import auditing, cookies, oidc
from webapp.guard import KEY, actor
from webapp.pages.state import State

pages = Blueprint("sign_in", __name__)

_WRONG: Final = "The name or the password is not right."


@dataclass(frozen=True, slots=True)
class SignInPage:
    """All the page shows."""

    ticket: str
    """Shows that the form comes from this page."""
    next: str
    """Where to go on to."""
    name: str = ""
    wrong: str = ""
    provider: bool = False
    """Whether people can sign in with a provider."""


@pages.get("/sign-in")
def sign_in() -> Response:
    """Ask for name and password."""
    _control()
    return _shown(SignInPage(_ticket(), local(request.args.get("next", "/"))))


@pages.post("/sign-in")
def signed_in() -> AnyResponse:
    """Begin a session, or say what was wrong: not whether such an account is there."""
    control = _control()
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    page = SignInPage(_ticket(), local(request.form.get("next", "/")), name[:100])
    if not hmac.compare_digest(page.ticket.encode(), request.form.get("ticket", "").encode()) or not cookies.is_from_here():
        return _shown(SignInPage(page.ticket, page.next, page.name, "The form was open for too long. Try once more."), 403)
    try:
        right = control.credentials.has_password(name, password, request.remote_addr or "")
    except Waiting as waiting:
        auditing.signing(_known(control, name), "sign-in", 429)
        seconds = math.ceil(waiting.seconds)
        told = f"Too many wrong passwords. Wait {seconds} seconds before the next try."
        response = _shown(SignInPage(page.ticket, page.next, page.name, told), 429)
        response.headers["Retry-After"] = str(seconds)
        return response
    if not right:
        auditing.signing(_known(control, name), "sign-in", 401)
        return _shown(SignInPage(page.ticket, page.next, page.name, _WRONG), 401)
    auditing.signing(name, "sign-in", 303)
    cookies.show(control.credentials.begin_session(name).secret)
    return redirect(page.next, 303)


@pages.get("/sign-in/go")
def go() -> AnyResponse:
    """Send the browser to the provider."""
    try:
        return _provider().begin(url_for("sign_in.come_back", _external=True), local(request.args.get("next", "/")))
    except oidc.NotVouched as error:
        return _shown(SignInPage(_ticket(), "/", wrong=f"{str(error).capitalize()}. Try once more in a while."), 503)


@pages.get("/sign-in/back")
def come_back() -> AnyResponse:
    """Begin a session of whomever the provider vouches for."""
    control, provider = _control(), _provider()
    try:
        who = provider.finish()
        user = control.of_provider(who.name, who.subject, who.groups)
    except (oidc.NotVouched, AccountRefused) as error:
        auditing.signing("", "sign-in", 401)
        return _shown(SignInPage(_ticket(), "/", wrong=f"You are not signed in: {error}."), 401)
    auditing.signing(user, "sign-in", 303)
    cookies.show(control.credentials.begin_session(user).secret)
    return redirect(local(who.next), 303)


@pages.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    control = _control()
    if secret := cookies.shown():
        control.credentials.end_session(secret)
    cookies.forget()
    if (who := actor()) is not None:
        auditing.signing(who.user, "sign-out", 303)
    response = redirect("/sign-in", 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'  # heeded over HTTPS
    for name in request.cookies:
        if name not in (cookies.name(), cookies.TICKET):
            response.delete_cookie(name)  # what pages keep of who was here
    return response


def local(address: str) -> str:
    """An address on this server, as it is given; the start for any other."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() and "\\" not in address
    return address if plain and len(address) < 4000 else "/"


def _control() -> AccessControl:
    control: AccessControl | None = current_app.extensions[KEY]
    return control if control is not None else abort(404)


def _provider() -> oidc.SignOn:
    _control()
    provider: oidc.SignOn | None = current_app.extensions[oidc.KEY]
    return provider if provider is not None else abort(404)


def _known(control: AccessControl, name: str) -> str:
    """The name of an account; '' for any other words, which may be a password in the wrong field."""
    return name if any(user.name == name for user in control.accounts.users()) else ""


def _ticket() -> str:
    """What the form sends along; the same for as long as the browser is open."""
    return request.cookies.get(cookies.TICKET, "") or secrets.token_urlsafe(24)


def _shown(page: SignInPage, status: int = 200) -> Response:
    page = replace(page, provider=current_app.extensions[oidc.KEY] is not None)
    response = make_response(render_template("sign_in.html", page=page, state=State()), status)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(cookies.TICKET, page.ticket, secure=request.is_secure, httponly=True, samesite="Strict", path="/sign-in")
    return response
