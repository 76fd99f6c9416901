"""When members leave: what ends an episode, and which become one, with what lies just within and just without."""

from typing import Any

import pytest

from tests.cohorts.tables import counted, read, table

A = {"any": [{"event": "condition", "in": "a"}]}
DAY = 10_000


def index(day: int | None = 0, length: int = 0) -> dict[str, Any]:
    return charted("condition", "a", day, length)


def charted(kind: str, code: str, day: int | None = 0, length: int = 0, **more: Any) -> dict[str, Any]:
    when = {} if day is None else {"day": DAY + day, "end": DAY + day + length}
    return {"patient": 0, "kind": kind, "codes": code, **when, **more}


def drug(day: int, **more: Any) -> dict[str, Any]:
    return charted("medication", "b", day, **more)


def episodes(*events: dict[str, Any], entry: dict[str, Any] = A, seen: int | None = 100, **leaving: Any) -> list[tuple[int, int]]:
    """First and last day of the episodes of a patient of whom something is charted on day `seen`, as days from DAY."""
    last = [] if seen is None else [charted("procedure", "d", seen)]
    members = counted(table([{}], [*events, *last]), read(entry, exit=leaving)).members
    return [(start - DAY, end - DAY) for start, end in zip(members.days.tolist(), members.ends.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("end", "last"), [("start+0", 0), ("start+30", 30), ("end", 5), ("end+7", 12), ("end-5", 0), ("observed", 100), ("start+500", 100)]
)
def test_an_episode_ends_some_days_after_its_index_event_or_with_what_is_observed(end: str, last: int) -> None:
    assert episodes(index(0, 5), end=end) == [(0, last)]


def test_an_episode_that_would_end_before_it_begins_is_none() -> None:
    assert episodes(index(0, 5), end="end-5") == [(0, 0)]
    assert episodes(index(0, 5), end="end-6") == []
    assert episodes(index(None), index(3), end="end") == [(3, 3)]


def test_what_is_observed_reaches_to_the_index_event_at_least() -> None:
    note = {"any": [{"note": {"in": "a"}}]}
    assert episodes({"patient": 0, "kind": "note", "codes": "a", "day": DAY}, entry=note, seen=-5, end="observed") == [(0, 0)]
    assert episodes(index(0, 9), seen=None, end="start+30") == [(0, 9)]


def test_episodes_that_touch_become_one() -> None:
    for gap, apart in ((0, 10), (0, 11), (4, 14), (4, 15)):
        found = episodes(index(0), index(apart), end="start+10", **({"collapse": gap} if gap else {}))
        assert len(found) == (1 if apart <= 10 + gap else 2), (gap, apart)
    assert episodes(index(0), index(10), index(20), end="start+10") == [(0, 30)]
    assert episodes(index(0, 50), index(10), index(40), end="end") == [(0, 50)]
    two = table([{}, {}], [index(0), {**index(1), "patient": 1}])
    assert counted(two, read(A, exit={"end": "start+10"})).patients == 2


def test_persistence_is_as_long_as_the_supplies_reach_that_cover_the_day() -> None:
    def lasting(*drugs: dict[str, Any], **more: Any) -> list[tuple[int, int]]:
        return episodes(index(0), *drugs, **{"end": "persistence", "in": "b", **more})

    assert lasting(drug(0, supply=30)) == [(0, 30)]
    assert lasting(drug(0, supply=30.9)) == [(0, 30)]
    assert lasting(drug(0, length=9, supply=30)) == [(0, 9)]
    assert lasting(drug(0, length=9)) == [(0, 9)]
    assert lasting(drug(-30, supply=30)) == [(0, 0)]
    assert lasting(drug(-31, supply=30)) == [(0, 100)], "what does not cover the day ends nothing"
    assert lasting(drug(1, supply=30)) == [(0, 100)]
    assert lasting(charted("medication", "c", 0, supply=30)) == [(0, 100)]
    for gap, last in ((4, 30), (5, 65)):
        assert lasting(drug(0, supply=30), drug(35, supply=30), gap=gap) == [(0, last)]
    assert lasting(drug(0, supply=30), drug(10, supply=1)) == [(0, 30)]
    assert lasting(drug(0, supply=30), supply=7) == [(0, 7)]
    assert lasting(drug(0, supply=30), end="persistence+3") == [(0, 33)]
    assert lasting(drug(0, supply=30), end="persistence-3") == [(0, 27)]
    assert lasting(drug(-32, supply=30), end="persistence+3") == [(0, 1)]
    assert lasting(charted("medication", "b", None, supply=30)) == [(0, 100)]


def test_the_first_event_that_censors_on_the_day_or_later_ends_an_episode() -> None:
    def censored(*days: int | None, **more: Any) -> list[tuple[int, int]]:
        others = [charted("condition", "c", day) for day in days]
        return episodes(index(0), *others, end="start+30", censor=[{"event": "condition", "in": "c", **more}])

    assert censored(10, 5) == [(0, 5)]
    assert censored(0) == [(0, 0)]
    assert censored(-1) == [(0, 30)]
    assert censored(31) == [(0, 30)]
    assert censored(None) == [(0, 30)]
    assert censored(5, dates=["1998", None]) == [(0, 30)]
    assert censored(-3, 5, first=True) == [(0, 30)]


def test_episodes_are_cut_to_calendar_dates() -> None:
    for dates, span in (
        (["1997-05-20", "1997-05-22"], [(1, 3)]),
        ([None, "1997-05-19"], [(0, 0)]),
        ([None, "1997-05-18"], []),
        (["1997-05-24", None], [(5, 5)]),
        (["1997-05-25", None], []),
        (["1997-05", "1997-05"], [(0, 5)]),
    ):
        assert episodes(index(0), end="start+5", dates=dates) == span, dates


def test_the_last_step_counts_patients_and_episodes() -> None:
    found = counted(table([{}], [index(0), index(1), index(None), index(90)]), read(A, exit={"end": "start+5"}))
    assert [(step.rule, step.patients, step.events) for step in found.steps] == [("entry", 1, 4), ("episodes", 1, 2)]
    assert (found.patients, found.events) == (1, 2)


def test_another_cohort_with_an_exit_is_its_episodes() -> None:
    inner = {"format": "commissure-cohort/1", "sets": {"b": ["b"]}, "entry": {"any": [{"event": "condition", "in": "b"}]}}
    ended = {**inner, "exit": {"end": "start+10", "dates": ["1997-05-20", None]}}
    found = table([{}], [index(0), charted("condition", "b", 0), charted("condition", "b", 5), charted("procedure", "d", 100)])
    for rule, passes in (
        ({"start": [1, 1]}, True),
        ({"start": [0, 0]}, False),
        ({"end": [15, 15]}, True),
        ({"end": [None, 14]}, False),
        ({"count": {"eq": 1}}, True),
    ):
        assert (counted(found, read(A, {"cohort": "other", **rule}, cohorts={"other": ended})).patients == 1) is passes, rule


def test_what_is_observed_reaches_to_the_end_of_an_episode_that_is_entered_with() -> None:
    notes = [{"patient": 0, "kind": "note", "codes": "a", "day": DAY + day} for day in (0, 5)]
    inner = {"format": "commissure-cohort/1", "entry": {"any": [{"note": {}}]}, "exit": {"end": "start+0", "collapse": 5}}
    outer = read({"any": [{"cohort": "other"}]}, cohorts={"other": inner}, exit={"end": "end"})
    members = counted(table([{}], [*notes, charted("procedure", "d", -5)]), outer).members
    assert (members.days.tolist(), members.ends.tolist()) == ([DAY], [DAY + 5])
