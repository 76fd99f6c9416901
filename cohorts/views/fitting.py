"""Tells where a record is not as R4 has it, where DuckDB could only say that it is not."""

from collections.abc import Collection, Iterator
from typing import Any

from cohorts.views.elements import Element, Kind, elements
from cohorts.views.values import INTEGERS

_DEEPEST = 100


def misfit(record: object, kind: Kind, touched: Collection[str]) -> str:
    """The first of the touched elements that is a list and should not be, or the reverse, or has no such value: in words; '' for none."""
    if not isinstance(record, dict):
        return "it is no JSON object"
    return next(_misfits(record, kind, touched, kind.name, 0), "")


def _misfits(value: dict[str, Any], kind: Kind, touched: Collection[str], path: str, depth: int) -> Iterator[str]:
    known = elements(kind)
    for name, held in value.items():
        element = known.get(name)
        if element is None or name not in touched or held is None or depth > _DEEPEST:
            continue
        place = f"{path}.{name}"
        if isinstance(held, list) != element.many:
            yield f"{place} is {'one value, and R4 has a list' if element.many else 'a list, and R4 has one value'}"
            continue
        for item in held if isinstance(held, list) else [held]:
            if item is None:
                continue
            if element.kind.is_primitive:
                if not _is(item, element):
                    yield f"{place} is not a {element.kind.name}"
            elif not isinstance(item, dict):
                yield f"{place} is not a {element.kind.name}"
            else:
                yield from _misfits(item, element.kind, touched, place, depth + 1)


def _is(item: object, element: Element) -> bool:
    name = element.kind.name
    if name == "boolean":
        return isinstance(item, bool)
    if isinstance(item, bool):
        return False
    if name in INTEGERS:
        return isinstance(item, int)
    return isinstance(item, int | float) if name == "decimal" else isinstance(item, str)
