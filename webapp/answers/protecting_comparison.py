"""Two groups side by side where numbers of patients are protected: figures go with the numbers that they would give away.

Rules: docs/comparison.md.
"""

from collections.abc import Sequence
from typing import Final

from cohorts.protection import HIDDEN, Protection, Told
from webapp.answers.shapes import Json

FEW_IN_BOTH: Final = "So few patients are in both cohorts that nothing can be told of their differences."
_DIGITS: Final = 2
"""Of a share that a curve tells: more of them would tell how many there are."""


def comparison(answer: Json, protection: Protection) -> Json:
    """A comparison as it may be told."""
    if not protection.on:
        return answer
    if not protection.tells(answer["both"]):
        return _closed(answer, protection)
    compared = protection.parts([answer["first"]["compared"], answer["second"]["compared"]])
    exact = answer["first"]["compared"], answer["second"]["compared"]
    groups = []
    for group, told in zip((answer["first"], answer["second"]), compared, strict=True):
        whole = told if not answer["both"] else protection.count(group["patients"]) if isinstance(told, int) else HIDDEN
        groups.append({**group, "compared": told, "patients": whole})
    open_ = all(isinstance(told, int) for told in compared)
    return {
        **answer,
        "first": groups[0],
        "second": groups[1],
        "both": protection.count(answer["both"]) if open_ else HIDDEN if answer["both"] else 0,
        "measures": [_measure(one, exact, compared, protection) for one in answer["measures"]],
        "sexes": _parts(answer["sexes"], exact, protection),
        "seen": [_line(one, exact, protection) for one in answer["seen"]],
        "concepts": {relation: _lines(lines, exact, protection) for relation, lines in answer["concepts"].items()},
        "results": [_measure(one, exact, compared, protection) for one in answer["results"]],
        "outcome": None if answer["outcome"] is None else _outcome(answer["outcome"], exact, compared, protection),
    }


def _closed(answer: Json, protection: Protection) -> Json:
    """Nothing but that few are in both: every number would tell how many."""
    group = {"patients": HIDDEN, "compared": HIDDEN}
    return {
        **answer,
        "first": {**answer["first"], **group},
        "second": {**answer["second"], **group},
        "both": protection.count(answer["both"]),
        **{key: [] for key in ("measures", "sexes", "seen", "results")},
        "concepts": {},
        "outcome": None,
        "notices": [*answer["notices"], FEW_IN_BOTH],
    }


def _line(line: Json, exact: tuple[int, int], protection: Protection) -> Json:
    first, second = protection.shares(line["first"], exact[0], line["second"], exact[1])
    return _told(line, first, second)


def _told(line: Json, first: Told, second: Told) -> Json:
    figures = {} if isinstance(first, int) and isinstance(second, int) else {"difference": None, "odds": None}
    return {**line, "first": first, "second": second, **figures}


def _parts(lines: Sequence[Json], exact: tuple[int, int], protection: Protection) -> list[Json]:
    """Lines of which each patient has one at most: parts of the group, together with those who have none."""
    sides = []
    for side, size in zip(("first", "second"), exact, strict=True):
        numbers = [line[side] for line in lines]
        sides.append(protection.parts([*numbers, size - sum(numbers)])[: len(lines)])
    told = []
    for line, first, second in zip(lines, *sides, strict=True):
        figures = _line(line, exact, protection)
        told.append(_told({**line, "difference": figures["difference"], "odds": figures["odds"]}, first, second))
    return told


def _lines(lines: Sequence[Json], exact: tuple[int, int], protection: Protection) -> list[Json]:
    """Lines of which some hold others: one is hidden, too, that differs by few from one that is told and is broader or narrower."""
    told: list[Json] = []
    kept: list[Json] = []
    for line in lines:
        hidden = _line(line, exact, protection)
        near = [other for other in kept if _nested(line, other)]
        close = any(not protection.tells(abs(line[side] - other[side])) for other in near for side in ("first", "second"))
        if isinstance(hidden["first"], int) and isinstance(hidden["second"], int) and close:
            hidden = _told(line, HIDDEN, HIDDEN)
        elif isinstance(hidden["first"], int) or isinstance(hidden["second"], int):
            kept.append(line)
        told.append(hidden)
    return told


def _nested(line: Json, other: Json) -> bool:
    return other["thing"]["concept"] in line["within"] or line["thing"]["concept"] in other["within"]


