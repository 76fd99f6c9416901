"""Definitions out of JSON: what is read, and by which path what is wrong is told."""

import json
from typing import Any

import pytest

from cohorts.definition import Code, Count, Criterion, Group, Person, Range, Words, all_events
from cohorts.errors import InvalidDefinition
from cohorts.reading import DEEPEST, definition_of, read_definition

ENTRY = {"any": [{"event": "condition", "in": "a"}]}


def whole(*rules: Any, **more: Any) -> dict[str, Any]:
    return {"format": "commissure-cohort/1", "sets": {"a": ["1"], "b": ["2"]}, "entry": ENTRY, "rules": list(rules), **more}


def refused(definition: Any) -> tuple[str, str]:
    with pytest.raises(InvalidDefinition) as found:
        definition_of(definition)
    return found.value.path, found.value.message


def test_a_definition_is_read() -> None:
    rule = {"event": "observation", "in": "a", "value": {"gt": 6.5, "unit": "%"}, "start": [-365, 0], "count": {"ge": 2, "distinct": "day"}}
    found = definition_of(whole(rule, {"age": [18, None]}, {"at_least": 1, "of": [{"sex": ["female"]}]}, datasets=["*"], name="x"))
    first, second, third = found.rules
    assert isinstance(first, Criterion) and isinstance(second, Person) and isinstance(third, Group)
    assert (first.start, first.count) == (Range(-365, 0), Count(2, None, "day"))
    assert (second.age, third.least, third.most) == (Range(18, None), 1, None)
    assert (found.datasets, found.name, found.sets["a"]) == ((), "x", (Code("1"),))


def test_words_of_notes_are_alternatives_of_parts() -> None:
    text = 'cancer OR malignan* tumor OR "chest pain"'
    found = definition_of(whole(entry={"any": [{"note": {"text": text}}]}))
    assert found.entry.any[0].words == Words(text, (("cancer",), ("malignan*", "tumor"), ("chest pain",)))


