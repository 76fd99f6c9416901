"""The cohort page: conditions that are put together like a sentence, who meets them, and what shows that they do."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cohorts.completeness import warnings
from cohorts.errors import InvalidDefinition, ListsProtected
from cohorts.evidence import Proof
from cohorts.protection import Told
from cohorts.reading import read_definition
from cohorts.results import Step
from cohorts.study import Member
from search.formulas import cell
from search.model import ConceptSummary
from search.protocols import Catalog
from webapp.complete import completeness_of_datasets
from webapp.context import context
from webapp.pages import cohort_proofs
from webapp.pages.cohort_drawn import rows_of_definition
from webapp.pages.cohort_kept import ENTRY, KEPT, LONGEST, RULE, read_part
from webapp.pages.cohort_rows import (
    CODED,
    COMPARISONS,
    KINDS,
    MOST_ROWS,
    PERSONAL,
    SETTINGS,
    SEXES,
    WHEN,
    Row,
    definition_of,
    entering,
    order_of,
    parameters_of,
    rows_of,
)
from webapp.pages.cohort_words import entry_in_words, rule_in_words, with_words
from webapp.pages.facets import filter_words
from webapp.pages.reading import library, snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.wording import address
from webapp.saving import keep_question, named, read, things_or_none

pages = Blueprint("cohort", __name__)

MEMBERS: Final = 25
"""Patients of one page of the list."""
SUGGESTED: Final = 8
HOW: Final = (
    ("affirmed", "affirms"),
    ("denied", "denies"),
    ("possible", "thinks possible"),
    ("history", "tells of the past"),
    ("family", "tells of relatives"),
)
"""How a note may mean it, in the words of the page."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A concept of a condition, and the address without it."""

    id: str
    label: str
    without: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A condition as its line of the form shows it."""

    row: Row
    concepts: tuple[Picked, ...]
    suggested: tuple[tuple[ConceptSummary, str], ...]
    """Concepts that what was typed may mean, each with the address that takes it."""
    without: str
    """The address without the condition."""
    timed: bool
    words: str

    @property
    def coded(self) -> bool:
        """Whether it names concepts."""
        return self.row.what in CODED

    @property
    def icon(self) -> str:
        """The kind whose mark its concepts have."""
        return "mention" if self.row.what == "said" else self.row.what


@dataclass(frozen=True, slots=True)
class StepView:
    """Who is left after a condition."""

    words: str
    patients: Told


@dataclass(frozen=True, slots=True)
class MemberView:
    """A patient of the cohort, and what shows that the conditions are met."""

    patient: Member
    evidence: tuple["ShownProof", ...]


@dataclass(frozen=True, slots=True)
class ShownProof:
    """What shows one condition, with the address of the record or the words of the note."""

    words: str
    proof: Proof
    url: str


@dataclass(frozen=True, slots=True)
class CohortPage:
    """All the cohort page shows."""

    rows: tuple[RowView, ...]
    entry: str
    """The words of the condition that patients enter with."""
    hidden: tuple[tuple[str, str], ...]
    examples: tuple[tuple[str, str], ...]
    counted: bool = False
    total: Told = 0
    everyone: Told = 0
    attrition: tuple[StepView, ...] = ()
    members: tuple[MemberView, ...] = ()
    page: int = 1
    pages: int = 1
    problem: str = ""
    given: str = ""
    """The definition that was to be opened, and has a problem."""
    notices: tuple[str, ...] = ()
    lacks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Dataset → what it lacks, in words: counts depend on what there is."""
    ways: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, object], ...] = ()
    """Parameters of the cohort, of which files are made."""
    kinds: Sequence[tuple[str, str]] = tuple(KINDS.items())
    assertions: Sequence[tuple[str, str]] = HOW
    comparisons: Sequence[tuple[str, str]] = tuple(COMPARISONS.items())
    settings: Sequence[tuple[str, str]] = tuple(SETTINGS.items())
    sexes: Sequence[tuple[str, str]] = tuple((sex, sex) for sex in SEXES)
    when: Sequence[tuple[str, str]] = tuple(WHEN.items())
    personal: frozenset[str] = PERSONAL


@pages.get("/cohort")
def cohort() -> str:
    """The cohort that the address says."""
    rows = rows_of(request.args)
    catalog = snapshot().catalog
    views = _views(rows, catalog)
    asked = tuple(row for row in rows if row.complete)
    first = entering(rows)
    page = CohortPage(
        rows=views,
        entry=views[first].words.removeprefix("with ") if first >= 0 else "",
        hidden=tuple(("dataset", name) for name in request.args.getlist("dataset")),
        examples=() if rows else _examples(catalog),
    )
    if asked:
        page = _counted(page, rows)
    if page.counted:
        keep_question("cohort", " · ".join(step.words for step in page.attrition), url_of(rows), page.attrition[0].words)
    return render_template("cohort.html", page=page, state=State(), turn_to=lambda number: url_of(rows, ("page", number)))


