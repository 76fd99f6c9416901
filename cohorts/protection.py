"""Numbers of patients as they may be told: small ones are hidden, and so is whatever would give them away.

One path for every such number that leaves: counts, attrition, parts of a whole, tables of four cells. Rules and sources: docs/cohorts.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Told = int | str
"""A number of patients as it is told: itself, rounded, '<11' where it is small, or HIDDEN."""
HIDDEN: Final = "hidden"
"""Of a number that is not small, but would give away one that is."""
USUAL_LEAST: Final = 11
"""The smallest number that is told where numbers are protected and nothing else is set, as CMS and PCORnet have it."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What may be told of two things in the same patients: who has both, and who has the second; ratios only where `ratios` says so."""

    both: Told
    first: Told
    second: Told
    everyone: Told
    ratios: bool


@dataclass(frozen=True, slots=True)
class Protection:
    """How numbers of patients are protected: those from 1 to `least` - 1 are hidden, others are rounded to multiples of `rounding`.

    0 and 1 mean that nothing is hidden, or rounded.
    """

    least: int = 0
    rounding: int = 0

    @property
    def on(self) -> bool:
        """Whether anything is changed at all. Where it is, lists of patients do not leave either."""
        return self.least > 1 or self.rounding > 1

    def tells(self, number: int) -> bool:
        """Whether a number is not hidden for being small: 0 is told, for it is about nobody."""
        return number <= 0 or number >= self.least

    def count(self, number: int) -> Told:
        """One number: rounded to the nearest multiple that is not below `least`."""
        if not self.tells(number):
            return f"<{self.least}"
        if number <= 0 or self.rounding <= 1:
            return number
        nearest = (2 * number + self.rounding) // (2 * self.rounding)
        return max(nearest, -(-max(self.least, 1) // self.rounding)) * self.rounding

    def steps(self, numbers: Sequence[int]) -> list[Told]:
        """Who is left after each step, none more than before: the difference of two that are told is never small either.

        The first and the last are told before those between them.
        """
        told: list[Told] = [self.count(number) if not self.tells(number) else HIDDEN for number in numbers]
        kept: list[int] = []
        for place in _ends_first(len(numbers)):
            near = (abs(numbers[place] - numbers[other]) for other in kept)
            if self.tells(numbers[place]) and all(map(self.tells, near)):
                told[place] = self.count(numbers[place])
                kept.append(place)
        return told

    def parts(self, numbers: Sequence[int]) -> list[Told]:
        """The parts of a whole that is told, too: what is hidden of it is never small taken together, nor one part alone."""
        hidden = {place for place, number in enumerate(numbers) if not self.tells(number)}
        others = sorted((number, place) for place, number in enumerate(numbers) if number > 0 and place not in hidden)
        while hidden and others and (len(hidden) < 2 or sum(numbers[place] for place in hidden) < self.least):
            hidden.add(others.pop(0)[1])
        return [HIDDEN if place in hidden and self.tells(number) else self.count(number) for place, number in enumerate(numbers)]

    def cells(self, both: int, first: int, second: int, everyone: int) -> Cells:
        """A table of four cells by its sums. With a small cell `both` is hidden; `second` too where the sums alone bound it closely."""
        four = both, first - both, second - both, everyone - first - second + both
        told_everyone, told_first = self.steps([everyone, first])
        told_second = self.steps([everyone, second])[1]
        if all(map(self.tells, four)):
            return Cells(self.count(both), told_first, told_second, told_everyone, ratios=True)
        closely = min(first, second) - max(0, first + second - everyone) < self.least
        if closely and self.tells(second):
            told_second = HIDDEN
        return Cells(HIDDEN if self.tells(both) else self.count(both), told_first, told_second, told_everyone, ratios=False)

    def shares(self, first: int, of_first: int, second: int, of_second: int) -> tuple[Told, Told]:
        """How many of each of two groups have something: both are hidden where one, or how many have it not, is small."""
        if all(map(self.tells, (first, of_first - first, second, of_second - second))):
            return self.count(first), self.count(second)
        return HIDDEN if self.tells(first) else self.count(first), HIDDEN if self.tells(second) else self.count(second)


OFF: Final = Protection()


def _ends_first(length: int) -> list[int]:
    """Places from 0: the first, the last, then those between in their order."""
    return [0, length - 1, *range(1, length - 1)] if length > 1 else list(range(length))
