"""The parts of notes that several kinds share, each in one of several hands: history, medicines, examination, results, conclusion."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sample import phrases
from sample.codes.acts import RELATIVES_CONDITIONS
from sample.codes.conditions import CONDITIONS
from sample.codes.drugs import DRUGS
from sample.codes.durations import PASSING
from sample.codes.findings import FINDINGS
from sample.codes.labs import LABS, UNIT_WORDS
from sample.marks import AFFIRMED, FAMILY, NEGATED, NOT_IN_FAMILY, known, mark, of_condition, of_drug, of_lab, of_relative
from sample.model import LabEntry, Note, Stage
from sample.patients import Person
from sample.phrasing import Dice, fill

Part = tuple[str, str]
"""(heading, body); the heading is '' where prose follows without one."""


_ARTICLE = re.compile(r"\b([Aa])(?= (?:8\d?|11|18)-)")


_BEGINNING = re.compile(r"(^|[.!?] )([a-z])")


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


def heading(part: str, dice: Dice) -> str:
    """A heading of a part, in one of its wordings."""
    return dice.pick(phrases.HEADINGS[part])


def say(template: str, scene: Scene, dice: Dice, **more: str) -> str:
    """A template filled for the scene, tidied."""
    return tidy(fill(template, dice, {**scene.slots, **more}))


def tidy(text: str) -> str:
    """Sentences begin with a capital; 'a' becomes 'an' before eight, eleven and eighteen."""
    text = _ARTICLE.sub(lambda m: m[1] + "n", text)
    return _BEGINNING.sub(lambda m: m[1] + m[2].upper(), text)


def conclusion(note: Note, scene: Scene, dice: Dice) -> list[Part]:
    """Assessment and plan, together or apart."""
    assessment, plan = say(note.assessment, scene, dice), say(note.plan, scene, dice)
    style = dice.below(3)
    if style == 0:
        return [(heading("both", dice), f"{assessment} {plan}")]
    if style == 1:
        steps = [step.strip() for step in plan.split(". ") if step.strip()]
        numbered = "\n".join(f"{n}. {step.rstrip('.')}." for n, step in enumerate(steps, 1))
        return [(heading("assessment", dice), assessment), (heading("plan", dice), numbered)]
    return [(heading("assessment", dice), assessment), (heading("plan", dice), plan)]


def complaint(note: Note, scene: Scene, dice: Dice) -> str:
    """The complaint as a sentence."""
    said = say(note.complaint, scene, dice)
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")


def background(scene: Scene, dice: Dice) -> str:
    """Who the person is and what is known already."""
    known = [p for p in scene.person.problems_at(scene.day) if p.start < scene.day and p.condition not in PASSING]
    names = [CONDITIONS[p.condition].name for p in known]
    if not names:
        return say("{Mr} is a {aged} {man}[, previously well|, with no significant past medical history|].", scene, dice)
    return say(dice.pick(phrases.INTROS), scene, dice, background=listed(names[-4:], "and"))


def past(scene: Scene, dice: Dice) -> str:
    """What is known from before the day."""
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


def medications(scene: Scene, dice: Dice, *, leaving: bool = False) -> str:
    """What is taken before the day or, `leaving`, after it."""
    taken = scene.person.taking_after(scene.end) if leaving else scene.person.taking_before(scene.day)
    drugs = [m.drug for m in taken if not DRUGS[m.drug].given]
    if not drugs:
        return dice.pick(("None.", "No regular medications.", "Takes no medicines."))
    style = dice.below(3)
    named = [(known(mark(_capital(DRUGS[d].name) if style == 2 else DRUGS[d].name, of_drug(d), AFFIRMED)), DRUGS[d].sig) for d in drugs]
    if style == 0:
        return "\n".join(f"- {name} {sig}" for name, sig in named)
    if style == 1:
        return "; ".join(f"{name} {sig}" for name, sig in named) + "."
    return "\n".join(f"{n}. {name}, {sig}." for n, (name, sig) in enumerate(named, 1))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def changes(scene: Scene, dice: Dice) -> str:
    """What was begun and ended."""
    lines = [f"{dice.pick(('New', 'Started', 'Added'))}: {DRUGS[d].name} {DRUGS[d].sig}." for d in scene.began if not DRUGS[d].given]
    lines += [f"{dice.pick(('Stopped', 'Discontinued'))}: {DRUGS[d].name} ({reason})." for d, reason in scene.ended]
    return "\n".join(lines) or dice.pick(("No changes.", "None; home medicines continue as before."))


def allergies(scene: Scene, dice: Dice) -> str:
    """Allergies, or that none is known."""
    allergies = scene.person.allergies
    if not allergies:
        return dice.pick(("No known drug allergies.", "NKDA.", "None known.", "No known allergies."))
    named = ((mark(name[:1].upper() + name[1:], (code,), AFFIRMED), reaction) for name, code, _, _, reaction in allergies)
    return " ".join(dice.pick((f"{name}: {reaction}.", f"{name} ({reaction}).")) for name, reaction in named)


def family(scene: Scene, dice: Dice) -> str:
    """What relatives have or had."""
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
                    "condition": relative(condition, FAMILY),
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
        said.append(
            fill(
                dice.pick(phrases.NO_RELATIVE),
                dice,
                {"condition": " or ".join(relative(one, NOT_IN_FAMILY) for one in dice.some(absent, dice.between(1, 2)))},
            )
        )
    return known(" ".join(said))


def relative(condition: str, assertion: str) -> str:
    """A condition of a relative ("a stroke"), its name marked."""
    name = condition.removeprefix("a ")
    return condition.removesuffix(name) + mark(name, of_relative(name), assertion)


def social(scene: Scene, dice: Dice) -> str:
    """Home, work, tobacco and alcohol."""
    person = scene.person
    if person.age(scene.day) < 18:
        return say(
            "Lives at home with {his} {carer}[ and siblings|, no pets|, one cat|]. [No smokers in the home.|Attends [daycare|school].|]",
            scene,
            dice,
        )
    work = say(
        "[Works as a {trade}.|{trade_cap} by trade.|Retired {trade}.|]"
        if person.age(scene.day) > 64
        else "[Works as a {trade}.|{trade_cap}.|Employed as a {trade}.]",
        scene,
        dice,
    )
    said = [
        f"{person.home[:1].upper() + person.home[1:]}." if dice.chance(0.6) else "",
        work if person.age(scene.day) <= 66 else work.replace("Works as", "Formerly worked as"),
        say(dice.pick(phrases.SMOKING[person.smoking]), scene, dice, packs=str(person.pack_years)),
        say(dice.pick(phrases.ALCOHOL[person.alcohol]), scene, dice),
    ]
    return " ".join(s for s in said if s)


def review(note: Note, scene: Scene, dice: Dice) -> str:
    """Symptoms that are denied: none that the note tells of."""
    told = " ".join((note.complaint, note.story, note.exam, note.assessment, note.plan)).lower()
    free = [symptom for symptom, stems in phrases.SYMPTOMS if not any(stem in told for stem in stems)]
    denied = dice.some(free, dice.between(2, 4))
    if not denied:
        return dice.pick(phrases.OTHERWISE)
    sentence = say(dice.pick(phrases.DENIALS), scene, dice, list=listed([_denied(one) for one in denied], "or"))
    return known(f"{sentence} {dice.pick(phrases.OTHERWISE)}")


def _denied(symptom: str) -> str:
    """Symptoms as a review denies them ("nausea or vomiting"), each marked that has a code."""
    named = {entry.name: key for key, entry in FINDINGS.items()}
    return " or ".join(mark(one, of_condition(named[one]), NEGATED) if one in named else one for one in symptom.split(" or "))


def examination(note: Note, scene: Scene, dice: Dice) -> str:
    """Vital signs, what was found, and what is normal."""
    found = say(note.exam, scene, dice)
    told = f"{found} {note.story} {note.assessment}".lower()
    normal = [dice.pick(ways) for stems, ways in phrases.NORMAL if not any(stem in told for stem in stems)]
    said = [vitals(scene, dice), say(dice.pick(phrases.ORIENTATION), scene, dice), found, *dice.some(normal, dice.between(0, 2))]
    return (" " if dice.chance(0.7) else "\n").join(s for s in said if s)


def vitals(scene: Scene, dice: Dice) -> str:
    """Vital signs in a line; '' where they were not taken."""
    value = {k: value_text(LABS[k], scene.measured[k]) for k in ("temp", "hr", "rr", "spo2", "weight") if k in scene.measured}
    if len(value) < 5 or "sbp" not in scene.measured:
        return ""
    pressure = f"{scene.measured['sbp']:.0f}/{scene.measured['dbp']:.0f}"
    air = "room air" if scene.measured["spo2"] > 91 else "supplemental oxygen"
    value["hr"], value["rr"] = f"{scene.measured['hr']:.0f}", f"{scene.measured['rr']:.0f}"
    return fill(dice.pick(phrases.VITALS), dice, {**value, "bp": pressure, "air": air})


def results(scene: Scene, dice: Dice) -> str:
    """Laboratory results; '' where there are none."""
    shown = [(k, v) for k, v in scene.measured.items() if LABS[k].category != "vital-signs"]
    if not shown:
        return ""
    style = dice.below(3)
    said = []
    for number, (key, value) in enumerate(shown):
        lab = LABS[key]
        name = _capital(lab.name) if style or not number else lab.name
        marked = mark(name, of_lab(key), AFFIRMED, f"{value:.{lab.decimals}f}")
        said.append(f"{marked} {value_text(lab, value)}{_flag(lab, value, style)}")
    if style == 2:
        return known("\n".join(f"- {s}" for s in said))
    return known((", " if style == 0 else "; ").join(said) + ".")


def _flag(lab: LabEntry, value: float, style: int) -> str:
    if lab.high is not None and value > lab.high:
        return (" (high)", " H", " [H]")[style]
    if lab.low is not None and value < lab.low:
        return (" (low)", " L", " [L]")[style]
    return ""


def diagnoses(scene: Scene, dice: Dice) -> str:
    """Diagnoses of the stay, then those known before."""
    fresh_keys = (*scene.stage.conditions, *PASSING)
    before = [p.condition for p in scene.person.problems_at(scene.day) if p.condition not in fresh_keys]
    keys = (*scene.stage.conditions, *before[-4:])
    if not keys:
        return "1. See hospital course"
    return known("\n".join(f"{n}. {mark(_capital(CONDITIONS[key].name), of_condition(key), AFFIRMED)}" for n, key in enumerate(keys, 1)))


def closing(scene: Scene, dice: Dice) -> str:
    """A last sentence or two, and sometimes a signature."""
    pool = phrases.CHILD_CLOSING if scene.person.age(scene.day) < 13 else phrases.CLOSING
    said = [say(sentence, scene, dice) for sentence in dice.some(pool, dice.between(1, 2))]
    if dice.chance(0.5):
        said.append(say(dice.pick(phrases.SIGNED), scene, dice, author=scene.author, service=scene.service))
    return " ".join(said)


def listing(names: Sequence[str], dice: Dice) -> str:
    """Names as a list or in a line."""
    caps = [n[:1].upper() + n[1:] for n in names]
    return "\n".join(f"- {n}" for n in caps) if dice.chance(0.5) else "; ".join(caps) + "."


def listed(names: Sequence[str], by: str) -> str:
    """Names in a row, the last one joined by a word."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {by} {names[-1]}"
