"""Tells that a resource is valid without its class, where all that it holds is as plain as nearly always.

The classes of fhir.resources take longer to load than a changed record takes to bring in. What they ask is kept in a table that is made of
them (`table_of`, written by `python -m tests.golden.test_fhir_shapes`); values are held against forms that every type takes. What is not
plain is left to `ingest.fhir.shapes` and to the classes, and so is everything where another version of them is installed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import metadata
from math import isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import orjson

from ingest.fhir.shapes import DEEPEST, PLAIN, Check, Rules, Shape, rules_of

FILE: Final = Path(__file__).parent / "r4" / "shapes.json"
_PACKAGE: Final = "fhir.resources"
_LIST, _CLASS, _ANY, _UNSURE = "[", "#", "*", ""
"""How the type of an element is written: `[` a list of what follows, `#` a class, `*` any resource; else a primitive type."""


def is_plain(kind: str, resource: Mapping[str, Any]) -> bool:
    """Whether the resource is valid for the class of its type, as far as that is seen without the class."""
    try:
        return kind in _resources() and _shape(kind, 0).fits(resource)
    except Exception:  # whatever a value does that is no plain one
        return False


def table_of(classes: Iterable[Any]) -> dict[str, Any]:
    """What classes, and those that their elements are of, ask: to be written to FILE."""
    found: dict[str, Any] = {}
    waiting = list(classes)

    def written(annotation: Any) -> str:
        from fhir_core.types import FhirBase, FhirElementOrResourceBase

        if get_origin(annotation) in (Union, UnionType):
            kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
            return written(kinds[0]) if len(kinds) == 1 else _UNSURE
        if get_origin(annotation) is list:
            item = written(get_args(annotation)[0])
            return f"{_LIST}{item}" if item else _UNSURE
        if isinstance(annotation, type) and issubclass(annotation, FhirElementOrResourceBase):
            return _ANY
        if isinstance(annotation, type) and issubclass(annotation, FhirBase):
            waiting.append(annotation.get_model_klass())
            return f"{_CLASS}{waiting[-1].__name__}"
        kind, *marks = get_args(annotation) or (annotation,)
        name = type(marks[-1]).__name__ if marks else kind.__name__
        return name if name in VALUES else _UNSURE

    while waiting:
        cls = waiting.pop()
        if cls.__name__ not in found:
            rules = rules_of(cls)
            if rules.is_understood:
                choices = [[sorted(names), least] for names, least in rules.choices]
                elements = {element: written(annotation) for element, annotation in rules.elements.items()}
                found[cls.__name__] = [rules.kind, elements, sorted(rules.required), choices]
    return {"version": metadata.version(_PACKAGE), "classes": dict(sorted(found.items()))}


@cache
def _table() -> dict[str, Any]:
    """What each class asks, by its name; nothing where the table was made of others than those that are installed."""
    table = orjson.loads(FILE.read_bytes())
    return dict(table["classes"]) if table["version"] == metadata.version(_PACKAGE) else {}


@cache
def _shape(name: str, depth: int) -> Shape:
    kind, elements, required, choices = _table()[name]
    chosen = tuple((frozenset(names), least) for names, least in choices)
    return Shape(Rules(kind, True, elements, frozenset(required), chosen), depth, _check)


def _check(written: str, depth: int) -> Check:
    """How the values of an element are judged, by its type as the table has it."""
    if written.startswith(_LIST):
        item = _check(written[1:], depth)
        return lambda values: type(values) is list and all(map(item, values))
    if written.startswith(_CLASS) and written[1:] in _table() and depth <= DEEPEST:
        return _shape(written[1:], depth).fits
    if written == _ANY and depth <= DEEPEST:
        return lambda value: value["resourceType"] in _resources() and _shape(value["resourceType"], depth).fits(value)
    return VALUES.get(written, lambda _: False)


@cache
def _resources() -> frozenset[str]:
    return frozenset(name for name, (kind, *_) in _table().items() if kind)


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written, and not only space."""
    return type(value) is str and not value.isspace() and value != "" and (value.isascii() or bool(value.encode()))


def _of_form(form: "re.Pattern[str]") -> Callable[[Any], bool]:
    return lambda value: type(value) is str and form.fullmatch(value) is not None


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value < 1 << 31


def _is_decimal(value: Any) -> bool:
    return (type(value) is float and isfinite(value)) or (type(value) is Decimal and value.is_finite()) or (type(value) is int)


VALUES: Final[Mapping[str, Check]] = {
    **{name: _of_form(form) for name, form in PLAIN.items()},
    "Base64Binary": _of_form(re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")),
    "Canonical": _is_text,
    "Code": _of_form(re.compile(r"[!-~]+(?: [!-~]+)*")),
    "Decimal": _is_decimal,
    "Id": _of_form(re.compile(r"[A-Za-z0-9.\-]{1,64}")),
    "Integer": _whole(-(1 << 31) + 1),
    "Markdown": _is_text,
    "PositiveInt": _whole(1),
    "String": _is_text,
    "Time": _of_form(re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)),
    "UnsignedInt": _whole(0),
    "Uri": _is_text,
    "Url": _of_form(re.compile(r"https?://(?:[a-z][a-z0-9]{0,30}\.){1,3}[a-z]{2,6}(?:/[A-Za-z0-9._~/\-]{0,500})?")),
    "Xhtml": _is_text,
    "bool": lambda value: type(value) is bool,
}
"""Primitive types, each with what is plainly a value of it; what is not may be one."""
