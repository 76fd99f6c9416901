"""The events of a generation: read once out of its catalog, kept as files beside it, and mapped into memory ever after."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from math import inf, nan, nextafter
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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
SELECT DISTINCT m.document, c.ordinal, m.assertion FROM mentions m JOIN concepts c ON c.concept = m.concept
WHERE m.document BETWEEN ? AND ? ORDER BY 1, 2, 3
"""
_AT_ONCE: Final = 50_000
"""Rows of the catalog that are gone through together."""
_KIND: Final = {kind: code for code, kind in enumerate(KINDS)}
_ASSERTED: Final = {assertion: code for code, assertion in enumerate(ASSERTIONS)}


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

    def of_all(self, texts: Iterable[Any]) -> NDArray[np.int64]:
        numbers = self.numbers
        return np.asarray([numbers.setdefault(text, len(numbers)) if text else -1 for text in texts], dtype=np.int64)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self.numbers)


class _Making:
    """Goes through a catalog once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._columns: dict[str, list[float]] = {name: [] for name in ROWS}
        self._parts: list[dict[str, NDArray[Any]]] = []
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
        columns = {name: np.concatenate([self._columns[name], *(part[name] for part in self._parts)]) for name in ROWS}
        return sorted_events(columns, concepts, people, found, Texts(*(codes.texts for codes in named)), labeled)

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
        before: tuple[Any, ...] | None = None
        cursor = self._db.execute(_FACTS)
        while rows := cursor.fetchmany(_AT_ONCE):
            record, label, start, value, unit, comparator, subject, relation, concept, day, last, end, *told = zip(*rows, strict=True)
            encounter, setting, status, dataset, number, common, common_unit, answer, supply = told
            things = [before, *zip(record, label, start, value, unit, comparator, relation, number, strict=True)]
            fresh = np.fromiter((one != other for one, other in pairwise(things)), np.bool_, len(rows))
            before, events = things[-1], self._event + np.cumsum(fresh)
            self._event = int(events[-1])
            days, lasts, ends = (np.asarray(column, dtype=np.float64) for column in (day, last, end))
            known = np.where(np.isnan(days), NO_DAY, days)
            told_results = zip(number, comparator, common, common_unit, answer, strict=True)
            self._extend(
                kinds=np.asarray([_KIND[each] for each in relation]),
                patients=np.asarray([self._patients[each] for each in subject]),
                events=events,
                concepts=np.nan_to_num(np.asarray(concept, dtype=np.float64), nan=-1),
                days=known,
                ends=np.where(np.isnan(ends), known, ends),
                precisions=np.select([np.isnan(days) | np.isnan(lasts), days == lasts, lasts - days < 31], [0, 3, 2], 1),
                encounters=self._encounters.of_all(encounter),
                settings=self._settings.of_all(setting),
                statuses=self._statuses.of_all(status),
                datasets=self._datasets.of_all(dataset),
                supplies=np.asarray(supply, dtype=np.float64),
                results=np.asarray([self._result(*each) for each in told_results]),
            )

    def _result(self, number: float | None, comparator: str, common: float | None, unit: str, answer: str) -> int:
        if number is None and not answer:
            return -1
        self._found.append((*bounds_of(number, comparator), *bounds_of(common, comparator), self._units.of(unit), self._answers.of(answer)))
        return len(self._found) - 1

    def _notes(self) -> None:
        """A row for each note of a patient, and one for each way in which it means a concept."""
        cursor = self._db.execute(_NOTES)
        while rows := cursor.fetchmany(_AT_ONCE):
            document, patient, date, encounter, dataset = zip(*rows, strict=True)
            told = [days_of(each) for each in date]
            columns = {
                "kinds": np.full(len(rows), _KIND["note"]),
                "patients": np.asarray([self._patients[each] for each in patient]),
                "events": self._event + 1 + np.arange(len(rows)),
                "days": np.asarray([days.first if days else NO_DAY for days in told]),
                "precisions": np.asarray([int(days.precision) if days else 0 for days in told]),
                "encounters": self._encounters.of_all(encounter),
                "documents": np.asarray(document),
                "datasets": self._datasets.of_all(dataset),
            }
            self._event += len(rows)
            self._extend(**columns, ends=columns["days"])
            meant = self._db.execute(_MENTIONS, (document[0], document[-1])).fetchall()
            said = np.asarray([(row, concept, _ASSERTED[assertion]) for row, concept, assertion in meant], dtype=np.int64).reshape(-1, 3)
            said = said[np.isin(said[:, 0], columns["documents"])]
            places = np.searchsorted(columns["documents"], said[:, 0])
            of_mentions = {name: column[places] for name, column in columns.items()}
            self._extend(**of_mentions, ends=of_mentions["days"], concepts=said[:, 1], assertions=said[:, 2])

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

    def _extend(self, **columns: NDArray[Any]) -> None:
        """Rows of events that were told together, a column each."""
        lacking = {name: np.full(len(columns["kinds"]), default) for name, default in _LACKING.items()}
        self._parts.append(lacking | columns)

    def _add(self, *, kind: str, patient: int, day: int = NO_DAY, end: int | None = None, **more: Any) -> None:
        """A row of the event that is being told."""
        columns = self._columns
        columns["kinds"].append(_KIND[kind])
        columns["patients"].append(patient)
        columns["events"].append(self._event)
        columns["days"].append(day)
        columns["ends"].append(day if end is None else end)
        for name, default in _LACKING.items():
            columns[name].append(more.get(name, default))


def _day(date: str | None) -> int:
    days = days_of(date)
    return days.first if days else NO_DAY
