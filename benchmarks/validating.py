"""What it takes to tell that a record is valid, beside making it an instance of its class of fhir.resources.

    python -m benchmarks.validating EXPORT [--records 300]

EXPORT is any FHIR bulk export; of each of its files so many records are taken. Both judge the same records in one process, one after the
other, and the classes are loaded before either begins. Told by processor time, for each type and for all.
"""

import argparse
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.fhir.reader import read
from ingest.fhir.shapes import is_sure, model
from sources.blocks import Block
from sources.files import expand
from sources.model import SourceRecord


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("--records", type=int, default=300)
    asked = parser.parse_args()
    records: dict[str, list[dict[str, Any]]] = {}
    for file in expand([str(asked.export)]).files:
        found = (record for record in read(Block(file)) if isinstance(record, SourceRecord))
        for record in islice((record for record in found if model(record.kind)), asked.records):
            records.setdefault(record.kind, []).append(dict(record.resource))
    sure, glances, looks = 0, 0.0, 0.0
    print(f"{'':26} {'records':>8} {'sure':>8} {'µs':>8} {'classes, µs':>12}")
    for kind, some in sorted(records.items()):
        cls = model(kind)
        known = sum(is_sure(cls, each) for each in some)  # which elements go together is learned here, once
        glance, look = _timed(some, lambda each, cls=cls: is_sure(cls, each)), _timed(some, lambda each, cls=cls: _is_valid(cls, each))
        sure, glances, looks = sure + known, glances + glance, looks + look
        print(f"{kind:26} {len(some):8,} {known:8,} {glance / len(some) * 1e6:8.1f} {look / len(some) * 1e6:12.1f}")
    total = sum(map(len, records.values()))
    print(f"{'all':26} {total:8,} {sure:8,} {glances / total * 1e6:8.1f} {looks / total * 1e6:12.1f}   {looks / glances:.1f} x")


def _is_valid(cls: Any, resource: dict[str, Any]) -> bool:
    try:
        cls.model_validate(resource)
    except Exception:  # pydantic's own, and what fhir.resources raises besides
        return False
    return True


def _timed(resources: list[dict[str, Any]], judge: Callable[[dict[str, Any]], bool]) -> float:
    """Seconds of processor time for all of them, the least of three rounds."""
    rounds = []
    for _ in range(3):
        began = time.process_time()
        for each in resources:
            judge(each)
        rounds.append(time.process_time() - began)
    return min(rounds)


if __name__ == "__main__":
    main()
