"""What is found together, as JSON. What is infinite, or not known, is null."""

import math

from typing_extensions import TypedDict

from cohorts.cooccurrence import Pair
from cohorts.protection import Told
from cohorts.tables import Interval
from cohorts.together import Beside, Named, Strongest


class ThingJson(TypedDict):
    """A concept that stands for all codings of one thing. `kind` is the relation that charts it, 'note' where only notes say it."""

    concept: str
    label: str
    kind: str


class IntervalJson(TypedDict):
    """An odds ratio with its interval of 95 %; null is infinite, or could not be worked out."""

    estimate: float | None
    low: float | None
    high: float | None


class PairJson(TypedDict):
    """How a thing belongs to the one that was asked about: `first` counts those who have that one, `second` those who have this.

    Figures that would give away a number that is protected are null.
    """

    thing: ThingJson
    both: Told
    first: Told
    second: Told
    everyone: Told
    expected: float | None
    lift: float | None
    phi: float | None
    odds: IntervalJson | None
    adjusted: IntervalJson | None
    chance: float | None
    discovery: float | None
    later: Told
    earlier: Told
    same_day: Told


class CooccurrenceJson(TypedDict):
    """What is found beside a thing. `asked` pairs were looked at, among which false discoveries are told."""

    of: ThingJson
    having: Told
    everyone: Told
    asked: int
    pairs: list[PairJson]
    generation: int


class TogetherJson(TypedDict):
    """Two things that belong together: `first` has `pair`'s `thing` beside it."""

    first: ThingJson
    pair: PairJson


class StrongestJson(TypedDict):
    """Of all pairs of the commonest things those that belong together most surely."""

    everyone: Told
    asked: int
    pairs: list[TogetherJson]
    generation: int


def strongest_answer(found: Strongest, generation: int) -> StrongestJson:
    """See StrongestJson."""
    pairs: list[TogetherJson] = [{"first": _thing(first), "pair": _pair(second, pair)} for first, second, pair in found.pairs]
    return {"everyone": found.everyone, "asked": found.asked, "pairs": pairs, "generation": generation}


def beside_answer(found: Beside, generation: int) -> CooccurrenceJson:
    """See CooccurrenceJson."""
    return {
        "of": _thing(found.of),
        "having": found.having,
        "everyone": found.everyone,
        "asked": found.asked,
        "pairs": [_pair(named, pair) for named, pair in found.pairs],
        "generation": generation,
    }


def _pair(named: Named, pair: Pair) -> PairJson:
    return {
        "thing": _thing(named),
        "both": pair.both,
        "first": pair.first,
        "second": pair.second,
        "everyone": pair.everyone,
        "expected": pair.expected,
        "lift": pair.lift,
        "phi": pair.phi,
        "odds": _interval(pair.odds),
        "adjusted": _interval(pair.adjusted),
        "chance": pair.chance,
        "discovery": pair.discovery,
        "later": pair.later,
        "earlier": pair.earlier,
        "same_day": pair.same_day,
    }


def _thing(named: Named) -> ThingJson:
    return {"concept": named.concept, "label": named.label, "kind": named.kind}


def _interval(odds: Interval | None) -> IntervalJson | None:
    return None if odds is None else {"estimate": _finite(odds.estimate), "low": _finite(odds.low), "high": _finite(odds.high)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
