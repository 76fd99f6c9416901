"""Secrets that are handed out once: tokens of programs and of sessions. What is kept is their digest."""

import hashlib
import secrets
from typing import Final

PREFIX: Final = "cms_"
"""How tokens begin, so that scanners of repositories and logs recognise one."""


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A token for programs."""
    return PREFIX + new_secret()


def new_name() -> str:
    """A short name for what is listed and revoked."""
    return secrets.token_hex(4)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is random, so that a quick digest is as good as a slow one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
