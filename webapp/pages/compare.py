"""Cohorts side by side: a cohort beside everybody else, women beside men of it, or beside a saved cohort; and what becomes of them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, render_template, request

from cohorts.comparing import Comparing, Question, side_of
from cohorts.protection import Told
from cohorts.saved.model import Saved
from cohorts.sides import Asked, Side
from search.days import day_of
from search.model import ConceptSummary
from webapp.answers.comparison import comparison_answer
from webapp.answers.protecting_comparison import comparison
from webapp.context import context
from webapp.pages.adding import kind_of
from webapp.pages.cohort import asked_definition, url_of
from webapp.pages.cohort_rows import SETTINGS, Row, rows_of
from webapp.pages.reading import snapshot
from webapp.pages.state import State
from webapp.pages.together import odds_words
from webapp.pages.wording import address
from webapp.saving import called, cohorts_to_choose, read, things, viewer

pages = Blueprint("compare", __name__)

AGAINST: Final = {"rest": "everybody else", "sex": "women against men"}
"""What a cohort is set against → in words."""
SUGGESTED: Final = 8
WIDE, HIGH, LEFT = 640, 220, 44
"""The box of the curves, and where its axis stands."""
APART: Final = 24
"""How far apart days must stand to be written under the curves."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The curve of a group, and how many are at risk beneath it."""

    name: str
    path: str
    at_risk: tuple[tuple[int, Told], ...]


@dataclass(frozen=True, slots=True)
class ComparePage:
    """All the page shows; `found` is the answer of REST, as it may be told."""

    back: str
    choices: tuple[tuple[str, str, bool], ...] = ()
    """(words, address, whether it is the one that is shown)."""
    found: dict[str, Any] | None = None
    curves: tuple[Drawn, ...] = ()
    ticks: tuple[tuple[float, int], ...] = ()
    """(x, day)."""
    hidden: tuple[tuple[str, str], ...] = ()
    saved: tuple[tuple[str, str], ...] = ()
    """Saved cohorts that it may be set against: identifier and name."""
    chosen: str = ""
    beside: tuple[tuple[str, str], ...] = ()
    """What the address says beside the second cohort."""
    find: str = ""
    suggested: tuple[tuple[ConceptSummary, str], ...] = ()
    without_outcome: str = ""


@pages.get("/cohort/compare")
def compare() -> str:
    """The cohort of the address beside another group."""
    rows, saved = rows_of(request.args), {one.id: one for one in cohorts_to_choose()}
    first, against, outcome = (request.args.get(name, "") for name in ("first", "against", "outcome"))
    against = against if against in saved else against if against in AGAINST else "rest"
    held = tuple((one.id, called(one)) for one in saved.values())
    if first not in saved and not any(row.complete for row in rows):
        nothing = ComparePage("/cohort", saved=held, chosen=against)
        return render_template("compare.html", page=nothing, state=State(), opens=_nowhere, opens_outcome=_nowhere)
    question = _question(_side(saved[first]) if first in saved else None, rows, saved.get(against), against, outcome)
    opened = snapshot()
    found = Comparing(opened.cohorts, opened.together).compare(question, day_of(datetime.now(UTC).date()))
    answer = comparison(dict(comparison_answer(question, found, opened.generation)), context().protection)

    def url(chosen: str, happening: str) -> str:
        given = [("against", chosen), *([("outcome", happening)] if happening else []), *([("first", first)] if first in saved else [])]
        return url_of(rows, *given, path="/cohort/compare")

    def opens(which: int, line: dict[str, Any]) -> str:
        return _open(question.opens(which, Asked(tuple(line["asks"]), tuple(line["codes"])), found.both))

    def opens_outcome(which: int, days: int | None) -> str:
        return _open(question.opens_outcome(which, days, found.both))

    find = request.args.get("find", "")
    suggested = opened.catalog.suggest_concepts(find, SUGGESTED) if find else ()
    curves, ticks = _drawn(answer)
    given = [(key, value) for key, values in request.args.lists() for value in values if key not in ("find", "outcome")]
    page = ComparePage(
        back=address("/saved/thing", [("id", first)]) if first in saved else url_of(rows),
        saved=tuple(one for one in held if one[0] != first),
        chosen=against,
        beside=tuple((key, value) for key, values in request.args.lists() for value in values if key not in ("find", "against")),
        choices=tuple((words, url(name, outcome), name == against) for name, words in AGAINST.items()),
        found=answer,
        curves=curves,
        ticks=ticks,
        hidden=tuple(given),
        find=find,
        suggested=tuple((one, url(against, one.concept)) for one in suggested),
        without_outcome=url(against, "") if outcome else "",
    )
    lists = not context().protection.on
    ways = {"opens": opens, "opens_outcome": opens_outcome} if lists else {"opens": _nowhere, "opens_outcome": _nowhere}
    return render_template("compare.html", page=page, state=State(), odds_words=_odds_words, class_words=_class_words, **ways)


