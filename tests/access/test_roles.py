"""Which datasets, at which level: what grants come to, and what a request sees."""

from hypothesis import given
from hypothesis import strategies as st

from access.roles import NOTHING, Grant, Rights, Role, rights_of, sight_of
from graph.scope import EVERYTHING, Scope

GRANTS = st.lists(st.builds(Grant, st.sampled_from(Role), st.sampled_from([None, "a", "b", "c"])), max_size=6)


def test_of_several_grants_the_highest_counts():
    rights = rights_of([Grant(Role.COUNTS, "a"), Grant(Role.STEWARD, "a"), Grant(Role.READER, "a"), Grant(Role.COUNTS)])
    assert rights == Rights({"a": Role.STEWARD}, Role.COUNTS)
    assert rights.at_least(Role.COUNTS) == EVERYTHING
    assert rights.at_least(Role.READER) == Scope.of(["a"])
    assert rights.at_least(Role.ADMINISTRATOR) is None


@given(GRANTS, st.sampled_from(Role), st.sets(st.sampled_from("abcd")))
def test_a_limited_token_never_sees_more_than_its_user(grants, role, datasets):
    rights = rights_of(grants)
    whole, part = rights.at_least(role), rights.within(datasets).at_least(role)
    if part is not None:
        assert whole is not None and part.datasets is not None
        assert part.datasets <= datasets and (whole.datasets is None or part.datasets <= whole.datasets)
    for name in datasets:
        held = whole is not None and (whole.datasets is None or name in whole.datasets)
        assert held == (part is not None and name in part.datasets)


@given(GRANTS, GRANTS, st.sampled_from(Role))
def test_another_grant_takes_nothing_away(grants, more, role):
    before, after = rights_of(grants).at_least(role), rights_of([*grants, *more]).at_least(role)
    if before is not None:
        assert after is not None and (after.datasets is None or (before.datasets is not None and before.datasets <= after.datasets))


def test_exact_and_protected_numbers_are_never_in_one_answer():
    mixed = rights_of([Grant(Role.READER, "a"), Grant(Role.COUNTS, "b"), Grant(Role.DEIDENTIFIED, "c")])
    exact = sight_of(mixed, Role.READER, counted=True)
    assert exact is not None and (exact.scope, exact.counts_only) == (Scope.of(["a"]), False)
    protected = sight_of(mixed.within(["b"]), Role.READER, counted=True, copied=True)
    assert protected is not None and (protected.scope, protected.counts_only) == (Scope.of(["b"]), True)
    copied = sight_of(mixed.within(["b", "c"]), Role.READER, counted=True, copied=True)
    assert copied is not None and (copied.scope, copied.counts_only, copied.deidentified) == (Scope.of(["c"]), False, True)
    assert sight_of(mixed.within(["b", "c"]), Role.READER, counted=True) is None
    assert sight_of(mixed.within(["b", "c"]), Role.READER) is None
    assert sight_of(NOTHING, Role.COUNTS, counted=True) is None
