"""Days as dates have them, whatever their zone and precision; what is no date has none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.days import Days, Precision, date_of, days_of, years_between

EPOCH = date(1970, 1, 1)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


@pytest.mark.parametrize(
    ("lexical", "first", "last", "precision"),
    [
        ("1970-01-01", "1970-01-01", "1970-01-01", Precision.DAY),
        ("2019", "2019-01-01", "2019-12-31", Precision.YEAR),
        ("2019-05", "2019-05-01", "2019-05-31", Precision.MONTH),
        ("2020-02", "2020-02-01", "2020-02-29", Precision.MONTH),
        ("1900-02", "1900-02-01", "1900-02-28", Precision.MONTH),
        ("2020-02-29", "2020-02-29", "2020-02-29", Precision.DAY),
        ("2020-03-01T23:30:00-05:00", "2020-03-01", "2020-03-01", Precision.DAY),
        ("2020-03-01T00:30:00+14:00", "2020-03-01", "2020-03-01", Precision.DAY),
        ("2020-03-01T00:30:00.123456789Z", "2020-03-01", "2020-03-01", Precision.DAY),
        ("2020-03-01T00:30", "2020-03-01", "2020-03-01", Precision.DAY),
        ("2016-12-31T23:59:60Z", "2016-12-31", "2016-12-31", Precision.DAY),
        ("0001", "0001-01-01", "0001-12-31", Precision.YEAR),
        ("0001-01-01", "0001-01-01", "0001-01-01", Precision.DAY),
        ("9999-12", "9999-12-01", "9999-12-31", Precision.MONTH),
    ],
)
def test_the_days_that_a_date_may_mean(lexical: str, first: str, last: str, precision: Precision) -> None:
    assert days_of(lexical) == Days(day(first), day(last), precision)


@pytest.mark.parametrize(
    "lexical",
    [
        *(None, "", "unknown", "2019-", "2019-5", "19", "0000", "0000-01-01", "10000-01-01", "-2019", "2019-00", "2019-13", "2019-02-29"),
        *("2019-04-31", "2019-05-00", "2019-05-1", "20190504", "2019/05/04", "2019-05-04x", " 2019", "2019\n", "٢٠١٩", "2019-05T10:00"),
        *("true", "1e3", "2019-05-04-06"),
    ],
)
def test_what_is_no_date_has_no_days(lexical: str | None) -> None:
    assert days_of(lexical) is None


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = days_of(text)
    assert found is None or found.first <= found.last


@given(st.dates(), st.sampled_from((4, 7, 10)))
def test_a_date_holds_the_day_it_was_cut_from(meant: date, length: int) -> None:
    lexical = meant.isoformat()[:length]
    found = days_of(lexical)
    assert found is not None and found.first <= (meant - EPOCH).days <= found.last
    assert date_of(found.first)[:length] == date_of(found.last)[:length] == lexical
    for outside in (found.first - 1, found.last + 1):
        if 0 < outside + EPOCH.toordinal() <= date.max.toordinal():
            assert date_of(outside)[:length] != lexical


@pytest.mark.parametrize(
    ("born", "at", "years"),
    [
        ("2000-05-04", "2018-05-03", 17),
        ("2000-05-04", "2018-05-04", 18),
        ("2000-02-29", "2018-02-28", 17),
        ("2000-02-29", "2018-03-01", 18),
        ("2000-02-29", "2020-02-29", 20),
        ("2000-05-04", "2000-05-04", 0),
        ("2000-05-04", "2000-05-03", -1),
    ],
)
def test_years_are_completed_ones(born: str, at: str, years: int) -> None:
    assert years_between(day(born), day(at)) == years


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 45_000))
def test_a_day_later_is_never_younger(born: date, later: int) -> None:
    birth = (born - EPOCH).days
    ages = [years_between(birth, birth + later + n) for n in (0, 1)]
    assert ages[0] <= ages[1] <= ages[0] + 1
    assert date_of(birth + later) == (born + timedelta(days=later)).isoformat()
