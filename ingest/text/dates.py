"""Dates as tables and people write them, as ISO 8601. What can be read in two ways, or in none, is left out and told."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

_MONTHS: Final = (
    "january jan januar janvier janv enero ene gennaio gen januari janeiro",
    "february feb februar fevrier fevr febrero febbraio februari fevereiro fev",
    "march mar marz maerz mrz mars marzo maart mrt marco",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
"""Month by month: names and abbreviations in English, German, French, Spanish, Italian, Dutch and Portuguese, accents off."""
_MONTH: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_ACCENTS: Final = str.maketrans("áàâäéèêëíìîïóòôöúùûüçñ", "aaaaeeeeiiiioooouuuucn")
_TIME: Final = re.compile(
    r"(?:T|[ ,]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?([ap]\.?m\.?)? ?(z|utc|gmt|[+-]\d{2}:?\d{2})?\Z", re.IGNORECASE
)
_ISO: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4})")
_DAY_NAME: Final = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?(?:[ \-/]|de)*([^\W\d_]+)\.?(?:[ \-/,]|de)*(\d{4})")
_NAME_DAY: Final = re.compile(r"([^\W\d_]+)\.?[ \-]*(\d{1,2})(?:st|nd|rd|th)?[ ,\-]+(\d{4})")
_NAME_YEAR: Final = re.compile(r"([^\W\d_]+)\.?(?:[ \-/,]|de)*(\d{4})")
_WEEKDAY: Final = re.compile(r"\A[^\W\d_]{2,10}\.?, *(?=\d|[^\W\d_]+\.? \d)")

TWO_WAYS: Final = "the date can be read in two ways (month or day first): left out; write it as YYYY-MM-DD"
UNKNOWN: Final = "the date is in no known form: left out; write it as YYYY-MM-DD"
SHORT_YEAR: Final = "the date has a year of two digits: left out; write it as YYYY-MM-DD"
NO_DAY: Final = "there is no such day: the date was left out"


def iso_date(said: str) -> tuple[str | None, str]:
    """The date in ISO 8601, precision kept ('2023', '2023-04', '2023-04-05', '2023-04-05T06:07:00Z'), or None and the reason."""
    value = " ".join(said.split())
    if not value:
        return None, ""
    if len(value) > 64:
        return None, UNKNOWN
    time = _TIME.search(value)
    day, reason = _day(value[: time.start()] if time else value)
    if day is None:
        return _mail_date(value) or (None, reason)
    if not time:
        return day, ""
    clock = _clock(time)
    return (f"{day}T{clock}", "") if clock and len(day) == 10 else (None, UNKNOWN)


def _day(value: str) -> tuple[str | None, str]:
    value = value.strip(" ,")
    if found := _ISO.fullmatch(value):
        return _checked(*(int(part) if part else 0 for part in found.groups()))
    if found := _YEAR_FIRST.fullmatch(value):
        return _checked(int(found[1]), int(found[3]), int(found[4]))
    if found := _COMPACT.fullmatch(value):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(value):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or first > 12 or first == second:
            return _checked(year, second, first)  # with dots the day comes first wherever dates are written so
        return _checked(year, first, second) if second > 12 else (None, TWO_WAYS)
    if re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}", value):
        return None, SHORT_YEAR
    return _named(_WEEKDAY.sub("", value.lower().translate(_ACCENTS)))


def _named(value: str) -> tuple[str | None, str]:
    """A date with the name of its month, in lower case and without accents."""
    for pattern, month, day, year in ((_DAY_NAME, 2, 1, 3), (_NAME_DAY, 1, 2, 3), (_NAME_YEAR, 1, 0, 2)):
        found = pattern.fullmatch(value)
        if found and (number := _MONTH.get(found[month])):
            return _checked(int(found[year]), number, int(found[day]) if day else 0)
    return None, UNKNOWN


def _checked(year: int, month: int = 0, day: int = 0) -> tuple[str | None, str]:
    try:
        whole = datetime(year, month or 1, day or 1)
    except ValueError:
        return None, NO_DAY
    return whole.isoformat()[: 10 if day else 7 if month else 4], ""


def _clock(found: re.Match[str]) -> str | None:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[5] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone = (found[6] or "").upper()
    zone = "Z" if zone in ("Z", "UTC", "GMT", "+0000", "+00:00") else f"{zone[:3]}:{zone[-2:]}" if zone else ""
    part = f".{found[4]}" if found[4] else ""
    return f"{hour:02d}:{minute:02d}:{second:02d}{part}{zone}"


def _mail_date(value: str) -> tuple[str, str] | None:
    """A date as mail has it: 'Mon, 2 Jan 2023 10:00:00 +0000'."""
    if not re.match(r"[A-Z][a-z]{2}, \d", value):
        return None
    try:
        return parsedate_to_datetime(value).isoformat().replace("+00:00", "Z"), ""
    except (ValueError, TypeError):
        return None
