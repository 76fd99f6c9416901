"""The visit that is open on a patient's page, with what is before and after it; and the note that is open beside the lanes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from search.model import Document, DocumentSummary
from search.protocols import Catalog
from webapp.pages.marking import marked
from webapp.pages.mentions import marks_of, named
from webapp.pages.patient_view import View
from webapp.pages.timeline import Event
from webapp.pages.wording import group_order

LONGEST_NOTE: Final = 60_000
"""Characters of a note that stand beside the lanes; its page has all."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with what was charted and written in it."""

    event: Event
    groups: tuple[tuple[str, int], ...]
    """(kind, how many)."""
    notes: tuple[DocumentSummary, ...]
    earlier: str
    """The address of the visit before ('' for none)."""
    later: str
    place: int
    """Which of the patient's visits it is, from the first."""
    visits: int

    def holds(self, event: Event) -> bool:
        """Whether an event belongs to it."""
        if event.thing is None:
            return any(note.id == event.record for note in self.notes)
        return self.event.record in (event.thing.fact.encounter, event.record)


@dataclass(frozen=True, slots=True)
class Beside:
    """The note beside the lanes."""

    document: Document
    text: Markup
    cut: int
    """Characters that are left out."""
    earlier: str
    """The address of the note before ('' for none)."""
    later: str


def visit_of(view: View, events: Sequence[Event], catalog: Catalog) -> Visit | None:
    """The visit of the address; None where it names none of the patient's."""
    visits = _in_order(events, "encounter")
    place = next((place for place, event in enumerate(visits) if event.record == view.encounter), -1)
    if place < 0:
        return None
    counts = Counter(event.group for event in events if event.thing and event.thing.fact.encounter == view.encounter != event.record)
    return Visit(
        event=visits[place],
        groups=tuple(sorted(counts.items(), key=lambda item: group_order(item[0]))),
        notes=catalog.documents_of_encounter(view.encounter),
        earlier=view.url("visit", encounter=visits[place - 1].record) if place else "",
        later=view.url("visit", encounter=visits[place + 1].record) if place + 1 < len(visits) else "",
        place=place + 1,
        visits=len(visits),
    )


def beside_of(view: View, events: Sequence[Event], catalog: Catalog) -> Beside | None:
    """The note of the address; None where it names none of the patient's."""
    notes = _in_order(events, "document")
    place = next((place for place, event in enumerate(notes) if event.record == view.note), -1)
    document = catalog.document(view.note) if place >= 0 else None
    if document is None:
        return None
    end = min(len(document.text), LONGEST_NOTE)
    text = marked(document.text, marks_of(document.text, named(catalog, document.mentions), 0, end), 0, end)
    return Beside(
        document=document,
        text=text,
        cut=len(document.text) - end,
        earlier=view.url("beside", note=notes[place - 1].record, page=view.page) if place else "",
        later=view.url("beside", note=notes[place + 1].record, page=view.page) if place + 1 < len(notes) else "",
    )


def _in_order(events: Sequence[Event], group: str) -> list[Event]:
    """The events of a group, the first one first."""
    return sorted((event for event in events if event.group == group), key=lambda event: (event.start, event.record))
