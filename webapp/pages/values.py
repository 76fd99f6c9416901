"""All values of a facet of the search, with a box that finds them: a page, or the rows of it for the script that opens facets in place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from flask import Blueprint, render_template, request

from search.errors import InvalidRequest
from search.filters import Kind
from webapp.errors import FieldError, invalid, not_found
from webapp.library import Snapshot
from webapp.pages.facets import AGE, FACETS, YEAR, Choice, chips_of, choices_of, counted_state, worded
from webapp.pages.reading import snapshot, whole_number
from webapp.pages.state import ROWS, State, state_of_request
from webapp.pages.wording import address

pages = Blueprint("values", __name__)

VALUES = 100
"""Values of one page."""
TITLES = {**FACETS, YEAR: "Year", AGE: "Age"}


class Chosen(Protocol):
    """A chosen filter in words."""

    @property
    def title(self) -> str:
        """What is filtered by."""
        ...

    @property
    def label(self) -> str:
        """The value."""
        ...

    @property
    def alternative(self) -> bool:
        """Whether it is another value of the filter before it."""
        ...


@dataclass(frozen=True, slots=True)
class ValuesPage:
    """All that the page of a facet shows; the page of patients' conditions has the same form."""

    title: str
    choices: tuple[Choice, ...]
    total: int
    exact: bool
    """False where a value may find more than it counts."""
    beginning: str
    page: int
    pages: int
    path: str
    hidden: tuple[tuple[str, object], ...]
    """What the form keeps of the address."""
    back: str
    back_words: str
    chips: Sequence[Chosen] = ()

    def turned(self, page: int, *, fragment: bool = False) -> str:
        """The address of another page of the values; as a fragment without the page around it."""
        part, rows = page if page > 1 else "", 1 if fragment else ""
        return address(self.path, [*self.hidden, ("prefix", self.beginning), ("part", part), ("fragment", rows)])


@pages.get("/search/facets/<facet>")
def values(facet: str) -> str:
    """All values of a facet beside the question of the address; `prefix` leaves those that begin so."""
    if facet not in TITLES:
        raise not_found("facet", f"There are: {', '.join(TITLES)}.")
    return answered(values_page(snapshot(), replace(state_of_request(), page=1, view=""), facet))


def answered(page: ValuesPage) -> str:
    """The page, or its rows where a script asks for them."""
    return render_template("values_rows.html" if request.args.get("fragment") else "values.html", page=page)


def values_page(opened: Snapshot, state: State, facet: str) -> ValuesPage:
    """Arrange the values for their page."""
    beginning, page = request.args.get("prefix", "").strip()[:200], whole_number("part", 1, 1, 100_000)
    try:
        found = opened.retriever.facet(state.search_request(), facet, beginning, VALUES, (page - 1) * VALUES)
    except InvalidRequest as error:
        raise invalid(FieldError(error.field, str(error).removeprefix(f"{error.field}: "))) from error
    base = counted_state(state, found.well, found.loosely)
    chosen = state if facet in ROWS and ROWS[facet].kind is Kind.ANY and state.values(facet) else None
    listed = tuple(value for value in worded(facet, found.values, opened.catalog) if value.value not in state.values(facet))
    return ValuesPage(
        title=TITLES[facet],
        choices=choices_of(base, facet, listed, chosen),
        total=found.total,
        exact=found.total_is_exact,
        beginning=beginning,
        page=page,
        pages=max(1, -(-found.total // VALUES)),
        path=f"/search/facets/{facet}",
        hidden=tuple((name, value) for name, value in state.parameters if value),
        back=state.url(),
        back_words=f"Hits for “{state.query}”" if state.query else "All documents",
        chips=chips_of(opened.catalog, state),
    )
