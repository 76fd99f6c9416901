"""A believable FHIR R4 export that the project writes itself, for demonstrations and tests.

The people are invented; codes are real. The same arguments write the same bytes: nothing depends on the clock, the locale or the machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample.export import SampleSummary

EXAMPLE_QUESTIONS: tuple[str, ...] = (
    "woman treated with cisplatin and paclitaxel",
    "shortness of breath without fever after starting a beta blocker",
    "mother had breast cancer and the patient is worried about her own risk",
    "lithium level too high, tremor and unsteady gait",
    "child with fever for five days, red eyes and a peeling rash",
    "heart failure improved after sacubitril/valsartan was started",
    "pneumonia treated with antibiotics and now improving",
    "lower back pain treated with opioids",
)
"""Questions in plain words that find good notes in the sample."""


def write_sample(folder: Path, patients: int = 72, seed: int = 7, truth: Path | None = None) -> "SampleSummary":
    """Writes the export as NDJSON files with a manifest into a folder, which is created if need be.

    `truth` is a file beside it for what the generator knows that its notes mention: one line a note with `record`, `mentions` (start, end,
    codes, assertion, value) and `known`, the parts (start, end) whose mentions are all told.
    """
    from sample.export import write

    return write(folder, patients, seed, truth)
