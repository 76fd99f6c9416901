"""Who is there: users, tokens, sessions, and the actor that a request comes from."""

from dataclasses import dataclass
from typing import Literal

from access.roles import NOTHING, Rights

Subject = Literal["user", "group"]


@dataclass(frozen=True, slots=True)
class User:
    """An account. `origin` says who vouches for it: local (a password), oidc (a provider) or header (a proxy)."""

    name: str
    origin: str
    groups: tuple[str, ...]
    disabled: bool
    created: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that was granted."""

    subject: str
    kind: Subject
    role: str
    dataset: str | None
    """None: all datasets."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a program, without its secret. `areas` and `datasets` limit it; none: as far as its user may."""

    id: str
    user: str
    areas: tuple[str, ...]
    datasets: tuple[str, ...]
    created: str
    expires: str
    """ISO 8601, UTC."""
    revoked: bool
    used: str | None
    """When it was last used, to the minute."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a browser. `csrf` is what its forms send along; `secret` is '' where the browser keeps the one it has."""

    user: str
    csrf: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a request comes from."""

    user: str
    via: str
    """token ID, session, or header."""
    rights: Rights = NOTHING
    areas: tuple[str, ...] = ()
    """Those that the token is limited to; none: all."""
    csrf: str = ""
    """Of a session: what a change has to send along."""

    def may_enter(self, area: str) -> bool:
        """Whether the token, if it is one, is for this area."""
        return not self.areas or area in self.areas
