"""Things that are found together, against counting by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.cooccurrence import NO_DAY, Occurrences, all_pairs, beside, by_strata, ranked, unrelated
from concepts.hierarchy import build_hierarchy, no_hierarchy

RECORDS = st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 5), st.sampled_from([NO_DAY, 1, 2, 3])), max_size=60)


def occurrences(records, everyone=8, strata=None):
    subjects, things, days = (np.array([record[place] for record in records], dtype=np.int64) for place in range(3))
    return Occurrences.of(subjects, things, days, everyone, strata)


def firsts(records):
    """(subject, thing) → first known day, by hand."""
    found = {}
    for subject, thing, day in records:
        if thing >= 0:
            known = found.get((subject, thing), NO_DAY)
            found[subject, thing] = day if known == NO_DAY else known if day == NO_DAY else min(known, day)
    return found


@given(RECORDS)
def test_a_subject_has_a_thing_once_since_its_first_day(records):
    found = occurrences(records)
    told = dict(zip(zip(found.subjects.tolist(), found.things.tolist(), strict=True), found.days.tolist(), strict=True))
    assert told == firsts(records)
    assert len(told) == len(found.subjects)


@given(RECORDS, st.sets(st.integers(0, 5), min_size=1, max_size=2))
def test_what_is_beside_a_thing_is_counted_as_by_hand(records, asked):
    has = firsts(records)
    day = {}
    for (subject, thing), first in has.items():
        if thing in asked and (subject not in day or day[subject] == NO_DAY or (first != NO_DAY and first < day[subject])):
            day[subject] = first
    found = beside(occurrences(records), sorted(asked))
    assert found.things.tolist() == sorted({thing for _, thing in has} - asked)
    for place, thing in enumerate(found.things.tolist()):
        holders = {subject for subject, other in has if other == thing}
        both = holders & set(day)
        dated = [np.sign(has[s, thing] - day[s]) for s in both if NO_DAY not in (has[s, thing], day[s])]
        tables = found.tables
        assert (tables.both[place], tables.first_only[place]) == (len(both), len(set(day) - holders))
        assert (tables.second_only[place], tables.everyone[place]) == (len(holders - set(day)), 8)
        assert [found.later[place], found.earlier[place], found.same_day[place]] == [dated.count(sign) for sign in (1, -1, 0)]


@given(RECORDS)
def test_all_pairs_are_those_somebody_has(records):
    has = firsts(records)
    things = np.array(sorted({thing for _, thing in has}), dtype=np.int64)
    holders = {thing: {subject for subject, other in has if other == thing} for thing in things.tolist()}
    wanted = {(one, two): len(holders[one] & holders[two]) for one, two in combinations(things.tolist(), 2) if holders[one] & holders[two]}
    if not len(things):
        return
    first, second, tables = all_pairs(occurrences(records), things)
    assert dict(zip(zip(things[first].tolist(), things[second].tolist(), strict=True), tables.both.tolist(), strict=True)) == wanted


@given(RECORDS, st.sets(st.integers(0, 7), max_size=6))
def test_within_some_is_what_they_alone_have(records, members):
    mask = np.isin(np.arange(8), sorted(members))
    within = occurrences(records).within(mask)
    alone = occurrences([(sorted(members).index(s), t, d) for s, t, d in records if s in members], len(members))
    assert within.everyone == len(members)
    assert [a.tolist() for a in (within.subjects, within.things, within.days)] == [
        a.tolist() for a in (alone.subjects, alone.things, alone.days)
    ]


def people(pairs):
    """(things of a person, how many such people) → records without days."""
    records, subject = [], 0
    for things, count in pairs:
        for _ in range(count):
            records += [(subject, thing, NO_DAY) for thing in things]
            subject += 1
    return records, subject


def test_what_is_sure_leads_and_what_is_rare_does_not():
    # 1 goes with 0 in many; 2 goes with 0 in the two who have it, which may be chance.
    records, count = people([((0, 1), 40), ((0, 1, 2), 2), ((0,), 10), ((1,), 10), ((), 60), ((3,), 20), ((0, 3), 6)])
    found = occurrences(records, count)
    pairs = ranked(found, beside(found, [0]), [0], 10)
    assert [pair.thing for pair in pairs] == [1, 2, 3]
    sure, rare, _ = pairs
    assert rare.lift > sure.lift, "lift favours what is rare"
    assert sure.odds.low > rare.odds.low
    assert (sure.both, sure.first, sure.second, sure.everyone) == (42, 58, 52, count)
    assert sure.discovery < 0.001 < rare.chance
    assert [pair.thing for pair in ranked(found, beside(found, [0]), [0], 10, least=3)] == [1, 3]
    assert len(ranked(found, beside(found, [0]), [0], 1)) == 1


def test_what_is_broader_or_narrower_is_no_finding():
    records, count = people([((0, 1, 2), 5), ((3,), 4)])
    found = beside(occurrences(records, count), [0])
    hierarchy = build_hierarchy(np.array([0]), np.array([1]), 4)
    assert unrelated(found, [0], hierarchy).things.tolist() == [2, 3]
    assert unrelated(found, [0], no_hierarchy(4)).things.tolist() == [1, 2, 3]


def test_like_is_compared_with_like():
    first = np.array([True, True, False, False, True])
    second = np.array([True, False, True, False, True])
    strata = np.array([0, 0, 1, 1, -1], dtype=np.int32)
    assert by_strata(first, second, strata).tolist() == [[[1, 1], [0, 0]], [[0, 0], [1, 1]]]
    # Age brings the two together: the odds of all are high, those within an age are not.
    rows = [((0, 1), 10, 0), ((0,), 20, 0), ((1,), 30, 0), ((), 60, 0), ((0, 1), 90, 1), ((0,), 10, 1), ((1,), 180, 1), ((), 20, 1)]
    records, count = people([(things, times) for things, times, _ in rows])
    ages = np.concatenate([np.full(times, age, dtype=np.int32) for _, times, age in rows])
    found = occurrences(records, count, ages)
    (pair,) = ranked(found, beside(found, [0]), [0], 1)
    assert pair.odds.estimate > 1.2
    assert pair.adjusted.estimate == pytest.approx(1.0)
