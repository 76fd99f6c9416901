"""Conditions of a definition in words, where the cohort page has no form for them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from search.filters import FILTERS, Filter, Kind

_GROUPS: Final[Mapping[str, str]] = {"any": "any of", "all": "all of"}
_COMPARED: Final[Mapping[str, str]] = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most", "eq": "exactly"}


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """What a rule (JSON, as read without an error) asks for."""
    named = f"{rule['name']}: " if rule.get("name") else ""
    for kind in ("any", "all", "at_least", "at_most"):
        if kind in rule:
            counted = _GROUPS.get(kind) or f"{kind.replace('_', ' ')} {rule[kind]} of"
            return f"{named}{counted} ({'; '.join(map(rule_in_words, rule.get('of', rule[kind])))})"
    if not any(kind in rule for kind in ("event", "note", "label", "graph", "cohort")):
        return named + _person(rule)
    return named + f"{_often(rule.get('count', {}))} {event_in_words(rule)}{_window(rule)}".strip()


def entry_in_words(entry: Mapping[str, Any]) -> str:
    """Who enters."""
    if "on" in entry:
        return f"everybody on {entry['on']}"
    kept = {"first": "the first ", "last": "the last "}.get(entry.get("limit", "all"), "each ")
    observed = f", known for {entry['observed'][0]} days before and {entry['observed'][1]} after" if "observed" in entry else ""
    return f"with {kept}{' or '.join(map(event_in_words, entry['any']))}{observed}"


def event_in_words(event: Mapping[str, Any]) -> str:
    """What an event is about."""
    parts = [_about(event)]
    if event.get("first"):
        parts.append("the first ever")
    if "class" in event:
        parts.append(f"of class {' or '.join(event['class'])}")
    if "status" in event:
        parts.append(f"with status {' or '.join(event['status'])}")
    if "value" in event:
        bounds = [f"{_COMPARED[key]} {event['value'][key]}" for key in _COMPARED if key in event["value"]]
        parts.append(" and ".join(bounds) + f" {event['value'].get('unit', '')}".rstrip())
    if "value_in" in event:
        parts.append(f"with a result of {event['value_in']}")
    if person := _person(event):
        parts.append(f"at {person}")
    if "having" in event:
        parts.append(f"having {rule_in_words(event['having'])}")
    return ", ".join(parts)


def _about(event: Mapping[str, Any]) -> str:
    if "note" in event:
        note = event["note"]
        said = f" that says {note['text']}" if "text" in note else f" that means {note['in']}" if "in" in note else ""
        if note.get("mode") == "semantic":
            said = f" with a meaning near to “{note['text']}” ({note['at_least']})"
        return f"a note{said}{_among(' as', note.get('assertion'))}{_filtered(note.get('filters', {}))}"
    if "label" in event:
        label = event["label"]
        return (
            f"a label{_among('', [label['in']] if 'in' in label else None)}{_among(' by', [label['agent']] if 'agent' in label else None)}"
        )
    if "graph" in event:
        return f"what the graph finds by {' '.join(event['graph'].split())}"
    if "cohort" in event:
        return f"entry into the cohort {event['cohort']}"
    return f"{event['event']}{_among('', [event['in']] if 'in' in event else None)}"


def _filtered(filters: Mapping[str, Any]) -> str:
    """What a search would let through, in the words of its filters."""
    told = []
    for row in FILTERS:
        if row.name in filters:
            asked = filters[row.name]
            values = (
                (" and " if row.kind is Kind.ALL else " or ").join(asked)
                if row.several
                else f"{asked:g}"
                if row.kind is Kind.NUMBER
                else asked
            )
            told.append(f"{row.title.lower()} {values}")
    return f" ({', '.join(told)})" if told else ""


def with_words(part: Any, words: Callable[[Filter, str], str]) -> Any:
    """A part of a definition whose filters have words in place of identifiers, for reading alone."""
    if isinstance(part, list):
        return [with_words(one, words) for one in part]
    if not isinstance(part, dict):
        return part
    rows = {row.name: row for row in FILTERS if row.several}

    def told(filters: Mapping[str, Any]) -> dict[str, Any]:
        return {name: [words(rows[name], one) for one in asked] if name in rows else asked for name, asked in filters.items()}

    return {key: told(value) if key == "filters" else with_words(value, words) for key, value in part.items()}


def _among(before: str, words: list[str] | None) -> str:
    return f"{before} {' or '.join(words)}" if words else ""


def _person(rule: Mapping[str, Any]) -> str:
    asked = []
    if "age" in rule:
        asked.append(f"an age {_between(*rule['age'])}")
    if "sex" in rule:
        asked.append(f"sex {' or '.join(rule['sex'])}")
    if "dates" in rule:
        asked.append(f"a date {_between(*rule['dates'])}")
    return " and ".join(asked)


def _between(low: object, high: object) -> str:
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else "of any kind"


def _often(count: Mapping[str, Any]) -> str:
    distinct = f" different {count['distinct']}s of" if count.get("distinct", "record") != "record" else ""
    if count.get("eq") == 0 or (count.get("le") == 0 and "ge" not in count):
        return f"no{distinct}"
    bounds = [f"{_COMPARED[key]} {count[key]}" for key in ("ge", "le", "eq") if key in count]
    return f"{' and '.join(bounds)}{distinct}" if bounds else distinct.strip()


def _window(rule: Mapping[str, Any]) -> str:
    since = "the end of entry" if rule.get("from") == "end" else "entry"
    told = [f"{words} {_between(*rule[key])} days from {since}" for key, words in (("start", "starting"), ("end", "ending")) if key in rule]
    if rule.get("same_encounter"):
        told.append("in the same visit")
    if "pick" in rule:
        told.append(f"by the {rule['pick']} of them alone")
    return "".join(f", {each}" for each in told)
