"""The events of a generation: read once out of its catalog, kept as files beside it, and mapped into memory ever after."""

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, fields
from math import inf, nan, nextafter
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import numpy as np

from cohorts.definition import CHARTED, Subjects
from cohorts.events import ASSERTIONS, KINDS, NO_DAY, ROWS, Events, Labelings, People, Results, Texts, sorted_events
from cohorts.people import patients_by_iri
from concepts.hierarchy import mapped
from search.days import days_of
from search.errors import GenerationUnreadable
from search.generation import Generation
from search.tables.catalog_file import read_only

_FOLDERS: Final[Mapping[Subjects, str]] = {"patients": "events-2", "items": "items-1"}
"""Its number rises when the files say something else: those of an earlier version are then left alone."""
_TEXTS: Final = "texts.json"

_LACKING: Final = {
    **dict.fromkeys(("concepts", "encounters", "settings", "statuses", "assertions", "documents", "datasets", "results"), -1),
    "precisions": 0,
    "supplies": nan,
}
"""Columns and what an event has in them of which nothing is told."""

_DESCRIBED: Final = "SELECT id, dataset, sex, born, died FROM patients ORDER BY id"
_FACTS: Final = f"""
SELECT f.record, f.label, f.start, f.value, f.unit, f.comparator, f.subject, f.relation, c.ordinal, f.day, f.last_day, f.end_day,
    f.encounter, f.setting, f.stated, f.dataset, f.number, f.canonical, f.canonical_unit, f.answer, f.supply
FROM facts f LEFT JOIN concepts c ON c.concept = f.concept
WHERE f.counted AND f.relation IN ({", ".join(f"'{relation}'" for relation in CHARTED)}) ORDER BY f.record, f.fact
"""  # noqa: S608 - names of this package
_NOTES: Final = "SELECT row, patient, date, encounter, dataset FROM documents WHERE patient IS NOT NULL ORDER BY row"
_MENTIONS: Final = """
SELECT DISTINCT m.document, c.ordinal, m.assertion FROM mentions m JOIN concepts c ON c.concept = m.concept ORDER BY 1, 2, 3
"""


_HOLDERS: Final = """
SELECT d.record, d.patient, min(d.date), min(d.encounter) FROM documents d
WHERE d.patient IS NOT NULL AND d.record IN (SELECT subject FROM facts WHERE relation IN ('label', 'answer')) GROUP BY d.record, d.patient
"""
_LABELED: Final = """
SELECT f.record, f.job, f.agent, f.start, f.subject, f.relation, c.ordinal, f.number, f.day, f.dataset
FROM facts f LEFT JOIN concepts c ON c.concept = f.concept
WHERE f.relation = 'answer' OR (f.relation = 'label' AND f.counted) ORDER BY f.record, f.job, f.agent, f.start, f.fact
"""
_ITEMS: Final = "SELECT subject, min(dataset), min(fact) FROM facts WHERE relation IN ('label', 'answer') GROUP BY subject ORDER BY subject"


def events_of(generation: Generation, subjects: Subjects = "patients") -> Events:
    """The events of a generation. The first time, they are made; they stay in memory alone where its folder cannot be written."""
    folder = generation.path / _FOLDERS[subjects]
    if not folder.exists():
        events = make_events(generation.path / "catalog.sqlite", subjects)
        with suppress(OSError):
            save_events(events, folder)
        if not folder.exists():
            return events
    return open_events(folder)


def make_events(catalog: Path, subjects: Subjects = "patients") -> Events:
    """The events that a catalog's records and notes tell of patients, or its labels of items. Raises GenerationUnreadable."""
    try:
        with closing(read_only(catalog)) as db:
            making = _Making(db)
            return making.made() if subjects == "patients" else making.made_of_items()
    except sqlite3.Error as error:
        raise GenerationUnreadable(f"the catalog {catalog} cannot be read ({error}); ingest again to rebuild the generation") from error


def save_events(events: Events, folder: Path) -> None:
    """Write the columns, one file each; whoever looks sees all of them, or none. Raises OSError."""
    work = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name in (*ROWS, "concept_offsets"):
            np.save(work / f"{name}.npy", getattr(events, name))
        for part, value in (("people", events.people), ("found", events.found), ("labeled", events.labeled)):
            for each in fields(value):
                np.save(work / f"{part}_{each.name}.npy", getattr(value, each.name))
        (work / _TEXTS).write_text(json.dumps(asdict(events.texts)))
        with suppress(FileExistsError):
            os.rename(work, folder)  # noqa: PTH104 - Path.rename replaces an empty folder too, which is as well
    finally:
        shutil.rmtree(work, ignore_errors=True)


