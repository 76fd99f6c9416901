"""The ledger: which records each dataset holds, what they were made of, and what every run did. One SQLite file, one writer.

It is the truth about what is published: a run's changes enter it in one transaction together with the number of the generation that
shows them, after that generation is whole on disk.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from graph.identifiers import DERIVED_GRAPHS, derived_graph_iri, record_iri
from ingest.errors import LedgerDamaged

_VERSION = 1
OLDER = "older"
"""In place of a run: records of a version older than what is held."""
_SCHEMA = """
create table if not exists meta (key text primary key, value text not null);
create table if not exists datasets (dataset text primary key, unresolved integer not null default 0, updated text);
create table if not exists runs (
    run text primary key, dataset text not null, state text not null, step text not null, started text not null, finished text,
    sources text not null, counts text not null, message text not null
);
create table if not exists records (
    dataset text not null, kind text not null, id text not null, hash blob not null, state text not null, part text not null,
    source text not null, line integer not null, run text not null, updated text not null, version text not null,
    primary key (dataset, kind, id)
) without rowid;
create index if not exists records_by_part on records (part);
create table if not exists identifiers (
    dataset text not null, system text not null, value text not null, kind text not null, id text not null,
    primary key (dataset, system, value, kind, id)
) without rowid;
create index if not exists identifiers_by_record on identifiers (dataset, kind, id);
create table if not exists targets (dataset text not null, kind text not null, id text not null, iri text not null, expected text not null,
    primary key (dataset, kind, id)) without rowid;
create table if not exists pending (
    dataset text not null, kind text not null, id text not null, wanted text not null, system text not null, value text not null,
    primary key (dataset, kind, id, wanted, system, value)
) without rowid;
create table if not exists deleted (
    dataset text not null, kind text not null, id text not null, run text not null, source text not null, line integer not null,
    primary key (dataset, kind, id)
) without rowid;
create table if not exists skipped (
    dataset text not null, kind text not null, id text not null, reason text not null, primary key (dataset, kind, id)
) without rowid;
create table if not exists refused (
    dataset text not null, kind text not null, id text not null, hash blob not null, run text not null, primary key (dataset, kind, id)
) without rowid;
create table if not exists parts (part text primary key, dataset text not null, run text not null, quads integer not null);
"""


@dataclass(slots=True)
class RunCounts:
    """What a run did so far, as it is shown while it runs and kept afterwards."""

    records: dict[str, int] = field(default_factory=dict)
    quads: int = 0
    documents: int = 0
    passages: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    """Run that took in the same → count; under OLDER those of a version older than what is held."""
    rejected_again: dict[str, int] = field(default_factory=dict)
    """Run that refused the same first → count."""
    files: int = 0
    unreadable: int = 0
    """Lines and files that held no readable record: they count as read and rejected."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger keeps it."""

    run: str
    dataset: str
    state: str
    step: str
    started: str
    finished: str | None
    sources: tuple[str, ...]
    counts: Mapping[str, Any]
    message: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """Where a record came from."""

    part: str
    source: str
    line: int
    run: str


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that writes, with every table there."""
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.executescript(_SCHEMA)
    db.execute("insert or ignore into meta values ('version', ?)", (str(_VERSION),))
    db.commit()
    return db


def _read(path: Path) -> sqlite3.Connection:
    """A connection that reads."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False)
    try:
        db.execute("select 1 from meta")
    except sqlite3.OperationalError:
        db.close()
        beside = path.with_name(f"{path.name}-wal")
        if os.access(path.parent, os.W_OK) or (beside.exists() and beside.stat().st_size):
            raise
        # On a disk that is read-only SQLite cannot make the files that it keeps beside a ledger; with nothing in them none is needed.
        db = sqlite3.connect(f"{uri}&immutable=1", uri=True, check_same_thread=False)
    return db


def _make(path: Path) -> None:
    """Make a new ledger aside, so that a reader finds none or a whole one."""
    aside = path.with_name(f".{path.name}.new")
    for left in path.parent.glob(f"{aside.name}*"):  # of a run that was killed just here
        left.unlink()
    _opened(aside).close()
    aside.rename(path)


