"""`manifest select` beside Python's `json.loads` and a test of each line, on the same file in the same run.

    python -m benchmarks.manifest_select [--lines 1000000] [--rounds 3] [--manifest FILE]

The file is drawn: labels of two chained jobs, a class and boxes (650 bytes a line). Both sides must give the same bytes. The ratio is of
the best rounds (CPU seconds beside it: on a busy machine they tell more); the memory is the most the process held so far.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from labels.manifests.lines import locate
from labels.manifests.s3select.run import select

JOB = "street-vehicles-metadata"
QUESTIONS: dict[str, tuple[str, Callable[[dict], bool]]] = {
    "class": (
        f"""select * from s3object s where s."{JOB}"."class-name" = 'bus'""",
        lambda line: line.get(JOB, {}).get("class-name") == "bus",
    ),
    "confidence": (
        f"""select * from s3object s where s."{JOB}"."human-annotated" in ('yes') and s."{JOB}"."confidence" < 0.6""",
        lambda line: line.get(JOB, {}).get("human-annotated") == "yes" and line[JOB].get("confidence", 1) < 0.6,
    ),
    "missing": ("select * from s3object s where s.boxes is missing", lambda line: "boxes" not in line),
}


def write_manifest(file: Path, lines: int) -> None:
    """A manifest of street scenes: a class for each image, boxes for nine in ten."""
    drawn = random.Random(7)
    classes = ["car", "bus", "lorry", "bicycle", "tram"]
    common = {"human-annotated": "yes", "creation-date": "2024-03-05T10:11:12.131415"}
    with file.open("w") as out:
        for number in range(lines):
            kind = drawn.randrange(len(classes))
            line: dict[str, object] = {"source-ref": f"s3://demo-streets/frames/{number:08}.jpg", "street-vehicles": kind}
            job = {"job-name": "labeling-job/street-vehicles", "type": "groundtruth/image-classification"}
            line[JOB] = {"class-name": classes[kind], "confidence": drawn.randrange(50, 96) / 100, **job, **common}
            if drawn.random() < 0.9:
                boxes = [
                    {"class_id": drawn.randrange(5), "left": drawn.randrange(900), "top": drawn.randrange(600), "width": 80.4, "height": 60}
                    for _ in range(drawn.randrange(4))
                ]
                used = {str(box["class_id"]): classes[int(box["class_id"])] for box in boxes}
                line["boxes"] = {"image_size": [{"width": 1024, "height": 768, "depth": 3}], "annotations": boxes}
                job = {"job-name": "labeling-job/boxes", "type": "groundtruth/object-detection"}
                line["boxes-metadata"] = {"objects": [{"confidence": 0.9} for _ in boxes], "class-map": used, **job, **common}
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


def by_python(file: Path, test: Callable[[dict], bool]) -> int:
    """Bytes of the lines that pass."""
    size = 0
    with file.open("rb") as lines:
        for line in lines:
            if test(json.loads(line)):
                size += len(line)
    return size


def by_select(file: Path, statement: str) -> int:
    """Bytes of the answer."""
    return sum(len(piece) for piece in select(statement, locate([str(file)])[0], _fail))


def _fail(issue: object) -> None:
    raise AssertionError(issue)


def most_memory() -> int:
    """MiB that the process held at most."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def timed(work: Callable[[], int], rounds: int) -> tuple[float, float, int]:
    """Seconds and CPU seconds of the best rounds, and the result."""
    best, cpu, result = float("inf"), float("inf"), 0
    for _ in range(rounds):
        start, cpu_start = time.perf_counter(), time.process_time()
        result = work()
        best, cpu = min(best, time.perf_counter() - start), min(cpu, time.process_time() - cpu_start)
    return best, cpu, result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--manifest", type=Path, help="Use (and keep) this file; it is drawn if it is not there.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.manifest or Path(folder) / "x.manifest"
        if not file.exists():
            write_manifest(file, arguments.lines)
        small = Path(folder) / "small.manifest"
        write_manifest(small, 1_000)
        by_select(small, QUESTIONS["class"][0])
        print(f"{file.stat().st_size / 1e6:,.0f} MB; memory before {most_memory():,} MiB")
        for name, (statement, test) in QUESTIONS.items():
            ours, our_cpu, found = timed(lambda statement=statement: by_select(file, statement), arguments.rounds)
            held = most_memory()
            python, python_cpu, expected = timed(lambda test=test: by_python(file, test), arguments.rounds)
            assert found == expected, (name, found, expected)
            print(
                f"{name:10} select {ours:6.2f} s ({our_cpu:.2f} s of CPU)   json.loads and test {python:6.2f} s ({python_cpu:.2f})   "
                f"ratio {python / ours:4.1f} (of CPU {python_cpu / our_cpu:.1f})   {found / 1e6:,.1f} MB found   most memory {held:,} MiB",
                flush=True,
            )


if __name__ == "__main__":
    main()
