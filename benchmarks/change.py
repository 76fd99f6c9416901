"""What one changed record costs, beside bringing in everything.

    python -m benchmarks.change EXPORT [--type Condition] [--times N]

EXPORT is a FHIR bulk export as NDJSON. It is brought in without embedding; then one record is changed and brought in again, in a file of
its own and by giving the whole export with the one file that differs. Times are by the clock and of processors, of whole commands.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import Spent, run_measured


def ingest(given: Path, data: Path) -> tuple[dict[str, object], float, Spent]:
    """The report of one ingest in a fresh process, its seconds by the clock, and what its processes took."""
    began = time.perf_counter()
    options = ["--dataset", "bench", "--no-embed", "--json"]
    output, spent = run_measured("commissure", ["--data", str(data), "ingest", "fhir", str(given), *options], ended=(0, 3))
    return json.loads(output), time.perf_counter() - began, spent


def changed(file: Path, turn: int) -> str:
    """The line of a file's middle record with another date, written into the file in place of the old one."""
    lines = file.read_text("utf-8").splitlines()
    middle = len(lines) // 2
    record = json.loads(lines[middle])
    record["meta"] = {**record.get("meta", {}), "lastUpdated": f"2030-01-01T00:{turn:02}:00Z"}
    lines[middle] = json.dumps(record, ensure_ascii=False)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines[middle] + "\n"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("--type", default="Condition", help="type of the record that changes")
    parser.add_argument("--times", type=int, default=3, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work, data = Path(folder), Path(folder) / "data"
        export = Path(shutil.copytree(arguments.export, work / "export"))
        report, seconds, spent = ingest(export, data)
        held = report["records"]
        print(f"everything: {held['read']:,} records in {seconds:.1f} s, {spent.processor:.1f} s of processor time")
        file = next(iter(sorted(export.rglob(f"{arguments.type}*.ndjson"))))
        delta = work / "changed.ndjson"
        turn = iter(range(60))

        def alone() -> Path:
            delta.write_text(changed(file, next(turn)), encoding="utf-8")
            return delta

        def among_all() -> Path:
            changed(file, next(turn))
            return export

        ways: dict[str, Callable[[], Path]] = {"one changed record, in a file of its own": alone, "with all files": among_all}
        for name, way in ways.items():
            found = []
            for _ in range(arguments.times):
                report, took, cost = ingest(way(), data)
                if report["records"]["changed"] != 1:
                    raise SystemExit(f"{name}: {report['records']} is not one change")
                found.append((took, cost.processor))
            clock, processor = (statistics.median(each) for each in zip(*found, strict=True))
            print(f"{name}: {clock:.1f} s, {processor:.1f} s of processor time; {clock / seconds:.3f} of everything by the clock")


if __name__ == "__main__":
    main()
