"""Dates, numbers and quantities: as the graph writes them and as people read them."""

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from graph.identifiers import literal_term
from graph.vocabulary import KG, XSD
from ingest.mapping.codes import short, text_of

UCUM: Final = "http://unitsofmeasure.org"
_DATES = (
    (re.compile(r"\d{4}"), XSD + "gYear"),
    (re.compile(r"\d{4}-\d\d"), XSD + "gYearMonth"),
    (re.compile(r"\d{4}-\d\d-\d\d"), XSD + "date"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+\-]\d\d:\d\d)?"), XSD + "dateTime"),
)
_MINUTE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+\-]\d\d:\d\d)?", re.ASCII)
_PARTIAL = re.compile(r"\d{4}(?:-\d\d)?", re.ASCII)
_COMPARATORS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "=": ""}
"""Other spellings of FHIR's comparators."""
_LONGEST_COMPARATOR = 16


@lru_cache(maxsize=131072)
def date_term(value: str) -> str:
    """A date of any FHIR precision as N-Quads writes it, with the datatype of its precision."""
    for pattern, datatype in _DATES:
        if pattern.fullmatch(value):
            return literal_term(value, datatype)
    if minute := _MINUTE.fullmatch(value):  # stores compare and order no other spelling
        return literal_term(f"{minute[1]}:00{minute[2] or ''}", XSD + "dateTime")
    return literal_term(value)


@lru_cache(maxsize=131072)
def dated(name: str, value: str) -> tuple[str, ...]:
    """The statements that give a date of our own vocabulary: as written and, where it is a whole year or month, from when to when."""
    said = (f"<{KG}{name}> {date_term(value)}",)
    if not _PARTIAL.fullmatch(value):
        return said
    year, month = int(value[:4]), int(value[5:] or 0)
    if not (MINYEAR <= year <= MAXYEAR and month <= 12):
        return said
    last = month or 12
    first = f"{year:04}-{month or 1:02}-01"
    until = f"{year:04}-{last:02}-{monthrange(year, last)[1]:02}"
    return (*said, f"<{KG}{name}Earliest> {date_term(first)}", f"<{KG}{name}Latest> {date_term(until)}")


@lru_cache(maxsize=65536)
def number_term(value: str) -> str:
    """A decimal number as N-Quads writes it."""
    return literal_term(value, XSD + "decimal")


def number_text(value: Any) -> str:
    """A JSON number (or a string that holds one) in plain decimal digits; '' for anything else.

    A Decimal and a string keep the zeros they end with; a float, which knows nothing of them, has none.
    """
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is float or kind is str or kind is Decimal:
        try:
            number = value if kind is Decimal else Decimal(repr(value) if kind is float else value)
        except InvalidOperation:
            return ""
        if not number.is_finite() or abs(number.adjusted()) > 100:
            return ""
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if kind is float and "." in text else text
    return ""


def quantity(value: Any) -> tuple[str, str, str]:
    """(display, number, unit) of a Quantity; '' where absent."""
    if type(value) is not dict:
        return "", "", ""
    number = number_text(value.get("value"))
    unit = value.get("unit") or value.get("code") or ""
    if not isinstance(unit, str) or unit == "{score}":
        unit = "score" if unit == "{score}" else ""
    before = comparator(value)
    if before.isalpha():
        before += " "
    if not number:
        return unit, "", unit
    if unit == "%":
        return f"{before}{number}%", number, unit
    return f"{before}{number} {unit}" if unit else before + number, number, unit


def ucum(value: Any) -> str:
    """The UCUM code of a Quantity's unit, as written; '' where it has none."""
    code = value.get("code") if type(value) is dict and value.get("system") == UCUM else None
    return code if type(code) is str else ""


def comparator(value: Any) -> str:
    """How the value really stands to the number of a Quantity: <, <=, >=, > or a word such as 'ad'; '' where it is the number.

    A comparator that FHIR does not know is kept as it is: whatever it means, the value is not simply the number.
    """
    stated = value.get("comparator") if type(value) is dict else None
    if type(stated) is not str:
        return ""
    word = short(stated, _LONGEST_COMPARATOR)
    return _COMPARATORS.get(word, word)


def display(element: str, value: Any) -> str:
    """A value[x] of any type as people read it, '' if there is no short way to say it."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "yes" if value else "no"
    if type(value) in (int, float, Decimal):
        return number_text(value)
    if type(value) is not dict:
        return ""
    if element.endswith(("Quantity", "Age", "Duration", "Count", "Distance", "Money")):
        return quantity(value)[0]
    if element.endswith("Range"):
        low, high = quantity(value.get("low")), quantity(value.get("high"))
        if low[1] and high[1]:
            return f"{low[1]}–{high[0]}"
        return f"≥{low[0]}" if low[1] else f"≤{high[0]}" if high[1] else ""
    if element.endswith("Ratio"):
        parts = [quantity(value.get("numerator"))[0], quantity(value.get("denominator"))[0]]
        if all(parts):
            return (":" if all(part.isdigit() for part in parts) else " / ").join(parts)
    if element.endswith("Period"):
        return "–".join(part for key in ("start", "end") if (part := value.get(key)) and type(part) is str)
    return text_of(value)
