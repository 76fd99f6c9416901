"""The records that a view runs over: those of its resource type, of one dataset or of all, as they came in."""

from collections.abc import Iterator

from ingest import bulk
from ingest.workspace import Workspace
from sources.errors import SourceNotFound


def records(workspace: Workspace, resource: str, dataset: str | None = None) -> Iterator[bytes]:
    """The records of a type, a line each. Raises UnknownDataset, SourceNotFound where there is no dataset at all, IngestError."""
    if dataset is not None:
        return bulk.ndjson(dataset, workspace, (resource,)) if resource in bulk.kinds(dataset, workspace) else iter(())
    with workspace.reading() as ledger:
        names = sorted(ledger.datasets()) if ledger is not None else []
    if not names:
        raise SourceNotFound("nothing has been ingested yet: `commissure ingest fhir` does it, `commissure demo` loads the sample")
    return (line for name in names for line in records(workspace, resource, name))
