"""Dates of tables: what is sure is converted, what is not is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.dates import NO_DAY, SHORT_YEAR, TWO_WAYS, UNKNOWN, iso_date


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("2023", "2023"),
        ("2023-04", "2023-04"),
        ("2023-04-05", "2023-04-05"),
        (" 2023-04-05 ", "2023-04-05"),
        ("2023-04-05T06:07:08Z", "2023-04-05T06:07:08Z"),
        ("2023-04-05 06:07", "2023-04-05T06:07:00"),
        ("2023-04-05T06:07:08.123+0200", "2023-04-05T06:07:08.123+02:00"),
        ("2023/4/5", "2023-04-05"),
        ("2023.04.05", "2023-04-05"),
        ("20230405", "2023-04-05"),
        ("31.12.2023", "2023-12-31"),
        ("1.2.2023", "2023-02-01"),
        ("31. 12. 2023", "2023-12-31"),
        ("31.12.2023 14:30", "2023-12-31T14:30:00"),
        ("31/12/2023", "2023-12-31"),
        ("12/31/2023", "2023-12-31"),
        ("12/31/2023 2:05 PM", "2023-12-31T14:05:00"),
        ("02/02/2023", "2023-02-02"),
        ("Jan 2, 2023", "2023-01-02"),
        ("January 2nd, 2023", "2023-01-02"),
        ("2 Jan 2023", "2023-01-02"),
        ("02-JAN-2023", "2023-01-02"),
        ("02JAN2023", "2023-01-02"),
        ("Sept. 2023", "2023-09"),
        ("2. Januar 2023", "2023-01-02"),
        ("14 février 2023", "2023-02-14"),
        ("3 de mayo de 2023", "2023-05-03"),
        ("1er août 2023", None),
        ("Monday, January 2, 2023", "2023-01-02"),
        ("Mon, 2 Jan 2023 10:00:00 +0000", "2023-01-02T10:00:00Z"),
    ],
)
def test_what_is_sure_is_converted(said, date):
    assert iso_date(said) == (date, "" if date else UNKNOWN)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("01/02/2023", TWO_WAYS),
        ("01-02-2023", TWO_WAYS),
        ("yesterday", UNKNOWN),
        ("44928", UNKNOWN),
        ("n/a", UNKNOWN),
        ("May the fourth", UNKNOWN),
        ("2023-13-45", NO_DAY),
        ("2023-02-29", NO_DAY),
        ("31.11.2023", NO_DAY),
        ("0000-01-01", NO_DAY),
        ("1/2/23", SHORT_YEAR),
        ("2023-04-05 25:00", UNKNOWN),
        ("2023-04 10:00", UNKNOWN),
        ("x" * 5000, UNKNOWN),
    ],
)
def test_what_is_not_sure_is_left_out_with_the_reason(said, reason):
    assert iso_date(said) == (None, reason)


def test_no_date_is_no_problem():
    assert iso_date("") == iso_date("  ") == (None, "")


@given(st.dates())
def test_every_day_comes_back_as_it_was(day):
    iso = day.isoformat()
    assert iso_date(iso) == (iso, "")
    assert iso_date(f"{day.day}.{day.month}.{day.year:04d}") == (iso, "")


@given(st.text(max_size=80))
def test_nothing_breaks_it(said):
    date, reason = iso_date(said)
    assert date is None or not reason
