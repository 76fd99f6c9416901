"""Reads again what is held when the terminologies of the data folder are others: a new generation of the same records.

The generation before answers until the new one is whole. What is cut off is begun anew by whoever writes next, before anything else.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from graph.identifiers import derived_graph_iri
from ingest.ledger import Ledger
from ingest.next_generation import NextGeneration
from ingest.progress import Progress
from ingest.publish import DraftGraph, Steps, Tools, concept_quads
from ingest.readings import Readings, published_graphs, read_texts
from ingest.replica import Replication
from ingest.workspace import Workspace
from search.embedding_cache import EmbeddingCache
from search.generation import GenerationBuilder
from search.reading.documents import Runner

_CONCEPTS = "concepts.nq"
_SAID = "said.nq"


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What reading again did: the generation that shows it (0: nothing is held, or nothing had to be read), and of what."""

    generation: int = 0
    texts: int = 0
    datasets: int = 0


def is_due(ledger: Ledger, workspace: Workspace) -> bool:
    """Whether what is published was read with other terminologies than there are."""
    return bool(ledger.generation) and ledger.terminologies() != workspace.terminologies.digest()


def read_again(ledger: Ledger, workspace: Workspace, tools: Tools, replication: Replication, progress: Progress, run: Runner) -> ReadAgain:
    """Publish what is held anew, read with the terminologies that there are; nothing where that is so already."""
    if not is_due(ledger, workspace):
        return ReadAgain()
    previous = workspace.generation_folder(ledger.generation)
    shelf = workspace.terminologies
    terminologies = shelf.digest()
    readings: dict[str, Readings] = {}
    quads = Counter[str]()
    with NextGeneration(ledger, workspace) as making:
        folder = making.folder
        with (
            closing(tools.graph(previous / "graph", folder / "graph")) as graph,
            GenerationBuilder(previous / "search", folder / "search", making.number, shelf.editions()) as search,
        ):
            for dataset in ledger.datasets():
                progress.step(f"reading {dataset} again")
                uses = search.uses(dataset)
                search.set_concepts(dataset, sorted(uses.items(), key=lambda item: (item[0].concept, item[0].display)))
                every = bool(ledger.outdated_graphs(dataset))
                found = read_texts(dataset, search, uses, run, Steps(progress), folder / _SAID, all_of_them=every)
                concepts = folder / _CONCEPTS
                concepts.write_text("".join(concept_quads(dataset, uses, search.words(dataset))), encoding="utf-8")
                quads[dataset] = _rewrite(ledger, dataset, graph, replication, found, [concepts, folder / _SAID])
                readings[dataset] = found
            report = search.finish(None, EmbeddingCache(workspace.embeddings_path), Steps(progress))
        making.complete()
        with making.entered(report.missing_vectors, replication.address) as db:
            for dataset, change in quads.items():
                ledger.set_unread(db, dataset, readings[dataset].texts.unread)
                ledger.enter_readings(db, dataset, readings[dataset].looked_at, readings[dataset].saying)
                if (known := ledger.quads(dataset)) is not None:
                    ledger.enter_quads(db, dataset, known + change)
            ledger.enter_terminologies(db, terminologies)
            replication.enter(db)
    return ReadAgain(making.number, sum(found.texts.read for found in readings.values()), len(quads))


def _rewrite(ledger: Ledger, dataset: str, graph: DraftGraph, replication: Replication, readings: Readings, files: Sequence[Path]) -> int:
    """Write what the dataset uses and what its texts say anew, from the files; how many quads more the graph holds of it."""
    graphs = [derived_graph_iri(dataset, "concepts"), *ledger.outdated_graphs(dataset)]
    graphs += published_graphs(ledger, dataset, readings.looked_at)
    replication.touch({*graphs, *readings.graphs()})
    more = graph.restate(graphs, files)
    for file in files:
        replication.add(file)
        file.unlink()
    return more
