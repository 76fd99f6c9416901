"""Cohorts counted by DuckDB: the statement of a definition, run over exported tables or over the columns themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from cohorts.definition import Definition
from cohorts.events import NO_DAY
from cohorts.naming import called
from cohorts.resolving import Resolution
from cohorts.results import Counted, Members, Step
from cohorts.statement import statement

TABLES: Final = ("events", "patients")


def write_parquet(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write the exported tables, a file each: `events.parquet`, `patients.parquet`. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        parquet.write_table(tables[name], folder / f"{name}.parquet", compression="zstd")


def parquet_in(folder: Path) -> dict[str, str]:
    """What stands for the tables in a statement over the files of a folder."""
    return {name: "read_parquet('" + str(folder / f"{name}.parquet").replace("'", "''") + "')" for name in TABLES}


class Tables:
    """Exported tables in a database of their own, in memory."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._db = duckdb.connect(":memory:", config={"threads": 2})
        for name in TABLES:
            self._db.register(name, tables[name])

    def __enter__(self) -> "Tables":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def count(self, definition: Definition, resolution: Resolution) -> Counted:
        """Who is in the cohort, and how many were left after each rule."""
        return counted_of(self._db.sql(statement(definition, resolution)).to_arrow_table(), definition, resolution)


def count_parquet(folder: Path, definition: Definition, resolution: Resolution) -> Counted:
    """The same over the files of a folder."""
    with duckdb.connect(":memory:") as db:
        return counted_of(db.sql(statement(definition, resolution, parquet_in(folder))).to_arrow_table(), definition, resolution)


def counted_of(rows: Any, definition: Definition, resolution: Resolution) -> Counted:
    """What the rows of a statement say."""
    patients, events = (np.asarray(rows[name].to_numpy(), dtype=np.int32) for name in ("patient", "event"))
    days, ends = (_days(rows[name]) for name in ("day", "end_day"))
    met = np.ones(len(patients), dtype=np.bool_)
    steps = [Step("entry", len(np.unique(patients)), len(patients))]
    for place, rule in enumerate(definition.rules):
        met &= np.asarray(rows[f"rule_{place + 1}"].to_numpy(zero_copy_only=False), dtype=np.bool_)
        steps.append(Step(called(rule, place), len(np.unique(patients[met])), int(met.sum())))
    member = np.asarray(rows["member"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    if definition.keep != "all":
        steps.append(Step(f"the {definition.keep} of each patient", len(np.unique(patients[member])), int(member.sum())))
    if definition.exit is not None:
        days, ends = (_days(rows[name]) for name in ("episode", "episode_end"))
        member = days != NO_DAY
        steps.append(Step("episodes", len(np.unique(patients[member])), int(member.sum())))
    order = np.lexsort((events[member], days[member], patients[member]))
    members = Members(*(column[member][order] for column in (patients, events, days, ends)))
    return Counted(tuple(steps), members, resolution.frozen, resolution.notices, definition.subjects)


def _days(column: Any) -> Any:
    return np.asarray(column.cast("int32").fill_null(NO_DAY).to_numpy(), dtype=np.int32)
