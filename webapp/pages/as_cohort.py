"""A search as a cohort: the question as it was read and the filters become conditions; what no condition can say is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from concepts.model import Assertion
from search.errors import InvalidRequest
from search.filters import concepts_of
from search.questions.question import Part, Question
from search.questions.results import asked_result
from webapp.errors import FieldError, invalid
from webapp.pages.adding import FILTERS, SAID, kind_of
from webapp.pages.cohort import url_of
from webapp.pages.cohort_rows import MOST_ROWS, SEXES, Row
from webapp.pages.facets import filter_words, is_label_class
from webapp.pages.reading import snapshot
from webapp.pages.state import ROWS, State, state_of_request

pages = Blueprint("as_cohort", __name__)

OPERATORS: Final = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "=": "eq", "": "eq"}
"""Comparator of a question → that of a condition."""
ALLERGY: Final = "asked of charts: conditions do not ask notes for allergies"
EITHER_WAY: Final = "asked as {}: a search finds what is charted and what notes affirm, a condition asks for one of them"
NO_CONDITION: Final = "no condition asks for it"


@dataclass(slots=True)
class Carried:
    """What a search becomes: conditions, what they ask a little otherwise, and what they leave out, each as (what, in words why)."""

    rows: list[Row] = field(default_factory=list)
    otherwise: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


@pages.get("/search/cohort")
def as_cohort() -> str | Response:
    """The search of the address as a cohort: at once where conditions say all of it, else what they do not, and the way on."""
    state = state_of_request()
    opened = snapshot()
    try:
        asked = replace(state.search_request(), limit=1, offset=0, join=False, facets=False, group=None)
        question = opened.retriever.search(asked).question
    except InvalidRequest as error:
        raise invalid(FieldError(error.field, str(error).removeprefix(f"{error.field}: "))) from error
    names = {(name, value): filter_words(opened.catalog, ROWS[name], value) for name, values in state.given for value in values}
    made = carried(state, question, kind_of, {key: f"{title} {label}" for key, (title, label) in names.items()})
    url = url_of(made.rows) if made.rows else ""
    if url and not made.left_out and not made.otherwise:
        return redirect(url, 303)
    return render_template("as_cohort.html", made=made, url=url, state=state)


def carried(state: State, question: Question | None, kind: Callable[[Sequence[str]], str], names: Mapping[tuple[str, str], str]) -> Carried:
    """The conditions of a search. `kind` tells as what concepts are charted, `names` what a filter and its value are in words."""
    made = Carried()
    bounds = {"age_from": state.value("age_from"), "age_to": state.value("age_to")}
    if question is None or not (question.parts or question.limits):
        _words(state.query, made)
    else:
        for part in question.parts:
            _part(part, kind, made)
        if question.rest.strip():
            made.left_out.append((f"“{question.rest.strip()}”", "these words were not read as a concept; add them as words of notes"))
        for limit in question.limits:
            for name, value in limit.filters:
                if name in bounds:
                    bounds[name] = value
                else:
                    _filter(name, value, limit.label, kind, made)
    for name, values in state.given:
        if name == "sex" and len(values) > 1:
            made.left_out.append((", ".join(values), "a condition asks for one sex"))
            continue
        for value in values:
            if name not in (*bounds, "dataset"):
                _filter(name, value, names.get((name, value), value), kind, made)
    if any(bounds.values()):
        made.rows.append(Row("age", low=bounds["age_from"], high=bounds["age_to"]))
        made.otherwise.append(("age", "asked on the day of entry; a search asks it at the date of each document"))
    beyond = len(made.rows) - MOST_ROWS
    if beyond > 0:
        del made.rows[MOST_ROWS:]
        made.left_out.append((f"{beyond} more", f"a cohort has {MOST_ROWS} conditions at most"))
    return made


def _words(query: str, made: Carried) -> None:
    if any(map(str.isalnum, query)):
        made.rows.append(Row("words", words=query))
        made.otherwise.append((f"“{query}”", "asked as words that a note has; the search ranks by meaning too"))


def _part(part: Part, kind: Callable[[Sequence[str]], str], made: Carried) -> None:
    if part.of_result:
        operator = OPERATORS.get(part.value.comparator, "") if part.value is not None else ""
        if part.value is None or not operator or kind(part.concepts) != "observation":
            made.left_out.append((f"{part.label} {part.of_result}", "it is not charted as a result that can be compared so"))
            return
        made.rows.append(Row("observation", part.concepts, comparison=operator, number=f"{part.value.number:g}", unit=part.value.unit))
    elif part.assertion in (None, Assertion.AFFIRMED):
        _having(part.concepts, part.label, kind, made)
    elif part.assertion is Assertion.ALLERGY:
        made.rows.append(Row("allergy", part.concepts))
        made.otherwise.append((f"allergic to {part.label}", ALLERGY))
    elif how := SAID.get(str(part.assertion), ""):
        made.rows.append(Row("said", part.concepts, assertion=how))
    else:
        made.left_out.append((part.text, NO_CONDITION))


def _having(concepts: Sequence[str], label: str, kind: Callable[[Sequence[str]], str], made: Carried) -> None:
    what = kind(concepts)
    made.rows.append(Row(what, tuple(concepts)))
    made.otherwise.append((label, EITHER_WAY.format("a note that says it" if what == "said" else f"charted ({what})")))


def _filter(name: str, value: str, words: str, kind: Callable[[Sequence[str]], str], made: Carried) -> None:
    concepts = concepts_of((value,))
    if name == "sex" and value in SEXES:
        made.rows.append(Row("sex", sex=value))
    elif name == "concept" and not any(map(is_label_class, concepts)):
        _having(concepts, words, kind, made)
    elif name in FILTERS:
        made.rows.append(Row("said", concepts, assertion=FILTERS[name]))
    elif name == "allergy":
        made.rows.append(Row("allergy", concepts))
        made.otherwise.append((words, ALLERGY))
    elif name == "result" and (row := _result(value)) is not None:
        made.rows.append(row)
        made.otherwise.append((words, "asked of charts alone; a search looks at the values in notes too"))
    else:
        made.left_out.append((words, NO_CONDITION))


def _result(value: str) -> Row | None:
    """A result that is asked for, as a condition; None where it asks for a range."""
    asked = asked_result(value)
    operator = next((sign for sign in (">=", "<=", ">", "<", "=") if asked.words.startswith(sign)), None)
    if operator is None:
        return None
    return Row("observation", (asked.concept,), comparison=OPERATORS[operator], number=asked.words.removeprefix(operator), unit=asked.unit)
