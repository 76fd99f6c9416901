"""How old a patient is at the date of a document, in whole years, as far as both dates tell.

Dates are intervals of days (search.columns.documents.day_interval): who was born in 1970 is 49 or 50 in 2020. A filter by age leaves
documents whose patient may have that age, as filters by date leave those that may be of that date.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.counting import count_distinct
from search.filters import OLDEST

Int32 = NDArray[np.int32]

BAND: Final = 10
"""Years of a band."""
LAST_BAND: Final = 9
"""The band that has no end: 90 years and more."""


def ages(born_first: Int32, born_last: Int32, first: Int32, last: Int32) -> tuple[Int32, Int32]:
    """The least and the greatest age, elementwise, of days as YYYYMMDD with open parts 00 and 99; -1 where either is unknown.

    What is dated before the birth has no age.
    """
    greatest = np.where((born_first > 0) & (last > 0), (last.astype(np.int64) - born_first) // 10_000, -1)
    least = np.where(greatest >= 0, np.maximum((first.astype(np.int64) - born_last) // 10_000, 0), -1)
    return least.astype(np.int32), greatest.astype(np.int32)


def band_counts(least: Int32, greatest: Int32, texts: Int32, within: tuple[float | None, float | None]) -> NDArray[np.int64]:
    """How many distinct texts have a patient who may be of each band; of ages `within` the bounds that are asked for already."""
    known = np.flatnonzero(greatest >= 0)
    low = np.maximum(least[known], within[0] or 0) // BAND
    high = np.minimum(greatest[known], OLDEST if within[1] is None else within[1]) // BAND
    bands = np.minimum(np.concatenate([low, high]), LAST_BAND).astype(np.int64)
    return count_distinct(np.tile(texts[known], 2), bands, LAST_BAND + 1)


def band_words(band: int) -> tuple[str, str]:
    """The value of a band and its words: ('40-49', '40 to 49'), ('90-', '90 and over')."""
    first = band * BAND
    return (f"{first}-", f"{first} and over") if band == LAST_BAND else (f"{first}-{first + BAND - 1}", f"{first} to {first + BAND - 1}")


def band_ends(value: str) -> tuple[int, int | None]:
    """The first and the last year of a band by its value; None where it has no end."""
    first, _, last = value.partition("-")
    return int(first), int(last) if last else None
