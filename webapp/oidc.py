"""Single sign-on by OpenID Connect: sends the browser to the provider, and reads who comes back. Authlib speaks the protocol."""

import logging
import re
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug import Response

from access.accounts import NAME
from webapp.settings import WebSettings

log = logging.getLogger("commissure.web")

KEY: Final = "commissure_sign_on"
"""Key of app.extensions under which it lies; None where no provider is set."""
_TIMEOUT: Final = 10
"""Seconds that the provider has for an answer."""


class NotVouched(Exception):
    """The provider did not say who came back, or not so that it can be believed."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who came back."""

    name: str
    subject: str
    """The issuer and what it calls them: never given to another person, as names are."""
    groups: tuple[str, ...]
    next: str


class _WhileAway(SecureCookieSessionInterface):
    """The signed cookie that holds what the browser comes back with, and nothing else."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Over HTTPS it goes nowhere else."""
        return request.is_secure


class SignOn:
    """The provider. Nothing is asked of it until somebody signs in."""

    def __init__(self, app: Flask, settings: WebSettings) -> None:
        from authlib.integrations.flask_client import OAuth

        self._settings = settings
        self._client: Any = OAuth(app).register(
            "provider",
            server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_id=settings.oidc_client,
            client_secret=settings.oidc_secret,
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "default_timeout": _TIMEOUT},
        )

    def begin(self, back: str, next_address: str) -> Response:
        """Send the browser to the provider, from where it comes back to an address of ours. Raises NotVouched."""
        session.clear()
        session["next"] = next_address
        try:
            answer: Response = self._client.authorize_redirect(back)
        except Exception as error:  # whatever a network, a provider or a library about them raises
            raise _refused(error) from error
        return answer

    def finish(self) -> Vouched:
        """Who came back. Raises NotVouched."""
        try:
            issuer = self._client.load_server_metadata().get("issuer")
            if issuer != self._settings.oidc_issuer:
                raise NotVouched("the provider calls itself otherwise than the setting oidc_issuer")
            claims = self._client.authorize_access_token().get("userinfo")
        except NotVouched:
            raise
        except Exception as error:  # as above; none of them lets anybody in
            raise _refused(error) from error
        finally:
            next_address = session.pop("next", "/")
            session.clear()
        if not claims or not claims.get("sub"):
            raise NotVouched("the provider did not say who it is")
        name = next((str(claims[key]) for key in (self._settings.oidc_name, "email", "sub") if claims.get(key)), "")
        return Vouched(name, f"{issuer}|{claims['sub']}", _groups(claims.get(self._settings.oidc_groups)), next_address)


def register(app: Flask, settings: WebSettings, key: str) -> None:
    """Set the provider up, where there is one. `key` signs the cookie; it is the same for all processes that serve a data folder."""
    app.extensions[KEY] = None
    if settings.oidc_issuer:
        app.secret_key = key
        app.config.update(SESSION_COOKIE_NAME="commissure-away", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_PATH="/sign-in")
        app.session_interface = _WhileAway()
        app.extensions[KEY] = SignOn(app, settings)


def _groups(claim: object) -> tuple[str, ...]:
    """The groups that a claim names, without the slash that Keycloak begins them with; those that no group can be called are none."""
    listed = claim if isinstance(claim, list) else re.split(r"[\s,]+", claim) if isinstance(claim, str) else []
    names = (str(one).removeprefix("/") for one in listed)
    return tuple(dict.fromkeys(name for name in names if NAME.fullmatch(name)))


def _refused(error: Exception) -> NotVouched:
    log.warning("single sign-on failed: %s", type(error).__name__)
    return NotVouched("the provider could not be asked, or its answer does not hold")
