"""All pairs of things that belong together most surely: as a table, a matrix and a network, of everybody or of a cohort."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, render_template, request

from cohorts.cooccurrence import Pair
from cohorts.occurring import RELATIONS, UNITS, USUAL, Unit
from cohorts.protection import Protection, Told
from cohorts.together import Named
from search.days import day_of
from webapp.context import context
from webapp.pages.cohort import asked_definition, url_of
from webapp.pages.cohort_rows import rows_of
from webapp.pages.reading import snapshot
from webapp.pages.state import State
from webapp.pages.together import UNIT_WORDS, chance_words, cohort_of, interval_words
from webapp.pages.wording import address
from webapp.saving import read

pages = Blueprint("pairs", __name__)

MOST_PAIRS: Final = 150
MOST_THINGS: Final = 24
"""Things of the matrix and of the network: as many as can be labelled legibly."""
_NEAR: Final = 4
"""So many things before it a thing of the matrix is to be joined with."""
VIEWS: Final = {"table": "Table", "matrix": "Matrix", "network": "Network"}
STRENGTHS: Final = (1.5, 2.0, 4.0, 8.0)
"""Lifts from which a cell of the matrix, or a line of the network, is stronger by one step."""
WIDE, HIGH, RADIUS = 900, 720, 250
"""The box of the network, and the radius of its ring."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair in the matrix; `strength` is 1 to 5."""

    pair: Pair
    strength: int
    url: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A thing on the ring of the network."""

    thing: Named
    x: float
    y: float
    label_x: float
    anchor: str
    url: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A pair as a line of the network."""

    first: Spot
    second: Spot
    pair: Pair
    strength: int
    url: str


@dataclass(frozen=True, slots=True)
class PairsPage:
    """All the page shows."""

    everyone: Told
    asked: int
    pairs: tuple[tuple[Named, Named, Pair], ...]
    things: tuple[Named, ...]
    matrix: tuple[tuple[Named, tuple[Cell | None, ...]], ...]
    ties: tuple[Tie, ...]
    spots: tuple[Spot, ...]
    unit: str
    units: tuple[tuple[str, str, bool], ...]
    relations: tuple[tuple[str, str, bool], ...]
    views: tuple[tuple[str, str, bool], ...]
    view: str
    within: str
    """The address of the cohort that is looked at; '' for everybody."""


@pages.get("/cooccurrence/pairs")
def pairs() -> str:
    """The pairs that belong together most surely, of a cohort where its conditions stand in the address too."""
    given = request.args
    rows = rows_of(given)
    unit: Unit = next((unit for unit in UNITS if unit == given.get("unit")), "patient")
    chosen = given.getlist("relation")
    relations = tuple(one for one in RELATIONS if one in chosen) or USUAL
    view = given.get("view", "") if given.get("view", "") in VIEWS else "table"
    whole = any(row.complete for row in rows)
    within = snapshot().cohorts.count(read(asked_definition(rows))) if whole else None
    today = day_of(datetime.now(UTC).date())
    found = snapshot().together.strongest(unit, relations, today, within, given.getlist("dataset"), MOST_PAIRS)
    told = tellable(found.pairs, context().protection)
    things = things_of(told)
    spots = spots_of(things)

    def url(of: str, asked: Sequence[str], shown: str) -> str:
        named = [("relation", one) for one in asked if tuple(asked) != USUAL]
        return url_of(rows, ("unit", of), *named, ("view", shown), path="/cooccurrence/pairs")

    def turned(one: str) -> tuple[str, ...]:
        return tuple(each for each in RELATIONS if (each in relations) != (each == one)) or USUAL

    page = PairsPage(
        everyone=context().protection.count(found.everyone),
        asked=found.asked,
        pairs=told,
        things=things,
        matrix=matrix_of(things, told) if view == "matrix" else (),
        ties=ties_of(spots, told) if view == "network" else (),
        spots=spots if view == "network" else (),
        unit=UNIT_WORDS[unit],
        units=tuple((UNIT_WORDS[one], url(one, relations, view), one == unit) for one in UNITS),
        relations=tuple((one, url(unit, turned(one), view), one in relations) for one in RELATIONS) if unit != "note" else (),
        views=tuple((words, url(unit, relations, name), name == view) for name, words in VIEWS.items()),
        view=view,
        within=url_of(rows) if whole else "",
    )
    return render_template(
        "pairs.html", page=page, state=State(), cohort_of=cohort_of, interval=interval_words, chance=chance_words, box=(WIDE, HIGH)
    )


