"""Answers of SPARQL queries as Python values."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from commissure.client.tables import Rows

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_WHOLE: Final = frozenset(_XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"))
_FLOAT: Final = frozenset({_XSD + "double", _XSD + "float"})

Value = str | int | float | Decimal | bool


class Solutions(Rows[Mapping[str, Value | None]]):
    """The rows of a SELECT by names of variables: numbers and truth values as Python's, all else as text."""

    def __init__(self, answer: Mapping[str, Any], *, truncated: bool) -> None:
        self.variables: tuple[str, ...] = tuple(answer.get("head", {}).get("vars", ()))
        self.bindings: list[Mapping[str, Mapping[str, str]]] = answer.get("results", {}).get("bindings", [])
        """The rows as the server gave them, with types and languages."""
        self.truth: bool | None = answer.get("boolean")
        """What an ASK is answered with."""
        self.truncated = truncated
        """Whether a bound of the server cut the rows; only with `partial`."""
        super().__init__([{name: value_of(row[name]) if name in row else None for name in self.variables} for row in self.bindings])


def value_of(term: Mapping[str, str]) -> Value:
    """A term as a Python value; as its text where it is not what its type says."""
    text, kind = term["value"], term.get("datatype", "")
    with suppress(ValueError, InvalidOperation):
        if kind in _WHOLE:
            return int(text)
        if kind in _FLOAT:
            return float(text)
        if kind == _XSD + "decimal":
            return Decimal(text)
    if kind == _XSD + "boolean" and text in ("true", "1", "false", "0"):
        return text in ("true", "1")
    return text