@pytest.mark.parametrize(
    ("rule", "path", "why"),
    [
        ({"event": "condition", "in": "a", "start": [5, 4]}, "rules[0].start", "turns back"),
        ({"event": "condition", "in": "a", "end": [0]}, "rules[0].end", "two ends"),
        ({"event": "condition", "in": "a", "start": [0, "x"]}, "rules[0].start[1]", "whole number"),
        ({"event": "condition", "in": "a", "start": [0, 1.5]}, "rules[0].start[1]", "whole number"),
        ({"event": "condition", "in": "a", "start": [0, 300_000]}, "rules[0].start[1]", "200,000"),
        ({"event": "condition", "in": "c"}, "rules[0].in", "there is no set 'c'; there are: a, b"),
        ({"event": "conditions"}, "rules[0].event", "must be one of"),
        ({"event": "condition", "windw": 1}, "rules[0].windw", "no field here"),
        ({"event": "condition", "note": {}}, "rules[0]", "one of event, note, label, graph, cohort"),
        ({"event": "condition", "value": {"gt": 1}}, "rules[0].value", "of observations"),
        ({"event": "death", "in": "a"}, "rules[0].in", "death has none"),
        ({"event": "observation", "value": {}}, "rules[0].value", "bounds nothing"),
        ({"event": "observation", "value": {"gt": 5, "lt": 5}}, "rules[0].value", "turns back"),
        ({"event": "observation", "value": {"gt": True}}, "rules[0].value.gt", "a number"),
        ({"event": "condition", "count": {"eq": 1, "ge": 1}}, "rules[0].count.eq", "needless"),
        ({"event": "condition", "count": {"ge": 3, "le": 2}}, "rules[0].count.ge", "no number is both"),
        ({"event": "condition", "count": {"ge": 0}}, "rules[0].count.ge", "every patient"),
        ({"event": "condition", "count": {"eq": -1}}, "rules[0].count.eq", "whole number"),
        ({"event": "condition", "first": True, "pick": "last"}, "rules[0].pick", "chooses already"),
        ({"event": "condition", "dates": ["2020", "2019"]}, "rules[0].dates", "turns back"),
        ({"event": "condition", "dates": ["20-01", None]}, "rules[0].dates[0]", "a date"),
        ({"note": {"text": "..."}}, "rules[0].note.text", "no words"),
        ({"note": {"text": "x", "in": "a"}}, "rules[0].note", "two rules"),
        ({"note": {"in": "c"}}, "rules[0].note.in", "no set"),
        ({"note": {"text": "x", "at_least": 0.5}}, "rules[0].note.at_least", "semantic"),
        ({"note": {"text": "x", "mode": "semantic"}}, "rules[0].note.at_least", "how near"),
        ({"note": {"text": "x", "mode": "semantic", "at_least": 1.5}}, "rules[0].note.at_least", "at most 1"),
        ({"note": {"text": "", "mode": "semantic", "at_least": 0.5}}, "rules[0].note.text", "no words"),
        ({"note": {"text": "x", "mode": "semantic", "at_least": 0.5, "assertion": ["affirmed"]}}, "rules[0].note.assertion", "near or far"),
        ({"note": {"text": "x", "mode": "semantic", "at_least": 0.5, "in": "a"}}, "rules[0].note", "two rules"),
        ({"note": {"filters": {}}}, "rules[0].note.filters", "is empty"),
        ({"note": {"filters": []}}, "rules[0].note.filters", "an object"),
        ({"note": {"filters": {"tpye": ["x"]}}}, "rules[0].note.filters.tpye", "no field here"),
        ({"note": {"filters": {"type": []}}}, "rules[0].note.filters.type", "nothing could meet"),
        ({"note": {"filters": {"type": "x"}}}, "rules[0].note.filters.type", "a list"),
        ({"note": {"filters": {"from": "yesterday"}}}, "rules[0].note.filters.from", "a date"),
        ({"note": {"filters": {"from": "2020", "to": "2019"}}}, "rules[0].note.filters.to", "lies before"),
        ({"note": {"filters": {"result": ["x"]}}}, "rules[0].note.filters.result", ""),
        ({"note": {"filters": {"age_from": 200}}}, "rules[0].note.filters.age_from", "from 0 to 150"),
        ({"note": {"filters": {"age_from": 1.5}}}, "rules[0].note.filters.age_from", "whole number"),
        ({"note": {"filters": {"confidence_from": 0.9, "confidence_to": 0.5}}}, "rules[0].note.filters.confidence_to", "lies below"),
        ({"event": "condition", "filters": {"type": ["x"]}}, "rules[0].filters", "no field here"),
        ({"graph": "?who ?is ?what"}, "rules[0].graph", "no ?patient"),
        ({"graph": "?patients ?is ?what"}, "rules[0].graph", "no ?patient"),
        ({"graph": "?patient ?is ?what", "in": "a"}, "rules[0].in", "graph has none"),
        ({"note": {"in": "a", "assertion": ["maybe"]}}, "rules[0].note.assertion[0]", "one of"),
        ({"note": {}, "in": "a"}, "rules[0].in", "belongs into `note`"),
        ({"cohort": "x"}, "rules[0].cohort", "no cohort 'x'"),
        ({"any": []}, "rules[0].any", "no rules"),
        ({"any": [{"age": [1, 2]}], "all": []}, "rules[0].all", "one kind"),
        ({"at_least": 1}, "rules[0].of", "must list"),
        ({"at_least": 2, "of": [{"age": [1, 2]}]}, "rules[0].at_least", "from 0 to 1"),
        ({"any": [{"age": [5, 2]}]}, "rules[0].any[0].age", "turns back"),
        ({"name": "nothing"}, "rules[0]", "asks for nothing"),
        ({"sex": []}, "rules[0].sex", "empty"),
        ({"event": "condition", "having": {"event": "condition", "start": [2, 1]}}, "rules[0].having.start", "turns back"),
        ("x", "rules[0]", "must be an object"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(rule: Any, path: str, why: str) -> None:
    found, message = refused(whole(rule))
    assert (found, why in message) == (path, True), message


@pytest.mark.parametrize(
    ("more", "path", "why"),
    [
        ({"format": "commissure-cohort/2"}, "format", "commissure-cohort/1"),
        ({"entry": None}, "entry", "missing"),
        ({"entry": {"on": "2020-01-01", **ENTRY}}, "entry", "either"),
        ({"entry": {"any": [{"event": "condition", "start": [0, 1]}]}}, "entry.any[0].start", "no field here"),
        ({"entry": {**ENTRY, "observed": [-1, 0]}}, "entry.observed[0]", "whole number"),
        ({"sets": {"a": []}}, "sets.a", "one at least"),
        ({"sets": {"a": [{"code": "1", "exclude": True}]}}, "sets.a", "only excludes"),
        ({"sets": {"a": [{"cod": "1"}]}}, "sets.a[0].cod", "no field"),
        ({"sets": {"a b": ["1"]}}, "sets", "no name"),
        ({"keep": "some"}, "keep", "one of"),
        ({"exit": {"end": "sometime"}}, "exit.end", "start+DAYS"),
        ({"exit": {"end": "start-1"}}, "exit.end", "before it begins"),
        ({"exit": {"end": "observed+1"}}, "exit.end", "write observed"),
        ({"exit": {"end": "end+999999"}}, "exit.end", "200,000 days"),
        ({"exit": {"end": "persistence"}}, "exit.in", "is missing"),
        ({"exit": {"end": "persistence", "in": "c"}}, "exit.in", "no set"),
        ({"exit": {"end": "start+1", "gap": 3}}, "exit.gap", "`persistence` alone"),
        ({"exit": {"collapse": -1}}, "exit.collapse", "whole number"),
        ({"exit": {"dates": ["2020", "2019"]}}, "exit.dates", "turns back"),
        ({"exit": {"censor": [{"event": "death", "in": "a"}]}}, "exit.censor[0].in", "death has none"),
        ({"exit": {"censor": [{"cohort": "x"}]}}, "exit.censor[0].cohort", "no cohort 'x'"),
        ({"rules": {}}, "rules", "must be a list"),
        ({"unknown": 1}, "unknown", "no field"),
    ],
)
def test_the_rest_is_told_by_its_path_too(more: dict[str, Any], path: str, why: str) -> None:
    found, message = refused({**whole(), **more})
    assert (found, why in message) == (path, True), message


def test_cohorts_that_define_themselves_are_refused() -> None:
    def other(*named: str) -> dict[str, Any]:
        return {**whole(*({"cohort": name} for name in named))}

    path, message = refused(whole({"cohort": "x"}, cohorts={"x": other("y"), "y": other("x")}))
    assert (path, message) == ("cohorts.y.rules[0].cohort", "the cohort is defined by itself: x → y → x")
    assert refused(whole(cohorts={"x": other("x")}))[0] == "cohorts.x.rules[0].cohort"
    assert refused(whole(cohorts={"x": {**other(), "cohorts": {}}}))[0] == "cohorts.x.cohorts"
    chain = {f"c{n}": other(f"c{n + 1}", f"c{n + 1}") for n in range(DEEPEST - 2)}
    assert definition_of(whole({"cohort": "c0"}, cohorts={**chain, f"c{DEEPEST - 2}": other()})).cohorts
    longer = {f"c{n}": other(f"c{n + 1}") for n in range(DEEPEST * 3)}
    assert "deeper" in refused(whole(cohorts={**longer, f"c{DEEPEST * 3}": other()}))[1]


def test_cohorts_that_are_kept_elsewhere_are_read_by_their_names() -> None:
    def cohort(name: str, **more: Any) -> dict[str, Any]:
        return whole({"any": [{"event": "condition", "having": {"cohort": name}}]}, exit={"censor": [{"cohort": name}]}, **more)

    kept = {"stroke@2": cohort("own", cohorts={"own": whole({"cohort": "bleed"})}), "bleed": whole(), "self": cohort("self")}
    found = definition_of(cohort("stroke@2", cohorts={"own": whole()}), lambda _, name: kept.get(name))
    assert list(found.cohorts) == ["own", "stroke@2", "stroke@2/own", "bleed"]
    inner = found.cohorts["stroke@2"]
    assert [event.cohort for event in all_events(inner) if event.kind == "cohort"] == ["stroke@2/own"] * 2
    assert inner.cohorts == {}

    def wrong(value: Any) -> tuple[str, str]:
        with pytest.raises(InvalidDefinition) as error:
            definition_of(value, lambda _, name: kept.get(name))
        return error.value.path, error.value.message

    assert wrong(whole({"cohort": "absent"})) == ("rules[0].cohort", "there is no cohort 'absent' in `cohorts`; there are: none")
    assert wrong(whole({"cohort": "self"}))[0] == "cohorts.self.rules[0].any[0].having.cohort"
    kept["broken"] = whole({"event": "conditions"})
    assert wrong(whole({"cohort": "broken"}))[0] == "cohorts.broken.rules[0].event"


def test_what_is_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {"age": [1, 2]}
    for _ in range(DEEPEST + 1):
        deep = {"any": [deep]}
    assert "deeper" in refused(whole(deep))[1]
    having: dict[str, Any] = {"event": "condition"}
    for _ in range(DEEPEST + 1):
        having = {"event": "condition", "having": having}
    assert "deeper" in refused(whole(having))[1]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, b"\xff\xfe", '{"a": 1', "nul"])
def test_what_is_no_json_is_told_without_a_traceback(text: str | bytes) -> None:
    with pytest.raises(InvalidDefinition, match="is no JSON"):
        read_definition(text)


def test_a_set_of_200_000_codes_is_read() -> None:
    many = [{"code": f"http://snomed.info/id/{n}", "descendants": True} for n in range(200_000)]
    found = read_definition(json.dumps({**whole(), "sets": {"a": many}}))
    assert len(found.sets["a"]) == 200_000
