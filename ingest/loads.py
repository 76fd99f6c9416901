"""The queue of loads: Neptune's loader contract over Commissure's ingest runs.

A load names a source and is worked off in order of arrival, one at a time; every attempt is one ingest run. States, modes, limits and
errors are Neptune's, so that scripts written for its loader find what they look for. Any process may submit, cancel and look; one works.
"""

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from graph.errors import InvalidDatasetName
from graph.identifiers import check_dataset_name
from ingest.errors import LoadRefused, LoadsUnwritable
from ingest.history import now
from sources.confined import lies_within

MOST_QUEUED: Final = 64
KEPT: Final = 1024
FORMATS: Final = ("fhir", "text", "manifest", "responses")
PARALLELISM: Final = ("LOW", "MEDIUM", "HIGH", "OVERSUBSCRIBE")
MODES: Final = ("NEW", "RESUME", "AUTO")

_SCHEMA = """
create table if not exists loads (
    number integer primary key autoincrement, id text not null unique, request text not null, state text not null, submitted text not null,
    started text, finished text, runs integer not null default 0, retries integer not null default 0, run text not null default '',
    cancelled integer not null default 0, message text not null default ''
)
"""
_COLUMNS = "id, request, state, submitted, started, finished, runs, retries, run, message"


class LoadState(StrEnum):
    """Where a load stands, in Neptune's words."""

    IN_QUEUE = "LOAD_IN_QUEUE"
    IN_PROGRESS = "LOAD_IN_PROGRESS"
    COMPLETED = "LOAD_COMPLETED"
    FAILED = "LOAD_FAILED"
    CANCELLED_BY_USER = "LOAD_CANCELLED_BY_USER"
    CANCELLED_DUE_TO_ERRORS = "LOAD_CANCELLED_DUE_TO_ERRORS"
    READ_ERROR = "LOAD_S3_READ_ERROR"
    DEPENDENCY_NOT_SATISFIED = "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED"
    INVALID_REQUEST = "LOAD_FAILED_INVALID_REQUEST"
    UNEXPECTED_ERROR = "LOAD_UNEXPECTED_ERROR"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self in (LoadState.IN_QUEUE, LoadState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What is asked of the loader. `fail_on_error` publishes nothing if any record is rejected; `queue` waits behind other loads.

    `follow_refs` and `taxonomy` are places, for manifests alone: see `commissure ingest manifest`.
    """

    source: str
    format: str
    dataset: str
    mode: str = "AUTO"
    fail_on_error: bool = True
    parallelism: str = "HIGH"
    queue: bool = False
    dependencies: tuple[str, ...] = ()
    follow_refs: str = ""
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """A load as the queue keeps it. `runs` counts its starts, `retries` those that nobody asked for; `run` is its latest ingest run."""

    id: str
    request: LoadRequest
    state: LoadState
    submitted: str
    started: str | None
    finished: str | None
    runs: int
    retries: int
    run: str
    message: str


class LoadQueue:
    """The loads of a data folder, in a SQLite file. Any number of processes and threads may use it."""

    def __init__(self, path: Path, sources: Sequence[str]) -> None:
        """`sources` are the folders and s3:// prefixes that may be loaded from."""
        self._path = path
        self.sources = tuple(sources)

    def check(self) -> None:
        """Raises LoadsUnwritable where no load could be taken or worked off."""
        with self._changing():
            pass

    def submit(self, request: LoadRequest) -> str:
        """Take a load; its id. Raises LoadRefused and, as everything here, LoadsUnwritable."""
        _check(request, self.sources)
        with self._changing() as db:
            open_loads = [load for load in _select(db, "order by number") if load.state.is_open]
            if open_loads and not request.queue:
                raise LoadRefused(
                    "TooManyRequestsException", "Max concurrent load limit breached: a load is running; send queueRequest to wait for it"
                )
            if sum(load.state is LoadState.IN_QUEUE for load in open_loads) >= MOST_QUEUED:
                raise LoadRefused("TooManyRequestsException", f"Max load queue size limit breached: {MOST_QUEUED} loads wait")
            for dependency in request.dependencies:
                if not _select(db, "where id = ?", dependency):
                    raise LoadRefused("InvalidParameterException", "dependencies: no load has one of these ids")
            earlier = self._earlier(db, request)
            if earlier is not None:
                db.execute(
                    "update loads set number = (select max(number) + 1 from loads), state = ?, request = ?, cancelled = 0, message = '',"
                    " finished = null where id = ?",
                    (LoadState.IN_QUEUE, _dump(request), earlier.id),
                )
                return earlier.id
            if request.mode == "RESUME":
                raise LoadRefused(
                    "InvalidParameterException", "mode: there is no unfinished load of this source to resume; use AUTO or NEW"
                )
            identifier = str(uuid.uuid4())
            db.execute(
                "insert into loads (id, request, state, submitted) values (?, ?, ?, ?)",
                (identifier, _dump(request), LoadState.IN_QUEUE, now()),
            )
            db.execute(
                "delete from loads where state not in (?, ?) and number <= (select max(number) from loads) - ?",
                (LoadState.IN_QUEUE, LoadState.IN_PROGRESS, KEPT),
            )
        return identifier

    @staticmethod
    def _earlier(db: sqlite3.Connection, request: LoadRequest) -> Load | None:
        """The load that this request resumes: the latest of the same source into the same dataset, if it ended before it was done."""
        if request.mode == "NEW":
            return None
        same = (
            load
            for load in _select(db, "order by number desc")
            if (load.request.source, load.request.format, load.request.dataset) == (request.source, request.format, request.dataset)
        )
        latest = next(same, None)
        return latest if latest is not None and not latest.state.is_open and latest.state is not LoadState.COMPLETED else None

    def find(self, identifier: str) -> Load | None:
        """One load."""
        with self._reading() as db:
            return next(iter(_select(db, "where id = ?", identifier)), None)

    def list(self, limit: int, *, queued: bool = True) -> tuple[str, ...]:
        """Ids of loads, newest first; without `queued` only those that have started."""
        with self._reading() as db:
            found = _select(db, "where state <> ? order by number desc limit ?", "" if queued else LoadState.IN_QUEUE, limit)
        return tuple(load.id for load in found)

    def cancel(self, identifier: str) -> bool:
        """Cancel a load that waits, or have one that runs end soon; False for one that is not there. One that has ended stays so."""
        with self._changing() as db:
            found = next(iter(_select(db, "where id = ?", identifier)), None)
            if found is None:
                return False
            if found.state is LoadState.IN_QUEUE:
                _end(db, identifier, LoadState.CANCELLED_BY_USER, "")
            elif found.state is LoadState.IN_PROGRESS:
                db.execute("update loads set cancelled = 1 where id = ?", (identifier,))
        return True

    # --- for the one process that works the queue off ---

    def recover(self) -> None:
        """Put back what was running when the process that worked the queue ended: its next run goes on where it was."""
        with self._changing() as db:
            db.execute("update loads set state = ?, retries = retries + 1 where state = ?", (LoadState.IN_QUEUE, LoadState.IN_PROGRESS))

    def next(self, run: str) -> Load | None:
        """The first load that can start, marked as started with this run id; None where none waits for anything but others."""
        with self._changing() as db:
            states = {load.id: load.state for load in _select(db, "order by number")}
            for load in _select(db, "where state = ? order by number", LoadState.IN_QUEUE):
                # A dependency that is no longer kept is long done.
                needed = {states.get(one, LoadState.COMPLETED) for one in load.request.dependencies}
                if needed <= {LoadState.COMPLETED}:
                    db.execute(
                        "update loads set state = ?, started = ?, runs = runs + 1, run = ? where id = ?",
                        (LoadState.IN_PROGRESS, now(), run, load.id),
                    )
                    return replace(load, state=LoadState.IN_PROGRESS, runs=load.runs + 1, run=run)
                if not any(state.is_open for state in needed - {LoadState.COMPLETED}):
                    _end(db, load.id, LoadState.DEPENDENCY_NOT_SATISFIED, "a load that it depends on did not complete")
                    states[load.id] = LoadState.DEPENDENCY_NOT_SATISFIED
        return None

    def is_cancelled(self, identifier: str) -> bool:
        """Whether somebody wants a running load to end."""
        with self._reading() as db:
            found = db.execute("select cancelled from loads where id = ?", (identifier,)).fetchone()
        return found is None or bool(found[0])

    def again(self, identifier: str) -> None:
        """Let a load that could not run now wait for its turn once more, before those that came later."""
        with self._changing() as db:
            db.execute("update loads set state = ?, retries = retries + 1 where id = ?", (LoadState.IN_QUEUE, identifier))

    def end(self, identifier: str, state: LoadState, message: str = "") -> None:
        """Note how a load ended."""
        with self._changing() as db:
            _end(db, identifier, state, message)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect(to_change=True)) as db, db:
            yield db

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as db:
            yield db

    def _connect(self, *, to_change: bool = False) -> sqlite3.Connection:
        db = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=30)
            db.execute("pragma journal_mode = wal")
            db.execute(_SCHEMA)
            if to_change:
                db.execute("begin immediate")
                db.execute("delete from loads where false")  # of a file that is read-only the line above only reads
        except (OSError, sqlite3.OperationalError) as error:
            if db is not None:
                db.close()
            reason = error.strerror if isinstance(error, OSError) else error
            raise LoadsUnwritable(
                f"{self._path.parent}: the data folder cannot be written ({reason}), so no data can be loaded by request;"
                " make it writable to this process, or leave the setting loader_sources empty"
            ) from error
        return db


