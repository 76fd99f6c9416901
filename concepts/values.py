"""Values that stand beside what they measure: "HbA1c 9.2 %", "BP 150/90", "EF of 35-40%"."""

import re
from typing import Final, NamedTuple

_VALUE: Final = re.compile(
    r"(?:\s*+\([^()\n]{0,30}\)\s*+:?)?"
    r"\s*+(?:(?:level|value|result|score|reading|today|currently|most recently|last|measured|found|noted"
    r"|elevated|up|down)s?\b[\s,]*+){0,3}+"
    r"(?:(?:is|was|were|are|of|at|to|be)\b|[:=])?\s*+(?:(?:at|to|about|around|approximately|approx\.?|near(?:ly)?|of|~|≈)\s*+)?"
    r"(?P<comparator><=|>=|≤|≥|<|>|(?:less|more|greater|lower|higher) than|above|below|over|under)?\s*+"
    r"(?P<number>\d{1,6}(?:[.,]\d{1,4})?)(?:\s*+(?P<joint>[/–-]|to)\s*+(?P<second>\d{1,6}(?:[.,]\d{1,4})?))?"
    r"\s*(?P<unit>%|percent\b|(?:[kmunµμ]?g|mcg|mmol|µmol|umol|nmol|pmol|m?eq|m?u|iu|miu|[md]?l|ng|pg|fl|k|mm|x?10\^?\d+|cells|beats|breaths)(?:\s?/\s?(?:[md]?l|ul|µl|min|hr?|day|kg|m2|mm3|hpf|1\.73\s?m2?))+\b"
    r"|mm\s?\[?hg\]?|bpm|°\s?[cf]\b|kg\b|lbs?\b|cm\b|mm\b|mg\b|kg/m2?\b|[cf]\b(?!\w))?",
    re.IGNORECASE,
)
_COMPARATORS: Final = {
    "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "less than": "<", "lower than": "<", "below": "<", "under": "<",
    "more than": ">", "greater than": ">", "higher than": ">", "above": ">", "over": ">",
}  # fmt: skip


class Value(NamedTuple):
    """A value as the text writes it at `start`…`end`: '< 9.2', '150/90'; `unit` '' where none stands there."""

    start: int
    end: int
    comparator: str
    number: str
    unit: str


def value_after(text: str, end: int, within: int) -> Value | None:
    """The value that follows what ends at `end`, before `within`; None where none does."""
    found = _VALUE.match(text, end, min(within, end + 120))
    if found is None or (text[found.end("number") : found.end("number") + 1] in ("-", "/") and not found["second"]):
        return None
    comparator = _COMPARATORS[" ".join((found["comparator"] or "<").lower().split())] if found["comparator"] else ""
    number = found["number"]
    if found["second"]:
        number += ("/" if found["joint"] == "/" else "-") + found["second"]
    start = found.start("comparator") if found["comparator"] else found.start("number")
    last = max(found.end("number"), found.end("second"), found.end("unit"))
    return Value(start, last, comparator, number, (found["unit"] or "").strip())
