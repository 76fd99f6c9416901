"""What a comparison tells where numbers are protected does not give a hidden cell away: not alone, and not by differences."""

from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cohorts.protection import HIDDEN, Protection
from webapp.answers.protecting_comparison import FEW_IN_BOTH, comparison

ELEVEN = Protection(least=11)
SIZES = st.integers(0, 80)


def line(name: str, first: int, second: int, within: tuple[str, ...] = ()) -> dict[str, Any]:
    thing = {"concept": name, "label": name, "kind": "condition"}
    odds = {"estimate": 2.0, "low": 1.5, "high": 3.0}
    return {"name": name, "thing": thing, "within": list(within), "first": first, "second": second, "difference": 0.5, "odds": odds}


def spread(patients: int, some: int | None = None) -> dict[str, Any]:
    return {"patients": patients, "mean": 1.0, "deviation": 1.0, "low": 0.0, "median": 1.0, "high": 2.0, "some": some}


def answer(first: int, second: int, both: int = 0, **more: Any) -> dict[str, Any]:
    groups = [{"name": "", "patients": size + both, "compared": size, "definition": {}} for size in (first, second)]
    empty: dict[str, Any] = {"measures": [], "sexes": [], "seen": [], "concepts": {}, "results": [], "outcome": None, "notices": []}
    return {"first": groups[0], "second": groups[1], "both": both, **empty, "generation": 1, **more}


def small(number: int) -> bool:
    return 0 < number < 11


@given(SIZES, SIZES, st.integers(0, 30))
def test_sizes_do_not_tell_how_few_are_in_both(first: int, second: int, both: int) -> None:
    told = comparison(answer(first, second, both), ELEVEN)
    known = {key: told[side][key] for side in ("first", "second") for key in ("patients", "compared")}
    assert not any(isinstance(number, int) and small(number) for number in (*known.values(), told["both"]))
    if small(both):
        assert set(known.values()) == {HIDDEN} and FEW_IN_BOTH in told["notices"] and told["concepts"] == {}
    for side, exact in (("first", first), ("second", second)):
        numbers = [told[side]["patients"], told[side]["compared"]]
        if all(isinstance(number, int) for number in numbers):
            assert numbers == [exact + both, exact] and not small(numbers[0] - numbers[1])


@given(st.integers(11, 80), st.integers(11, 80), st.data())
def test_narrower_things_do_not_tell_who_has_the_broader_one_alone(first: int, second: int, data: st.DataObject) -> None:
    broad = [data.draw(st.integers(0, size)) for size in (first, second)]
    middle, narrow = ([data.draw(st.integers(0, number)) for number in above] for above in (broad, broad))
    lines = [line("narrow", narrow[0], narrow[1], ("broad",)), line("broad", *broad), line("middle", middle[0], middle[1], ("broad",))]
    told = comparison(answer(first, second, concepts={"condition": lines}), ELEVEN)["concepts"]["condition"]
    for one in told:
        numbers = [one["first"], one["second"]]
        assert not any(
            isinstance(number, int) and (small(number) or small(size - number))
            for number, size in zip(numbers, (first, second), strict=True)
        )
        assert all(isinstance(number, int) for number in numbers) == (one["odds"] is not None) == (one["difference"] is not None)
    for one, other in combinations(told, 2):
        if "broad" in (one["name"], other["name"]):
            for side in ("first", "second"):
                if isinstance(one[side], int) and isinstance(other[side], int):
                    assert not small(abs(one[side] - other[side]))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=3), st.integers(0, 5), st.integers(0, 5))
def test_of_the_sexes_no_single_one_is_what_is_left(sexes: list[tuple[int, int]], unknown: int, others: int) -> None:
    first, second = sum(one for one, _ in sexes) + unknown, sum(other for _, other in sexes) + others
    told = comparison(answer(first, second, sexes=[line(str(place), *pair) for place, pair in enumerate(sexes)]), ELEVEN)
    for side, size, rest in (("first", first, unknown), ("second", second, others)):
        numbers = [one[side] for one in told["sexes"]]
        assert not any(isinstance(number, int) and small(number) for number in numbers)
        if isinstance(told[side]["compared"], int):
            left = size - sum(number for number in numbers if isinstance(number, int))
            assert not small(left) and (small(rest) <= (left != rest))


@given(st.integers(11, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_mean_is_not_told_of_few_nor_of_what_few_have(size: int, patients: int, some: int) -> None:
    patients = min(patients, size)
    some = min(some, patients)
    measures = [{"name": "visits", "first": spread(patients, some), "second": spread(20, 20), "difference": 0.3}]
    (told,) = comparison(answer(size, 20, measures=measures), ELEVEN)["measures"]
    hidden = any(map(small, (patients, size - patients, some, patients - some)))
    assert (told["first"] is None) == hidden == (told["difference"] is None)


def course(followed: int, before: int, undated: int, had: list[int], gone: list[int], events: int) -> dict[str, Any]:
    days = [30, 90, 365]
    left = [followed - number - without for number, without in zip(had, gone, strict=True)]
    return {
        "followed": followed,
        "before": before,
        "undated": undated,
        "events": events,
        "had": [{"days": day, "patients": number, "share": 0.123456} for day, number in zip(days, had, strict=True)],
        "curve": [{"day": 7, "at_risk": followed, "events": 1, "free": 0.9876543, "low": 0.9, "high": 0.99}],
        "at_risk": [{"day": 0, "patients": followed}, *({"day": day, "patients": number} for day, number in zip(days, left, strict=True))],
        "last": 999,
    }


@given(st.integers(0, 20), st.integers(0, 20), st.lists(st.integers(0, 40), min_size=7, max_size=7))
def test_a_course_tells_neither_few_events_nor_who_came_between(before: int, undated: int, steps: list[int]) -> None:
    had = [sum(steps[: place + 1]) for place in range(3)]
    gone = [sum(steps[3 : 4 + place]) for place in range(3)]
    followed = sum(steps)
    given_ = course(followed, before, undated, had, gone, had[-1])
    size = followed + before + undated
    told = comparison(answer(size, 40, outcome={"name": "", "first": given_, "second": None, "statistic": 1.0, "chance": 0.5}), ELEVEN)
    of = told["outcome"]["first"]
    parts = [of["followed"], of["before"], of["undated"]]
    assert not any(isinstance(number, int) and small(number) for number in parts)
    if isinstance(told["first"]["compared"], int):
        assert not small(size - sum(number for number in parts if isinstance(number, int)))
    chain = [number for number in (of["followed"], of["events"], *(one["patients"] for one in of["had"])) if isinstance(number, int)]
    assert not any(small(abs(one - other)) for one, other in combinations(chain, 2))
    risk = [one["patients"] for one in of["at_risk"] if isinstance(one["patients"], int)]
    assert not any(small(abs(one - other)) for one, other in combinations(risk, 2))
    known = {one["days"]: one["patients"] for one in of["had"] if isinstance(one["patients"], int)}
    assert {point["day"] for point in of["curve"]} <= set(known)
    assert all(round(point["free"], 2) == point["free"] and point["low"] is None for point in of["curve"])
    assert all(one["share"] is None or one["days"] in known for one in of["had"])
    for one in of["at_risk"]:
        if isinstance(one["patients"], int) and one["day"] in known:
            assert not small(abs(followed - one["patients"] - known[one["day"]]))


def test_open_numbers_stay_as_they_are() -> None:
    whole = answer(3, 4, 2, sexes=[line("female", 1, 2)])
    assert comparison(whole, Protection()) is whole
