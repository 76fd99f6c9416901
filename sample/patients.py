"""The people of the sample as their story goes on: who they are, what is known of them at a date."""

from dataclasses import dataclass, field
from datetime import date

from sample import people
from sample.codes.acts import ALLERGIES, RELATIVES_CONDITIONS
from sample.model import Course
from sample.phrasing import Dice, fill

END = date(2025, 6, 30)
"""The day the export was made."""


@dataclass(slots=True)
class Medication:
    """A medicine a patient takes or took."""

    drug: str
    start: date
    record: str
    stop: date | None = None
    reason: str = ""


@dataclass(slots=True)
class Problem:
    """A charted diagnosis of a patient."""

    condition: str
    start: date
    record: str
    end: date | None = None


@dataclass(slots=True)
class Person:
    """One patient. What is fixed comes first, what grows with the story after it."""

    number: int
    sex: str
    given: str
    family: str
    born: date
    course: Course
    race: tuple[str, str]
    hispanic: bool
    smoking: str
    pack_years: int
    alcohol: str
    trade: str
    home: str
    carer: str
    allergies: tuple[tuple[str, str, str, str, str], ...]
    """(name, code, display, category, reaction)"""
    relatives: tuple[tuple[str, str, int], ...]
    height: int
    weight: float
    pressure: int
    problems: list[Problem] = field(default_factory=list)
    medications: list[Medication] = field(default_factory=list)
    latest: dict[str, float] = field(default_factory=dict)
    died: date | None = None

    @property
    def id(self) -> str:
        """The FHIR id of the Patient."""
        return f"p{self.number:03d}"

    @property
    def female(self) -> bool:
        """Whether the patient is a woman or girl."""
        return self.sex == "female"

    def age(self, day: date) -> int:
        """Completed years at a date."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def taking_before(self, day: date) -> list[Medication]:
        """What the patient takes when a day begins, oldest first."""
        return [m for m in self.medications if m.start < day and (m.stop is None or m.stop >= day)]

    def taking_after(self, day: date) -> list[Medication]:
        """What the patient takes when a day is over, oldest first."""
        return [m for m in self.medications if m.start <= day and (m.stop is None or m.stop > day)]

    def problems_at(self, day: date) -> list[Problem]:
        """What is active on a day, oldest first."""
        return [p for p in self.problems if p.start <= day and (p.end is None or p.end > day)]


def slots(person: Person, day: date) -> dict[str, str]:
    """What templates may say of a person on a day."""
    female, age = person.female, person.age(day)
    months = (day.year - person.born.year) * 12 + day.month - person.born.month
    if age < 13:
        noun, title = ("girl" if female else "boy"), person.given
    else:
        noun, title = ("woman" if female else "man"), f"{'Ms.' if female else 'Mr.'} {person.family}"
    return {
        "he": "she" if female else "he",
        "He": "She" if female else "He",
        "him": "her" if female else "him",
        "his": "her" if female else "his",
        "His": "Her" if female else "His",
        "himself": "herself" if female else "himself",
        "man": noun,
        "Mr": title,
        "name": f"{person.given} {person.family}",
        "first": person.given,
        "aged": f"{age}-year-old" if age >= 2 else f"{months}-month-old",
        "age": str(age),
        "carer": person.carer,
        "trade": person.trade,
        "weight": f"{person.weight:.0f} kg",
    }


def person(number: int, course: Course, seed: int) -> Person:
    """The patient of that number, drawn from the course's ages and sexes."""
    dice = Dice(f"{seed}/person/{number}")
    sex = dice.pick(course.sexes)
    age = dice.between(*course.ages)
    born = date(END.year - age, dice.between(1, 12), dice.between(1, 28))
    child = age < 19
    smoking = "never" if child else course.smoking or dice.pick(("never", "never", "former", "current"))
    height = dice.between(154, 172) if sex == "female" else dice.between(166, 188)
    weight = round(height * height / 10000 * dice.number(21.5, 31.5, 1), 1)
    if child:
        height = min(height, 78 + 6 * age)
        weight = round(4 + 2.9 * age + dice.number(0, 3, 1), 1)
    gender = {"he": "she", "his": "her"} if sex == "female" else {"he": "he", "his": "his"}
    return Person(
        number=number,
        sex=sex,
        given=dice.pick(people.WOMEN if sex == "female" else people.MEN),
        family=people.SURNAMES[(number * 37 + seed) % len(people.SURNAMES)],
        born=born,
        course=course,
        race=dice.pick(people.RACES),
        hispanic=dice.chance(0.2),
        smoking=smoking,
        pack_years=dice.between(8, 45) if smoking != "never" else 0,
        alcohol="none" if child else dice.pick(("none", "rare", "social", "social")),
        trade=dice.pick(people.TRADES),
        home=fill(dice.pick(people.HOMES), dice, gender),
        carer=dice.pick(("mother", "mother", "father", "grandmother")),
        allergies=_allergies(dice, course),
        relatives=_relatives(dice, course),
        height=height,
        weight=weight,
        pressure=dice.between(112, 132) if not child else dice.between(92, 108),
    )


def _allergies(dice: Dice, course: Course) -> tuple[tuple[str, str, str, str, str], ...]:
    usable = [a for a in ALLERGIES if a[0] not in course.avoid]
    count = dice.pick((0, 0, 1, 1, 2))
    return tuple(
        (name, code, display, category, fill(dice.pick(reactions), dice, {}))
        for name, code, display, category, reactions in dice.some(usable, count)
    )


def _relatives(dice: Dice, course: Course) -> tuple[tuple[str, str, int], ...]:
    found = list(dice.some(course.family, dice.pick((0, 1, 1, 2))))
    common = sorted(RELATIVES_CONDITIONS)
    for relation in dice.some(
        ("mother", "father", "sister", "brother", "maternal aunt", "paternal grandfather", "maternal grandmother"), 2
    ):
        condition = dice.pick(common)
        if relation in {r for r, _, _ in found} or condition in {c for _, c, _ in found}:
            continue
        if condition == "ovarian cancer" and relation not in {"mother", "sister", "maternal aunt", "maternal grandmother"}:
            continue
        if condition == "prostate cancer" and relation in {"mother", "sister", "maternal aunt", "maternal grandmother"}:
            continue
        found.append((relation, condition, dice.between(38, 74)))
    return tuple(found)
