"""Whether others may reach the web server without signing in."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from commissure.errors import OpenToAll


def check_reach(settings: Mapping[str, Any]) -> None:
    """Raises OpenToAll where other machines would reach the server, nobody has to sign in, and nobody said that this is meant."""
    host = settings["host"]
    if settings["access"] or settings["open"] or is_loopback(host):
        return
    raise OpenToAll(
        f"others can reach {host}, and whoever does would see all data. Let people sign in: `commissure users add NAME`, "
        "`commissure grant NAME reader --all`, then serve with --access (docs/security.md). "
        "Or serve with --open, where a proxy or the network lets in only who may see everything"
    )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
