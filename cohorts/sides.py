"""The two groups of a comparison as definitions, and the definitions of those of a group who have something: whose number opens them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cohorts.definition import FORMAT, Definition
from cohorts.saved.references import renamed

Json = dict[str, Any]
_GROUP, _OTHER, _OUTCOME, _THING = "group", "other", "outcome", "thing"


@dataclass(frozen=True, slots=True)
class Side:
    """A cohort that is compared: what it is called, its definition as JSON and as it is read."""

    name: str
    value: Mapping[str, Any]
    definition: Definition


@dataclass(frozen=True, slots=True)
class Asked:
    """What those of a group must have besides: rules, and the set `thing` that they name ({} of none)."""

    rules: tuple[Json, ...] = ()
    codes: tuple[Json, ...] = field(default=())


EVERYBODY: Final = Asked()


def listing(group: Side, left_out: Side | None, asked: Asked = EVERYBODY) -> Json:
    """The definition of those of a group who have something; without those who are in the other cohort, too, where it is given."""
    value = dict(group.value)
    thing, other = _free(_THING, value.get("sets", {})), _free(_OTHER, value.get("cohorts", {}))
    rules = [*value.get("rules", ()), *(_calling(rule, thing) for rule in asked.rules)]
    if asked.codes:
        value["sets"] = {**value.get("sets", {}), thing: list(asked.codes)}
    if left_out is not None:
        value["cohorts"] = {**value.get("cohorts", {}), **_held(other, left_out.value)}
        rules.append({"name": "not in the other cohort", "cohort": other, "count": {"eq": 0}})
    return {**value, "rules": rules} if rules else value


def rest_listing(cohort: Side, datasets: Sequence[str], asked: Asked = EVERYBODY) -> Json:
    """The definition of those who are not in a cohort, and have something."""
    outside = {"name": "not in the cohort", "cohort": _GROUP, "count": {"eq": 0}}
    value: Json = {"format": FORMAT, "cohorts": _held(_GROUP, cohort.value), "entry": {"any": [{"event": "patient"}]}}
    if datasets:
        value["datasets"] = list(datasets)
    if asked.codes:
        value["sets"] = {_THING: list(asked.codes)}
    return {**value, "rules": [outside, *asked.rules]}


def outcome_listing(group: Side, left_out: Side | None, outcome: Side, within: int | None) -> Json:
    """The definition of those who are followed and have the outcome, within so many days after the first index day or at any time."""
    cohorts = {**_held(_GROUP, group.value), **_held(_OUTCOME, outcome.value)}
    rules: list[Json] = [
        {"name": "not before", "cohort": _OUTCOME, "start": [None, 0], "count": {"eq": 0}},
        {"name": "the outcome", "cohort": _OUTCOME, "start": [1, within]},
        {
            "name": "while alive",
            "any": [
                {"event": "death", "count": {"eq": 0}},
                {"event": "death", "having": {"cohort": _OUTCOME, "start": [None, 0]}},
            ],
        },
    ]
    if group.definition.exit is not None:
        rules.append({"name": "before leaving", "cohort": _OUTCOME, "start": [None, 0], "from": "end"})
    if left_out is not None:
        cohorts |= _held(_OTHER, left_out.value)
        rules.append({"name": "not in the other cohort", "cohort": _OTHER, "count": {"eq": 0}})
    return {"format": FORMAT, "cohorts": cohorts, "entry": {"any": [{"cohort": _GROUP}], "limit": "first"}, "rules": rules}


def _held(name: str, value: Mapping[str, Any]) -> Json:
    """A definition under a name beside those that it holds itself, which stand as `NAME/OWN`: only the outermost may hold any."""
    own = value.get("cohorts", {})
    bare = {key: each for key, each in value.items() if key != "cohorts"}

    def name_of(kind: str, called: str) -> str:
        return f"{name}/{called}" if kind == "cohort" and called in own else called

    return {name: renamed(bare, name_of), **{f"{name}/{each}": renamed(one, name_of) for each, one in own.items()}}


def _free(name: str, taken: Mapping[str, Any]) -> str:
    return next(each for number in range(1, len(taken) + 2) if (each := name if number == 1 else f"{name}{number}") not in taken)


def _calling(rule: Json, thing: str) -> Json:
    """A rule on the set `thing`, by the name that the set has here."""
    if thing == _THING:
        return rule
    note = {"note": {**rule["note"], "in": thing}} if "note" in rule else {}
    return {**rule, **({"in": thing} if rule.get("in") == _THING else {}), **note}
