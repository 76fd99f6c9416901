"""Tells quickly that a resource is valid, by rules that are read from the classes of fhir.resources themselves.

A class says which elements there are, of what type and how many, which must be there and which exclude each other; becoming its instance
costs many times more than to hold a resource against that. What is `sure` is valid for the class too. Of anything else only the class
knows, and it alone has words for what is wrong: null, elements under their Python names, empty elements, a required primitive that an
extension explains, and all that is invalid.

Primitive values are judged by the validators of their own types. Nothing is compiled before a resource needs it.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache, partial
from math import isfinite
from operator import call, eq
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

from ingest.fhir.r4.codes import NOT_IN_R4B
from ingest.mapping.resource_types import RESOURCE_TYPES

DEEPEST: Final = 24
"""Levels of elements that are looked at: where the classes give up because of depth is theirs to say."""
_MOST_MAKEUPS: Final = 2000
_MOST_TEXTS: Final = 5000
_LONGEST_TEXT: Final = 80
"""Characters of a text that is remembered: codes, systems and units come again and again."""
_UNDERSTOOD: Final = frozenset(
    {"reject_null_complex_elements", "validate_after_model_construction", "validate_extension_or_fhir_comment_required"}
)
"""The rules in code that classes have: of null, of what is required or excluded, of primitive extensions that hold nothing."""

_DAY: Final = r"(?:19|20)\d\d-(?:02-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|(?:0[13578]|1[02])-31)"
_CLOCK: Final = r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)"
PLAIN: Final = {
    "Date": re.compile(_DAY, re.ASCII),
    "DateTime": re.compile(f"{_DAY}(?:{_CLOCK})?", re.ASCII),
    "Instant": re.compile(_DAY + _CLOCK, re.ASCII),
}
"""Dates as nearly all are written, which exist; of leap days the types themselves know."""

Check = Callable[[Any], Any]
"""Whether a value is sure; it may raise what it will on one that is not."""


@cache
def model(kind: str) -> Any:
    """The R4B class of a resource type; None where there is none."""
    if kind not in RESOURCE_TYPES or kind in NOT_IN_R4B:
        return None
    try:
        return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    except (ImportError, AttributeError):
        return None


def is_sure(cls: Any, resource: Mapping[str, Any]) -> bool:
    """Whether the resource is valid for its class beyond doubt."""
    try:
        return _shape(cls).fits(resource)
    except Exception:  # whatever the validators of primitive types meet
        return False


class Rules(NamedTuple):
    """What a class says of its elements. `kind` is its resource type, '' for what is no resource."""

    kind: str
    is_understood: bool
    elements: Mapping[str, Any]
    """What tells how the values of an element are judged, by its name in JSON."""
    required: frozenset[str]
    choices: tuple[tuple[frozenset[str], int], ...]
    """The elements of each choice of types, of which one at most may be there, and how many at least."""


class Shape:
    """The elements that rules allow, so many levels below the resource. `check` makes of what tells it how values are judged."""

    def __init__(self, rules: Rules, depth: int, check: Callable[[Any, int], Check]) -> None:
        self._depth, self._rules, self._make = depth, rules, check
        self._makeups: dict[tuple[str, ...], tuple[Check, ...]] = {}

    def fits(self, value: Any) -> bool:
        """Whether the value surely is an element or a resource of this class. Which elements it has is judged once."""
        if type(value) is not dict:
            return False
        checks = self._makeups.get(tuple(value)) or self._learn(tuple(value))
        return bool(checks) and all(map(call, checks, value.values()))

    def _learn(self, makeup: tuple[str, ...]) -> tuple[Check, ...]:
        """What to hold the values of such elements against; () where they are not sure to go together."""
        rules = self._rules
        known = rules.elements.keys() | {"resourceType"} if rules.kind else rules.elements.keys()
        if not rules.is_understood or not known >= set(makeup) >= rules.required:
            return ()
        if not all(least <= len(choice.intersection(makeup)) <= 1 for choice, least in rules.choices):
            return ()
        if len(self._makeups) >= _MOST_MAKEUPS:
            self._makeups.clear()
        self._makeups[makeup] = checks = tuple(map(self._check, makeup))
        return checks

    def _check(self, element: str) -> Check:
        if element in self._rules.elements:
            return self._make(self._rules.elements[element], self._depth + 1)
        return partial(eq, self._rules.kind)  # resourceType, which the classes take out


def rules_of(cls: Any) -> Rules:
    """The rules of a class of fhir.resources; of elements their annotations."""
    return Rules(
        kind=cls.__resource_type__ if cls.has_resource_base() else "",
        is_understood=_is_understood(cls),
        elements={field.alias or name: field.annotation for name, field in cls.model_fields.items()},
        required=_required(cls),
        choices=_choices(cls),
    )


@cache
def _shape(cls: Any, depth: int = 0) -> Shape:
    return Shape(rules_of(cls), depth, _check)


def _check(annotation: Any, depth: int) -> Check:
    """How the values of an element are judged, by its annotation: `list[X] | None`, X a class of fhir.resources or a primitive type."""
    from fhir_core.types import FhirBase, FhirElementOrResourceBase

    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return _check(kinds[0], depth)
    if get_origin(annotation) is list:
        item = _check(get_args(annotation)[0], depth)
        return lambda values: type(values) is list and all(map(item, values))
    if not isinstance(annotation, type) or not issubclass(annotation, FhirBase):
        kind: Any = annotation
        return _primitive(kind)
    if depth > DEEPEST:
        return lambda _: False
    if issubclass(annotation, FhirElementOrResourceBase):
        return partial(_is_sure_resource, depth)
    return _shape(annotation.get_model_klass(), depth).fits


def _is_sure_resource(depth: int, value: Any) -> bool:
    """A resource in a resource, which says itself of which class it is."""
    cls = model(value["resourceType"])
    return cls is not None and _shape(cls, depth).fits(value)


@cache
def _primitive(annotation: Any) -> Check:
    """The validator of a primitive type, behind a look at what is sure without it."""
    from pydantic import TypeAdapter

    valid = TypeAdapter(annotation).validator.isinstance_python
    kind, *marks = get_args(annotation) or (annotation,)
    if kind is str:
        known = lru_cache(_MOST_TEXTS)(valid)
        return lambda value: known(value) if len(value) <= _LONGEST_TEXT else valid(value)
    if kind is Decimal:
        return lambda value: (type(value) is float and isfinite(value)) or valid(value)
    if plain := PLAIN.get(type(marks[0]).__name__) if marks else None:
        return lambda value: plain.fullmatch(value) or valid(value)
    return valid


def _is_understood(cls: Any) -> bool:
    """Whether the class has no rules but those this module reads: in code, or beside the type of an element."""
    rules = cls.__pydantic_decorators__
    beside = [field.metadata for field in cls.model_fields.values() if field.metadata]
    others = rules.validators, rules.field_validators, rules.root_validators, beside
    return not any(others) and rules.model_validators.keys() <= _UNDERSTOOD


def _required(cls: Any) -> frozenset[str]:
    """The elements that must be there, primitive ones too: that an extension may stand for one is left to the class."""
    required = [field.alias or name for name, field in cls.model_fields.items() if field.is_required()]
    return frozenset((*required, *(name for name, _ in cls.model_construct().get_required_fields())))


def _choices(cls: Any) -> tuple[tuple[frozenset[str], int], ...]:
    fields = cls.model_fields
    return tuple(
        (frozenset(fields[name].alias or name for name in names), int(fields[names[0]].json_schema_extra["one_of_many_required"]))
        for names in cls.model_construct().get_one_of_many_fields().values()
    )
