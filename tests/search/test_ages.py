"""How old a patient may be at a date, held against every day that both dates may mean."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.columns.ages import LAST_BAND, ages, band_counts, band_ends, band_words
from search.columns.documents import day_interval

DAYS = st.dates(date(1930, 1, 1), date(1990, 12, 31))
PRECISION = st.sampled_from((4, 7, 10))


def days_of(lexical: str) -> list[date]:
    """Every day that a date may mean."""
    start = date.fromisoformat(f"{lexical}-01-01"[:10])
    days = [start + timedelta(days=n) for n in range(366)]
    return [day for day in days if day.isoformat().startswith(lexical)]


def age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def between(born: str | None, on: str | None) -> tuple[int, int]:
    values = [np.array([day], dtype=np.int32) for lexical in (born, on) for day in day_interval(lexical)]
    least, greatest = ages(*values)
    return int(least[0]), int(greatest[0])


@given(DAYS, PRECISION, st.integers(0, 40_000), PRECISION)
def test_an_interval_of_ages_is_that_of_all_days_that_are_meant(born: date, of_birth: int, later: int, of_note: int) -> None:
    birth, note = born.isoformat()[:of_birth], (born + timedelta(days=later)).isoformat()[:of_note]
    first, last = days_of(birth), days_of(note)
    assert between(birth, note) == (max(age(first[-1], last[0]), 0), age(first[0], last[-1]))


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("1960-02-29", "2021-02-28", (60, 60)),
        ("1960-02-29", "2021-03-01", (61, 61)),
        ("1970", "2020", (49, 50)),
        ("1970-05", "2020-05-20", (49, 50)),
        ("2020-05-01", "2020-05-01T10:00:00Z", (0, 0)),
        ("2020-05-02", "2020-05-01", (-1, -1)),
        ("2020", "2019", (-1, -1)),
        (None, "2020", (-1, -1)),
        ("1970", None, (-1, -1)),
        ("about 1970", "2020", (-1, -1)),
    ],
)
def test_ages(born: str | None, on: str | None, expected: tuple[int, int]) -> None:
    assert between(born, on) == expected


def test_bands_count_texts_and_only_ages_that_are_asked_for() -> None:
    least, greatest = (np.array(values, dtype=np.int32) for values in ([9, 40, -1, 120, 9], [10, 40, -1, 120, 9]))
    texts = np.array([0, 1, 2, 3, 0], dtype=np.int32)
    assert band_counts(least, greatest, texts, (None, None)).tolist() == [1, 1, 0, 0, 1, 0, 0, 0, 0, 1]
    assert band_counts(least[:2], greatest[:2], texts[:2], (10, 40)).tolist() == [0, 1, 0, 0, 1, 0, 0, 0, 0, 0]
    assert [band_words(band) for band in (0, LAST_BAND)] == [("0-9", "0 to 9"), ("90-", "90 and over")]
    assert [band_ends(band_words(band)[0]) for band in (4, LAST_BAND)] == [(40, 49), (90, None)]
