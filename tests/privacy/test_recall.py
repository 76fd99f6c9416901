"""What the generator knows to identify is gone from notes, and what only looks like it stays."""

from benchmarks.deidentification import measure


def test_names_and_numbers_are_gone_and_traps_are_left() -> None:
    found = measure(12, seed=71)
    assert found.left == 0 and found.secrets > 100
    for kind in set(found.there) - {"trap"}:
        assert found.there[kind] > 10
        assert found.found[kind] >= 0.99 * found.there[kind], (kind, found.odd[:5])
    assert found.found["trap"] == 0, found.odd[:5]
    assert found.needless <= 0.02 * found.changed
