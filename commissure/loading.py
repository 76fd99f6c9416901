"""Works off the queue of loads: each is an ingest process of its own, so that a load that fails takes nothing with it."""

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

from commissure.errors import EXIT_CODES
from commissure.processes import environment
from commissure.workplace import workspace
from ingest import history
from ingest.errors import LoadRefused, LoadsUnwritable
from ingest.history import new_run
from ingest.loads import Load, LoadQueue, LoadRequest, LoadState
from ingest.locks import Lock
from ingest.workspace import LOADS_LOCK, Workspace
from webapp.library import LoaderUnavailable, LoadNotTaken, LoadStatus, RejectedLine

_log = logging.getLogger("commissure.loads")

_LOOK: Final = 0.5
"""Seconds between looks at the queue, and at whether a running load is to end."""
_GRACE: Final = 30.0
"""Seconds that a load has to end when it is told to."""
_ASKED: Final = 6
"""Times it is told."""
_RETRIES: Final = 5
_WAIT: Final = 5.0
"""Seconds before a load is tried again, times how often it was."""
_RETRIED: Final = ("StoreUnavailable", "StoreTimeout")
"""Errors of a graph store that pass."""


def queue(settings: Mapping[str, Any]) -> LoadQueue | None:
    """The queue of the data folder; None where no place is set to load from."""
    sources = tuple(source.strip() for source in settings["loader_sources"].split(",") if source.strip())
    return LoadQueue(Path(settings["data"]) / "loads.sqlite", sources) if sources else None


class DataLoader:
    """The web's Loader over the queue of a data folder."""

    def __init__(self, loads: LoadQueue, workspace: Workspace) -> None:
        self._loads = loads
        self._workspace = workspace

    def submit(self, **asked: Any) -> str:
        """See Loader."""
        try:
            with _writable():
                return self._loads.submit(LoadRequest(**asked))
        except LoadRefused as error:
            raise LoadNotTaken(error.code, str(error)) from error

    def ids(self, limit: int, *, queued: bool) -> tuple[str, ...]:
        """See Loader."""
        with _writable():
            return self._loads.list(limit, queued=queued)

    def status(self, load: str) -> LoadStatus | None:
        """See Loader."""
        with _writable():
            found = self._loads.find(load)
        if found is None:
            return None
        with self._workspace.reading() as ledger:
            run = history.find(ledger, found.run) if ledger and found.run else None
        counts = run.counts if run else {}
        records, unreadable = counts.get("records", {}), counts.get("unreadable", 0)
        return LoadStatus(
            load=found.id,
            source=found.request.source,
            state=found.state,
            submitted=found.submitted,
            started=found.started,
            finished=found.finished,
            runs=found.runs,
            retries=found.retries,
            run=found.run,
            message=found.message,
            files=counts.get("files", 0),
            records=records.get("read", 0),
            duplicates=records.get("unchanged", 0),
            unreadable=unreadable,
            invalid=sum(counts.get("rejects", {}).values()) - unreadable,
        )

    def errors(self, load: str, limit: int, offset: int) -> tuple[RejectedLine, ...]:
        """See Loader."""
        with _writable():
            found = self._loads.find(load)
        issues = self._workspace.issues(found.run) if found else iter(())
        rejects = (issue for issue in issues if issue["severity"] == "reject")
        return tuple(RejectedLine(**issue) for issue in islice(rejects, offset, offset + limit))

    def cancel(self, load: str) -> bool:
        """See Loader."""
        with _writable():
            return self._loads.cancel(load)


@contextmanager
def _writable() -> Iterator[None]:
    """In the web's words where the queue cannot be written."""
    try:
        yield
    except LoadsUnwritable as error:
        raise LoaderUnavailable(str(error)) from error


