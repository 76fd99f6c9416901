"""Writes a note: which parts a kind of note has, what goes into them, and in which of several hands they are put down."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from sample import phrases
from sample.codes.acts import PROCEDURES
from sample.model import Note
from sample.note_parts import (
    Part,
    Scene,
    allergies,
    background,
    changes,
    closing,
    complaint,
    conclusion,
    diagnoses,
    examination,
    family,
    heading,
    listing,
    medications,
    past,
    results,
    review,
    say,
    social,
    vitals,
)
from sample.patients import Person, slots
from sample.phrasing import Dice


def write(note: Note, scene: Scene, dice: Dice) -> tuple[Part, ...]:
    """The parts of the note in order."""
    writer = _WRITERS[note.kind]
    parts = [(heading, re.sub(" {2,}", " ", body).strip()) for heading, body in writer(note, scene, dice)]
    return tuple((heading, body) for heading, body in parts if body)


def _admission(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    story = " ".join((background(scene, dice), say(note.story, scene, dice)))
    parts = [
        (heading("complaint", dice), complaint(note, scene, dice)),
        (heading("story", dice), story),
        (heading("past", dice), past(scene, dice)),
        (heading("medications", dice), medications(scene, dice)),
        (heading("allergies", dice), allergies(scene, dice)),
        (heading("family", dice), family(scene, dice)),
        (heading("social", dice), social(scene, dice)),
        (heading("ros", dice), review(note, scene, dice)),
        (heading("exam", dice), examination(note, scene, dice)),
        (heading("results", dice), results(scene, dice)),
    ]
    return [*parts, *conclusion(note, scene, dice)]


def _progress(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [(heading("interval", dice), say(note.story, scene, dice))]
    if dice.chance(0.5):
        parts.append((heading("ros", dice), review(note, scene, dice)))
    if dice.chance(0.55):
        parts.append((heading("medications", dice), medications(scene, dice)))
    parts.append((heading("exam", dice), examination(note, scene, dice)))
    parts.append((heading("results", dice), results(scene, dice)))
    parts.extend(conclusion(note, scene, dice))
    if dice.chance(0.6):
        parts.append(("", closing(scene, dice)))
    return parts


def _wellness(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (heading("interval", dice), say(note.story, scene, dice)),
        (heading("past", dice), past(scene, dice)),
        (heading("medications", dice), medications(scene, dice)),
        (heading("family", dice), family(scene, dice)),
        (heading("social", dice), social(scene, dice)),
        (heading("exam", dice), examination(note, scene, dice)),
        (heading("results", dice), results(scene, dice)),
    ]
    kept = [parts[0], *(p for p in parts[1:] if dice.chance(0.7))]
    return [*kept, *conclusion(note, scene, dice), ("", closing(scene, dice))]


def _consult(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    opening = f"Dear {scene.sender},\n\n{say(dice.pick(phrases.LETTER), scene, dice, sender=scene.sender)}"
    parts = [("", opening), (heading("story", dice), " ".join((background(scene, dice), say(note.story, scene, dice))))]
    if dice.chance(0.8):
        parts.append((heading("past", dice), past(scene, dice)))
    if dice.chance(0.7):
        parts.append((heading("medications", dice), medications(scene, dice)))
    if dice.chance(0.75):
        parts.append((heading("family", dice), family(scene, dice)))
    if dice.chance(0.6):
        parts.append((heading("social", dice), social(scene, dice)))
    parts.append((heading("exam", dice), examination(note, scene, dice)))
    parts.append((heading("results", dice), results(scene, dice)))
    parts.extend(conclusion(note, scene, dice))
    parts.append(("", f"{dice.pick(('With kind regards,', 'Sincerely,', 'Yours truly,'))}\n{scene.author}"))
    return parts


def _emergency(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (heading("complaint", dice), complaint(note, scene, dice)),
        (heading("story", dice), say(note.story, scene, dice)),
        (heading("past", dice), past(scene, dice)),
        (heading("allergies", dice), allergies(scene, dice)),
        (heading("exam", dice), examination(note, scene, dice)),
        (heading("results", dice), results(scene, dice)),
    ]
    if note.course:
        parts.append((heading("ed_course", dice), say(note.course, scene, dice)))
    parts.append((heading("assessment", dice), say(note.assessment, scene, dice)))
    parts.append((heading("disposition", dice), say(note.plan, scene, dice)))
    return parts


def _discharge(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    dates = dice.pick(("Admitted {a}, discharged {b}.", "Date of admission: {a}. Date of discharge: {b}.", "Inpatient stay {a} to {b}."))
    parts = [
        ("", dates.replace("{a}", scene.day.isoformat()).replace("{b}", scene.end.isoformat())),
        (heading("diagnoses", dice), diagnoses(scene, dice)),
        (heading("course", dice), say(note.course or note.story, scene, dice)),
    ]
    if scene.stage.procedures:
        parts.append((heading("procedures", dice), listing([PROCEDURES[p][2] for p in scene.stage.procedures], dice)))
    if dice.chance(0.6):
        parts.append((heading("results", dice), results(scene, dice)))
    parts.append((heading("changes", dice), changes(scene, dice)))
    parts.append((heading("discharge_medications", dice), medications(scene, dice, leaving=True)))
    if note.assessment:
        parts.append(("Condition at Discharge", say(note.assessment, scene, dice)))
    parts.append((heading("followup", dice), say(note.plan, scene, dice)))
    return parts


def _radiology(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    earlier = f"{scene.day.year - 1}-{dice.between(1, 12):02d}"
    parts = [
        (heading("study", dice), say(note.study, scene, dice)),
        (heading("indication", dice), say(note.story, scene, dice)),
        (heading("comparison", dice), say(dice.pick(phrases.COMPARISONS), scene, dice, earlier=earlier)),
    ]
    if dice.chance(0.5):
        parts.append(("Technique", say(dice.pick(phrases.TECHNIQUES), scene, dice)))
    parts.append((heading("findings", dice), say(note.exam, scene, dice)))
    parts.append((heading("impression", dice), say(note.assessment, scene, dice)))
    return parts


def _pathology(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    return [
        (heading("specimen", dice), say(note.study, scene, dice)),
        (heading("indication", dice), say(note.story, scene, dice)),
        (heading("description", dice), say(note.exam, scene, dice)),
        (heading("diagnosis", dice), say(note.assessment, scene, dice)),
    ]


def _operative(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (heading("operation", dice), say(note.study, scene, dice)),
        (heading("indication", dice), say(note.story, scene, dice)),
        (heading("details", dice), say(note.exam, scene, dice)),
    ]
    if dice.chance(0.7):
        blood = say(
            "[Estimated blood loss|Blood loss] [minimal|about {#20-180} mL]. [No immediate complications.|Tolerated well.]", scene, dice
        )
        parts.append(("Complications", blood))
    parts.append((heading("plan", dice), say(note.plan, scene, dice)))
    return parts


def _nursing(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    extra = " ".join(say(sentence, scene, dice) for sentence in dice.some(phrases.NURSING, dice.between(2, 4)))
    story = say(note.story, scene, dice)
    if dice.chance(0.4):
        return [
            ("Situation", story),
            ("Background", background(scene, dice)),
            ("Assessment", f"{vitals(scene, dice)} {extra}"),
            ("Recommendation", say(note.plan, scene, dice)),
        ]
    return [
        (heading("nursing", dice), f"{story} {extra}"),
        (heading("vitals", dice), vitals(scene, dice)),
        (heading("nursing_plan", dice), say(note.plan, scene, dice)),
    ]


def _telephone(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    clock = f"{dice.between(8, 17):02d}:{dice.between(0, 59):02d}"
    opening = say(f"[Call received|Message taken|Returned call] at {clock}. [Identity confirmed by name and date of birth.|]", scene, dice)
    return [
        (heading("call", dice), f"{opening} {say(note.story, scene, dice)}"),
        (heading("assessment", dice), say(note.assessment, scene, dice)),
        (heading("advice", dice), say(note.plan, scene, dice)),
    ]


_WRITERS: dict[str, Callable[[Note, Scene, Dice], list[Part]]] = {
    "admission": _admission,
    "progress": _progress,
    "wellness": _wellness,
    "consult": _consult,
    "emergency": _emergency,
    "discharge": _discharge,
    "radiology": _radiology,
    "pathology": _pathology,
    "operative": _operative,
    "procedure": _operative,
    "nursing": _nursing,
    "telephone": _telephone,
}


def scene_slots(person: Person, day: date, more: Mapping[str, str]) -> dict[str, str]:
    """The slots of a scene: the person's, and what the timeline adds (laboratory values, interval, side …)."""
    found = slots(person, day)
    found["carer_cap"] = found["carer"][:1].upper() + found["carer"][1:]
    found["trade_cap"] = found["trade"][:1].upper() + found["trade"][1:]
    return {**found, **more}
