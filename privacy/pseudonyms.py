"""Stable names in place of real ones, and the shift of a patient's dates: both by a secret, so that nobody can guess or try them out."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

FARTHEST: Final = 730
"""Days by which dates are moved at most. They move into the past: nothing that is charted comes to lie in the future."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed by the secret of a data folder."""

    key: bytes = field(repr=False)

    def of(self, *parts: str) -> str:
        """What stands for something, 64 bits in hexadecimal; the same for the same parts."""
        return self._digest("name", parts).hex()[:16]

    def days(self, *parts: str) -> int:
        """By how many days dates of somebody are moved: never 0."""
        return -1 - int.from_bytes(self._digest("days", parts)[:8], "big") % FARTHEST

    def _digest(self, purpose: str, parts: tuple[str, ...]) -> bytes:
        said = "\0".join((purpose, *parts))
        return hmac.new(self.key, said.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
