"""Definitions of cohorts out of JSON. Whatever cannot be read, or could never be met, is refused with its path in the definition."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from cohorts.definition import (
    EVENTS,
    FORMAT,
    LABELS,
    Count,
    Criterion,
    Definition,
    Entry,
    Event,
    Exit,
    Group,
    Person,
    Rule,
)
from cohorts.errors import InvalidDefinition
from cohorts.fields import MOST_DAYS, Fields, day, whole
from cohorts.linking import DEEPEST, Named, linked
from cohorts.parts import count_of, exit_end_of, filters_of, label_of, meaning_of, pattern_of, set_of, value_of, words_of
from concepts.model import Assertion

MOST_RULES: Final = 1000
_NAME: Final = re.compile(r"[^\s\"']{1,100}")

_DEFINITION: Final = ("format", "name", "description", "datasets", "sets", "cohorts", "entry", "rules", "keep", "exit", "subjects")
_ENTRY: Final = ("any", "on", "limit", "observed")
_EXIT: Final = ("end", "in", "gap", "supply", "censor", "collapse", "dates")
_KINDS: Final = ("event", "note", "label", "graph", "cohort")
_EVENT: Final = (*_KINDS, *("in", "class", "first", "value", "value_in", "age", "sex", "status", "dates", "having"))
_CRITERION: Final = (*_EVENT, "name", "count", "start", "end", "from", "same_encounter", "pick")
_PERSON: Final = ("name", "age", "sex", "dates")
_GROUPS: Final = ("any", "all", "at_least", "at_most")
_GROUP: Final = ("name", *_GROUPS, "of")
_NOTE: Final = ("in", "text", "mode", "at_least", "assertion", "filters")


def read_definition(text: str | bytes, named: Named | None = None) -> Definition:
    """The definition that a JSON text holds, as `definition_of` reads it. Raises InvalidDefinition."""
    return definition_of(json_of(text), named)


def json_of(text: str | bytes) -> Any:
    """What a JSON text holds. Raises InvalidDefinition."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidDefinition("", f"is no JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except (ValueError, RecursionError):
        raise InvalidDefinition("", "is no JSON that can be decoded: it is no UTF-8, or nested without end") from None


def definition_of(value: Any, named: Named | None = None) -> Definition:
    """The definition that a JSON value is; what it names and does not hold is `named`. Raises InvalidDefinition."""
    return linked(_definition(value, "", 0), named, lambda kept, path: _definition(kept, path, 0), set_of)


def _definition(value: Any, path: str, depth: int) -> Definition:
    _check_depth(path, depth)
    fields = Fields.of(value, path, _DEFINITION)
    if fields.text("format") != FORMAT:
        raise fields.refuse("format", f"must be {FORMAT!r}, which is what is read here")
    if depth and "cohorts" in value:
        raise fields.refuse("cohorts", "stand in the outermost definition, where all may name them")
    rules = tuple(_rule(each, at, depth + 1) for at, each in fields.each("rules", MOST_RULES))
    return Definition(
        entry=_entry(value.get("entry"), fields.at("entry"), depth + 1),
        rules=rules,
        name=fields.text("name"),
        description=fields.text("description", 20_000),
        datasets=() if fields.words("datasets") == ("*",) else fields.words("datasets"),
        sets={name: set_of(codes, at) for name, codes, at in _named(fields, "sets")},
        cohorts={name: _definition(each, at, depth + 1) for name, each, at in _named(fields, "cohorts")},
        subjects=fields.choice("subjects", ("patients", "items"), "patients"),
        keep=fields.choice("keep", ("all", "first", "last"), "all"),
        exit=_exit(Fields.of(value["exit"], fields.at("exit"), _EXIT), depth + 1) if "exit" in value else None,
    )


