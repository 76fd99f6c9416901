"""Two groups of patients side by side: who they are, how much is known of them, and what each has more often than the other.

Standardised differences tell apart what matters from what only many patients make certain: below 0.1 two groups are taken to be alike.
Formulas: docs/cooccurrence.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cohorts.cooccurrence import Occurrences
from cohorts.tables import Interval, Numbers, exact_odds

ALIKE: Final = 0.1
"""The standardised difference below which two groups are taken to be alike."""

Members = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of each group have something. `difference` is standardised, `odds` those of the first against the second, exact."""

    thing: int
    first: int
    of_first: int
    second: int
    of_second: int
    difference: float | None
    odds: Interval | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of each patient, by group; None where nobody has it, or (`difference`) where neither group varies."""

    name: str
    first: "Spread | None"
    second: "Spread | None"
    difference: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number is spread over those who have it."""

    patients: int
    mean: float
    deviation: float
    low: float
    median: float
    high: float
    """`low` and `high` are the quartiles."""
    some: int | None = None
    """Of a number that counts something: how many have any."""


def shares(found: Occurrences, first: Members, second: Members, least: int = 1) -> list[Share]:
    """What at least so many of the two groups together have, the largest differences first. Groups must not overlap (ValueError)."""
    if (first & second).any():
        raise ValueError("the groups overlap: who is in both cannot be told apart")
    size = int(found.things.max(initial=-1)) + 1
    in_first = np.bincount(found.things[first[found.subjects]], minlength=size).astype(np.int64)
    in_second = np.bincount(found.things[second[found.subjects]], minlength=size).astype(np.int64)
    return shares_of(np.arange(size), in_first, int(first.sum()), in_second, int(second.sum()), least)


def shares_of(
    things: NDArray[np.integer],
    in_first: NDArray[np.int64],
    of_first: int,
    in_second: NDArray[np.int64],
    of_second: int,
    least: int = 1,
) -> list[Share]:
    """The same from counts: how many of each group have each thing."""
    asked = np.flatnonzero(in_first + in_second >= max(least, 1))
    differences = standardised(in_first[asked], of_first, in_second[asked], of_second)
    told = [
        Share(int(things[place]), int(in_first[place]), of_first, int(in_second[place]), of_second, _number(difference), None)
        for place, difference in zip(asked.tolist(), differences.tolist(), strict=True)
    ]
    return sorted(told, key=lambda share: (-abs(share.difference or 0.0), -(share.first + share.second), share.thing))


def with_odds(share: Share) -> Share:
    """The same with its odds, whose exact interval takes milliseconds to work out."""
    odds = exact_odds(share.first, share.of_first - share.first, share.second, share.of_second - share.second)
    return Share(share.thing, share.first, share.of_first, share.second, share.of_second, share.difference, odds)


def standardised(in_first: NDArray[np.int64], of_first: int, in_second: NDArray[np.int64], of_second: int) -> Numbers:
    """The differences of shares in units of their spread; NaN where a group is empty, infinite where all of one and none of the other."""
    if not of_first or not of_second:
        return np.full(len(in_first), np.nan)
    one, other = in_first / of_first, in_second / of_second
    spread = np.sqrt((one * (1 - one) + other * (1 - other)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        differences: Numbers = np.where(one == other, 0.0, (one - other) / spread)
    return differences


def measure(name: str, numbers: Numbers, first: Members, second: Members, counts: bool = False) -> Measure:
    """A number of each patient (NaN where one has none) in two groups; `counts` where it counts something that may be small."""
    one, other = _spread(numbers[first], counts), _spread(numbers[second], counts)
    difference = None
    if one is not None and other is not None:
        pooled = float(np.sqrt((one.deviation**2 + other.deviation**2) / 2))
        difference = (one.mean - other.mean) / pooled if pooled > 0 else (0.0 if one.mean == other.mean else None)
    return Measure(name, one, other, difference)


def _spread(numbers: Numbers, counts: bool) -> Spread | None:
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return None
    low, median, high = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    deviation = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    return Spread(len(known), float(known.mean()), deviation, low, median, high, int((known > 0).sum()) if counts else None)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def strata_of(ages: Sequence[int | None], sexes: Sequence[str]) -> NDArray[np.int32]:
    """For each patient a number of those of like age (by ten years) and sex; -1 where one of them is not known."""
    known = [(age // 10, sex) if age is not None and sex not in ("", "unknown") else None for age, sex in zip(ages, sexes, strict=True)]
    numbers = {key: number for number, key in enumerate(sorted({key for key in known if key is not None}))}
    return np.array([-1 if key is None else numbers[key] for key in known], dtype=np.int32)
