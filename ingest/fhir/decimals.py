"""Decimals as they were written: a result of 1.50 was measured more closely than one of 1.5, and a binary float forgets it.

The fast parser reads floats. Only where a float would be written otherwise than the record has it (a zero at the end, an exponent, more
digits than a float holds) a record is read a second time, with Decimals.
"""

import json
import re
from decimal import Decimal
from typing import Any, Final

import orjson

_WRITTEN_OTHERWISE: Final = re.compile(rb'"value"\s*:\s*-?(?:[\d.]{16,}|\d+\.\d*0(?!\d)|[\d.]+[eE])')
"""A `value` (of a Quantity, wherever it stands) that a float does not give back as it is written."""


def exactly(parsed: Any, raw: bytes) -> Any:
    """What was parsed of a JSON text, with Decimals for its fractions if a float does not keep the digits of one of them."""
    if not _WRITTEN_OTHERWISE.search(raw):
        return parsed
    try:
        return json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or nested deeper than Python goes
        return parsed


def written(resource: Any) -> bytes:
    """JSON of a resource, Decimals with the digits they came with."""
    return orjson.dumps(resource, default=_digits)


def _digits(value: Any) -> Any:
    if type(value) is Decimal:
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
