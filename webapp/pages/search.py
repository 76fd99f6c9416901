"""The search page: one question, its hits, how they connect and what they share."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from concepts.model import Assertion
from graph.identifiers import name_of
from graph.vocabulary import BASE
from search.errors import InvalidRequest, NothingPublished
from search.filters import FILTERS, Filter, Filters, Kind
from search.model import ConceptSummary, FacetValue, Hit, Match, Mode, SearchRequest, SearchResult, Span
from search.protocols import Catalog
from webapp.api.search import table_response
from webapp.errors import FieldError, invalid
from webapp.library import Snapshot
from webapp.metrics import observe_search
from webapp.pages.connections import Connections, connections
from webapp.pages.labels_drawing import LabelChip, chips_of_facts
from webapp.pages.marking import Mark, marked
from webapp.pages.reading import PAGE, snapshot, whole_number
from webapp.pages.wording import address, plain_visible

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

pages = Blueprint("search", __name__)

WINDOW = 520
"""Code points of a passage that a hit shows; the document shows all."""
FACETS = {row.name: row.facet for row in FILTERS if row.facet}
"""Facet → its title, in the order of the page."""
FACET_VALUES = 6
"""Values of a facet that are open; the rest unfold."""
GRAPH_DOWN = "The graph cannot be reached at the moment: hits are shown without the picture of how they connect."
NAMED_CONCEPTS = 10
"""Concepts that a hit names at most."""
MOST_LABELS = 500
"""Label facts of an item that its hit reads."""
MOST_BARS = 24
"""Bars of the histogram of years."""
ROWS = {row.name: row for row in FILTERS}
MODES = {
    Mode.HYBRID: ("Hybrid", "Meaning and words together"),
    Mode.SEMANTIC: ("Semantic", "Meaning only"),
    Mode.LEXICAL: ("Lexical", "Words only"),
}


_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
"""A heading of a note written in Markdown."""


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
    view: str = ""
    """'connections' where a narrow screen shows the picture instead of the hits."""

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
        )


def filters_of(given: Iterable[tuple[str, tuple[str, ...]]]) -> Filters:
    """Filters from what an address says of them, by name. Raises InvalidRequest where a number is none."""
    read: dict[str, Any] = {}
    for name, values in given:
        row = ROWS[name]
        read[name] = values if row.several else confidence(name, values[0]) if row.kind is Kind.NUMBER else values[0]
    return Filters.named(read)


def given_by(arguments: "MultiDict[str, str]", rows: Iterable[Filter] = FILTERS) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters that an address sets; empty ones, as forms send them, are absent."""
    found = []
    for row in rows:
        values = tuple(dict.fromkeys(value.strip() for value in arguments.getlist(row.name) if value.strip()))
        if values:
            found.append((row.name, values if row.several else values[:1]))
    return tuple(found)


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


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as the page draws it."""

    hit: Hit
    passage: Markup
    cut_before: bool
    cut_after: bool
    url: str
    labels: tuple[LabelChip, ...]
    """Of a labeled item: its classes, with who said them."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """All the search page shows."""

    state: State
    generation: int
    chips: tuple[Chip, ...]
    result: SearchResult | None
    hits: tuple[HitView, ...]
    connections: Connections | None
    facets: tuple[tuple[str, str, tuple[FacetValue, ...]], ...]
    years: tuple[Bar, ...]
    pages: int
    graph_down: bool
    notices: tuple[str, ...]
    relaxed: tuple[tuple[Chip, int], ...]
    suggestions: tuple[ConceptSummary, ...]
    problem: str
    labeled: bool
    """Whether labels are among what was found, so that their confidence can be asked for."""


@pages.get("/search")
def search() -> Response:
    """Answer the question of the address."""
    state = _state_of_request()
    try:
        opened = snapshot()
    except NothingPublished:
        return make_response(render_template("nothing.html", state=state))
    found = search_page(opened, state)
    return make_response(render_template("search.html", page=found, state=state, modes=MODES), 400 if found.problem else 200)


@pages.get("/search.csv")
def search_as_table() -> Response:
    """All hits of the question of the address as CSV, for a spreadsheet; with rows=patients a row a patient."""
    state = _state_of_request()
    rows = "patients" if request.args.get("rows") == "patients" else "hits"
    opened = snapshot()
    try:
        listing = opened.retriever.listed(state.search_request())
    except InvalidRequest as error:
        raise invalid(FieldError(error.field, str(error).removeprefix(f"{error.field}: "))) from error
    return table_response(listing, rows, opened)


def confidence(field: str, words: str) -> float | None:
    """A confidence of the address; None where there is none. Raises InvalidRequest for what is no number from 0 to 1."""
    if not words:
        return None
    try:
        found = float(words)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise InvalidRequest(field, f"must be a number from 0 to 1, is {words[:40]!r}")
    return found


def _state_of_request() -> State:
    given = request.args
    try:
        mode = Mode(given.get("mode") or Mode.HYBRID)
    except ValueError:
        mode = Mode.HYBRID
    return State(
        query=given.get("q", "").strip(),
        given=given_by(given),
        mode=mode,
        page=whole_number("page", 1, 1, 100_000),
        match=given.get("match", "") if given.get("match") in set(Match) else "",
        view="connections" if given.get("view") == "connections" else "",
    )


def search_page(opened: Snapshot, state: State) -> SearchPage:
    """Ask, and arrange the answer for the page."""
    catalog = opened.catalog
    chips = _chips(catalog, state)
    try:
        result = opened.retriever.search(state.search_request())
        observe_search(result)
    except InvalidRequest as error:
        return SearchPage(state, opened.generation, chips, None, (), None, (), (), 0, False, (), (), (), str(error), False)
    relaxed: tuple[tuple[Chip, int], ...] = ()
    suggestions: tuple[ConceptSummary, ...] = ()
    if not result.hits:
        bare = Chip("", "any filter", State(state.query, mode=state.mode))
        relaxed = tuple((chip, _count(opened, chip.without)) for chip in (*chips[:8], *([bare] if len(chips) > 1 else [])))
        suggestions = _suggestions(catalog, state.query)
    return SearchPage(
        state=state,
        generation=opened.generation,
        chips=chips,
        result=result,
        hits=tuple(_hit_view(hit, state, catalog) for hit in result.hits),
        connections=connections(result, _further(catalog, result.hits)) if result.neighbourhood.nodes else None,
        facets=_facets(result, state, catalog),
        years=_years(result.facets.get("year", ()), state),
        pages=-(-result.total // PAGE),
        graph_down=opened.graph is None or not result.graph,
        notices=_notices(opened, result),
        relaxed=tuple(sorted(relaxed, key=lambda item: -item[1])),
        suggestions=suggestions,
        problem="",
        labeled=bool(result.facets.get("job")),
    )


def _notices(opened: Snapshot, result: SearchResult) -> tuple[str, ...]:
    """What is missing or cut; that the graph is down comes first, said by the search or else here."""
    if opened.graph is not None:
        return result.notices
    said = [notice for notice in result.notices if "graph" in notice.lower()]
    others = [notice for notice in result.notices if notice not in said]
    return (*(said or [GRAPH_DOWN]), *others)


def _further(catalog: Catalog, hits: tuple[Hit, ...]) -> dict[str, tuple[tuple[str, Assertion], ...]]:
    """What documents with more concepts than their hits name say of each of them."""
    documents = [catalog.document(hit.document) for hit in hits if len(hit.concepts) >= NAMED_CONCEPTS]
    return {d.id: tuple((m.concept, m.assertion) for m in d.mentions if m.concept) for d in documents if d is not None}


def _count(opened: Snapshot, state: State) -> int:
    request_ = replace(state.search_request(), limit=1, offset=0, join=False, facets=False)
    try:
        return opened.retriever.search(request_).total
    except InvalidRequest:
        return 0


def _suggestions(catalog: Catalog, query: str) -> tuple[ConceptSummary, ...]:
    found: dict[str, ConceptSummary] = {}
    for word in [query, *re.findall(r"\w{4,}", query)][:8]:
        for concept in catalog.suggest_concepts(word, 3) if word else ():
            found.setdefault(concept.concept, concept)
    return tuple(found.values())[:6]


def _chips(catalog: Catalog, state: State) -> tuple[Chip, ...]:
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


def _facets(result: SearchResult, state: State, catalog: Catalog) -> tuple[tuple[str, str, tuple[FacetValue, ...]], ...]:
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


def _years(values: tuple[FacetValue, ...], state: State) -> tuple[Bar, ...]:
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


def _hit_view(hit: Hit, state: State, catalog: Catalog) -> HitView:
    base, text = hit.passage.start, hit.passage.text
    start, end = _window(hit)
    marks = [Mark(h.start - base, h.end - base, "term") for h in hit.highlights]
    if hit.answer:
        marks.append(Mark(hit.answer.start - base, hit.answer.end - base, "answer"))
    for heading in _HEADING.finditer(text):
        marks += [
            Mark(heading.start(), heading.start(1), "markup", weight=-3),
            Mark(heading.start(1), heading.end(1), "heading", weight=-3),
            Mark(heading.end(1), heading.end(1) + 1, "end", weight=-3),
        ]
    span = hit.answer or hit.passage
    is_item = hit.kind == "Item"
    place = [("id", hit.document), ("start", span.start), ("end", span.end), ("q", state.query)]
    url = address("/item" if is_item else "/document", place, "span")
    labels = chips_of_facts(catalog.facts_of_patient(hit.document, MOST_LABELS)) if is_item else ()
    return HitView(hit, marked(text, marks, start, end), start > 0, end < len(text), url, labels)


def _window(hit: Hit) -> tuple[int, int]:
    """Which part of the passage is shown: the answer sentence with something before it, else the first highlight."""
    text = hit.passage.text
    if len(text) <= WINDOW + 80:
        return 0, len(text)
    centre: Span | None = hit.answer or (hit.highlights[0] if hit.highlights else None)
    start = max(0, centre.start - hit.passage.start - 140) if centre else 0
    start = min(start, len(text) - WINDOW)
    if start:
        blank = re.compile(r"\s").search(text, start, start + 40)
        start = blank.end() if blank else start
    end = min(len(text), start + WINDOW)
    if end < len(text):
        end = max(text.rfind(" ", start, end), end - 40)
    return start, end


def citation(hit: Hit) -> str:
    """A line a person can paste into a paper or a mail."""
    evidence = hit.evidence
    title = f"{hit.title}, {hit.date[:10]}" if hit.date else hit.title
    source = snapshot().catalog.relative_source(hit.dataset, evidence.source)
    return plain_visible(f"{title}. {hit.document}, characters {evidence.start}-{evidence.end}. {source}:{evidence.line}")
