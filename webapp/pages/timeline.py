"""A patient's life as lanes: rows of bars and marks in per cent of a width, drawn by the template as plain SVG."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from webapp.pages.charted import Charted
from webapp.pages.patient_view import View
from webapp.pages.wording import count_of, group_name

LANES: Final = {
    "encounter": "Encounters",
    "condition": "Conditions",
    "allergy": "Allergies",
    "medication": "Medications",
    "procedure": "Procedures",
    "immunization": "Immunizations",
    "observation": "Results",
    "family": "Family",
    "document": "Documents",
    "other": "Other",
}
"""Group → the title of its lane, from top to bottom."""
NAMED: Final = frozenset({"condition", "medication", "allergy", "family"})
"""Groups whose labels have rows of their own."""
MOST_ROWS: Final = 12
"""Labels of a group that have rows of their own; the rest share one."""
ROW, HEAD = 21, 26
"""Pixels of a row, and of the axis above them."""
_LONGEST_SUPPLY: Final = 3660
"""Days; what is ordered for longer is drawn as a mark."""
_SHORTEST_BAR: Final = 0.4
"""Per cent of the width; what is shorter is a mark."""
_MOST_TICKS: Final = 9


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table and one mark of the timeline. Dates are lexical, '' where there is none."""

    group: str
    label: str
    start: str
    end: str
    value: str
    level: str
    status: str
    counted: bool
    struck: bool
    why: str
    """What it is where it is not counted as a fact ('' where it is)."""
    url: str
    record: str
    source: str
    line: int
    thing: Charted | None
    """None for documents."""
    dated: str = ""
    """'issued' where `start` is when it was given out, because nothing says of when it tells."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What lasts: from `x`, `width` long, in per cent. `said` is what the pointer tells."""

    x: str
    width: str
    struck: bool
    """Whether it does not hold: drawn hollow."""
    said: str
    url: str