def _named(fields: Fields, key: str) -> Iterable[tuple[str, Any, str]]:
    values = fields.value.get(key, {})
    if not isinstance(values, dict):
        raise fields.refuse(key, "must be an object, a name for each")
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise fields.refuse(key, f"{name[:60]!r} is no name: 1 to 100 characters without blanks and quotation marks")
        yield name, value, f"{fields.at(key)}.{name}"


def _entry(value: Any, path: str, depth: int) -> Entry:
    if value is None:
        raise InvalidDefinition(path, 'is missing: who enters the cohort, and when: {"any": [{"event": "condition", "in": …}]}')
    fields = Fields.of(value, path, _ENTRY)
    events = tuple(_event(Fields.of(each, at, _EVENT), depth + 1) for at, each in fields.each("any"))
    on = day(value["on"], fields.at("on")) if "on" in value else None
    if bool(events) == (on is not None):
        raise InvalidDefinition(path, "must have either `any`, a list of events, or `on`, a date on which everybody is looked at")
    observed = None
    if "observed" in value:
        before, after = _ends(fields, "observed")
        observed = whole(before, fields.at("observed[0]"), 0, MOST_DAYS), whole(after, fields.at("observed[1]"), 0, MOST_DAYS)
    return Entry(events, on, fields.choice("limit", ("all", "first", "last"), "all"), observed)


def _ends(fields: Fields, key: str) -> tuple[Any, Any]:
    value = fields.value[key]
    if not isinstance(value, list) or len(value) != 2:
        raise fields.refuse(key, "must be two numbers of days, before and after: [365, 0]")
    return value[0], value[1]


def _exit(fields: Fields, depth: int) -> Exit:
    end, days = exit_end_of(fields)
    for key in ("in", "gap", "supply") if end != "persistence" else ():
        if key in fields.value:
            raise fields.refuse(key, "says how long drugs last: it stands beside an end of `persistence` alone")
    if end == "persistence" and not fields.text("in"):
        raise fields.refuse("in", "is missing: the set of the drugs whose supplies make the end")
    return Exit(
        path=fields.path,
        end=end,
        days=days,
        concepts=fields.text("in"),
        gap=fields.whole("gap", 0, MOST_DAYS) or 0,
        supply=fields.whole("supply", 0, MOST_DAYS),
        censor=tuple(_event(Fields.of(each, at, _EVENT), depth + 1) for at, each in fields.each("censor")),
        collapse=fields.whole("collapse", 0, MOST_DAYS) or 0,
        dates=fields.dates("dates"),
    )


def _rule(value: Any, path: str, depth: int) -> Rule:
    _check_depth(path, depth)
    keys = value if isinstance(value, dict) else {}
    if any(key in keys for key in _GROUPS):
        return _group(Fields.of(value, path, _GROUP), depth)
    if any(key in keys for key in _KINDS):
        return _criterion(Fields.of(value, path, _CRITERION), depth)
    fields = Fields.of(value, path, _PERSON if any(key in keys for key in ("age", "sex", "dates")) else _CRITERION)
    person = Person(path, fields.text("name"), fields.years("age"), fields.words("sex"), fields.dates("dates"))
    if person.age is None and not person.sexes and person.dates is None:
        raise InvalidDefinition(path, f"asks for nothing: it needs {', '.join((*_KINDS, *_GROUPS))}, age, sex or dates")
    return person


def _group(fields: Fields, depth: int) -> Group:
    kind, *others = [key for key in _GROUPS if key in fields.value]
    if others:
        raise fields.refuse(others[0], f"stands beside {kind!r}: a group is of one kind")
    counted = kind in ("at_least", "at_most")
    if counted != ("of" in fields.value):
        raise fields.refuse("of", "must list the rules that are counted" if counted else "is only for at_least and at_most")
    rules = tuple(_rule(each, at, depth + 1) for at, each in fields.each("of" if counted else kind, MOST_RULES))
    if not rules:
        raise fields.refuse("of" if counted else kind, "has no rules")
    number = fields.whole(kind, 0, len(rules)) if counted else None
    name = fields.text("name")
    if kind == "at_most":
        return Group(fields.path, rules, 0, number, name)
    return Group(fields.path, rules, {"any": 1, "all": len(rules)}.get(kind, number or 0), None, name)


