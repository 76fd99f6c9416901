"""Parts of a definition that the cohort page has no form for: it keeps them in the address as they are."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

ENTRY: Final = "entry"
"""Who enters, and when."""
RULE: Final = "rule"
REST: Final = "rest"
"""Whatever a definition says beside sets, entry and rules."""
KEPT: Final = frozenset({ENTRY, RULE, REST})
LONGEST: Final = 20_000
"""Characters of one part."""


def read_part(text: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A part and the sets that it names; None for what no page wrote."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("part"), dict) or not isinstance(value.get("sets", {}), dict):
        return None
    return value["part"], value.get("sets", {})


def part_of(text: str, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A part and its sets under names that no other part has; `place` is that of its condition."""
    found = read_part(text)
    if found is None:
        raise ValueError("no page wrote such a part")
    part, sets = found

    def name(own: str) -> str:
        return f"k{place}.{own}" if own in sets else own

    changed: dict[str, Any] = renamed(part, name)
    return changed, {name(own): codes for own, codes in sets.items()}


def written(part: Mapping[str, Any], sets: Mapping[str, Any]) -> str:
    """A part with those of some sets that it names, for the address."""
    used: set[str] = set()
    renamed(part, lambda name: used.add(name) or name)  # type: ignore[func-returns-value]
    named = {name: codes for name, codes in sets.items() if name in used}
    return json.dumps({"part": part, **({"sets": named} if named else {})}, ensure_ascii=False)


def renamed(part: Any, name: Callable[[str], str]) -> Any:
    """A part whose sets are called otherwise; other cohorts in it have sets of their own."""
    if isinstance(part, list):
        return [renamed(value, name) for value in part]
    if not isinstance(part, dict):
        return part
    named = {key: name(value) for key, value in part.items() if key in ("in", "value_in") and isinstance(value, str)}
    return {key: named[key] if key in named else value if key == "cohorts" else renamed(value, name) for key, value in part.items()}