def _check(request: LoadRequest, sources: Sequence[str]) -> None:
    if request.format not in FORMATS:
        raise LoadRefused("UnsupportedOperationException", f"format: {', '.join(FORMATS)} can be loaded")
    if request.mode not in MODES or request.parallelism not in PARALLELISM:
        raise LoadRefused("InvalidParameterException", f"mode is one of {', '.join(MODES)}, parallelism one of {', '.join(PARALLELISM)}")
    try:
        check_dataset_name(request.dataset)
    except InvalidDatasetName as error:
        raise LoadRefused("InvalidParameterException", f"dataset: {error}") from None
    of_manifests = {name: place for name, place in (("followRefs", request.follow_refs), ("taxonomy", request.taxonomy)) if place}
    for name, place in {"source": request.source, **of_manifests}.items():
        if name in of_manifests and request.format != "manifest":
            raise LoadRefused("InvalidParameterException", f"{name}: goes with the format manifest alone")
        if not lies_within(sources, place):
            raise LoadRefused("LoadUrlAccessDeniedException", f"{name}: lies in none of the places that the setting loader_sources names")


def _select(db: sqlite3.Connection, condition: str, *values: object) -> "list[Load]":
    rows = db.execute(f"select {_COLUMNS} from loads {condition}", values)  # noqa: S608 - conditions are written here
    return [Load(row[0], _request(row[1]), LoadState(row[2]), *row[3:]) for row in rows]


def _end(db: sqlite3.Connection, identifier: str, state: LoadState, message: str) -> None:
    db.execute("update loads set state = ?, finished = ?, message = ? where id = ?", (state, now(), message, identifier))


def _dump(request: LoadRequest) -> str:
    return orjson.dumps(asdict(request)).decode()


def _request(text: str) -> LoadRequest:
    values = orjson.loads(text)
    return LoadRequest(**{**values, "dependencies": tuple(values["dependencies"])})
