"""What is read in the sample's notes, against what the generator knows that it wrote there: precision, recall and F1 by assertion.

    python -m benchmarks.sample_truth [--seed 11] [--patients 72] [--wrong 20]

The whole chain is measured: an export is written, ingested (without vectors), and the mentions are taken from the catalog. A mention is
right where it overlaps one that was written, names one of its codes, and means it alike; a value is right where it is the one written.
Beyond what was written, mentions are counted as wrong in those parts of notes of which the generator knows all (`sample.marks`).
The rules were looked at with seed 7, which `make demo` shows; other seeds are new to them. `--wrong` prints that many that are not right.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concepts.model import READ, Assertion
from sample import write_sample
from search.tables.catalog_file import read_only

_MENTIONS = """
SELECT d.record, m.start, m.stop, m.assertion, m.value, coalesce(u.code, '') FROM mentions m JOIN documents d ON d.row = m.document
LEFT JOIN (SELECT DISTINCT concept, code FROM uses) u ON u.concept = m.concept WHERE m.source = ? ORDER BY 1, 2
"""


@dataclass(slots=True)
class Score:
    """Of one assertion: `right` mentions, those `missed` (not read, or read otherwise), and those read `wrong`."""

    right: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        """Share of what was read that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what was written that is read right."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


@dataclass(slots=True)
class Measured:
    """Scores by assertion, `found` for names and concepts alone, `values`, and what is not right, in words."""

    by: dict[str, Score] = field(default_factory=lambda: {each.value: Score() for each in Assertion})
    found: Score = field(default_factory=Score)
    values: Score = field(default_factory=Score)
    errors: list[str] = field(default_factory=list)

    @property
    def all(self) -> Score:
        """All assertions together."""
        scores = self.by.values()
        return Score(sum(one.right for one in scores), sum(one.missed for one in scores), sum(one.wrong for one in scores))

    def lines(self) -> Iterator[str]:
        """The table."""
        yield f"{'':22}{'precision':>10}{'recall':>10}{'F1':>10}{'written':>10}{'read':>10}"
        by = {name: one for name, one in self.by.items() if one.right + one.missed + one.wrong}
        named = {**by, "concept and assertion": self.all, "concept alone": self.found, "values": self.values}
        for name, one in named.items():
            counts = f"{one.right + one.missed:>10}{one.right + one.wrong:>10}"
            yield f"{name:22}{one.precision:>10.3f}{one.recall:>10.3f}{one.f1:>10.3f}{counts}"


def measure(folder: Path, patients: int, seed: int) -> Measured:
    """Write, ingest and compare in an empty folder. Raises subprocess.CalledProcessError where the ingest fails."""
    write_sample(folder / "export", patients, seed, folder / "truth.jsonl")
    command = ["--data", str(folder / "data"), "ingest", "fhir", str(folder / "export"), "--dataset", "sample", "--no-embed"]
    subprocess.run([sys.executable, "-m", "commissure", *command], check=True, capture_output=True)
    catalogs = sorted((folder / "data" / "generations").glob("*/search/catalog.sqlite"))
    with closing(read_only(catalogs[-1])) as db:
        read: dict[str, list[tuple[Any, ...]]] = {}
        for record, *mention in db.execute(_MENTIONS, (READ,)):
            read.setdefault("/".join(record.rsplit("/", 2)[1:]), []).append(tuple(mention))
        told = db.execute("SELECT d.record, t.text FROM documents d JOIN texts t USING (row)")
        texts = {"/".join(record.rsplit("/", 2)[1:]): text for record, text in told}
    measured = Measured()
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        compare(truth, read.get(truth["record"], []), texts.get(truth["record"], ""), measured)
    return measured


def compare(truth: dict[str, Any], read: Iterable[tuple[Any, ...]], text: str, measured: Measured) -> None:
    """Add one note: `read` are (start, end, assertion, value, code)."""
    left = list(read)
    for written in truth["mentions"]:
        start, end, meant = written["start"], written["end"], written["assertion"]
        one = next((each for each in left if each[0] < end and each[1] > start and each[4] in written["codes"]), None)
        if one is None:
            measured.found.missed += 1
            measured.by[meant].missed += 1
            measured.errors.append(f"not read: {_quoted(text, start, end)}")
            continue
        left.remove(one)
        measured.found.right += 1
        if one[2] == meant:
            measured.by[meant].right += 1
        else:
            measured.by[meant].missed += 1
            measured.by[one[2]].wrong += 1
            measured.errors.append(f"{one[2]}, not {meant}: {_quoted(text, start, end)}")
        if written["value"]:
            measured.values.right += one[3] == written["value"]
            measured.values.missed += one[3] != written["value"]
            measured.values.wrong += one[3] not in ("", written["value"])
    for start, end, meant, _, code in left:
        if any(begin <= start and end <= last for begin, last in truth["known"]):
            measured.by[meant].wrong += 1
            measured.found.wrong += 1
            measured.errors.append(f"not written ({code}): {_quoted(text, start, end)}")


def _quoted(text: str, start: int, end: int) -> str:
    return f"…{text[max(0, start - 50) : start]}[{text[start:end]}]{text[end : end + 40]}…".replace("\n", " ¶ ")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--patients", type=int, default=72)
    parser.add_argument("--wrong", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), given.patients, given.seed)
    print("\n".join(measured.lines()))
    kinds = Counter(measured.errors)
    for error in list(kinds)[:: max(1, len(kinds) // given.wrong)] if given.wrong else ():
        print(error)


if __name__ == "__main__":
    main()
