"""`ingest manifest` without embedding, beside rdflib building the same triples one by one; and the memory of four times the lines.

    python -m benchmarks.manifest_ingest [--lines 200000] [--baseline-lines 20000] [--data DIR] [--flat]

The manifest is drawn: two chained jobs on every line, a class of the scene and then boxes of what is in it. The baseline makes the terms
of the triples that the ingest wrote (read back from the parts' N-Quads, off the clock) and adds them to an rdflib Dataset one at a time:
it reads no manifest, and nothing can be searched. The first ratio is to that; the second one to having them on disk as N-Quads too, as the
ingest has them. It runs on the first lines, and rates are compared. `store alone` bounds both: the bulk load of one part into the embedded
graph store and nothing else.
With --data the data folder is kept, for benchmarks.label_filters. With --flat a quarter of the lines is ingested too, for the memory.
"""

import argparse
import gzip
import itertools
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import Spent, run_measured

DATASET = "streets"
SCENES = ("vehicles", "people", "crossing", "empty street")
THINGS = ("car", "bus", "lorry", "bicycle", "tram", "pedestrian", "child", "dog")
DAYS = 120


def write_manifest(file: Path, lines: int) -> None:
    """A manifest of street scenes: the class of each by one job, its boxes by a second job that ran on what the first one labeled."""
    drawn = random.Random(7)
    with file.open("w", encoding="utf-8") as out:
        for number in range(lines):
            out.write(json.dumps(_line(number, drawn), separators=(",", ":")) + "\n")


def _line(number: int, drawn: random.Random) -> dict[str, Any]:
    scene = drawn.randrange(len(SCENES))
    day = drawn.randrange(DAYS)
    boxes = [
        {
            "class_id": drawn.randrange(len(THINGS)),
            "left": drawn.randrange(900),
            "top": drawn.randrange(600),
            "width": drawn.randrange(8, 124),
            "height": drawn.randrange(8, 168),
            **({"label-category-attributes": {"moves": drawn.choice(("yes", "no"))}} if drawn.random() < 0.5 else {}),
        }
        for _ in range(drawn.randrange(1, 5))
    ]
    return {
        "source-ref": f"s3://demo-streets/frames/{number:08}.jpg",
        "scene": scene,
        "scene-metadata": {
            "class-name": SCENES[scene],
            "confidence": drawn.randrange(50, 96) / 100,
            "job-name": "labeling-job/street-scenes",
            "type": "groundtruth/image-classification",
            **_made(drawn, 2024, day),
        },
        "boxes": {"image_size": [{"width": 1024, "height": 768, "depth": 3}], "annotations": boxes},
        "boxes-metadata": {
            "objects": [{"confidence": drawn.randrange(50, 100) / 100} for _ in boxes],
            "class-map": {str(place): THINGS[place] for place in sorted({box["class_id"] for box in boxes})},
            "job-name": "labeling-job/street-boxes",
            "type": "groundtruth/object-detection",
            **_made(drawn, 2025, day),
        },
        "weather": drawn.choice(("clear", "rain", "fog", "snow")),
    }


def _made(drawn: random.Random, year: int, day: int) -> dict[str, str]:
    moment = f"{year}-{1 + day // 28:02}-{1 + day % 28:02}T{drawn.randrange(24):02}:{drawn.randrange(60):02}:12.131415"
    return {"human-annotated": "yes" if drawn.random() < 0.8 else "no", "creation-date": moment}


def ingest(manifest: Path, data: Path) -> tuple[dict[str, Any], Spent]:
    """The report of an ingest into a data folder, and what it took."""
    arguments = ["--data", str(data), "ingest", "manifest", str(manifest), "--dataset", DATASET, "--no-embed", "--json"]
    output, spent = run_measured("commissure", arguments)
    return json.loads(output), spent


@dataclass(frozen=True)
class Built:
    """How many triples rdflib built, in how many seconds, and in how many more it wrote them as N-Quads."""

    triples: int
    seconds: float
    writing: float


