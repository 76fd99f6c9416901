"""All that a store holds, as sorted N-Quads, read without the back ends: for comparisons of whole stores."""

import json
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from gremlin_python.process.graph_traversal import __
from gremlin_python.process.traversal import T

from graph.identifiers import canonical_literal, iri_term
from graph.model import Literal
from graph.property_graph import RECORD, RELATION, Description, Quad, read_quads
from graph.stores.gremlin.elements import traversal_source
from graph.stores.gremlin.store import GremlinStore
from graph.stores.sparql.parts import statement
from graph.vocabulary import XSD
from ingest.replica import OWNER


def held(address: str) -> list[str]:
    """The quads of a server (as `--store` names it) but for the mark of its data folder; one that it holds twice is there twice."""
    scheme, _, rest = address.partition("+")
    return lines(_of_sparql(rest) if scheme == "sparql" else _of_gremlin(rest))


def in_file(path: Path) -> list[str]:
    """The quads of an N-Quads file in the same spelling."""
    return lines(read_quads(path))


def lines(quads: Iterable[Quad]) -> list[str]:
    """Quads as sorted lines, literals spelled canonically."""
    return sorted(f"{statement(quad)[:-1]}{iri_term(quad[3])} ." for quad in quads if quad[3] != OWNER)


def _of_sparql(endpoint: str) -> Iterator[Quad]:
    query = urlencode({"query": "select ?s ?p ?o ?g { graph ?g { ?s ?p ?o } }"}).encode()
    request = urllib.request.Request(f"{endpoint}/query", query, {"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        rows = json.load(answer)["results"]["bindings"]
    for row in rows:
        yield row["s"]["value"], row["p"]["value"], _value(row["o"]), row["g"]["value"]


def _value(term: dict[str, str]) -> str | Literal:
    if term["type"] == "uri":
        return term["value"]
    if "xml:lang" in term:
        return Literal(term["value"], language=term["xml:lang"].lower())
    datatype = term.get("datatype", XSD + "string")
    return Literal(term["value"]) if datatype == XSD + "string" else Literal(*canonical_literal(term["value"], datatype))


def _of_gremlin(endpoint: str) -> Iterator[Quad]:
    with closing(GremlinStore(endpoint)) as store:
        g = traversal_source()
        for vertex in store.ask(g.V().project("iri", "values").by(T.id).by(__.value_map())):
            yield from Description.of(vertex["values"]).quads(vertex["iri"])
        ends = g.E().project("from", "relation", "to", "record").by(__.out_v().id_()).by(RELATION).by(__.in_v().id_()).by(RECORD)
        for edge in store.ask(ends):
            yield edge["from"], edge["relation"], edge["to"], edge["record"]
