"""The records that a view runs over: those of its resource type, of one dataset or of all, as they came in; or of some patients."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cohorts.views.compile import View
from cohorts.views.run import run
from ingest import bulk
from ingest.workspace import Workspace
from sources.errors import SourceNotFound


def records(workspace: Workspace, resource: str, dataset: str | None = None) -> Iterator[bytes]:
    """The records of a type, a line each. Raises UnknownDataset, SourceNotFound where there is no dataset at all, IngestError."""
    if dataset is not None:
        return bulk.ndjson(dataset, workspace, (resource,)) if resource in bulk.kinds(dataset, workspace) else iter(())
    return (line for name in _datasets(workspace) for line in records(workspace, resource, name))


def rows_of_patients(workspace: Workspace, view: View, patients: Mapping[str, Collection[str]], dataset: str | None) -> Iterator[Any]:
    """The rows of a view `of_patients`, a dataset after the other: an id means somebody else in each. Raises as `records` and `run` do."""
    for name in [dataset] if dataset is not None else _datasets(workspace):
        yield from run(view, records(workspace, view.resource, name), patients.get(name, ()))


def _datasets(workspace: Workspace) -> list[str]:
    with workspace.reading() as ledger:
        names = sorted(ledger.datasets()) if ledger is not None else []
    if not names:
        raise SourceNotFound("nothing has been ingested yet: `commissure ingest fhir` does it, `commissure demo` loads the sample")
    return names
