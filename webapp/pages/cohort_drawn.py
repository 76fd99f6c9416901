"""A definition as conditions of the cohort page. What the page has no form for is kept as it is, and shown in words."""

from collections.abc import Mapping
from typing import Any, Final

from webapp.pages.cohort_kept import ENTRY, REST, RULE, written
from webapp.pages.cohort_rows import ASSERTIONS, CODED, COMPARISONS, SETTINGS, SEXES, Row

_DRAWN: Final = frozenset({"format", "datasets", "sets", "entry", "rules"})
"""Fields of a definition that conditions, or the page around them, have a place for."""
_TIMED: Final = frozenset({"name", "event", "note", "in", "class", "value", "count", "start"})


def rows_of_definition(definition: Mapping[str, Any]) -> tuple[Row, ...]:
    """The conditions of a definition (JSON, as read without an error); put together again, they count the same."""
    sets = definition.get("sets", {})
    entry = definition["entry"]
    first = _entered(entry, sets)
    rows = [first or _kept(ENTRY, entry, sets)]
    rows += [_drawn(rule, sets) or _kept(RULE, rule, sets) for rule in definition.get("rules", ())]
    rest = {key: value for key, value in definition.items() if key not in _DRAWN}
    return (*rows, _kept(REST, rest, sets)) if rest else tuple(rows)


def _entered(entry: Mapping[str, Any], sets: Mapping[str, Any]) -> Row | None:
    if set(entry) != {"any", "limit"} or len(entry["any"]) != 1 or entry["limit"] != "first":
        return None
    row = _drawn(entry["any"][0], sets)
    return row if row is not None and row.enters else None


def _drawn(rule: Mapping[str, Any], sets: Mapping[str, Any]) -> Row | None:
    """The condition that a rule is; None where the form cannot say it."""
    keys = set(rule) - {"name"}
    if keys == {"age"}:
        low, high = rule["age"]
        return Row("age", low=_text(low), high=_text(high)) if (low, high) != (None, None) else None
    if keys == {"sex"}:
        return Row("sex", sex=rule["sex"][0]) if len(rule["sex"]) == 1 and rule["sex"][0] in SEXES else None
    if not keys <= _TIMED or not keys & {"event", "note"}:
        return None
    row: Row | None = None
    about = _noted(rule["note"], sets) if "note" in rule else _charted(rule, sets)
    counted, timed = _counted(rule.get("count", {})), _timed(rule.get("start"))
    if about is not None and counted is not None and timed is not None:
        row = Row(**about, **counted, **timed)
    return row if row is not None and row.complete else None


def _noted(note: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, Any] | None:
    asked = tuple(note.get("assertion", ("affirmed",) if "in" in note else ()))
    how = next((name for name, assertions in ASSERTIONS.items() if set(assertions) == set(asked)), None)
    if how is None or "filters" in note or note.get("mode", "lexical") != "lexical":
        return None
    if "text" in note:
        return {"what": "words", "words": note["text"], "assertion": how} if len(note["text"]) <= 400 else None
    concepts = _concepts(note.get("in"), sets)
    return {"what": "said", "concepts": concepts, "assertion": how} if concepts else None


def _charted(rule: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = rule["event"]
    said: dict[str, Any] = {"what": kind}
    if kind in CODED:
        said["concepts"] = _concepts(rule.get("in"), sets)
    elif kind not in ("encounter", "death") or "in" in rule:
        return None
    if "class" in rule:
        if len(rule["class"]) != 1 or rule["class"][0] not in SETTINGS:
            return None
        said["setting"] = rule["class"][0]
    if "value" in rule:
        (bound, *others) = [key for key in COMPARISONS if key in rule["value"]]
        if others:
            return None
        said |= {"comparison": bound, "number": repr(rule["value"][bound]), "unit": rule["value"].get("unit", "")}
    return said


def _concepts(name: str | None, sets: Mapping[str, Any]) -> tuple[str, ...]:
    """The concepts of a set as the page would make it, of IRIs with all that is narrower; () of any other."""
    codes = sets.get(name or "", ())
    whole = all(isinstance(code, dict) and code.get("descendants") and not code.get("exclude") and "://" in code["code"] for code in codes)
    return tuple(code["code"] for code in codes) if codes and whole else ()


def _counted(count: Mapping[str, Any]) -> dict[str, Any] | None:
    if set(count) == {"eq"} and count["eq"] == 0:
        return {"absent": True}
    if set(count) <= {"ge"}:
        return {"least": str(count["ge"])} if count.get("ge", 1) > 1 else {}
    return None


def _timed(window: list[int | None] | None) -> dict[str, Any] | None:
    if window is None:
        return {}
    low, high = window
    if (low, high) == (0, 0):
        return {"when": "same"}
    if high == -1 and (low is None or low < -1):
        return {"when": "before", "days": _text(None if low is None else -low)}
    if low == 1 and (high is None or high > 1):
        return {"when": "after", "days": _text(high)}
    if low is not None and high is not None and low == -high:
        return {"when": "around", "days": str(high)}
    return None


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _kept(what: str, part: Mapping[str, Any], sets: Mapping[str, Any]) -> Row:
    return Row(what, rule=written(part, sets))
