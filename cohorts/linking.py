"""What events name beyond themselves: sets, and other cohorts, which stand in the definition or are known by their name elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from cohorts.definition import LABELS, Code, Criterion, Definition, Event, Exit, Group, Rule, all_events, people_of
from cohorts.errors import InvalidDefinition

DEEPEST: Final = 12
"""Groups, `having` and cohorts within one another."""

NamedKind = Literal["cohort", "concepts"]
Named = Callable[[NamedKind, str], Any]
"""The definition of a cohort, or the codes of a set of concepts, as JSON, that are kept under a name; None where none is."""
Read = Callable[[Any, str], Definition]
"""Reads a definition that stands at a path; what it names is not looked at."""
ReadSet = Callable[[Any, str], tuple[Code, ...]]
"""Reads the codes of a set that stand at a path."""


def linked(definition: Definition, named: Named | None, read: Read, read_set: ReadSet) -> Definition:
    """The definition with every cohort that it names, at any depth, and every set among its own. Raises InvalidDefinition.

    A kept cohort stands there under its name; the cohorts that it holds itself stand there as `NAME/OWN`, whatever others are called.
    """
    cohorts = dict(definition.cohorts)
    waiting = [definition, *cohorts.values()]
    while waiting:
        for event in all_events(waiting.pop()):
            if event.kind != "cohort" or event.cohort in cohorts:
                continue
            value = None if named is None else named("cohort", event.cohort)
            if value is None:
                there = ", ".join(sorted(definition.cohorts)) or "none"
                raise InvalidDefinition(
                    f"{event.path}.cohort", f"there is no cohort {event.cohort[:60]!r} in `cohorts`; there are: {there}"
                )
            for name, one in _held(event.cohort, read(value, f"cohorts.{event.cohort}")):
                cohorts[name] = one
                waiting.append(one)
    whole = {name: _with_sets(one, named, read_set) for name, one in cohorts.items()}
    found = replace(_with_sets(definition, named, read_set), cohorts=whole)
    _check(found)
    return found


def _with_sets(definition: Definition, named: Named | None, read_set: ReadSet) -> Definition:
    """A definition with the kept sets that its events name among its own."""
    if named is None:
        return definition
    sets = dict(definition.sets)
    for event in all_events(definition):
        for name in (event.concepts, event.answers):
            if name and name not in sets and (codes := named("concepts", name)) is not None:
                sets[name] = read_set(codes, f"sets.{name}")
    return replace(definition, sets=sets)


def _held(name: str, definition: Definition) -> Iterator[tuple[str, Definition]]:
    """A kept cohort under its name, and those that it holds under theirs, none of which holds any."""
    own = {each: f"{name}/{each}" for each in definition.cohorts}
    yield name, replace(_renamed(definition, own), cohorts={})
    for each, one in definition.cohorts.items():
        yield own[each], _renamed(one, own)


def _renamed(definition: Definition, names: Mapping[str, str]) -> Definition:
    """A definition whose events name cohorts by other names."""

    def event_of(event: Event) -> Event:
        having = None if event.having is None else rule_of(event.having)
        return replace(event, cohort=names.get(event.cohort, event.cohort), having=having)

    def rule_of(rule: Rule) -> Rule:
        if isinstance(rule, Criterion):
            return replace(rule, event=event_of(rule.event))
        return replace(rule, rules=tuple(map(rule_of, rule.rules))) if isinstance(rule, Group) else rule

    def exit_of(leaving: Exit) -> Exit:
        return replace(leaving, censor=tuple(map(event_of, leaving.censor)))

    return replace(
        definition,
        entry=replace(definition.entry, any=tuple(map(event_of, definition.entry.any))),
        rules=tuple(map(rule_of, definition.rules)),
        exit=None if definition.exit is None else exit_of(definition.exit),
    )


def _check(definition: Definition) -> None:
    """Every set that is named is there, and no cohort is defined by itself."""
    uses: dict[str, list[tuple[str, str]]] = {}
    for name, one in (("", definition), *definition.cohorts.items()):
        uses[name] = []
        for event in all_events(one):
            _check_sets(event, one)
            _check_subjects(event, one, definition)
            if event.kind == "cohort":
                uses[name].append((event.cohort, f"{event.path}.cohort"))
        for person in people_of(one.rules) if one.subjects == "items" else ():
            if person.age is not None or person.sexes:
                raise InvalidDefinition(person.path, "asks for an age or a sex: items have none")
    done: set[str] = set()
    for name in uses:
        _check_circles(name, uses, (), done)


def _check_subjects(event: Event, definition: Definition, whole: Definition) -> None:
    """Items have labels alone, patients are no items, and a cohort of the ones is none of the others."""
    if event.kind == "cohort":
        other = whole.cohorts[event.cohort].subjects
        if other != definition.subjects:
            raise InvalidDefinition(f"{event.path}.cohort", f"is of {other}; this cohort is of {definition.subjects}")
    elif definition.subjects == "items" and (event.age is not None or event.sexes):
        raise InvalidDefinition(event.path, "asks for an age or a sex: items have none")
    elif definition.subjects == "items" and event.kind not in ("item", *LABELS):
        raise InvalidDefinition(event.path, f"asks for a {event.kind}: items have labels alone, and `item` stands for each of them")
    elif definition.subjects == "patients" and event.kind == "item":
        raise InvalidDefinition(f"{event.path}.event", 'is of items: it stands where `"subjects": "items"` are counted')


def _check_sets(event: Event, definition: Definition) -> None:
    inside = "note.in" if event.kind == "note" else "label.in" if event.kind in LABELS else "in"
    for name, key in ((event.concepts, inside), (event.answers, "value_in")):
        if name and name not in definition.sets:
            there = ", ".join(sorted(definition.sets)) or "none"
            raise InvalidDefinition(f"{event.path}.{key}", f"there is no set {name[:60]!r}; there are: {there}")


def _check_circles(name: str, uses: Mapping[str, list[tuple[str, str]]], above: tuple[str, ...], done: set[str]) -> None:
    if len(above) > DEEPEST:
        raise InvalidDefinition(f"cohorts.{name}", f"lies deeper than {DEEPEST} cohorts within one another")
    for used, path in uses[name] if name not in done else ():
        if used in (*above, name):
            raise InvalidDefinition(path, f"the cohort is defined by itself: {' → '.join((*above, name, used)).removeprefix(' → ')}")
        _check_circles(used, uses, (*above, name), done)
    done.add(name)
