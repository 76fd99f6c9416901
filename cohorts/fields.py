"""Fields of a JSON document, read one by one: whatever is wrong is told with the path that leads to it."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cohorts.definition import Range
from cohorts.errors import InvalidDefinition
from search.days import days_of

T = TypeVar("T")

MOST_DAYS = 200_000
"""Days from an index that a window may reach."""
MOST_YEARS = 200


@dataclass(frozen=True)
class Fields:
    """An object at a path. Every key is asked for at most once; `done` refuses those that nobody asked for."""

    value: Mapping[str, Any]
    path: str

    @classmethod
    def of(cls, value: Any, path: str, known: Sequence[str]) -> "Fields":
        """The object at a path, none of whose keys is unknown. Raises InvalidDefinition, as everything here."""
        if not isinstance(value, dict):
            raise InvalidDefinition(path, f"is {_named(value)}; it must be an object")
        if unknown := [key for key in value if key not in known]:
            raise InvalidDefinition(_under(path, unknown[0]), f"is no field here; there are: {', '.join(known)}")
        return cls(value, path)

    def at(self, key: str) -> str:
        """The path of a field."""
        return _under(self.path, key)

    def refuse(self, key: str, message: str) -> InvalidDefinition:
        """An error of a field."""
        return InvalidDefinition(self.at(key), message)

    def text(self, key: str, most: int = 2000) -> str:
        """A text; '' where there is none."""
        value = self.value.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            raise self.refuse(key, f"must be a text of at most {most:,} characters")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where nothing is said."""
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, f"is {_named(value)}; it must be true or false")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str) -> Any:
        """One of some words."""
        value = self.value.get(key, default)
        if value not in choices:
            raise self.refuse(key, f"is {_named(value)}; it must be one of: {', '.join(choices)}")
        return value

    def words(self, key: str, choices: Sequence[str] = ()) -> tuple[str, ...]:
        """Texts, each once; only some, where there are choices."""
        found = []
        for path, value in self.each(key):
            if not isinstance(value, str) or not value:
                raise InvalidDefinition(path, f"is {_named(value)}; it must be a text")
            if choices and value not in choices:
                raise InvalidDefinition(path, f"is {_named(value)}; it must be one of: {', '.join(choices)}")
            found.append(value)
        if key in self.value and not found:
            raise self.refuse(key, "is empty, which nothing could meet; leave it out to ask for nothing")
        return tuple(dict.fromkeys(found))

    def each(self, key: str, most: int = 1000) -> Iterator[tuple[str, Any]]:
        """(path, value) of a list; nothing where there is none."""
        values = self.value.get(key, [])
        if not isinstance(values, list):
            raise self.refuse(key, f"is {_named(values)}; it must be a list")
        if len(values) > most:
            raise self.refuse(key, f"has {len(values):,} entries; at most {most:,} are read")
        for place, value in enumerate(values):
            yield f"{self.at(key)}[{place}]", value

    def number(self, key: str) -> float | None:
        """A number; None where there is none."""
        return number(self.value.get(key), self.at(key))

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number between two bounds; None where there is none."""
        value = self.value.get(key)
        return None if value is None else whole(value, self.at(key), low, high)

    def pair(self, key: str, read: Callable[[Any, str, str], int | None]) -> Range | None:
        """Two ends, both included, each read by a function of value, path and edge; None where there is no such field."""
        if key not in self.value:
            return None
        ends = self.value[key]
        if not isinstance(ends, list) or len(ends) != 2:
            raise self.refuse(key, "must be a list of two ends, null for an open one: [0, 365]")
        low, high = read(ends[0], f"{self.at(key)}[0]", "low"), read(ends[1], f"{self.at(key)}[1]", "high")
        if low is not None and high is not None and low > high:
            raise self.refuse(key, f"turns back: it begins with {ends[0]} and ends with {ends[1]}, so that nothing lies in it")
        return Range(low, high)

    def window(self, key: str) -> Range | None:
        """Days from the index."""
        return self.pair(key, lambda end, path, _: None if end is None else whole(end, path, -MOST_DAYS, MOST_DAYS))

    def years(self, key: str) -> Range | None:
        """Completed years."""
        return self.pair(key, lambda end, path, _: None if end is None else whole(end, path, 0, MOST_YEARS))

    def dates(self, key: str) -> Range | None:
        """Calendar days: a year, or a month, is all of its days."""
        return self.pair(key, lambda end, path, edge: None if end is None else day(end, path, edge))


def number(value: Any, path: str) -> float | None:
    """A number; None where there is none. Raises InvalidDefinition."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidDefinition(path, f"is {_named(value)}; it must be a number")
    return float(value)


def whole(value: Any, path: str, low: int, high: int) -> int:
    """A whole number between two bounds. Raises InvalidDefinition."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidDefinition(path, f"is {_named(value)}; it must be a whole number from {low:,} to {high:,}")
    return value


def day(value: Any, path: str, edge: str = "low") -> int:
    """The first, or the last day of a date as it is written. Raises InvalidDefinition."""
    days = days_of(value) if isinstance(value, str) and len(value) <= 10 else None
    if days is None:
        raise InvalidDefinition(path, f"is {_named(value)}; it must be a date: 2019-05-04, 2019-05 or 2019")
    return days.first if edge == "low" else days.last


def _under(path: str, key: str) -> str:
    plain = key if len(key) <= 60 else f"{key[:60]}…"
    return f"{path}.{plain}" if path else plain


def _named(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    said = repr(value)
    return said if len(said) <= 80 else f"{said[:80]}…"
