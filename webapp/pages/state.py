"""What the address of a search says: its question, filters, mode and page. Every link of the search page is made from it."""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import request

from search.errors import InvalidRequest
from search.filters import FILTERS, Filter, Filters, Kind
from search.model import Group, Match, Mode, SearchRequest
from search.questions.question import Ask, Switch, switch_of
from webapp.pages.reading import PAGE, whole_number
from webapp.pages.wording import address

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

ROWS = {row.name: row for row in FILTERS}


@dataclass(frozen=True, slots=True)
class State:
    """All that the address says; every link of the page is made from it."""

    query: str = ""
    given: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The filters that are set, by name, with their values as they were written."""
    mode: Mode = Mode.HYBRID
    page: int = 1
    match: str = ""
    """'well' or 'loosely' where only documents that match so are listed."""
    assertion: str = ""
    """How concepts are asked where the words do not say (search.questions.question.Ask)."""
    parts: tuple[Switch, ...] = ()
    """How single parts of the question are asked."""
    literal: bool = False
    """Whether nothing is read of the question."""
    as_typed: bool = False
    """Whether slips of the pen stay as they are."""
    group: str = ""
    """'patient' where hits are put together by patient."""
    view: str = ""
    """'connections' where a narrow screen shows the picture instead of the hits."""
    left_out: tuple[str, ...] = ()
    """What the address says and nobody understands, in words for the reader."""

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a filter."""
        return dict(self.given).get(name, ())

    def value(self, name: str) -> str:
        """The value of a filter that has one; '' where it is not set."""
        return next(iter(self.values(name)), "")

    @property
    def parameters(self) -> list[tuple[str, object]]:
        """The query of the address; defaults are left out."""
        return [
            ("q", self.query),
            *((row.name, value) for row in FILTERS for value in self.values(row.name)),
            ("mode", "" if self.mode is Mode.HYBRID else self.mode.value),
            ("match", self.match),
            ("assertion", self.assertion),
            *(("part", str(switch)) for switch in self.parts),
            ("literal", "true" if self.literal else ""),
            ("as_typed", "true" if self.as_typed else ""),
            ("group", self.group),
            ("page", "" if self.page == 1 else self.page),
            ("view", self.view),
        ]

    @property
    def filtered(self) -> bool:
        """Whether anything but the words restricts the search."""
        return any(values for _, values in self.given)

    def url(self) -> str:
        """The address of this state."""
        return address("/search", self.parameters)

    @property
    def as_table(self) -> str:
        """The address of the hits as CSV."""
        return address("/search.csv", [(name, value) for name, value in self.parameters if name not in ("page", "view")])

    @property
    def as_patients(self) -> str:
        """The address of the patients of the hits as CSV."""
        return address("/search.csv", [*((n, v) for n, v in self.parameters if n not in ("page", "view")), ("rows", "patients")])

    @property
    def as_cohort(self) -> str:
        """The address of the question and its filters as conditions of a cohort."""
        left = ("page", "view", "group", "match", "mode")
        return address("/search/cohort", [(name, value) for name, value in self.parameters if name not in left])

    @property
    def as_saved(self) -> str:
        """The address of the form that saves the search."""
        return address("/saved/new/search", [(name, value) for name, value in self.parameters if name not in ("page", "view")])

    @property
    def as_json(self) -> str:
        """The address of the same answer for a program."""
        offset = (self.page - 1) * PAGE or ""
        return address("/api/v1/search", [*((n, v) for n, v in self.parameters if n not in ("page", "view")), ("offset", offset)])

    def having(self, **filters: tuple[str, ...]) -> "State":
        """The state with other values of some filters, on its first page; `_from` and `_to` stand for `from` and `to`."""
        changed = {**dict(self.given), **{name.lstrip("_"): values for name, values in filters.items()}}
        return replace(self, page=1, given=tuple((name, values) for name, values in changed.items() if values))

    def with_value(self, name: str, value: str) -> "State":
        """The state with one more value of a filter, on its first page."""
        present = self.values(name)
        return self.having(**{name: present if value in present else (*present, value)})

    def narrowed(self, name: str, value: str) -> "State":
        """The state that finds less: of a filter whose values are alternatives this one is left alone, else it is one more."""
        return self.with_value(name, value) if ROWS[name].kind is Kind.ALL else self.having(**{name: (value,)})

    def without_value(self, name: str, value: str) -> "State":
        """The state without one value of a filter, on its first page."""
        return self.having(**{name: tuple(each for each in self.values(name) if each != value)})

    def at_page(self, page: int) -> "State":
        """The state on another page."""
        return replace(self, page=page)

    def in_mode(self, mode: str) -> "State":
        """The state in another mode, on its first page."""
        return replace(self, mode=Mode(mode), page=1)

    def matching(self, match: str) -> "State":
        """The state with only documents that match so ('' for all), on its first page."""
        return replace(self, match=match, page=1)

    def asking(self, assertion: str) -> "State":
        """The state with concepts asked so ('' as the words say), on its first page."""
        return replace(self, assertion=assertion, parts=(), literal=False, page=1)

    def switching(self, text: str, ask: Ask | None) -> "State":
        """The state with a part of the question, by its words, asked so (None as plain words), on its first page."""
        return replace(self, parts=(*self.unswitched(text).parts, Switch(text, ask)), page=1)

    def unswitched(self, text: str) -> "State":
        """The state with a part of the question asked as its words say, on its first page."""
        return replace(self, parts=tuple(each for each in self.parts if not each.of(text)), page=1)

    def literally(self, literal: bool) -> "State":
        """The state with the question taken literally, or read, on its first page."""
        return replace(self, literal=literal, assertion="", parts=(), page=1)

    def asked(self, query: str) -> "State":
        """The state with another question, on its first page."""
        return replace(self, query=query, page=1)

    def grouped(self, group: str) -> "State":
        """The state with hits put together so ('' for one by one), on its first page."""
        return replace(self, group=group, page=1)

    def typed(self) -> "State":
        """The state with the question searched as it is typed, on its first page."""
        return replace(self, as_typed=True, page=1)

    def in_view(self, view: str) -> "State":
        """The state with the other half shown on a narrow screen."""
        return replace(self, view=view)

    def search_request(self) -> SearchRequest:
        """The question this state asks. Raises InvalidRequest where a number is none."""
        return SearchRequest(
            self.query,
            filters_of(self.given),
            self.mode,
            limit=PAGE,
            offset=(self.page - 1) * PAGE,
            match=Match(self.match) if self.match else None,
            assertion=Ask(self.assertion) if self.assertion else None,
            parts=self.parts,
            literal=self.literal,
            as_typed=self.as_typed,
            group=Group(self.group) if self.group else None,
        )


