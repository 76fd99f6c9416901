"""Each rule of counting, with what lies just within it and just without."""

from typing import Any

import pytest

from cohorts.errors import InvalidDefinition
from cohorts.results import Counted
from search.days import days_of
from tests.cohorts.tables import counted, read, table

A = {"any": [{"event": "condition", "in": "a"}]}
DAY = 10_000


def events(*rows: dict[str, Any], people: int = 1, **person: Any) -> Any:
    """A table in which everybody has an index event `a` on DAY, and what is given of the first."""
    index = [{"patient": each, "kind": "condition", "codes": "a", "day": DAY, "encounter": 1} for each in range(people)]
    return table([person] * people, [*index, *({"patient": 0, "kind": "condition", "codes": "b", **row} for row in rows)])


def met(found: Counted) -> bool:
    return found.patients == 1


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ([0, 365], {-1: False, 0: True, 365: True, 366: False}),
        ([-365, -1], {-366: False, -365: True, -1: True, 0: False}),
        ([None, 0], {-9000: True, 0: True, 1: False}),
        ([1, None], {0: False, 1: True, 9000: True}),
        ([30, 30], {29: False, 30: True, 31: False}),
    ],
)
def test_a_window_holds_both_of_its_ends(window: list[int | None], days: dict[int, bool]) -> None:
    for key in ("start", "end"):
        rule = {"event": "condition", "in": "b", key: window}
        assert {day: met(counted(events({"day": DAY + day}), read(A, rule))) for day in days} == days


def test_the_end_of_an_event_is_asked_for_by_itself() -> None:
    rule = {"event": "condition", "in": "b", "end": [10, None]}
    assert {end: met(counted(events({"day": DAY, "end": DAY + end}), read(A, rule))) for end in (9, 10)} == {9: False, 10: True}
    both = {"event": "condition", "in": "b", "start": [0, 0], "end": [10, 10]}
    starts = {day: met(counted(events({"day": DAY + day, "end": DAY + 10}), read(A, both))) for day in (-1, 0, 1)}
    assert starts == {-1: False, 0: True, 1: False}


def test_a_window_counts_from_the_end_of_the_index_event_where_it_says_so() -> None:
    stay = [{"patient": 0, "kind": "encounter", "codes": "a", "day": DAY, "end": DAY + 5}]
    entry = {"any": [{"event": "encounter", "in": "a"}]}

    def within(day: int, since: str) -> bool:
        found = table([{}], [*stay, {"patient": 0, "kind": "condition", "codes": "b", "day": DAY + day}])
        return met(counted(found, read(entry, {"event": "condition", "in": "b", "start": [0, 3], "from": since})))

    assert [within(day, "end") for day in (4, 5, 8, 9)] == [False, True, True, False]
    assert [within(day, "start") for day in (-1, 0, 3, 4)] == [False, True, True, False]


def test_without_a_window_an_event_counts_whenever_it_was_even_without_a_date() -> None:
    rule = {"event": "condition", "in": "b"}
    assert met(counted(events({"day": None}), read(A, rule)))
    for window in ([None, 0], [0, None], [-9000, 9000]):
        assert not met(counted(events({"day": None}), read(A, {**rule, "start": window})))
        assert not met(counted(events({"day": None}), read(A, {**rule, "end": window})))
    assert met(counted(events({"day": None}), read(A, {**rule, "start": [None, None]})))


def test_from_an_index_event_without_a_date_no_window_is_met_not_even_by_nothing() -> None:
    undated = table([{}], [{"patient": 0, "kind": "condition", "codes": "a"}])
    assert met(counted(undated, read(A)))
    none = {"event": "condition", "in": "b", "count": {"eq": 0}}
    assert met(counted(undated, read(A, none)))
    assert not met(counted(undated, read(A, {**none, "start": [None, 0]})))
    assert not met(counted(undated, read(A, {**none, "end": [None, 0]})))


