"""Processes that answer queries on folders of the embedded store.

Oxigraph cannot stop a query once it has begun, so a query runs in a worker process that opened the folder read-only; one that runs past
its limit, or that nobody waits for any more, is killed, and a new worker takes its place.
"""

import json
import os
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Pipe
from pathlib import Path
from threading import Lock, Semaphore
from typing import Final

from graph.errors import (
    GraphError,
    QueryAbandoned,
    QueryBusy,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    StoreUnavailable,
    UnsupportedCapability,
)
from graph.model import QueryResult
from graph.scope import EVERYTHING, Scope
from graph.sparql import Demand

WORKERS: Final = 2
"""Queries at once, unless a store is told otherwise."""

_START_LIMIT: Final = 60.0
"""Seconds a worker may take to start; not part of a query's time."""

_LOOK: Final = 0.25
"""Seconds between looks at whether somebody still waits."""

_VIEWS: Final = 4
"""Scopes whose folders are kept."""

_ERRORS: Final[dict[str, type[GraphError]]] = {
    error.__name__: error
    for error in (QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge, StoreUnavailable, UnsupportedCapability)
}

Folder = Callable[[Scope], AbstractContextManager[Path]]
"""Gives the folder that holds what a scope admits, to be used until it is left."""


class QueryWorkers:
    """At most `limit` worker processes at once, started when first needed and kept for the next query of the same scope."""

    def __init__(self, folder: Folder, limit: int = WORKERS) -> None:
        self._folder = folder
        self._limit = limit
        self._folders: OrderedDict[Scope, tuple[AbstractContextManager[Path], Path]] = OrderedDict()
        self._idle: list[tuple[Scope, _Worker]] = []
        self._lock = Lock()
        self._making = Lock()
        self._free = Semaphore(limit)
        self._closed = False

    def query(self, sparql: str, demand: Demand, scope: Scope = EVERYTHING) -> QueryResult:
        """Run one query in the folder of a scope; see SparqlQueryable."""
        deadline = time.monotonic() + demand.timeout
        if not self._free.acquire(blocking=False):
            raise QueryBusy("as many queries run as may run at once; try again in a few seconds")
        try:
            worker = self._take(scope)
            try:
                result = worker.ask(sparql, demand, deadline if worker.used else time.monotonic() + demand.timeout)
            except BaseException:
                worker.kill()
                raise
            self._give_back(scope, worker)
        finally:
            self._free.release()
        if isinstance(result, GraphError):
            raise result
        return result

    def close(self) -> None:
        """End all workers, and leave their folders."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            folders, self._folders = list(self._folders.values()), OrderedDict()
        for _, worker in idle:
            worker.kill()
        for kept, _ in folders:
            kept.__exit__(None, None, None)

    def _take(self, scope: Scope) -> "_Worker":
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the graph store has been closed")
            for place, (its_scope, worker) in enumerate(self._idle):
                if its_scope == scope:
                    del self._idle[place]
                    return worker
            spare = self._idle.pop(0)[1] if len(self._idle) >= self._limit else None
        if spare is not None:
            spare.kill()
        with self._making:
            return _Worker(self._folder_of(scope))

    def _folder_of(self, scope: Scope) -> Path:
        with self._lock:
            known = self._folders.get(scope)
            if known is not None:
                self._folders.move_to_end(scope)
                return known[1]
        kept = self._folder(scope)
        folder = kept.__enter__()
        with self._lock:
            self._folders[scope] = (kept, folder)
            leaving = self._folders.popitem(last=False)[1][0] if len(self._folders) > _VIEWS else None
        if leaving is not None:
            leaving.__exit__(None, None, None)  # workers that have it open read on
        return folder

    def _give_back(self, scope: Scope, worker: "_Worker") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append((scope, worker))
                return
        worker.kill()


class _Worker:
    """One worker process and the pipe to it."""

    def __init__(self, folder: Path) -> None:
        self.used = False
        self._pipe, theirs = Pipe()
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                [sys.executable, "-m", "graph.stores.oxigraph.query", str(folder), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as error:  # no memory, too many processes, an interpreter that may not be run
            self._pipe.close()
            raise StoreUnavailable(f"no query process could be started: {error.strerror}") from error
        finally:
            theirs.close()
        try:
            ready = self._pipe.poll(_START_LIMIT) and self._pipe.recv_bytes() == b"ready"
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.kill()
            raise StoreUnavailable(f"no query process could be started on {folder}")

    def ask(self, sparql: str, demand: Demand, deadline: float) -> QueryResult | GraphError:
        """The worker's answer, or the error that it names. Raises QueryTimeout, QueryAbandoned, QueryTooLarge."""
        self.used = True
        dataset = (demand.dataset.default, demand.dataset.named) if demand.dataset else None
        try:
            asked = json.dumps([sparql, demand.accept, demand.timeout, demand.max_rows, dataset])
            self._pipe.send_bytes(asked.encode("utf-8", "surrogatepass"))
            while not self._pipe.poll(min(_LOOK, max(deadline - time.monotonic(), 0))):
                if time.monotonic() >= deadline:
                    raise QueryTimeout(f"the query was stopped after {demand.timeout:g} seconds; narrow it or ask for less")
                if demand.gone():
                    raise QueryAbandoned("the query was stopped: nobody waits for its answer any more")
            head = json.loads(self._pipe.recv_bytes())
            if "error" in head:
                return _ERRORS[head["error"]](head["message"])
            return QueryResult(self._pipe.recv_bytes(), head["media_type"], head["truncated"])
        except (EOFError, OSError) as error:
            raise QueryTooLarge("the query needs more memory than a pass-through query may take; narrow it or ask for less") from error

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()
