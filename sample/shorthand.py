"""The part of a note that is put down in haste: abbreviations, what is denied, instructions, values, what runs in the family.

It says what the chart says, beside what the course tells in prose, and is marked throughout (`sample.marks`).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sample import phrases
from sample.codes.conditions import CONDITIONS
from sample.codes.drugs import DRUGS
from sample.codes.findings import BROUGHT_BY, FINDINGS, LAB_SHORT, MISSPELLED, NAMED, SAID, SHORT
from sample.codes.labs import LABS
from sample.marks import (
    AFFIRMED,
    FAMILY,
    HISTORICAL,
    HYPOTHETICAL,
    NEGATED,
    NOT_IN_FAMILY,
    POSSIBLE,
    known,
    mark,
    of_class,
    of_condition,
    of_drug,
    of_lab,
)
from sample.model import Note
from sample.note_parts import Part, Scene, listed, relative, value_text
from sample.phrasing import Dice

_KINDS: Final = frozenset(["progress", "admission", "emergency", "consult", "wellness", "telephone", "discharge"])
_SHARE: Final = 0.4
"""Share of the notes of these kinds that have such a part."""
_HEADINGS: Final = ("Summary", "In Summary", "Summary of Visit", "Interval Summary")
_COMMON: Final = ("ibuprofen", "aspirin", "metformin", "oxycodone", "morphine", "naproxen")
_TREATED: Final = frozenset(["pneumonia", "pjp", "back-pain"])
"""Diagnoses whose treatment is always told."""
_EXCLUDED: Final = ("dvt", "pe", "pneumonia", "uti")


class Shorthand(NamedTuple):
    """The part, and the symptoms that it tells the patient has or had: they are charted too."""

    part: Part
    findings: tuple[str, ...]


Line = tuple[str, tuple[str, ...]]


def shorthand(note: Note, scene: Scene, dice: Dice) -> Shorthand | None:
    """What is put down in haste; None for most notes."""
    treated = not _TREATED.isdisjoint(scene.stage.conditions)
    if note.kind not in _KINDS or not (dice.chance(_SHARE) or treated):
        return None
    lines = [line for write in _LINES if (line := write(note, scene, dice))[0]]
    chosen = dice.some(range(len(lines)), dice.between(2, 4))
    kept = [line for number, line in enumerate(lines) if number in chosen or (treated and " treated with " in line[0])]
    if not kept:
        return None
    body = ("\n" if dice.chance(0.5) else " ").join(said for said, _ in kept).replace("\n ", "\n").replace("\n\n", "\n").strip()
    findings = tuple(dict.fromkeys(finding for _, told in kept for finding in told))
    return Shorthand((dice.pick(_HEADINGS), known(body)), findings)


def symptom(key: str, assertion: str, dice: Dice, *, capital: bool = False) -> str:
    """A symptom in one of its spellings, marked."""
    said = dice.pick(SAID.get(key, (FINDINGS[key].name,)))
    name = next((name for name in NAMED if name in said), said)
    before, _, after = said.partition(name)
    if capital and not before:
        name = name[:1].upper() + name[1:]
    return f"{before}{mark(name, of_condition(key), assertion)}{after}"


def _problems(note: Note, scene: Scene, dice: Dice) -> Line:
    active = [one.condition for one in scene.person.problems_at(scene.day) if one.condition in SHORT or one.condition in MISSPELLED]
    said = []
    for key in dict.fromkeys(active):
        written = SHORT.get(key, CONDITIONS[key].name)
        if key in MISSPELLED and dice.chance(0.08):
            written = MISSPELLED[key]
        value = _lab("a1c", scene) if key in ("t2dm", "t1dm") else ""
        said.append(mark(written, of_condition(key), AFFIRMED) + (f" ({value})" if value else ""))
    return (f"{dice.pick(('Known', 'Active problems:', 'Background of'))} {', '.join(said)}.", ()) if said else ("", ())


def _symptoms(note: Note, scene: Scene, dice: Dice) -> Line:
    told = _told(note)
    free = [key for key in FINDINGS if key not in ("old-mi", "suicidal-ideation") and not _tells(told, key)]
    conditions = [*scene.stage.conditions, *(one.condition for one in scene.person.problems_at(scene.day))]
    possible = [
        key for condition in conditions for key in BROUGHT_BY.get(condition, ()) if not (key == "suicidal-ideation" and "suicid" in told)
    ]
    has = dice.pick(possible) if possible and dice.chance(0.7) else ""
    denied = dice.some([key for key in free if key != has and key not in possible], dice.between(2, 3))
    if len(denied) < 2:
        return "", ()
    charted = (has,) if has else ()
    style = dice.below(4)
    no = [symptom(key, NEGATED, dice) for key in denied]
    yes = symptom(has, AFFIRMED, dice) if has else ""
    if style == 0:
        answers = ([f"{symptom(has, AFFIRMED, dice, capital=True)}: yes."] if has else []) + [
            f"{symptom(key, NEGATED, dice, capital=True)}: no." for key in denied
        ]
        return " ".join(answers), charted
    if style == 1:
        return "\n".join(([f"[x] {yes}"] if has else []) + [f"[ ] {one}" for one in no]) + "\n", charted
    denial = f"{dice.pick(('denies', 'no', 'denies any'))} {listed(no, 'or')}."
    if not has:
        return denial[:1].upper() + denial[1:], ()
    reports = dice.pick(("Reports", "Complains of", "Has had"))
    return (f"{reports} {yes}, {denial}" if style == 2 else f"{reports} {yes}. {denial[:1].upper()}{denial[1:]}"), charted


def _earlier(note: Note, scene: Scene, dice: Dice) -> Line:
    for one in scene.person.problems:
        if one.condition == "nstemi" and (scene.day - one.start).days > 60:
            attack = mark("heart attack", of_condition("old-mi"), HISTORICAL)
            breath = symptom("dyspnea", AFFIRMED, dice, capital=True)
            return dice.pick((f"{breath} on stairs after a previous {attack}.", f"H/o {attack} in {one.start.year}.")), (
                "old-mi",
                "dyspnea",
            )
    over = [one for one in scene.person.problems if one.end and one.end < scene.day and one.condition not in ("pregnancy",)]
    if not over:
        return "", ()
    one = dice.pick(over)
    name = mark(CONDITIONS[one.condition].name, of_condition(one.condition), HISTORICAL)
    return f"{dice.pick(('History of', 'H/o', 'Previous'))} {name} ({one.start.year}).", ()


def _treated(note: Note, scene: Scene, dice: Dice) -> Line:
    active = {*scene.stage.conditions, *(one.condition for one in scene.person.problems_at(scene.day))}
    for key in ("pneumonia", "pjp"):
        if key in active:
            name = CONDITIONS[key].name
            drugs = mark("antibiotics", of_class("antibiotics"), AFFIRMED)
            return f"{mark(name[:1].upper() + name[1:], of_condition(key), AFFIRMED)} treated with {drugs}, improving.", ()
    if "back-pain" in active:
        pain = mark("Lower back pain", of_condition("back-pain"), AFFIRMED)
        drugs = mark("opioids", of_class("opioids"), AFFIRMED)
        return f"{pain} treated with {drugs}: took {mark('oxycodone', of_drug('oxycodone'), AFFIRMED)} from urgent care.", ()
    return "", ()


def _values(note: Note, scene: Scene, dice: Dice) -> Line:
    said = [value for key in LAB_SHORT if (value := _lab(key, scene))]
    chosen = dice.some(said, 2)
    if "sbp" in scene.measured:
        value = f"{scene.measured['sbp']:.0f}/{scene.measured['dbp']:.0f}"
        chosen.append(f"{mark('BP', ('85354-9',), AFFIRMED, value)} {value}")
    return (f"{', '.join(chosen)}.", ()) if chosen else ("", ())


def _medicines(note: Note, scene: Scene, dice: Dice) -> Line:
    taken = {one.drug for one in scene.person.taking_before(scene.day)} | set(scene.began) | {drug for drug, _ in scene.ended}
    key = dice.pick([drug for drug in _COMMON if drug not in taken] or ["morphine"])
    if key in taken:
        return "", ()
    name = mark(DRUGS[key].name, of_drug(key), NEGATED)
    if key == "ibuprofen" and dice.chance(0.5):
        return f"{scene.person.given} is not prescribed {mark('Advil', of_drug(key), NEGATED)} ({name}).", ()
    return dice.pick((f"Not taking {name}.", f"Is not prescribed {name}.", f"Not on {name}.", f"Was never given {name}.")), ()


def _relatives(note: Note, scene: Scene, dice: Dice) -> Line:
    said = []
    for relation, condition, age in scene.person.relatives[:2]:
        name = relative(condition.removeprefix("a "), FAMILY)
        said.append(dice.pick((f"{relation} {name} at {age}", f"{relation} with {name}")))
    own = {condition for _, condition, _ in scene.person.relatives}
    absent = [name for name in ("breast cancer", "colon cancer", "asthma", "gout") if name not in own]
    if said and dice.chance(0.5):
        return f"FHx: {', '.join(said)}.", ()
    return f"No family history of {relative(dice.pick(absent), NOT_IN_FAMILY)}.", ()


def _instructions(note: Note, scene: Scene, dice: Dice) -> Line:
    keys = dice.some(("fever", "chest-pain", "dyspnea", "rash", "abdominal-pain", "headache", "diarrhea"), dice.between(1, 3))
    said = listed([symptom(key, HYPOTHETICAL, dice) for key in keys], "or")
    return dice.pick((f"Return if {said} develops.", f"Call for {said}.", f"Come back if there is {said}.", f"Seek care for {said}.")), ()


def _considered(note: Note, scene: Scene, dice: Dice) -> Line:
    told = _told(note)
    owned = {one.condition for one in scene.person.problems} | set(scene.stage.conditions)
    free = [key for key in _EXCLUDED if key not in owned and key not in scene.stage.refuted and not _names(told, key)]
    if note.kind not in ("emergency", "admission", "telephone") or not free:
        return "", ()
    key = dice.pick(free)
    name = mark({"dvt": "DVT", "pe": "acute pulmonary embolism", "pneumonia": "pneumonia", "uti": "UTI"}[key], of_condition(key), POSSIBLE)
    return dice.pick((f"R/o {name}.", f"Rule out {name}.", f"Possible {name}.", f"Cannot rule out {name}.")), ()


_LINES: Final[tuple[Callable[[Note, Scene, Dice], Line], ...]] = (
    _problems,
    _earlier,
    _treated,
    _symptoms,
    _values,
    _medicines,
    _relatives,
    _considered,
    _instructions,
)


def _lab(key: str, scene: Scene) -> str:
    if key not in scene.measured:
        return ""
    said = value_text(LABS[key], scene.measured[key])
    number = f"{scene.measured[key]:.{LABS[key].decimals}f}"
    return f"{mark(LAB_SHORT[key], of_lab(key), AFFIRMED, number)} {said.replace('%', ' %')}"


def _told(note: Note) -> str:
    return " ".join((note.complaint, note.story, note.exam, note.course, note.assessment, note.plan)).lower()


def _tells(told: str, key: str) -> bool:
    name = FINDINGS[key].name
    stems: Sequence[str] = next((stems for symptom, stems in phrases.SYMPTOMS if name in symptom), ())
    return any(stem in told for stem in (*stems, *name.split()))


def _names(told: str, key: str) -> bool:
    return any(word in told for word in {"dvt": ("thromb",), "pe": ("embol",), "pneumonia": ("pneumon",), "uti": ("urin",)}[key])
