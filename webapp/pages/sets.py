"""Saved cohorts that are put together: how they overlap as a picture and a table, each number with its patients."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request

from cohorts.errors import CohortsError
from cohorts.protection import Told
from cohorts.saved.algebra import HOWS, MOST, WORDS, How, Overlap, Region
from cohorts.saved.model import Saved
from webapp import saving
from webapp.combining import Combined, combined
from webapp.context import context
from webapp.pages.saved import cohort_url, how_of
from webapp.pages.state import State
from webapp.pages.wording import address

pages = Blueprint("sets", __name__)

_CIRCLES: Final = {2: ((155, 130), (265, 130)), 3: ((160, 125), (260, 125), (210, 212))}
"""How many cohorts → the middles of their circles, in the units of the picture."""
_RADIUS: Final = 95
_NAMES: Final = {2: ((130, 22), (290, 22)), 3: ((115, 22), (305, 22), (210, 330))}
_NUMBERS: Final[dict[int, dict[tuple[int, ...], tuple[int, int]]]] = {
    2: {(0,): (110, 136), (1,): (310, 136), (0, 1): (210, 136)},
    3: {
        (0,): (112, 110),
        (1,): (308, 110),
        (2,): (210, 268),
        (0, 1): (210, 92),
        (0, 2): (152, 190),
        (1, 2): (268, 190),
        (0, 1, 2): (210, 158),
    },
}
"""How many cohorts → the region → where its number stands."""
_ROWS: Final = 30
"""Regions that the picture of more than three cohorts has: the largest."""
_BAR: Final = 200
"""How long its longest bar is."""


@dataclass(frozen=True, slots=True)
class Part:
    """A region, with its patients and where its number stands."""

    inside: tuple[int, ...]
    words: str
    count: Told
    url: str
    x: int = 0
    y: int = 0
    bar: int = 0


@dataclass(frozen=True, slots=True)
class Circle:
    """A cohort in the picture."""

    name: str
    x: int
    y: int
    name_x: int
    name_y: int


@dataclass(frozen=True, slots=True)
class SetsPage:
    """Cohorts put together."""

    cohorts: tuple[Saved, ...]
    names: tuple[str, ...]
    sizes: tuple[Told, ...]
    subjects: str
    how: How
    words: str
    count: Told
    url: str
    """The patients of the combination."""
    save: str
    """The form that saves it."""
    parts: tuple[Part, ...]
    circles: tuple[Circle, ...]
    """Of up to three; of more, the picture has a line for each region."""
    radius: int = _RADIUS

    @property
    def lines(self) -> tuple[Part, ...]:
        """The largest regions."""
        return self.parts if len(self.parts) <= _ROWS else tuple(sorted(self.parts, key=lambda one: -one.bar))[:_ROWS]


@pages.get("/saved/sets")
def sets() -> tuple[str, int]:
    """The saved cohorts of the address, put together; or the choice of them."""
    things, viewer = saving.things(), saving.viewer()
    chosen = tuple(dict.fromkeys(request.args.getlist("id")))
    how = how_of(request.args.get("how", ""))
    page, problem = None, ""
    if len(chosen) > 1 or (chosen and "how" in request.args):  # one alone is the beginning of a choice
        try:
            page = _page(combined(chosen, how, context()))
        except CohortsError as error:
            problem = str(error)
    cohorts = things.listed(viewer, "cohort")
    hows = [(one, WORDS[one]) for one in HOWS]
    shown = render_template(
        "saved_sets.html", page=page, problem=problem, cohorts=cohorts, chosen=chosen, how=how, hows=hows, most=MOST, state=State()
    )
    return shown, 400 if problem else 200


def _page(found: Combined) -> SetsPage:
    overlap = found.together.told(context().protection)
    names = tuple(saving.called(one) for one in found.cohorts)
    several = len(names)
    middles = _CIRCLES.get(several, ())
    circles = tuple(Circle(name, *at, *beside) for name, at, beside in zip(names, middles, _NAMES.get(several, ()), strict=False))
    ids = [("id", one.id) for one in found.cohorts]
    return SetsPage(
        cohorts=found.cohorts,
        names=names,
        sizes=overlap.sizes,
        subjects=found.together.subjects,
        how=found.how,
        words=WORDS[found.how],
        count=overlap.combined(found.how),
        url=cohort_url(found.definition),
        save=address("/saved/new/sets", [*ids, ("how", found.how)]),
        parts=_parts(overlap, names, [cohort_url(one) for one in found.regions]),
        circles=circles,
    )


def _parts(overlap: Overlap, names: tuple[str, ...], urls: list[str]) -> tuple[Part, ...]:
    places = _NUMBERS.get(len(names), {})
    largest = max((one.count for one in overlap.regions if isinstance(one.count, int)), default=0)

    def part(one: Region, url: str) -> Part:
        bar = round(_BAR * one.count / largest) if isinstance(one.count, int) and largest else 0
        x, y = places.get(one.inside, (0, 0))
        return Part(one.inside, _in_words(one.inside, names), one.count, url, x, y, bar)

    return tuple(part(one, url) for one, url in zip(overlap.regions, urls, strict=True))


def _in_words(inside: tuple[int, ...], names: tuple[str, ...]) -> str:
    """A region: 'stroke and af, without bleed'."""
    others = [name for place, name in enumerate(names) if place not in inside]
    return " and ".join(names[place] for place in inside) + (f", without {' and '.join(others)}" if others else "")
