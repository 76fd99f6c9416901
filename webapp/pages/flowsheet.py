"""Results by test: a row for each test, a column for each day, the newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from search.model import ConceptSummary
from webapp.pages.charted import Charted, Code, range_of
from webapp.pages.glance import RESULT_NAMES, alike_things, category_of, place_of
from webapp.pages.wording import address

DAYS: Final = 8
"""Columns of one page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a day: (value, level, the record's address), in the order of the day."""

    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TestRow:
    """A test with its values on the days of the page; `pin` is the concept that its curve is pinned by ('' for none)."""

    label: str
    heading: str
    unit: str
    usual: str
    pin: str
    codes: tuple[Code, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Flowsheet:
    """One page of the results by test."""

    days: tuple[str, ...]
    rows: tuple[TestRow, ...]
    page: int
    pages: int
    total: int
    """Days with results."""


def flowsheet_of(things: Sequence[Charted], page: int, concept: Callable[[str], ConceptSummary | None]) -> Flowsheet:
    """The results of counted facts with a value, cut to the days of one page; tests without a value on them are left out."""
    tests = [[thing for thing in same if thing.value and thing.fact.start] for same in alike_things(things).get("observation", ())]
    days = sorted({(thing.fact.start or "")[:10] for same in tests for thing in same}, reverse=True)
    pages = max(1, -(-len(days) // DAYS))
    page = min(page, pages)
    shown = tuple(days[(page - 1) * DAYS : page * DAYS])
    rows = [row for same in tests if same and (row := _row(same, shown, concept)) is not None]
    order = sorted(rows, key=lambda each: (each[0], each[1].label.casefold()))
    return Flowsheet(shown, tuple(row for _, row in order), page, pages, len(days))


def _row(same: Sequence[Charted], days: Sequence[str], concept: Callable[[str], ConceptSummary | None]) -> tuple[int, TestRow] | None:
    of_day = {day: [thing for thing in same if (thing.fact.start or "")[:10] == day] for day in days}
    if not any(of_day.values()):
        return None
    newest = max(same, key=lambda thing: thing.fact.start or "")
    category = category_of(newest.fact)
    cells = tuple(Cell(tuple((one.value, one.level, address("/record", [("id", one.fact.record)])) for one in of_day[day])) for day in days)
    heading = RESULT_NAMES.get(category) or category.replace("-", " ").capitalize()
    pin = newest.concepts[0] if newest.concepts and any(thing.fact.number is not None for thing in same) else ""
    row = TestRow(newest.fact.label, heading, newest.fact.unit or "", range_of(newest.fact), pin, newest.codes(concept), cells)
    return place_of(category), row
