"""Days of lexical dates: calendar days as written, counted from 1970-01-01, so that dates compare and subtract without being parsed again.

A time zone never moves a day: '2020-03-01T23:30:00-05:00' is the first of March, as the record has it. A date that leaves its month or its
day open is every day that it may be.
"""

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Days1970 = NDArray[np.integer] | int
"""Days since 1970-01-01."""
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_DAY: Final = 10
"""Characters of a whole date."""
_EPOCH: Final = date(1970, 1, 1).toordinal()


class Precision(IntEnum):
    """What a date tells; a time of day adds nothing to its day."""

    YEAR = 1
    MONTH = 2
    DAY = 3


class Days(NamedTuple):
    """The first and the last day that a date may mean, both inclusive, as days since 1970-01-01 (earlier ones are negative)."""

    first: int
    last: int
    precision: Precision


def days_of(lexical: str | None) -> Days | None:
    """The days of a date as FHIR writes it: '2019', '2019-05', '2019-05-04' or a time on such a day; None for what is no date.

    Of years 1 to 9999, of the Gregorian calendar also where it was not yet in use, as ISO 8601 has it.
    """
    if not lexical or lexical[_DAY : _DAY + 1] not in ("", "T", " "):
        return None
    return _days(lexical[:_DAY])


@lru_cache(maxsize=65_536)
def _days(written: str) -> Days | None:
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if not MINYEAR <= year <= MAXYEAR or (found[2] and not 1 <= month <= 12):
        return None
    if not found[2]:
        return Days(_day(year, 1, 1), _day(year, 12, 31), Precision.YEAR)
    longest = monthrange(year, month)[1]
    if not found[3]:
        return Days(_day(year, month, 1), _day(year, month, longest), Precision.MONTH)
    return Days(*(_day(year, month, day),) * 2, Precision.DAY) if 1 <= day <= longest else None


def day_of(when: date) -> int:
    """A calendar day as days since 1970-01-01."""
    return when.toordinal() - _EPOCH


def date_of(day: int) -> str:
    """The date of a day since 1970-01-01: '2019-05-04'. Raises ValueError for a day outside of years 1 to 9999."""
    return date.fromordinal(day + _EPOCH).isoformat()


def years_between(births: Days1970, days: Days1970) -> NDArray[np.int64]:
    """Completed years from one day to another, many at once, as people count their age: who was born on 29 February is a year older on
    1 March of other years. Negative before the birth."""
    (born, birthday), (year, at) = (_calendar(each) for each in (births, days))
    return year - born - (at < birthday)


def _calendar(days: Days1970) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Year, and month with day in one number."""
    dates = np.asarray(days).astype("datetime64[D]")
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    month, day = (months - years).astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64)
    return years.astype(np.int64) + 1970, month * 32 + day


def _day(year: int, month: int, day: int) -> int:
    return day_of(date(year, month, day))
