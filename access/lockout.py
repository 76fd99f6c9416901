"""How long somebody waits after wrong passwords."""

from typing import Final

FREE: Final = 4
"""Wrong passwords that cost nothing."""
FIRST: Final = 2.0
"""Seconds after the next one."""
MOST: Final = 900.0
"""Seconds at most."""
FORGOTTEN: Final = 86_400.0
"""Seconds after the last wrong one, after which they count no more."""


def wait_after(failures: int) -> float:
    """Seconds during which no password is looked at, after so many wrong ones in a row: doubled with each."""
    return 0.0 if failures <= FREE else min(MOST, FIRST * 2.0 ** min(failures - FREE - 1, 20))
