"""Lives the courses: decides when each visit is, what is measured, charted, started and stopped there, and has its notes written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample.codes.durations import CONDITION_DAYS, DRUG_DAYS
from sample.codes.labs import LABS
from sample.courses.ailments import ACUTE, Ailment
from sample.courses.background import BACKGROUND, WELLNESS
from sample.model import Note, Stage
from sample.note_parts import Part, Scene, value_text
from sample.notes import scene_slots, write
from sample.patients import END, Medication, Person, Problem
from sample.phrasing import Dice
from sample.shorthand import shorthand
from sample.staff import Practitioner, Staff

_VITALS = ("temp", "hr", "rr", "spo2", "sbp", "dbp")


@dataclass(frozen=True, slots=True)
class Written:
    """A note that was written: its kind, parts, day and author. `measured` are the values it may cite."""

    note: Note
    day: date
    author: Practitioner
    parts: tuple[Part, ...]


@dataclass(slots=True)
class Visit:
    """One encounter and everything charted in it."""

    id: str
    person: Person
    day: date
    end: date
    stage: Stage
    service: str
    practitioner: Practitioner
    measured: dict[str, float]
    problems: list[Problem] = field(default_factory=list)
    refuted: list[str] = field(default_factory=list)
    started: list[Medication] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    """Symptoms that its notes tell in shorthand."""


@dataclass(frozen=True, slots=True)
class _Planned:
    day: date
    course: str
    service: str
    stage: Stage
    order: int


def live(person: Person, staff: Staff, seed: int) -> list[Visit]:
    """The patient's visits, oldest first; the person holds the state at the end of it."""
    dice = Dice(f"{seed}/life/{person.number}")
    planned = _plan(person, dice)
    _chart_history(person, dice, planned[0].day)
    facts = {
        "side": dice.pick(("right", "left")),
        "onset": f"{planned[0].day:%B} {planned[0].day.year}",
    }
    last: dict[str, date] = {}
    visits: list[Visit] = []
    for number, plan in enumerate(planned, 1):
        if person.died:
            break
        haste = Dice(f"{seed}/shorthand/{person.number}/{number}")
        visits.append(_visit(person, staff, (dice, haste), plan, number, facts, last.get(plan.course)))
        last[plan.course] = plan.day
    return visits


def _plan(person: Person, dice: Dice) -> list[_Planned]:
    stages = [s for s in person.course.stages if dice.chance(s.chance)]
    gaps = [dice.between(*s.gap) for s in stages]
    length = sum(gaps[1:]) + max(s.stay[1] for s in stages)
    earliest = max(date(person.born.year, person.born.month, person.born.day) + timedelta(days=150), END - timedelta(days=2600))
    start = END - timedelta(days=length + dice.between(10, 600))
    day = max(start, earliest)
    main: list[_Planned] = []
    for number, (stage, gap) in enumerate(zip(stages, gaps, strict=True)):
        day = day + timedelta(days=gap if number else 0)
        main.append(_Planned(day, person.course.key, stage.service or person.course.service, stage, 0))
    main = [p for p in main if p.day + timedelta(days=p.stage.stay[1]) < END]
    closed = [(p.day - timedelta(days=2), p.day + timedelta(days=p.stage.stay[1] + 2)) for p in main]
    first = max(earliest, main[0].day - timedelta(days=dice.between(500, 1200)))
    others = [*_wellness_days(person, dice, first), *_acute_days(person, dice, first)]
    free = [p for p in others if not any(a <= p.day <= b for a, b in closed)]
    return sorted([*main, *free], key=lambda p: (p.day, p.order))