def _measure(measure: Json, exact: tuple[int, int], compared: Sequence[Told], protection: Protection) -> Json:
    """A number of each patient: nothing of a group where few have one, or few have none, or few have other than 0 where it counts."""
    sides = []
    for side, size, told in zip(("first", "second"), exact, compared, strict=True):
        spread = measure[side]
        sides.append(_spread(spread, size, protection) if spread is not None and isinstance(told, int) else None)
    difference = measure["difference"] if all(side is not None for side in sides) else None
    return {**measure, "first": sides[0], "second": sides[1], "difference": difference}


def _spread(spread: Json, size: int, protection: Protection) -> Json | None:
    patients, some = spread["patients"], spread["some"]
    cells = [patients, size - patients, *([] if some is None else [some, patients - some])]
    if not all(map(protection.tells, cells)):
        return None
    return {**spread, "patients": protection.count(patients), "some": None if some is None else protection.count(some)}


def _outcome(outcome: Json, exact: tuple[int, int], compared: Sequence[Told], protection: Protection) -> Json:
    first = _course(outcome["first"], compared[0], protection)
    second = None if outcome["second"] is None else _course(outcome["second"], compared[1], protection)
    tested = all(course is not None and isinstance(course["events"], int) for course in (first, second))
    figures = {} if tested else {"statistic": None, "chance": None}
    return {**outcome, "first": first, "second": second, **figures}


def _course(course: Json, compared: Told, protection: Protection) -> Json:
    """The days of `had` alone are told: each further day would tell who came between."""
    parts = protection.parts([course["followed"], course["before"], course["undated"]])
    followed = parts[0] if isinstance(compared, int) else HIDDEN
    if not isinstance(followed, int):
        hidden = [{**one, "patients": HIDDEN, "share": None} for one in course["had"]]
        figures = {"followed": followed, "events": HIDDEN, "had": hidden, "curve": [], "at_risk": [], "last": 0}
        return {**course, **figures, "before": parts[1], "undated": parts[2]}
    had = sorted(course["had"], key=lambda one: -one["days"])
    numbers = [course["followed"], course["events"], *(one["patients"] for one in had)]
    _, events, *told = protection.steps(numbers)
    left = {one["day"]: one["patients"] for one in course["at_risk"]}
    free = {one["days"]: number for one, number in zip(had, told, strict=True)}
    days = [one["days"] for one in course["had"] if isinstance(free[one["days"]], int)]
    return {
        **course,
        "followed": followed,
        "before": parts[1],
        "undated": parts[2],
        "events": events,
        "had": [{**one, "patients": free[one["days"]], "share": _rounded(one["share"], free[one["days"]])} for one in course["had"]],
        "curve": _coarse(course, days, protection),
        "at_risk": _at_risk(course, left, days, protection),
        "last": max(days, default=0),
    }


def _rounded(share: float | None, told: Told) -> float | None:
    return round(share, _DIGITS) if share is not None and isinstance(told, int) else None


def _coarse(course: Json, days: Sequence[int], protection: Protection) -> list[Json]:
    shares = {one["days"]: one["share"] for one in course["had"]}
    had = {one["days"]: one["patients"] for one in course["had"]}
    told, before = [], 0
    for day in days:
        events, before = had[day] - before, had[day]
        if events:
            free = round(1 - shares[day], _DIGITS)
            told.append({"day": day, "at_risk": HIDDEN, "events": protection.count(events), "free": free, "low": None, "high": None})
    return told


def _at_risk(course: Json, left: dict[int, int], days: Sequence[int], protection: Protection) -> list[Json]:
    """Who is at risk on the days that are told. Who had the outcome, who left without it, and who is still followed make the whole."""
    had = {one["days"]: one["patients"] for one in course["had"]}
    asked = [0, *days]
    told = protection.steps([left[day] for day in asked])
    gone = [course["followed"] - left[day] - had.get(day, 0) for day in asked]
    rows: list[Json] = []
    kept: list[int] = []
    for day, number, without in zip(asked, told, gone, strict=True):
        near = all(protection.tells(abs(without - other)) for other in kept)
        if isinstance(number, int) and protection.tells(abs(without)) and near:
            kept.append(without)
        elif isinstance(number, int):
            number = HIDDEN
        rows.append({"day": day, "patients": number})
    return rows