def tellable(pairs: Sequence[tuple[Named, Named, Pair]], protection: Protection) -> tuple[tuple[Named, Named, Pair], ...]:
    """The pairs of which everything may be told, with their numbers as they are told: how often two are found together is what is shown."""
    told = []
    for first, second, pair in pairs:
        cells = protection.cells(pair.both, pair.first, pair.second, pair.everyone)
        if cells.ratios and isinstance(cells.both, int) and isinstance(cells.first, int) and isinstance(cells.second, int):
            told.append((first, second, replace(pair, both=cells.both, first=cells.first, second=cells.second)))
    return tuple(told)


def things_of(pairs: Sequence[tuple[Named, Named, Pair]]) -> tuple[Named, ...]:
    """The things of most pairs, those that are joined beside each other."""
    counts = Counter(thing for first, second, _ in pairs for thing in (first, second))
    left = sorted(counts, key=lambda thing: (-counts[thing], thing.label.casefold(), thing.concept))[:MOST_THINGS]
    joined = {frozenset((first, second)) for first, second, _ in pairs}
    placed: list[Named] = []
    while left:
        near = placed[-_NEAR:]
        # The first of the best: of those that are joined with nothing near, the one of most pairs.
        best = max(left, key=lambda thing: sum(frozenset((thing, other)) in joined for other in near))
        left.remove(best)
        placed.append(best)
    return tuple(placed)


def strength_of(pair: Pair) -> int:
    """How strong a pair is drawn, from 1 to 5."""
    return 1 + sum((pair.lift or 0.0) >= step for step in STRENGTHS)


def matrix_of(things: Sequence[Named], pairs: Sequence[tuple[Named, Named, Pair]]) -> tuple[tuple[Named, tuple[Cell | None, ...]], ...]:
    """A row for each thing with a cell for each; None where they are no pair that is told."""
    cells = {}
    for first, second, pair in pairs:
        cells[first, second] = cells[second, first] = Cell(pair, strength_of(pair), cohort_of(first, second))
    return tuple((row, tuple(cells.get((row, column)) for column in things)) for row in things)


def spots_of(things: Sequence[Named]) -> tuple[Spot, ...]:
    """The things on a ring."""
    spots = []
    for number, thing in enumerate(things):
        angle = 2 * math.pi * number / max(1, len(things)) - math.pi / 2
        across = math.cos(angle)
        x, y = WIDE / 2 + RADIUS * across, HIGH / 2 + RADIUS * 1.1 * math.sin(angle)
        anchor = "start" if across > 0.1 else "end" if across < -0.1 else "middle"
        beside = 12 if across > 0.1 else -12 if across < -0.1 else 0
        spots.append(Spot(thing, round(x, 1), round(y, 1), round(x + beside, 1), anchor, address("/node", [("id", thing.concept)])))
    return tuple(spots)


def ties_of(spots: Sequence[Spot], pairs: Sequence[tuple[Named, Named, Pair]]) -> tuple[Tie, ...]:
    """The pairs between things of the ring, the weakest first so that strong ones lie above them."""
    by_thing = {spot.thing: spot for spot in spots}
    ties = [
        Tie(by_thing[first], by_thing[second], pair, strength_of(pair), cohort_of(first, second))
        for first, second, pair in pairs
        if first in by_thing and second in by_thing
    ]
    return tuple(sorted(ties, key=lambda tie: tie.strength))
