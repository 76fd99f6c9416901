"""A search as a cohort: the question as it was read and the filters become conditions; what no condition can say is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from concepts.model import Assertion
from search.errors import InvalidRequest
from search.filters import Kind, concepts_of
from search.questions.question import Part, Question
from search.questions.results import asked_result
from webapp.errors import FieldError, invalid
from webapp.pages.adding import FILTERS, SAID, kind_of
from webapp.pages.cohort import url_of
from webapp.pages.cohort_kept import RULE, written
from webapp.pages.cohort_rows import MOST_ROWS, SEXES, Row
from webapp.pages.facets import filter_words, is_label_class
from webapp.pages.reading import snapshot
from webapp.pages.state import ROWS, State, state_of_request

pages = Blueprint("as_cohort", __name__)

OPERATORS: Final = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "=": "eq", "": "eq"}
"""Comparator of a question → that of a condition."""
ALLERGY: Final = "asked of charts: conditions do not ask notes for allergies"
EITHER_WAY: Final = "asked as {}: a search finds what is charted and what notes affirm, a condition asks for one of them"
AS_WORDS: Final = "asked as words that a note has; the search ranks by meaning too"
_AGES: Final = ("age_from", "age_to")
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
    read = question is not None and bool(question.parts or question.limits)
    limits = [(name, value, limit.label) for limit in question.limits for name, value in limit.filters] if read and question else []
    asked = [
        *limits,
        *((name, value, names.get((name, value), value)) for name, values in state.given for value in values if name != "dataset"),
    ]
    one_note = [] if all(_is_condition(*each[:2], asked) for each in asked) else [each for each in asked if not _is_sex(*each[:2], asked)]
    asked = [each for each in asked if each not in one_note]
    if not read and not one_note:
        _words(state.query, made)
    if read and question is not None:
        for part in question.parts:
            _part(part, kind, made)
        if question.rest.strip():
            made.left_out.append((f"“{question.rest.strip()}”", "these words were not read as a concept; add them as words of notes"))
    if one_note:
        made.rows.append(_of_one_note("" if read else state.query, one_note, made))
    bounds = {name: value for name, value, _ in asked if name in _AGES}
    for name, value, words in asked:
        if name not in bounds:
            _filter(name, value, words, kind, made)
    if bounds:
        made.rows.append(Row("age", low=bounds.get("age_from", ""), high=bounds.get("age_to", "")))
        made.otherwise.append(("age", "asked on the day of entry; a search asks it at the date of each document"))
    beyond = len(made.rows) - MOST_ROWS
    if beyond > 0:
        del made.rows[MOST_ROWS:]
        made.left_out.append((f"{beyond} more", f"a cohort has {MOST_ROWS} conditions at most"))
    return made


def _is_condition(name: str, value: str, asked: Sequence[tuple[str, str, str]]) -> bool:
    """Whether a filter is a condition of its own; else all filters are asked of one note together, as a search asks them."""
    if name == "concept":
        return not any(map(is_label_class, concepts_of((value,))))
    if name == "sex":
        return _is_sex(name, value, asked)
    return name in (*_AGES, "allergy", *FILTERS) or (name == "result" and _result(value) is not None)


def _is_sex(name: str, value: str, asked: Sequence[tuple[str, str, str]]) -> bool:
    return name == "sex" and value in SEXES and sum(each == "sex" for each, _, _ in asked) == 1


def _of_one_note(query: str, asked: Sequence[tuple[str, str, str]], made: Carried) -> Row:
    """A note that the filters let through, and that has the words of a question that was not read."""
    filters: dict[str, Any] = {}
    for name, value, _ in asked:
        row = ROWS[name]
        if row.several:
            filters.setdefault(name, []).append(value)
        else:
            filters[name] = value if row.kind is not Kind.NUMBER else int(value) if row.whole else float(value)
    note: dict[str, Any] = {"filters": filters}
    if any(map(str.isalnum, query)):
        note["text"] = query
        made.otherwise.append((f"“{query}”", AS_WORDS))
    return Row(RULE, rule=written({"note": note}, {}))


def _words(query: str, made: Carried) -> None:
    if any(map(str.isalnum, query)):
        made.rows.append(Row("words", words=query))
        made.otherwise.append((f"“{query}”", AS_WORDS))


def _part(part: Part, kind: Callable[[Sequence[str]], str], made: Carried) -> None:
    if part.of_result:
        operator = OPERATORS.get(part.value.comparator, "") if part.value is not None else ""
        denied = part.assertion not in (None, Assertion.AFFIRMED, Assertion.HISTORICAL)
        if part.value is None or denied or not operator or kind(part.concepts) != "observation":
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
    elif (row := _result(value)) is not None:
        made.rows.append(row)
        made.otherwise.append((words, "asked of charts alone; a search looks at the values in notes too"))


def _result(value: str) -> Row | None:
    """A result that is asked for, as a condition; None where it asks for a range."""
    asked = asked_result(value)
    operator = next((sign for sign in (">=", "<=", ">", "<", "=") if asked.words.startswith(sign)), None)
    if operator is None:
        return None
    return Row("observation", (asked.concept,), comparison=OPERATORS[operator], number=asked.words.removeprefix(operator), unit=asked.unit)
