"""Parts of Circe expressions: ranges, windows, values; and what of them is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_BOUNDS = {"gt": "gt", "gte": "ge", "lt": "lt", "lte": "le", "eq": "eq"}


@dataclass
class Refusals:
    """What cannot be carried over, each with its path."""

    found: list[str] = field(default_factory=list)

    def add(self, path: str, why: str) -> None:
        """Refuse something."""
        self.found.append(f"{path}: {why}")

    def unknown(self, value: Mapping[str, Any], known: Iterable[str], path: str) -> None:
        """Refuse the keys that are not known and say something."""
        for key in value:
            if key not in known and value[key] not in (None, False, [], {}, ""):
                self.add(f"{path}.{key}".lstrip("."), "has no counterpart")

    def dates(self, value: Mapping[str, Any], path: str) -> list[str | None]:
        """A range of calendar dates."""
        first, last, kind = str(value["Value"])[:10], str(value.get("Extent") or "")[:10], value["Op"]
        ends: dict[str, list[str | None]] = {"gte": [first, None], "lte": [None, first], "eq": [first, first], "bt": [first, last]}
        if kind not in ends:
            self.add(path, f"compares dates by {kind!r}")
        return ends.get(kind, [None, None])


def numbers(value: Mapping[str, Any], path: str, refused: Refusals) -> list[int | None]:
    """A range of whole numbers, both ends included."""
    number, kind = int(value["Value"]), value["Op"]
    ends: dict[str, list[int | None]] = {
        "gt": [number + 1, None],
        "gte": [number, None],
        "lt": [None, number - 1],
        "lte": [None, number],
        "eq": [number, number],
    }
    if kind == "bt":
        return [number, int(value["Extent"])]
    if kind not in ends:
        refused.add(path, f"compares by {kind!r}")
    return ends.get(kind, [None, None])


def value_of(asked: Mapping[str, Any], path: str, refused: Refusals) -> dict[str, Any]:
    """The value that a result must have, with its unit."""
    number = asked.get("ValueAsNumber") or {}
    if not number:
        refused.add(f"{path}.Unit", "names a unit without a number")
        return {}
    kind = number["Op"]
    if kind == "bt":
        value: dict[str, Any] = {"ge": number["Value"], "le": number["Extent"]}
    elif kind in _BOUNDS:
        value = {_BOUNDS[kind]: number["Value"]}
    else:
        refused.add(f"{path}.ValueAsNumber", f"compares by {kind!r}")
        value = {}
    units = asked.get("Unit") or []
    if len(units) > 1:
        refused.add(f"{path}.Unit", "names several units, whose numbers mean different things")
    if units:
        value["unit"] = str(units[0].get("CONCEPT_CODE") or units[0].get("CONCEPT_NAME"))
    return value


def window_of(correlated: Mapping[str, Any], path: str, refused: Refusals) -> dict[str, Any]:
    """`start`, `end` and `from` of a rule."""
    found: dict[str, Any] = {}
    since: set[str] = set()
    for key, of_end in (("StartWindow", False), ("EndWindow", True)):
        window = correlated.get(key)
        if not window:
            continue
        days = [_days(window[side], bound, f"{path}.{key}.{side}", refused) for side, bound in (("Start", -1), ("End", 1))]
        if days == [None, None]:
            continue
        edge = window.get("UseEventEnd")
        name = "end" if (of_end if edge is None else edge) else "start"
        if name in found:
            refused.add(f"{path}.{key}", f"bounds the {name} of the event, as the other window does")
        found[name] = days
        since.add("end" if window.get("UseIndexEnd") else "start")
    if len(since) > 1:
        refused.add(f"{path}.EndWindow", "counts from another day of the index event than StartWindow")
    if since == {"end"}:
        found["from"] = "end"
    return found


def _days(side: Mapping[str, Any], bound: int, path: str, refused: Refusals) -> int | None:
    days, sign = side.get("Days"), int(side["Coeff"])
    if days is None:
        if sign != bound:
            refused.add(path, "is open to the inside of its window")
        return None
    return int(days) * sign
