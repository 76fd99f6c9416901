"""Passwords as Argon2 keeps them. Nothing else knows which algorithm it is."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from access.errors import AccountRefused

if TYPE_CHECKING:
    import argon2

LEAST: Final = 12
"""Characters of a password."""
MOST: Final = 1024
"""Characters beyond which a password is not even looked at."""


def digest_of(password: str) -> str:
    """What is kept of a password. Raises AccountRefused for one that is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise AccountRefused(f"a password has {LEAST} to {MOST:,} characters; several words that do not belong together are easy to keep")
    return _hasher().hash(password)


def is_right(digest: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long where there is none to hold it against, so that time does not tell who is there."""
    from argon2.exceptions import InvalidHashError, VerificationError

    held = digest or _decoy()
    try:
        right = _hasher().verify(held, password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return right and digest is not None and len(password) <= MOST


def is_weak(digest: str) -> bool:
    """Whether it was kept with lower costs than are usual now."""
    return _hasher().check_needs_rehash(digest)


@lru_cache(maxsize=1)
def _hasher() -> "argon2.PasswordHasher":
    import argon2

    return argon2.PasswordHasher()


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher().hash("nobody has this password")
