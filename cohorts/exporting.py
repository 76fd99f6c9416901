"""A counted cohort as files for other programs: patients and their facts, a FHIR Group, or tables of OMOP.

Files are written beside where they belong and put there when they are whole.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv, parquet

from cohorts.definition import LABELS, Definition
from cohorts.errors import CohortsError, ExportRefused
from cohorts.events import KINDS
from cohorts.group import group_of
from cohorts.results import Counted
from cohorts.study import Cohorts, Member
from search.formulas import column

MOST_PRECISE: Final = 2**53
"""Numbers below it are exact in every program, also where all numbers are floating."""
_PATIENTS: Final = pa.schema(
    [
        *(("patient", pa.string()), ("dataset", pa.string()), ("index", pa.date32()), ("exit", pa.date32())),
        *(("age", pa.int32()), ("sex", pa.string())),
    ]
)
_FACTS: Final = ("patient", "kind", "event", "concept", "day", "end_day", "encounter", "class", "status", "dataset")
_RESULTS: Final = ("low", "high", "unit", "answer", "supply")


@dataclass(frozen=True)
class Export:
    """A cohort to be written: as counted, and the definition that was asked, also as the JSON that it was read from."""

    cohorts: Cohorts
    definition: Definition
    source: Any
    counted: Counted

    def members(self) -> list[Member]:
        """Its index events."""
        return list(self.cohorts.members(self.counted))


def export(asked: Export, format_name: str, out: Path, force: bool = False) -> tuple[str, ...]:
    """Write a cohort in one of FORMATS to a file or folder; what it could not hold, in words.

    Raises ExportRefused for a cohort of items and where something is there already and `force` is not given, CohortsError where nothing
    can be written.
    """
    _refuse_items(asked)
    try:
        with _aside(out, NAMES[format_name], force) as place:
            return write(asked, format_name, place)
    except OSError as error:
        raise CohortsError(f"{out}: cannot be written: {error.strerror or 'the disk refuses'}") from error


def write(asked: Export, format_name: str, place: Path) -> tuple[str, ...]:
    """Write the files of NAMES into a folder that is empty, or of a group the file; what it could not hold, in words.

    Raises ExportRefused for a cohort of items.
    """
    _refuse_items(asked)
    return _WRITERS[format_name](asked, place)


def _refuse_items(asked: Export) -> None:
    if asked.counted.subjects != "patients":
        raise ExportRefused("this is a cohort of items: patients are exported")


@contextmanager
def _aside(out: Path, names: tuple[str, ...], force: bool) -> Iterator[Path]:
    """A place beside `out` that takes its place when all went well: of a folder of files with these names, or, without any, of a file."""
    if out.exists() or out.is_symlink():
        if not force:
            raise ExportRefused(f"{out} is there already: name another place, or give --force to write it anew")
        others = out.is_symlink() or out.is_dir() != bool(names) or (names and {each.name for each in out.iterdir()} - set(names))
        if others:
            raise ExportRefused(f"{out} holds something else than this export: name another place")
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        place = Path(folder) / "new"
        if names:
            place.mkdir()
        yield place
        former = Path(folder) / "old"
        if out.is_dir():
            out.rename(former)
        try:
            place.rename(out)
        except OSError:
            if former.exists():
                former.rename(out)
            raise


def _tables(write: Callable[[pa.Table, Path], None], suffix: str) -> Callable[[Export, Path], tuple[str, ...]]:
    def written(asked: Export, folder: Path) -> tuple[str, ...]:
        write(patients_of(asked), folder / f"patients.{suffix}")
        write(facts_of(asked), folder / f"facts.{suffix}")
        return ()

    return written


def patients_of(asked: Export) -> pa.Table:
    """A row an index event or episode."""
    members = asked.members()
    rows = {
        "patient": [each.patient for each in members],
        "dataset": [each.dataset or None for each in members],
        "index": [_day(each.index) for each in members],
        "exit": [_day(each.end) for each in members],
        "age": [each.age for each in members],
        "sex": [each.sex or None for each in members],
    }
    return pa.table(rows, schema=_PATIENTS)


def facts_of(asked: Export) -> pa.Table:
    """What is charted of its patients, a row an event and concept: no notes and no labels."""
    tables = asked.cohorts.exported(rows=fact_rows(asked))
    events, iris = tables["events"], tables["patients"]["iri"]
    kept = events.select([*_FACTS, *_RESULTS])
    # Numbers of their own: those of a generation tell how much else it holds.
    numbers = np.unique(kept["event"].to_numpy())
    for place, name in ((_FACTS.index("event"), "event"), (_FACTS.index("encounter"), "encounter")):
        given = kept[name].to_numpy()
        known = np.isin(given, numbers)
        places = np.searchsorted(numbers, np.where(known, given, 0)) + 1
        kept = kept.set_column(place, name, pa.array(places, pa.int64(), mask=~known))
    return kept.set_column(0, "patient", iris.take(kept["patient"]))


def fact_rows(asked: Export) -> NDArray[np.int64]:
    """The rows of the events that are its facts."""
    events = asked.cohorts.events
    members = np.zeros(len(events.people.born), dtype=np.bool_)
    members[asked.counted.members.patients] = True
    others = np.isin(events.kinds, [KINDS.index(kind) for kind in ("note", *LABELS)])
    return np.flatnonzero(members[events.patients] & ~others)


def subjects_of(members: list[Member]) -> dict[str, int]:
    """IRI of a patient → the number that stands for it, the same in every export. Raises CohortsError where two would have one."""
    numbers = {each.patient: _number(each.patient) for each in members}
    if len(set(numbers.values())) < len(numbers):
        raise CohortsError("two patients would have the same subject_id: export one dataset at a time")
    return numbers


def _omop(write_table: Callable[[pa.Table, Path], None], suffix: str) -> Callable[[Export, Path], tuple[str, ...]]:
    def written(asked: Export, folder: Path) -> tuple[str, ...]:
        tables, undated = omop_of(asked)
        for name, table in tables.items():
            write_table(table, folder / f"{name}.{suffix}")
        return (f"{undated:,} index events have no date: OMOP has no place for them",) if undated else ()

    return written


def omop_of(asked: Export) -> tuple[dict[str, pa.Table], int]:
    """The tables of OMOP by name, with one of who its subjects are; and how many index events have no date and thus no place there."""
    members = asked.members()
    dated = [each for each in members if each.index]
    numbers, definition = subjects_of(members), _number(repr(asked.definition)) % 2**31
    cohort = {
        "cohort_definition_id": pa.array([definition] * len(dated), pa.int64()),
        "subject_id": pa.array([numbers[each.patient] for each in dated], pa.int64()),
        "cohort_start_date": pa.array([_day(each.index) for each in dated], pa.date32()),
        "cohort_end_date": pa.array([_day(each.end or each.index) for each in dated], pa.date32()),
    }
    about = {
        "cohort_definition_id": pa.array([definition], pa.int64()),
        "cohort_definition_name": [asked.definition.name or "cohort"],
        "cohort_definition_description": [asked.definition.description],
        "definition_type_concept_id": pa.array([0], pa.int64()),
        "cohort_definition_syntax": [orjson.dumps(asked.source).decode()],
        "subject_concept_id": pa.array([0], pa.int64()),
        "cohort_initiation_date": [date.today()],
    }
    subjects = {"subject_id": pa.array(list(numbers.values()), pa.int64()), "patient": pa.array(list(numbers), pa.string())}
    tables = {"cohort": pa.table(cohort), "cohort_definition": pa.table(about), "subjects": pa.table(subjects)}
    return tables, len(members) - len(dated)


def _group(asked: Export, file: Path) -> tuple[str, ...]:
    file.write_bytes(group_of(asked.definition, asked.members(), asked.cohorts.generation))
    return ()


def _csv(table: pa.Table, file: Path) -> None:
    csv.write_csv(pa.table([column(values) for values in table.columns], names=table.column_names), file)


def _parquet(table: pa.Table, file: Path) -> None:
    parquet.write_table(table, file, compression="zstd")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % MOST_PRECISE


def _day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


_WRITERS: Final[Mapping[str, Callable[[Export, Path], tuple[str, ...]]]] = {
    "csv": _tables(_csv, "csv"),
    "parquet": _tables(_parquet, "parquet"),
    "group": _group,
    "omop": _omop(_csv, "csv"),
    "omop-parquet": _omop(_parquet, "parquet"),
}
FORMATS: Final = tuple(_WRITERS)
_OMOP: Final = ("cohort", "cohort_definition", "subjects")
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "csv": ("patients.csv", "facts.csv"),
    "parquet": ("patients.parquet", "facts.parquet"),
    "group": (),
    "omop": tuple(f"{name}.csv" for name in _OMOP),
    "omop-parquet": tuple(f"{name}.parquet" for name in _OMOP),
}
"""Format → the files of its folder; none of what is a file itself."""
