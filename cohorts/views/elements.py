"""What R4 says of an element: its type, and whether there may be several. Read from the classes of fhir.resources."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

_PRIMITIVES: Final = {"Base64Binary": "base64Binary", "UuidVersion": "uuid"}
_PACKAGE: Final = "fhir.resources.R4B"
_NAME: Final = re.compile(r"[A-Z][A-Za-z]{1,60}")


@dataclass(frozen=True)
class Kind:
    """A type of FHIR, and the class that says what is in it (None for a primitive)."""

    name: str
    cls: Any = field(default=None, compare=False, repr=False)

    @property
    def is_primitive(self) -> bool:
        """Whether a value of it is a JSON value without elements."""
        return self.cls is None


@dataclass(frozen=True)
class Element:
    """An element: its type, whether it is a list, and the name of the choice of types it is one of ('' for none)."""

    name: str
    kind: Kind
    many: bool
    choice: str = ""


@cache
def resource(name: str) -> Kind | None:
    """The resource type of this name; None where R4 has none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        cls = getattr(importlib.import_module(f"{_PACKAGE}.{name.lower()}"), name)
    except (ImportError, AttributeError):
        return None
    return Kind(name, cls) if cls.has_resource_base() else None


def modules() -> list[str]:
    """The names of resource types and data types in small letters, to say which one was meant."""
    return [module.name for module in pkgutil.iter_modules(importlib.import_module(_PACKAGE).__path__)]


@cache
def elements(kind: Kind) -> Mapping[str, Element]:
    """Name in JSON → element of a type, extensions of primitive elements (`_name`) among them."""
    found: dict[str, Element] = {}
    for name, info in kind.cls.model_fields.items() if kind.cls else ():
        spelled = info.alias or name
        inner, many = _plain(info.annotation)
        extra = info.json_schema_extra or {}
        found[spelled] = Element(spelled, inner, many, extra.get("one_of_many") or "")
    found.pop("fhir_comments", None)
    return found


@cache
def choices(kind: Kind) -> Mapping[str, tuple[Element, ...]]:
    """Name of a choice of types (`value`) → its elements (`valueString`, …)."""
    found: dict[str, tuple[Element, ...]] = {}
    for element in elements(kind).values():
        if element.choice:
            found[element.choice] = (*found.get(element.choice, ()), element)
    return found


def _plain(annotation: Any) -> tuple[Kind, bool]:
    """(type, whether a list) of an annotation: `list[X | None] | None`, X a class of fhir.resources or a primitive type."""
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not NoneType))
    if get_origin(annotation) is list:
        return _plain(get_args(annotation)[0])[0], True
    if hasattr(annotation, "get_model_klass"):
        cls = annotation.get_model_klass()
        return Kind(cls.__name__, cls), False
    base, *marks = get_args(annotation) or (annotation,)
    if not marks:
        return Kind("boolean" if base is bool else "string"), False
    name = type(marks[-1]).__name__
    return Kind(_PRIMITIVES.get(name, name[:1].lower() + name[1:])), False
