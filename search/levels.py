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


_CODES: Final[Mapping[str, Level]] = {
    **dict.fromkeys(("H", "HU", "HX", "HH", "HH>", "HIGH"), Level.HIGH),
    **dict.fromkeys(("L", "LU", "LX", "LL", "LL<", "LOW"), Level.LOW),
    **dict.fromkeys(("A", "ABN", "AA", "ABNORMAL"), Level.ABNORMAL),
    **dict.fromkeys(("N", "NORMAL"), Level.USUAL),
}
"""Code of an interpretation (https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html), or its word → what it says."""
_OFF_THE_SCALE: Final = frozenset({"", "<", ">"})
"""What says nothing of what is usual; the reference range may."""
ANSWERS: Final[Mapping[Level, frozenset[Level]]] = {
    Level.LOW: frozenset({Level.LOW}),
    Level.HIGH: frozenset({Level.HIGH}),
    Level.USUAL: frozenset({Level.USUAL}),
    Level.ABNORMAL: frozenset({Level.LOW, Level.HIGH, Level.ABNORMAL}),
}
"""How a result is asked → how it may lie to answer."""
CONTRADICTS: Final[Mapping[Level, frozenset[Level]]] = {
    Level.LOW: frozenset({Level.USUAL, Level.HIGH}),
    Level.HIGH: frozenset({Level.USUAL, Level.LOW}),
    Level.USUAL: frozenset({Level.LOW, Level.HIGH, Level.ABNORMAL}),
    Level.ABNORMAL: frozenset({Level.USUAL}),
}
"""How a result is asked → how it may lie to be known to be otherwise. What is abnormal, nobody says in which way, may be low."""

_WORDS: Final[Mapping[Level, str]] = {
    Level.LOW: "low|lowered|decreased|reduced|diminished",
    Level.HIGH: "high|elevated|raised|increased",
    Level.ABNORMAL: "abnormal|deranged",
    Level.USUAL: "normal",
}
_ANY: Final = "|".join(_WORDS.values())
_HOW: Final = r"(?:(?:very|too|critically|persistently)\s+)?"
_BEFORE: Final = re.compile(
    rf"\b{_HOW}(?P<word>{_ANY})\s+(?:(?:serum|plasma|blood|fasting|total)\s+)*$",
    re.I,
)
_AFTER: Final = re.compile(
    rf"\s+(?:(?:levels?|values?|counts?|results?)\s+)?(?:(?:that\s+)?(?:is|was|are|were)\s+)?{_HOW}(?P<word>{_ANY})\b",
    re.I,
)
_NO_LEVEL: Final = re.compile(
    rf"(?:\b(?:above|below|near|than|that|which|who|to|has|have|had)|\b(?:{_ANY})\s*(?:,|/|\bor|\band))\s*$",
    re.I,
)
"""What stands before a word that tells no level ("drugs that reduced LDL", "above normal potassium"), or not this one alone."""
_OF_ANOTHER: Final = re.compile(
    r"\s+(?:(?:salt|free|rich)\s+)?(?:diets?|foods?|intake|dos(?:e|es|ing|age)|supplements?|therapy|replacement)\b",
    re.I,
)
"""What makes another thing of a result: a "low sodium diet" is no low sodium."""
_OR_ANOTHER: Final = re.compile(rf"\s*(?:,|/|\bor|\band)\s*(?:{_ANY})\b", re.I)


def level_of(interpretation: str, number: float | None, comparator: str, ranges: Mapping[str, str]) -> Level:
    """The level of a result by the code of its interpretation, or by its range ('low' and 'high' of `ranges`) where that says more.

    Of a result that is interpreted in another way, as positive or resistant, a range that it lies within tells nothing.
    """
    code = interpretation.strip().upper()
    told = _CODES.get(code, Level.UNKNOWN)
    if told not in (Level.UNKNOWN, Level.ABNORMAL):
        return told
    measured = _within(number, comparator, ranges)
    if measured in (Level.LOW, Level.HIGH):
        return measured
    return told or (measured if code in _OFF_THE_SCALE else Level.UNKNOWN)


def _within(number: float | None, comparator: str, ranges: Mapping[str, str]) -> Level:
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


def is_below(number: float, comparator: str, bound: float) -> bool:
    """Whether a result is surely less: of '<5' it is known that it is below 5, and below 10; of '<5' and 3 nothing is."""
    if comparator not in ("", "<", "<="):
        return False
    return number <= bound if comparator == "<" else number < bound


def is_above(number: float, comparator: str, bound: float) -> bool:
    """Whether a result is surely more; see is_below."""
    if comparator not in ("", ">", ">="):
        return False
    return number >= bound if comparator == ">" else number > bound


def asked_level(text: str, start: int, end: int) -> tuple[Level, int, int]:
    """How a question asks a result that it names from `start` to `end`, and where that begins and ends: "low hemoglobin" asks LOW."""
    if _OF_ANOTHER.match(text, end):
        return Level.UNKNOWN, start, end
    if before := _BEFORE.search(text, 0, start):
        alone = not _NO_LEVEL.search(text, 0, before.start())
        return (_level(before["word"]), before.start(), end) if alone else (Level.UNKNOWN, start, end)
    if (after := _AFTER.match(text, end)) and not _OR_ANOTHER.match(text, after.end()):
        return _level(after["word"]), start, after.end()
    return Level.UNKNOWN, start, end


def _level(word: str) -> Level:
    return next(level for level, words in _WORDS.items() if word.lower() in words.split("|"))
