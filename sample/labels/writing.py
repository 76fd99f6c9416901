"""Ground Truth's JSON as the sample writes it: lines, label metadata, moments."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FAILURE: Final = (
    "ClientError: Annotation tasks expired.  Probable Reasons are 1) TaskAvailabilityLifetimeInSeconds parameter is too small.  "
    "2) Reward is too low for workers to work on the task.  3) If you use a custom html template, your template may be broken.  "
    "4) Data (image/video/text) sent for annotation is broken or too big, preventing completion.  5) All workers declined the tasks."
)
"""What the service writes where nobody answered in time, two blanks and all."""

Line = dict[str, Any]


def label(line: Line, job: str, value: Any, details: Mapping[str, Any], type_: str, created: datetime, *, human: bool = True) -> None:
    """Give a line the label of a job, under the attribute that the console proposes: the job's name."""
    line[job] = value
    line[f"{job}-metadata"] = {
        **details,
        "type": f"groundtruth/{type_}",
        "job-name": f"labeling-job/{job}",
        "human-annotated": "yes" if human else "no",
        "creation-date": created.isoformat(timespec="microseconds"),
    }


def fail(line: Line, job: str) -> None:
    """Mark a line as one that a job could not label. The service does not say which job it was: only the attribute does."""
    line[f"{job}-metadata"] = {"retry-count": 1, "failure-reason": FAILURE, "human-annotated": "true"}


def write_json(path: Path, content: Any, indent: int | None = None) -> None:
    """Write one document; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    separators = (",", ":") if indent is None else None
    path.write_bytes((json.dumps(content, ensure_ascii=False, separators=separators, indent=indent) + "\n").encode())


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode())
