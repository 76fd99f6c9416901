"""What the default graph of the embedded store costs, beside named graphs alone: load, disk, reads, removal, a query.

    python -m benchmarks.default_graph GRAPH.nq[.gz] [--rounds 3]

GRAPH is the export of a data folder (`commissure graph export --format nquads`). Each figure is the median of the rounds and its ratio to
the same with named graphs alone, in the same run.
"""

import argparse
import gzip
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from graph.stores.oxigraph import loading
from graph.stores.oxigraph.links import CachedLinks

_BLOCK = 48_000_000
QUERY = "SELECT ?type (COUNT(*) AS ?n) { ?s a ?type } GROUP BY ?type"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    text = gzip.decompress(asked.graph.read_bytes()) if asked.graph.name.endswith(".gz") else asked.graph.read_bytes()
    figures: dict[str, tuple[list[float], list[float]]] = {}
    for number in range(asked.rounds):
        with tempfile.TemporaryDirectory() as work:
            for with_union in (False, True):
                for name, value in _measure(text, Path(work) / str(with_union), with_union, number):
                    figures.setdefault(name, ([], []))[with_union].append(value)
    print(f"{text.count(chr(10).encode()):,} quads")
    for name, (plain, union) in figures.items():
        before, after = statistics.median(plain), statistics.median(union)
        print(f"{name:28} {before:10.3f} {after:10.3f}   {after / before:.2f} x")


def _measure(text: bytes, folder: Path, with_union: bool, seed: int) -> Iterator[tuple[str, float]]:
    store = ox.Store(str(folder))
    seconds = _timed(lambda: _load(store, text, with_union))
    yield "load, s", seconds
    store.flush()
    yield "disk, MB", sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    nodes = [quad.subject.value for quad in islice(store.quads_for_pattern(None, None, None, None), 200_000)]
    nodes = random.Random(seed).sample(sorted(set(nodes)), min(3000, len(set(nodes))))
    yield (
        "reading 3,000 nodes, s",
        _timed(lambda: [list(_statements(store, node) if with_union else _pattern(store, node)) for node in nodes]),
    )
    yield "a query, s", _timed(lambda: list(store.query(QUERY, use_default_graph_as_union=not with_union)))  # type: ignore[call-overload]
    graphs = [graph.value for graph in islice(store.named_graphs(), 1000)]
    yield "removing 1,000 graphs, s", _timed(lambda: (loading.remove if with_union else _remove)(store, graphs))


def _load(store: ox.Store, text: bytes, with_union: bool) -> None:
    start = 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + _BLOCK) + 1
        block = text[start:end]
        if with_union:
            loading.bulk_load(store, block)
        else:
            store.bulk_load(block, ox.RdfFormat.N_QUADS)
        start = end


def _statements(store: ox.Store, node: str) -> Iterator[object]:
    return CachedLinks(store).statements(node)


def _pattern(store: ox.Store, node: str) -> Iterator[tuple[str, str, str]]:
    """As nodes were read while the default graph was empty."""
    for quad in store.quads_for_pattern(ox.NamedNode(node), None, None, None):
        yield quad.predicate.value, quad.object.value, quad.graph_name.value  # type: ignore[union-attr]


def _remove(store: ox.Store, graphs: list[str]) -> int:
    for graph in graphs:
        store.remove_graph(ox.NamedNode(graph))
    return len(graphs)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
