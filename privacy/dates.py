"""Dates moved by whole days, written as they were written."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from privacy.changes import Change


@dataclass(frozen=True, slots=True)
class Shift:
    """How dates of somebody are told: moved by some days; those of the year `hidden` and of years before it not at all.

    Who is over 89 has such years: those of their birth. Of them stated ages are not told either.
    """

    days: int
    hidden: int = 0


DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?")
"""A date of FHIR, to the year, the month, the day or the second."""
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH: Final = r"(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"  # noqa: E501 - one pattern
_DAY: Final = r"(\d{1,2})(st|nd|rd|th)?"
_YEAR: Final = r"((?:19|20)\d\d)"
_APART: Final = r"(?<![\w/.-])"
_ENDS: Final = r"(?![\w/-]|\.\d)"


def shifted(value: str, shift: Shift) -> str:
    """A date of FHIR moved, as precise as it was; '' where it is none.

    Of a month its middle is moved, of a year its middle: the order of what is as precise is kept.
    """
    parsed = DATE.fullmatch(value)
    if not parsed:
        return ""
    year, month, day, rest = parsed.groups()
    moved = _moved(int(year), int(month or 7), int(day or (15 if month else 1)), shift)
    if moved is None:
        return ""
    whole = moved.isoformat()
    return whole + (rest or "") if day else whole[:7] if month else whole[:4]


def dates_in(text: str, shift: Shift) -> Iterator[Change]:
    """Every date that a text writes out, moved; what is no day of any calendar becomes [DATE]."""
    for pattern, way in _WAYS:
        for found in pattern.finditer(text):
            yield Change(found.start(), found.end(), "date", way(found, shift))


def _moved(year: int, month: int, day: int, shift: Shift) -> date | None:
    if year <= shift.hidden:
        return None
    try:
        return date(year, month, day) + timedelta(days=shift.days)
    except (ValueError, OverflowError):
        return None


def _iso(found: re.Match[str], shift: Shift) -> str:
    year, mark, month, day = found.groups()
    moved = _moved(int(year), int(month), int(day or 15), shift)
    if moved is None:
        return "[DATE]"
    return f"{moved.year:04d}{mark}{moved.month:02d}" + (f"{mark}{moved.day:02d}" if day else "")


def _numbers(found: re.Match[str], shift: Shift) -> str:
    one, mark, other, year = found.groups()
    day_first = mark == "." or int(one) > 12
    day, month = (one, other) if day_first else (other, one)
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > 40 else 2000)
    moved = _moved(full, int(month), int(day), shift)
    if moved is None:
        return "[DATE]"
    wide = len(one) == 2 or len(other) == 2
    said = [f"{number:02d}" if wide else str(number) for number in ((moved.day, moved.month) if day_first else (moved.month, moved.day))]
    return mark.join((*said, f"{moved.year:04d}"[-len(year) :]))


def _without_year(found: re.Match[str], shift: Shift) -> str:
    before, one, other = found.groups()
    moved = _moved(2001, int(one), int(other), shift)
    return f"{before}[DATE]" if moved is None else f"{before}{moved.month}/{moved.day}"


def _month_first(found: re.Match[str], shift: Shift) -> str:
    name, gap, day, _, between, year = found.groups()
    moved = _moved(int(year or 2001), _number(name), int(day), shift)
    if moved is None:
        return "[DATE]"
    return f"{_named(moved.month, name)}{gap}{_day(moved.day, found[4])}" + (f"{between}{moved.year}" if year else "")


def _day_first(found: re.Match[str], shift: Shift) -> str:
    day, ending, gap, name, between, year = found.groups()
    moved = _moved(int(year or 2001), _number(name), int(day), shift)
    if moved is None:
        return "[DATE]"
    return f"{_day(moved.day, ending)}{gap}{_named(moved.month, name)}" + (f"{between}{moved.year}" if year else "")


def _month_and_year(found: re.Match[str], shift: Shift) -> str:
    name, gap, year = found.groups()
    moved = _moved(int(year), _number(name), 15, shift)
    return "[DATE]" if moved is None else f"{_named(moved.month, name)}{gap}{moved.year}"


def _year(found: re.Match[str], shift: Shift) -> str:
    moved = _moved(int(found[2]), 7, 1, shift)
    return f"{found[1]}[DATE]" if moved is None else f"{found[1]}{moved.year}"


def _number(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name.lower().rstrip(".")[:3]))


def _named(month: int, like: str) -> str:
    """A month written as another one was: short or long, capital or not."""
    long = MONTHS[month - 1]
    short = len(like.rstrip(".")) <= 4 and like.lower() not in MONTHS
    said = long[:3] + ("." if like.endswith(".") and month != 5 else "") if short else long
    return said.upper() if like.isupper() else said if like.islower() else said.capitalize()


def _day(day: int, ending: str | None) -> str:
    if not ending:
        return str(day)
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


_WAYS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Shift], str]], ...]] = (
    (re.compile(_APART + r"((?:18|19|20)\d\d)([-/])(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?=T\d|(?![\w/-]|\.\d))"), _iso),
    (re.compile(_APART + r"(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d|(?<=[/-])\d\d)" + _ENDS), _numbers),
    (re.compile(rf"\b{_MONTH}(\s+){_DAY}(?:(,?\s+){_YEAR})?(?![\w:])", re.I), _month_first),
    (re.compile(rf"(?<![\w/.-]){_DAY}(\s+(?:of\s+)?|-){_MONTH}(?:((?:,?\s+)|-){_YEAR})?(?!\w)", re.I), _day_first),
    (re.compile(rf"\b{_MONTH}((?:,?\s+(?:of\s+)?)|-|/){_YEAR}(?!\w)", re.I), _month_and_year),
    (
        re.compile(
            r"((?:\b(?:on|since|from|dated?|until|till|through|seen|visit|admitted|discharged)\s+))(\d{1,2})/(\d{1,2})(?![\d/]|\s*(?:strength|power|pain|mg|mm))",
            re.I,
        ),
        _without_year,
    ),
    (
        re.compile(
            r"((?:\b(?:in|since|from|until|till|before|after|around|circa|early|late|mid|year|and|to|diagnosed|resolved|born)\s|\())((?:19|20)\d\d)(?=[\s,.;:)]|$)(?!\s*(?:m[gl]|mcg|units?|ml|cells?|calories|kcal|steps|/))",
            re.I,
        ),
        _year,
    ),
)
