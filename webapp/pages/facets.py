"""The facets of a search as its page shows them, what is chosen of them, and the histogram of years."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from graph.identifiers import name_of
from graph.vocabulary import BASE
from search.filters import FILTERS, Filter, Kind
from search.model import FacetValue, SearchResult
from search.protocols import Catalog
from webapp.pages.state import State

FACETS = {row.name: row.facet for row in FILTERS if row.facet}
"""Facet → its title, in the order of the page."""
FACET_VALUES = 6
"""Values of a facet that are open; the rest unfold."""
MOST_BARS = 24
"""Bars of the histogram of years."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter: its words and the state without it."""

    title: str
    label: str
    without: State
    alternative: bool = False
    """Whether it is another value of the filter before it, either of which will do."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram of years: its words, its count, its state and its outline in a box of 200 by 44."""

    label: str
    count: int
    url: str
    area: str
    path: str


def chips_of(catalog: Catalog, state: State) -> tuple[Chip, ...]:
    """What is chosen, in the order of the table of filters."""
    chips: list[Chip] = []
    ends: set[str] = set()
    for row in FILTERS:
        if row.several:
            for place, value in enumerate(state.values(row.name)):
                title, label = _words(catalog, row, value)
                chips.append(Chip(title, label, state.without_value(row.name, value), place > 0 and row.kind is Kind.ANY))
        elif row.kind is Kind.DATE and state.value(row.name) and "date" not in ends:
            ends.add("date")
            chips.append(_dates(state))
        elif row.kind is Kind.NUMBER and state.value(row.name):
            stem, _, end = row.name.rpartition("_")
            if end not in ("from", "to"):
                chips.append(Chip(row.title, state.value(row.name), state.having(**{row.name: ()})))
            elif stem not in ends:
                ends.add(stem)
                low, high = state.value(f"{stem}_from") or "0", state.value(f"{stem}_to") or "1"
                chips.append(Chip(stem.capitalize(), f"{low} to {high}", state.having(**{f"{stem}_from": (), f"{stem}_to": ()})))
    return tuple(chips)


def _dates(state: State) -> Chip:
    first, last, without = state.value("from"), state.value("to"), state.having(_from=(), _to=())
    if first == last:
        return Chip("Year" if len(first) == 4 else "Date", first, without)
    return Chip("Dates", f"{first or '…'} – {last or '…'}", without)


def _words(catalog: Catalog, row: Filter, value: str) -> tuple[str, str]:
    """The title and the words of a value of a filter."""
    if row.name == "patient":
        patient = catalog.patient(value)
        return row.title, patient.label if patient else value
    if row.name == "concept":
        concept = catalog.concept(value)
        return "Class" if is_label_class(value) else row.title, concept.label if concept else value
    return row.title, label_value(row.name, value) if row.of_labels else value


def facets_of(result: SearchResult, state: State, catalog: Catalog) -> tuple[tuple[str, str, tuple[FacetValue, ...]], ...]:
    """(facet, title, values that are not chosen yet), in the order of the page."""
    found = []
    for facet, title in FACETS.items():
        chosen = state.values(facet)
        values = tuple(value for value in result.facets.get(facet, ()) if value.value not in chosen)
        if facet in ("job", "agent", "state"):
            values = tuple(replace(value, label=label_value(facet, value.value)) for value in values)
        if facet == "concept":
            values = tuple(replace(value, label=_with_codes(value, catalog)) for value in values)
        classes = tuple(value for value in values if facet == "concept" and is_label_class(value.value))
        others = tuple(value for value in values if value not in classes)
        classes = _told_apart(classes)
        workers = tuple(value for value in others if facet == "agent" and "://" in value.value)
        others = tuple(value for value in others if value not in workers)
        parts = ((title, others), ("Label class", classes), ("Answered by", workers))
        found += [(facet, name, listed) for name, listed in parts if listed]
    return tuple(found)


def _with_codes(value: FacetValue, catalog: Catalog) -> str:
    """The words of a concept; with all its codes where records code one thing in several terminologies."""
    alike = catalog.coded_alike(value.value)
    return f"{value.label} ({', '.join(each.code for each in alike)})" if len(alike) > 1 else value.label


def _told_apart(classes: tuple[FacetValue, ...]) -> tuple[FacetValue, ...]:
    """Classes of several jobs that have one name get the name of their job."""
    names = Counter(value.label for value in classes)
    jobs = (name_of(value.value.rpartition("/")[0]) for value in classes)
    return tuple(
        replace(value, label=f"{value.label} ({job})") if names[value.label] > 1 else value
        for value, job in zip(classes, jobs, strict=True)
    )


def is_label_class(concept: str) -> bool:
    """Whether a concept is a class of labels, as its IRI tells."""
    return concept.startswith(f"{BASE}code/data/")


def label_value(facet: str, value: str) -> str:
    """How a value of a filter of labels reads."""
    if facet == "agent" and value == "human":
        return "people"
    if facet == "state" and value == "answer":
        return "answered by workers"
    return name_of(value) if "://" in value else value


def years_of(values: tuple[FacetValue, ...], state: State) -> tuple[Bar, ...]:
    """The histogram of years, from the first to the last; several years share a bar where there are many."""
    counts = {int(value.value): value.count for value in values if re.fullmatch(r"\d{4}", value.value)}
    if len(counts) < 2:
        return ()
    first, last = min(counts), max(counts)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 10_000) if (last - first) // step < MOST_BARS)
    starts = range(first - first % step if step > 1 else first, last + 1, step)
    totals = [sum(counts.get(year, 0) for year in range(start, start + step)) for start in starts]
    wide, most = 200 / len(totals), max(totals)
    bars = []
    for number, (start, total) in enumerate(zip(starts, totals, strict=True)):
        end = start + step - 1
        left, tall = number * wide, 3 + 39 * total / most
        narrowed = state.having(_from=(f"{start:04}",), _to=(f"{end:04}",))
        if total:
            bars.append(
                Bar(
                    label=str(start) if step == 1 else f"{start}–{end}",
                    count=total,
                    url=narrowed.url(),
                    area=f"M{left:.1f} 0h{wide:.1f}v44h-{wide:.1f}z",
                    path=f"M{left + wide * 0.1:.1f} 44v-{tall:.1f}h{wide * 0.8:.1f}v{tall:.1f}z",
                )
            )
    return tuple(bars)
