"""What the bulk loader of a graph store could not take, as issues of a run: with the source file and line it was made from."""

import gzip
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from graph.stores.neptune.loader_model import LoadError, LoadReport
from ingest.staging import QUADS, SUMMARY, Part
from sources.model import Issue, Severity

CODE = "graph-store"
_GRAPH = re.compile(rb"<([^<>]*)> \.\s*\Z")
"""The last term of a line of N-Quads."""


def loader_issues(report: LoadReport) -> Iterator[Issue]:
    """One issue for each error. Where a line of a part is named, it tells the record, and the record its source."""
    for error in report.errors:
        source, line, record = _origin(error)
        yield Issue(Severity.REJECT, CODE, f"the graph store's loader: {error.code}: {error.message}", source, line, record)


def _origin(error: LoadError) -> tuple[str, int, str]:
    """Source, line and record of an error; the loader's own file and number where they cannot be found out."""
    path = Path(error.file)
    if path.name != QUADS or not (path.parent / SUMMARY).is_file():
        return error.file, error.record, ""
    with gzip.open(path, "rb") as lines:
        found = _GRAPH.search(next(islice(lines, max(error.record - 1, 0), None), b""))
    record = found[1].decode() if found else ""
    staged = next((one for one in Part(path.parent).records() if one.record == record), None)
    return (staged.source, staged.line, record) if staged else (error.file, error.record, record)
