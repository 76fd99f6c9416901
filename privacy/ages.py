"""Ages over 89, which are told as 90 and no more."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

MOST: Final = 89
"""Years: the highest age that is told."""
_YEARS: Final = re.compile(r"a|y|yr|yrs|years?", re.I)


def is_old(born: str, day: str) -> bool:
    """Whether somebody may be over 89 on a day; dates of FHIR, of which the precision is used that both have."""
    try:
        years = int(day[:4]) - int(born[:4])
        if len(born) < len("2000-01-01") or len(day) < len("2000-01-01"):
            return years > MOST
        birth, then = date.fromisoformat(born[:10]), date.fromisoformat(day[:10])
    except ValueError:
        return True
    return years - ((then.month, then.day) < (birth.month, birth.day)) > MOST


def quantity(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A quantity of years over 89 as 90; any other object as it is."""
    number = value.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float) or number <= MOST:
        return value
    unit = value.get("code") or value.get("unit")
    return {**value, "value": MOST + 1} if isinstance(unit, str) and _YEARS.fullmatch(unit) else value
