"""What is changed of a text: spans that identify somebody, and what stands in their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_BETWEEN: Final = re.compile(r"[\s,.]{0,3}|\s+and\s+")


@dataclass(frozen=True, slots=True)
class Change:
    """A span of a text, in code points, and what is written in its place. `kind` says what stood there: name, date, phone …"""

    start: int
    end: int
    kind: str
    new: str


def placed(text: str, found: Iterable[Change]) -> tuple[Change, ...]:
    """The changes of a text, in order and without overlaps; names that stand side by side become one.

    What overlaps is changed as a whole, by what begins first and reaches farthest.
    """
    kept: list[Change] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        last = kept[-1] if kept else None
        if last is None or one.start >= last.end:
            if last is not None and last.kind == one.kind == "name" and _BETWEEN.fullmatch(text, last.end, one.start):
                kept[-1] = Change(last.start, one.end, "name", last.new)
            else:
                kept.append(one)
        elif one.end > last.end:
            kept[-1] = Change(last.start, one.end, last.kind, f"[{last.kind.upper()}]")
    return tuple(kept)


def applied(text: str, changes: Iterable[Change]) -> str:
    """The text with its changes, which are in order and do not overlap."""
    pieces: list[str] = []
    at = 0
    for one in changes:
        pieces += (text[at : one.start], one.new)
        at = one.end
    return "".join((*pieces, text[at:]))
