"""What every run did, as the ledger keeps it."""

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from ingest.ledger import Ledger

OLDER = "older"
"""In place of a run: records of a version older than what is held."""


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


def begin(ledger: Ledger, run: str, dataset: str, sources: Iterable[str]) -> None:
    """Enter a run; runs that were cut off are marked as interrupted (their writer is gone, since we hold the lock)."""
    with ledger.transaction() as db:
        db.execute("update runs set state = 'interrupted', finished = ? where state = 'running'", (now(),))
        row = (run, dataset, "running", "listing", now(), None, orjson.dumps(list(sources)).decode(), "{}", "")
        db.execute("insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def progress(ledger: Ledger, run: str, step: str, counts: RunCounts | None = None) -> None:
    """Say what the run is doing."""
    with ledger.transaction() as db:
        db.execute("update runs set step = ? where run = ?", (step, run))
        if counts:
            db.execute("update runs set counts = ? where run = ?", (_dump(counts), run))


def finish(ledger: Ledger, run: str, state: str, counts: RunCounts, message: str = "") -> None:
    """Close a run that published nothing."""
    with ledger.transaction() as db:
        close(db, run, state, counts, message)


def close(db: sqlite3.Connection, run: str, state: str, counts: RunCounts, message: str = "") -> None:
    """Close a run within a transaction."""
    db.execute(
        "update runs set state = ?, step = 'done', finished = ?, counts = ?, message = ? where run = ?",
        (state, now(), _dump(counts), message, run),
    )


def latest(ledger: Ledger, limit: int = 50) -> tuple[Run, ...]:
    """Runs, newest first."""
    rows = ledger.db.execute("select * from runs order by started desc, run desc limit ?", (limit,))
    return tuple(_run(row) for row in rows)


def find(ledger: Ledger, run: str) -> Run | None:
    """One run."""
    row = ledger.db.execute("select * from runs where run = ?", (run,)).fetchone()
    return _run(row) if row else None


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
