"""Writes a note: which parts a kind of note has, what goes into them, and in which of several hands they are put down."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sample import phrases
from sample.codes.acts import PROCEDURES, RELATIVES_CONDITIONS
from sample.codes.conditions import CONDITIONS
from sample.codes.drugs import DRUGS
from sample.codes.durations import PASSING
from sample.codes.labs import LABS, UNIT_WORDS
from sample.model import LabEntry, Note, Stage
from sample.patients import Person, slots
from sample.phrasing import Dice, fill

_ARTICLE = re.compile(r"\b([Aa])(?= (?:8\d?|11|18)-)")
_BEGINNING = re.compile(r"(^|[.!?] )([a-z])")

Part = tuple[str, str]
"""(heading, body); the heading is '' where prose follows without one."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a note is written from: the person on a day, the stage of the course, what was measured and who writes."""

    person: Person
    day: date
    end: date
    stage: Stage
    measured: Mapping[str, float]
    slots: Mapping[str, str]
    author: str
    service: str
    sender: str
    began: tuple[str, ...] = ()
    ended: tuple[tuple[str, str], ...] = ()
    """(drug, reason)"""


def value_text(lab: LabEntry, value: float) -> str:
    """A value with its unit as notes write it."""
    unit = UNIT_WORDS.get(lab.unit, lab.unit)
    number = f"{value:.{lab.decimals}f}"
    return f"{number}{'' if unit in ('%', '') or unit.startswith('°') else ' '}{unit}".strip()


def write(note: Note, scene: Scene, dice: Dice) -> tuple[Part, ...]:
    """The parts of the note in order."""
    writer = _WRITERS[note.kind]
    parts = [(heading, re.sub(" {2,}", " ", body).strip()) for heading, body in writer(note, scene, dice)]
    return tuple((heading, body) for heading, body in parts if body)


def _heading(part: str, dice: Dice) -> str:
    return dice.pick(phrases.HEADINGS[part])


def _say(template: str, scene: Scene, dice: Dice, **more: str) -> str:
    return tidy(fill(template, dice, {**scene.slots, **more}))


def tidy(text: str) -> str:
    """Sentences begin with a capital; 'a' becomes 'an' before eight, eleven and eighteen."""
    text = _ARTICLE.sub(lambda m: m[1] + "n", text)
    return _BEGINNING.sub(lambda m: m[1] + m[2].upper(), text)


