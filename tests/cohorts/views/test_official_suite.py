"""The official suite of SQL on FHIR, where it lies beside the repository: every test of it passes."""

from pathlib import Path

import pytest

from cohorts.views.suite import run_suite

SUITE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sql-on-fhir"


def test_every_test_of_the_official_suite_passes() -> None:
    if not SUITE.is_dir():
        pytest.skip(f"the official suite is not here: {SUITE}")
    tested = list(run_suite(SUITE))
    assert len(tested) == 144
    assert [one for one in tested if one.fault] == []
