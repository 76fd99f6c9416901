"""Protected numbers: what is told never gives away what is hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.protection import HIDDEN, OFF, Protection

ELEVEN = Protection(least=11)
numbers = st.integers(0, 60)


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, "<11"), (10, "<11"), (11, 11), (4711, 4711)])
def test_small_numbers_are_hidden_and_none_is_told_as_0(number: int, told: int | str) -> None:
    assert ELEVEN.count(number) == told


@pytest.mark.parametrize(
    ("number", "told"), [(0, 0), (1, "<11"), (10, "<11"), (11, 15), (12, 15), (13, 15), (17, 15), (18, 20), (22, 20), (23, 25)]
)
def test_others_are_rounded_but_never_below_the_smallest_that_is_told(number: int, told: int | str) -> None:
    assert Protection(11, 5).count(number) == told


def test_nothing_is_changed_unless_it_is_asked_for() -> None:
    assert not OFF.on
    assert OFF.steps([9, 5, 4, 0]) == OFF.parts([9, 5, 4, 0]) == [9, 5, 4, 0]
    assert (OFF.cells(1, 2, 3, 4).both, OFF.cells(1, 2, 3, 4).ratios, OFF.shares(1, 2, 3, 4)) == (1, True, (1, 3))
    assert Protection(rounding=5).count(3) == 5


def test_a_step_that_differs_little_from_one_that_is_told_is_hidden() -> None:
    assert ELEVEN.steps([100, 95, 60, 55, 40]) == [100, HIDDEN, 60, HIDDEN, 40]
    assert ELEVEN.steps([100, 60, 55, 40]) == [100, 60, HIDDEN, 40]
    assert ELEVEN.steps([100, 95]) == [100, HIDDEN]
    assert ELEVEN.steps([100, 40, 4]) == [100, 40, "<11"]
    assert ELEVEN.steps([]) == []


@given(st.lists(numbers, max_size=7).map(lambda found: sorted(found, reverse=True)))
def test_no_two_steps_that_are_told_differ_little(steps: list[int]) -> None:
    told = [one for one in ELEVEN.steps(steps) if isinstance(one, int)]
    assert all(ELEVEN.tells(abs(one - other)) for one in told for other in told)
    assert all(one in steps for one in told)
    assert all((one == "<11") == (0 < number < 11) for one, number in zip(ELEVEN.steps(steps), steps, strict=True))


@given(st.lists(numbers, max_size=6))
def test_what_is_hidden_of_a_whole_is_many_taken_together(parts: list[int]) -> None:
    told = ELEVEN.parts(parts)
    hidden = [number for number, one in zip(parts, told, strict=True) if isinstance(one, str)]
    shown = [number for number in parts if number and number not in hidden]
    assert all(isinstance(one, str) for number, one in zip(parts, told, strict=True) if 0 < number < 11)
    assert not hidden or not shown or (sum(hidden) >= 11 and len(hidden) >= 2)


@given(numbers, numbers, numbers, numbers)
def test_no_cell_that_is_small_can_be_worked_out(both: int, only_first: int, only_second: int, neither: int) -> None:
    first, second, everyone = both + only_first, both + only_second, both + only_first + only_second + neither
    told = ELEVEN.cells(both, first, second, everyone)
    four = both, only_first, only_second, neither
    if all(map(ELEVEN.tells, four)):
        assert told.ratios
        assert told.both == both
        return
    assert not told.ratios
    assert isinstance(told.both, str)
    if isinstance(told.first, int) and isinstance(told.second, int) and isinstance(told.everyone, int):
        assert min(first, second) - max(0, first + second - everyone) >= 11


@given(numbers, numbers, numbers, numbers)
def test_of_two_groups_both_shares_are_hidden_or_none(first: int, rest: int, second: int, others: int) -> None:
    told = ELEVEN.shares(first, first + rest, second, second + others)
    assert isinstance(told[0], str) == isinstance(told[1], str) == (not all(map(ELEVEN.tells, (first, rest, second, others))))
