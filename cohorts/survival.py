"""Time to an event: how long patients were followed, how many had it by when (Kaplan–Meier), and whether two groups differ (log-rank).

Formulas and sources: docs/comparison.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cohorts.events import Int64, Mask

_NORMAL: Final = 1.959963984540054
"""The quantile of the normal distribution that bounds an interval of 95 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Patients who are followed, one place each: for how many days after the index, and whether the event ended it."""

    days: Int64
    happened: Mask

    def __len__(self) -> int:
        return len(self.days)

    def at_risk(self, day: int) -> int:
        """How many are still followed, without the event before that day."""
        return int((self.days >= day).sum())

    def had(self, day: int) -> int:
        """How many had the event by the end of that day."""
        return int((self.happened & (self.days <= day)).sum())


@dataclass(frozen=True, slots=True)
class Point:
    """A day on which somebody had the event: how many could, how many did, and the share that is free of it from then on."""

    day: int
    at_risk: int
    events: int
    free: float
    low: float | None
    """The interval of 95 % (log-log); None where nobody is free of it, which has none."""
    high: float | None


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether the curves of two groups differ: chi-squared with one degree of freedom, and its probability by chance."""

    statistic: float
    chance: float


def curve(followed: Followed) -> tuple[Point, ...]:
    """The curve of Kaplan and Meier: a point for each day on which the event happened; () where it never did."""
    if not followed.happened.any():
        return ()
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(followed.days, followed.happened.astype(np.int64))
    columns = zip(found.surv_times, found.n_risk, found.n_events, found.surv_prob, found.surv_prob_se, strict=True)
    return tuple(
        Point(int(day), int(risk), int(events), float(free), *_bounds(float(free), float(error)))
        for day, risk, events, free, error in columns
        if events > 0
    )


def free_after(points: Sequence[Point], day: int) -> float:
    """The share that is free of the event at the end of a day."""
    return next((point.free for point in reversed(points) if point.day <= day), 1.0)


def log_rank(first: Followed, second: Followed) -> LogRank | None:
    """None where nobody had the event, or a group is empty."""
    if not len(first) or not len(second) or not (first.happened.any() or second.happened.any()):
        return None
    from statsmodels.duration.survfunc import survdiff

    groups = np.repeat([0, 1], [len(first), len(second)])
    happened = np.concatenate([first.happened, second.happened]).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        try:
            statistic, chance = survdiff(np.concatenate([first.days, second.days]), happened, groups)
        except np.linalg.LinAlgError:
            return None  # nobody of one group was at risk when somebody of the other had it
    return LogRank(float(statistic), float(chance)) if math.isfinite(statistic) else None


def _bounds(free: float, error: float) -> tuple[float | None, float | None]:
    """The interval of a share by the log of its -log, which stays between 0 and 1."""
    if not 0 < free < 1 or not math.isfinite(error):
        return None, None
    width = _NORMAL * error / (free * math.log(free))
    bounds = free ** math.exp(-width), free ** math.exp(width)
    return min(bounds), max(bounds)
