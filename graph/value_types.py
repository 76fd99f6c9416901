"""The types of literals in formats of property graphs, which know fewer than RDF."""

import re
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Final, Literal

from graph import model
from graph.vocabulary import XSD

ValueType = Literal["boolean", "int", "long", "double", "date", "string"]

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_NUMBERS: Final = frozenset({"decimal", "double", "float", "integer"})
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?)?")
"""A whole day, or a second of UTC or of no zone: an offset would be lost where a date is kept as an instant."""


def type_of(literal: model.Literal) -> ValueType:
    """The narrowest type that holds a value; `string` holds every one."""
    kind = (literal.datatype or "").removeprefix(XSD) if (literal.datatype or "").startswith(XSD) else ""
    if kind == "boolean" and literal.value in ("true", "false"):
        return "boolean"
    if kind in ("date", "dateTime") and _DATE.fullmatch(literal.value):
        return "date"
    if kind == "integer" and _INTEGER.fullmatch(literal.value):
        return "int" if abs(int(literal.value)) < 1 << 31 else "long"
    return "double" if kind in _NUMBERS and _NUMBER.fullmatch(literal.value) else "string"


def common(types: AbstractSet[ValueType]) -> ValueType:
    """The type that holds values of all these types."""
    if len(types) == 1:
        return next(iter(types))
    if types <= {"int", "long"}:
        return "long"
    return "double" if types <= {"int", "double"} else "string"


def is_exact(literal: model.Literal) -> bool:
    """Whether a number is the same as a double."""
    return Decimal(repr(float(literal.value))) == Decimal(literal.value)
