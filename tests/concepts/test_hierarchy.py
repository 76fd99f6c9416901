"""The closure of a hierarchy, compared with a walk in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concepts.hierarchy import MOST_PAIRS, build_hierarchy, no_hierarchy, open_hierarchy, save_hierarchy

PAIRS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40)
CONCEPTS = 15


def built(pairs, concepts=CONCEPTS, most=MOST_PAIRS):
    narrower, broader = (np.asarray([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return build_hierarchy(narrower, broader, concepts, most)


def walked(pairs, start, side):
    """Everything reached from a concept, but itself; side 0 goes up, 1 down."""
    seen, waiting = set(), [start]
    while waiting:
        one = waiting.pop()
        for pair in pairs:
            if pair[side] == one and pair[1 - side] not in seen:
                seen.add(pair[1 - side])
                waiting.append(pair[1 - side])
    return seen - {start}


@given(pairs=PAIRS)
@pytest.mark.parametrize("most", [MOST_PAIRS, 0], ids=["closed", "walked"])
def test_what_is_reached_is_what_a_walk_reaches(pairs, most):
    hierarchy = built(pairs, most=most)
    for concept in range(CONCEPTS):
        up, down = walked(pairs, concept, 0), walked(pairs, concept, 1)
        assert hierarchy.with_broader([concept]).tolist() == sorted({concept} | up)
        assert hierarchy.with_narrower([concept]).tolist() == sorted({concept} | down)
        holders, above = hierarchy.broader_of(np.array([7]), np.array([concept]))
        assert holders.tolist() == [7] * len(up) and sorted(above.tolist()) == sorted(up)
    assert hierarchy.stated == any(low != high for low, high in pairs)


@given(PAIRS)
def test_the_closure_holds_each_pair_once_and_in_order(pairs):
    hierarchy = built(pairs)
    for table, side in ((hierarchy.above, 0), (hierarchy.below, 1)):
        for concept in range(CONCEPTS):
            held = table.values[table.offsets[concept] : table.offsets[concept + 1]].tolist()
            assert held == sorted(walked(pairs, concept, side))


@given(PAIRS)
def test_a_closure_too_large_is_not_held(pairs):
    size = len(built(pairs).above.values)
    assert built(pairs, most=4 * size).above is not None
    if size:
        assert built(pairs, most=size - 1).above is None


def test_several_concepts_are_asked_at_once():
    pairs = [(1, 0), (2, 1), (4, 3)]
    assert built(pairs).with_narrower([3, 1]).tolist() == [1, 2, 3, 4]
    holders, above = built(pairs).broader_of(np.array([5, 6, 5]), np.array([2, 4, 0]))
    assert list(zip(holders.tolist(), above.tolist(), strict=True)) == [(5, 0), (5, 1), (6, 3)]


def test_a_long_chain_is_walked_where_its_closure_would_be_too_large():
    length = 20_000
    low = np.arange(1, length, dtype=np.int64)
    hierarchy = build_hierarchy(low, low - 1, length)
    assert hierarchy.above is None
    assert len(hierarchy.with_narrower([0])) == length


@pytest.mark.parametrize("most", [MOST_PAIRS, 0], ids=["closed", "walked"])
def test_files_hold_the_whole_hierarchy(tmp_path, most):
    pairs = [(low, low // 3) for low in range(1, 4000)]
    hierarchy = built(pairs, 4000, most)
    save_hierarchy(hierarchy, tmp_path)
    opened = open_hierarchy(tmp_path)
    assert (opened.above is None) == (hierarchy.above is None)
    for concept in (0, 1, 5, 3999):
        assert opened.with_narrower([concept]).tolist() == hierarchy.with_narrower([concept]).tolist()
        assert opened.with_broader([concept]).tolist() == hierarchy.with_broader([concept]).tolist()
    with pytest.raises(ValueError, match="read-only"):
        opened.broader.values[0] = 9


def test_without_pairs_nothing_is_broader():
    hierarchy = no_hierarchy(3)
    assert not hierarchy.stated and hierarchy.with_narrower([2]).tolist() == [2]
    assert no_hierarchy().concepts == 0


def test_around_a_concept_is_one_step_and_what_is_the_same_is_one_place() -> None:
    # 0 is a kind of 1; 1 and 2 say the same; 3 is a kind of 2; 1 is a kind of 4, and 4 of 5.
    found = build_hierarchy(np.array([0, 1, 2, 3, 1, 4]), np.array([1, 2, 1, 2, 4, 5]), 6)
    assert found.around([1]) == found.around([2]) == ([1, 2], [4], [0, 3])
    assert found.around([0]) == ([0], [1], [])
    assert found.around([]) == ([], [], [])