def _admission(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    background = _background(scene, dice)
    story = " ".join((background, _say(note.story, scene, dice)))
    parts = [
        (_heading("complaint", dice), _complaint(note, scene, dice)),
        (_heading("story", dice), story),
        (_heading("past", dice), _past(scene, dice)),
        (_heading("medications", dice), _medications(scene, dice)),
        (_heading("allergies", dice), _allergies(scene, dice)),
        (_heading("family", dice), _family(scene, dice)),
        (_heading("social", dice), _social(scene, dice)),
        (_heading("ros", dice), _review(note, scene, dice)),
        (_heading("exam", dice), _examination(note, scene, dice)),
        (_heading("results", dice), _results(scene, dice)),
    ]
    return [*parts, *_conclusion(note, scene, dice)]


def _progress(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [(_heading("interval", dice), _say(note.story, scene, dice))]
    if dice.chance(0.5):
        parts.append((_heading("ros", dice), _review(note, scene, dice)))
    if dice.chance(0.55):
        parts.append((_heading("medications", dice), _medications(scene, dice)))
    parts.append((_heading("exam", dice), _examination(note, scene, dice)))
    parts.append((_heading("results", dice), _results(scene, dice)))
    parts.extend(_conclusion(note, scene, dice))
    if dice.chance(0.6):
        parts.append(("", _closing(scene, dice)))
    return parts


def _wellness(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (_heading("interval", dice), _say(note.story, scene, dice)),
        (_heading("past", dice), _past(scene, dice)),
        (_heading("medications", dice), _medications(scene, dice)),
        (_heading("family", dice), _family(scene, dice)),
        (_heading("social", dice), _social(scene, dice)),
        (_heading("exam", dice), _examination(note, scene, dice)),
        (_heading("results", dice), _results(scene, dice)),
    ]
    kept = [parts[0], *(p for p in parts[1:] if dice.chance(0.7))]
    return [*kept, *_conclusion(note, scene, dice), ("", _closing(scene, dice))]


def _consult(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    opening = f"Dear {scene.sender},\n\n{_say(dice.pick(phrases.LETTER), scene, dice, sender=scene.sender)}"
    parts = [("", opening), (_heading("story", dice), " ".join((_background(scene, dice), _say(note.story, scene, dice))))]
    if dice.chance(0.8):
        parts.append((_heading("past", dice), _past(scene, dice)))
    if dice.chance(0.7):
        parts.append((_heading("medications", dice), _medications(scene, dice)))
    if dice.chance(0.75):
        parts.append((_heading("family", dice), _family(scene, dice)))
    if dice.chance(0.6):
        parts.append((_heading("social", dice), _social(scene, dice)))
    parts.append((_heading("exam", dice), _examination(note, scene, dice)))
    parts.append((_heading("results", dice), _results(scene, dice)))
    parts.extend(_conclusion(note, scene, dice))
    parts.append(("", f"{dice.pick(('With kind regards,', 'Sincerely,', 'Yours truly,'))}\n{scene.author}"))
    return parts


def _emergency(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (_heading("complaint", dice), _complaint(note, scene, dice)),
        (_heading("story", dice), _say(note.story, scene, dice)),
        (_heading("past", dice), _past(scene, dice)),
        (_heading("allergies", dice), _allergies(scene, dice)),
        (_heading("exam", dice), _examination(note, scene, dice)),
        (_heading("results", dice), _results(scene, dice)),
    ]
    if note.course:
        parts.append((_heading("ed_course", dice), _say(note.course, scene, dice)))
    parts.append((_heading("assessment", dice), _say(note.assessment, scene, dice)))
    parts.append((_heading("disposition", dice), _say(note.plan, scene, dice)))
    return parts


def _discharge(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    dates = dice.pick(("Admitted {a}, discharged {b}.", "Date of admission: {a}. Date of discharge: {b}.", "Inpatient stay {a} to {b}."))
    parts = [
        ("", dates.replace("{a}", scene.day.isoformat()).replace("{b}", scene.end.isoformat())),
        (_heading("diagnoses", dice), _diagnoses(scene, dice)),
        (_heading("course", dice), _say(note.course or note.story, scene, dice)),
    ]
    if scene.stage.procedures:
        parts.append((_heading("procedures", dice), _listing([PROCEDURES[p][2] for p in scene.stage.procedures], dice)))
    if dice.chance(0.6):
        parts.append((_heading("results", dice), _results(scene, dice)))
    parts.append((_heading("changes", dice), _changes(scene, dice)))
    parts.append((_heading("discharge_medications", dice), _medications(scene, dice, leaving=True)))
    if note.assessment:
        parts.append(("Condition at Discharge", _say(note.assessment, scene, dice)))
    parts.append((_heading("followup", dice), _say(note.plan, scene, dice)))
    return parts


def _radiology(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    earlier = f"{scene.day.year - 1}-{dice.between(1, 12):02d}"
    parts = [
        (_heading("study", dice), _say(note.study, scene, dice)),
        (_heading("indication", dice), _say(note.story, scene, dice)),
        (_heading("comparison", dice), _say(dice.pick(phrases.COMPARISONS), scene, dice, earlier=earlier)),
    ]
    if dice.chance(0.5):
        parts.append(("Technique", _say(dice.pick(phrases.TECHNIQUES), scene, dice)))
    parts.append((_heading("findings", dice), _say(note.exam, scene, dice)))
    parts.append((_heading("impression", dice), _say(note.assessment, scene, dice)))
    return parts


def _pathology(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    return [
        (_heading("specimen", dice), _say(note.study, scene, dice)),
        (_heading("indication", dice), _say(note.story, scene, dice)),
        (_heading("description", dice), _say(note.exam, scene, dice)),
        (_heading("diagnosis", dice), _say(note.assessment, scene, dice)),
    ]


def _operative(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    parts = [
        (_heading("operation", dice), _say(note.study, scene, dice)),
        (_heading("indication", dice), _say(note.story, scene, dice)),
        (_heading("details", dice), _say(note.exam, scene, dice)),
    ]
    if dice.chance(0.7):
        blood = _say(
            "[Estimated blood loss|Blood loss] [minimal|about {#20-180} mL]. [No immediate complications.|Tolerated well.]", scene, dice
        )
        parts.append(("Complications", blood))
    parts.append((_heading("plan", dice), _say(note.plan, scene, dice)))
    return parts


def _nursing(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    extra = " ".join(_say(sentence, scene, dice) for sentence in dice.some(phrases.NURSING, dice.between(2, 4)))
    story = _say(note.story, scene, dice)
    if dice.chance(0.4):
        return [
            ("Situation", story),
            ("Background", _background(scene, dice)),
            ("Assessment", f"{_vitals(scene, dice)} {extra}"),
            ("Recommendation", _say(note.plan, scene, dice)),
        ]
    return [
        (_heading("nursing", dice), f"{story} {extra}"),
        (_heading("vitals", dice), _vitals(scene, dice)),
        (_heading("nursing_plan", dice), _say(note.plan, scene, dice)),
    ]


def _telephone(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    clock = f"{dice.between(8, 17):02d}:{dice.between(0, 59):02d}"
    opening = _say(f"[Call received|Message taken|Returned call] at {clock}. [Identity confirmed by name and date of birth.|]", scene, dice)
    return [
        (_heading("call", dice), f"{opening} {_say(note.story, scene, dice)}"),
        (_heading("assessment", dice), _say(note.assessment, scene, dice)),
        (_heading("advice", dice), _say(note.plan, scene, dice)),
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


def _conclusion(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    assessment, plan = _say(note.assessment, scene, dice), _say(note.plan, scene, dice)
    style = dice.below(3)
    if style == 0:
        return [(_heading("both", dice), f"{assessment} {plan}")]
    if style == 1:
        steps = [step.strip() for step in plan.split(". ") if step.strip()]
        numbered = "\n".join(f"{n}. {step.rstrip('.')}." for n, step in enumerate(steps, 1))
        return [(_heading("assessment", dice), assessment), (_heading("plan", dice), numbered)]
    return [(_heading("assessment", dice), assessment), (_heading("plan", dice), plan)]


def _complaint(note: Note, scene: Scene, dice: Dice) -> str:
    said = _say(note.complaint, scene, dice)
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")


def _background(scene: Scene, dice: Dice) -> str:
    known = [p for p in scene.person.problems_at(scene.day) if p.start < scene.day and p.condition not in PASSING]
    names = [CONDITIONS[p.condition].name for p in known]
    if not names:
        return _say("{Mr} is a {aged} {man}[, previously well|, with no significant past medical history|].", scene, dice)
    return _say(dice.pick(phrases.INTROS), scene, dice, background=_and(names[-4:]))


def _past(scene: Scene, dice: Dice) -> str:
    lines = []
    for problem in scene.person.problems:
        if problem.start < scene.day and not (problem.end and problem.condition in PASSING):
            name = CONDITIONS[problem.condition].name
            since = dice.pick((f" ({problem.start.year})", f", diagnosed {problem.start.year}", f" since {problem.start.year}", ""))
            over = f", resolved {problem.end.year}" if problem.end and problem.end <= scene.day else ""
            lines.append(name[:1].upper() + name[1:] + ("" if over and "since" in since else since) + over)
    if not lines:
        return dice.pick(("None.", "No significant past medical history.", "Unremarkable."))
    return "\n".join(f"- {line}" for line in lines) if dice.chance(0.5) else "; ".join(lines) + "."


def _medications(scene: Scene, dice: Dice, *, leaving: bool = False) -> str:
    taken = scene.person.taking_after(scene.end) if leaving else scene.person.taking_before(scene.day)
    drugs = [DRUGS[m.drug] for m in taken if not DRUGS[m.drug].given]
    if not drugs:
        return dice.pick(("None.", "No regular medications.", "Takes no medicines."))
    style = dice.below(3)
    if style == 0:
        return "\n".join(f"- {d.name} {d.sig}" for d in drugs)
    if style == 1:
        return "; ".join(f"{d.name} {d.sig}" for d in drugs) + "."
    return "\n".join(f"{n}. {d.name[:1].upper() + d.name[1:]}, {d.sig}." for n, d in enumerate(drugs, 1))


def _changes(scene: Scene, dice: Dice) -> str:
    lines = [f"{dice.pick(('New', 'Started', 'Added'))}: {DRUGS[d].name} {DRUGS[d].sig}." for d in scene.began if not DRUGS[d].given]
    lines += [f"{dice.pick(('Stopped', 'Discontinued'))}: {DRUGS[d].name} ({reason})." for d, reason in scene.ended]
    return "\n".join(lines) or dice.pick(("No changes.", "None; home medicines continue as before."))


def _allergies(scene: Scene, dice: Dice) -> str:
    allergies = scene.person.allergies
    if not allergies:
        return dice.pick(("No known drug allergies.", "NKDA.", "None known.", "No known allergies."))
    return " ".join(dice.pick((f"{n[:1].upper() + n[1:]}: {r}.", f"{n[:1].upper() + n[1:]} ({r}).")) for n, _, _, _, r in allergies)


def _family(scene: Scene, dice: Dice) -> str:
    said = []
    for relation, condition, age in scene.person.relatives:
        theirs = "his" if relation in {"father", "brother", "paternal grandfather", "paternal uncle"} else "her"
        cap = relation[:1].upper() + relation[1:]
        template = dice.pick(phrases.RELATIVE_EVENT if condition.startswith("a ") else phrases.RELATIVE)
        said.append(
            fill(
                template,
                dice,
                {
                    "Relation": cap,
                    "relation": relation,
                    "condition": condition,
                    "age": str(age),
                    "theirs": theirs,
                    "decade": f"{age // 10}0s",
                },
            )
        )
    absent = [c for c in sorted(RELATIVES_CONDITIONS) if c not in {c for _, c, _ in scene.person.relatives} and not c.startswith("a ")]
    if not said:
        said.append(dice.pick(phrases.NO_FAMILY[:2]))
    if dice.chance(0.6):
        said.append(fill(dice.pick(phrases.NO_RELATIVE), dice, {"condition": " or ".join(dice.some(absent, dice.between(1, 2)))}))
    return " ".join(said)


def _social(scene: Scene, dice: Dice) -> str:
    person = scene.person
    if person.age(scene.day) < 18:
        return _say(
            "Lives at home with {his} {carer}[ and siblings|, no pets|, one cat|]. [No smokers in the home.|Attends [daycare|school].|]",
            scene,
            dice,
        )
    work = _say(
        "[Works as a {trade}.|{trade_cap} by trade.|Retired {trade}.|]"
        if person.age(scene.day) > 64
        else "[Works as a {trade}.|{trade_cap}.|Employed as a {trade}.]",
        scene,
        dice,
    )
    said = [
        f"{person.home[:1].upper() + person.home[1:]}." if dice.chance(0.6) else "",
        work if person.age(scene.day) <= 66 else work.replace("Works as", "Formerly worked as"),
        _say(dice.pick(phrases.SMOKING[person.smoking]), scene, dice, packs=str(person.pack_years)),
        _say(dice.pick(phrases.ALCOHOL[person.alcohol]), scene, dice),
    ]
    return " ".join(s for s in said if s)


def _review(note: Note, scene: Scene, dice: Dice) -> str:
    told = " ".join((note.complaint, note.story, note.exam, note.assessment, note.plan)).lower()
    free = [symptom for symptom, stems in phrases.SYMPTOMS if not any(stem in told for stem in stems)]
    denied = dice.some(free, dice.between(2, 4))
    if not denied:
        return dice.pick(phrases.OTHERWISE)
    sentence = _say(dice.pick(phrases.DENIALS), scene, dice, list=_or(denied))
    return f"{sentence} {dice.pick(phrases.OTHERWISE)}"


def _examination(note: Note, scene: Scene, dice: Dice) -> str:
    found = _say(note.exam, scene, dice)
    told = f"{found} {note.story} {note.assessment}".lower()
    normal = [dice.pick(ways) for stems, ways in phrases.NORMAL if not any(stem in told for stem in stems)]
    said = [_vitals(scene, dice), _say(dice.pick(phrases.ORIENTATION), scene, dice), found, *dice.some(normal, dice.between(0, 2))]
    return (" " if dice.chance(0.7) else "\n").join(s for s in said if s)


def _vitals(scene: Scene, dice: Dice) -> str:
    value = {k: value_text(LABS[k], scene.measured[k]) for k in ("temp", "hr", "rr", "spo2", "weight") if k in scene.measured}
    if len(value) < 5 or "sbp" not in scene.measured:
        return ""
    pressure = f"{scene.measured['sbp']:.0f}/{scene.measured['dbp']:.0f}"
    air = "room air" if scene.measured["spo2"] > 91 else "supplemental oxygen"
    value["hr"], value["rr"] = f"{scene.measured['hr']:.0f}", f"{scene.measured['rr']:.0f}"
    return fill(dice.pick(phrases.VITALS), dice, {**value, "bp": pressure, "air": air})


def _results(scene: Scene, dice: Dice) -> str:
    shown = [(LABS[k], v) for k, v in scene.measured.items() if LABS[k].category != "vital-signs"]
    if not shown:
        return ""
    style = dice.below(3)
    said = [f"{lab.name[:1].upper() + lab.name[1:] if style else lab.name} {value_text(lab, v)}{_flag(lab, v, style)}" for lab, v in shown]
    if style == 2:
        return "\n".join(f"- {s}" for s in said)
    text = (", " if style == 0 else "; ").join(said) + "."
    return text[:1].upper() + text[1:]


def _flag(lab: LabEntry, value: float, style: int) -> str:
    if lab.high is not None and value > lab.high:
        return (" (high)", " H", " [H]")[style]
    if lab.low is not None and value < lab.low:
        return (" (low)", " L", " [L]")[style]
    return ""


def _diagnoses(scene: Scene, dice: Dice) -> str:
    fresh = [CONDITIONS[c].name for c in scene.stage.conditions]
    fresh_keys = (*scene.stage.conditions, *PASSING)
    known = [CONDITIONS[p.condition].name for p in scene.person.problems_at(scene.day) if p.condition not in fresh_keys]
    names = [*fresh, *known[-4:]] or ["see hospital course"]
    return "\n".join(f"{n}. {name[:1].upper() + name[1:]}" for n, name in enumerate(names, 1))


def _closing(scene: Scene, dice: Dice) -> str:
    pool = phrases.CHILD_CLOSING if scene.person.age(scene.day) < 13 else phrases.CLOSING
    said = [_say(sentence, scene, dice) for sentence in dice.some(pool, dice.between(1, 2))]
    if dice.chance(0.5):
        said.append(_say(dice.pick(phrases.SIGNED), scene, dice, author=scene.author, service=scene.service))
    return " ".join(said)


def _listing(names: Sequence[str], dice: Dice) -> str:
    caps = [n[:1].upper() + n[1:] for n in names]
    return "\n".join(f"- {n}" for n in caps) if dice.chance(0.5) else "; ".join(caps) + "."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _or(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


def scene_slots(person: Person, day: date, more: Mapping[str, str]) -> dict[str, str]:
    """The slots of a scene: the person's, and what the timeline adds (laboratory values, interval, side …)."""
    found = slots(person, day)
    found["carer_cap"] = found["carer"][:1].upper() + found["carer"][1:]
    found["trade_cap"] = found["trade"][:1].upper() + found["trade"][1:]
    return {**found, **more}
