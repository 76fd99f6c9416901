"""Two groups side by side, against figures worked out by hand."""

import math

import numpy as np
import pytest

from cohorts.comparison import measure, shares, shares_of, standardised, strata_of, with_odds
from cohorts.cooccurrence import NO_DAY, Occurrences


def masks(*members):
    return [np.isin(np.arange(10), list(each)) for each in members]


def test_what_one_group_has_more_often_leads():
    records = [(subject, 0) for subject in range(5)] + [(subject, 1) for subject in (0, 5)] + [(subject, 2) for subject in range(10)]
    subjects, things = (np.array(column) for column in zip(*records, strict=True))
    found = Occurrences.of(subjects, things, np.full(len(records), NO_DAY), 10)
    first, second = masks(range(5), range(5, 10))
    told = shares(found, first, second)
    assert [(share.thing, share.first, share.second) for share in told] == [(0, 5, 0), (2, 5, 5), (1, 1, 1)]
    assert told[0].difference == math.inf
    assert [share.difference for share in told[1:]] == [0.0, 0.0]
    assert [share.thing for share in shares(found, first, second, least=3)] == [0, 2]


def test_who_is_in_both_groups_cannot_be_compared():
    found = Occurrences.of(np.array([0]), np.array([0]), np.array([1]), 10)
    with pytest.raises(ValueError, match="overlap"):
        shares(found, *masks({0, 1}, {1, 2}))


def test_a_standardised_difference_of_shares():
    difference = standardised(np.array([30]), 100, np.array([20]), 100)[0]
    assert difference == pytest.approx(0.1 / math.sqrt((0.3 * 0.7 + 0.2 * 0.8) / 2))
    (share,) = shares_of(np.array([7]), np.array([30]), 100, np.array([20]), 100)
    odds = with_odds(share).odds
    assert odds.low < odds.estimate < odds.high
    assert odds.estimate == pytest.approx(30 * 80 / (70 * 20), rel=0.02)


def test_of_nobody_nothing_is_said():
    (share,) = shares_of(np.array([7]), np.array([3]), 5, np.array([0]), 0)
    assert (share.difference, with_odds(share).odds) == (None, None)


def test_numbers_are_spread():
    numbers = np.array([40, 50, 60, np.nan, np.nan, 60, 70, 80, np.nan, 1e9])
    found = measure("age", numbers, *masks(range(5), range(5, 9)))
    assert (found.first.patients, found.first.mean, found.first.deviation) == (3, 50, 10)
    assert (found.first.low, found.first.median, found.first.high) == (45, 50, 55)
    assert (found.second.patients, found.second.mean) == (3, 70)
    assert found.difference == pytest.approx(-2)
    alike = measure("age", np.full(10, 50.0), *masks(range(5), range(5, 9)))
    assert alike.difference == 0
    assert measure("age", np.full(10, np.nan), *masks(range(5), range(5, 9))).first is None


def test_strata_are_of_like_age_and_sex():
    assert strata_of([31, 39, 40, None, 35, 30], ["female", "female", "female", "female", "", "male"]).tolist() == [0, 0, 2, -1, -1, 1]
