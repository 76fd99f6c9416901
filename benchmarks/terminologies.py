"""A terminology of 500,000 invented terms: compiled, opened, on disk, in memory; against a plain dictionary of its names in lower case.

With --data DIR, a data folder that may be changed: the terms are added there and dropped again, and what is held is read again both times.
"""

import argparse
import random
import resource
import string
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from commissure import workplace
from commissure.settings import load
from concepts.compiled import open_terminology
from concepts.terminology import Broader, Concept, Kind, Statement
from ingest import learning
from ingest.progress import Silent
from ingest.terminologies.formats import TerminologyFormat
from ingest.terminologies.shelf import Shelf, Source

SYSTEM = "urn:benchmark"


def statements(count: int) -> Iterator[Statement]:
    """Terms of two to six invented words, each below one of the third that came before."""
    chance = random.Random(1)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 10))) for _ in range(60_000)]
    for number in range(count):
        yield Concept(SYSTEM, str(number), " ".join(chance.choices(words, k=chance.randint(2, 6))), Kind.DISORDER)
        if number:
            yield Broader(SYSTEM, str(number), str(number // 3))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terms", type=int, default=500_000)
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    invented = TerminologyFormat("invented", "", lambda _: True, lambda *_: statements(asked.terms), "none", "")
    source = Source(Path(), invented, "benchmark", "")
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        began, clock = time.process_time(), time.monotonic()
        about = shelf.add(source).about
        spent, waited = time.process_time() - began, time.monotonic() - clock
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.process_time()
        plain = {each.label.lower(): each.code for each in statements(asked.terms) if isinstance(each, Concept)}
        baseline = time.process_time() - began
        clock = time.monotonic()
        opened = open_terminology(shelf.editions()["benchmark"])
        took = time.monotonic() - clock
        assert len(opened.vocabulary) == about.concepts and plain
    print(f"{about.concepts:,} terms compiled: {spent:.1f} s of processor ({waited:.1f} s), {spent / baseline:.1f} x a plain dictionary")
    print(f"at most {peak:,.0f} MB of memory; {about.bytes / 1e6:,.1f} MB on disk, all that readers share; opened in {took * 1000:.1f} ms")
    if asked.data:
        settings = load({"data": str(asked.data)})
        workspace, tools = workplace.workspace(settings), workplace.tools(settings)
        for what in ("added", "dropped"):
            clock = time.monotonic()
            run = (workspace, tools, 0, Silent())
            done = learning.add(source, *run) if what == "added" else learning.drop("benchmark", *run)
            print(f"{what}: {done.read.texts:,} distinct texts read again, {time.monotonic() - clock:.1f} s in all")


if __name__ == "__main__":
    main()
