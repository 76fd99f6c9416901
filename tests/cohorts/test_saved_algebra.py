"""Sets of cohorts, against sets of Python; what is told of them where numbers are protected; and the history of questions."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.protection import HIDDEN, OFF, Protection
from cohorts.reading import definition_of
from cohorts.saved.algebra import HOWS, Overlap, Region, combination, overlap, region, told
from cohorts.saved.model import WHOEVER_SITS_HERE
from cohorts.saved.questions import MOST, Questions
from cohorts.saved.things import SavedThings
from tests.cohorts.test_together import snapshot  # noqa: F401 - a fixture

CODES = st.lists(st.lists(st.integers(0, 12), max_size=30), min_size=2, max_size=5)


def members(codes: list[list[int]]) -> list[np.ndarray]:
    return [np.asarray(each, np.int32) for each in codes]


@given(CODES)
def test_regions_and_combinations_are_those_of_sets(codes: list[list[int]]) -> None:
    sets = [set(each) for each in codes]
    found = overlap(members(codes))
    assert found.sizes == tuple(map(len, sets))
    for one in found.regions:
        inside = set.intersection(*(sets[place] for place in one.inside))
        others = set().union(*(each for place, each in enumerate(sets) if place not in one.inside))
        assert one.count == len(inside - others)
    assert sum(one.count for one in found.regions) == len(set().union(*sets))
    whole = {"and": set.intersection(*sets), "or": set().union(*sets), "without": sets[0].difference(*sets[1:])}
    assert {how: found.combined(how) for how in HOWS} == {how: len(each) for how, each in whole.items()}
    if len(sets) <= 3:
        assert len(found.regions) == 2 ** len(sets) - 1, "also those that nobody is in"


@given(CODES, st.integers(1, 6), st.integers(0, 20))
def test_regions_are_told_all_or_none_of_them_small(codes: list[list[int]], least: int, others: int) -> None:
    found = overlap(members(codes))
    everyone = sum(one.count for one in found.regions) + others
    protection = Protection(least)
    shown = told(found, everyone, protection)
    small = [one.count for one in found.regions if not protection.tells(one.count)]
    if small or not protection.tells(others):
        assert {one.count for one in shown.regions} <= {HIDDEN}
    else:
        assert shown == found
    assert all(not isinstance(size, int) or protection.tells(size) for size in shown.sizes)
    assert told(found, everyone, OFF) == found


def test_what_is_hidden_is_hidden_of_combinations() -> None:
    found = Overlap((40, 30), (Region((0,), 20), Region((1,), 10), Region((0, 1), 20)))
    shown = told(found, 500, Protection(11))
    assert {how: shown.combined(how) for how in HOWS} == dict.fromkeys(HOWS, HIDDEN) and shown.sizes == (40, 30)
    assert told(found, 55, Protection(10)).combined("or") == HIDDEN, "who is in none of them would be told by the difference"


def test_definitions_of_combinations_and_regions_count_who_is_in_the_sets(snapshot, tmp_path: Path) -> None:  # noqa: F811
    things = SavedThings(tmp_path)
    cohorts = snapshot.cohorts
    entries = {
        "visited": {"event": "encounter"},
        "ill": {"event": "condition"},
        "women": {"event": "patient", "sex": ["female"]},
        "treated": {"event": "medication"},
    }
    sets = []
    for name, event in entries.items():
        content = {"format": "commissure-cohort/1", "entry": {"any": [event]}}
        things.save(WHOEVER_SITS_HERE, "cohort", name, content)
        sets.append(set(cohorts.count(definition_of(content)).members.patients.tolist()))
    names = list(entries)

    def patients(definition: dict) -> set[int]:
        read = definition_of(definition, lambda kind, name: things.named(WHOEVER_SITS_HERE, kind, name))
        return set(cohorts.count(read).members.patients.tolist())

    for several in range(2, len(names) + 1):
        some, chosen = names[:several], sets[:several]
        assert patients(combination(some, "and")) == set.intersection(*chosen)
        assert patients(combination(some, "or")) == set().union(*chosen)
        assert patients(combination(some, "without")) == chosen[0].difference(*chosen[1:])
        for one in overlap([np.asarray(sorted(each), np.int32) for each in chosen]).regions:
            inside = set.intersection(*(chosen[place] for place in one.inside))
            others = set().union(*(each for place, each in enumerate(chosen) if place not in one.inside))
            assert patients(region(some, one.inside)) == inside - others
    assert any(len(each) not in (0, cohorts.everyone(definition_of(combination(["a"], "or"), lambda *_: content))) for each in sets)


# --- questions ---


@pytest.fixture
def questions(tmp_path: Path) -> Questions:
    ticks = count(1_700_000_000)
    return Questions(SavedThings(tmp_path, lambda: next(ticks)).database)


def said(questions: Questions, user: str = "anna") -> list[str]:
    return [one.said for one in questions.asked(user)]


def test_questions_are_told_to_whoever_asked_them_newest_first(questions: Questions) -> None:
    for user, text in (("anna", "one"), ("ben", "two"), ("anna", "three"), ("anna", "one")):
        questions.keep(user, "search", text, f"/search?q={text}")
    assert (said(questions), said(questions, "ben"), said(questions, "")) == (["one", "three"], ["two"], [])
    assert questions.clear("anna") == 2 and said(questions) == [] and said(questions, "ben") == ["two"]


def test_a_cohort_that_grows_is_one_question(questions: Questions) -> None:
    for text in ("with stroke", "with stroke · women", "with asthma"):
        questions.keep("anna", "cohort", text, f"/cohort?{text}", text.split(" · ")[0])
    assert said(questions) == ["with asthma", "with stroke · women"]


def test_a_history_is_switched_off_and_on(questions: Questions) -> None:
    questions.keep("anna", "search", "before", "/search?q=before")
    questions.switch("anna", on=False)
    questions.switch("anna", on=False)
    questions.keep("anna", "search", "meanwhile", "/search?q=meanwhile")
    questions.keep("ben", "search", "his", "/search?q=his")
    questions.switch("anna", on=True)
    questions.keep("anna", "search", "after", "/search?q=after")
    assert (said(questions), said(questions, "ben")) == (["after", "before"], ["his"])


def test_old_questions_go(questions: Questions) -> None:
    for number in range(MOST + 3):
        questions.keep("anna", "search", str(number), f"/search?q={number}")
    assert len(said(questions)) == MOST and said(questions)[-1] == "3"
