"""Documents of the sample: DocumentReferences with notes in several formats, and DiagnosticReports with the text of reports."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from sample import hands, marks, mentions
from sample.codes import acts
from sample.elements import LOINC, TERMINOLOGY, Resource, coding, concept, moment, practitioner_reference, reference, resource
from sample.phrasing import Dice
from sample.timeline import Visit, Written

_TITLES = {
    "admission": ("Admission note", "History and physical"),
    "progress": ("Progress note", "Clinic note", "Follow-up note", "Visit note"),
    "wellness": ("Annual visit", "Primary care visit", "Health maintenance visit"),
    "consult": ("Consultation", "Specialist letter", "New patient consultation"),
    "discharge": ("Discharge summary",),
    "emergency": ("Emergency department note",),
    "nursing": ("Nursing note",),
    "telephone": ("Telephone encounter",),
    "operative": ("Operative report",),
    "procedure": ("Procedure note",),
    "radiology": ("Imaging report",),
    "pathology": ("Pathology report",),
}
_REPORTS = {"radiology": ("RAD", "Radiology"), "pathology": ("SP", "Surgical Pathology")}


@dataclass(frozen=True, slots=True)
class Composed:
    """A note as a file: the resource that carries it, its text where it is plain text, and its media type."""

    resource: Resource
    media: str
    text: str
    truth: marks.Truth


def document(visit: Visit, written: Written, number: int, dice: Dice, enrich: bool, replaces: str) -> Composed:
    """A DocumentReference. `enrich` adds what an entity service found (plain text only); `replaces` names the version before this one."""
    kind = written.note.kind
    title = f"{dice.pick(_TITLES[kind])}, {written.author.specialty}" if dice.chance(0.6) else dice.pick(_TITLES[kind])
    media = hands.PLAIN if enrich or replaces else _media(dice)
    who = f"{visit.person.given} {visit.person.family}"
    text, truth = "", marks.Truth()
    parts = tuple((heading, marks.plain(body)) for heading, body in written.parts)
    if media == hands.PLAIN:
        text, truth = marks.read(hands.plain_text(title, written.parts, written.day, who, dice))
        data = text.encode()
    elif media == hands.HTML:
        data = hands.html_page(title, parts, written.day).encode()
    elif media == hands.RTF:
        data = hands.rich_text(title, parts, written.day).encode("ascii")
    else:
        data = hands.pdf_file(title, parts, written.day)
    attachment: dict[str, Any] = {
        "contentType": media if media in (hands.PDF, hands.RTF) else f"{media}; charset=utf-8" if dice.chance(0.3) else media,
        "data": b64encode(data).decode(),
        "title": title,
        "creation": moment(written.day, 16, 0),
    }
    code, display = acts.NOTE_KINDS[kind]
    return Composed(
        resource(
            "DocumentReference",
            f"{visit.person.id}-d{number:03d}",
            written.day,
            "us-core-documentreference",
            extension=[mentions.extension(text, dice)] if enrich else None,
            identifier=[{"system": "http://harborlight.example.org/documents", "value": f"{visit.person.id}-d{number:03d}"}],
            status="current",
            docStatus="amended" if replaces else dice.pick(("final", "final", "final", "preliminary")),
            type=concept(display, coding(LOINC, code, display)),
            category=[
                concept(
                    "Clinical Note",
                    coding("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "clinical-note", "Clinical Note"),
                )
            ],
            subject=reference("Patient", visit.person.id),
            date=moment(written.day, 16, 0),
            author=[practitioner_reference(written.author, conditional=dice.chance(0.1))],
            custodian=reference("Organization", "org-harborview"),
            relatesTo=[{"code": "replaces", "target": reference("DocumentReference", replaces)}] if replaces else None,
            description=title,
            content=[{"attachment": attachment}],
            context={
                "encounter": [reference("Encounter", visit.id)],
                "period": {"start": moment(visit.day, 8, 0), "end": moment(visit.end, 17, 0)},
            },
        ),
        media,
        text,
        truth,
    )


def report(visit: Visit, written: Written, number: int, dice: Dice) -> Composed:
    """A DiagnosticReport of imaging or pathology with its text."""
    kind = written.note.kind
    category, category_display = _REPORTS[kind]
    title = (
        f"{written.note.study.split('.')[0][:80]}" if written.note.study and not set("[{") & set(written.note.study) else _TITLES[kind][0]
    )
    text, truth = marks.read(hands.plain_text(title, written.parts, written.day, f"{visit.person.given} {visit.person.family}", dice))
    code, display = acts.NOTE_KINDS[kind]
    conclusion = marks.plain(next((body for heading, body in reversed(written.parts) if heading), ""))
    return Composed(
        resource(
            "DiagnosticReport",
            f"{visit.person.id}-r{number:03d}",
            written.day,
            "us-core-diagnosticreport-note",
            status="final",
            category=[concept("", coding(TERMINOLOGY + "v2-0074", category, category_display))],
            code=concept(title, coding(LOINC, code, display)),
            subject=reference("Patient", visit.person.id),
            encounter=reference("Encounter", visit.id),
            effectiveDateTime=moment(written.day, 13, 0),
            issued=moment(written.day, 15, 30),
            performer=[practitioner_reference(written.author)],
            conclusion=conclusion,
            presentedForm=[
                {
                    "contentType": hands.PLAIN,
                    "data": b64encode(text.encode()).decode(),
                    "title": title,
                    "creation": moment(written.day, 15, 30),
                }
            ],
        ),
        hands.PLAIN,
        text,
        truth,
    )


def _media(dice: Dice) -> str:
    draw = dice.below(100)
    if draw < 80:
        return hands.PLAIN
    if draw < 91:
        return hands.HTML
    return hands.PDF if draw < 96 else hands.RTF
