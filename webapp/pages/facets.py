"""The facets of a search as its page shows them, what is chosen of them, and the histogram of years."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.identifiers import name_of
from graph.vocabulary import BASE
from search.columns.ages import band_ends
from search.errors import InvalidRequest
from search.filters import FILTERS, OLDEST, Filter, Kind, Takes, concepts_of
from search.hits.facets import SHOWN
from search.model import FacetValue, SearchResult
from search.protocols import Catalog
from search.questions.results import asked_result
from webapp.pages.adding import of_value
from webapp.pages.state import ROWS, State
from webapp.pages.wording import address

FACETS = {row.name: row.facet for row in FILTERS if row.facet}
"""Facet → its title, in the order of the page."""
YEAR, AGE = "year", "age"
"""The facets whose values are chosen by other filters: by dates, and by the ends of an age."""
FACET_VALUES = 8
"""Values of a facet that are listed beside the hits; a page of its own lists all."""
FEWER_VALUES = 4
"""Values that are listed of a facet that shares them with another one: what is denied, what may be …"""
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
class Choice:
    """A value of a facet: its words, how many documents have it, and the address that lists them."""

    label: str
    count: int
    url: str
    also: str = ""
    """The address with this value as an alternative to those chosen; '' where there are none."""
    adds: str = ""
    """The address that adds it to a cohort as a condition; '' where no condition asks for it."""
    negated: bool = True
    """Whether patients may be asked to be without it."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet beside the hits, as far as it is listed there."""

    title: str
    choices: tuple[Choice, ...]
    whole: str
    """The address of all its values; '' where all are listed."""


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
                title, label = filter_words(catalog, row, value)
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
                low, high = state.value(f"{stem}_from") or f"{row.least:g}", state.value(f"{stem}_to") or f"{row.most:g}"
                words = f"{low} and over" if row.whole and not state.value(f"{stem}_to") else f"{low} to {high}"
                chips.append(Chip(stem.capitalize(), words, state.having(**{f"{stem}_from": (), f"{stem}_to": ()})))
    return tuple(chips)


def _dates(state: State) -> Chip:
    first, last, without = state.value("from"), state.value("to"), state.having(_from=(), _to=())
    if first == last:
        return Chip("Year" if len(first) == 4 else "Date", first, without)
    return Chip("Dates", f"{first or '…'} – {last or '…'}", without)


def filter_words(catalog: Catalog, row: Filter, value: str) -> tuple[str, str]:
    """The title and the words of a value of a filter."""
    if row.name == "patient":
        patient = catalog.patient(value)
        return row.title, patient.label if patient else value
    if row.takes is Takes.RESULT:
        return row.title, result_words(catalog, value)
    if row.field == "concept":
        concepts = concepts_of((value,))
        named = dict.fromkeys(known.label if (known := catalog.concept(each)) else each for each in concepts)
        return "Class" if row.name == "concept" and all(map(is_label_class, concepts)) else row.title, " or ".join(named)
    return row.title, label_value(row.name, value) if row.of_labels else value


def result_words(catalog: Catalog, value: str) -> str:
    """A result that is asked for, and where it is looked for; as it stands where it is none."""
    try:
        asked = asked_result(value)
    except InvalidRequest:
        return value
    concept = catalog.concept(asked.concept)
    unit = asked.unit or "in any unit"
    comparison = re.sub(r"^([<>=]+)", r"\1 ", asked.words).replace("..", " to ")
    return f"{concept.label if concept else asked.concept} {comparison} {unit}, charted in the encounter or said in the text"


def facets_of(result: SearchResult, state: State, catalog: Catalog) -> tuple[Facet, ...]:
    """The facets in the order of the page. Where one of alternatives is chosen, the others are on the facet's own page."""
    base = counted_state(state, result.well, result.loosely)
    found = []
    for name, title in FACETS.items():
        chosen = state.values(name)
        whole = whole_url(state, name)
        if chosen and ROWS[name].kind is Kind.ANY:
            found.append(Facet(title, (), whole))
            continue
        listed = tuple(value for value in result.facets.get(name, ()) if value.value not in concepts_of(chosen))
        values = worded(name, listed, catalog)
        classes = tuple(value for value in values if name == "concept" and is_label_class(value.value))
        workers = tuple(value for value in values if name == "agent" and "://" in value.value)
        others = tuple(value for value in values if value not in classes and value not in workers)
        for words, part in ((title, others), ("Label class", classes), ("Answered by", workers)):
            if part:
                most = FACET_VALUES if ROWS[name].field == name else FEWER_VALUES
                more = len(part) > most or len(listed) >= SHOWN
                found.append(Facet(words, choices_of(base, name, part[:most]), whole if more else ""))
    return tuple(found)


