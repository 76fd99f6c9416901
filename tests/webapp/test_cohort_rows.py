"""The sentence of the cohort page: what the address says is what the definition asks, and what the form shows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from cohorts.definition import Criterion
from cohorts.reading import definition_of as read
from webapp.pages.cohort_rows import (
    ASSERTIONS,
    COMPARISONS,
    KINDS,
    SETTINGS,
    SEXES,
    WHEN,
    Row,
    definition_of,
    entering,
    order_of,
    parameters_of,
    path_of,
    rows_of,
)

TODAY = date(2026, 11, 27)
CONCEPT = "https://w3id.org/commissure/concept/snomed/44054006"
OTHER = "https://w3id.org/commissure/concept/snomed/38341003"
ROWS = st.builds(
    Row,
    what=st.sampled_from(sorted(KINDS)),
    concepts=st.lists(st.sampled_from([CONCEPT, OTHER]), max_size=2, unique=True).map(tuple),
    words=st.sampled_from(["", '"chest pain" OR angina', "cough"]),
    absent=st.booleans(),
    assertion=st.sampled_from(sorted(ASSERTIONS)),
    setting=st.sampled_from(["", *SETTINGS]),
    comparison=st.sampled_from(["", *COMPARISONS]),
    number=st.sampled_from(["", "9", "7.5", "many"]),
    unit=st.sampled_from(["", "%"]),
    least=st.sampled_from(["", "1", "3"]),
    when=st.sampled_from(sorted(WHEN)),
    days=st.sampled_from(["", "0", "30"]),
    low=st.sampled_from(["", "18"]),
    high=st.sampled_from(["", "64"]),
    sex=st.sampled_from(["", *SEXES]),
)


def asked(*rows):
    return definition_of(rows, TODAY)


@given(st.lists(ROWS, max_size=6))
def test_an_address_says_what_it_was_made_of_and_can_always_be_counted(rows):
    assert rows_of(MultiDict([(name, str(value)) for name, value in parameters_of(rows)])) == tuple(rows)
    made = read(definition_of(rows, TODAY))
    first = entering(rows)
    assert len(made.rules) == len(order_of(rows))
    assert (made.entry.on is None) is (first >= 0)
    for place, rule in zip(order_of(rows), made.rules, strict=True):
        path = rule.event.path if isinstance(rule, Criterion) else rule.path
        assert place == first or path == path_of(rows, place)
    assert first < 0 or (made.entry.any[0].path, path_of(rows, first)) == ("entry.any[0]", "entry.any[0]")


def test_the_first_that_can_be_had_on_a_day_is_the_one_patients_enter_with():
    made = asked(Row("age", low="50"), Row("condition", (CONCEPT,), absent=True), Row("condition", (OTHER,)))
    assert made["entry"] == {"any": [{"event": "condition", "in": "c3"}], "limit": "first"}
    assert [rule["name"] for rule in made["rules"]] == ["condition 1", "condition 2"]
    assert made["rules"][0]["age"] == [50, None]
    assert made["rules"][1]["count"] == {"eq": 0}
    assert "start" not in made["rules"][1]


def test_without_a_day_all_are_looked_at_today():
    assert asked(Row("sex", sex="female"))["entry"] == {"on": "2026-11-27"}


@pytest.mark.parametrize(
    ("when", "days", "window"),
    [
        ("", "", None),
        ("before", "", [None, -1]),
        ("before", "30", [-30, -1]),
        ("after", "", [1, None]),
        ("after", "365", [1, 365]),
        ("same", "7", [0, 0]),
        ("around", "30", [-30, 30]),
        ("around", "", None),
        ("after", "0", [0, 0]),
    ],
)
def test_windows_count_from_the_day_of_entry(when, days, window):
    rule = asked(Row("condition", (CONCEPT,)), Row("medication", (OTHER,), when=when, days=days))["rules"][0]
    assert rule.get("start") == window


def test_what_is_not_said_whole_is_not_asked_yet():
    made = asked(Row("condition", (CONCEPT,)), Row("medication"), Row("sex"), Row("words"))
    assert made["rules"] == []
    assert asked()["rules"] == []


def test_results_are_compared_and_notes_mean_what_is_asked():
    made = asked(
        Row("observation", (CONCEPT,), comparison="gt", number="9", unit="%"),
        Row("said", (OTHER,), assertion="denied"),
        Row("words", words="cough", assertion="possible"),
        Row("encounter", setting="EMER", least="2"),
    )
    assert made["entry"]["any"][0]["value"] == {"gt": 9.0, "unit": "%"}
    assert made["rules"][0]["note"] == {"in": "c2", "assertion": ["negated"]}
    assert made["rules"][1]["note"]["assertion"] == ["possible", "hypothetical"]
    assert (made["rules"][2]["class"], made["rules"][2]["count"]) == (["EMER"], {"ge": 2})


def test_of_what_nobody_understands_nothing_is_asked():
    address = MultiDict([("1.what", "weather"), ("x.what", "sex"), ("2.what", "age"), ("2.from", "-3"), ("99999.what", "sex")])
    (row,) = rows_of(address)
    assert (row.what, row.low, row.complete) == ("age", "-3", False)
    assert read(definition_of((row,), TODAY)).rules == ()
