"""A ViewDefinition as it is written, checked: every fault is named with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from cohorts.views.errors import InvalidView, shown
from cohorts.views.fhirpath import Literal, Node, parse
from cohorts.views.tokens import PathError

DEEPEST: Final = 16
"""Levels of select in select."""
MOST_COLUMNS: Final = 500
MOST_CONSTANTS: Final = 500
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}", re.ASCII)
_EVERYWHERE: Final = frozenset({"id", "extension", "modifierExtension"})
_OF_SELECT: Final = frozenset({"column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"}) | _EVERYWHERE
_OF_COLUMN: Final = frozenset({"name", "path", "description", "collection", "type", "tag"}) | _EVERYWHERE
_OF_WHERE: Final = frozenset({"path", "description"}) | _EVERYWHERE
_CONSTANTS: Final = {
    **dict.fromkeys(("String", "Code", "Id", "Uri", "Url", "Canonical", "Oid", "Uuid", "Base64Binary", "Markdown"), str),
    **dict.fromkeys(("Date", "DateTime", "Instant", "Time"), str),
    **dict.fromkeys(("Integer", "PositiveInt", "UnsignedInt", "Integer64"), int),
    "Decimal": float,
    "Boolean": bool,
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Path:
    """An expression and its place in the definition."""

    where: str
    text: str
    node: Node


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, of which FHIR type ('' where the path decides), and whether it is a list."""

    where: str
    name: str
    path: Path
    type: str
    is_collection: bool


@dataclass(frozen=True, slots=True)
class Select:
    """Columns, and what is below; once for each item where it goes through a list."""

    where: str
    columns: tuple[Column, ...] = ()
    selects: "tuple[Select, ...]" = ()
    union: "tuple[Select, ...]" = ()
    each: Path | None = None
    is_outer: bool = False
    """Whether there is a row where `each` is empty (forEachOrNull)."""
    repeat: tuple[Path, ...] = ()

    def names(self) -> tuple[str, ...]:
        """The names of its columns and of those below, in their order."""
        below = tuple(name for select in self.selects for name in select.names())
        return (*(column.name for column in self.columns), *below, *(self.union[0].names() if self.union else ()))


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """A view over one resource type."""

    resource: str
    selects: tuple[Select, ...]
    where: tuple[Path, ...] = ()
    constants: Mapping[str, Literal] = field(default_factory=dict)
    name: str = ""


def read_definition(value: object) -> ViewDefinition:
    """A ViewDefinition from its JSON. Raises InvalidView."""
    view = _object(value, "")
    if view.get("resourceType", "ViewDefinition") != "ViewDefinition":
        raise InvalidView("resourceType", "is not ViewDefinition")
    resource = _text(view, "resource", "", needed=True)
    selects = _list(view, "select", "", lambda one, where: _select(one, where, 1))
    if not selects:
        raise InvalidView("select", "is missing: a view needs at least one select")
    constants = _list(view, "constant", "", _constant)
    if len(constants) > MOST_CONSTANTS:
        raise InvalidView("constant", f"has {len(constants):,} entries, more than {MOST_CONSTANTS}")
    _once([(f"constant[{n}].name", name) for n, (name, _) in enumerate(constants)])
    where = _list(view, "where", "", _condition)
    names = [(select.where, name) for select in selects for name in select.names()]
    if not names:
        raise InvalidView("select", "names no column")
    if len(names) > MOST_COLUMNS:
        raise InvalidView("select", f"has {len(names):,} columns, more than {MOST_COLUMNS}")
    _once(names)
    return ViewDefinition(resource, selects, where, dict(constants), _text(view, "name", ""))


