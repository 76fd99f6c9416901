"""Moves a data folder's graph to another store: fills it, compares it with what is published, then lets it answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.model import Statistics
from graph.store import GraphStore
from ingest.errors import StoreDiffers
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.replica import Replication
from ingest.replicating import prepare_replica
from ingest.workspace import Workspace
from sources.errors import UnknownDataset


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that two stores disagree on."""

    what: str
    published: int
    store: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What moving did: the store that answers now, and what it holds."""

    address: str
    before: str
    quads: int
    graphs: int


def move(dataset: str | None, workspace: Workspace, tools: Tools, progress: Progress) -> Moved:
    """Let the replica of `tools` (None: the embedded store) answer from now on. Cut off anywhere, the store before goes on answering.

    One store answers for a whole data folder, so a `dataset` is only a check that nothing else moves along unnoticed.
    Raises UnknownDataset, StoreTaken, StoreDiffers, graph.errors.GraphError.
    """
    with workspace.writing() as ledger:
        datasets = ledger.datasets()
        if dataset is not None and dataset not in datasets:
            raise UnknownDataset(dataset)
        if dataset is not None and datasets != (dataset,):
            others = ", ".join(name for name in datasets if name != dataset)
            raise StoreDiffers(
                f"one store answers for the whole data folder, and it also holds {others}: move without --dataset to move all"
            )
        before = workspace.published()[1]
        progress.step("copying")
        replication = prepare_replica(ledger, workspace, tools)
        progress.step("comparing")
        with tools.published(workspace.generation_folder(ledger.generation) / "graph") as graph:
            replication.settle(graph)
            replication.confirm(ledger.graphs, graph)
            expected = graph.statistics()
        if tools.replica is not None:
            found = differences(expected, tools.replica.store)
            if found:
                listed = "; ".join(f"{each.what}: {each.published:,} published, {each.store:,} there" for each in found[:5])
                staying = before or "the embedded store"
                raise StoreDiffers(f"{tools.replica.address} does not hold what is published ({listed}); {staying} goes on answering")
        replication.answer(workspace)
        return Moved(replication.address, before, expected.quads, expected.graphs)


def differences(expected: Statistics, store: GraphStore) -> tuple[Difference, ...]:
    """Where a store's counts differ from those of the published graph (the store's own mark aside)."""
    found = store.statistics()
    pairs = [("quads", expected.quads, found.quads - Replication.OWN_QUADS), ("graphs", expected.graphs, found.graphs - 1)]
    pairs += _kinds(expected.kinds, {kind: count for kind, count in found.kinds.items() if kind != Replication.OWN_KIND})
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _kinds(expected: Mapping[str, int], found: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    for kind in sorted({*expected, *found}):
        yield kind, expected.get(kind, 0), found.get(kind, 0)
