"""Pass-through queries to a SPARQL server: what `graph.sparql` lets through, cut at a number of rows and of bytes while it comes in."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from graph.model import QueryResult
from graph.sparql import CSV, JSON, JSON_LD, N_TRIPLES, RDF_XML, TSV, TURTLE, XML, CheckedQuery
from graph.stores.sparql.wire import Answer
from graph.vocabulary import PREFIXES

_MAX_BYTES: Final = 32_000_000
"""An answer is cut where it would grow beyond this, whatever the number of rows."""


def asked_for(query: CheckedQuery) -> str:
    """The media type to ask the server for: one whose cut-off end is seen, or that can be read line by line."""
    return N_TRIPLES if query.form == "triples" else JSON


def read_result(answer: Answer, query: CheckedQuery, media_type: str, max_rows: int) -> QueryResult:
    """The server's answer as `media_type`, at most `max_rows` rows or triples of it. Raises ValueError for half an answer."""
    if query.form == "triples":
        lines, truncated = _bounded(_lines(answer), max_rows)
        return QueryResult(_as_triples(b"".join(lines), media_type), media_type, truncated)
    if query.form == "boolean":
        body = json.dumps({"head": {}, "boolean": bool(json.loads(answer.all())["boolean"])}).encode()
        return QueryResult(_as_rows(body, media_type), media_type, False)
    import ijson

    try:
        names, rows = _rows(ijson.parse(answer))
        kept, truncated = _bounded((json.dumps(row, ensure_ascii=False).encode() for row in rows), max_rows)
    except ijson.JSONError:
        raise ValueError("the answer is not JSON") from None  # the error quotes the answer
    head = json.dumps({"vars": names}, ensure_ascii=False).encode()
    body = b'{"head":%b,"results":{"bindings":[%b]}}' % (head, b",".join(kept))
    return QueryResult(_as_rows(body, media_type), media_type, truncated)


def _bounded(items: Iterable[bytes], max_rows: int) -> tuple[list[bytes], bool]:
    kept: list[bytes] = []
    total = 0
    for item in items:
        total += len(item)
        if len(kept) >= max_rows or total > _MAX_BYTES:
            return kept, True
        kept.append(item)
    return kept, False


def _rows(events: Iterator[tuple[str, str, Any]]) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """The variables, and the rows as they come in."""
    import ijson

    names: list[str] = []
    for prefix, event, value in events:
        if prefix == "head.vars.item":
            names.append(value)
        elif (prefix, event) == ("results.bindings", "start_array"):
            return names, ijson.items(events, "results.bindings.item")
    raise ValueError("no bindings")


def _lines(answer: Answer) -> Iterator[bytes]:
    rest = b""
    while chunk := answer.read():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines if line.strip())
    if rest.strip():
        raise ValueError("the last line has no end")


def _as_rows(body: bytes, media_type: str) -> bytes:
    if media_type == JSON:
        return body
    import pyoxigraph as ox

    formats = {XML: ox.QueryResultsFormat.XML, CSV: ox.QueryResultsFormat.CSV, TSV: ox.QueryResultsFormat.TSV}
    results = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    return results.serialize(format=formats[media_type]) or b""


def _as_triples(body: bytes, media_type: str) -> bytes:
    if media_type == N_TRIPLES:
        return body
    import pyoxigraph as ox

    formats = {TURTLE: ox.RdfFormat.TURTLE, RDF_XML: ox.RdfFormat.RDF_XML, JSON_LD: ox.RdfFormat.JSON_LD}
    triples = (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))
    prefixes = None if media_type == JSON_LD else dict(PREFIXES)
    return ox.serialize(triples, format=formats[media_type], prefixes=prefixes) or b""
