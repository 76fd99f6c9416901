"""The worker of pass-through queries: `python -m graph.stores.oxigraph.query FOLDER DESCRIPTOR`, started by `workers`.

It has bounded memory and, where the system allows it, no network. The default graph of a folder is the set union of its named graphs.
"""

import json
import resource
import signal
import sys
import threading
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from graph.errors import GraphError, QueryRefused, QuerySyntaxError, QueryTooLarge
from graph.model import QueryResult
from graph.sparql import (
    CSV,
    JSON,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TSV,
    TURTLE,
    XML,
    CheckedQuery,
    QueryDataset,
    check_query,
    choose_media_type,
)
from graph.vocabulary import PREFIXES

_MAX_BYTES: Final = 32_000_000
"""An answer is cut where it would grow beyond this, whatever the number of rows."""

_WORKER_MEMORY: Final = 1024**3
"""Bytes of address space that a worker may take beyond what it holds when ready."""

_STACK: Final = 256 * 1024**2
"""Bytes of stack of the thread that answers, because parsers call themselves once an operator."""

_GRACE: Final = 5.0
"""Seconds after which a worker whose server has gone ends itself."""


def main(folder: str, descriptor: int) -> None:
    """Answer queries until the other end goes away."""
    threading.stack_size(_STACK)
    thread = threading.Thread(target=_serve, args=(folder, Connection(descriptor)), daemon=True)
    thread.start()
    thread.join()


def _serve(folder: str, pipe: "Connection[Any, Any]") -> None:
    import pyoxigraph as ox
    from rdflib.plugins.sparql import parser  # noqa: F401  (the first query should not wait for it)

    _leave_network()
    store = ox.Store.read_only(folder)
    _bound_memory()
    pipe.send_bytes(b"ready")
    while True:
        try:
            sparql, accept, timeout, max_rows, dataset = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        # The kernel's own alarm ends the process even while Oxigraph computes and no server is left to kill it.
        signal.setitimer(signal.ITIMER_REAL, timeout + _GRACE)
        try:
            result = answer(store, sparql, accept, max_rows, QueryDataset(*map(tuple, dataset)) if dataset else None)
        except GraphError as error:
            pipe.send_bytes(json.dumps({"error": type(error).__name__, "message": str(error)}).encode())
        else:
            pipe.send_bytes(json.dumps({"media_type": result.media_type, "truncated": result.truncated}).encode())
            pipe.send_bytes(result.body)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def answer(store: Any, sparql: str, accept: str, max_rows: int, dataset: QueryDataset | None = None) -> QueryResult:
    """The answer to one query on an opened pyoxigraph Store, without a time limit. `dataset` goes before what the query names by FROM."""
    query = check_query(sparql)
    media_type = choose_media_type(accept, query.form)
    try:
        return _run(store, query, media_type, max_rows, query.dataset if dataset is None else dataset)
    except SyntaxError as error:
        raise QuerySyntaxError(f"the query does not parse as SPARQL 1.1: {error.msg}") from error
    except MemoryError as error:
        raise QueryTooLarge("the query needs more memory than a pass-through query may take; narrow it or ask for less") from error
    except (ValueError, OSError, RuntimeError) as error:
        raise QueryRefused(f"the query cannot be answered: {error}") from error


def _run(store: Any, query: CheckedQuery, media_type: str, max_rows: int, dataset: QueryDataset | None) -> QueryResult:
    import pyoxigraph as ox

    if dataset is None:
        results = store.query(query.text)
    else:
        default, named = _names(dataset.default), _names(dataset.named)
        if len(default) > 1:
            store, default = _merged(store, default, named), [ox.DefaultGraph()]
        results = store.query(query.text, default_graph=default, named_graphs=named)
    if isinstance(results, ox.QueryTriples):
        triples, truncated = _bounded(results, max_rows, lambda triple: len(str(triple)))
        return QueryResult(_as_triples(triples, media_type), media_type, truncated)
    formats = {
        JSON: ox.QueryResultsFormat.JSON,
        XML: ox.QueryResultsFormat.XML,
        CSV: ox.QueryResultsFormat.CSV,
        TSV: ox.QueryResultsFormat.TSV,
    }
    if isinstance(results, ox.QueryBoolean):
        return QueryResult(results.serialize(format=formats[media_type]) or b"", media_type, False)
    names = [variable.value for variable in results.variables]
    rows, truncated = _bounded((_row(names, solution) for solution in results), max_rows, len)
    as_json = f'{{"head":{{"vars":{json.dumps(names)}}},"results":{{"bindings":[{",".join(rows)}]}}}}'.encode()
    if media_type == JSON:
        return QueryResult(as_json, media_type, truncated)
    bounded = ox.parse_query_results(as_json, ox.QueryResultsFormat.JSON)
    return QueryResult(bounded.serialize(format=formats[media_type]) or b"", media_type, truncated)


def _merged(store: Any, default: list[Any], named: list[Any]) -> Any:
    """A store in memory that holds a dataset alone: Oxigraph's own union of several graphs would keep a statement once for each."""
    import pyoxigraph as ox

    merged = ox.Store()
    for graph in default:
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.extend(ox.Quad(quad.subject, quad.predicate, quad.object, ox.DefaultGraph()) for quad in quads)
    for graph in named:
        merged.extend(store.quads_for_pattern(None, None, None, graph))
    return merged


def _names(graphs: Iterable[str]) -> list[Any]:
    import pyoxigraph as ox

    return [ox.NamedNode(graph) for graph in graphs]


def _as_triples(triples: list[Any], media_type: str) -> bytes:
    import pyoxigraph as ox

    formats = {
        N_TRIPLES: ox.RdfFormat.N_TRIPLES,
        TURTLE: ox.RdfFormat.TURTLE,
        RDF_XML: ox.RdfFormat.RDF_XML,
        JSON_LD: ox.RdfFormat.JSON_LD,
    }
    prefixes = dict(PREFIXES) if media_type in (TURTLE, RDF_XML) else None
    return ox.serialize(triples, format=formats[media_type], prefixes=prefixes) or b""


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
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + _WORKER_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
