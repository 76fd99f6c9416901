"""The graph store that answers in place of the embedded graph, before and after something is published."""

from graph.errors import GraphError
from ingest.ledger import Ledger
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.replica import Replication
from ingest.workspace import Workspace


def prepare_replica(ledger: Ledger, workspace: Workspace, tools: Tools) -> Replication:
    """The replicas of the data folder; a store that is new to it is brought to hold what is published."""
    replication = Replication(ledger, tools.replica)
    if tools.replica is None:
        return replication
    if not ledger.generation:
        replication.prepare((), None)
        return replication
    with tools.published(workspace.generation_folder(ledger.generation) / "graph") as graph:
        replication.prepare(ledger.graphs(), graph)
    return replication


def settle_replica(ledger: Ledger, workspace: Workspace, tools: Tools, replication: Replication, progress: Progress) -> tuple[int, str]:
    """Bring the replica in step; how many of its graphs are not, and why, where it fails. What is published stays published."""
    failure = ""
    if tools.replica is not None and (waiting := replication.unsettled()):
        progress.step("settling the graph store", waiting)
        with tools.published(workspace.generation_folder(ledger.generation) / "graph") as graph:
            try:
                replication.settle(graph)
                replication.confirm(ledger.graphs, graph)
            except GraphError as error:
                failure = str(error)
    return replication.unsettled(), failure
