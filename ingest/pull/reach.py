"""Which addresses a pull may ask: the server's own, and those of hosts that were named. Whatever a server names beside them is refused.

An answer of a server says where its files are, and its records say where their texts are. Neither may send a token, or a request, to a
place that nobody meant: a machine of the inner network, the machine's own services, a stranger.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ingest.errors import PullRefused

_LEVEL: Final = re.compile(r".*/(Patient|Group/([A-Za-z0-9.-]{1,64}))")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Reach:
    """`base` is the server's address without a slash at its end; `hosts` may be asked too; `plain` allows http:// everywhere."""

    base: str
    hosts: frozenset[str] = frozenset()
    plain: bool = False

    def check(self, url: str) -> None:
        """Whether an address may be asked that the server, or a record of it, names. Raises PullRefused, which says what to do."""
        parts = _parts(url)
        if _origin(parts) == _origin(_parts(self.base)):
            return
        host = parts.hostname or ""
        if host not in self.hosts:
            raise PullRefused(
                f"{shown(url)} lies on another host than the server: name it with --allow-host {host} if it belongs to it", "other-host"
            )
        self.check_transport(url)
        self._check_inner(host)

    def check_token_endpoint(self, url: str) -> None:
        """Whether a token may be asked for there: an authorization server is often another host, but not this machine."""
        parts = _parts(url)
        if _origin(parts) != _origin(_parts(self.base)):
            self.check_transport(url)
            self._check_inner(parts.hostname or "")

    def check_transport(self, url: str) -> None:
        """Raises PullRefused where what is sent to an address could be read on the way."""
        parts = _parts(url)
        if parts.scheme == "http" and not self.plain and not _is_loopback_name(parts.hostname or ""):
            raise PullRefused(
                f"{shown(url)} is not encrypted: records and tokens could be read on the way; use https://, or say --allow-http",
                "not-encrypted",
            )

    def _check_inner(self, host: str) -> None:
        """Raises PullRefused where a name leads to this machine itself and the server does not lie here."""
        if not _is_inner(urlsplit(self.base).hostname or "") and _is_inner(host):
            raise PullRefused(f"{host} leads to this machine, where the server does not lie: it is not asked", "inner-host")


def base_of(url: str) -> str:
    """The address of a FHIR server as it is asked. Raises PullRefused where it is none."""
    parts = _parts(url.strip())
    if parts.query or parts.fragment:
        raise PullRefused(f"{shown(url)} has a query: give the address of the FHIR server itself, such as https://ehr.example/fhir")
    path = parts.path.rstrip("/").removesuffix("/$export")
    if level := _LEVEL.fullmatch(path):
        option = f"--group {level[2]}" if level[2] else "--patients"
        raise PullRefused(f"{shown(url)}: give the address of the FHIR server itself, without {level[1]}, and say {option}")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def shown(url: str) -> str:
    """An address for people: without a query, which may hold a signature, and without a password."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        text = urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        text = "an address that is none"
    return "".join(each if each.isprintable() else "·" for each in text)[:300]


def joined(base: str, url: str) -> str:
    """An address that another one names, which may be a path there. What is no address comes out as it is, for `check` to refuse."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise PullRefused(f"{shown(url)} is no address", "no-address") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise PullRefused(f"{shown(url)} is no address of a server: it has to begin with https://", "no-address")
    if "@" in parts.netloc:
        raise PullRefused(f"{shown(url)}: a name or password in an address is not taken; see --client-id and --key", "no-address")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _is_loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inner(host: str) -> bool:
    """Whether a name leads to this machine, or to what only machines beside it reach (link-local, as the metadata of a cloud)."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False  # whoever asks it says that it is not there
    addresses = [ipaddress.ip_address(one) for one in found]
    return any(one.is_loopback or one.is_link_local or one.is_unspecified for one in addresses)
