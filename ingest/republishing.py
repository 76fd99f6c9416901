"""Publishes what is published again: with the vectors that there are by now, or in files that share nothing with earlier generations."""

from contextlib import closing

from ingest.ledger import Ledger
from ingest.next_generation import NextGeneration
from ingest.progress import Progress
from ingest.publish import Steps, Tools
from ingest.replicating import prepare_replica, settle_replica
from ingest.workspace import Workspace
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder


def republish(ledger: Ledger, workspace: Workspace, tools: Tools, progress: Progress, model: str = "", *, share: bool = True) -> int:
    """Publish the same content as the next generation, with the vectors of a model (by default the one it has); its number.

    Without `share` nothing that was taken out of earlier generations is on the disk in its index.
    """
    replication = prepare_replica(ledger, workspace, tools)
    previous = workspace.generation_folder(ledger.generation)
    with NextGeneration(ledger, workspace) as making:
        with GenerationBuilder(previous / "search", making.folder / "search", making.number, share=share) as search:
            report = search.finish(None, EmbeddingCache(workspace.embeddings_path), Steps(progress), model)
        with closing(tools.graph(previous / "graph", making.folder / "graph")):
            pass
        making.complete()
        with making.entered(report.missing_vectors, replication.address) as db:
            replication.enter(db)
    settle_replica(ledger, workspace, tools, replication, progress)
    workspace.clean(ledger)
    return making.number
