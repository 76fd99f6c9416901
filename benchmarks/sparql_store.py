"""Loading a SPARQL server beside one plain POST of the same file, and the neighbourhoods of pages of ten hits.

    commissure graph export --format nquads --dataset demo demo.nq
    python benchmarks/sparql_store.py demo.nq [--store sparql+http://127.0.0.1:3030/ds] [--rounds 3] [--pages 200]

Without --store a Fuseki of the test servers is started. The store is emptied. Both ways of loading take turns, after one round of each that
is not counted; a page is ten documents of the file drawn by chance, asked for with the hops of the joined search. `rdflib` is the same
number of single-node questions through rdflib's SPARQLStore and through ours.
"""

import argparse
import http.client
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from graph.stores.sparql.store import SparqlStore
from graph.vocabulary import FHIR, TYPE
from search.hits.join import HOPS

_WARM_PAGES = 150
"""Pages before those that are measured: a Java server compiles what it runs often."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--store")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=200)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        address = arguments.store
        if address is None:
            from tests.servers.processes import fuseki

            server = fuseki()
            stack.callback(server.close)
            address = server.address
        store = SparqlStore(address)
        loading(store, address, arguments.file, arguments.rounds)
        documents = documents_of(arguments.file)
        neighbourhoods(store, documents, arguments.pages)
        beside_rdflib(store, address, documents[: arguments.pages])
        store.close()


def loading(store: SparqlStore, address: str, file: Path, rounds: int) -> None:
    """Quads a second, our way and by one POST."""
    with file.open("rb") as lines:
        quads = sum(1 for _ in lines)
    ways: dict[str, Callable[[], object]] = {"one POST": lambda: post(address, file), "load": lambda: store.load([file])}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            store.clear()
            begin = time.perf_counter()
            way()
            if number:
                seconds[name].append(time.perf_counter() - begin)
    rates = {name: quads / statistics.median(several) for name, several in seconds.items()}
    held = store.statistics().quads
    print(f"{quads:,} quads, {held:,} held; " + "; ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items()))
    print(f"load / one POST: {rates['load'] / rates['one POST']:.2f}")


def post(address: str, file: Path) -> None:
    """The file in one request, as it is."""
    parts = urlsplit(address.removeprefix("sparql+"))
    connection = http.client.HTTPConnection(parts.netloc)
    with file.open("rb") as body:
        headers = {"Content-Type": "application/n-quads", "Content-Length": str(file.stat().st_size)}
        connection.request("POST", f"{parts.path}/data", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            sys.exit(f"the server answers {answer.status}")
    connection.close()


def documents_of(file: Path) -> list[str]:
    """The documents that an export holds, in an order drawn by chance."""
    classes = tuple(f" <{TYPE}> <{FHIR}{kind}> " for kind in ("DocumentReference", "DiagnosticReport"))
    with file.open(encoding="utf-8") as lines:
        found = [line[1 : line.index(">")] for line in lines if any(one in line for one in classes)]
    random.Random(7).shuffle(found)
    return found


def neighbourhoods(store: SparqlStore, documents: Sequence[str], pages: int) -> None:
    """Milliseconds of the neighbourhood of a page, after some that are not counted."""
    draw = random.Random(8)
    times = []
    nodes = 0
    for number in range(pages + _WARM_PAGES):
        seeds = draw.sample(documents, 10)
        begin = time.perf_counter()
        found = store.neighbourhood(seeds, HOPS)
        if number >= _WARM_PAGES:
            times.append(1000 * (time.perf_counter() - begin))
            nodes += len(found.nodes)
    ranked = statistics.quantiles(times, n=20)
    print(f"neighbourhood of 10 hits: p50 {statistics.median(times):.1f} ms, p95 {ranked[18]:.1f} ms, {nodes / pages:.0f} nodes")


def beside_rdflib(store: SparqlStore, address: str, documents: Sequence[str]) -> None:
    """Milliseconds of one small question, through rdflib's client and through ours."""
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    theirs = SPARQLStore(address.removeprefix("sparql+") + "/query")
    begin = time.perf_counter()
    for document in documents:
        list(theirs.query(f"SELECT ?p ?v ?g {{ GRAPH ?g {{ <{document}> ?p ?v }} }}"))
    middle = time.perf_counter()
    for document in documents:
        store.node(document)
    end = time.perf_counter()
    count = len(documents) / 1000
    print(f"one node: rdflib {(middle - begin) / count:.1f} ms, ours {(end - middle) / count:.1f} ms")


if __name__ == "__main__":
    main()