def _criterion(fields: Fields, depth: int) -> Criterion:
    event = _event(fields, depth)
    criterion = Criterion(
        event=event,
        name=fields.text("name"),
        count=count_of(fields.value["count"], fields.at("count")) if "count" in fields.value else Count(),
        start=fields.window("start"),
        end=fields.window("end"),
        since=fields.choice("from", ("start", "end"), "start"),
        same_encounter=fields.flag("same_encounter"),
        pick=fields.choice("pick", ("first", "last"), "first") if "pick" in fields.value else None,
    )
    if criterion.count.distinct == "worker" and event.kind != "answer":
        raise fields.refuse("count", 'counts workers, who are told of their own answers alone: {"label": {"agent": "worker"}}')
    if criterion.pick and event.first:
        raise fields.refuse("pick", "stands beside `first`, which chooses already; keep one of them")
    return criterion


def _event(fields: Fields, depth: int) -> Event:
    value = fields.value
    kinds = [key for key in _KINDS if key in value]
    if len(kinds) != 1:
        raise InvalidDefinition(fields.path, f"must have one of {', '.join(_KINDS)}; it has {' and '.join(kinds) or 'none'}")
    note = Fields.of(value["note"], fields.at("note"), _NOTE) if "note" in value else None
    if note is not None and "in" in value:
        raise fields.refuse("in", "belongs into `note`, where notes are meant")
    kind = kinds[0] if kinds[0] != "event" else fields.choice("event", EVENTS, "")
    label, classes = label_of(value["label"], fields.at("label")) if "label" in value else (None, "")
    if label is not None and label.agent == "worker":
        kind = "answer"
    if note is not None:
        note.choice("mode", ("lexical", "semantic"), "lexical")
    means = note is not None and note.value.get("mode") == "semantic"
    event = Event(
        kind=kind,
        path=fields.path,
        concepts=classes or (note or fields).text("in"),
        words=words_of(note) if note is not None and "text" in note.value and not means else None,
        meaning=meaning_of(note) if note is not None and means else None,
        filters=filters_of(note.value["filters"], note.at("filters")) if note is not None and "filters" in note.value else None,
        label=label,
        pattern=pattern_of(fields) if "graph" in value else "",
        cohort=fields.text("cohort"),
        settings=fields.words("class"),
        first=fields.flag("first"),
        value=value_of(value["value"], fields.at("value")) if "value" in value else None,
        answers=fields.text("value_in"),
        age=fields.years("age"),
        sexes=fields.words("sex"),
        statuses=fields.words("status"),
        dates=fields.dates("dates"),
        assertions=note.words("assertion", [each.value for each in Assertion]) if note is not None else (),
        having=_rule(value["having"], fields.at("having"), depth + 1) if "having" in value else None,
    )
    _check_event(fields, event)
    return event


def _check_event(fields: Fields, event: Event) -> None:
    """Refuse what events of the kind do not have: it would never be met."""
    if event.kind != "observation":
        for key in ("value", "value_in"):
            if key in fields.value:
                raise fields.refuse(key, f"is of observations; {event.kind} has none")
    if event.kind in ("patient", "death", "item", "cohort", "graph", *LABELS):
        for key in ("in", "class", "status"):
            if key in fields.value:
                raise fields.refuse(key, f"{event.kind} has none")
    if event.kind == "note" and (event.words or event.meaning) is not None and event.concepts:
        raise fields.refuse("note", "asks for words and for concepts: make two rules of it")


def _check_depth(path: str, depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidDefinition(path, f"lies deeper than {DEEPEST} levels of groups, `having` and cohorts")
