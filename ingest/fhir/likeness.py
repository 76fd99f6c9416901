"""Which elements are alike for validation: what differs in them is good or bad wherever it stands, whatever it is.

Records of an export repeat their codes and categories, and differ in ids, times, references and measured numbers. Of those the form
counts: a time that is written out and exists is as good as any other, and so on. Everything else is compared as it is.
"""

import re
from collections.abc import Hashable
from typing import Any, Final

import orjson

_LONGEST_TEXT: Final = 64
_LONGEST_JSON: Final = 1500
"""Bytes of an element that is remembered."""

_DAY: Final = (
    r"(?:19|20)\d\d-(?:02-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|(?:0[13578]|1[02])-31)"  # a leap day is not alike
)
_CLOCK: Final = r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)"
_TIME: Final = re.compile(f"{_DAY}({_CLOCK})?", re.ASCII)
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_DIFFERS: Final = re.compile(
    rf'"(?:(?P<moment>{_DAY}{_CLOCK})|(?P<day>{_DAY})|reference":"(?P<reference>[\w./:#?=&%|-]{{1,200}}))"'
    r'|"value":(?:-?\d{1,12}(?:(?P<fraction>\.\d{1,6})|(?P<number>))(?=[,}]))'.encode(),
    re.ASCII,
)
_WRITTEN: Final = {"moment": b"M", "day": b"D", "reference": b"R", "fraction": b"F", "number": b"N"}
"""What stands for what differs: nothing that JSON can hold."""


def form(element: str, value: Any) -> Hashable:
    """Equal for values of an element that are good or bad together; None for what is like nothing else.

    Says nothing of extensions beside primitive elements ('_status'), on which other elements depend, nor of null.
    """
    kind = type(value)
    if kind is str:
        if element == "id":
            return b"id" if _PLAIN_ID.fullmatch(value) else None
        if found := _TIME.fullmatch(value):
            return b"moment" if found[1] else b"day"
        return value if len(value) <= _LONGEST_TEXT and element[:1] != "_" else None
    if kind is dict or kind is list:
        if element[:1] == "_":
            return None
        try:
            written = orjson.dumps(value)
        except orjson.JSONEncodeError:  # too deep, or a number too large
            return None
        return _DIFFERS.sub(_alike, written) if len(written) <= _LONGEST_JSON else None
    return (kind, value) if kind is bool or kind is int or kind is float else None


def _alike(found: re.Match[bytes]) -> bytes:
    return _WRITTEN[found.lastgroup or ""]
