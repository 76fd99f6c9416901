"""Small tables of events, written a line an event."""

from collections.abc import Iterable
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

from cohorts.arrays import count_cohort
from cohorts.definition import LABELS, Definition
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, ROWS, Events, Labelings, People, Results, Texts, sorted_events
from cohorts.making import bounds_of
from cohorts.reading import definition_of
from cohorts.resolving import Concepts, Matches, Resolution
from cohorts.results import Counted, Frozen
from concepts.measures import canonical

CONCEPTS = ("a", "b", "c", "d")
STATUSES, SETTINGS, SEXES, DATASETS = ("active", "stopped"), ("EMER", "IMP", "AMB"), ("female", "male"), ("one", "two")
JOBS = ("https://w3id.org/commissure/data/d/Job/first", "https://w3id.org/commissure/data/d/Job/two%20words")
AGENTS = ("human", "machine", "ann", "bob")
_DEFAULTS = dict.fromkeys(("concepts", "encounters", "settings", "statuses", "assertions", "documents", "results"), -1)


def table(people: Iterable[dict[str, Any]], events: Iterable[dict[str, Any]]) -> Events:
    """Events of people who are numbered in their order.

    A person may have born, died, sex, dataset; an event patient, kind, codes, day, end, encounter, setting, status, number, comparator,
    unit, answer, assertion, document, supply; a label job, agent, score. Days are numbers.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ROWS}
    found: list[tuple[float, ...]] = []
    units: list[str] = []
    answers: list[str] = []
    number = -1
    labelings: list[tuple[float, ...]] = []

    def add(**row: Any) -> None:
        full = {**_DEFAULTS, "precisions": 0, "datasets": 0, "supplies": nan, "days": NO_DAY, **row, "events": number}
        full.setdefault("ends", full["days"])
        for name in ROWS:
            columns[name].append(full[name])

    people = list(people)
    for code, person in enumerate(people):
        dataset = DATASETS.index(person.get("dataset", "one"))
        number += 1
        add(kinds=KINDS.index("patient"), patients=code, datasets=dataset)
        if "died" in person:
            number += 1
            add(kinds=KINDS.index("death"), patients=code, days=person["died"], datasets=dataset)
    for event in events:
        number += 1
        row = {"kinds": KINDS.index(event["kind"]), "patients": event["patient"], "datasets": DATASETS.index(event.get("dataset", "one"))}
        if event.get("day") is not None:
            row |= {"days": event["day"], "ends": event.get("end", event["day"]), "precisions": 3}
        for key, column, values in (("status", "statuses", STATUSES), ("setting", "settings", SETTINGS)):
            if key in event:
                row[column] = values.index(event[key])
        row |= {
            column: event[key]
            for key, column in (("encounter", "encounters"), ("document", "documents"), ("supply", "supplies"))
            if key in event
        }
        if event["kind"] in LABELS:
            job, agent = JOBS.index(event["job"]) if "job" in event else -1, AGENTS.index(event["agent"]) if "agent" in event else -1
            labelings.append((job, agent, event.get("score", nan)))
            row["results"] = len(labelings) - 1
        if "number" in event or "answer" in event:
            value, unit = event.get("number"), event.get("unit", "")
            common, named = canonical(Fraction(str(value)), unit) if value is not None else (None, "")
            said = event.get("answer", "")
            unit_code, answer_code = _number(units, named), _number(answers, said)
            comparator = event.get("comparator", "")
            found.append((*bounds_of(value, comparator), *bounds_of(common, comparator), unit_code, answer_code))
            row["results"] = len(found) - 1
        if event["kind"] == "note":
            add(**row)
            row["assertions"] = ASSERTIONS.index(event.get("assertion", "affirmed"))
        for code in event.get("codes", () if event["kind"] == "note" else ("",)):
            add(**row, concepts=CONCEPTS.index(code) if code else -1)
    low, high, common_low, common_high, unit_codes, answer_codes = np.asarray(found, dtype=np.float64).reshape(-1, 6).T
    results = Results(low, high, common_low, common_high, unit_codes.astype(np.int16), answer_codes.astype(np.int32))
    texts = Texts(SEXES, DATASETS, SETTINGS, STATUSES, tuple(units), tuple(answers), JOBS, AGENTS)
    jobs, agents, scores = np.asarray(labelings, dtype=np.float64).reshape(-1, 3).T
    labeled = Labelings(jobs.astype(np.int32), agents.astype(np.int32), scores.astype(np.float32))
    return sorted_events(columns, len(CONCEPTS), _people(people), results, texts, labeled)


def _number(texts: list[str], text: str) -> int:
    if text and text not in texts:
        texts.append(text)
    return texts.index(text) if text else -1


def _people(people: list[dict[str, Any]]) -> People:
    def column(key: str, kind: type, absent: int, values: tuple[str, ...] = ()) -> Any:
        told = [person.get(key, absent) for person in people]
        return np.asarray([values.index(value) if isinstance(value, str) else value for value in told], dtype=kind)

    nobody = np.full(len(people), NO_DAY, np.int32)
    described = np.asarray([person.get("described", 1) for person in people], dtype=np.int8)
    born, died = column("born", np.int32, NO_DAY), column("died", np.int32, NO_DAY)
    datasets = column("dataset", np.int16, 0, DATASETS)
    return People(described, born, died, column("sex", np.int16, -1, SEXES), datasets, nobody, nobody)


def read(entry: dict[str, Any], *rules: dict[str, Any], **more: Any) -> Definition:
    """A definition whose sets a, b, c, d are the concepts of these names."""
    sets = {name: [name] for name in CONCEPTS}
    return definition_of({"format": "commissure-cohort/1", "sets": sets, "entry": entry, "rules": list(rules), **more})


def resolution(
    definition: Definition, documents: dict[str, list[int]] | None = None, matches: dict[str, Matches] | None = None
) -> Resolution:
    """What its names stand for in such a table."""
    sets = {}
    for name, codes in definition.sets.items():
        ordinals = np.asarray(sorted(CONCEPTS.index(code.code) for code in codes), dtype=np.int32)
        sets[name] = Concepts(ordinals, frozenset(code.code for code in codes))
    said = {path: np.asarray(rows, dtype=np.int64) for path, rows in (documents or {}).items()}
    frozen = {path: Frozen("words", len(rows)) for path, rows in said.items()}
    cohorts = {name: resolution(one) for name, one in definition.cohorts.items()}
    return Resolution(sets, said, matches or {}, frozen, cohorts)


def counted(events: Events, definition: Definition, documents: dict[str, list[int]] | None = None) -> Counted:
    """The cohort by the columns."""
    return count_cohort(events, definition, resolution(definition, documents))
