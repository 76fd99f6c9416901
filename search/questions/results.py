"""Results that are asked for: a concept, what its value must be, and in which unit; and whether a value is so.

A value is what is known of a number: the number, or the bounds of it. It is as asked where all that it may be is as asked: what was
reported as '<5' is below 6, is not above 4, and is not below 4 either.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from concepts.measures import measure_of
from search.errors import InvalidRequest

_NUMBER: Final = r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?"
PATTERN: Final = (
    r'^[^\x00-\x20\x7f<>"{}|^`\\]+\|((<=|>=|<|>|=)?' + _NUMBER + r"|" + _NUMBER + r"\.\." + _NUMBER + r")(\|[^\x00-\x1f\x7f|]{0,60})?$"
)
"""CONCEPT|COMPARISON or CONCEPT|COMPARISON|UNIT."""
_ASKED: Final = re.compile(
    rf"(?P<concept>[^|]+)\|(?:(?P<comparator><=|>=|<|>|=)?(?P<number>{_NUMBER})|(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER}))(?:\|(?P<unit>[^|]*))?"
)
_WRITTEN: Final = re.compile(r"(?:(?P<comparator><=|>=|<|>)\s*)?(?P<low>[0-9][0-9.,]*)(?:-(?P<high>[0-9][0-9.,]*)|/[0-9]{1,3})?")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
COMPARATORS: Final = ("", "=", "<", "<=", ">=", ">")


@dataclass(frozen=True, slots=True)
class Bound:
    """The numbers from `low` to `high`; `above` and `below` where the ends themselves do not belong to it. None has no end."""

    low: Fraction | None = None
    high: Fraction | None = None
    above: bool = False
    below: bool = False

    def floats(self) -> tuple[float, float]:
        """The least and the greatest number of double precision within it; such numbers stand for the decimals they are written as."""
        low = -math.inf if self.low is None else float(self.low)
        high = math.inf if self.high is None else float(self.high)
        return (math.nextafter(low, math.inf) if self.above else low), (math.nextafter(high, -math.inf) if self.below else high)


def compared(comparator: str, number: Fraction) -> Bound:
    """What a number and its comparator, one of COMPARATORS, leave open."""
    if comparator in ("<", "<="):
        return Bound(high=number, below=comparator == "<")
    if comparator in (">", ">="):
        return Bound(low=number, above=comparator == ">")
    return Bound(number, number)


def fits(asked: Bound, value: Bound) -> bool:
    """Whether everything that a value may be is as asked."""
    (low, high), (least, greatest) = asked.floats(), value.floats()
    return low <= least and greatest <= high


@dataclass(frozen=True, slots=True)
class AskedResult:
    """A result that is asked for. Without a `unit` ('') numbers are compared in whatever unit they are given."""

    concept: str
    words: str
    """The comparison as it was written: '>9', '7..9'."""
    bound: Bound
    unit: str

    def bound_in(self, unit: str) -> Bound | None:
        """What is asked, in another unit; None where that measures something else."""
        if not self.unit:
            return self.bound
        own, other = measure_of(self.unit), measure_of(unit)
        if own.dimension != other.dimension:
            return None
        bound = self.bound
        low, high = (None if end is None else other.of(end, own) for end in (bound.low, bound.high))
        return Bound(low, high, bound.above, bound.below)


def asked_result(text: str) -> AskedResult:
    """What a value of the filter asks. Raises InvalidRequest."""
    found = _ASKED.fullmatch(text)
    if found is None:
        raise InvalidRequest(
            "result",
            f"must be CONCEPT|COMPARISON|UNIT, such as https://loinc.org/rdf/4548-4|>9|% (or <, <=, >=, =, 7..9), is {text[:200]!r}",
        )
    unit = (found["unit"] or "").strip()
    if found["low"]:
        low, high = sorted((Fraction(found["low"]), Fraction(found["high"])))
        return AskedResult(found["concept"], f"{found['low']}..{found['high']}", Bound(low, high), unit)
    comparator = found["comparator"] or "="
    return AskedResult(found["concept"], comparator + found["number"], compared(comparator, Fraction(found["number"])), unit)


def written_bound(text: str) -> Bound | None:
    """What a value of a text says: '9.2', '> 9', '35-40', '1,200'; None for what is no value.

    Of '150/90' and '8/10' it is the first number: the systolic pressure, the points of so many.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    low, high = (None if each is None else _decimal(each) for each in (found["low"], found["high"]))
    if low is None or (found["high"] and (high is None or found["comparator"])):
        return None
    return compared(found["comparator"] or "", low) if high is None else Bound(min(low, high), max(low, high))


def _decimal(text: str) -> Fraction | None:
    """A number as texts write it: a comma parts thousands where three digits follow each, else decimals."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    try:
        return Fraction(plain.rstrip("."))
    except ValueError:
        return None