def _wellness_days(person: Person, dice: Dice, first: date) -> Iterator[_Planned]:
    day = first + timedelta(days=dice.between(0, 200))
    used: list[int] = []
    while day < END - timedelta(days=5):
        usable = [
            n
            for n, (ages, sexes, _) in enumerate(WELLNESS)
            if ages[0] <= person.age(day) <= ages[1] and person.sex in sexes and n not in used
        ]
        if usable and dice.chance(0.7):
            pick = dice.pick(usable)
            used.append(pick)
            service = "pediatrics" if person.age(day) < 15 else "primary care"
            yield _Planned(day, "wellness", service, WELLNESS[pick][2], 1)
        day += timedelta(days=dice.between(400, 640))


def _acute_days(person: Person, dice: Dice, first: date) -> Iterator[_Planned]:
    span = (END - first).days - 15
    usable: list[Ailment] = [a for a in ACUTE if a.condition not in person.course.avoid and person.sex in a.sexes]
    for ailment in dice.some(usable, dice.between(1, 3)):
        day = first + timedelta(days=dice.between(0, max(span, 1)))
        if not ailment.ages[0] <= person.age(day) <= ailment.ages[1]:
            continue
        for number, stage in enumerate(ailment.stages):
            day += timedelta(days=dice.between(*stage.gap) if number else 0)
            service = stage.service or ("pediatrics" if person.age(day) < 15 else "primary care")
            if day < END - timedelta(days=4):
                yield _Planned(day, ailment.condition, service, stage, 2)


def _chart_history(person: Person, dice: Dice, first: date) -> None:
    """What was known before the first visit: the course's own history, and background conditions with their medicines."""
    age = person.age(first)
    usable = [
        b
        for b in BACKGROUND
        if b.condition not in (*person.course.avoid, *person.course.history) and person.sex in b.sexes and age >= b.age
    ]
    chosen = dice.some(usable, dice.pick((0, 1, 1, 2, 3))) if age > 30 else dice.some(usable, dice.pick((0, 0, 1)))
    conditions = [(c, ()) for c in person.course.history] + [(b.condition, b.drugs) for b in chosen]
    for condition, drugs in conditions:
        began = max(first - timedelta(days=dice.between(300, 4000)), person.born + timedelta(days=100))
        _add_problem(person, condition, began)
        for drug in drugs:
            _start(person, drug, max(began, first - timedelta(days=dice.between(200, 1500))))
    for drug in person.course.drugs:
        _start(person, drug, max(first - timedelta(days=dice.between(100, 900)), person.born + timedelta(days=100)))


def _visit(
    person: Person, staff: Staff, drawn: tuple[Dice, Dice], plan: _Planned, number: int, facts: Mapping[str, str], before: date | None
) -> Visit:
    """One visit; `drawn` are the dice of the story, and of what is written in haste."""
    stage, (dice, haste) = plan.stage, drawn
    end = plan.day + timedelta(days=dice.between(*stage.stay))
    practitioner = staff.of(plan.service, f"{person.id}/{plan.service}")
    visit = Visit(f"{person.id}-e{number:02d}", person, plan.day, end, stage, plan.service, practitioner, _measure(person, dice, stage))
    earlier = {f"{k}_was": value_text(LABS[k], person.latest[k]) for k in stage.labs if k in person.latest and k in LABS}
    now = {k: value_text(LABS[k], v) for k, v in visit.measured.items()}
    ended = _stop(person, plan.day, stage.stops)
    visit.started = [m for d in stage.starts if (m := _start(person, d, plan.day))]
    for condition in stage.conditions:
        if problem := _add_problem(person, condition, plan.day):
            visit.problems.append(problem)
    visit.refuted = list(stage.refuted)
    for problem in person.problems:
        if problem.condition in stage.resolved and problem.end is None:
            problem.end = end
    more = {
        **facts,
        **earlier,
        **now,
        "interval": _interval((plan.day - before).days if before else 30),
        "stay": _days((end - plan.day).days),
        "date": plan.day.isoformat(),
    }
    for position, note in enumerate(stage.notes):
        author = staff.author(note.kind, plan.service, person.id, practitioner, position)
        sender = staff.of("primary care", f"{person.id}/primary care").name
        slots = scene_slots(person, plan.day, {**more, "sender": sender, "author": author.name})
        scene = Scene(
            person,
            plan.day,
            end,
            stage,
            visit.measured,
            slots,
            author.name,
            author.specialty,
            sender,
            tuple(m.drug for m in visit.started),
            tuple(ended),
        )
        parts, short = write(note, scene, dice), shorthand(note, scene, haste)
        if short is not None:
            signed = len(parts) - (not parts[-1][0])
            parts = (*parts[:signed], short.part, *parts[signed:])
            visit.findings.extend(short.findings)
        visit.written.append(Written(note, _note_day(note, position, plan.day, end), author, parts))
    person.latest.update({k: v for k, v in visit.measured.items() if k not in _VITALS})
    if stage.outcome == "died":
        person.died = end
    return visit


