"""What a person may set about the web process. `commissure` fills it from flags, variables and the settings file."""

from dataclasses import dataclass

from limits import RateLimitItem

from cohorts.protection import OFF, Protection

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""The names by which a browser on the same machine reaches the server."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Limits and doors of the web process. Every field has its unit in its docstring."""

    allowed_hosts: tuple[str, ...] = LOOPBACK
    """Host names (without port) under which requests are answered; others are refused, because a page elsewhere could otherwise
    rebind its own name to this server and read it. `*` allows every name; `.example.org` allows a domain with everything below it."""

    sparql: bool = True
    """Whether the SPARQL endpoint answers at all."""

    sparql_timeout: float = 10.0
    """Seconds a SPARQL query may run."""

    sparql_max_rows: int = 10_000
    """Rows or triples a SPARQL answer may have; more is an error, unless the request takes a cut answer (`partial=true`)."""

    sparql_slots: int = 2
    """SPARQL queries answered at a time, fewer than the server has threads; one more is told to come again (503, Retry-After)."""

    sparql_origins: tuple[str, ...] = ()
    """Origins (`https://app.example.org`) whose pages may read the SPARQL endpoint in a browser; `*` is every one."""

    loader_at_root: bool = False
    """Whether the loader answers at /loader too, where clients of Neptune look for it that take no path in its address."""

    max_body: int = 1_000_000
    """Bytes a request body may have."""

    rate_limits: tuple[RateLimitItem, ...] = ()
    """How many requests an account, or an address where nobody says who they are, may make in which time."""

    raw_records: bool = True
    """Whether /api/v1/records shows the source JSON of a record as it came in."""

    protection: Protection = OFF
    """How numbers of patients are protected."""

    history: bool = True
    """Whether what somebody asks in pages is kept for them."""

    trusted_proxies: int = 0
    """How many reverse proxies stand before the server and set X-Forwarded-For, -Proto, -Host and -Prefix; 0 ignores these headers."""

    access_header: str = ""
    """Header in which a proxy names who is asking; '' takes no such header."""

    access_groups_header: str = ""
    """Header in which it names their groups, comma-separated."""

    access_proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies from which these headers are taken."""

    oidc_issuer: str = ""
    """Issuer of the OpenID Connect provider that people sign in with; '' for none."""

    oidc_client: str = ""
    """What the provider calls this server."""

    oidc_secret: str = ""
    """The secret that it shares with this server."""

    oidc_name: str = "preferred_username"
    """Claim that becomes the name of the account."""

    oidc_groups: str = "groups"
    """Claim that names the groups."""

    hsts: bool = False
    """Send Strict-Transport-Security: set it once every name of the server is reached by HTTPS only."""
