"""The graph stores side by side: pages of ten hits, replacing a hundredth of the records, memory of the loading process.

    python -m benchmarks.graph_stores DATA GRAPH.nq[.gz] [--pages 60] [--rounds 3]

DATA is a data folder that was ingested, GRAPH its export (`commissure graph export --format nquads`). The pages are what real searches
(by words, for names of concepts) ask of the graph. The servers are those of the tests: Gremlin Server 3.7.3 and Fuseki. The stores answer
the same page one after the other; all rounds but the last warm the servers up. A replaced record has one of its literals changed. The
fourfold data are copies under other names.
"""

import argparse
import gzip
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from graph.identifiers import record_iri
from graph.model import Neighbourhood, Step
from graph.property_graph import Vertex, as_literal, elements, property_key, read_quads
from graph.store import GraphStore
from graph.stores.gremlin.store import GremlinStore
from graph.stores.oxigraph.store import OxigraphStore
from graph.stores.sparql.store import SparqlStore
from graph.vocabulary import PREF_LABEL
from ingest.workspace import Workspace
from search.generation import Generation
from search.hits.join import HOPS
from search.model import SearchRequest
from search.retriever import Retriever
from tests.servers.processes import STARTERS

HITS = 10
COPIES = 4
LIMITS = {"embedded": 5, "gremlin": 25, "fuseki": 40}
"""Milliseconds that the 95th percentile of a page may take."""
RECORDS = record_iri("", "", "").rstrip("/")

Page = tuple[Sequence[str], frozenset[str]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load-into", metavar="ADDRESS", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load_into:
        loader = opened(asked.load_into)
        loader.load([asked.graph])
        loader.close()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = {"embedded": str(folder / "graph")}
        for name in ("gremlin", "fuseki"):
            server = STARTERS[name]()
            stack.callback(server.close)
            addresses[name] = server.address
        stores = {name: opened(address) for name, address in addresses.items()}
        part, changed = folder / "all.nq", folder / "changed.nq"
        part.write_bytes(b"".join(lines_of(asked.graph)))
        count = change(part, changed)
        loads = {name: timed(store, "load", part) for name, store in stores.items()}
        pages = pages_of(asked.data, asked.graph, asked.pages)
        neighbourhoods(stores, pages, asked.rounds)
        for name, store in stores.items():
            seconds = timed(store, "replace", changed)
            print(f"{name}: load {loads[name]:.1f} s; replacing {count} records {seconds:.2f} s = {seconds / loads[name]:.1%} (at most 5%)")
            store.close()
        for name, address in addresses.items():
            memory(name, address, part, folder)


def opened(address: str) -> Any:
    """The store at an address of a server, or in a folder."""
    if address.startswith("ws://"):
        return GremlinStore(address)
    return SparqlStore(address) if address.startswith("http://") else OxigraphStore.open(Path(address))


def lines_of(graph: Path) -> Iterator[bytes]:
    """The lines of N-Quads."""
    with gzip.open(graph) if graph.suffix == ".gz" else graph.open("rb") as lines:
        yield from lines


def change(part: Path, changed: Path) -> int:
    """Write a hundredth of the records anew, each with one literal changed; how many."""
    graphs: dict[bytes, list[bytes]] = {}
    for line in lines_of(part):
        graphs.setdefault(line.rsplit(b" ", 2)[1], []).append(line)
    chosen = random.Random(3).sample(sorted(graphs), max(1, len(graphs) // 100))
    with changed.open("wb") as out:
        for graph in chosen:
            lines = graphs[graph]
            place = next((number for number, line in enumerate(lines) if re.search(rb'" <[^>]*> \.\n$', line)), None)
            if place is not None:
                lines[place] = re.sub(rb'" (<[^>]*> \.\n)$', rb' (changed)" \1', lines[place])
            out.writelines(lines)
    return len(chosen)


def timed(store: GraphStore, work: str, part: Path) -> float:
    """Seconds of loading or replacing."""
    began = time.perf_counter()
    getattr(store, work)([part])
    return time.perf_counter() - began


class _Asked:
    """A graph store that notes what it is asked."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.pages: list[Page] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def neighbourhood(self, seeds: Sequence[str], hops: Sequence[Sequence[Step]], prefer: frozenset[str] = frozenset()) -> Neighbourhood:
        """Note, and answer."""
        self.pages.append((seeds, prefer))
        return self._store.neighbourhood(seeds, hops, prefer)


def pages_of(data: Path, graph: Path, count: int) -> list[Page]:
    """What as many searches ask that find ten hits, no two pages alike."""
    names = set()
    for element in elements(read_quads(graph)):
        if isinstance(element, Vertex):
            names.update(as_literal(text).value for text in element.values.get(property_key(PREF_LABEL), ()))
    workspace = Workspace(data)
    published = workspace.generation_folder(workspace.current())
    generation, store = Generation.open(published / "search"), OxigraphStore.open_read_only(published / "graph")
    noting: Any = _Asked(store)
    retriever = Retriever(generation, noting, None)
    pages: dict[frozenset[str], Page] = {}
    for name in random.Random(1).sample(sorted(names), len(names)):
        retriever.search(SearchRequest(name, limit=HITS))
        page = noting.pages.pop() if noting.pages else ((), frozenset())
        if len(set(page[0])) == HITS:
            pages[frozenset(page[0])] = page
        if len(pages) == count:
            break
    generation.close()
    store.close()
    return list(pages.values())


def neighbourhoods(stores: Mapping[str, GraphStore], pages: Sequence[Page], rounds: int) -> None:
    """Milliseconds of each store, and answers that differ from the embedded one's."""
    times: dict[str, list[float]] = {name: [] for name in stores}
    different = dict.fromkeys(stores, 0)
    for last in [False] * (rounds - 1) + [True]:
        for seeds, prefer in pages:
            answers = {}
            for name, store in stores.items():
                began = time.perf_counter()
                answers[name] = store.neighbourhood(seeds, HOPS, prefer)
                if last:
                    times[name].append(1000 * (time.perf_counter() - began))
            for name, answer in answers.items():
                different[name] += answer != answers["embedded"]
    base = statistics.median(times["embedded"])
    print(f"neighbourhoods of {len(pages)} pages of {HITS} hits")
    for name, some in times.items():
        middle, high = statistics.median(some), statistics.quantiles(some, n=20)[-1]
        print(
            f"{name}: p50 {middle:.1f} ms ({middle / base:.0f}x embedded), p95 {high:.1f} ms (at most {LIMITS[name]}), "
            f"{different[name]} answers differ"
        )


def memory(name: str, address: str, part: Path, folder: Path) -> None:
    """Peak memory of a process that loads the data, and of one that loads them several times over."""
    large = folder / "large.nq"
    with large.open("wb") as out:
        for number in range(COPIES):
            out.writelines(line.replace(f"<{RECORDS}".encode(), f"<{RECORDS}{number}".encode()) for line in lines_of(part))
    peaks = []
    for size, file in (("once", part), ("large", large)):
        target = address if "://" in address else f"{address}-{size}"
        if target == address:
            emptied = opened(address)
            emptied.clear()
            emptied.close()
        command = [sys.executable, "-m", "benchmarks.graph_stores", "-", str(file), "--load-into", target]
        peaks.append(int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) / 1024)
    print(f"{name}: peak memory of the loading process {peaks[0]:.0f} MB, of {COPIES} times the data {peaks[1]:.0f} MB")


if __name__ == "__main__":
    main()
