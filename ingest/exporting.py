"""Writes a dataset's graph to a file."""

from collections.abc import Iterator
from pathlib import Path

from graph.identifiers import DERIVED_GRAPHS, derived_graph_iri
from ingest.errors import IngestError, UnknownDataset
from ingest.ledger import Ledger
from ingest.publish import Tools
from ingest.workspace import Workspace

FORMATS = ("nquads", "trig", "turtle")


def export(dataset: str, target: Path, format_name: str, workspace: Workspace, tools: Tools) -> int:
    """Write the dataset as it is published; the number of named graphs written. Raises UnknownDataset, IngestError."""
    with workspace.reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(f"no dataset is called {dataset!r}; `commissure datasets` lists those there are")
        partial = target.with_name(f".{target.name}.part{'.gz' if target.name.endswith('.gz') else ''}")
        try:
            with tools.published(workspace.generation_folder(workspace.current()) / "graph") as graph:
                written = graph.export(_graphs(ledger, dataset), partial, format_name)
            partial.replace(target)
        except OSError as error:
            raise IngestError(f"{target}: cannot be written: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
    return len(written)


def _graphs(ledger: Ledger, dataset: str) -> Iterator[str]:
    yield from ledger.record_iris(dataset)
    yield from (derived_graph_iri(dataset, name) for name in DERIVED_GRAPHS)
