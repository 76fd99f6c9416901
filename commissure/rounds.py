"""Rounds of work at intervals: one at a time, further apart while they fail, until it is told to stop."""

from collections.abc import Callable
from typing import Final

from commissure.errors import EXPECTED

_FIRST: Final = 60.0
_SLOWEST: Final = 3600.0


def wait_after(failures: int, every: float) -> float:
    """Seconds until the next round: as asked for, and after failures longer with each, up to an hour or the interval."""
    if not failures:
        return every
    doubled: float = min(every, _FIRST) * 2 ** min(failures - 1, 16)
    return min(doubled, max(every, _SLOWEST))


def repeat(one_round: Callable[[], None], every: float, say: Callable[[str], None], pause: Callable[[float], None]) -> None:
    """Do a round at intervals of so many seconds, for ever. What a round fails with is said; a defect ends it, for all to see."""
    failures = 0
    while True:
        try:
            one_round()
            failures = 0
        except EXPECTED as error:
            failures += 1
            again = wait_after(failures, every)
            say(f"! {error}; tried again in {duration(again)}" + (f", for the {failures}th time" if failures > 3 else ""))
        pause(wait_after(failures, every))


def duration(seconds: float) -> str:
    """Seconds for people: 90 s, 15 min, 2 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
