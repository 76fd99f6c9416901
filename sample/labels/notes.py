"""Spans that people marked in the sample's own notes: a text-span job over what the export holds.

A line's `source` is the note as ingest takes it out of its attachment, so that offsets of the labels and of the note agree; `record` and
`patient` name the FHIR resources.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sample import mentions
from sample.labels.writing import Line, fail, label
from sample.phrasing import Dice

JOB: Final = "note-entities"
NOTES: Final = 48
"""How many notes were given out, one a patient."""
CLASSES: Final = {
    "Medication": "Med",
    "Problem": "Prob",
    "Absent problem": "NoProb",
    "Family problem": "Fam",
    "Possible problem": "Poss",
    "Procedure": "Proc",
}
"""Class → the short name that the tool shows."""
_TRAITS: Final = {"NEGATION": "Absent problem", "PERTAINS_TO_FAMILY": "Family problem", "HYPOTHETICAL": "Possible problem"}
_FEWEST: Final = 4
"""Spans a note must have to be worth labeling."""
_FAILED, _UNLABELED = (21,), (33, 40)
_START: Final = datetime(2025, 6, 2, 9, 0)


class Note(NamedTuple):
    """A plain-text note of the export."""

    record: str
    patient: str
    text: str


class Span(NamedTuple):
    """Code points [start, end) of a note and the class that they are of."""

    start: int
    end: int
    name: str
    score: float


def manifest(export: Path, seed: int) -> list[Line]:
    """The manifest's lines over the notes of an export folder."""
    lines: list[Line] = []
    labeled: set[str] = set()
    for note in notes_of(export):
        if note.patient in labeled:
            continue
        dice = Dice(f"{seed}/notes/{note.record}")
        spans = sorted(_spans(note.text, dice))
        if len(spans) < _FEWEST:
            continue
        labeled.add(note.patient)
        line: Line = {"source": note.text, "record": note.record, "patient": note.patient}
        if len(lines) in _FAILED:
            fail(line, JOB)
        elif len(lines) not in _UNLABELED:
            _mark(line, spans, _START + timedelta(minutes=95 * len(lines), seconds=dice.number(0, 600, 3)))
        lines.append(line)
        if len(lines) == NOTES:
            break
    return lines


def notes_of(export: Path) -> Iterator[Note]:
    """The export's notes in plain text, later versions only, in its order."""
    for raw in (export / "DocumentReference.000.ndjson").read_bytes().splitlines():
        resource: Mapping[str, Any] = json.loads(raw)
        attachment = resource["content"][0]["attachment"]
        if resource["status"] == "current" and attachment["contentType"].startswith("text/plain"):
            text = b64decode(attachment["data"]).decode()
            yield Note(f"DocumentReference/{resource['id']}", resource["subject"]["reference"], text)


def _mark(line: Line, spans: list[Span], created: datetime) -> None:
    classes = [{"label": name, "shortDisplayName": short} for name, short in CLASSES.items()]
    entities = [{"label": span.name, "startOffset": span.start, "endOffset": span.end} for span in spans]
    details = {"entities": [{"confidence": span.score} for span in spans]}
    label(line, JOB, {"annotations": {"labels": classes, "entities": entities}}, details, "text-span", created)


def _spans(text: str, dice: Dice) -> Iterator[Span]:
    """What people marked: now and then something is overlooked, or a denied problem taken for one, which the score shows."""
    found = (
        *((entity, "Medication") for entity in mentions.medicines(text, dice)),
        *(
            (entity, next((_TRAITS[trait] for trait in entity.traits if trait in _TRAITS), "Problem"))
            for entity in mentions.diagnoses(text, dice)
        ),
        *((entity, "Procedure") for entity in mentions.procedures(text, dice)),
    )
    for entity, name in found:
        if dice.chance(0.04):
            continue
        mistaken = name == "Absent problem" and dice.chance(0.08)
        score = dice.number(0.41, 0.62, 2) if mistaken else dice.number(0.74, 0.95, 2)
        yield Span(entity.start, entity.end, "Problem" if mistaken else name, score)
