"""The patient page: who it is, and everything charted and written over time, as a picture and as a table."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from search.model import ConceptSummary, DocumentSummary, FormerPatient, PatientSummary
from search.protocols import Catalog
from webapp.errors import not_found
from webapp.pages.charted import Charted, Code, each_once, withheld
from webapp.pages.glance import Glance, called, glance_of
from webapp.pages.reading import ROWS, listed, required, snapshot, whole_number
from webapp.pages.state import State
from webapp.pages.timeline import Event, Timeline, timeline_of
from webapp.pages.wording import GROUP_NAMES, address, group_order

pages = Blueprint("patient", __name__)

MOST_THINGS = 5000
"""Things charted that picture and table hold; what is beyond is said."""
CHARTED = tuple(group for group in GROUP_NAMES if group != "document")
"""What `kind=charted` stands for: all that is no text."""


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
    chosen: tuple[str, ...]
    on: str
    """The day, month or year that the table is cut to."""
    called: str
    """The name of what picture and table are cut to: one line of the chart in short."""
    struck: int
    page: int
    pages: int
    documents: int
    """Documents that a search of the patient lists: copies of a text once."""
    copies: int
    """Documents that it does not list, because they have the text of another."""
    glance: Glance
    timeline: Timeline


@pages.get("/patient")
def patient() -> str | Response:
    """One patient; `kind` keeps some lanes, `called` what one of their lines in short is called, `on` a date, `page` turns the table.

    A record that was replaced leads to who took its place.
    """
    identifier = required("id")
    catalog = snapshot().catalog
    found = _patient(catalog, identifier)
    if found.id != identifier:
        rest = [(name, value) for name, value in request.args.items(multi=True) if name != "id"]
        return redirect(address("/patient", [("id", found.id), *rest]))
    asked = [each for kind in request.args.getlist("kind") for each in (CHARTED if kind == "charted" else (kind,))]
    chosen = tuple(kind for kind in dict.fromkeys(asked) if kind in GROUP_NAMES)
    on = request.args.get("on", "")[:10]
    things = things_of(catalog, identifier)
    everything, documents, beyond = events_of(catalog, identifier, things)
    counts = Counter(event.group for event in everything)
    drawn = tuple(event for event in everything if not chosen or event.group in chosen)
    name = request.args.get("called", "").strip() if len(chosen) == 1 else ""
    if name:
        wanted = {id(thing) for thing in called(things, chosen[0], name)}
        drawn = tuple(event for event in drawn if id(event.thing) in wanted)
    shown = tuple(event for event in drawn if event.start.startswith(on))
    pages_ = max(1, -(-len(shown) // ROWS))
    page = min(whole_number("page", 1, 1), pages_)
    concept = _remembering(catalog.concept)
    searched = listed(snapshot(), patients=(identifier,)) if documents else 0
    view = PatientPage(
        patient=found,
        former=catalog.former_patients(identifier),
        events=tuple((event, event.thing.codes(concept) if event.thing else ()) for event in shown[(page - 1) * ROWS : page * ROWS]),
        total=len(shown),
        beyond=beyond,
        groups=tuple(
            (group, count, _kind_url(identifier, chosen, group))
            for group, count in sorted(counts.items(), key=lambda item: group_order(item[0]))
        ),
        chosen=chosen,
        on=on,
        called=name,
        struck=sum(event.struck for event in shown),
        page=page,
        pages=pages_,
        documents=searched,
        copies=max(0, documents - searched),
        glance=glance_of(things, concept),
        timeline=timeline_of(drawn, identifier),
    )
    return render_template("patient.html", page=view, state=State())


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


def _kind_url(identifier: str, chosen: tuple[str, ...], group: str) -> str:
    kinds = [kind for kind in chosen if kind != group] if group in chosen else [*chosen, group]
    return address("/patient", [("id", identifier), *(("kind", kind) for kind in kinds)])


def turn(identifier: str, chosen: tuple[str, ...], on: str, page: int, name: str = "") -> str:
    """The address of another page of the table."""
    kinds = (("kind", kind) for kind in chosen)
    return address("/patient", [("id", identifier), *kinds, ("called", name), ("on", on), ("page", page)], "table")


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