@pytest.mark.parametrize(
    ("count", "numbers"),
    [
        ({"ge": 2}, {1: False, 2: True, 3: True}),
        ({"le": 2}, {0: True, 2: True, 3: False}),
        ({"eq": 2}, {1: False, 2: True, 3: False}),
        ({"eq": 0}, {0: True, 1: False}),
        ({"ge": 1, "le": 2}, {0: False, 1: True, 2: True, 3: False}),
    ],
)
def test_counts_hold_their_bounds(count: dict[str, int], numbers: dict[int, bool]) -> None:
    for window in ({}, {"start": [0, None]}, {"end": [0, None]}):
        rule = {"event": "condition", "in": "b", "count": count, **window}
        assert {n: met(counted(events(*({"day": DAY + day} for day in range(n))), read(A, rule))) for n in numbers} == numbers


def test_what_is_distinct_is_counted_once() -> None:
    rows = (
        {"day": DAY, "codes": ("b", "c"), "encounter": 1},
        {"day": DAY, "codes": ("b",), "encounter": 1},
        {"day": DAY + 1, "codes": ("b",)},
        {"day": None, "codes": ("b",), "encounter": 2},
    )
    sets = {"a": ["a"], "b": ["b", "c"]}
    for distinct, number in (("record", 4), ("day", 2), ("concept", 2), ("encounter", 2)):
        for wanted in (number - 1, number, number + 1):
            rule = {"event": "condition", "in": "b", "count": {"eq": wanted, "distinct": distinct}}
            assert met(counted(events(*rows), read(A, rule, sets=sets))) == (wanted == number), (distinct, wanted)


def test_what_has_no_date_is_on_no_day_within_the_same_encounter_too() -> None:
    rows = ({"day": DAY, "encounter": 1}, {"day": None, "encounter": 1})
    for wanted in (1, 2):
        rule = {"event": "condition", "in": "b", "same_encounter": True, "count": {"eq": wanted, "distinct": "day"}}
        assert met(counted(events(*rows), read(A, rule))) == (wanted == 1)


def test_two_codings_of_a_record_are_one_event_of_the_entry_too() -> None:
    found = table([{}], [{"patient": 0, "kind": "condition", "codes": ("a", "b"), "day": DAY}])
    entry = {"any": [{"event": "condition", "in": "a"}, {"event": "condition", "in": "b"}, {"event": "condition"}]}
    assert counted(found, read(entry)).events == 1


def test_the_same_encounter_is_one_that_both_are_told_to_belong_to() -> None:
    rule = {"event": "condition", "in": "b", "same_encounter": True}
    assert met(counted(events({"day": DAY, "encounter": 1}), read(A, rule)))
    assert not met(counted(events({"day": DAY, "encounter": 2}), read(A, rule)))
    nowhere = table([{}], [{"patient": 0, "kind": "condition", "codes": code, "day": DAY} for code in "ab"])
    assert not met(counted(nowhere, read(A, rule)))


def test_first_is_the_first_day_in_the_history_and_only_then_all_else_is_asked() -> None:
    found = table(
        [{"born": DAY - 40 * 365}],
        [{"patient": 0, "kind": "observation", "codes": "a", "day": day, "number": number} for day, number in ((DAY, 5), (DAY + 9, 7))],
    )
    first = {"event": "observation", "in": "a", "first": True}
    assert counted(found, read({"any": [first]})).members.days.tolist() == [DAY]
    assert counted(found, read({"any": [{**first, "value": {"gt": 6}}]})).patients == 0
    assert counted(found, read({"any": [{"event": "observation", "in": "a", "value": {"gt": 6}}]})).members.days.tolist() == [DAY + 9]
    undated = table([{}], [{"patient": 0, "kind": "condition", "codes": "a", "day": day} for day in (None, DAY)])
    assert counted(undated, read({"any": [{"event": "condition", "in": "a", "first": True}]})).members.days.tolist() == [DAY]


