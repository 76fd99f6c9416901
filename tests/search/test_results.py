"""Results that are asked for: what is bounded is never taken for more than it says, and units are those of one kind."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import InvalidRequest
from search.questions.results import COMPARATORS, PATTERN, Bound, asked_result, compared, fits, written_bound

NUMBERS = st.decimals(-1000, 1000, places=2).map(Fraction)
RANGES = st.tuples(NUMBERS, NUMBERS).map(lambda ends: Bound(min(ends), max(ends)))
BOUNDS = st.builds(compared, st.sampled_from(COMPARATORS), NUMBERS) | RANGES
CONCEPT = "https://loinc.org/rdf/4548-4"


def within(bound: Bound, number: Fraction) -> bool:
    """By the plain meaning of its ends."""
    low = bound.low is None or (number > bound.low if bound.above else number >= bound.low)
    high = bound.high is None or (number < bound.high if bound.below else number <= bound.high)
    return low and high


@given(BOUNDS, NUMBERS)
def test_a_number_fits_what_it_lies_within(asked: Bound, number: Fraction) -> None:
    assert fits(asked, compared("", number)) == within(asked, number)


@given(BOUNDS, BOUNDS, NUMBERS)
def test_what_may_be_anything_that_is_not_asked_does_not_fit(asked: Bound, value: Bound, number: Fraction) -> None:
    if fits(asked, value) and within(value, number):
        assert within(asked, number)


@given(BOUNDS, BOUNDS, BOUNDS)
def test_fitting_is_an_order(one: Bound, two: Bound, three: Bound) -> None:
    assert fits(one, one)
    if fits(one, two) and fits(two, three):
        assert fits(one, three)
    if fits(one, two) and fits(two, one):
        assert one.floats() == two.floats()


@pytest.mark.parametrize(
    ("asked", "value", "expected"),
    [
        (">4", "<5", False),
        (">4", ">5", True),
        (">4", ">4", True),
        (">4", ">=4", False),
        (">=4", ">4", True),
        ("<6", "<5", True),
        ("<5", "<5", True),
        ("<5", "<=5", False),
        ("<4", "<5", False),
        ("5", "<=5", False),
        ("5", "5", True),
        ("=9.2", "9.2", True),
        (">9", "9", False),
        ("7..9", "8", True),
        ("7..9", "7-9", True),
        ("7..9", "8-10", False),
        ("9..7", "7", True),
        (">30", "35-40", True),
        (">36", "35-40", False),
        (">9", "9,2", True),
        (">140", "150/90", True),
        (">160", "150/90", False),
        ("<100", "150/90", False),
        (">=7", "8/10", True),
        (">1000", "1,200", True),
        ("<1000", "1,200", False),
    ],
)
def test_what_is_asked_and_what_is_written(asked: str, value: str, expected: bool) -> None:
    bound = written_bound(value)
    assert bound is not None
    assert fits(asked_result(f"{CONCEPT}|{asked}|%").bound, bound) is expected


@pytest.mark.parametrize("value", ["150/", "150/90/60", "/90", "", "high", "<", "5-", ">5-7", "1.2.3", "-", "²"])
def test_what_is_no_single_value(value: str) -> None:
    assert written_bound(value) is None


def test_what_is_asked_in_another_unit() -> None:
    asked = asked_result(f"{CONCEPT}|<=0.3|g/dL")
    bound = asked.bound_in("mg/dL")
    assert bound == Bound(high=Fraction(300)) and fits(bound, compared("", Fraction("300")))
    assert asked.bound_in("mmol/L") is None and asked.bound_in("") is None
    assert asked_result(f"{CONCEPT}|>101|[degF]").bound_in("Cel") == Bound(low=Fraction(115, 3), above=True)
    anywhere = asked_result(f"{CONCEPT}|>9")
    assert anywhere.bound_in("%") == anywhere.bound_in("") == anywhere.bound == Bound(low=Fraction(9), above=True)


WRONG = ("", CONCEPT, *(CONCEPT + rest for rest in ("|", "|high", "|>x|%", "|>9|%|x", "|>1..2", "|>٩")), "|>9|%", "a b|>9")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_result_is_refused_with_an_example(text: str) -> None:
    assert not re.fullmatch(PATTERN, text)
    if text != "a b|>9":  # a concept that nothing has
        with pytest.raises(InvalidRequest, match="result: must be CONCEPT"):
            asked_result(text)


@given(st.from_regex(re.compile(PATTERN, re.ASCII), fullmatch=True))
def test_whatever_the_pattern_allows_is_read(text: str) -> None:
    asked = asked_result(text)
    low, high = asked.bound.floats()
    assert low <= high and not math.isnan(low)