def filters_of(given: Iterable[tuple[str, tuple[str, ...]]]) -> Filters:
    """Filters from what an address says of them, by name. Raises InvalidRequest where a number is none."""
    read: dict[str, Any] = {}
    for name, values in given:
        row = ROWS[name]
        read[name] = values if row.several else number(row, values[0]) if row.kind is Kind.NUMBER else values[0]
    return Filters.named(read)


def given_by(arguments: "MultiDict[str, str]", rows: Iterable[Filter] = FILTERS) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters that an address sets; empty ones, as forms send them, are absent."""
    found = []
    for row in rows:
        values = tuple(dict.fromkeys(value.strip() for value in arguments.getlist(row.name) if value.strip()))
        if values:
            found.append((row.name, values if row.several else values[:1]))
    return tuple(found)


def number(row: Filter, words: str) -> float | None:
    """A number of the address as a filter takes it; None where there is none. Raises InvalidRequest for any other."""
    return number_of(row.name, words, row.least, row.most, whole=row.whole)


def confidence(field: str, words: str) -> float | None:
    """A confidence of the address; None where there is none. Raises InvalidRequest for what is no number from 0 to 1."""
    return number_of(field, words, 0, 1)


def number_of(field: str, words: str, least: float, most: float, *, whole: bool = False) -> float | None:
    """A number of the address within bounds; None where there is none. Raises InvalidRequest for any other."""
    if not words:
        return None
    try:
        found = float(words)
    except ValueError:
        found = math.nan
    if not least <= found <= most or (whole and found % 1):
        raise InvalidRequest(field, f"must be a {'whole ' * whole}number from {least:g} to {most:g}, is {words[:40]!r}")
    return int(found) if whole else found


def _switches(values: Iterable[str], query: str) -> tuple[Switch, ...]:
    """The parts that the address switches, those that the question still has."""
    found = []
    for value in dict.fromkeys(values):
        with suppress(InvalidRequest):
            found.append(switch_of(value))
    words = " ".join(query.casefold().split())
    return tuple(each for each in found if " ".join(each.text.casefold().split()) in words)


_CHOICES: dict[str, type[StrEnum]] = {"mode": Mode, "match": Match, "assertion": Ask, "group": Group}


def state_of_request() -> State:
    """The state that the address of this request says; what it says wrong counts as not said, and is told."""
    given = request.args
    chosen = {name: given.get(name, "") for name in _CHOICES}
    wrong = {name: value for name, value in chosen.items() if value and value not in set(_CHOICES[name])}
    chosen.update(dict.fromkeys(wrong, ""))
    return State(
        query=given.get("q", "").strip(),
        given=given_by(given),
        mode=Mode(chosen["mode"] or Mode.HYBRID),
        page=whole_number("page", 1, 1, 100_000),
        match=chosen["match"],
        assertion=chosen["assertion"],
        parts=_switches(given.getlist("part"), given.get("q", "")),
        literal=given.get("literal") == "true",
        as_typed=given.get("as_typed") == "true",
        group=chosen["group"],
        view="connections" if given.get("view") == "connections" else "",
        left_out=tuple(
            f"“{name}={value[:40]}” in the address is left out: {name} may be {', '.join(_CHOICES[name])}." for name, value in wrong.items()
        ),
    )