def open_events(folder: Path) -> Events:
    """Map the columns into memory, read-only. Raises GenerationUnreadable."""
    try:
        people, found, labeled = (
            {each.name: mapped(folder / f"{part}_{each.name}.npy") for each in fields(kind)}
            for part, kind in (("people", People), ("found", Results), ("labeled", Labelings))
        )
        rows = {name: mapped(folder / f"{name}.npy") for name in (*ROWS, "concept_offsets")}
        texts = Texts(**{name: tuple(values) for name, values in json.loads((folder / _TEXTS).read_text()).items()})
        return Events(**rows, people=People(**people), found=Results(**found), texts=texts, labeled=Labelings(**labeled))
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise GenerationUnreadable(f"the events in {folder} cannot be read ({error}); remove that folder to have them made anew") from error


def bounds_of(number: float | None, comparator: str) -> tuple[float, float]:
    """The least and the greatest value that a result may be: '<5' is anything below it; NaN where it is no number."""
    if number is None:
        return nan, nan
    if not comparator:
        return number, number
    known = {
        "<": (-inf, nextafter(number, -inf)),
        "<=": (-inf, number),
        ">=": (number, inf),
        ">": (nextafter(number, inf), inf),
    }
    return known.get(comparator, (nan, nan))


@dataclass
class _Codes:
    """Texts numbered in the order in which they come."""

    numbers: dict[Any, int] = field(default_factory=dict)

    def of(self, text: Any) -> int:
        return self.numbers.setdefault(text, len(self.numbers)) if text or text == 0 else -1

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self.numbers)


