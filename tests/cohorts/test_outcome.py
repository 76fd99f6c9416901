"""Who is followed for how long, by hand."""

import numpy as np

from cohorts.events import NO_DAY
from cohorts.outcome import course
from cohorts.results import Counted, Members
from tests.cohorts.tables import table


def counted(*rows: tuple[int, int, int]) -> Counted:
    """A cohort of (patient, day, end)."""
    patients, days, ends = (np.asarray([row[place] for row in rows], dtype=np.int32) for place in range(3))
    return Counted((), Members(patients, np.arange(len(rows), dtype=np.int32), days, ends))


def test_follow_up_ends_with_the_event_death_leaving_or_what_is_charted() -> None:
    people = [{}, {}, {"died": 50}, {"died": 30}, {}, {}, {}]
    events = table(people, [{"patient": code, "kind": "condition", "codes": ["a"], "day": 100} for code in range(7)])
    group = counted((0, 10, 60), (0, 5, 60), (1, 10, 60), (2, 10, 60), (3, 10, 60), (4, 10, 60), (5, 10, 60), (6, NO_DAY, NO_DAY))
    outcome = counted((0, 40, 40), (2, 70, 70), (3, 30, 30), (4, 10, 10), (5, 80, 80))
    everybody = np.ones(7, dtype=np.bool_)
    found = course(events, group, everybody, False, outcome)
    # 0 by the event from its first day, 1 with the last charted day, 2 with death before it, 3 on the day of death, 4 had it at once.
    assert (found.undated, found.before) == (1, 1)
    assert found.followed.days.tolist() == [35, 90, 40, 20, 70]
    assert found.followed.happened.tolist() == [True, False, False, True, True]
    leaving = course(events, group, everybody, True, outcome)
    assert leaving.followed.days.tolist() == [35, 50, 40, 20, 50]
    assert leaving.followed.happened.tolist() == [True, False, False, True, False]
    women = np.asarray([code != 4 and code != 0 for code in range(7)])
    assert (course(events, group, women, False, outcome).before, len(course(events, group, women, False, outcome).followed)) == (0, 4)


def test_an_outcome_without_a_day_is_none() -> None:
    events = table([{}], [{"patient": 0, "kind": "condition", "codes": ["a"], "day": 100}])
    found = course(events, counted((0, 10, 10)), np.ones(1, dtype=np.bool_), False, counted((0, NO_DAY, NO_DAY)))
    assert (found.followed.days.tolist(), found.followed.happened.tolist()) == ([90], [False])