def baseline(data: Path, records: int, file: Path) -> Built:
    """Build the triples of so many records by rdflib, one by one, and write them."""
    from rdflib import Dataset, Literal, URIRef

    triples = 0
    seconds = 0.0
    dataset = Dataset()
    for rows in _batches(_quads(data), records):
        began = time.perf_counter()
        for subject, predicate, (value, datatype), graph in rows:
            term = Literal(value, datatype=URIRef(datatype)) if datatype is not None else URIRef(value)
            dataset.add((URIRef(subject), URIRef(predicate), term, URIRef(graph)))
        seconds += time.perf_counter() - began
        triples += len(rows)
    began = time.perf_counter()
    dataset.serialize(file, format="nquads", encoding="utf-8")
    return Built(triples, seconds, time.perf_counter() - began)


def store_alone(data: Path, folder: Path) -> tuple[int, float]:
    """(quads, seconds) of loading the largest part into an empty embedded store."""
    from graph.stores.oxigraph.store import OxigraphStore

    store = OxigraphStore.open(folder)
    began = time.perf_counter()
    count = store.load([max(_parts(data), key=lambda part: part.stat().st_size)])
    seconds = time.perf_counter() - began
    store.close()
    return count, seconds


def _parts(data: Path) -> list[Path]:
    return sorted(data.glob("parts/**/quads.nq.gz"))


Row = tuple[str, str, tuple[str, str | None], str]


def _quads(data: Path) -> Iterator[Row]:
    """Quads of the parts as strings: subject, predicate, object with its datatype (None for an IRI), graph."""
    import pyoxigraph

    for part in _parts(data):
        with gzip.open(part) as stream:
            for quad in pyoxigraph.parse(stream, format=pyoxigraph.RdfFormat.N_QUADS):
                value, datatype = quad.object.value, getattr(quad.object, "datatype", None)
                plain = datatype.value if datatype is not None else None
                yield quad.subject.value, quad.predicate.value, (value, plain), quad.graph_name.value


def _batches(quads: Iterator[Row], records: int) -> Iterator[list[Row]]:
    """The quads of so many records (a named graph each), a thousand records at a time."""
    by_record = itertools.groupby(quads, key=lambda quad: quad[3])
    for size in [1000] * (records // 1000) + [records % 1000]:
        if rows := [row for _, group in itertools.islice(by_record, size) for row in group]:
            yield rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--baseline-lines", type=int, default=20_000, metavar="N")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the data folder here; it must not hold anything yet")
    parser.add_argument("--flat", action="store_true", help="ingest a quarter of the lines too and compare the memory")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = arguments.data or Path(folder) / "data"
        manifest = Path(folder) / "streets.manifest"
        write_manifest(manifest, arguments.lines)
        load = os.getloadavg()[0]
        print(f"cores {os.cpu_count()}, load before {load:.1f}, {manifest.stat().st_size / 1e6:,.0f} MB", flush=True)
        report, spent = ingest(manifest, data)
        rate = report["quads"] / report["seconds"]
        print(f"commissure: {arguments.lines:,} lines, {report['quads']:,} quads in {report['seconds']:.1f} s: {rate:,.0f} quads/s")
        print(f"            {spent.processor:.0f} s of processor time; most memory {spent.memory:,.0f} MB", flush=True)
        built = baseline(data, min(arguments.baseline_lines, arguments.lines), Path(folder) / "baseline.nq")
        for name, seconds in (("in memory", built.seconds), ("and on disk", built.seconds + built.writing)):
            theirs = built.triples / seconds
            ratio, of_processor = rate / theirs, report["quads"] / spent.processor / theirs
            print(f"rdflib {name:11} {built.triples:,} triples, {theirs:,.0f}/s; ratio {ratio:.1f} (of processor time {of_processor:.1f})")
        loaded, alone = store_alone(data, Path(folder) / "store")
        bound = loaded / alone / (built.triples / built.seconds)
        print(f"store alone        {loaded:,} quads, {loaded / alone:,.0f}/s; {bound:.1f} times rdflib in memory", flush=True)
        if arguments.flat:
            write_manifest(manifest, arguments.lines // 4)
            _, fewer = ingest(manifest, Path(folder) / "fewer")
            print(f"memory      {fewer.memory:,.0f} MB for {arguments.lines // 4:,} lines, {spent.memory:,.0f} MB for {arguments.lines:,}")


if __name__ == "__main__":
    main()