@dataclass(frozen=True, slots=True)
class Dot:
    """What happens at a moment, or several things that do."""

    x: str
    struck: bool
    several: bool
    said: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `y` is its middle in pixels."""

    group: str
    label: str
    y: int
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture. `notes` says in words what it leaves out."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[str, str], ...]
    height: int
    drawn: int
    """Events that are drawn."""
    notes: tuple[str, ...]
    now: tuple[str, str] | None = None
    """The visit that is open: from where, and how wide."""
    came: str = ""
    """Where the note stands that led here."""


def timeline_of(
    events: Sequence[Event], view: View, scale: "Scale | None", pinned: Sequence[tuple[str, Sequence[Event]]] = (), top: int = 0
) -> Timeline:
    """The lanes of a patient's events, those that are `pinned` (name, events) first; those without a date are counted in the notes.

    `top` pixels below the axis are left to curves. The scale is None where nothing has a date.
    """
    dated = _dated(events)
    undated = sum(1 for event in events if not day_of(event.start))
    notes = [f"{undated:,} without a date {'is' if undated == 1 else 'are'} in the table only"] if undated else []
    if scale is None or not (dated or pinned or top):
        return Timeline((), (), 0, 0, tuple(notes))
    rows: list[Row] = []

    def add(group: str, label: str, inside: Sequence[tuple[Event, date, date]]) -> None:
        rows.append(_row(group, label, HEAD + top + ROW * len(rows) + ROW // 2, inside, scale, view))

    for label, mine in pinned:
        if lane := _dated(mine):
            add(lane[0][0].group, label, lane)
    for group, title in LANES.items():
        mine_dated = [each for each in dated if (each[0].group if each[0].group in LANES else "other") == group]
        for label, found in _rows(group, title, [event for event, _, _ in mine_dated], notes):
            names = set(found)
            add(group, label, [each for each in mine_dated if group not in NAMED or each[0].label in names])
    return Timeline(tuple(rows), scale.ticks(), HEAD + top + ROW * len(rows) + 6, len(dated), tuple(notes))


def marked_on(timeline: Timeline, scale: "Scale | None", visit: Event | None, came: Event | None) -> Timeline:
    """The timeline with a visit as a band across all lanes, and a line where the note stands that led here."""
    if scale is None:
        return timeline
    now, there = None, ""
    if visit is not None and (first := day_of(visit.start)) and scale.first <= first <= scale.last:
        last = min(scale.last, day_of(visit.end or visit.start, True) or first)
        now = (f"{scale.at(first) - 0.3:.2f}%", f"{max(scale.at(last) - scale.at(first), 0) + 0.6:.2f}%")
    if came is not None and (day := day_of(came.start)) and scale.first <= day <= scale.last:
        there = f"{scale.at(day):.2f}%"
    return replace(timeline, now=now, came=there)


def _dated(events: Sequence[Event]) -> list[tuple[Event, date, date]]:
    """Events with the first and the last day that they may be of; of a drug the last day of its supply, where no other end is stated."""
    return [(event, first, last) for event in events if (first := day_of(event.start)) and (last := _last_day(event, first))]


def _last_day(event: Event, first: date) -> date | None:
    return first + timedelta(days=days) if (days := _supplied(event)) else day_of(event.end or event.start, True)


def _supplied(event: Event) -> int:
    """For how many days a drug lasts that has no other end; 0 where nothing says so."""
    supply = event.thing.fact.supply if event.thing and not event.end else None
    return int(supply) if supply and 1 <= supply < _LONGEST_SUPPLY else 0


def day_of(text: str, last: bool = False) -> date | None:
    """The first (or last) day that a lexical date may mean; None for what is no date."""
    parts = text[:10].split("-")
    try:
        numbers = [int(part) for part in parts]
        year, month, day = numbers[0], numbers[1] if len(numbers) > 1 else 0, numbers[2] if len(numbers) > 2 else 0
        if day:
            return date(year, month, day)
        if not last:
            return date(year, month or 1, 1)
        return date(year, 12, 31) if month in (0, 12) else date(year, month + 1, 1) - timedelta(days=1)
    except ValueError:
        return None


def _rows(group: str, title: str, events: Sequence[Event], notes: list[str]) -> list[tuple[str, list[str]]]:
    """(title of the row, labels that stand in it)."""
    if not events:
        return []
    if group not in NAMED:
        return [(title, [])]
    counts = Counter(event.label for event in events)
    begun: dict[str, str] = {}
    for event in events:
        begun[event.label] = min(begun.get(event.label, event.start), event.start)
    most = sorted(counts, key=lambda label: (-counts[label], label))
    own = sorted(most[:MOST_ROWS], key=lambda label: (begun[label], label))
    rest = most[MOST_ROWS:]
    if rest:
        notes.append(f"{count_of(len(rest), f'kind of {title.lower()}', f'kinds of {title.lower()}')} share a row")
    before = "Family: " if group == "family" else ""
    return [*((before + label, [label]) for label in own), *([(f"other {title.lower()}", rest)] if rest else [])]


def _row(group: str, label: str, y: int, events: Sequence[tuple[Event, date, date]], scale: "Scale", view: View) -> Row:
    bars: list[Bar] = []
    dots: dict[tuple[str, bool], list[Event]] = defaultdict(list)
    for event, first, last in events:
        goes_on = _goes_on(event)
        ends = scale.last if goes_on else last
        x, width = scale.at(first), scale.at(ends) - scale.at(first)
        if (event.end or goes_on or _supplied(event)) and width >= _SHORTEST_BAR:
            bars.append(Bar(f"{x:.2f}%", f"{width:.2f}%", event.struck, _said(event, goes_on), _url(event, view)))
        else:
            dots[f"{x:.1f}", event.struck].append(event)
    return Row(group, label, y, tuple(bars), tuple(_dot(x, struck, found, group, view) for (x, struck), found in sorted(dots.items())))


def _goes_on(event: Event) -> bool:
    """Whether it lasts still, as far as the chart says: a condition, and an order that is active, without an end."""
    if event.end or event.struck or _supplied(event):
        return False
    return event.group == "condition" or (event.group == "medication" and event.thing is not None and event.thing.fact.stated == "active")


def _dot(x: str, struck: bool, found: Sequence[Event], group: str, view: View) -> Dot:
    if len(found) == 1:
        return Dot(f"{x}%", struck, False, _said(found[0], False), _url(found[0], view))
    days = sorted({event.start[:10] for event in found})
    said = [" ".join(filter(None, (event.label, event.value))) for event in found[:8]]
    more = f"\nand {len(found) - 8} more" if len(found) > 8 else ""
    words = f"{days[0]}{f' – {days[-1]}' if len(days) > 1 else ''}: {len(found)} {group_name(group, len(found))}"
    url = view.url("table", kinds=(group,), called="", on=days[0]) if len(days) == 1 else _url(found[0], view)
    return Dot(f"{x}%", struck, True, "\n".join((words, *said)) + more + (f"\nnot counted: {found[0].why}" if struck else ""), url)


def _url(event: Event, view: View) -> str:
    """Where a mark leads: a visit and a note open in the page itself."""
    if event.group == "encounter":
        return view.url("visit", encounter=event.record)
    return view.url("beside", note=event.record, page=view.page) if event.group == "document" else event.url


def _said(event: Event, open_: bool) -> str:
    by = f"{event.dated} " if event.dated else ""
    dates = f"{by}{event.start[:10]}{f' – {event.end[:10]}' if event.end else ' – no end stated' if open_ else ''}"
    return "\n".join(filter(None, (dates, event.label, event.value, f"not counted: {event.why}" if event.struck else event.why)))


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to per cent, with a margin on both sides so that marks at the ends are whole."""

    first: date
    last: date

    @classmethod
    def of(cls, events: Sequence[Event]) -> "Scale | None":
        """The scale of events; None where none has a date."""
        dated = _dated(events)
        return cls.over(min(first for _, first, _ in dated), max(last for _, _, last in dated)) if dated else None

    @classmethod
    def over(cls, first: date, last: date) -> "Scale":
        """The scale between two days."""
        return cls(first, last if last > first else first + timedelta(days=1))

    def at(self, day: date) -> float:
        """Where a day stands, in per cent."""
        return 1.5 + 97 * (day - self.first).days / (self.last - self.first).days

    def ticks(self) -> tuple[tuple[str, str], ...]:
        """(place, words): years, months or days, at most as many as can be read."""
        days = (self.last - self.first).days
        if days > 365 * 2:
            step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if days / 365.25 / step <= _MOST_TICKS)
            marks = [(date(year, 1, 1), str(year)) for year in range(self.first.year, self.last.year + 1) if year % step == 0 and year]
        elif days > 62:
            step = next(step for step in (1, 2, 3, 6) if days / 30.4 / step <= _MOST_TICKS or step == 6)
            months = [
                (m // 12, m % 12 + 1) for m in range(self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month)
            ]
            marks = [(date(year, month, 1), f"{year}-{month:02}") for year, month in months if (month - 1) % step == 0]
        else:
            step = max(1, -(-days // _MOST_TICKS))
            marks = [(day, day.isoformat()) for n in range(0, days + 1, step) if (day := self.first + timedelta(days=n))]
        return tuple((f"{self.at(day):.2f}%", words) for day, words in marks if self.first <= day <= self.last)
