"""The patient page: who it is, and everything charted and written over time, as a picture and as a table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from search.model import ConceptSummary, DocumentSummary, FormerPatient, PatientSummary
from search.protocols import Catalog
from webapp.errors import not_found
from webapp.library import Snapshot
from webapp.pages.charted import Charted, Code, each_once, withheld
from webapp.pages.flowsheet import Flowsheet, flowsheet_of
from webapp.pages.glance import Glance, called, glance_of
from webapp.pages.patient_view import View, view_of
from webapp.pages.pinned import Pinned, pinned_of
from webapp.pages.reading import ROWS, listed, required, snapshot
from webapp.pages.state import State
from webapp.pages.timeline import Event, Scale, Timeline, marked_on, timeline_of
from webapp.pages.visit import Beside, Visit, beside_of, visit_of
from webapp.pages.wording import address, group_order

pages = Blueprint("patient", __name__)

MOST_THINGS = 5000
"""Things charted that picture and table hold; what is beyond is said."""
MOST_NAMES = 400
"""Names that the box for words offers."""


@dataclass(frozen=True, slots=True)
class PatientPage:
    """All the patient page shows."""

    patient: PatientSummary
    former: tuple[FormerPatient, ...]
    """Records that were merged into this one."""
    events: tuple[tuple[Event, tuple[Code, ...]], ...]
    total: int
    beyond: int
    """Things charted that this page does not hold."""
    groups: tuple[tuple[str, int, str], ...]
    """(group, count, link that shows it alone or hides it)."""
    view: View
    struck: int
    page: int
    pages: int
    documents: int
    """Documents that a search of the patient lists: copies of a text once."""
    copies: int
    """Documents that it does not list, because they have the text of another."""
    glance: Glance
    timeline: Timeline
    pinned: Pinned
    sheet: Flowsheet
    visit: Visit | None
    beside: Beside | None
    came: Event | None
    """The note that led here."""
    lost: tuple[str, ...]
    """What the address asks for and the patient does not have, in words."""
    names: tuple[str, ...]
    """What things of the patient are called."""


@pages.get("/patient")
def patient() -> str | Response:
    """One patient; what the address may say besides is told in webapp.pages.patient_view.

    A record that was replaced leads to who took its place.
    """
    identifier = required("id")
    opened = snapshot()
    found = _patient(opened.catalog, identifier)
    if found.id != identifier:
        rest = [(name, value) for name, value in request.args.items(multi=True) if name != "id"]
        return redirect(address("/patient", [("id", found.id), *rest]))
    return render_template("patient.html", page=patient_page(opened, found, view_of(identifier)), state=State())


def patient_page(opened: Snapshot, found: PatientSummary, view: View) -> PatientPage:
    """Arrange a patient for the page. Longer than most because it names every part of the page once."""
    catalog = opened.catalog
    things = things_of(catalog, found.id)
    everything, documents, beyond = events_of(catalog, found.id, things)
    counts = Counter(event.group for event in everything)
    concept = _remembering(catalog.concept)
    drawn = _drawn(everything, things, view, concept)
    visit = visit_of(view, everything, catalog)
    beside = beside_of(view, everything, catalog)
    shown = tuple(event for event in drawn if event.start.startswith(view.on) and (visit is None or visit.holds(event)))
    pages_ = max(1, -(-len(shown) // ROWS))
    view = replace(view, page=min(view.page, pages_))
    rows = shown[(view.page - 1) * ROWS : view.page * ROWS]
    searched = listed(opened, patients=(found.id,)) if documents else 0
    scale = Scale.of(everything)
    pinned = pinned_of(view, everything, scale, opened)
    came = next((event for event in everything if view.came and event.record == view.came), None)
    timeline = timeline_of(drawn, view, scale, pinned.lanes, pinned.height)
    return PatientPage(
        patient=found,
        former=catalog.former_patients(found.id),
        events=tuple((event, event.thing.codes(concept) if event.thing else ()) for event in rows),
        total=len(shown),
        beyond=beyond,
        groups=tuple((group, count, view.turned(group)) for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))),
        view=view,
        struck=sum(event.struck for event in shown),
        page=view.page,
        pages=pages_,
        documents=searched,
        copies=max(0, documents - searched),
        glance=glance_of(things, concept),
        timeline=marked_on(timeline, scale, visit.event if visit else None, came),
        pinned=pinned,
        sheet=flowsheet_of(things, view.sheet, concept),
        visit=visit,
        beside=beside,
        came=came,
        lost=_lost(view, visit, beside, pinned),
        names=tuple(sorted({event.label for event in everything}, key=str.casefold))[:MOST_NAMES],
    )


def _drawn(
    everything: Sequence[Event], things: Sequence[Charted], view: View, concept: Callable[[str], ConceptSummary | None]
) -> tuple[Event, ...]:
    """What lanes and table are cut to."""
    drawn = [event for event in everything if not view.kinds or event.group in view.kinds]
    if view.called:
        wanted = {id(thing) for thing in called(things, view.kinds[0], view.called)}
        drawn = [event for event in drawn if id(event.thing) in wanted]
    if words := view.find.casefold().split():
        drawn = [event for event in drawn if all(word in _words(event, concept) for word in words)]
    return tuple(drawn)


def _words(event: Event, concept: Callable[[str], ConceptSummary | None]) -> str:
    """What an event is found by: its name, and the names and codes of its concepts."""
    known = [found for iri in (event.thing.concepts if event.thing else ()) if (found := concept(iri)) is not None]
    return " ".join([event.label, *(f"{one.label} {one.code} {' '.join(one.synonyms)}" for one in known)]).casefold()


def _lost(view: View, visit: Visit | None, beside: Beside | None, pinned: Pinned) -> tuple[str, ...]:
    lost = [f"Nothing of {pin.label} is charted" for pin in pinned.pins if not pin.found]
    if view.encounter and visit is None:
        lost.append("The visit that the address names is not among the patient's")
    if view.note and beside is None:
        lost.append("The note that the address names is not among the patient's")
    return tuple(lost)


def _remembering(look_up: Callable[[str], ConceptSummary | None]) -> Callable[[str], ConceptSummary | None]:
    """Looks each concept up once: charts repeat themselves."""
    known: dict[str, ConceptSummary | None] = {}

    def concept(iri: str) -> ConceptSummary | None:
        if iri not in known:
            known[iri] = look_up(iri)
        return known[iri]

    return concept


def _patient(catalog: Catalog, identifier: str) -> PatientSummary:
    found = catalog.patient(identifier)
    if found is None:
        raise not_found("patient", "No patient of the published data has this address. It may have been removed by a later ingest.")
    return found


def things_of(catalog: Catalog, identifier: str) -> tuple[Charted, ...]:
    """What is charted of a patient, each record's codings as one."""
    return each_once(catalog.charted("patient", identifier, MOST_THINGS))