def _select(value: object, where: str, depth: int) -> Select:
    if depth > DEEPEST:
        raise InvalidView(where, f"select is nested more than {DEEPEST} deep")
    given = _object(value, where)
    _known(given, _OF_SELECT, where)
    through = [key for key in ("forEach", "forEachOrNull", "repeat") if given.get(key) is not None]
    if len(through) > 1:
        raise InvalidView(where, f"has {' and '.join(through)}: one of them at most")
    key = through[0] if through else ""
    union = _list(given, "unionAll", where, lambda one, at: _select(one, at, depth + 1))
    for n, branch in enumerate(union[1:], 1):
        if branch.names() != union[0].names():
            raise InvalidView(
                f"{where}.unionAll[{n}]",
                f"has the columns {', '.join(branch.names())}; unionAll[0] has {', '.join(union[0].names())}: names and order must agree",
            )
    found = Select(
        where,
        _list(given, "column", where, _column),
        _list(given, "select", where, lambda one, at: _select(one, at, depth + 1)),
        union,
        _path(given, key, where) if key in ("forEach", "forEachOrNull") else None,
        key == "forEachOrNull",
        _list(given, "repeat", where, _parsed) if key == "repeat" else (),
    )
    if key == "repeat" and not found.repeat:
        raise InvalidView(f"{where}.repeat", "names no path")
    return found


def _column(value: object, where: str) -> Column:
    given = _object(value, where)
    _known(given, _OF_COLUMN, where)
    name = _text(given, "name", where, needed=True)
    if not _NAME.fullmatch(name):
        raise InvalidView(f"{where}.name", f"{shown(name)} is no name: a letter, then letters, digits and _, 255 at most")
    collection = given.get("collection")
    if collection is not None and type(collection) is not bool:
        raise InvalidView(f"{where}.collection", "is not true or false")
    return Column(where, name, _path(given, "path", where), _text(given, "type", where), bool(collection))


def _condition(value: object, where: str) -> Path:
    given = _object(value, where)
    _known(given, _OF_WHERE, where)
    return _path(given, "path", where)


def _constant(value: object, where: str) -> tuple[str, Literal]:
    given = _object(value, where)
    name = _text(given, "name", where, needed=True)
    if not _NAME.fullmatch(name):
        raise InvalidView(f"{where}.name", f"{shown(name)} is no name: a letter, then letters, digits and _, 255 at most")
    values = [key for key in given if key.startswith("value")]
    if len(values) != 1:
        raise InvalidView(where, f"must have one value, such as valueString; it has {', '.join(map(shown, values)) or 'none'}")
    kind = values[0].removeprefix("value")
    if kind not in _CONSTANTS:
        raise InvalidView(f"{where}.{values[0][:80]}", "no constant can be of this type")
    found, wanted = given[values[0]], _CONSTANTS[kind]
    if type(found) is not wanted and not (wanted is float and type(found) is int):
        raise InvalidView(f"{where}.{values[0]}", f"is not a {kind[0].lower() + kind[1:]}")
    if isinstance(found, str) and "\0" in found:
        raise InvalidView(f"{where}.{values[0]}", "may not hold a null character")
    text = str(found).lower() if wanted is bool else str(found)
    return name, Literal(kind[0].lower() + kind[1:], text)


def _path(given: Mapping[str, Any], key: str, where: str) -> Path:
    return _parsed(_text(given, key, where, needed=True), f"{where}.{key}")


def _parsed(text: object, where: str) -> Path:
    if not isinstance(text, str):
        raise InvalidView(where, "is not a text")
    try:
        return Path(where, text, parse(text))
    except PathError as error:
        raise InvalidView(where, f"at character {error.at + 1:,}: {error.reason}") from None


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidView(where, "is not a JSON object")
    return value


def _list(given: Mapping[str, Any], key: str, where: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    value = given.get(key)
    place = f"{where}.{key}" if where else key
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidView(place, "is not a list")
    return tuple(read(one, f"{place}[{n}]") for n, one in enumerate(value))


def _text(given: Mapping[str, Any], key: str, where: str, needed: bool = False) -> str:
    value = given.get(key)
    place = f"{where}.{key}" if where else key
    if value is None:
        if needed:
            raise InvalidView(place, "is missing")
        return ""
    if not isinstance(value, str):
        raise InvalidView(place, "is not a text")
    if needed and not value.strip():
        raise InvalidView(place, "is empty")
    return value


def _known(given: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in given:
        if key not in known:
            raise InvalidView(where, f"{shown(key)} is not known here; there are: {', '.join(sorted(known - _EVERYWHERE))}")


def _once(names: "list[tuple[str, str]]") -> None:
    seen: set[str] = set()
    for where, name in names:
        if name.lower() in seen:
            raise InvalidView(where, f"the name {shown(name)} is there twice (large and small letters count as one)")
        seen.add(name.lower())
