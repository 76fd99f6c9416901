"""What two checkouts of this project take for the same work, in turns, side by side: ingest, joined search, filters of labels.

    python -m benchmarks.checkouts BASELINE EXPORT [--pairs 3] [--lines 20000] [--requests 200] [--embeddings FILE]

BASELINE is the folder of the other checkout (`git worktree add --detach BASELINE COMMIT`); both run in this interpreter's environment. The
processor time is that of all processes of a run, workers included, as the system counts it when they end: a busy machine disturbs it less
than seconds, though still by a tenth, so look at the least of several pairs. Of an ingest memory and disk are told too.

The folders of the last pair are embedded and served: questions in everyday words and for concepts that the data has, then filters and
facets of a drawn manifest of so many lines; `--requests 0` leaves that out. With --embeddings both begin with what that file
(`embeddings.sqlite` of a data folder with this export) holds, for the model would read each passage once for either.
"""

import argparse
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks.answers import compare_filters, compare_searches
from benchmarks.manifest_ingest import write_manifest

_ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of Linux: processes whose parent has ended become children of this one, so that it learns what they took."""


@dataclass(frozen=True)
class Taken:
    """Of one ingest: seconds of processor time in programs and in the system, MB resident in its largest process, MB on disk."""

    user: float
    system: float
    memory: float
    disk: float


def ingest(checkout: Path, folder: Path, form: str, source: Path, *options: str) -> Taken:
    """Ingest into a data folder by the code of a checkout. Raises RuntimeError where it fails."""
    command = [sys.executable, "-m", "commissure", "--data", str(folder), "ingest", form, str(source), "--dataset", "bench", *options]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    user = system = memory = 0.0
    while True:
        try:
            ended, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        user, system, memory = user + usage.ru_utime, system + usage.ru_stime, max(memory, usage.ru_maxrss / 1024)
        if ended == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 3):
                raise RuntimeError(f"the ingest by {checkout} ended with status {process.returncode}")
    return Taken(user, system, memory, sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6)


def ingest_in_turns(checkouts: Sequence[Path], folders: Sequence[Path], form: str, source: Path, pairs: int) -> None:
    """Ingest without embedding into new folders, so many times, and print what it took; those of the last time are left."""
    taken: tuple[list[Taken], list[Taken]] = [], []
    for _ in range(pairs):
        for checkout, folder, found in zip(checkouts, folders, taken, strict=True):
            shutil.rmtree(folder, ignore_errors=True)
            found.append(ingest(checkout, folder, form, source, "--no-embed"))
    for field in fields(Taken):
        before, after = ([getattr(each, field.name) for each in found] for found in taken)
        middle, least = (statistics.median(before), statistics.median(after)), (min(before), min(after))
        print(
            f"{f'ingest {form}, {field.name}':32} {middle[0]:10.2f} {middle[1]:10.2f} {middle[1] / middle[0]:6.2f}"
            f"   {least[0]:10.2f} {least[1]:10.2f} {least[1] / least[0]:6.2f}",
            flush=True,
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("export", type=Path)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--embeddings", type=Path)
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    checkouts = asked.baseline.resolve(), Path(__file__).resolve().parent.parent
    print(f"{'':32} {'baseline':>10} {'this one':>10} {'ratio':>6}   least of each, ratio")
    with tempfile.TemporaryDirectory() as work:
        folders = Path(work) / "baseline", Path(work) / "this"
        export = asked.export.resolve()
        ingest_in_turns(checkouts, folders, "fhir", export, asked.pairs)
        if not asked.requests:
            return
        for checkout, folder in zip(checkouts, folders, strict=True):
            if asked.embeddings is not None:
                shutil.copy(asked.embeddings, folder / "embeddings.sqlite")
            ingest(checkout, folder, "fhir", export)
        compare_searches(checkouts, folders, asked.requests)
        manifest = Path(work) / "streets.manifest"
        write_manifest(manifest, asked.lines)
        ingest_in_turns(checkouts, folders, "manifest", manifest, asked.pairs)
        compare_filters(checkouts, folders, asked.requests)


if __name__ == "__main__":
    main()
