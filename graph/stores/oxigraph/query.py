"""Pass-through queries on an Oxigraph folder, run in processes of their own.

Oxigraph cannot stop a query once it has begun, so a query runs in a worker process that opened the folder read-only; one that runs past
its limit is killed, and a new worker takes its place. Workers also have bounded memory and, where the system allows it, no network.

Oxigraph's union of named graphs keeps duplicates: a statement that three records make matches three times where no GRAPH and no FROM
is written, so counts over it want `COUNT(DISTINCT …)`.

Run as a module this is the worker: `python -m graph.stores.oxigraph.query FOLDER DESCRIPTOR`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any

from graph.errors import GraphError, QueryRefused, QuerySyntaxError, QueryTimeout, StoreUnavailable, UnsupportedCapability
from graph.model import QueryResult
from graph.sparql import CSV, JSON, N_TRIPLES, TSV, XML, CheckedQuery, check_query, choose_media_type
from graph.vocabulary import PREFIXES

_MAX_BYTES = 32_000_000
"""An answer is cut where it would grow beyond this, whatever the number of rows."""

_WORKER_MEMORY = 1024**3
"""Bytes of address space that a worker may take beyond what it holds when ready."""

_START_LIMIT = 60.0
"""Seconds a worker may take to start; not part of a query's time."""

_GRACE = 5.0
"""Seconds after which a worker whose server has gone ends itself."""

_ERRORS: dict[str, type[GraphError]] = {
    error.__name__: error for error in (QueryRefused, QuerySyntaxError, QueryTimeout, StoreUnavailable, UnsupportedCapability)
}


class QueryWorkers:
    """At most `limit` worker processes on one folder, started when first needed and kept for the next query."""

    def __init__(self, folder: Path, limit: int = 2) -> None:
        self._folder = folder
        self._idle: list[_Worker] = []
        self._lock = Lock()
        self._free = Semaphore(limit)
        self._closed = False

    def query(self, sparql: str, *, accept: str, timeout: float, max_rows: int) -> QueryResult:
        """Run one query; see SparqlQueryable."""
        deadline = time.monotonic() + timeout
        if not self._free.acquire(timeout=timeout):
            raise QueryTimeout(f"other queries kept the store busy for {timeout:g} seconds; try again later")
        try:
            worker = self._take()
            try:
                result = worker.ask(sparql, accept, deadline if worker.used else time.monotonic() + timeout, timeout, max_rows)
            except BaseException:
                worker.kill()
                raise
            self._give_back(worker)
        finally:
            self._free.release()
        if isinstance(result, GraphError):
            raise result
        return result

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()

    def _take(self) -> "_Worker":
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the graph store has been closed")
            if self._idle:
                return self._idle.pop()
        return _Worker(self._folder)

    def _give_back(self, worker: "_Worker") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(worker)
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
        finally:
            theirs.close()
        try:
            ready = self._pipe.poll(_START_LIMIT) and self._pipe.recv_bytes() == b"ready"
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.kill()
            raise StoreUnavailable(f"no query process could be started on {folder}")

    def ask(self, sparql: str, accept: str, deadline: float, timeout: float, max_rows: int) -> QueryResult | GraphError:
        """The worker's answer, or the error that it names; QueryTimeout when the deadline passes."""
        self.used = True
        try:
            self._pipe.send_bytes(json.dumps([sparql, accept, timeout, max_rows]).encode("utf-8", "surrogatepass"))
            if not self._pipe.poll(max(deadline - time.monotonic(), 0)):
                raise QueryTimeout(f"the query was stopped after {timeout:g} seconds; narrow it or ask for less")
            head = json.loads(self._pipe.recv_bytes())
            if "error" in head:
                return _ERRORS[head["error"]](head["message"])
            return QueryResult(self._pipe.recv_bytes(), head["media_type"], head["truncated"])
        except (EOFError, OSError) as error:
            raise QueryRefused("the query needs more memory than a pass-through query may take; narrow it or ask for less") from error

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()


