"""The search page: one question, its hits, how they connect and what they share."""

import re
from dataclasses import dataclass, replace

from flask import Blueprint, Response, make_response, render_template, request

from concepts.model import Assertion
from search.errors import InvalidRequest, NothingPublished
from search.model import ConceptSummary, Hit, Mode, PatientHits, SearchResult
from search.protocols import Catalog
from webapp.api.search import table_response
from webapp.errors import FieldError, invalid
from webapp.library import Snapshot
from webapp.metrics import observe_search
from webapp.pages.charted import withheld
from webapp.pages.connections import Connections, connections
from webapp.pages.facets import Bar, Chip, Choice, Facet, ages_of, chips_of, facets_of, years_of
from webapp.pages.hits import HitView, hit_view
from webapp.pages.read_as import WAYS, ReadAs, read_as
from webapp.pages.reading import PAGE, listed, snapshot
from webapp.pages.result_filter import measured_of
from webapp.pages.state import State, state_of_request
from webapp.saving import keep_question

pages = Blueprint("search", __name__)

GRAPH_DOWN = "The graph cannot be reached at the moment: hits are shown without the picture of how they connect."
NAMED_CONCEPTS = 10
"""Concepts that a hit names at most."""
MODES = {
    Mode.HYBRID: ("Hybrid", "Meaning and words together"),
    Mode.SEMANTIC: ("Semantic", "Meaning only"),
    Mode.LEXICAL: ("Lexical", "Words only"),
}


@dataclass(frozen=True, slots=True)
class SearchPage:
    """All the search page shows."""

    state: State
    generation: int
    chips: tuple[Chip, ...]
    result: SearchResult | None
    hits: tuple[HitView, ...]
    patients: tuple[tuple[PatientHits, tuple[HitView, ...]], ...]
    """Patients with the hits that stand for them, where hits are put together by patient."""
    connections: Connections | None
    facets: tuple[Facet, ...]
    years: tuple[Bar, ...]
    ages: tuple[Choice, ...]
    pages: int
    graph_down: bool
    notices: tuple[str, ...]
    relaxed: tuple[tuple[Chip, int], ...]
    suggestions: tuple[tuple[ConceptSummary, int], ...]
    """Concepts, each with how many documents it lists."""
    problem: str
    read: ReadAs | None
    """The question as it was read."""
    measured: tuple[str, ...]
    """Names of results that the form for results offers."""
    labeled: bool
    """Whether labels are among what was found, so that their confidence can be asked for."""


@pages.get("/search")
def search() -> Response:
    """Answer the question of the address."""
    state = state_of_request()
    try:
        opened = snapshot()
    except NothingPublished:
        return make_response(render_template("nothing.html", state=state))
    found = search_page(opened, state)
    if state.query and not found.problem:
        keep_question("search", _in_words(found), state.at_page(1).url())
    return make_response(render_template("search.html", page=found, state=state, modes=MODES, ways=WAYS), 400 if found.problem else 200)


@pages.get("/search.csv")
def search_as_table() -> Response:
    """All hits of the question of the address as CSV, for a spreadsheet; with rows=patients a row a patient."""
    state = state_of_request()
    rows = "patients" if request.args.get("rows") == "patients" else "hits"
    opened = snapshot()
    try:
        return table_response(opened, state.search_request(), rows)
    except InvalidRequest as error:
        raise invalid(FieldError(error.field, str(error).removeprefix(f"{error.field}: "))) from error


def _in_words(page: SearchPage) -> str:
    """A search as the history has it: its question, and its filters."""
    filters = ", ".join(f"{chip.title} {chip.label}".strip() for chip in page.chips)
    return page.state.query + (f" ({filters})" if filters else "")


def search_page(opened: Snapshot, state: State) -> SearchPage:
    """Ask, and arrange the answer for the page."""
    catalog = opened.catalog
    chips = chips_of(catalog, state)
    try:
        result = opened.retriever.search(state.search_request())
        observe_search(result)
    except InvalidRequest as error:
        return SearchPage(
            state, opened.generation, chips, None, (), (), None, (), (), (), 0, False, (), (), (), str(error), None, (), False
        )
    relaxed: tuple[tuple[Chip, int], ...] = ()
    suggestions: tuple[tuple[ConceptSummary, int], ...] = ()
    if not result.hits:
        bare = Chip("", "any filter", State(state.query, mode=state.mode))
        relaxed = tuple((chip, _count(opened, chip.without)) for chip in (*chips[:8], *([bare] if len(chips) > 1 else [])))
        suggestions = _suggestions(opened, state.query)
    why = withheld(catalog, [hit.document for hit in result.hits])
    views = tuple(hit_view(hit, state, catalog, why.get(hit.document, "")) for hit in result.hits)
    return SearchPage(
        state=state,
        generation=opened.generation,
        chips=chips,
        result=result,
        hits=views,
        patients=_by_patient(result, views),
        connections=connections(result, _further(catalog, result.hits)) if result.neighbourhood.nodes else None,
        facets=facets_of(result, state, catalog),
        years=years_of(result, state),
        ages=ages_of(result, state),
        pages=-(-(result.by_patient.total if result.by_patient else result.total) // PAGE),
        graph_down=opened.graph is None or not result.graph,
        notices=(*state.left_out, *_notices(opened, result)),
        relaxed=tuple(sorted(relaxed, key=lambda item: -item[1])),
        suggestions=suggestions,
        problem="",
        read=read_as(result, state, lambda asked: _count(opened, asked), catalog.coded_alike),
        measured=measured_of(result, catalog),
        labeled=bool(result.facets.get("job")),
    )


def _by_patient(result: SearchResult, views: tuple[HitView, ...]) -> tuple[tuple[PatientHits, tuple[HitView, ...]], ...]:
    """The patients of the page with their hits."""
    by_rank = {view.hit.rank: view for view in views}
    page = result.by_patient.page if result.by_patient else ()
    return tuple((one, tuple(by_rank[rank] for rank in one.hits)) for one in page)


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


def _suggestions(opened: Snapshot, query: str) -> tuple[tuple[ConceptSummary, int], ...]:
    found: dict[str, ConceptSummary] = {}
    for word in [query, *re.findall(r"\w{4,}", query)][:8]:
        for concept in opened.catalog.suggest_concepts(word, 3) if word else ():
            found.setdefault(concept.concept, concept)
    return tuple((one, listed(opened, concepts=(one.concept,))) for one in list(found.values())[:6])
