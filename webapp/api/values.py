"""Numbers and truths as requests carry them: words in the address, JSON's own in a body. Nothing else is taken for one."""

import re
from typing import Any

from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_TRUTHS = {"true": True, "false": False}


def _number(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or info.mode == "json":
        return value
    if not _NUMBER.fullmatch(value):
        raise PydanticCustomError("number", "must be a number")
    return float(value)


def _whole(value: Any, info: ValidationInfo) -> Any:
    """An integer as JSON Schema has them: 3.0 is one."""
    if isinstance(value, str) and info.mode != "json":
        if re.fullmatch("[+-]?[0-9]+", value):
            return value
        value = float(value) if _NUMBER.fullmatch(value) else 0.5
        if not value.is_integer():
            raise PydanticCustomError("whole", "must be a whole number")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _truth(value: Any, info: ValidationInfo) -> Any:
    return value if info.mode == "json" else _truth_in_words(value)


def _truth_in_words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() not in _TRUTHS:
        raise PydanticCustomError("truth", "must be true or false")
    return _TRUTHS[value.lower()]


NUMBER = BeforeValidator(_number)
WHOLE = BeforeValidator(_whole)
TRUTH = BeforeValidator(_truth)
TRUTH_IN_WORDS = BeforeValidator(_truth_in_words)
"""In a body too: Neptune's clients send TRUE and FALSE."""
