"""Whether a result is low, usual, high or abnormal: as its record says, or else by its reference range."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How a result lies to what is usual. UNKNOWN where nothing tells; ABNORMAL where it is not told in which way."""

    UNKNOWN = ""
    USUAL = "normal"
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"


NUMBERS: Final[Mapping[Level, int]] = {level: number for number, level in enumerate(Level)}
"""Level → what columns keep of it."""


CODES: Final[Mapping[str, Level]] = {
    **dict.fromkeys(("H", "HU", "HX", "HH", "HH>"), Level.HIGH),
    **dict.fromkeys(("L", "LU", "LX", "LL", "LL<"), Level.LOW),
    **dict.fromkeys(("A", "ABN", "AA"), Level.ABNORMAL),
    "N": Level.USUAL,
}
"""Code of an interpretation (https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html) → what it says.

'<' and '>' (off the scale of the instrument) say nothing of what is usual; the reference range may.
"""
ANSWERS: Final[Mapping[Level, frozenset[Level]]] = {
    Level.LOW: frozenset({Level.LOW}),
    Level.HIGH: frozenset({Level.HIGH}),
    Level.USUAL: frozenset({Level.USUAL}),
    Level.ABNORMAL: frozenset({Level.LOW, Level.HIGH, Level.ABNORMAL}),
}
"""How a result is asked → how it may lie to answer."""

_WORDS: Final[Mapping[Level, str]] = {
    Level.LOW: "low|lowered|decreased|reduced|diminished",
    Level.HIGH: "high|elevated|raised|increased",
    Level.ABNORMAL: "abnormal|deranged",
    Level.USUAL: "normal",
}
_BETWEEN: Final = r"(?:serum|plasma|blood|fasting|total)"
_BEFORE: Final = re.compile(
    rf"\b(?:(?:very|too|critically|persistently)\s+)?(?P<word>{'|'.join(_WORDS.values())})\s+(?:{_BETWEEN}\s+)*$", re.I
)
_AFTER: Final = re.compile(
    rf"\s+(?:(?:level|levels|value|values|count|counts|result|results)\s+)?(?:(?:is|was|are|were|that\s+is|that\s+was)\s+)?"
    rf"(?:(?:very|too|critically|persistently)\s+)?(?P<word>{'|'.join(_WORDS.values())})\b",
    re.I,
)


def level_of(interpretation: str, number: float | None, comparator: str, ranges: Mapping[str, str]) -> Level:
    """The level of a result by the code of its interpretation, else by its reference range: 'low' and 'high' of `ranges`."""
    code = interpretation.upper()
    if code in CODES:
        return CODES[code]
    low, high = ranges.get("low"), ranges.get("high")
    if number is None or not (low or high):
        return Level.UNKNOWN
    if low and is_below(number, comparator, float(low)):
        return Level.LOW
    if high and is_above(number, comparator, float(high)):
        return Level.HIGH
    return Level.USUAL if not comparator else Level.UNKNOWN


def ranges_of(attributes: str) -> dict[str, str]:
    """What a result is measured against, of the lines of its attributes: 'low', 'high', 'range'."""
    return dict(line.split(": ", 1) for line in attributes.splitlines() if ": " in line)


def is_below(number: float | None, comparator: str, bound: float) -> bool:
    """Whether a result is surely less: of '<5' it is known that it is below 5, and below 10; of '<5' and 3 nothing is."""
    if number is None or comparator not in ("", "<", "<="):
        return False
    return number <= bound if comparator == "<" else number < bound


def is_above(number: float | None, comparator: str, bound: float) -> bool:
    """Whether a result is surely more; see is_below."""
    if number is None or comparator not in ("", ">", ">="):
        return False
    return number >= bound if comparator == ">" else number > bound


def asked_level(text: str, start: int, end: int) -> tuple[Level, int, int]:
    """How a question asks a result that it names from `start` to `end`, and where that begins and ends: "low hemoglobin" asks LOW."""
    if before := _BEFORE.search(text, 0, start):
        return _level(before["word"]), before.start(), end
    if after := _AFTER.match(text, end):
        return _level(after["word"]), start, after.end()
    return Level.UNKNOWN, start, end


def _level(word: str) -> Level:
    return next(level for level, words in _WORDS.items() if word.lower() in words.split("|"))
