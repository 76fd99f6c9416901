"""The patient page: who it is, and everything charted and written over time, as a picture and as a table."""

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, render_template, request

from search.model import Assertion, DocumentSummary, Fact, PatientSummary
from search.protocols import Catalog
from webapp.errors import not_found
from webapp.pages.reading import ROWS, required, snapshot, whole_number
from webapp.pages.search import State
from webapp.pages.wording import GROUP_NAMES, address, group_order

pages = Blueprint("patient", __name__)

MOST_FACTS = 5000
"""Facts that picture and table hold; what is beyond is said."""
NAMED = frozenset({"condition", "medication", "allergy"})
"""Groups whose labels have rows of their own in the timeline."""
MOST_ROWS = 12
"""Labels of a group that have rows of their own; the rest share one."""
MOST_LISTED = 80
"""Patients of one page of the list."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table and one mark of the timeline."""

    group: str
    label: str
    start: str
    end: str
    value: str
    status: str
    counted: bool
    why: str
    """Why it is not counted as a fact ('' where it is)."""
    url: str
    concept: str
    record: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class PatientPage:
    """All the patient page shows."""

    patient: PatientSummary
    events: tuple[Event, ...]
    total: int
    beyond: int
    """Facts that this page does not hold."""
    groups: tuple[tuple[str, int, str], ...]
    """(group, count, link that shows it alone or hides it)."""
    chosen: tuple[str, ...]
    uncounted: int
    page: int
    pages: int
    documents: int
    height: int
    """Pixels the timeline will take, so that nothing moves when it arrives."""


@pages.get("/patient")
def patient() -> str:
    """One patient; `kind` keeps some lanes, `page` turns the table."""
    identifier = required("id")
    catalog = snapshot().catalog
    found = _patient(catalog, identifier)
    chosen = tuple(kind for kind in request.args.getlist("kind") if kind in GROUP_NAMES)
    everything, documents, beyond = events_of(catalog, identifier)
    counts = Counter(event.group for event in everything)
    shown = tuple(event for event in everything if not chosen or event.group in chosen)
    pages_ = max(1, -(-len(shown) // ROWS))
    page = min(whole_number("page", 1, 1), pages_)
    groups = tuple(
        (group, count, _kind_url(identifier, chosen, group))
        for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))
    )
    view = PatientPage(
        patient=found,
        events=shown[(page - 1) * ROWS : page * ROWS],
        total=len(shown),
        beyond=beyond,
        groups=groups,
        chosen=chosen,
        uncounted=sum(not event.counted for event in shown),
        page=page,
        pages=pages_,
        documents=documents,
        height=_height(shown),
    )
    return render_template("patient.html", page=view, state=State())


@pages.get("/patient/timeline")
def timeline() -> Response:
    """The marks of the timeline, for the script that draws it."""
    identifier = required("id")
    catalog = snapshot().catalog
    _patient(catalog, identifier)
    chosen = [kind for kind in request.args.getlist("kind") if kind in GROUP_NAMES]
    everything, _, _ = events_of(catalog, identifier)
    marks = [
        {
            "g": event.group,
            "l": event.label,
            "s": event.start,
            "e": event.end,
            "v": event.value,
            "c": event.counted,
            "w": event.why,
            "u": event.url,
        }
        for event in everything
        if event.start and (not chosen or event.group in chosen)
    ]
    response = jsonify({"events": marks, "undated": sum(not event.start for event in everything)})
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/patients")
def patients() -> str:
    """The patients of the generation, by name; `dataset` keeps those of one dataset."""
    catalog = snapshot().catalog
    dataset = request.args.get("dataset") or None
    page = whole_number("page", 1, 1)
    rows = catalog.patients(dataset, MOST_LISTED + 1, (page - 1) * MOST_LISTED)
    total = sum(summary.patients for summary in catalog.datasets() if dataset in (None, summary.dataset))
    return render_template(
        "patients.html", rows=rows[:MOST_LISTED], more=len(rows) > MOST_LISTED, page=page, dataset=dataset, total=total, state=State()
    )


def _height(events: tuple[Event, ...]) -> int:
    """As the timeline's script counts rows: one for each label of NAMED groups up to MOST_ROWS, one for each other group."""
    labels: dict[str, set[str]] = {}
    for event in events:
        if event.start:
            labels.setdefault(event.group, set()).add(event.label)
    rows = sum(min(len(names), MOST_ROWS + 1) if group in NAMED else 1 for group, names in labels.items())
    return 44 + 21 * rows


def _patient(catalog: Catalog, identifier: str) -> PatientSummary:
    found = catalog.patient(identifier)
    if found is None:
        raise not_found("patient", "No patient of the published generation has this address. It may have been removed by a later ingest.")
    return found


def _kind_url(identifier: str, chosen: tuple[str, ...], group: str) -> str:
    kinds = [kind for kind in chosen if kind != group] if group in chosen else [*chosen, group]
    return address("/patient", [("id", identifier), *(("kind", kind) for kind in kinds)])


def turn(identifier: str, chosen: tuple[str, ...], page: int) -> str:
    """The address of another page of the table."""
    return address("/patient", [("id", identifier), *(("kind", kind) for kind in chosen), ("page", page)], "table")


def events_of(catalog: Catalog, identifier: str) -> tuple[tuple[Event, ...], int, int]:
    """A patient's facts and documents, newest first; the number of documents; how many facts are left out."""
    facts = catalog.facts_of_patient(identifier, MOST_FACTS)
    documents = catalog.documents_of_patient(identifier, 1000)
    events = [_event_of_fact(fact) for fact in facts] + [_event_of_document(document) for document in documents]
    events.sort(key=lambda event: (event.start, event.label), reverse=True)
    return tuple(events), len(documents), max(0, catalog.count_facts_of_patient(identifier) - len(facts))


def _event_of_fact(fact: Fact) -> Event:
    return Event(
        group=fact.relation if fact.relation in GROUP_NAMES else "other",
        label=fact.label,
        start=fact.start or "",
        end=fact.end or "",
        value=_value(fact),
        status=fact.status,
        counted=fact.counted,
        why="" if fact.counted else why_not_counted(fact),
        url=address("/node", [("id", fact.record)]),
        concept=fact.concept or "",
        record=fact.record,
        source=fact.source,
        line=fact.line,
    )


def _value(fact: Fact) -> str:
    if fact.number is not None and (not fact.value or _is_number(fact.value)):
        return f"{fact.number:g} {fact.unit or ''}".strip()
    value = fact.value or ""
    return f"{value} {fact.unit}" if value and fact.unit and fact.unit not in value else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def why_not_counted(fact: Fact) -> str:
    """Why a fact does not count as true of the patient, in words."""
    if fact.assertion is Assertion.FAMILY:
        return "a relative's"
    if fact.assertion is not Assertion.AFFIRMED:
        return f"{fact.assertion} ({fact.status})" if fact.status else str(fact.assertion)
    return fact.status or "not counted by the status policy"


def _event_of_document(document: DocumentSummary) -> Event:
    return Event(
        group="document",
        label=document.title or document.type,
        start=document.date or "",
        end="",
        value=document.type if document.type != document.title else "",
        status="",
        counted=True,
        why="",
        url=address("/document", [("id", document.id)]),
        concept="",
        record=document.id,
        source="",
        line=0,
    )
