"""What datasets lack, of what is published and what the ledger knows."""

from cohorts.completeness import Completeness, completeness_of
from webapp.library import Library, Snapshot


def completeness_of_datasets(snapshot: Snapshot, library: Library) -> tuple[Completeness, ...]:
    """The completeness of every dataset of the generation, by name."""
    summaries = {one.dataset: one for one in snapshot.catalog.datasets()}
    unresolved = {one.dataset: one.unresolved_references for one in library.datasets()}
    found = []
    for coverage in snapshot.catalog.coverage():
        summary = summaries.get(coverage.dataset)
        unread, unembedded = (summary.documents - summary.read, summary.passages - summary.embedded) if summary else (0, 0)
        found.append(completeness_of(coverage, unread, unembedded, unresolved.get(coverage.dataset, 0)))
    return tuple(found)
