"""What ingest has done, out of the ledger, as the web tells it."""

from ingest import history
from ingest.ledger import Ledger
from webapp.library import DatasetStatus, RunStatus


def dataset_status(ledger: Ledger, name: str) -> DatasetStatus:
    """A dataset as it is held."""
    kinds = ledger.kinds(name)
    last = next((run.run for run in history.latest(ledger, 1000) if run.dataset == name), None)
    quads = ledger.quads(name)
    quads = ledger.quads_of_parts(name) if quads is None else quads
    return DatasetStatus(name, sum(kinds.values()), kinds, quads, ledger.unresolved(name), last, ledger.updated(name))


def run_status(run: history.Run) -> RunStatus:
    """One run."""
    counts = run.counts
    return RunStatus(
        run=run.run,
        dataset=run.dataset,
        state=run.state,
        step=run.step,
        started=run.started,
        finished=run.finished,
        sources=run.sources,
        records=counts.get("records", {}),
        quads=counts.get("quads", 0),
        documents=counts.get("documents", 0),
        rejects=counts.get("rejects", {}),
        warnings=counts.get("warnings", {}),
        skipped=counts.get("skipped", {}),
        unchanged=counts.get("unchanged", {}),
        rejected_again=counts.get("rejected_again", {}),
        message=run.message,
    )