class LoadWorker:
    """Works off a queue until it is stopped. Of several on one data folder one works, the others wait to take over."""

    def __init__(self, loads: LoadQueue, settings: Mapping[str, Any]) -> None:
        self._loads = loads
        self._settings = settings
        self._workspace = workspace(dict(settings))
        self._stopped = threading.Event()

    def start(self) -> None:
        """Work in a thread of this process."""
        threading.Thread(target=self.work, daemon=True, name="loads").start()

    def stop(self) -> None:
        """End soon; a running load goes on where it was when somebody works again."""
        self._stopped.set()

    def work(self) -> None:
        """Work until stopped."""
        with self._alone() as alone:
            if not alone:
                return
            self._loads.recover()
            while not self._stopped.is_set():
                run = new_run()
                load = self._loads.next(run)
                if load is None:
                    self._stopped.wait(_LOOK)
                else:
                    self._attempt(load)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Wait until nobody else works; False when stopped before that."""
        with Lock(self._workspace.folder / LOADS_LOCK) as lock:
            while not self._stopped.is_set():
                if lock.take():
                    yield True
                    return
                self._stopped.wait(_LOOK)
            yield False

    def _attempt(self, load: Load) -> None:
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(  # noqa: S603 - our own command, values as arguments
                _command(load, self._settings, self._loads.sources),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment(self._settings),
            )
            cancelled = False
            while (status := _ended(process)) is None:
                if self._stopped.is_set() or self._loads.is_cancelled(load.id):
                    status = _interrupted(process)
                    # What had published before the interrupt reached it is done, not cancelled.
                    cancelled = not self._stopped.is_set() and status not in (0, EXIT_CODES["rejects"][0])
                    break
            said.seek(max(0, said.seek(0, os.SEEK_END) - 4096))
            message = said.read().decode(errors="replace").strip().rpartition("\n")[2]
        if self._stopped.is_set() and status not in (0, EXIT_CODES["rejects"][0]):
            return  # it is put back by whoever works next
        state = LoadState.CANCELLED_BY_USER if cancelled else self._state(load, status)
        if state is None and load.retries < _RETRIES:
            self._loads.again(load.id)
            self._stopped.wait(_WAIT * (load.retries + 1))
            return
        state = state or LoadState.FAILED
        _log.info("load %s: %s", load.id, state)
        self._loads.end(load.id, state, "" if state is LoadState.COMPLETED else message[:1000])

    def _state(self, load: Load, status: int) -> LoadState | None:
        """What a process that ended made of its load; None where it is worth another try."""
        names = {code: name for name, (code, _) in EXIT_CODES.items()}
        ended = {
            "ok": LoadState.COMPLETED,
            "rejects": LoadState.COMPLETED,
            "refused": LoadState.CANCELLED_DUE_TO_ERRORS,
            "missing": LoadState.READ_ERROR,
            "usage": LoadState.INVALID_REQUEST,
        }
        name = names.get(status, "")
        if name == "busy":
            return None
        if name == "failed":
            with self._workspace.reading() as ledger:
                run = history.find(ledger, load.run) if ledger else None
            return None if run is not None and run.message in _RETRIED else LoadState.FAILED
        return ended.get(name, LoadState.FAILED if name else LoadState.UNEXPECTED_ERROR)


def _ended(process: "subprocess.Popen[bytes]") -> int | None:
    try:
        return process.wait(_LOOK)
    except subprocess.TimeoutExpired:
        return None


def _interrupted(process: "subprocess.Popen[bytes]") -> int:
    """Have it stop as at a keyboard: it ends its own workers, and finished parts stay."""
    for _ in range(_ASKED):  # the exception is lost where it meets code that takes every one, such as a finalizer
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_GRACE / _ASKED)
    process.kill()
    return process.wait()


def _command(load: Load, settings: Mapping[str, Any], sources: tuple[str, ...]) -> list[str]:
    """The command line of one attempt. Whatever the request holds is an argument, never a command; it reads nothing but `sources`."""
    asked = load.request
    cores = os.cpu_count() or 1
    workers = {"LOW": 1, "MEDIUM": max(1, cores // 2), "OVERSUBSCRIBE": 2 * cores}.get(asked.parallelism, settings["workers"])
    options = [
        "--dataset",
        asked.dataset,
        "--workers",
        str(workers),
        "--run",
        load.run,
        "--wait",
        *(f"--within={place}" for place in sources),
        *(["--fail-on-error"] if asked.fail_on_error else []),
        *(["--follow-refs", asked.follow_refs] if asked.follow_refs else []),
        *(["--taxonomy", asked.taxonomy] if asked.taxonomy else []),
    ]
    return [sys.executable, "-m", "commissure", "ingest", asked.format, *options, "--", asked.source]
