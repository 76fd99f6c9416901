"""What the address of a patient's page says: what is shown, what is pinned to the time axis, which visit and which note are open."""

from dataclasses import dataclass, replace
from typing import Any, Final

from flask import request

from webapp.pages.cohort_rows import CODED, rows_of
from webapp.pages.reading import whole_number
from webapp.pages.wording import GROUP_NAMES, address

CHARTED: Final = tuple(group for group in GROUP_NAMES if group != "document")
"""What `kind=charted` stands for: all that is no text."""
MOST_PINS: Final = 6


@dataclass(frozen=True, slots=True)
class View:
    """All that the address says; every link of the page is made from it."""

    patient: str
    kinds: tuple[str, ...] = ()
    called: str = ""
    """The name of what lanes and table are cut to: one line of the chart in short."""
    find: str = ""
    """Words that what is shown has in its name or codes."""
    on: str = ""
    """The day, month or year that the table is cut to."""
    pins: tuple[str, ...] = ()
    """Concepts that have a curve or a lane of their own, first of all."""
    encounter: str = ""
    """The visit that is open."""
    note: str = ""
    """The document that is open beside the lanes."""
    came: str = ""
    """The document that led here."""
    page: int = 1
    sheet: int = 1
    """The page of the columns of results."""

    def url(self, anchor: str = "", **changed: Any) -> str:
        """The address with some of it changed; a change of what is listed begins with its first page."""
        there = replace(self, **{"page": 1, **changed})
        return address(
            "/patient",
            [
                ("id", there.patient),
                *(("kind", kind) for kind in there.kinds),
                ("called", there.called),
                ("find", there.find),
                ("on", there.on),
                *(("pin", pin) for pin in there.pins),
                ("encounter", there.encounter),
                ("note", there.note),
                ("from", there.came),
                ("page", "" if there.page == 1 else there.page),
                ("sheet", "" if there.sheet == 1 else there.sheet),
            ],
            anchor,
        )

    def turned(self, kind: str) -> str:
        """The address that shows a kind alone or with those shown, or hides it."""
        kinds = tuple(each for each in self.kinds if each != kind) if kind in self.kinds else (*self.kinds, kind)
        return self.url(kinds=kinds, called="", on="")

    def pinned(self, concept: str) -> str:
        """The address with a concept pinned, or not pinned any more; '' where no more can be."""
        if concept in self.pins:
            return self.url("lanes-of", pins=tuple(pin for pin in self.pins if pin != concept), page=self.page)
        return self.url("lanes-of", pins=(*self.pins, concept), page=self.page) if len(self.pins) < MOST_PINS else ""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a form that asks for words keeps of the address."""
        given = (("kind", self.kinds), ("pin", self.pins), ("encounter", (self.encounter,)), ("note", (self.note,)), ("from", (self.came,)))
        return [("id", self.patient), *((name, value) for name, values in given for value in values if value)]


def view_of(patient: str) -> View:
    """The view that the address of this request says."""
    given = request.args
    asked = [each for kind in given.getlist("kind") for each in (CHARTED if kind == "charted" else (kind,))]
    kinds = tuple(kind for kind in dict.fromkeys(asked) if kind in GROUP_NAMES)
    return View(
        patient=patient,
        kinds=kinds,
        called=given.get("called", "").strip() if len(kinds) == 1 else "",
        find=given.get("find", "").strip()[:100],
        on=given.get("on", "")[:10],
        pins=tuple(dict.fromkeys(pin for pin in given.getlist("pin") if pin))[:MOST_PINS],
        encounter=given.get("encounter", ""),
        note=given.get("note", ""),
        came=given.get("from", ""),
        page=whole_number("page", 1, 1),
        sheet=whole_number("sheet", 1, 1),
    )


def pins_of_cohort() -> list[tuple[str, str]]:
    """The concepts of the conditions of this request's cohort, as parameters that pin them on the page of one of its patients."""
    rows = [row for row in rows_of(request.args) if row.what in CODED and not row.absent]
    return [("pin", concept) for concept in dict.fromkeys(concept for row in rows for concept in row.concepts)][:MOST_PINS]
