"""What an ingest of one export takes by two checkouts of this project, in turns: processor time, memory and disk of each, and their ratio.

    python -m benchmarks.checkouts BASELINE EXPORT [--pairs 3]

BASELINE is the folder of the other checkout (`git worktree add --detach BASELINE COMMIT`); both run in this interpreter's environment. The
processor time is that of all processes of a run, workers included, as the system counts it when they end: a busy machine disturbs it less
than seconds, though still by a tenth, so look at the least of several pairs.
"""

import argparse
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

_ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of Linux: processes whose parent has ended become children of this one, so that it learns what they took."""


@dataclass(frozen=True)
class Taken:
    """Of one ingest: seconds of processor time in programs and in the system, MB resident in its largest process, MB on disk."""

    user: float
    system: float
    memory: float
    disk: float


def ingest(checkout: Path, export: Path) -> Taken:
    """Ingest into a new data folder by the code of a checkout. Raises RuntimeError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "commissure", "--data", folder, "ingest", "fhir", str(export), "--dataset", "bench", "--no-embed"]
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
        return Taken(user, system, memory, sum(each.stat().st_size for each in Path(folder).rglob("*") if each.is_file()) / 1e6)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("export", type=Path)
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    checkouts = asked.baseline.resolve(), Path(__file__).resolve().parent.parent
    taken: tuple[list[Taken], list[Taken]] = [], []
    for _ in range(asked.pairs):
        for checkout, found in zip(checkouts, taken, strict=True):
            found.append(ingest(checkout, asked.export.resolve()))
    print(f"{'':8} {'baseline':>10} {'this one':>10} {'ratio':>6}   least of each, ratio")
    for field in fields(Taken):
        before, after = ([getattr(each, field.name) for each in found] for found in taken)
        middle, least = (statistics.median(before), statistics.median(after)), (min(before), min(after))
        print(
            f"{field.name:8} {middle[0]:10.2f} {middle[1]:10.2f} {middle[1] / middle[0]:6.2f}"
            f"   {least[0]:10.2f} {least[1]:10.2f} {least[1] / least[0]:6.2f}"
        )


if __name__ == "__main__":
    main()
