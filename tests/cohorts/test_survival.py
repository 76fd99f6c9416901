"""Curves and tests of survival, against numbers worked out by hand and by statsmodels itself."""

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from cohorts.survival import Followed, curve, free_after, log_rank


def followed(*days: int) -> Followed:
    """Patients by their days; a day below 0 is censored."""
    return Followed(np.abs(np.asarray(days, dtype=np.int64)), np.asarray(days) >= 0)


REMISSION = followed(6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35)
PLACEBO = followed(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
"""Weeks of remission with 6-mercaptopurine and with a placebo (Freireich 1963), as textbooks work them out."""


def test_the_curve_is_the_one_of_the_textbook() -> None:
    points = curve(REMISSION)
    assert [(point.day, point.at_risk, point.events) for point in points] == [
        (6, 21, 3),
        (7, 17, 1),
        (10, 15, 1),
        (13, 12, 1),
        (16, 11, 1),
        (22, 7, 1),
        (23, 6, 1),
    ]
    assert [round(point.free, 3) for point in points] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [free_after(points, day) for day in (0, 6, 9)] == [1.0, points[0].free, points[1].free]
    low, high = points[0].low, points[0].high
    assert low is not None and high is not None and (round(low, 3), round(high, 3)) == (0.620, 0.952)


def test_the_log_rank_test_is_the_one_of_the_textbook() -> None:
    found = log_rank(REMISSION, PLACEBO)
    assert found is not None and round(found.statistic, 2) == 16.79 and found.chance < 0.0001


def test_both_are_what_the_library_says_called_directly() -> None:
    chance = np.random.default_rng(5)
    one, other = (Followed(chance.integers(0, 40, 60), chance.random(60) < 0.4) for _ in range(2))
    direct = SurvfuncRight(one.days, one.happened.astype(int))
    assert [point.free for point in curve(one)] == pytest.approx(direct.surv_prob[direct.n_events > 0].tolist())
    groups, happened = np.repeat([0, 1], 60), np.concatenate([one.happened, other.happened]).astype(int)
    statistic, probability = survdiff(np.concatenate([one.days, other.days]), happened, groups)
    found = log_rank(one, other)
    assert found is not None and (found.statistic, found.chance) == pytest.approx((statistic, probability))


def test_where_nothing_happened_or_nobody_is_there_nothing_is_told() -> None:
    nobody, censored = followed(), followed(-3, -4)
    assert curve(nobody) == curve(censored) == ()
    assert log_rank(nobody, REMISSION) is None and log_rank(censored, censored) is None
    assert log_rank(followed(5), followed(-1)) is None or math.isfinite(log_rank(followed(5), followed(-1)).statistic)  # type: ignore[union-attr]


def test_who_is_at_risk_is_still_followed_on_that_day() -> None:
    assert [REMISSION.at_risk(day) for day in (0, 6, 7, 36)] == [21, 21, 17, 0]
    assert [REMISSION.had(day) for day in (5, 6, 23, 99)] == [0, 3, 9, 9]


def test_when_all_had_it_the_share_has_no_interval() -> None:
    last = curve(PLACEBO)[-1]
    assert (last.free, last.low, last.high) == (0.0, None, None)
