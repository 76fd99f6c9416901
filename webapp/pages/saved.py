"""Saved things: the list of them, one of them with its versions, and the form that saves."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cohorts.errors import CohortsError
from cohorts.saved.algebra import HOWS, How, combination
from cohorts.saved.algebra import WORDS as HOW_WORDS
from cohorts.saved.counting import WORDS as NEWER_WORDS
from cohorts.saved.counting import definition_in, keep_count
from cohorts.saved.errors import SavedChanged, SavedMissing
from cohorts.saved.model import KINDS, Saved, Version
from cohorts.saved.things import Change
from cohorts.views.errors import ViewError
from webapp import guard, saving
from webapp.answers.protecting import result_told
from webapp.answers.saved import SavedResultJson, Seen, saved_answer
from webapp.context import context
from webapp.errors import not_found
from webapp.pages.cohort import asked_definition
from webapp.pages.cohort_drawn import rows_of_definition
from webapp.pages.cohort_rows import parameters_of, rows_of
from webapp.pages.reading import required, snapshot, snapshot_or_none
from webapp.pages.state import State, state_of_request
from webapp.pages.wording import address

pages = Blueprint("saved", __name__)

KIND_WORDS: Final = {"cohort": "cohort", "concepts": "concept set", "search": "search", "view": "view"}


@dataclass(frozen=True, slots=True)
class Line:
    """A saved thing as the list has it."""

    saved: Saved
    kind: str
    """In words."""
    mine: bool
    result: SavedResultJson | None
    newer: tuple[str, ...]
    """What is newer than its result, in words."""
    opens: bool
    """Whether a page shows what it asks for."""


@dataclass(frozen=True, slots=True)
class ThingPage:
    """One saved thing."""

    line: Line
    content: str
    versions: tuple[Version, ...]
    shown: Version
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form that saves."""

    kind: str
    content: str
    name: str = ""
    description: str = ""
    sharing: str = "private"
    into: str = ""
    """`ID VERSION` of what it becomes a further version of."""
    held: tuple[Saved, ...] = ()
    """What it may become a further version of."""
    problem: str = ""


@pages.get("/saved")
def saved() -> str:
    """What is saved and may be seen."""
    kind = request.args.get("kind", "")
    seen = _seen()
    found = tuple(_line(one, seen) for one in seen.things.listed(seen.viewer, kind if kind in KINDS else ""))
    several = sum(line.saved.kind == "cohort" for line in found) > 1
    return render_template(
        "saved.html", lines=found, kind=kind, kinds=KIND_WORDS, several=several, hows=[(how, HOW_WORDS[how]) for how in HOWS], state=State()
    )


@pages.get("/saved/thing")
def thing() -> str:
    """One of them, in the version of the address or its present one."""
    seen = _seen()
    return render_template(
        "saved_thing.html", page=_thing(seen, seen.things.get(seen.viewer, required("id"))), kinds=KIND_WORDS, state=State()
    )


@pages.get("/saved/open")
def opened() -> ResponseReturnValue:
    """The page that asks what is saved: the search, or the cohort."""
    seen = _seen()
    found = seen.things.get(seen.viewer, required("id"))
    content = seen.things.content(seen.viewer, found)
    if found.kind == "search":
        return redirect(address("/search", [(name, value) for name, values in content["parameters"].items() for value in values]), 303)
    return redirect(cohort_url(content) if found.kind == "cohort" else address("/saved/thing", [("id", found.id)]), 303)


def cohort_url(definition: dict[str, Any]) -> str:
    """The cohort page of a definition."""
    datasets = [("dataset", name) for name in definition.get("datasets", ()) if name != "*"]
    words = {key: value for key, value in definition.items() if key not in ("name", "description")}
    return address("/cohort", [*parameters_of(rows_of_definition(words)), *datasets])


@pages.get("/saved/new/<kind>")
def new(kind: str) -> str:
    """The form that saves what the address asks for: a cohort, a search, a combination of cohorts; or something that is written there."""
    if kind == "cohort":
        rows = rows_of(request.args)
        content: Any = asked_definition(rows) if any(row.complete for row in rows) else None
    elif kind == "sets":
        kind, content = "cohort", _combination()
    elif kind == "search":
        given = state_of_request().parameters
        content = {"parameters": _several((name, str(value)) for name, value in given if value and name not in ("page", "view"))}
    elif kind in KINDS:
        content = None
    else:
        raise not_found("kind", f"What can be saved is one of {', '.join(KIND_WORDS.values())}.")
    return _form(FormPage(kind, json.dumps(content, indent=2, ensure_ascii=False) if content else ""))