class _Making:
    """Goes through a catalog once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._columns: dict[str, list[float]] = {name: [] for name in ROWS}
        self._found: list[tuple[float, ...]] = []
        self._sexes, self._datasets, self._settings, self._statuses, self._units, self._answers = (_Codes() for _ in range(6))
        self._encounters, self._jobs, self._agents = (_Codes() for _ in range(3))
        self._labelings: list[tuple[float, ...]] = []
        self._event = -1
        self._patients = patients_by_iri(db.execute)

    def made(self) -> Events:
        people = self._people()
        self._facts()
        self._notes()
        self._labels(self._holders())
        return self._sorted(people)

    def made_of_items(self) -> Events:
        items = self._db.execute(_ITEMS).fetchall()
        datasets = np.asarray([self._datasets.of(dataset) for _, dataset, _ in items], np.int16)
        for code in range(len(items)):
            self._event += 1
            self._add(kind="item", patient=code, datasets=int(datasets[code]))
        self._labels({iri: [(code, None, None)] for code, (iri, _, _) in enumerate(items)})
        nothing, none = np.full(len(items), NO_DAY, np.int32), np.full(len(items), -1, np.int16)
        facts = np.asarray([fact for _, _, fact in items], np.int64)
        return self._sorted(People(np.ones(len(items), np.int8), nothing, nothing, none, datasets, nothing, nothing, facts))

    def _sorted(self, people: People) -> Events:
        (concepts,) = self._db.execute("SELECT coalesce(max(ordinal), -1) + 1 FROM concepts").fetchone()
        low, high, common_low, common_high, units, answers = np.asarray(self._found, dtype=np.float64).reshape(-1, 6).T
        found = Results(low, high, common_low, common_high, units.astype(np.int16), answers.astype(np.int32))
        named = self._sexes, self._datasets, self._settings, self._statuses, self._units, self._answers, self._jobs, self._agents
        jobs, agents, scores = np.asarray(self._labelings, dtype=np.float64).reshape(-1, 3).T
        labeled = Labelings(jobs.astype(np.int32), agents.astype(np.int32), scores.astype(np.float32))
        return sorted_events(self._columns, concepts, people, found, Texts(*(codes.texts for codes in named)), labeled)

    def _people(self) -> People:
        count = max(self._patients.values(), default=-1) + 1
        described, born, died = np.zeros(count, np.int8), np.full(count, NO_DAY, np.int32), np.full(count, NO_DAY, np.int32)
        sexes, datasets = np.full(count, -1, np.int16), np.full(count, -1, np.int16)
        for patient, dataset, sex, birth, death in self._db.execute(_DESCRIBED):
            code = self._patients[patient]
            described[code] = 1
            born[code], died[code] = _day(birth), _day(death)
            sexes[code], datasets[code] = self._sexes.of(sex), self._datasets.of(dataset)
            self._event += 1
            self._add(kind="patient", patient=code, datasets=int(datasets[code]))
            if death:
                self._event += 1
                self._add(kind="death", patient=code, day=int(died[code]), datasets=int(datasets[code]))
        nobody = np.full(count, NO_DAY, np.int32)
        return People(described, born, died, sexes, datasets, nobody, nobody)

    def _facts(self) -> None:
        thing: tuple[Any, ...] | None = None
        for row in self._db.execute(_FACTS):
            record, label, start, value, unit, comparator, subject, relation, concept, day, last, end, *told = row
            encounter, setting, status, dataset, number, common, common_unit, answer, supply = told
            same = record, label, start, value, unit, comparator, relation, number
            if same != thing:
                thing, self._event = same, self._event + 1
            self._add(
                kind=relation,
                patient=self._patients[subject],
                concepts=-1 if concept is None else concept,
                day=NO_DAY if day is None else day,
                end=end,
                precisions=_precision(day, last),
                encounters=self._encounters.of(encounter),
                settings=self._settings.of(setting),
                statuses=self._statuses.of(status),
                datasets=self._datasets.of(dataset),
                supplies=nan if supply is None else supply,
                results=self._result(number, comparator, common, common_unit, answer),
            )

    def _result(self, number: float | None, comparator: str, common: float | None, unit: str, answer: str) -> int:
        if number is None and not answer:
            return -1
        self._found.append((*bounds_of(number, comparator), *bounds_of(common, comparator), self._units.of(unit), self._answers.of(answer)))
        return len(self._found) - 1

    def _notes(self) -> None:
        """A row for each note of a patient, and one for each way in which it means a concept."""
        meant = self._db.cursor().execute(_MENTIONS)
        following = next(meant, None)
        for document, patient, date, encounter, dataset in self._db.execute(_NOTES):
            self._event += 1
            days = days_of(date)
            said: list[tuple[int, int]] = [(-1, -1)]
            while following is not None and following[0] <= document:
                if following[0] == document:
                    said.append((following[1], ASSERTIONS.index(following[2])))
                following = next(meant, None)
            for concept, assertion in said:
                self._add(
                    kind="note",
                    patient=self._patients[patient],
                    concepts=concept,
                    day=days.first if days else NO_DAY,
                    precisions=int(days.precision) if days else 0,
                    encounters=self._encounters.of(encounter),
                    assertions=assertion,
                    documents=document,
                    datasets=self._datasets.of(dataset),
                )

    def _holders(self) -> Mapping[str, Sequence[tuple[int, str | None, str | None]]]:
        """Labeled item → the patients whose document it is, each with its date and encounter."""
        holders: dict[str, list[tuple[int, str | None, str | None]]] = {}
        for record, patient, date, encounter in self._db.execute(_HOLDERS):
            holders.setdefault(record, []).append((self._patients[patient], date, encounter))
        return holders

    def _labels(self, holders: Mapping[str, Sequence[tuple[int, str | None, str | None]]]) -> None:
        """A row for each class that a job, or a worker, gave an item, of each that holds it; on the document's day, or the label's."""
        thing: tuple[Any, ...] | None = None
        for record, job, agent, start, subject, relation, concept, number, day, dataset in self._db.execute(_LABELED):
            for holder, date, encounter in holders.get(subject, ()):
                same = record, job, agent, start, holder
                if same != thing:
                    thing, self._event = same, self._event + 1
                score = number if number is not None and relation == "label" else nan
                self._labelings.append((self._jobs.of(job), self._agents.of(agent), score))
                told = _day(date) if date else NO_DAY if day is None else day
                self._add(
                    kind=relation,
                    patient=holder,
                    concepts=-1 if concept is None else concept,
                    day=told,
                    precisions=0 if told == NO_DAY else 3,
                    encounters=self._encounters.of(encounter),
                    datasets=self._datasets.of(dataset),
                    results=len(self._labelings) - 1,
                )

    def _add(self, *, kind: str, patient: int, day: int = NO_DAY, end: int | None = None, **more: Any) -> None:
        """A row of the event that is being told."""
        columns = self._columns
        columns["kinds"].append(KINDS.index(kind))
        columns["patients"].append(patient)
        columns["events"].append(self._event)
        columns["days"].append(day)
        columns["ends"].append(day if end is None else end)
        for name, default in _LACKING.items():
            columns[name].append(more.get(name, default))


def _day(date: str | None) -> int:
    days = days_of(date)
    return days.first if days else NO_DAY


def _precision(day: int | None, last: int | None) -> int:
    if day is None or last is None:
        return 0
    return 3 if day == last else 2 if last - day < 31 else 1
