"""Curves of results over the time axis of the lanes: with a scale, the range that is usual, and what of them is only a bound."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from webapp.pages.charted import Charted, about, level_words, range_of
from webapp.pages.timeline import Scale, day_of
from webapp.pages.wording import address

TALL: Final = 118
"""Pixels of a curve with its margins."""
_MARGIN: Final = 14
_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value: where it stands, what the pointer tells, and the record that says so."""

    x: str
    y: str
    said: str
    url: str
    bound: bool
    """Whether it is known only as a bound: drawn hollow, and joined with nothing."""
    out: bool
    """Whether it is out of the usual range."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of one test in one unit; `y` are pixels from the top of the picture."""

    label: str
    unit: str
    usual: str
    top: int
    ticks: tuple[tuple[int, str], ...]
    """(y, words) of the scale, from below."""
    band: tuple[int, int] | None
    """The usual range: its upper edge and its height."""
    readings: tuple[Reading, ...]
    lines: tuple[tuple[str, str, str, str], ...]
    """(x, y, x, y) between values that follow each other."""
    spoken: str
    without: str
    """The address without the curve."""
    left_out: str
    """What it does not draw, in words."""

    @property
    def middle(self) -> int:
        """Where it ends, in pixels."""
        return self.top + TALL


def curve_of(things: Sequence[Charted], label: str, top: int, scale: Scale, without: str) -> Curve | None:
    """The curve of results, from its upper edge `top`; None where none has a number and a day."""
    dated = [(day, thing) for thing in things if thing.fact.number is not None and (day := day_of(thing.fact.start or ""))]
    if not dated:
        return None
    dated.sort(key=lambda each: each[0])
    unit = Counter(thing.fact.unit or "" for _, thing in dated).most_common(1)[0][0]
    drawn = [(day, thing) for day, thing in dated if (thing.fact.unit or "") == unit]
    newest = drawn[-1][1].fact
    low, high = (_float(about(newest).get(end, "")) for end in ("low", "high"))
    numbers = [thing.fact.number or 0.0 for _, thing in drawn]
    ticks = ticks_of(min([*numbers, *([low] if low is not None else [])]), max([*numbers, *([high] if high is not None else [])]))
    least, most = ticks[0], ticks[-1]

    def height(value: float) -> float:
        part = (value - least) / (most - least)
        return top + TALL - _MARGIN - (TALL - 2 * _MARGIN) * min(1.0, max(0.0, part))

    readings = tuple(
        Reading(
            f"{scale.at(day):.2f}%",
            f"{height(thing.fact.number or 0.0):.1f}",
            f"{(thing.fact.start or '')[:10]}: {thing.value}{f' ({level})' if (level := level_words(thing.fact)) else ''}",
            address("/record", [("id", thing.fact.record)]),
            bool(thing.fact.comparator),
            bool(level),
        )
        for day, thing in drawn
    )
    upper, lower = height(high if high is not None else most), height(low if low is not None else least)
    others = len(things) - len(drawn)
    exact = [value for value, (_, thing) in zip(numbers, drawn, strict=True) if not thing.fact.comparator] or numbers
    return Curve(
        label=label,
        unit=unit,
        usual=range_of(newest),
        top=top,
        ticks=tuple((round(height(value)), f"{value:g}") for value in ticks),
        band=(round(upper), max(1, round(lower - upper))) if low is not None or high is not None else None,
        readings=readings,
        lines=tuple((a.x, a.y, b.x, b.y) for a, b in pairwise(readings) if not (a.bound or b.bound)),
        spoken=f"{len(drawn)} values from {exact[0]:g} to {exact[-1]:g}, lowest {min(exact):g}, highest {max(exact):g}",
        without=without,
        left_out=f"{others} in another unit, without a number or without a day" if others else "",
    )


def ticks_of(low: float, high: float) -> list[float]:
    """Three to six round numbers around a range."""
    if high <= low:
        pad = abs(high) * 0.1 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / 3
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(each * size for each in _STEPS if each * size >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
