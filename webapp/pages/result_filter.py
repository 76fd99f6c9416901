"""The form that asks for a result by its name, comparison, number and unit, and the filter that it makes, without any script."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from search.errors import InvalidRequest
from search.model import ConceptSummary, SearchResult
from search.protocols import Catalog
from search.questions.results import asked_result
from webapp.pages.reading import snapshot
from webapp.pages.state import State, state_of_request

pages = Blueprint("result_filter", __name__)

COMPARATORS: Final = (">", ">=", "<", "<=", "=")
_MOST_NAMED: Final = 8
_MEASURED: Final = "observation"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a name may mean: each concept with the address of the search that asks for it. `problem` says what is wrong ('' for nothing)."""

    words: str
    problem: str
    concepts: tuple[tuple[ConceptSummary, str], ...]
    back: str


@pages.get("/search/result")
def result_filter() -> str | Response | tuple[str, int]:
    """Add the result of the form to the filters of the search; where its name may mean several, list them."""
    state, catalog = state_of_request(), snapshot().catalog
    given = {name: request.args.get(name, "").strip() for name in ("of", "comparator", "number", "unit")}
    comparison = given["comparator"] + given["number"].replace(",", ".")
    named = _named(catalog, given["of"])
    try:
        asked_result(f"urn:x|{comparison}|{given['unit']}")
        problem = "" if named else f"No result of the data is called “{given['of']}”."
    except InvalidRequest:
        problem = f"“{given['number']}” and “{given['unit']}” are no number and unit: write a number such as 9 or 6.5, a unit such as %."
    there = [(each, _with(state, each.concept, comparison, given["unit"]).url()) for each in named]
    if not problem and len(named) == 1:
        return redirect(there[0][1])
    words = f"{given['of']} {comparison} {given['unit']}".strip()
    page = Choices(words, problem, () if problem else tuple(there), state.url())
    return render_template("result_filter.html", page=page, state=state), 400 if problem else 200


def _with(state: State, concept: str, comparison: str, unit: str) -> State:
    return state.with_value("result", f"{concept}|{comparison}|{unit}" if unit else f"{concept}|{comparison}")


def _named(catalog: Catalog, words: str) -> tuple[ConceptSummary, ...]:
    """The measured concepts that a name, or an IRI, may mean; only the one that is called so, where there is one."""
    if not words:
        return ()
    known = catalog.concept(words)
    if known is not None:
        return (known,)
    found = catalog.suggest_concepts(words, 10 * _MOST_NAMED)
    groups = catalog.groups_of([each.concept for each in found])
    measured = [each for each in found if groups.get(each.concept) == _MEASURED]
    called = [each for each in measured if words.casefold() in (name.casefold() for name in (each.label, *each.synonyms))]
    return tuple(called if len(called) == 1 else measured[:_MOST_NAMED])


def measured_of(result: SearchResult, catalog: Catalog) -> tuple[str, ...]:
    """Names of what is measured among the concepts of a result, for the form to offer."""
    values = result.facets.get("concept", ())
    groups = catalog.groups_of([value.value for value in values])
    return tuple(dict.fromkeys(value.label for value in values if groups.get(value.value) == _MEASURED))