def counted_state(state: State, well: int, loosely: int) -> State:
    """The state whose documents facets count: those that match well, where only some do and nothing else is asked for."""
    return state.matching("well") if well and loosely and not state.match else state


def choices_of(base: State, facet: str, values: Iterable[FacetValue], chosen_in: State | None = None) -> tuple[Choice, ...]:
    """The values as links. Of alternatives a value takes the place of those chosen in `chosen_in`, or stands beside them."""
    choices = []
    for value in values:
        also = chosen_in.with_value(facet, value.value).url() if chosen_in is not None else ""
        url = chosen_state(base, facet, value.value).url()
        adds = "" if is_label_class(value.value) else of_value(facet, value.value)
        choices.append(Choice(value.label or value.value, value.count, url, also, adds, facet != "sex"))
    return tuple(choices)


def chosen_state(base: State, facet: str, value: str) -> State:
    """The state that finds what a value of a facet counts."""
    if facet == YEAR:
        return _within(base, int(value), int(value))
    if facet == AGE:
        return _aged(base, *band_ends(value))
    return base.with_value(facet, value) if ROWS[facet].kind is Kind.ALL else base.having(**{facet: (value,)})


def ages_of(result: SearchResult, state: State) -> tuple[Choice, ...]:
    """The bands of age as links."""
    return choices_of(counted_state(state, result.well, result.loosely), AGE, result.facets.get(AGE, ()))


def _aged(base: State, first: int, last: int | None) -> State:
    """The state with these years of the ages that are asked for already."""
    low, high = base.value("age_from"), base.value("age_to")
    first = max(first, int(float(low or 0)))
    last = min(last or OLDEST, int(float(high))) if high else last
    return base.having(age_from=(str(first),), age_to=() if last is None else (str(last),))


def whole_url(state: State, facet: str) -> str:
    """The address of all values of a facet."""
    return address(f"/search/facets/{facet}", [(name, value) for name, value in state.parameters if name not in ("page", "view")])


def worded(facet: str, values: tuple[FacetValue, ...], catalog: Catalog) -> tuple[FacetValue, ...]:
    """The values in words that tell them apart."""
    if facet in ("job", "agent", "state"):
        return tuple(replace(value, label=label_value(facet, value.value)) for value in values)
    if facet not in ROWS or ROWS[facet].field != "concept":
        return values
    coded = tuple(replace(value, label=_with_codes(value, catalog)) for value in values)
    classes = tuple(value for value in coded if is_label_class(value.value))
    apart = {value.value: value for value in _told_apart(classes)}
    return tuple(apart.get(value.value, value) for value in coded)


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


def years_of(result: SearchResult, state: State) -> tuple[Bar, ...]:
    """The histogram of years, from the first to the last; several years share a bar where there are many."""
    base = counted_state(state, result.well, result.loosely)
    counts = {int(value.value): value.count for value in result.facets.get(YEAR, ())}
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
        if total:
            bars.append(
                Bar(
                    label=str(start) if step == 1 else f"{start}–{end}",
                    count=total,
                    url=_within(base, start, end).url(),
                    area=f"M{left:.1f} 0h{wide:.1f}v44h-{wide:.1f}z",
                    path=f"M{left + wide * 0.1:.1f} 44v-{tall:.1f}h{wide * 0.8:.1f}v{tall:.1f}z",
                )
            )
    return tuple(bars)


def _within(base: State, start: int, end: int) -> State:
    """The state with these years of the dates that are asked for already."""
    first, last = base.value("from"), base.value("to")
    low = first if first[:4].isdigit() and int(first[:4]) >= start else f"{start:04}"
    high = last if last[:4].isdigit() and int(last[:4]) <= end else f"{end:04}"
    return base.having(_from=(low,), _to=(high,))
