"""The list behind a number of "What these hits share": the hits of a page of a search that share a thing, or their patients."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from search.errors import InvalidRequest
from search.model import CHART, NOTE, Hit, SearchResult, Shared
from webapp.errors import FieldError, invalid, not_found
from webapp.pages.connections import connections
from webapp.pages.reading import snapshot
from webapp.pages.state import State, state_of_request
from webapp.pages.wording import address

pages = Blueprint("shared", __name__)

HITS, PATIENTS = "hits", "patients"


@dataclass(frozen=True, slots=True)
class SharedPage:
    """The hits, or their patients, that share a thing; `thing` is None where all of the page are listed."""

    state: State
    thing: Shared | None
    of: str
    hits: tuple[Hit, ...]

    @property
    def patients(self) -> tuple[tuple[str, str, tuple[Hit, ...]], ...]:
        """(patient, name, the hits that are theirs), in the order of the hits."""
        whose: dict[str, list[Hit]] = {}
        for hit in self.hits:
            if hit.patient:
                whose.setdefault(hit.patient, []).append(hit)
        return tuple((patient, theirs[0].patient_label or "patient", tuple(theirs)) for patient, theirs in whose.items())

    @property
    def total(self) -> int:
        """How many are listed."""
        return len(self.patients if self.of == PATIENTS else self.hits)


def url_of(state: State, of: str, shared: Shared | None = None) -> str:
    """The address of the hits (`of` hits) of a page of a search, or of their patients, that share a thing; of all without one."""
    thing = [("node", shared.node), ("basis", shared.basis)] if shared is not None else []
    return address("/search/shared", [*((name, value) for name, value in state.parameters if name != "view"), *thing, ("of", of)])


@pages.get("/search/shared")
def shared() -> str:
    """Who shares the thing `node` of the address, by their notes or their charts (`basis`); all of the page where it names none."""
    state, of, node, basis = state_of_request(), request.args.get("of", HITS), request.args.get("node"), request.args.get("basis", NOTE)
    if of not in (HITS, PATIENTS) or basis not in (NOTE, CHART):
        raise invalid(FieldError("of", f"it is {HITS} or {PATIENTS}, and 'basis' is {NOTE} or {CHART}"))
    try:
        result = snapshot().retriever.search(state.search_request())
    except InvalidRequest as error:
        raise invalid(FieldError(error.field, str(error).removeprefix(f"{error.field}: "))) from error
    thing = _thing(result, node, basis) if node else None
    hits = result.hits if thing is None else tuple(hit for hit in result.hits if hit.rank in thing.hits)
    return render_template("shared.html", page=SharedPage(state, thing, of, hits))


def _thing(result: SearchResult, node: str, basis: str) -> Shared:
    """What the page of the search says of a thing that is shared."""
    for one in connections(result).shared:
        if one.node == node and one.basis == basis:
            return one
    raise not_found("thing", "The hits of this search do not share it, or not any more: ask again.")
