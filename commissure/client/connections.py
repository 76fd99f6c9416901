"""Requests by httpx: one connection pool a client, HTTPS verified, nothing followed elsewhere, no question in any log."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from commissure.client.errors import BadAddress, TimedOut, Unreachable
from commissure.client.exchange import PREFIX, Call, Reply

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_CONNECT: Final = 10.0
"""Seconds in which a connection must be made."""


class _Unsaid(httpx.URL):
    """An address that shows neither its path nor its query: httpx logs addresses, and those may hold questions and names of patients."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/…"

    def __repr__(self) -> str:
        return f"<{self}>"


def address_of(url: str, token: str | None, *, plain: bool) -> str:
    """Where a server's interface begins. Raises BadAddress, also for one to which a token would be sent for all to read."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise BadAddress("this is no address: write it as https://host or http://127.0.0.1:8000") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadAddress("this is no address of a server: write it as https://host or http://127.0.0.1:8000")
    if parsed.userinfo:
        raise BadAddress("an address with a name or password in it ends up in logs: give a token instead")
    if token and parsed.scheme == "http" and parsed.host not in _LOOPBACK and not plain:
        raise BadAddress(
            f"a token would go to {parsed.host} for everybody on the way to read: use https, or say plain=True where the network is trusted"
        )
    if token is not None and not (token.isascii() and token.isprintable() and token.strip() == token and token):
        raise BadAddress("the token holds what no token holds (spaces, line ends): give what 'commissure tokens create' printed")
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.path.rstrip('/')}{PREFIX}"


def options_of(token: str | None, timeout: float, ca: str | Path | None) -> dict[str, Any]:
    """How an httpx client is made. `ca` is a file of certificates to trust in place of the usual ones. Raises BadAddress."""
    try:
        verify = ssl.create_default_context(cafile=str(ca)) if ca is not None else True
    except (OSError, ssl.SSLError):
        raise BadAddress(f"{ca} cannot be read as certificates (PEM)") from None
    headers = {"User-Agent": "commissure-client"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return {
        "headers": headers,
        "timeout": httpx.Timeout(timeout, connect=min(timeout, _CONNECT)),
        "verify": verify,
        "follow_redirects": False,
    }


def request_of(client: httpx.Client | httpx.AsyncClient, base: str, call: Call) -> httpx.Request:
    """The request of a call."""
    query = {name: value for name, value in call.query.items() if value is not None}
    form, body = dict(call.form) if call.form is not None else None, dict(call.body) if call.body is not None else None
    made = client.build_request(call.method, base + call.path, params=query or None, json=body, data=form, headers={"Accept": call.accept})
    made.url = _Unsaid(made.url)
    return made


def reply_of(response: httpx.Response) -> Reply:
    """The answer of a response that was read."""
    headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


def unreachable(error: httpx.HTTPError, base: str) -> Unreachable:
    """What httpx could not do, in words."""
    where = base.removesuffix(PREFIX)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return TimedOut(f"{where} does not take the connection in time", sent=False)
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"{where} did not answer in time: ask for less, or give the client a longer timeout", sent=True)
    if isinstance(error, httpx.ConnectError):
        why = "its certificate is not trusted (ca= names one that is)" if "CERTIFICATE" in str(error) else "is it running?"
        return Unreachable(f"{where} cannot be reached: {why}", sent=False)
    return Unreachable(f"the connection to {where} broke off", sent=True)
