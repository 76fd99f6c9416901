"""Counters of fixed size: what a report keeps instead of the data."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

MOST_VALUES: Final = 1000
"""Different values of one attribute, or reasons, that are told apart."""
OTHERS: Final = "(other values)"


@dataclass(slots=True)
class Figures:
    """Sum, mean, least and most of numbers; None where there were none."""

    count: int = 0
    total: float = 0.0
    least: float | None = None
    most: float | None = None
    _rest: float = 0.0
    """What rounding took from the total (Neumaier): a mean of equal numbers is that number."""

    def add(self, number: float) -> None:
        """Take in a number."""
        self.count += 1
        total = self.total + number
        self._rest += (self.total - total) + number if abs(self.total) >= abs(number) else (number - total) + self.total
        self.total = total
        self.least = number if self.least is None or number < self.least else self.least
        self.most = number if self.most is None or number > self.most else self.most

    @property
    def mean(self) -> float | None:
        """The mean."""
        return (self.total + self._rest) / self.count if self.count else None

    @property
    def sum(self) -> float | None:
        """The sum, None where nothing was added."""
        return self.total + self._rest if self.count else None


@dataclass(slots=True)
class Values:
    """How often each value occurs. From the thousandth different one on, new ones are counted together."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, value: str, count: int = 1) -> str:
        """Take in a value; what it is counted as."""
        counted = value if value in self.counts or len(self.counts) < MOST_VALUES else OTHERS
        self.counts[counted] += count
        return counted


def spread(counts: Counter[int]) -> Figures:
    """The figures of a distribution: number → how many have it."""
    found = Figures()
    for number in counts:
        found.add(number)
    found.count = counts.total()
    found.total = float(sum(number * count for number, count in counts.items()))
    return found


def short_names(addresses: Iterable[str]) -> dict[str, str]:
    """Address → its last part, or all of it where several end alike."""
    listed = list(addresses)
    ends = Counter(_end(address) for address in listed)
    return {address: end if ends[end := _end(address)] == 1 else address for address in listed}


def _end(address: str) -> str:
    return address.replace("\\", "/").rstrip("/").rpartition("/")[2]