class Ledger:
    """An open ledger. Writers hold the data folder's lock; readers may come at any time."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        try:
            if read_only:
                self.db = _read(path)
            else:
                if not path.exists():
                    _make(path)
                self.db = _opened(path)
            version = self.meta("version")
        except sqlite3.DatabaseError as error:
            raise LedgerDamaged(f"{path}: the ledger cannot be read ({error})") from error
        if version != str(_VERSION):
            raise LedgerDamaged(f"{path}: the ledger is of version {version}, this program reads version {_VERSION}")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def meta(self, key: str) -> str | None:
        """A value of the ledger as a whole."""
        row = self.db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    @property
    def generation(self) -> int:
        """The generation that shows what the ledger holds; 0 before the first."""
        return int(self.meta("generation") or 0)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        self.db.execute("begin immediate")
        try:
            yield self.db
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    # Runs

    def begin(self, run: str, dataset: str, sources: Iterable[str]) -> None:
        """Enter a run; runs that were cut off are marked as interrupted (their writer is gone, since we hold the lock)."""
        with self.transaction() as db:
            db.execute("update runs set state = 'interrupted', finished = ? where state = 'running'", (now(),))
            row = (run, dataset, "running", "listing", now(), None, orjson.dumps(list(sources)).decode(), "{}", "")
            db.execute("insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def progress(self, run: str, step: str, counts: RunCounts | None = None) -> None:
        """Say what the run is doing."""
        with self.transaction() as db:
            db.execute("update runs set step = ? where run = ?", (step, run))
            if counts:
                db.execute("update runs set counts = ? where run = ?", (_dump(counts), run))

    def finish(self, run: str, state: str, counts: RunCounts, message: str = "") -> None:
        """Close a run that published nothing."""
        with self.transaction() as db:
            self.close_run(db, run, state, counts, message)

    @staticmethod
    def close_run(db: sqlite3.Connection, run: str, state: str, counts: RunCounts, message: str = "") -> None:
        """Close a run within a transaction."""
        db.execute(
            "update runs set state = ?, step = 'done', finished = ?, counts = ?, message = ? where run = ?",
            (state, now(), _dump(counts), message, run),
        )

    def runs(self, limit: int = 50) -> tuple[Run, ...]:
        """Runs, newest first."""
        rows = self.db.execute("select * from runs order by started desc, run desc limit ?", (limit,))
        return tuple(_run(row) for row in rows)

    def run(self, run: str) -> Run | None:
        """One run."""
        row = self.db.execute("select * from runs where run = ?", (run,)).fetchone()
        return _run(row) if row else None

    # Datasets and records

    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets that hold something or once did, sorted."""
        return tuple(row[0] for row in self.db.execute("select dataset from datasets order by dataset"))

    def kinds(self, dataset: str) -> dict[str, int]:
        """Represented records by kind."""
        query = "select kind, count(*) from records where dataset = ? and state = 'kept' group by kind order by kind"
        return dict(self.db.execute(query, (dataset,)).fetchall())

    def parts(self, dataset: str) -> tuple[str, ...]:
        """Parts that still hold a live record of the dataset, in the order they were made."""
        query = "select part from parts where dataset = ? and exists (select 1 from records where records.part = parts.part) order by rowid"
        return tuple(row[0] for row in self.db.execute(query, (dataset,)))

    def sources(self, dataset: str, kind: str) -> dict[str, int]:
        """Where the represented records of a kind came from, sorted, and how many came from there."""
        query = "select source, count(*) from records where dataset = ? and kind = ? and state = 'kept' group by source order by source"
        return dict(self.db.execute(query, (dataset, kind)).fetchall())

    def parts_by_source(self, dataset: str, kind: str) -> dict[str, list[str]]:
        """Source → the parts that hold represented records of a kind from there, both sorted."""
        query = "select distinct source, part from records where dataset = ? and kind = ? and state = 'kept' order by source, part"
        found: dict[str, list[str]] = {}
        for source, part in self.db.execute(query, (dataset, kind)):
            found.setdefault(source, []).append(part)
        return found

    def ids_in_part(self, part: str, dataset: str, kind: str, source: str = "") -> Iterator[str]:
        """Ids of the represented records of a kind that lie in a part (of one source, where one is named)."""
        query = "select id from records where part = ? and dataset = ? and kind = ? and ? in ('', source) and state = 'kept'"
        return (identifier for (identifier,) in self.db.execute(query, (part, dataset, kind, source)))

    def holds_anything(self, dataset: str) -> bool:
        """Whether any record of the dataset is known, represented or not."""
        return self.db.execute("select 1 from records where dataset = ? limit 1", (dataset,)).fetchone() is not None

    def unresolved(self, dataset: str) -> int:
        """How many references of the dataset point at records it does not hold."""
        row = self.db.execute("select unresolved from datasets where dataset = ?", (dataset,)).fetchone()
        return int(row[0]) if row else 0

    def forget(self, db: sqlite3.Connection, dataset: str) -> None:
        """Remove everything known of a dataset but its runs, within the caller's transaction."""
        for table in ("datasets", "records", "identifiers", "targets", "pending", "deleted", "skipped", "refused", "parts"):
            db.execute(f"delete from {table} where dataset = ?", (dataset,))  # noqa: S608 - the names above
        db.execute("delete from meta where key in (?, ?, ?)", tuple(f"{name}:{dataset}" for name in ("since", "derived", "quads")))
        db.execute("delete from meta where substr(key, 1, ?) = ?", (len(f"told:{dataset}:"), f"told:{dataset}:"))

    def remember(self, db: sqlite3.Connection, dataset: str, format_name: str, settings: Iterable[tuple[str, str]]) -> None:
        """Keep what a run was told of a format, for the runs to come, within the caller's transaction."""
        rows = ((f"told:{dataset}:{format_name}:{name}", value) for name, value in settings)
        db.executemany("insert or replace into meta values (?, ?)", rows)

    def told(self, dataset: str, format_name: str) -> dict[str, str]:
        """What runs were told of a format, the latest of each setting."""
        begin = f"told:{dataset}:{format_name}:"
        rows = self.db.execute("select key, value from meta where substr(key, 1, ?) = ? order by key", (len(begin), begin))
        return {key.removeprefix(begin): value for key, value in rows}

    def updated(self, dataset: str) -> str | None:
        """When a generation with changes of the dataset was last published."""
        row = self.db.execute("select updated from datasets where dataset = ?", (dataset,)).fetchone()
        return row[0] if row else None

    def quads(self, dataset: str) -> int | None:
        """How many quads the published graph holds of a dataset; None where an earlier version published it, which did not count."""
        known = self.meta(f"quads:{dataset}") if dataset in self.datasets() else "0"
        return int(known) if known is not None else None

    @staticmethod
    def enter_quads(db: sqlite3.Connection, dataset: str, quads: int) -> None:
        """Say how many quads the published graph holds of a dataset, within the caller's transaction."""
        db.execute("insert or replace into meta values (?, ?)", (f"quads:{dataset}", str(quads)))

    def quads_of_parts(self, dataset: str) -> int:
        """Quads in the parts that hold live records, those of records that other parts replaced among them."""
        query = (
            "select coalesce(sum(quads), 0) from parts where dataset = ? and exists (select 1 from records where records.part = parts.part)"
        )
        return int(self.db.execute(query, (dataset,)).fetchone()[0])

    def record_iris(self, dataset: str) -> tuple[str, ...]:
        """The IRI of every represented record."""
        rows = self.db.execute("select kind, id from records where dataset = ? and state = 'kept'", (dataset,))
        return tuple(record_iri(dataset, kind, identifier) for kind, identifier in rows)

    def graphs(self) -> Iterator[str]:
        """The named graph of every represented record and of everything derived, of all datasets."""
        for dataset in self.datasets():
            for kind, identifier in self.db.execute("select kind, id from records where dataset = ? and state = 'kept'", (dataset,)):
                yield record_iri(dataset, kind, identifier)
            yield from (derived_graph_iri(dataset, name) for name in DERIVED_GRAPHS)

    def find_record(self, dataset: str, kind: str, identifier: str) -> FoundRecord | None:
        """Where a represented record came from; `identifier` as it stands in the record's IRI."""
        query = "select part, source, line, run from records where dataset = ? and kind = ? and id = ? and state = 'kept'"
        row = self.db.execute(query, (dataset, kind, unquote(identifier))).fetchone()
        return FoundRecord(*row) if row else None


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_run() -> str:
    """An id for a run: sortable by time, unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _dump(counts: RunCounts) -> str:
    return orjson.dumps(counts).decode()


def _run(row: tuple[Any, ...]) -> Run:
    run, dataset, state, step, started, finished, sources, counts, message = row
    return Run(run, dataset, state, step, started, finished, tuple(orjson.loads(sources)), orjson.loads(counts), message)