def events_of(catalog: Catalog, identifier: str, things: tuple[Charted, ...]) -> tuple[tuple[Event, ...], int, int]:
    """A patient's things and documents, newest first; the number of documents; how many things are left out."""
    documents = catalog.documents_of_patient(identifier, MOST_THINGS)
    why = withheld(catalog, [document.id for document in documents])
    events = [_event_of_thing(thing) for thing in things]
    events += [_event_of_document(document, why.get(document.id, "")) for document in documents]
    events.sort(key=lambda event: (event.start, event.label), reverse=True)
    return tuple(events), len(documents), max(0, catalog.count_charted("patient", identifier) - MOST_THINGS)


def _event_of_thing(thing: Charted) -> Event:
    fact = thing.fact
    return Event(
        group=thing.group,
        label=fact.label,
        start=fact.start or "",
        end=fact.end or "",
        value=thing.value,
        level=thing.level,
        status=fact.status,
        counted=fact.counted,
        struck=thing.struck,
        why=thing.why,
        url=address("/node", [("id", fact.record)]),
        record=fact.record,
        source=fact.source,
        line=fact.line,
        thing=thing,
        dated=thing.dated,
    )


def _event_of_document(document: DocumentSummary, why: str) -> Event:
    return Event(
        group="document",
        label=document.title or document.type,
        start=document.date or "",
        end="",
        value=document.type if document.type != document.title else "",
        level="",
        status="",
        counted=not why,
        struck=bool(why),
        why=why,
        url=address("/document", [("id", document.id)]),
        record=document.id,
        source="",
        line=0,
        thing=None,
        dated=document.dated if document.dated == "issued" else "",
    )
