"""A patient's life as lanes: rows of bars and marks in per cent of a width, drawn by the template as plain SVG."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from webapp.pages.charted import Charted
from webapp.pages.wording import address, count_of, group_name

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


def timeline_of(events: Sequence[Event], patient: str) -> Timeline:
    """The lanes of a patient's events; those without a date are counted in the notes."""
    dated = [
        (event, first, last) for event in events if (first := day_of(event.start)) and (last := day_of(event.end or event.start, True))
    ]
    undated = sum(1 for event in events if not day_of(event.start))
    notes = [f"{undated:,} without a date {'is' if undated == 1 else 'are'} in the table only"] if undated else []
    if not dated:
        return Timeline((), (), 0, 0, tuple(notes))
    scale = _Scale.over(min(first for _, first, _ in dated), max(last for _, _, last in dated))
    rows: list[Row] = []
    for group, title in LANES.items():
        mine = [each for each in dated if (each[0].group if each[0].group in LANES else "other") == group]
        for label, found in _rows(group, title, [event for event, _, _ in mine], notes):
            names = set(found)
            inside = [each for each in mine if group not in NAMED or each[0].label in names]
            rows.append(_row(group, label, HEAD + ROW * len(rows) + ROW // 2, inside, scale, patient))
    return Timeline(tuple(rows), scale.ticks(), HEAD + ROW * len(rows) + 6, len(dated), tuple(notes))


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


def _row(group: str, label: str, y: int, events: Sequence[tuple[Event, date, date]], scale: "_Scale", patient: str) -> Row:
    bars: list[Bar] = []
    dots: dict[tuple[str, bool], list[Event]] = defaultdict(list)
    for event, first, last in events:
        goes_on = group == "condition" and not event.end and not event.struck
        ends = scale.last if goes_on else last
        x, width = scale.at(first), scale.at(ends) - scale.at(first)
        if (event.end or goes_on) and width >= _SHORTEST_BAR:
            bars.append(Bar(f"{x:.2f}%", f"{width:.2f}%", event.struck, _said(event, goes_on), event.url))
        else:
            dots[f"{x:.1f}", event.struck].append(event)
    return Row(group, label, y, tuple(bars), tuple(_dot(x, struck, found, group, patient) for (x, struck), found in sorted(dots.items())))


def _dot(x: str, struck: bool, found: Sequence[Event], group: str, patient: str) -> Dot:
    if len(found) == 1:
        return Dot(f"{x}%", struck, False, _said(found[0], False), found[0].url)
    days = sorted({event.start[:10] for event in found})
    said = [" ".join(filter(None, (event.label, event.value))) for event in found[:8]]
    more = f"\nand {len(found) - 8} more" if len(found) > 8 else ""
    words = f"{days[0]}{f' – {days[-1]}' if len(days) > 1 else ''}: {len(found)} {group_name(group, len(found))}"
    url = address("/patient", [("id", patient), ("kind", group), ("on", days[0])], "table") if len(days) == 1 else found[0].url
    return Dot(f"{x}%", struck, True, "\n".join((words, *said)) + more + (f"\nnot counted: {found[0].why}" if struck else ""), url)


def _said(event: Event, open_: bool) -> str:
    by = f"{event.dated} " if event.dated else ""
    dates = f"{by}{event.start[:10]}{f' – {event.end[:10]}' if event.end else ' – no end stated' if open_ else ''}"
    return "\n".join(filter(None, (dates, event.label, event.value, f"not counted: {event.why}" if event.struck else event.why)))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to per cent, with a margin on both sides so that marks at the ends are whole."""

    first: date
    last: date

    @classmethod
    def over(cls, first: date, last: date) -> "_Scale":
        return cls(first, last if last > first else first + timedelta(days=1))

    def at(self, day: date) -> float:
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
