"""What an expression becomes: a piece of SQL, and what is known of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from cohorts.views.elements import Element, Kind
from cohorts.views.errors import InvalidView
from cohorts.views.sql import MARK, text

DEEPEST: Final = 24
"""Functions over lists in functions over lists."""

INTEGERS: Final = frozenset({"integer", "positiveInt", "unsignedInt", "integer64"})
MOMENTS: Final = frozenset({"date", "dateTime", "instant"})
TEXTS: Final = frozenset({"string", "code", "id", "uri", "url", "canonical", "oid", "uuid", "markdown", "base64Binary", "xhtml"})
PRIMITIVES: Final = INTEGERS | MOMENTS | TEXTS | {"boolean", "decimal", "time"}

BOOLEAN: Final = Kind("boolean")
INTEGER: Final = Kind("integer")
DECIMAL: Final = Kind("decimal")
STRING: Final = Kind("string")
NOTHING: Final = Kind("")
"""The type of what is always empty."""

_SHORT: Final = 160
"""Characters of SQL that may be written twice."""


def sql_type(kind: Kind) -> str:
    """How DuckDB holds a primitive: dates as they are written, which says how exact they are."""
    if kind.name in INTEGERS:
        return "BIGINT"
    return {"boolean": "BOOLEAN", "decimal": "DOUBLE"}.get(kind.name, "VARCHAR")


@dataclass
class Shape:
    """The elements of a type that a view touches: what DuckDB is told to read."""

    fields: "dict[str, Shape | str]" = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)

    def below(self, element: Element, held_as: str) -> "Shape":
        """Touch an element; what it touches below, if it is no primitive."""
        if element.many:
            self.lists.add(element.name)
        if element.kind.is_primitive:
            self.fields[element.name] = held_as
            return Shape()
        found = self.fields.setdefault(element.name, Shape())
        assert isinstance(found, Shape)  # noqa: S101 - an element is of one type
        return found

    def type_of(self, name: str) -> str:
        """The SQL type of an element."""
        held = self.fields[name]
        return (held if isinstance(held, str) else held.struct()) + ("[]" if name in self.lists else "")

    def struct(self) -> str:
        """The SQL type of a value; one that is only looked for is kept as it is."""
        if not self.fields:
            return "JSON"
        return "STRUCT(" + ", ".join(f'"{name}" {self.type_of(name)}' for name in self.fields) + ")"


@dataclass(frozen=True)
class Value:
    """The SQL of an expression. A single value is NULL where it is empty; a list holds no NULL, and may be NULL itself."""

    sql: str
    kind: Kind
    many: bool = False
    shape: Shape | None = None
    is_text: bool = False
    """Whether a decimal is held as it is written."""
    origin: "tuple[Value, str] | None" = None
    """Of which value it is an element, and its name: where extensions of a primitive are."""

    @property
    def is_nothing(self) -> bool:
        """Whether it is always empty."""
        return self.kind == NOTHING


EMPTY: Final = Value("NULL", NOTHING)


@dataclass(frozen=True)
class Choice:
    """An element of several types (`value`), before it is said which is meant."""

    of: Value
    name: str
    elements: tuple[Element, ...]


class NeedsJson(Exception):
    """The view asks for what structs of a fixed type cannot hold: it is compiled over JSON instead."""


@dataclass
class Build:
    """What is shared while a view is compiled."""

    is_json: bool
    """Whether records are navigated as JSON instead of as structs."""
    is_exact: bool
    """Whether decimals are read as they are written."""
    where: str = ""
    """The place in the definition."""
    notices: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    """The names of all elements that are navigated to."""
    _names: int = 0
    _depth: int = 0

    def wrong(self, reason: str) -> InvalidView:
        """An error at this place."""
        return InvalidView(self.where, reason)

    def notice(self, told: str) -> None:
        """Tell something of this place, once."""
        line = f"{self.where}: {told}"
        if line not in self.notices:
            self.notices.append(line)

    def each(self, function: str, items: str, body: Callable[[str], str]) -> str:
        """`function` over a list, with a lambda whose body gets the name of an item."""
        self._names += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.wrong(f"functions over lists are nested more than {DEEPEST} deep")
        name = f"x{self._names}"
        try:
            return f"{function}({items}, lambda {name}: {body(name)})"
        finally:
            self._depth -= 1

    def bound(self, sql: str, body: Callable[[str], str]) -> str:
        """SQL that uses a piece of SQL several times, and has it worked out once unless it is short."""
        return f"({body(sql)})" if len(sql) <= _SHORT else f"({self.each('list_transform', f'[{sql}]', body)}[1])"

    def distinct(self, items: str) -> str:
        """A list with each value where it is first."""
        self._names += 1
        item, at = f"x{self._names}", f"i{self._names}"
        return self.bound(items, lambda held: f"list_filter({held}, lambda {item}, {at}: list_position({held}, {item}) = {at})")

    def single(self, value: Value, what: str) -> Value:
        """The one value of what may be a list. Where a record has several, running the view ends with words on that."""
        if not value.many:
            return value
        told = text(f"{MARK}{self.where}: a record has several values where one is needed{what}")
        one = self.bound(value.sql, lambda items: f"CASE WHEN len({items}) > 1 THEN error({told}) ELSE ({items})[1] END")
        return replace(value, sql=one, many=False, origin=None)

    def truth(self, value: "Value | Choice", what: str) -> str:
        """The SQL of something that must be true or false."""
        if isinstance(value, Choice):
            raise self.chosen(value)
        if value.is_nothing:
            return "CAST(NULL AS BOOLEAN)"
        if value.kind.name != "boolean":
            raise self.wrong(f"{what} is a {value.kind.name}, not true or false")
        return self.single(value, "").sql

    def chosen(self, choice: Choice) -> InvalidView:
        """The error for a choice of types that is used as a value."""
        types = ", ".join(sorted(element.kind.name for element in choice.elements)[:12])
        return self.wrong(f"{choice.name} may be of several types: say which, with {choice.name}.ofType(…); there are {types}")

    def plain(self, value: "Value | Choice") -> Value:
        """A value that is not a choice of types."""
        if isinstance(value, Choice):
            raise self.chosen(value)
        return value

    def listed(self, value: Value) -> str:
        """The SQL of the list of a value."""
        return value.sql if value.many else self.each("list_filter", f"[{value.sql}]", lambda item: f"{item} IS NOT NULL")


def number(value: Value) -> str:
    """The SQL of a number as a number."""
    if not value.is_text:
        return value.sql
    return f"CAST({value.sql} AS DOUBLE{'[]' if value.many else ''})"
