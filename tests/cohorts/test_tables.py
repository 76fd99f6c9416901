"""Statistics of 2 × 2 tables, against the libraries' own words for one table, and against tables whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from cohorts.tables import Tables, adjusted_odds, discoveries, exact_odds


def one(a, b, c, d):
    return Tables.of(np.array([a]), np.array([a + b]), np.array([a + c]), np.array([a + b + c + d]))


def test_what_four_counts_say():
    table = one(10, 10, 20, 60)
    assert table.everyone.tolist() == [100]
    assert table.expected.tolist() == [6.0]
    assert table.lift.tolist() == [pytest.approx(10 / 6)]
    assert table.odds_ratio.tolist() == [3.0]
    assert table.phi.tolist() == [pytest.approx((600 - 200) / math.sqrt(20 * 80 * 30 * 70))]


@given(*[st.integers(0, 40)] * 4)
def test_chance_is_that_of_fisher(a, b, c, d):
    assert one(a, b, c, d).chance()[0] == pytest.approx(fisher_exact([[a, b], [c, d]], "greater").pvalue, abs=1e-9)


def test_what_cannot_be_said_is_no_number():
    nobody = one(0, 0, 0, 50)
    assert nobody.expected.tolist() == [0.0]
    assert np.isnan([nobody.lift[0], nobody.phi[0], nobody.odds_ratio[0]]).all()
    assert exact_odds(0, 0, 3, 5) is None
    assert one(5, 0, 0, 95).odds_ratio.tolist() == [math.inf]


@pytest.mark.parametrize(("both", "first", "second", "everyone"), [(5, 4, 9, 20), (5, 9, 4, 20), (5, 15, 15, 20), (-1, 5, 5, 20)])
def test_counts_that_cannot_be_are_refused(both, first, second, everyone):
    with pytest.raises(ValueError, match="more have"):
        Tables.of(np.array([both]), np.array([first]), np.array([second]), everyone)


def test_an_exact_interval_of_a_table_with_an_empty_cell_has_a_lower_end():
    found = exact_odds(5, 0, 0, 95)
    assert (found.estimate, found.high) == (math.inf, math.inf)
    assert 40 < found.low < 60
    usual = exact_odds(10, 10, 20, 60)
    assert usual.low < usual.estimate < usual.high
    assert usual.low < 1, "ten where six are expected may be chance"


def test_what_age_alone_brings_together_is_no_odds():
    # In each age the two have nothing to do with each other; both are commoner in the old.
    young, old = [[10, 20], [30, 60]], [[90, 10], [180, 20]]
    crude = one(100, 30, 210, 80)
    assert crude.odds_ratio[0] == pytest.approx(100 * 80 / (30 * 210))
    found = adjusted_odds(np.array([young, old]))
    assert found.estimate == pytest.approx(1.0)
    assert found.low < 1 < found.high


def test_strata_that_say_nothing_are_left_out():
    telling = [[10, 10], [20, 60]]
    empty = [[0, 0], [5, 9]]
    assert adjusted_odds(np.array([telling, empty])).estimate == pytest.approx(3.0)
    assert adjusted_odds(np.array([empty])) is None
    assert adjusted_odds(np.array([[[5, 0], [0, 9]]])).estimate == math.inf


def test_many_pairs_are_told_with_their_false_discoveries():
    assert discoveries(np.array([0.01, 0.02, 0.03, 0.5])).tolist() == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert len(discoveries(np.array([]))) == 0