def test_pick_chooses_within_the_window_before_the_value_is_asked() -> None:
    rows = [{"kind": "observation", "day": DAY + day, "number": number} for day, number in ((-9, 7), (-3, 5), (-3, 7), (0, 5), (2, 7))]
    last = {"event": "observation", "in": "b", "pick": "last", "value": {"gt": 6}}
    for window, passes in (([-9, -9], True), ([-9, -3], True), ([-9, 0], False), ([-9, 2], True), ([3, 4], False)):
        assert met(counted(events(*rows), read(A, {**last, "start": window}))) is passes, window
        assert met(counted(events(*rows), read(A, {**last, "start": window, "end": window}))) is passes, window
    assert met(counted(events(*rows), read(A, {**last, "pick": "first", "start": [-3, 2]})))
    assert not met(counted(events(*rows), read(A, {**last, "pick": "first", "start": [0, 2]})))


def test_limits_take_one_index_event_of_each_patient() -> None:
    rows = [{"patient": 0, "kind": "condition", "codes": "a", "day": day} for day in (None, DAY, DAY, DAY + 5)]
    found = table([{}], rows)
    assert counted(found, read(A)).events == 4
    assert counted(found, read({**A, "limit": "first"})).members.days.tolist() == [DAY]
    assert counted(found, read({**A, "limit": "last"})).members.days.tolist() == [DAY + 5]
    after = {"dates": ["1997-05-20", None]}
    assert days_of("1997-05-20").first == DAY + 1  # type: ignore[union-attr]
    assert counted(found, read({**A, "limit": "first"}, after)).patients == 0
    kept = counted(found, read(A, after, keep="first"))
    assert (kept.members.days.tolist(), kept.steps[-1].rule) == ([DAY + 5], "the first of each patient")


def test_observation_must_reach_as_far() -> None:
    seen = events({"day": DAY - 100}, {"day": DAY + 10, "end": DAY + 20})
    for observed, within in (([100, 20], True), ([101, 20], False), ([100, 21], False)):
        assert met(counted(seen, read({**A, "observed": observed}))) is within


def test_ages_are_completed_years_on_the_day() -> None:
    born, birthday = days_of("1980-02-29"), days_of("1998-03-01")
    assert born is not None and birthday is not None
    for day, age in ((birthday.first - 1, 17), (birthday.first, 18)):
        found = table([{"born": born.first}], [{"patient": 0, "kind": "condition", "codes": "a", "day": day}])
        assert met(counted(found, read(A, {"age": [age, age]})))
        assert not met(counted(found, read(A, {"age": [age + 1, None]})))
        assert not met(counted(found, read(A, {"age": [None, age - 1]})))
        assert met(counted(found, read({"any": [{"event": "condition", "in": "a", "age": [age, age]}]})))
    assert not met(counted(events(), read(A, {"age": [0, None]})))
    assert not met(counted(events(born=DAY + 1), read(A, {"age": [0, None]})))


def test_a_year_is_completed_on_the_birthday() -> None:
    born = days_of("1980-05-19")
    assert born is not None
    found = table([{"born": born.first}], [{"patient": 0, "kind": "condition", "codes": "a", "day": day} for day in (DAY - 1, DAY)])
    assert counted(found, read(A, {"age": [17, 17]})).members.days.tolist() == [DAY]
    assert counted(found, read(A, {"age": [16, 16]})).members.days.tolist() == [DAY - 1]


def test_sexes_dates_statuses_and_settings_are_asked_of_events() -> None:
    assert met(counted(events(sex="female"), read(A, {"sex": ["Female"]})))
    assert not met(counted(events(sex="male"), read(A, {"sex": ["female"]})))
    assert not met(counted(events(), read(A, {"sex": ["female"]})))
    day_after, day_before = ["1997-05-20", None], [None, "1997-05-18"]
    for dates, within in ((["1997-05-19", "1997-05-19"], True), (day_after, False), (day_before, False), (["1997", "1997-05"], True)):
        assert met(counted(events(), read(A, {"dates": dates}))) is within
    assert met(counted(events({"day": DAY, "status": "active"}), read(A, {"event": "condition", "in": "b", "status": ["active"]})))
    assert not met(counted(events({"day": DAY, "status": "stopped"}), read(A, {"event": "condition", "in": "b", "status": ["active"]})))
    visit = {"day": DAY, "kind": "encounter", "setting": "EMER"}
    assert met(counted(events(visit), read(A, {"event": "encounter", "class": ["IMP", "emer"]})))
    assert not met(counted(events(visit), read(A, {"event": "encounter", "class": ["IMP"]})))
    assert not met(counted(events(visit), read(A, {"event": "encounter", "class": ["nowhere"]})))


