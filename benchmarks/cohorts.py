"""A cohort with attrition over made-up events: the columns against DuckDB over Parquet, in the same run.

    python -m benchmarks.cohorts [--patients 200000] [--events 10000000] [--concepts 20000] [--times 20]

Concepts are as frequent as Zipf has it. The cohort: an index event, another within 365 days, an age, and no third one before; counted for
frequent and for rarer concepts. Both must count the same patients. The issue's size is --patients 1000000 --events 50000000.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cohorts.arrays import count_cohort
from cohorts.definition import Definition
from cohorts.duck import count_parquet, write_parquet
from cohorts.events import KINDS, NO_DAY, ROWS, Events, People, Results, Texts, sorted_events
from cohorts.exported import tables_of
from cohorts.making import open_events, save_events
from cohorts.reading import definition_of
from cohorts.resolving import Concepts, Resolution


def generated(patients: int, number: int, concepts: int, seed: int = 7) -> Events:
    """Events of one kind, between 2000 and 2020."""
    dice = np.random.default_rng(seed)
    shares = 1 / np.arange(1, concepts + 1)
    frequent = np.searchsorted(np.cumsum(shares / shares.sum()), dice.random(number)).clip(0, concepts - 1)
    days = dice.integers(10_957, 18_262, number, dtype=np.int32)
    nothing = np.broadcast_to(np.int8(-1), number)
    columns: dict[str, Any] = {
        **dict.fromkeys(ROWS, nothing),
        "kinds": np.full(number, KINDS.index("condition"), np.int8),
        "patients": dice.integers(0, patients, number, dtype=np.int32),
        "events": np.arange(number, dtype=np.int32),
        "concepts": frequent.astype(np.int32),
        "days": days,
        "ends": days,
        "precisions": np.full(number, 3, np.int8),
        "datasets": np.zeros(number, np.int8),
        "supplies": np.full(number, np.nan, np.float32),
    }
    nobody = np.full(patients, NO_DAY, np.int32)
    born = dice.integers(-14_610, 14_610, patients, dtype=np.int32)
    people = People(np.ones(patients, np.int8), born, nobody, np.zeros(patients, np.int16), np.zeros(patients, np.int16), nobody, nobody)
    none = np.empty(0)
    found = Results(none, none, none, none, none.astype(np.int16), none.astype(np.int32))
    return sorted_events(columns, concepts, people, found, Texts(sexes=("female",), datasets=("made-up",)))


def cohort(index: int, within: int, before: int) -> tuple[Definition, Resolution]:
    """The definition over three concepts, and what they are."""
    asked = {
        "format": "commissure-cohort/1",
        "sets": {name: [str(code)] for name, code in (("a", index), ("b", within), ("c", before))},
        "entry": {"any": [{"event": "condition", "in": "a"}]},
        "rules": [
            {"event": "condition", "in": "b", "start": [0, 365]},
            {"age": [18, None]},
            {"event": "condition", "in": "c", "start": [None, -1], "count": {"eq": 0}},
        ],
    }
    named = (("a", index), ("b", within), ("c", before))
    sets = {name: Concepts(np.asarray([code], np.int32), frozenset((f"c{code}",))) for name, code in named}
    return definition_of(asked), Resolution(sets)


def timed(work: Callable[[], Any], times: int) -> tuple[float, float, Any]:
    """Median and 95th percentile of the seconds that it takes, and what comes of it."""
    seconds, result = [], work()
    for _ in range(times):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)), float(np.percentile(seconds, 95)), result


def main() -> None:
    """Make, save, open, count both ways, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("patients", 200_000), ("events", 10_000_000), ("concepts", 20_000), ("times", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "events"
        began = time.perf_counter()
        save_events(generated(given.patients, given.events, given.concepts), folder)
        print(f"{given.events:,} events of {given.patients:,} patients made and written in {time.perf_counter() - began:.1f} s")
        median, _, events = timed(lambda: open_events(folder), 3)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"columns: {size / 2**20:,.0f} MB, opened in {median * 1000:.1f} ms")
        names = [f"c{code}" for code in range(given.concepts)]
        write_parquet(tables_of(events, [f"p{code}" for code in range(given.patients)], names), Path(work) / "tables")
        for said, codes in (("frequent", (0, 2, 9)), ("less so", (20, 100, 400))):
            definition, resolution = cohort(*codes)
            counted = [int(events.concept_offsets[code + 2] - events.concept_offsets[code + 1]) for code in codes]
            arrays = timed(lambda d=definition, r=resolution: count_cohort(events, d, r), given.times)
            duck = timed(lambda d=definition, r=resolution: count_parquet(Path(work) / "tables", d, r), max(1, given.times // 5))
            if arrays[2].steps != duck[2].steps:
                raise SystemExit(f"they do not count the same: {arrays[2].steps}, {duck[2].steps}")
            print(f"{said} ({', '.join(f'{number:,}' for number in counted)} events; {arrays[2].patients:,} patients in the cohort)")
            for name, (middle, high, _) in (("columns", arrays), ("DuckDB on Parquet", duck)):
                print(f"  {name:20} median {middle * 1000:8.1f} ms, 95th percentile {high * 1000:8.1f} ms")
            print(f"  {duck[0] / arrays[0]:.1f} ×")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB of memory, making the events included")


if __name__ == "__main__":
    main()
