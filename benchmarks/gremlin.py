"""Loading into a Gremlin server beside one-element-at-a-time writes, and the neighbourhood of a page of hits.

    python -m benchmarks.gremlin GRAPH.nq[.gz]... [--server gremlin|gremlin-3.8.1|janusgraph | --address ws://HOST:PORT/gremlin]

The files are N-Quads, such as `commissure graph export --format nquads` writes. The server is one of those of the tests, or any that
listens already: WHAT IT HOLDS IS DELETED. The baseline writes the first elements of the same files by add_v and add_e through
gremlinpython's own client, in the same run. Elements are vertices and edges as the server counts them afterwards; a load is repeated,
because a Java server is slow at first.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from graph.property_graph import Edge, Vertex, elements, likely_label, read_quads
from graph.stores.gremlin.elements import traversal_source
from graph.stores.gremlin.store import GremlinStore
from graph.stores.oxigraph.store import OxigraphStore
from search.hits.join import HOPS
from tests.servers.processes import STARTERS

HITS = 10
DOCUMENTS = ("DocumentReference", "DiagnosticReport")
WARM, MEASURED = 100, 200


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", type=Path, nargs="+", metavar="GRAPH.nq[.gz]")
    parser.add_argument("--server", choices=[name for name in STARTERS if name != "fuseki"], default="gremlin")
    parser.add_argument("--address", help="a server that listens already; it is emptied")
    parser.add_argument("--baseline-elements", type=int, default=3000, metavar="N")
    parser.add_argument("--loads", type=int, default=3, metavar="N")
    asked = parser.parse_args()
    with ExitStack() as stack:
        address = asked.address
        if not address:
            server = STARTERS[asked.server]()
            stack.callback(server.close)
            address = server.address
        store = GremlinStore(address)
        stack.callback(store.close)
        print(f"{address}: {', '.join(text for _, _, text in store.inspect())}")
        load(store, asked.graphs)  # the baseline has a warm server, too
        store.clear()
        plain = one_at_a_time(address, store, asked.graphs, asked.baseline_elements)
        rates = [load(store, asked.graphs) for _ in range(asked.loads)]
        print(f"ratio: {statistics.median(rates) / plain:.1f}x (at least 5x), {statistics.median(rates):,.0f} elements/s (at least 10,000)")
        neighbourhoods(store, asked.graphs)


def written(store: GremlinStore) -> int:
    """Vertices and edges in the store."""
    return sum(store.write(traversal_source().V().count()) + store.write(traversal_source().E().count()))


def load(store: GremlinStore, parts: Sequence[Path]) -> float:
    """Elements a second of one load into the emptied store."""
    store.clear()
    began = time.perf_counter()
    quads = store.load(parts)
    seconds = time.perf_counter() - began
    count = written(store)
    print(
        f"load: {count:,} elements of {quads:,} quads in {seconds:.1f} s: {count / seconds:,.0f} elements/s, {quads / seconds:,.0f} quads/s"
    )
    return count / seconds


def one_at_a_time(address: str, store: GremlinStore, parts: Sequence[Path], limit: int) -> float:
    """Elements a second of a client that sends each element by itself; the store is emptied before and after."""
    from gremlin_python.driver.driver_remote_connection import DriverRemoteConnection
    from gremlin_python.process.anonymous_traversal import traversal
    from gremlin_python.process.graph_traversal import __
    from gremlin_python.process.traversal import Cardinality, T

    own_ids = store.dialect.own_ids
    identifiers: dict[str, Any] = {}
    connection = DriverRemoteConnection(address, "g")
    g: Any = traversal().with_remote(connection)

    def add_vertex(iri: str, label: str, values: Any = ()) -> None:
        if iri in identifiers:
            step = g.V(identifiers[iri])
        else:
            step = g.add_v(store.dialect.vertex_label(label)).property(T.id if own_ids else "iri", iri)
        for key, value in values:
            step = step.property(Cardinality.set_, key, value)
        identifiers[iri] = step.id_().next()

    chosen = list(islice((element for part in parts for element in elements(read_quads(part))), limit))
    if store.dialect.declares_keys:
        vertices, edges = [e for e in chosen if isinstance(e, Vertex)], [e for e in chosen if isinstance(e, Edge)]
        ends = {likely_label(end) for edge in edges for end in (edge.source, edge.target)}
        store.declare(
            {key for vertex in vertices for key in vertex.values},
            {vertex.label for vertex in vertices} | ends,
            {edge.label for edge in edges},
        )
    began = time.perf_counter()
    for element in chosen:
        if isinstance(element, Edge):
            for end in (element.source, element.target):
                if end not in identifiers:
                    add_vertex(end, likely_label(end))
            step = g.add_e(store.dialect.edge_label(element.label))
            step = step.from_(__.V(identifiers[element.source])).to(__.V(identifiers[element.target]))
            step = step.property(T.id if own_ids else "rid", element.id).property("relation", element.relation)
            step.property("record", element.record).count().next()
        else:
            values = [(key, value) for key, several in element.values.items() for value in several]
            add_vertex(element.iri, element.label, [*values, ("record", element.record), ("said", element.said())])
    seconds = time.perf_counter() - began
    connection.close()
    count = written(store)
    store.clear()
    print(f"one at a time: {count:,} elements in {seconds:.1f} s: {count / seconds:,.0f} elements/s")
    return count / seconds


def neighbourhoods(store: GremlinStore, parts: Sequence[Path]) -> None:
    """Times of the question that every search page asks, on random pages; the answers are the embedded store's."""
    import tempfile

    chosen = random.Random(7)
    kinds: dict[str, list[str]] = {}
    for part in parts:
        for element in elements(read_quads(part)):
            if isinstance(element, Vertex):
                kinds.setdefault(element.label, []).append(element.iri)
    documents = [iri for kind in DOCUMENTS for iri in sorted(set(kinds.get(kind, ())))]
    concepts = sorted(set(kinds.get("Concept", ())))
    pages = [
        (chosen.sample(documents, min(HITS, len(documents))), frozenset(chosen.sample(concepts, min(20, len(concepts)))))
        for _ in range(WARM + MEASURED)
    ]
    times = []
    for seeds, prefer in pages:
        began = time.perf_counter()
        store.neighbourhood(seeds, HOPS, prefer)
        times.append((time.perf_counter() - began) * 1000)
    times = times[WARM:]
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"neighbourhood of {HITS} of {len(documents):,} documents: p50 {p50:.1f} ms, p95 {p95:.1f} ms (at most 25 ms)")
    with tempfile.TemporaryDirectory() as folder:
        embedded = OxigraphStore(Path(folder) / "graph")
        embedded.load(parts)
        different = sum(store.neighbourhood(seeds, HOPS, prefer) != embedded.neighbourhood(seeds, HOPS, prefer) for seeds, prefer in pages)
        embedded.close()
    print(f"answers that differ from the embedded store's: {different} of {len(pages)}")


if __name__ == "__main__":
    main()
