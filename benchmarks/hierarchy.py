"""A hierarchy as large as SNOMED CT's: how long its closure takes to build and to open, how much memory, and what a question costs.

    python -m benchmarks.hierarchy [--concepts 350000]

The hierarchy is generated: every concept but the first has one to three broader ones, most of them close to the top, so that a concept has
about as many ancestors as there (20). The baseline closes the same pairs with sets in plain Python.
"""

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concepts.hierarchy import build_hierarchy, open_hierarchy, save_hierarchy


def generated(concepts: int, seed: int = 7) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(narrower, broader) pairs of a directed acyclic graph."""
    dice = random.Random(seed)
    narrower, broader = [], []
    for concept in range(1, concepts):
        for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
            narrower.append(concept)
            broader.append(int(concept * dice.random() ** 3))
    return np.asarray(narrower, dtype=np.int64), np.asarray(broader, dtype=np.int64)


def in_plain_python(narrower: NDArray[np.int64], broader: NDArray[np.int64], concepts: int) -> int:
    """How many pairs the closure of the same hierarchy has."""
    parents: list[list[int]] = [[] for _ in range(concepts)]
    for low, high in zip(narrower.tolist(), broader.tolist(), strict=True):
        parents[low].append(high)
    above: list[set[int]] = []
    for each in parents:
        above.append(set(each).union(*(above[parent] for parent in each)))
    return sum(len(each) for each in above)


def main() -> None:
    """Build, save, open, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concepts", type=int, default=350_000)
    concepts = parser.parse_args().concepts
    narrower, broader = generated(concepts)
    build_hierarchy(narrower[:9], broader[:9], concepts)  # what numpy loads on first use is not the hierarchy's
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    hierarchy = build_hierarchy(narrower, broader, concepts)
    took = time.perf_counter() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024
    if hierarchy.above is None:
        raise SystemExit("the closure was too large to hold")
    pairs = len(hierarchy.above.values)
    print(f"{concepts:,} concepts, {len(narrower):,} stated pairs, {pairs:,} in the closure: {took:.1f} s, {grown:.0f} MB more at most")
    with tempfile.TemporaryDirectory() as folder:
        save_hierarchy(hierarchy, Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        begun = time.perf_counter()
        opened = open_hierarchy(Path(folder))
        took_open = time.perf_counter() - begun
        begun = time.perf_counter()
        for concept in range(1000):
            opened.with_narrower([concept])
        asked = (time.perf_counter() - begun) / 1000
    print(f"on disk {size:.0f} MB, opened in {took_open * 1000:.1f} ms, everything narrower than a concept in {asked * 1e6:.0f} us")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    counted = in_plain_python(narrower, broader, concepts)
    plain = time.perf_counter() - begun
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if counted != pairs:
        raise SystemExit("the two closures differ")
    print(f"sets in plain Python: {plain:.1f} s ({plain / took:.1f} x as long), {more:.0f} MB more at most, upwards only")


if __name__ == "__main__":
    main()
