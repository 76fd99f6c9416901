"""Of which version of FHIR a record is that R4 cannot read.

Each version has its own names for what a record says. A record is held against the classes of the others only where R4B refuses it.
"""

import importlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from ingest.fhir.dstu2 import ELEMENTS, SHAPES, TYPES

_PACKAGES: Final = {"R5": "fhir.resources", "STU3": "fhir.resources.STU3"}
_PROFILE: Final = re.compile(
    r"http://(?:hl7\.org/fhir/(?:([135])\.0/|StructureDefinition/\w+\|([135])\.0\b)|fhir\.org/guides/argonaut/StructureDefinition/)"
)
_NUMBERS: Final = {"1": "DSTU2", "3": "STU3", "5": "R5"}


def version_of(kind: str, resource: Mapping[str, Any], unknown: Iterable[str]) -> str:
    """'R5', 'STU3', 'DSTU2', several with 'or' between them, or '' where none explains the record.

    It is of the version in whose classes it is valid, or that its profile names, or that alone has one of its elements which are `unknown`
    to R4. Of DSTU2 there are no classes: what it alone has is known by name.
    """
    valid = [name for name in _PACKAGES if _is_valid(name, kind, resource)]
    stated = _stated(resource)
    if stated and (stated in valid or not valid):
        return stated
    if valid:
        return " or ".join(valid)
    unknown = frozenset(unknown)
    known = [name for name in _PACKAGES if _elements(name, kind) & unknown]
    if ELEMENTS.get(kind, frozenset()) & unknown or any(type(resource.get(name)) is shape for name, shape in SHAPES.get(kind, ())):
        known.append("DSTU2")
    return known[0] if len(known) == 1 else ""


def version_of_number(number: object) -> str:
    """The version of a `fhirVersion`; '' for R4, R4B and what is none."""
    return _NUMBERS.get(number[:1], "") if isinstance(number, str) else ""


def versions_with(kind: str) -> str:
    """The other versions that have a resource type of this name."""
    found = [name for name in _PACKAGES if _model(name, kind) is not None]
    return " or ".join([*found, *(["DSTU2"] if kind in TYPES else [])])


@cache
def _model(version: str, kind: str) -> Any:
    if not kind.isascii() or not kind.isalpha():
        return None
    try:
        return getattr(importlib.import_module(f"{_PACKAGES[version]}.{kind.lower()}"), kind)
    except (ImportError, AttributeError):
        return None


def _is_valid(version: str, kind: str, resource: Mapping[str, Any]) -> bool:
    cls = _model(version, kind)
    if cls is None:
        return False
    try:
        cls.model_validate(dict(resource))
    except RecursionError:
        raise
    except Exception:  # pydantic's own, and KeyError and others of fhir.resources
        return False
    return True


@cache
def _elements(version: str, kind: str) -> frozenset[str]:
    cls = _model(version, kind)
    return frozenset(field.alias or name for name, field in cls.model_fields.items()) if cls is not None else frozenset()


def _stated(resource: Mapping[str, Any]) -> str:
    """The version that the profile of FHIR's own that a record claims belongs to."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if type(meta) is dict else None
    for profile in profiles if type(profiles) is list else ():
        if type(profile) is str and (found := _PROFILE.match(profile)):
            return _NUMBERS[found[1] or found[2] or "1"]
    return ""