def _side(saved: Saved) -> Side:
    return replace(side_of(things().content(viewer(), saved), saved.name, (), read), name=saved.name)


def _question(first: Side | None, rows: Sequence[Row], second: Saved | None, against: str, outcome: str) -> Question:
    side = first or side_of(asked_definition(rows), "cohort", (), read)
    happening: Side | None = None
    if outcome:
        happening = side_of(asked_definition([Row(kind_of([outcome]), (outcome,))]), _label(outcome), (), read)
    if against == "sex":
        women, men = (side_of(_of_sex(side.value, sex), words, (), read) for sex, words in (("female", "women"), ("male", "men")))
        return Question(women, men, outcome=happening)
    return Question(side, None if second is None else _side(second), outcome=happening)


def _of_sex(definition: Mapping[str, Any], sex: str) -> dict[str, Any]:
    return {**definition, "rules": [*definition.get("rules", []), {"sex": [sex]}]}


def _label(concept: str) -> str:
    known = snapshot().catalog.concept(concept)
    return known.label if known is not None else concept


def _open(definition: dict[str, Any]) -> str:
    return address("/cohort/open", [("definition", json.dumps(definition, separators=(",", ":")))])


def _odds_words(value: float | None) -> str:
    """As REST tells it: None is infinite."""
    return odds_words(math.inf if value is None else value)


def _class_words(name: str) -> str:
    """'emergency visits' for 'EMER visits': the codes of the commonest classes of visits are for programs."""
    code, _, rest = name.partition(" ")
    return f"{SETTINGS.get(code, code)} {rest}".rstrip()


def _nowhere(*_: Any) -> str:
    return ""


def _drawn(answer: dict[str, Any]) -> tuple[tuple[Drawn, ...], tuple[tuple[float, int], ...]]:
    """The curves of the groups over one scale of days."""
    outcome = answer["outcome"]
    if outcome is None:
        return (), ()
    sides = [(answer[side]["name"], outcome[side]) for side in ("first", "second") if outcome[side] is not None]
    last: int = max([course["last"] for _, course in sides] + [1])

    def x(day: int) -> float:
        return round(LEFT + (WIDE - LEFT) * min(day, last) / last, 1)

    def path(course: dict[str, Any]) -> str:
        steps = [f"H{x(one['day'])}V{10 + HIGH * (1 - one['free']):.1f}" for one in course["curve"]]
        return "".join((f"M{x(0)} 10", *steps, f"H{x(course['last'])}"))

    def drawn(name: str, course: dict[str, Any]) -> Drawn:
        risk = {one["day"]: one["patients"] for one in course["at_risk"]}
        return Drawn(name, path(course) if course["last"] else "", tuple((day, risk.get(day, "")) for day in days))

    days = sorted({one["day"] for _, course in sides for one in course["at_risk"] if one["day"] <= last})
    days = [day for place, day in enumerate(days) if not place or x(day) - x(days[place - 1]) >= APART]
    return tuple(drawn(name, course) for name, course in sides), tuple((x(day), day) for day in days)