@pytest.mark.parametrize(
    ("value", "result", "passes"),
    [
        ({"gt": 5}, {"number": 5}, False),
        ({"gt": 5}, {"number": 5.1}, True),
        ({"ge": 5}, {"number": 5}, True),
        ({"ge": 5}, {"number": 4.9}, False),
        ({"lt": 5}, {"number": 5}, False),
        ({"lt": 5}, {"number": 4.9}, True),
        ({"le": 5}, {"number": 5}, True),
        ({"le": 5}, {"number": 5.1}, False),
        ({"eq": 5}, {"number": 5}, True),
        ({"eq": 5}, {"number": 5.1}, False),
        ({"lt": 5}, {"number": 5, "comparator": "<"}, True),
        ({"lt": 5}, {"number": 5, "comparator": "<="}, False),
        ({"le": 5}, {"number": 5, "comparator": "<="}, True),
        ({"lt": 4}, {"number": 5, "comparator": "<"}, False),
        ({"gt": 5}, {"number": 5, "comparator": ">"}, True),
        ({"gt": 5}, {"number": 5, "comparator": ">="}, False),
        ({"eq": 5}, {"number": 5, "comparator": "<"}, False),
        ({"gt": 1.5, "unit": "g/L"}, {"number": 180, "unit": "mg/dL"}, True),
        ({"gt": 1.8, "unit": "g/L"}, {"number": 180, "unit": "mg/dL"}, False),
        ({"gt": 1.5, "unit": "g/L"}, {"number": 180, "unit": "mmol/L"}, False),
        ({"gt": 1.5, "unit": "g/L"}, {"number": 180}, False),
        ({"gt": 150}, {"number": 180, "unit": "mg/dL"}, True),
        ({"gt": 0}, {"answer": "http://x/yes"}, False),
    ],
)
def test_values_are_sure(value: dict[str, Any], result: dict[str, Any], passes: bool) -> None:
    rule = {"event": "observation", "in": "b", "value": value}
    assert met(counted(events({"day": DAY, "kind": "observation", **result}), read(A, rule))) is passes


def test_coded_results_are_asked_for_by_a_set() -> None:
    rule = {"event": "observation", "in": "b", "value_in": "c"}
    for answer, passes in (("c", True), ("x c", True), ("d", False)):
        assert met(counted(events({"day": DAY, "kind": "observation", "answer": answer}), read(A, rule))) is passes
    assert not met(counted(events({"day": DAY, "kind": "observation"}), read(A, rule)))


def test_notes_mean_a_concept_in_the_ways_that_are_asked_for() -> None:
    for assertion in ("affirmed", "negated", "family", "possible"):
        found = events({"day": DAY, "kind": "note", "codes": "b", "assertion": assertion, "document": 7})
        denied = assertion in ("negated", "family")
        assert met(counted(found, read(A, {"note": {"in": "b"}}))) is (assertion == "affirmed")
        assert met(counted(found, read(A, {"note": {"in": "b", "assertion": ["negated", "family"]}}))) is denied
        assert met(counted(found, read(A, {"note": {}, "count": {"eq": 1}})))
        said = read(A, {"note": {"text": "pain"}})
        assert met(counted(found, said, {"rules[0]": [7]}))
        assert not met(counted(found, said, {"rules[0]": [6]}))


def test_having_is_seen_from_the_event_that_has_it() -> None:
    visits = [{"day": DAY + day, "kind": "encounter", "setting": "EMER"} for day in (40, 69, 71)]
    again = {"event": "encounter", "class": ["EMER"]}
    for gap, passes in ((30, True), (31, True), (32, False)):
        rule = {**again, "start": [0, None], "having": {**again, "start": [gap, None]}}
        assert met(counted(events(*visits), read(A, rule))) is passes