@pages.post("/saved/keep")
def keep() -> ResponseReturnValue:
    """Save what the form says, and show it; or show the form with what is wrong."""
    guard.check_from_here()
    seen, form = _seen(), request.form
    name = "-".join(form.get("name", "").split())
    words = form.get("description", "").strip(), form.get("sharing", "private")
    page = FormPage(form.get("kind", ""), form.get("content", ""), name, *words, form.get("into", ""))
    id, _, version = page.into.partition(" ")
    try:
        content = json.loads(page.content)
        if id:
            number = int(version) if version.isascii() and version.isdecimal() else 0
            change = Change(name or None, page.description or None, page.sharing, content)
            made = seen.things.change(seen.viewer, id, number, change, saving.there())
        else:
            made = seen.things.save(seen.viewer, page.kind, name, content, *words, saving.there())
    except (CohortsError, ViewError, ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, CohortsError | ViewError) else "The content is no JSON."
        return _form(page, told), 409 if isinstance(error, SavedChanged) else 400
    return redirect(address("/saved/thing", [("id", made.id)]), 303)


@pages.post("/saved/change")
def change() -> ResponseReturnValue:
    """Count a saved cohort, change its words, or drop it, as the form says."""
    guard.check_from_here()
    seen, form = _seen(), request.form
    id, version = form.get("id", ""), form.get("version", "")
    found = seen.things.get(seen.viewer, id)
    based_on = int(version) if version.isascii() and version.isdecimal() else 0
    try:
        if form.get("do") == "count":
            definition = definition_in(seen.things, seen.viewer, found)
            cohorts = snapshot().cohorts
            keep_count(seen.things, seen.viewer, found, definition, cohorts.count(definition), cohorts)
        elif form.get("do") == "drop":
            seen.things.drop(seen.viewer, id, based_on)
            return redirect("/saved", 303)
        else:
            words = Change("-".join(form.get("name", "").split()), form.get("description", "").strip(), form.get("sharing"))
            seen.things.change(seen.viewer, id, based_on, words)
    except SavedMissing:
        raise
    except (CohortsError, ViewError) as error:
        page = _thing(seen, found, str(error))
        status = 409 if isinstance(error, SavedChanged) else 400
        return make_response(render_template("saved_thing.html", page=page, kinds=KIND_WORDS, state=State()), status)
    return redirect(address("/saved/thing", [("id", id)]), 303)


def _seen() -> Seen:
    published = snapshot_or_none()
    return Seen(saving.things(), saving.viewer(), published.generation if published is not None else 0)


def _line(one: Saved, seen: Seen) -> Line:
    told = saved_answer(one, seen)
    result = told["result"]
    if result is not None and context().protection.on:
        result = result_told(result, context().protection)
    newer = tuple(NEWER_WORDS[what] for what in NEWER_WORDS if result is not None and what in result["newer"])
    return Line(one, KIND_WORDS[one.kind], told["mine"], result, newer, one.kind in ("cohort", "search"))


def _thing(seen: Seen, found: Saved, problem: str = "") -> ThingPage:
    versions = seen.things.versions(seen.viewer, found.id)
    number = request.args.get("version", "")
    shown = next((one for one in versions if str(one.number) == number), found.current)
    content = seen.things.content(seen.viewer, found, shown)
    return ThingPage(_line(found, seen), json.dumps(content, indent=2, ensure_ascii=False), versions, shown, problem)


def _form(page: FormPage, problem: str = "") -> str:
    seen = _seen()
    held = tuple(one for one in seen.things.listed(seen.viewer, page.kind if page.kind in KINDS else "") if seen.viewer.owns(one))
    return render_template("saved_new.html", page=page, held=held, problem=problem, kinds=KIND_WORDS, state=State())


def _combination() -> dict[str, Any]:
    seen = _seen()
    found = [seen.things.get(seen.viewer, id) for id in dict.fromkeys(request.args.getlist("id"))]
    subjects = definition_in(seen.things, seen.viewer, found[0]).subjects if found else "patients"
    return combination([saving.called(one) for one in found], how_of(request.args.get("how", "")), subjects) if found else {}


def how_of(given: str) -> How:
    """How an address puts cohorts together: in all of them, unless it says otherwise."""
    return "or" if given == "or" else "without" if given == "without" else "and"


def _several(given: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in given:
        found.setdefault(name, []).append(value)
    return found
