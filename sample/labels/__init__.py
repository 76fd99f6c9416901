"""Labeled data that the project writes itself, beside the FHIR export: street scenes with chained jobs, and labels over clinical notes.

The pictures are drawn and the workers invented. The same arguments write the same bytes, on any machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample.labels.write import LabeledSample


def write_labels(folder: Path, export: Path, seed: int = 7) -> "LabeledSample":
    """Writes the street scenes and the labels of an export's notes into a folder, which is created if need be."""
    from sample.labels.write import write

    return write(folder, export, seed)