@pages.get("/cohort/open")
def opened() -> ResponseReturnValue:
    """A definition, given as JSON, as conditions of the page."""
    text = request.args.get("definition", "")
    try:
        read_definition(text, named())
        value = json.loads(text)
        rows = rows_of_definition(value)
        too_long = len(rows) > MOST_ROWS or any(len(row.rule) > LONGEST for row in rows)
        problem = "The definition has more than the page can hold: count it by `commissure cohort count`." if too_long else ""
    except InvalidDefinition as error:
        problem = str(error)
    if problem:
        shown = CohortPage((), "", (), _examples(snapshot().catalog), problem=problem, given=text)
        return render_template("cohort.html", page=shown, state=State(), turn_to=lambda number: "/cohort"), 400
    datasets = [("dataset", name) for name in value.get("datasets", ()) if name != "*"]
    return redirect(address("/cohort", [*parameters_of(rows), *datasets]), 303)


@pages.get("/cohort/definition")
def definition() -> Response:
    """The definition as JSON, for the command line and REST."""
    made = asked_definition(rows_of(request.args))
    answer = Response(json.dumps(made, indent=2, ensure_ascii=False) + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="cohort.json"'
    return answer


@pages.get("/cohort/patients.csv")
def patients() -> Response:
    """The members as CSV: who, of which dataset and sex, the day of entry and the age on it."""
    cohorts = snapshot().cohorts
    found = cohorts.count(read(asked_definition(rows_of(request.args))))
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("patient", "name", "dataset", "sex", "enters", "age"))
    for one in cohorts.members(found):
        told = (one.patient, one.label, one.dataset, one.sex, one.index or "", "" if one.age is None else one.age)
        writer.writerow([cell(value) for value in told])
    answer = Response(lines.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="cohort.csv"'
    return answer


def asked_definition(rows: Sequence[Row]) -> dict[str, object]:
    """The definition of the conditions, each concept with the other codings of what it stands for."""
    catalog = snapshot().catalog

    def whole(row: Row) -> Row:
        alike = (other.concept for iri in row.concepts for other in catalog.coded_alike(iri))
        return replace(row, concepts=tuple(dict.fromkeys((*row.concepts, *alike))))

    return definition_of([whole(row) for row in rows], datetime.now(UTC).date(), request.args.getlist("dataset"))


def url_of(rows: Sequence[Row], *more: tuple[str, object], path: str = "/cohort") -> str:
    """The address of a cohort, or of a page about it."""
    datasets = [("dataset", name) for name in request.args.getlist("dataset")]
    return address(path, [*parameters_of(rows), *datasets, *more])


def _counted(page: CohortPage, rows: Sequence[Row]) -> CohortPage:
    """The page with its counts and the patients of one page."""
    cohorts = snapshot().cohorts
    try:
        definition = read(asked_definition(rows))
        found = cohorts.count(definition)
    except InvalidDefinition as error:
        return replace(page, problem=str(error))
    protection, everyone = context().protection, cohorts.everyone(definition)
    told = protection.steps([everyone, *(step.patients for step in found.steps)])
    page = replace(page, counted=True, total=told[-1], everyone=told[0], attrition=_attrition(page.rows, rows, found.steps, told[1:]))
    if protection.on:
        return replace(page, notices=(*found.notices, str(ListsProtected())), lacks=_lacks(definition.datasets), ways=_ways(rows)[::2])
    last = max(1, -(-found.events // MEMBERS))
    number = whole_number("page", 1, 1, last)
    shown = tuple(cohorts.members(found, (number - 1) * MEMBERS, MEMBERS))
    proofs = cohort_proofs.proofs(rows, definition, cohorts, [one.patient for one in shown])
    return replace(
        page,
        members=tuple(MemberView(one, _shown(one.patient, page.rows, proofs)) for one in shown),
        page=number,
        pages=last,
        notices=found.notices,
        lacks=_lacks(definition.datasets),
        ways=_ways(rows),
        files=(*parameters_of(rows), *page.hidden),
    )


def _ways(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Where one can go on from a counted cohort."""
    return (
        ("Definition as JSON", url_of(rows, path="/cohort/definition")),
        ("Patients as CSV", url_of(rows, path="/cohort/patients.csv")),
        ("Beside everybody else", url_of(rows, path="/cohort/rest")),
        ("Compare", url_of(rows, path="/cohort/compare")),
        *([("Save", url_of(rows, path="/saved/new/cohort"))] if things_or_none() is not None else []),
    )


def _lacks(datasets: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What the datasets lack that are counted and have patients."""
    having = {one.dataset for one in snapshot().catalog.datasets() if one.patients and (not datasets or one.dataset in datasets)}
    told = ((one.dataset, warnings(one)) for one in completeness_of_datasets(snapshot(), library()) if one.dataset in having)
    return tuple((dataset, said) for dataset, said in told if said)


def _attrition(views: Sequence[RowView], rows: Sequence[Row], steps: Sequence[Step], patients: Sequence[Told]) -> tuple[StepView, ...]:
    """Conditions in the order in which they are asked, beginning with the one that patients enter with."""
    first = entering(rows)
    words = [views[first].words if first >= 0 else "everybody", *(views[place].words for place in order_of(rows))]
    words += [step.rule for step in steps[len(words) :]]
    return tuple(StepView(*each) for each in zip(words, patients, strict=True))


def _shown(patient: str, views: Sequence[RowView], proofs: Sequence[dict[str, Proof]]) -> tuple[ShownProof, ...]:
    told = zip(views, proofs, strict=True)
    return tuple(ShownProof(view.words, of[patient], _proof_url(of[patient])) for view, of in told if patient in of)


def _proof_url(proof: Proof) -> str:
    if proof.document:
        span = [("start", proof.start), ("end", proof.end)] if proof.end else []
        return address("/document", [("id", proof.document), *span], "marked" if span else "")
    return address("/node", [("id", proof.record)])


# --- the form ---


def _views(rows: Sequence[Row], catalog: Catalog) -> tuple[RowView, ...]:
    first = entering(rows)
    return tuple(_view(rows, place, first, catalog) for place in range(len(rows)))


def _view(rows: Sequence[Row], place: int, first: int, catalog: Catalog) -> RowView:
    row = rows[place]

    def url_with(changed: Row | None) -> str:
        return url_of([*rows[:place], *([changed] if changed else []), *rows[place + 1 :]])

    labels = [found.label if (found := catalog.concept(iri)) else iri for iri in row.concepts]
    picked = tuple(
        Picked(iri, label, url_with(replace(row, concepts=tuple(other for other in row.concepts if other != iri))))
        for iri, label in zip(row.concepts, labels, strict=True)
    )
    suggested = catalog.suggest_concepts(row.find, SUGGESTED) if row.find and row.what in CODED else ()
    choices = tuple((one, url_with(replace(row, find="", concepts=(*row.concepts, one.concept)))) for one in suggested)
    timed = first >= 0 and place != first and row.what not in PERSONAL and row.what not in KEPT
    return RowView(row, picked, choices, url_with(None), timed, _words(row, labels))


def _words(row: Row, labels: Sequence[str]) -> str:
    """A condition in words."""
    if row.what in KEPT:
        return _kept_words(row)
    return ("without " if row.absent else "with ") + _what(row, " or ".join(labels) or "…") + _when(row)


def _kept_words(row: Row) -> str:
    found = read_part(row.rule)
    part = found[0] if found is not None else {}
    catalog = snapshot().catalog
    try:
        part = with_words(part, lambda row, value: filter_words(catalog, row, value)[1])
        if row.what == RULE:
            return f"with {rule_in_words(part)}"
        if row.what == ENTRY:
            return entry_in_words(part)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # no definition: what is wrong with it is told with its counts
    return f"as the definition says further: {', '.join(map(str, part))}"


def _what(row: Row, named: str) -> str:
    if row.what == "age":
        ages = f"{row.low or '0'} to {row.high}" if row.high else f"{row.low} or more"
        return f"an age of {ages} at entry"
    if row.what == "sex":
        return f"sex {row.sex}"
    if row.what in ("said", "words"):
        return f"a note that {dict(HOW)[row.assertion]} {named if row.what == 'said' else row.words}"
    if row.what == "encounter":
        return f"{SETTINGS[row.setting]} visit" if row.setting else "a visit"
    if row.what == "death":
        return "a death"
    value = f" {COMPARISONS[row.comparison]} {row.number} {row.unit}".rstrip() if row.comparison and row.number else ""
    return f"{named}{value}"


def _when(row: Row) -> str:
    often = f", at least {row.least} times" if row.least.isdigit() and int(row.least) > 1 and not row.absent else ""
    if not row.when:
        return often
    within = f" within {row.days} days" if row.days and row.when != "same" else ""
    return f"{often}{within} {WHEN[row.when]} entry"


def _examples(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Cohorts to begin with, of what most patients of the data have."""
    having = Counter(condition for one in catalog.patient_overviews() for condition in one.conditions)
    ranked = sorted(having.items(), key=lambda item: (-item[1], item[0].label))[:2]
    common = [(condition.label, Row("condition", (condition.value,))) for condition, _ in ranked if condition.concepts]
    examples = []
    if common:
        label, row = common[0]
        examples.append((f"Women with {label}, 50 or older", [row, Row("sex", sex="female"), Row("age", low="50")]))
        examples.append((f"{label} charted, and a note that denies it", [row, Row("said", row.concepts, assertion="denied")]))
    if len(common) == 2:
        other, second = common[1]
        examples.append((f"{label}, and never {other}", [row, replace(second, absent=True)]))
    return tuple((words, url_of(made)) for words, made in examples)