def main(folder: str, descriptor: int) -> None:
    """Answer queries until the other end goes away."""
    import pyoxigraph as ox
    from rdflib.plugins.sparql import parser  # noqa: F401  (the first query should not wait for it)

    pipe: Connection[Any, Any] = Connection(descriptor)
    _leave_network()
    store = ox.Store.read_only(folder)
    _bound_memory()
    pipe.send_bytes(b"ready")
    while True:
        try:
            sparql, accept, timeout, max_rows = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        # The kernel's own alarm ends the process even while Oxigraph computes and no server is left to kill it.
        signal.setitimer(signal.ITIMER_REAL, timeout + _GRACE)
        try:
            body, media_type, truncated = answer(store, sparql, accept, max_rows)
        except GraphError as error:
            pipe.send_bytes(json.dumps({"error": type(error).__name__, "message": str(error)}).encode())
        else:
            pipe.send_bytes(json.dumps({"media_type": media_type, "truncated": truncated}).encode())
            pipe.send_bytes(body)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def answer(store: Any, sparql: str, accept: str, max_rows: int) -> tuple[bytes, str, bool]:
    """(body, media type, truncated) of one query on an opened pyoxigraph Store, without a time limit."""
    query = check_query(sparql)
    media_type = choose_media_type(accept, query.form)
    try:
        body, truncated = _run(store, query, media_type, max_rows)
    except SyntaxError as error:
        raise QuerySyntaxError(f"the query does not parse as SPARQL 1.1: {error.msg}") from error
    except (ValueError, OSError, RuntimeError) as error:
        raise QueryRefused(f"the query cannot be answered: {error}") from error
    return body, media_type, truncated


def _run(store: Any, query: CheckedQuery, media_type: str, max_rows: int) -> tuple[bytes, bool]:
    import pyoxigraph as ox

    # A query that names its graphs (FROM …) gets just those; without, the default graph is the union of all.
    results = store.query(query.text, use_default_graph_as_union=not query.names_dataset)
    if isinstance(results, ox.QueryTriples):
        triples, truncated = _bounded(results, max_rows, lambda triple: len(str(triple)))
        if media_type == N_TRIPLES:
            return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", truncated
        return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES)) or b"", truncated
    formats = {
        JSON: ox.QueryResultsFormat.JSON,
        XML: ox.QueryResultsFormat.XML,
        CSV: ox.QueryResultsFormat.CSV,
        TSV: ox.QueryResultsFormat.TSV,
    }
    if isinstance(results, ox.QueryBoolean):
        return results.serialize(format=formats[media_type]) or b"", False
    names = [variable.value for variable in results.variables]
    rows, truncated = _bounded((_row(names, solution) for solution in results), max_rows, len)
    as_json = f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":[{",".join(rows)}]}}}}'.encode()
    if media_type == JSON:
        return as_json, truncated
    bounded = ox.parse_query_results(as_json, ox.QueryResultsFormat.JSON)
    return bounded.serialize(format=formats[media_type]) or b"", truncated


def _bounded(items: Iterable[Any], max_rows: int, size: Any) -> tuple[list[Any], bool]:
    kept: list[Any] = []
    total = 0
    for item in items:
        total += size(item)
        if len(kept) >= max_rows or total > _MAX_BYTES:
            return kept, True
        kept.append(item)
    return kept, False


def _row(names: list[str], solution: Any) -> str:
    """One row as SPARQL JSON results write it."""
    return json.dumps({name: _term(term) for name, term in zip(names, solution, strict=True) if term is not None}, ensure_ascii=False)


def _term(term: Any) -> dict[str, str]:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, ox.Literal):
        raise QueryRefused("the query gives a triple as a value, which SPARQL 1.1 results cannot hold")
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    datatype = term.datatype.value
    plain = datatype.endswith("XMLSchema#string")
    return {"type": "literal", "value": term.value} if plain else {"type": "literal", "value": term.value, "datatype": datatype}


def _leave_network() -> None:
    """Move into a network of our own that leads nowhere, where the system lets a process do that; SERVICE is refused in any case."""
    import ctypes

    new_user, new_net = 0x10000000, 0x40000000
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(new_net) != 0:
            libc.unshare(new_user | new_net)
    except (OSError, AttributeError):
        return


def _bound_memory() -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + _WORKER_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
