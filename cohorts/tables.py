"""What two things have to do with each other, told from how many have both, one of them, or neither: four counts, and what they say.

    both          a   first_only    b
    second_only   c   neither       d

Every function takes whole arrays of such tables, one place a pair. Formulas: docs/cooccurrence.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Counts of those that have both things, only the first, only the second, or neither; one place for every pair."""

    both: Counts
    first_only: Counts
    second_only: Counts
    neither: Counts

    @classmethod
    def of(cls, both: Counts, first: Counts, second: Counts, everyone: Counts | int) -> "Tables":
        """From how many have both, how many have each at all, and how many there are. Raises ValueError where that cannot be."""
        tables = cls(both, first - both, second - both, everyone - first - second + both)
        if any((counts < 0).any() for counts in (tables.both, tables.first_only, tables.second_only, tables.neither)):
            raise ValueError("more have both than have one of them, or more have one of them than there are")
        return tables

    @property
    def everyone(self) -> Counts:
        """How many there are."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def expected(self) -> Numbers:
        """How many would have both if the two had nothing to do with each other; 0 where there is nobody."""
        product = (self.both + self.first_only).astype(np.float64) * (self.both + self.second_only)
        return np.divide(product, self.everyone, out=np.zeros_like(product), where=self.everyone > 0)

    @property
    def lift(self) -> Numbers:
        """Observed over expected; NaN where none is expected."""
        return _ratio(self.both.astype(np.float64), self.expected)

    @property
    def phi(self) -> Numbers:
        """The correlation of the two, from -1 to 1; NaN where everybody or nobody has one of them."""
        a, b, c, d = (counts.astype(np.float64) for counts in (self.both, self.first_only, self.second_only, self.neither))
        return _ratio(a * d - b * c, np.sqrt((a + b) * (c + d) * (a + c) * (b + d)))

    @property
    def odds_ratio(self) -> Numbers:
        """ad / bc: infinite where b or c is 0 and neither a nor d is, NaN where both products are 0."""
        a, b, c, d = (counts.astype(np.float64) for counts in (self.both, self.first_only, self.second_only, self.neither))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: Numbers = (a * d) / (b * c)
        return ratio

    def chance(self) -> Numbers:
        """The probability that at least so many have both by chance, all sums of the table being as they are (Fisher, one-sided)."""
        from scipy.stats import hypergeom

        with np.errstate(invalid="ignore"):
            found = hypergeom.sf(self.both - 1, self.everyone, self.both + self.first_only, self.both + self.second_only)
        # Of a table of nobody the library knows nothing; there is nothing that could be more than chance.
        chances: Numbers = np.clip(np.nan_to_num(found, nan=1.0), 0.0, 1.0)
        return chances

    def __len__(self) -> int:
        return len(self.both)


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    ratio: Numbers = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return ratio


def discoveries(chances: Numbers) -> Numbers:
    """The false discovery rate at which each of many pairs would still be told as one that belongs together (Benjamini–Hochberg)."""
    from scipy.stats import false_discovery_control

    found: Numbers = false_discovery_control(chances) if len(chances) else chances
    return found


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the interval that holds the true value in 95 of 100 samples; `high` may be infinite."""

    estimate: float
    low: float
    high: float


def exact_odds(both: int, first_only: int, second_only: int, neither: int) -> Interval | None:
    """The odds ratio given the sums of the table, with its exact interval; None where a sum is 0, so that it says nothing."""
    if 0 in (both + first_only, both + second_only, second_only + neither, first_only + neither):
        return None
    from scipy.stats.contingency import odds_ratio

    found = odds_ratio([[both, first_only], [second_only, neither]])
    interval = found.confidence_interval(0.95)
    return Interval(float(found.statistic), float(interval.low), float(interval.high))


def adjusted_odds(strata: NDArray[np.int64]) -> Interval | None:
    """The odds ratio of tables (strata, 2, 2) taken together (Mantel–Haenszel): as if all were of one stratum.

    None where no stratum says anything: in each nobody, or everybody, has one of the two.
    """
    telling = strata[(strata.sum(axis=1) > 0).all(axis=1) & (strata.sum(axis=2) > 0).all(axis=1)].astype(np.float64)
    if not len(telling):
        return None
    sums = telling.sum(axis=(1, 2))
    with_it = float((telling[:, 0, 0] * telling[:, 1, 1] / sums).sum())
    against = float((telling[:, 0, 1] * telling[:, 1, 0] / sums).sum())
    if with_it == 0 or against == 0:
        return Interval(np.inf if against == 0 else 0.0, np.nan, np.nan) if with_it or against else None
    from statsmodels.stats.contingency_tables import StratifiedTable

    pooled = StratifiedTable(telling.transpose(1, 2, 0))
    low, high = pooled.oddsratio_pooled_confint()
    return Interval(float(pooled.oddsratio_pooled), float(low), float(high))
