"""What a definition, as JSON, names beyond itself: other cohorts, and sets of concepts. Pure functions."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from cohorts.linking import Named, NamedKind

_SETS: Final = ("in", "value_in")
_Rename = Callable[[NamedKind, str], str]


def references(definition: Mapping[str, Any]) -> Iterator[tuple[NamedKind, str]]:
    """Kind and name of everything that a definition, or one that it holds, names and does not hold."""
    found: dict[tuple[NamedKind, str], None] = {}

    def note(kind: NamedKind, name: str) -> str:
        found[kind, name] = None
        return name

    renamed(definition, note)
    yield from found


def renamed(definition: Mapping[str, Any], rename: _Rename) -> dict[str, Any]:
    """A definition that calls what it does not hold otherwise."""
    held = definition.get("cohorts")
    cohorts = held if isinstance(held, Mapping) else {}
    changed: dict[str, Any] = _within(definition, cohorts, rename)
    return {**changed, "cohorts": {name: _within(each, cohorts, rename) for name, each in cohorts.items()}} if cohorts else changed


def _within(definition: Any, cohorts: Mapping[str, Any], rename: _Rename) -> Any:
    if not isinstance(definition, Mapping):
        return definition  # no definition: who reads it says so
    held = definition.get("sets")
    sets = held if isinstance(held, Mapping) else {}

    def of(value: Any) -> Any:
        if isinstance(value, list):
            return [of(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        return {key: _name(key, each) if isinstance(each, str) else of(each) for key, each in value.items()}

    def _name(key: str, name: str) -> str:
        if key == "cohort" and name and name not in cohorts:
            return rename("cohort", name)
        return rename("concepts", name) if key in _SETS and name and name not in sets else name

    return {key: each if key in ("sets", "cohorts") else of(each) for key, each in definition.items()}


def digest(definition: Mapping[str, Any], named: Named) -> str:
    """What tells a definition, with all that it names at any depth, from every other one."""
    told: dict[str, Any] = {}
    waiting = [definition]
    while waiting:
        for kind, name in references(waiting.pop()):
            if f"{kind} {name}" not in told:
                value = told[f"{kind} {name}"] = named(kind, name)
                if kind == "cohort" and isinstance(value, Mapping):
                    waiting.append(value)
    text = json.dumps([{**definition, "name": "", "description": ""}, told], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