def test_groups_count_the_rules_that_are_met() -> None:
    rules = [{"event": "condition", "in": code} for code in "bcd"]
    found = events({"day": DAY, "codes": ("b",)}, {"day": DAY, "codes": ("c",)})
    for group, passes in (
        ({"any": rules}, True),
        ({"any": rules[2:]}, False),
        ({"all": rules}, False),
        ({"all": rules[:2]}, True),
        ({"at_least": 2, "of": rules}, True),
        ({"at_least": 3, "of": rules}, False),
        ({"at_most": 2, "of": rules}, True),
        ({"at_most": 1, "of": rules}, False),
        ({"at_most": 0, "of": rules[2:]}, True),
        ({"all": [{"any": rules[1:]}, {"at_most": 0, "of": [rules[2]]}]}, True),
    ):
        assert met(counted(found, read(A, group))) is passes, group


def test_another_cohort_is_its_index_events() -> None:
    inner = {"format": "commissure-cohort/1", "sets": {"b": ["b"]}, "entry": {"any": [{"event": "condition", "in": "b"}]}}
    old = {**inner, "rules": [{"dates": [None, "1997-05-10"]}]}
    found = events({"day": DAY + 30})
    for cohort, window, passes in ((inner, [30, 30], True), (inner, [31, None], False), (old, [None, None], False)):
        rule = {"cohort": "other", "start": window}
        assert met(counted(found, read(A, rule, cohorts={"other": cohort}))) is passes
        assert met(counted(found, read(A, {**rule, "count": {"eq": 0}}, cohorts={"other": cohort}))) is not passes


def test_only_named_datasets_are_looked_at() -> None:
    people = [{"dataset": "one"}, {"dataset": "two"}]
    rows = [{"patient": each, "kind": "condition", "codes": "a", "day": DAY, "dataset": name} for each, name in enumerate(("one", "two"))]
    found = table(people, rows)
    assert counted(found, read(A)).members.patients.tolist() == [0, 1]
    assert counted(found, read(A, datasets=["two"])).members.patients.tolist() == [1]
    assert counted(found, read({"on": "2000-01-01"}, datasets=["two"])).members.patients.tolist() == [1]


def test_everybody_whom_a_record_describes_is_looked_at_on_a_day() -> None:
    found = table([{}, {"described": 0}], [{"patient": 1, "kind": "condition", "codes": "a", "day": DAY}])
    on = counted(found, read({"on": "1997-05-19"}))
    assert (on.members.patients.tolist(), on.members.days.tolist()) == ([0], [DAY])


def test_deaths_are_events_on_their_day_or_on_none() -> None:
    for died, passes in ((DAY + 10, True), (DAY + 11, False), (None, False)):
        person = {"died": died} if died is not None else {}
        found = table([person], [{"patient": 0, "kind": "condition", "codes": "a", "day": DAY}])
        assert met(counted(found, read(A, {"event": "death", "start": [0, 10]}))) is passes


def test_attrition_counts_patients_and_events_that_meet_all_rules_so_far() -> None:
    rows = [
        {"patient": who, "kind": "condition", "codes": code, "day": DAY + day}
        for who, code, day in ((0, "a", 0), (0, "a", 9), (0, "b", 9), (1, "a", 0), (1, "c", 0), (2, "a", 0))
    ]
    found = counted(
        table([{}] * 3, rows), read(A, {"event": "condition", "in": "b", "start": [0, 0]}, {"name": "c", "event": "condition", "in": "c"})
    )
    assert [(step.rule, step.patients, step.events) for step in found.steps] == [("entry", 3, 4), ("1. condition b", 1, 1), ("c", 0, 0)]
    assert (found.patients, found.events) == (0, 0)


def test_nothing_is_counted_where_there_is_nothing() -> None:
    empty = table([], [])
    for rule in (
        {"event": "condition", "in": "b", "start": [0, 1]},
        {"event": "condition", "in": "b", "end": [0, 1], "pick": "last"},
        {"age": [1, 2]},
    ):
        assert counted(empty, read(A, rule)).patients == 0
    with pytest.raises(InvalidDefinition):
        read({"any": []})
