"""What is found together: beside one thing, and in a cohort more often than in everybody else."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, render_template, request

from cohorts.comparison import Share
from cohorts.cooccurrence import Pair
from cohorts.occurring import RELATIONS, UNITS, USUAL, Unit
from cohorts.protection import Told
from cohorts.tables import Interval
from cohorts.together import Beside, Named, SideBySide
from search.days import day_of
from webapp.answers.protecting import pair_told
from webapp.context import context
from webapp.errors import FieldError, invalid, not_found
from webapp.pages.cohort import asked_definition, url_of
from webapp.pages.cohort_rows import Row, rows_of
from webapp.pages.reading import required, snapshot
from webapp.pages.state import State
from webapp.saving import read

pages = Blueprint("together", __name__)

UNIT_WORDS: Final = {"patient": "patients", "encounter": "visits", "note": "notes"}


@dataclass(frozen=True, slots=True)
class TogetherPage:
    """What is found beside a thing, and how it was asked for."""

    found: Beside
    unit: Unit
    units: tuple[tuple[str, str, bool], ...]
    """(words, address, whether it is the one that is shown)."""
    relations: tuple[tuple[str, str, bool], ...]
    within: str
    """The address of the cohort that is looked at; '' for everybody."""
    told: tuple[Told, Told]
    """How many there are, and how many have it, as they may be told."""


@pages.get("/cooccurrence")
def cooccurrence() -> str:
    """What is found beside the concept of the address, in patients, visits or notes, of a cohort where its conditions stand there too."""
    concept, rows = required("concept"), rows_of(request.args)
    unit: Unit = next((unit for unit in UNITS if unit == request.args.get("unit")), "patient")
    relations = _relations()
    whole = tuple(row for row in rows if row.complete)
    within = snapshot().cohorts.count(read(asked_definition(rows))) if whole else None
    found = snapshot().together.beside(concept, unit, relations, day_of(datetime.now(UTC).date()), within, request.args.getlist("dataset"))
    if found is None:
        raise not_found("concept", "Nothing published uses a concept of this address.")

    def url(of: str, chosen: Sequence[str]) -> str:
        given = [("concept", concept), ("unit", of), *(("relation", one) for one in chosen if tuple(chosen) != USUAL)]
        return url_of(rows, *given, path="/cooccurrence")

    everyone, having = context().protection.steps([found.everyone, found.having])
    view = TogetherPage(
        found=found,
        unit=unit,
        units=tuple((UNIT_WORDS[one], url(one, relations), one == unit) for one in UNITS),
        relations=tuple((one, url(unit, _turned(relations, one)), one in relations) for one in RELATIONS) if unit != "note" else (),
        within=url_of(rows) if whole else "",
        told=(everyone, having),
    )
    return render_template(
        "cooccurrence.html", page=view, state=State(), cohort_of=cohort_of, interval=interval_words, chance=chance_words, shown=shown
    )


@pages.get("/cohort/rest")
def rest() -> str:
    """The cohort of the address beside everybody who is not in it."""
    rows = rows_of(request.args)
    if not any(row.complete for row in rows):
        raise invalid(FieldError("1.what", "this address needs the conditions of a cohort. Follow a link from the cohort page"))
    counted = snapshot().cohorts.count(read(asked_definition(rows)))
    found: SideBySide = snapshot().together.against_the_rest(
        counted, _relations(), day_of(datetime.now(UTC).date()), request.args.getlist("dataset")
    )
    parts = context().protection.parts
    sexes = zip(parts([one.first for one in found.sexes]), parts([one.second for one in found.sexes]), strict=True)
    return render_template(
        "rest.html",
        page=found,
        back=url_of(rows),
        state=State(),
        interval=interval_words,
        shown=_share,
        sides=parts([found.inside, found.outside]),
        sexes=list(sexes),
    )


def shown(pair: Pair) -> dict[str, Any]:
    """A pair as it may be told."""
    return pair_told({one.name: getattr(pair, one.name) for one in fields(pair)}, context().protection)


def _share(share: Share) -> tuple[Told, Told, bool]:
    """How many of each group have it, as it may be told, and whether the difference may be told."""
    first, second = context().protection.shares(share.first, share.of_first, share.second, share.of_second)
    return first, second, isinstance(first, int) and isinstance(second, int)


def _relations() -> tuple[str, ...]:
    chosen = request.args.getlist("relation")
    return tuple(one for one in RELATIONS if one in chosen) or USUAL


def _turned(relations: Sequence[str], one: str) -> tuple[str, ...]:
    """With a relation that is not among them, without one that is; never none at all."""
    turned = tuple(each for each in RELATIONS if (each in relations) != (each == one))
    return turned or USUAL


def cohort_of(*things: Named) -> str:
    """The address of the patients who have all of them."""
    return url_of([Row("said" if one.kind == "note" else one.kind, (one.concept,)) for one in things])


def interval_words(odds: Interval | None) -> str:
    """'3.1 (1.2 to 8.4)'; '' where nothing can be said."""
    if odds is None:
        return ""
    estimate, low, high = (odds_words(value) for value in (odds.estimate, odds.low, odds.high))
    return f"{estimate} ({low} to {high})" if low and high else estimate


def odds_words(value: float) -> str:
    """An odds ratio, as it is read: two digits count, and none after the point from 100 on; '' where nothing can be said."""
    return "" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def chance_words(value: float) -> str:
    """A rate of false discoveries, as it is read."""
    return "<0.001" if value < 0.001 else f"{value:.3f}" if value < 0.01 else f"{value:.2f}"
