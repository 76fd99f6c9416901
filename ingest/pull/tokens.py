"""SMART Backend Services: a client that signs who it is (private_key_jwt) is given a token for a while."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingest.errors import PullFailed, PullRefused
from ingest.pull.keys import SigningKey
from ingest.pull.reach import shown
from ingest.pull.web import Web, json_of, said

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS: Final = 280
"""How long an assertion holds: five minutes are the most that SMART allows."""
_USUAL_SECONDS: Final = 300.0
_EARLY: Final = 30.0
"""Seconds before its end at which a token is renewed; of short ones a quarter of their time."""
_CODE: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks. Without a `token_url` the server is asked for it; without a `scope` what the types need is asked for."""

    id: str
    key: SigningKey
    token_url: str = ""
    scope: str = ""


class Nobody:
    """Who asks without a token."""

    def header(self) -> str:
        """Nothing."""
        return ""

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False


class Tokens:
    """The token of a client, renewed before it ends."""

    def __init__(self, web: Web, client: Client, types: Sequence[str]) -> None:
        self._web, self._client, self._types = web, client, types
        self._endpoint, self._scope = client.token_url, client.scope
        self._token, self._until = "", 0.0

    def header(self) -> str:
        """The header Authorization. Raises PullFailed where no token is given, PullRefused where it may not be asked for."""
        if time.monotonic() >= self._until:
            self._fetch()
        return f"Bearer {self._token}"

    def renew(self) -> bool:
        """The server took it no longer: ask for another one."""
        self._until = 0.0
        return True

    def _fetch(self) -> None:
        from authlib.oauth2.rfc7523 import private_key_jwt_sign

        self._discover()
        self._web.reach.check_token_endpoint(self._endpoint)
        key = self._client.key
        header = {"typ": "JWT", **({"kid": key.name} if key.name else {})}
        signed = private_key_jwt_sign(
            key.key, self._client.id, self._endpoint, alg=key.algorithm, header=header, expires_in=_ASSERTION_SECONDS
        )
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": signed,
        }
        asked = time.monotonic()
        response = self._web.post(self._endpoint, form)
        if response.status_code != 200:
            raise PullFailed(f"{shown(self._endpoint)}: gives no token ({_why(response)}); are client id, key and scope those it knows?")
        answer = json_of(response, self._endpoint, "token")
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        plain = isinstance(token, str) and token.isascii() and token.isprintable()
        if not isinstance(token, str) or not plain or str(answer.get("token_type")).lower() != "bearer":
            raise PullFailed(f"{shown(self._endpoint)}: the answer holds no bearer token")
        lasts = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else _USUAL_SECONDS
        self._token, self._until = token, asked + lasts - min(_EARLY, lasts / 4)

    def _discover(self) -> None:
        if self._endpoint and self._scope:
            return
        configuration: dict[str, Any] = {}
        url = f"{self._web.reach.base}/.well-known/smart-configuration"
        try:
            with self._web.get(url, {"Accept": "application/json"}) as response:
                if response.status_code != 200:
                    raise PullFailed(f"{shown(url)}: {said(response)}")
                configuration = json_of(response, url, "SMART configuration")
        except (PullFailed, PullRefused) as error:
            if not self._endpoint:
                raise PullFailed(f"{error}; it would tell where tokens are given: say --token-url") from None
        self._scope = self._scope or _scope(configuration, self._types)
        endpoint = self._endpoint or configuration.get("token_endpoint")
        if not isinstance(endpoint, str) or not endpoint:
            raise PullFailed(f"{shown(url)}: names no token_endpoint: say --token-url")
        self._endpoint = endpoint


def _scope(configuration: dict[str, Any], types: Sequence[str]) -> str:
    """What is asked for: reading of the types, in the words of SMART 2 where the server knows them, else in those of SMART 1."""
    capabilities = configuration.get("capabilities")
    ending = "rs" if isinstance(capabilities, list) and "permission-v2" in capabilities else "read"
    return " ".join(f"system/{kind}.{ending}" for kind in (dict.fromkeys((*types, "Binary")) if types else "*"))


def _why(response: Any) -> str:
    """The status, and the code that OAuth has for an error; never its words."""
    try:
        code = response.json().get("error")
    except (ValueError, AttributeError):
        code = None
    known = f": {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""
    return f"{response.status_code}{known}"
