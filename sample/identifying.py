"""Notes that say who people are: sentences with names, numbers and dates are woven into them, with the truth of each, and traps beside.

What is known of a person comes from their records, as those who write notes know it; strangers come from lists of names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sample.people import MEN, SURNAMES, WOMEN
from sample.phrasing import Dice

_OPEN, _SAYS, _CLOSE = "\ue010", "\ue011", "\ue012"
_MARKS: Final = re.compile(f"{_OPEN}(\\w+){_SAYS}([^{_CLOSE}]*){_CLOSE}")
MONTHS: Final = tuple("January February March April May June July August September October November December".split())  # noqa: SIM905

NAMES: Final = (
    ("Hope", "Parkinson"), ("May", "Down"), ("Grace", "Wilson"), ("Mark", "Young"), ("Faith", "Bell"), ("José", "O'Neil"),
    ("Mary-Jane", "van der Berg"), ("Will", "Graves"), ("Rose", "Hill"), ("Anna", "Crohn"),
)  # fmt: skip
"""People whose names are words, or stand in names of diseases, or are written in several ways."""

_SENTENCES: Final = (
    "Patient: {name:last}, {name:first}   MRN: {id}   DOB: {date}",
    "{name:full} was seen on {date} by Dr. {name:stranger}.",
    "{title} {name:last} called from {phone} and asked to be called back at {phone:other}.",
    "{name:first} reports that pain is better; {name:first} has gone back to work.",
    "I spoke with {name:full}'s daughter, Mrs. {name:stranger}, on {date:words}.",
    "RE: {name:upper} ({id}), date of birth {date:us}",
    "Letters go to {address}; e-mail {email}.",
    "Results were sent to {email:stranger} and by fax to {phone:other}.",
    "Social security number {ssn}. Insurance: member ID {id:other}.",
    "{name:initial} was admitted {date} and discharged {date:us}.",
    "{title} {name:last} tolerated the procedure. Consent was signed by {name:full} on {date:dayfirst}.",
    "Record kept at {url}, accession number {id:other}.",
    "{name:doctor}, {degree}, discussed it with {title} {name:last} in {date:month}.",
    "Her neighbour is {age} years old.",
    "The mother, aged {age}, lives with them.",
    "Dictated by {name:doctor}, {degree} {date:us}",
    "cc: {name:doctor}, {degree}; {name:last} {name:first}",
)
_TRAPS: Final = (
    "She has {trap:Parkinson's disease} and a family history of {trap:Wilson disease}.",
    "No features of {trap:Down syndrome}. {trap:Crohn's disease} in remission.",
    "The dose {trap:may} be raised; we {trap:hope} to stop it.",
    "{trap:Murphy's sign} negative, {trap:Babinski reflex} absent, {trap:Foley catheter} in place.",
    "{trap:May} be discharged when well. {trap:Hope} to see improvement.",
    "Power {trap:5/5}, blood pressure {trap:120/80}, platelets {trap:250000}, dose {trap:2000} mg.",
    "{trap:Graves' disease} and {trap:Hashimoto thyroiditis} were considered; {trap:Bell's palsy} on the left.",
    "{trap:Wells score} 2, {trap:Glasgow coma scale} {trap:15}.",
    "She {trap:will} rest; the {trap:young} woman was pale at the {trap:rose} garden, on a {trap:hill}.",
    "The {trap:mark} on her arm is fading. {trap:Grace} period of {trap:30 days}.",
)
_FIELD: Final = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Said:
    """A span of a note that identifies somebody, of some kind; or a `trap`, which does not."""

    start: int
    end: int
    kind: str


def renamed(patient: Mapping[str, Any], place: int) -> dict[str, Any]:
    """A Patient, every third of which is called as nobody who writes programs would choose."""
    if place % 3:
        return dict(patient)
    given, family = NAMES[place // 3 % len(NAMES)]
    return {**patient, "name": [{"use": "official", "family": family, "given": [given]}]}


def woven(
    text: str, patient: Mapping[str, Any], before: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice
) -> tuple[str, tuple[Said, ...]]:
    """A note with sentences that identify and traps between its paragraphs, and where these stand.

    `before` is the patient as the note was written of: names that it has are those of `patient` now.
    """
    old, new = _named(before), _named(patient)
    for was, becomes in zip(old, new, strict=True):
        text = re.sub(rf"\b{re.escape(was)}\b", _mark("name", becomes), text)
    paragraphs = text.split("\n\n")
    for template in (*dice.some(_SENTENCES, 5), *dice.some(_TRAPS, 3)):
        said = _FIELD.sub(lambda field: _filled(field[1], field[2] or "", patient, doctor, dice), template)
        paragraphs.insert(dice.below(len(paragraphs) + 1), said)
    return _read("\n\n".join(paragraphs))


def _read(text: str) -> tuple[str, tuple[Said, ...]]:
    pieces: list[str] = []
    spans: list[Said] = []
    at = length = 0
    for found in _MARKS.finditer(text):
        pieces += (text[at : found.start()], found[2])
        length += found.start() - at
        spans.append(Said(length, length + len(found[2]), found[1]))
        length, at = length + len(found[2]), found.end()
    return "".join((*pieces, text[at:])), tuple(spans)


def _mark(kind: str, said: str) -> str:
    return f"{_OPEN}{kind}{_SAYS}{said}{_CLOSE}"


def _named(person: Mapping[str, Any]) -> tuple[str, str]:
    name = person["name"][0]
    return name["given"][0], name["family"]


def _filled(kind: str, how: str, patient: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice) -> str:
    if kind == "trap":
        return _mark("trap", how)
    if kind == "title":
        return "Ms." if patient.get("gender") == "female" else "Mr."
    if kind == "degree":
        return dice.pick(("MD", "DO", "RN"))
    ways = {"name": _name, "date": _date, "phone": _phone, "id": _id}
    if kind in ways:
        return _mark(kind, ways[kind](how, patient, doctor, dice))
    first, last = dice.pick(WOMEN + MEN), dice.pick(SURNAMES)
    home = patient["address"][0]
    said = {
        "address": f"{home['line'][0]}, {home['city']}",
        "email": f"{first}.{last}@example.org".lower(),
        "url": f"https://records.example.org/{last.lower()}?visit={dice.between(100, 999)}",
        "ssn": f"{dice.between(900, 999)}-{dice.between(10, 99)}-{dice.between(1000, 9999)}",
        "age": str(dice.between(90, 103)),
    }
    return _mark("id" if kind == "ssn" else kind, said[kind])


def _name(how: str, patient: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice) -> str:
    given, family = _named(patient)
    his, hers = _named(doctor)
    return {
        "first": given,
        "last": family,
        "full": f"{given} {family}",
        "upper": f"{family}, {given}".upper(),
        "initial": f"{given[0]}. {family}",
        "doctor": f"{his} {hers}",
        "stranger": dice.pick(SURNAMES),
    }[how]


def _date(how: str, patient: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice) -> str:
    day = date(dice.between(1990, 2025), dice.between(1, 12), dice.between(1, 28))
    month = MONTHS[day.month - 1]
    return {
        "": day.isoformat(),
        "us": f"{day.month}/{day.day}/{day.year}",
        "words": f"{month} {day.day}, {day.year}",
        "dayfirst": f"{day.day} {month[:3]} {day.year}",
        "month": f"{month} {day.year}",
    }[how]


def _phone(how: str, patient: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice) -> str:
    if how != "other":
        return str(patient["telecom"][0]["value"])
    area, middle, last = dice.between(201, 989), dice.between(200, 999), dice.between(1000, 9999)
    return dice.pick((f"({area}) {middle}-{last}", f"{area}-{middle}-{last}", f"{area}.{middle}.{last}", f"+1 {area} {middle} {last}"))


def _id(how: str, patient: Mapping[str, Any], doctor: Mapping[str, Any], dice: Dice) -> str:
    return f"{dice.pick('ABKX')}{dice.between(10**6, 10**7 - 1)}" if how else str(patient["identifier"][0]["value"])
