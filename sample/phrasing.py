"""Templates: `[one|other]` chooses, `{slot}` inserts, `{#3-5}` draws a number (`{#38.1-39.4}` one with as many decimals)."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws that depend on nothing but the seed and their order.

    Everything is made from `Random.random()`, whose sequence Python guarantees; `choice` and `shuffle` have changed between versions.
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - sample data, not a secret

    def below(self, n: int) -> int:
        """An integer from 0 to n - 1."""
        return min(int(self._random.random() * n), n - 1)

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def number(self, low: float, high: float, decimals: int) -> float:
        """A decimal number from low to high."""
        scale = float(10**decimals)
        steps = round((high - low) * scale)
        return round(low + self.below(steps + 1) / scale, decimals)

    def chance(self, share: float) -> bool:
        """True in `share` of the draws."""
        return self._random.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (or all), in drawn order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]


def fill(template: str, dice: Dice, slots: Mapping[str, str]) -> str:
    """The template with its choices made and its slots filled; KeyError names a slot that nothing fills."""
    text, end = _sequence(template, 0, dice, slots, chosen=True)
    if end != len(template):
        raise ValueError(f"unbalanced ']' at {end} of template {template!r}")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.replace(" .", ".").replace(" ,", ",").strip()


def _sequence(template: str, at: int, dice: Dice, slots: Mapping[str, str], *, chosen: bool) -> tuple[str, int]:
    """Text from `at` to the '|' or ']' that ends this level. What was not chosen is parsed without drawing from the dice."""
    parts: list[str] = []
    while at < len(template):
        mark = template[at]
        if mark in "|]":
            break
        if mark == "[":
            text, at = _choice(template, at, dice, slots, chosen=chosen)
            parts.append(text)
        elif mark == "{":
            close = template.index("}", at)
            if chosen:
                parts.append(_slot(template[at + 1 : close], dice, slots))
            at = close + 1
        else:
            following = min((p for p in (template.find(m, at) for m in "[|]{") if p >= 0), default=len(template))
            if chosen:
                parts.append(template[at:following])
            at = following
    return "".join(parts), at


def _choice(template: str, at: int, dice: Dice, slots: Mapping[str, str], *, chosen: bool) -> tuple[str, int]:
    starts = _alternatives(template, at)
    pick = dice.below(len(starts)) if chosen else -1
    text, end = "", at
    for number, start in enumerate(starts):
        found, end = _sequence(template, start, dice, slots, chosen=chosen and number == pick)
        text += found
    return text, end + 1


def _alternatives(template: str, at: int) -> list[int]:
    """Where each alternative of the choice that opens at `at` begins."""
    starts, depth = [at + 1], 0
    for place in range(at + 1, len(template)):
        mark = template[place]
        if mark == "[":
            depth += 1
        elif mark == "]":
            if depth == 0:
                return starts
            depth -= 1
        elif mark == "|" and depth == 0:
            starts.append(place + 1)
    raise ValueError(f"unbalanced '[' at {at} of template {template!r}")


def _slot(name: str, dice: Dice, slots: Mapping[str, str]) -> str:
    if not name.startswith("#"):
        return slots[name]
    low, _, high = name[1:].partition("-")
    decimals = len(low.partition(".")[2])
    return f"{dice.number(float(low), float(high), decimals):.{decimals}f}"
