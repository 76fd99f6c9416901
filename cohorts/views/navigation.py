"""From a value to an element of it, through structs of the types that R4 has, or through JSON."""

import difflib
from dataclasses import replace
from typing import Final

from cohorts.views.elements import Element, choices, elements, resource
from cohorts.views.errors import shown
from cohorts.views.sql import name as quoted
from cohorts.views.sql import text
from cohorts.views.values import EMPTY, Build, Choice, NeedsJson, Value, sql_type

_NEAR: Final = 0.75


def step(build: Build, of: Value | Choice, name: str) -> Value | Choice:
    """The element of this name; always empty, with a notice, where R4 has none."""
    value = build.plain(of)
    if value.is_nothing:
        return EMPTY
    if value.kind.is_primitive:
        if name in ("extension", "id") and value.origin is not None:
            return _beside(build, value, name)
        raise build.wrong(f"{shown(name)} is asked of a {value.kind.name}, which has no elements")
    known = elements(value.kind)
    if name in known and not name.startswith("_"):
        return child(build, value, known[name])
    if options := choices(value.kind).get(name):
        return Choice(value, name, options)
    near = difflib.get_close_matches(name, [*known, *choices(value.kind)], 1, _NEAR)
    meant = f"; did you mean {near[0]}?" if near else ""
    build.notice(f"R4 has no element {shown(name)} in {value.kind.name}: it counts as empty{meant}")
    return EMPTY


def of_type(build: Build, of: Value | Choice, wanted: str) -> Value:
    """What of a value is of this type."""
    if isinstance(of, Choice):
        spelled = of.name + wanted[:1].upper() + wanted[1:]
        for element in of.elements:
            if element.name == spelled:
                return child(build, of.of, element)
        types = ", ".join(sorted(element.kind.name for element in of.elements))
        raise build.wrong(f"{of.name} is never a {shown(wanted)}; it may be: {types}")
    if of.is_nothing or of.kind.name == wanted:
        return of
    if of.kind.name == "Resource":
        return _resource(build, of, wanted)
    raise build.wrong(f"ofType({wanted}) is asked of a {of.kind.name}")


def child(build: Build, value: Value, element: Element) -> Value:
    """An element of a value, or of each value of a list."""
    build.touched.add(element.name)
    held_as = "VARCHAR" if build.is_exact and element.kind.name == "decimal" else sql_type(element.kind)
    shape = value.shape.below(element, held_as) if value.shape is not None else None
    if not value.many:
        sql = _get(build, value.sql, element, held_as)
        # Only lists of primitives may hold null in FHIR's JSON.
        sql = not_null(build, sql) if element.many and element.kind.is_primitive else sql
    else:
        sql = build.each("list_transform", value.sql, lambda item: _get(build, item, element, held_as))
        sql = not_null(build, f"flatten({sql})" if element.many else sql)
    return Value(
        sql,
        element.kind,
        value.many or element.many,
        None if element.kind.is_primitive else shape,
        held_as == "VARCHAR" and element.kind.name == "decimal",
        (value, element.name) if element.kind.is_primitive and not element.many else None,
    )


def not_null(build: Build, items: str) -> str:
    """A list without its NULLs."""
    return build.each("list_filter", items, lambda item: f"{item} IS NOT NULL")


def _get(build: Build, of: str, element: Element, held_as: str) -> str:
    if not build.is_json:
        return f"{of}.{quoted(element.name)}"
    path = text(f'$."{element.name}"{"[*]" if element.many else ""}')
    if not element.kind.is_primitive:
        return f"json_extract({of}, {path})"
    found = f"json_extract_string({of}, {path})"
    return found if held_as == "VARCHAR" else f"CAST({found} AS {held_as}{'[]' if element.many else ''})"


def _beside(build: Build, value: Value, name: str) -> Value | Choice:
    """An element of a primitive, which FHIR's JSON keeps beside it."""
    assert value.origin is not None  # noqa: S101 - asked only of such
    parent, own = value.origin
    beside = elements(parent.kind).get(f"_{own}")
    if beside is None or value.many != parent.many:
        raise build.wrong(f"{name} of this {value.kind.name} is not supported")
    return step(build, child(build, parent, replace(beside, many=False)), name)


def _resource(build: Build, of: Value, wanted: str) -> Value:
    """The resources of one type among resources of any."""
    kind = resource(wanted)
    if kind is None:
        raise build.wrong(f"{shown(wanted)} is no resource type of R4")
    if not build.is_json:
        raise NeedsJson
    is_one = lambda item: f"json_extract_string({item}, '$.resourceType') = {text(wanted)}"  # noqa: E731
    kept = build.each("list_filter", build.listed(of), is_one)
    return Value(kept if of.many else f"{kept}[1]", kind, of.many, of.shape)