def _note_day(note: Note, position: int, day: date, end: date) -> date:
    if note.kind == "discharge":
        return end
    if note.kind in ("admission", "emergency", "consult", "telephone"):
        return day
    return min(end, day + timedelta(days=position))


def _measure(person: Person, dice: Dice, stage: Stage) -> dict[str, float]:
    found: dict[str, float] = {}
    labs = dict(stage.labs)
    change = labs.pop("weight_change", None)
    if change:
        person.weight = round(person.weight + dice.number(*change, 1), 1)
    if stage.setting not in ("phone", "video"):
        child = person.age(END) < 12
        person.weight = round(max(6.0, person.weight + dice.number(-0.6, 0.8, 1)), 1)
        usual = {
            "temp": (36.4, 37.1),
            "hr": (84, 112) if child else (62, 88),
            "rr": (18, 24) if child else (13, 18),
            "spo2": (96, 100),
            "sbp": (person.pressure - 8, person.pressure + 10),
            "dbp": (person.pressure * 0.58, person.pressure * 0.66),
        }
        for key, (low, high) in usual.items():
            low, high = labs.pop(key, (low, high))
            found[key] = dice.number(low, high, LABS[key].decimals)
        found["weight"] = person.weight
    for key, (low, high) in labs.items():
        found[key] = dice.number(low, high, LABS[key].decimals)
    return found


def _start(person: Person, drug: str, day: date) -> Medication | None:
    if any(m.drug == drug and m.start <= day and (m.stop is None or m.stop > day) for m in person.medications):
        return None
    medication = Medication(drug, day, f"{person.id}-m{len(person.medications) + 1:02d}")
    if drug in DRUG_DAYS:
        medication.stop, medication.reason = day + timedelta(days=DRUG_DAYS[drug]), "completed"
    person.medications.append(medication)
    return medication


def _stop(person: Person, day: date, stops: Mapping[str, str]) -> list[tuple[str, str]]:
    ended = []
    for drug, reason in stops.items():
        for medication in person.medications:
            if medication.drug == drug and medication.start < day and (medication.stop is None or medication.stop > day):
                medication.stop, medication.reason = day, reason
                ended.append((drug, reason))
    return ended


def _add_problem(person: Person, condition: str, day: date) -> Problem | None:
    if any(p.condition == condition and (p.end is None or p.end > day) for p in person.problems):
        return None
    problem = Problem(condition, day, f"{person.id}-c{len(person.problems) + 1:02d}")
    if condition in CONDITION_DAYS:
        problem.end = day + timedelta(days=CONDITION_DAYS[condition])
    person.problems.append(problem)
    return problem


_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _interval(days: int) -> str:
    if days < 14:
        return _days(max(days, 1))
    if days < 60:
        return f"{_NUMBERS[days // 7]} weeks"
    if days < 365:
        return f"{_NUMBERS[min(12, days // 30)]} months"
    years = days // 365
    return "a year" if years == 1 else f"{_NUMBERS[years]} years"


def _days(days: int) -> str:
    return "one day" if days == 1 else f"{_NUMBERS[days] if days < 13 else days} days"
