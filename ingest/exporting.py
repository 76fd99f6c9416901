"""Writes a dataset's graph to a file, or to a folder of files."""

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from graph.errors import UnsupportedCapability
from ingest.errors import IngestError
from ingest.ledger import Ledger
from ingest.publish import Tools
from ingest.workspace import Workspace
from sources.errors import UnknownDataset

RDF_FORMATS = ("nquads", "trig", "turtle")
FORMATS = (*RDF_FORMATS, "graphml", "neptune-csv")
"""`neptune-csv` writes a folder; the others a file, gzipped when its name ends in .gz."""


def export(dataset: str, target: Path, format_name: str, workspace: Workspace, tools: Tools) -> int:
    """Write the dataset as it is published; the number of named graphs written. Raises UnknownDataset, IngestError."""
    with workspace.reading() as ledger:
        if ledger is None or dataset not in ledger.datasets():
            raise UnknownDataset(dataset)
        if format_name == "neptune-csv" and target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise IngestError(f"{target}: is there already; Neptune's CSV needs a folder that is new or empty")
        try:
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
                made = Path(folder) / f"made{'.gz' if target.name.endswith('.gz') else ''}"
                with tools.published(workspace.generation_folder(workspace.current()) / "graph") as graph:
                    graphs = _graphs(ledger, dataset)
                    if format_name in RDF_FORMATS:
                        written = graph.export(graphs, made, format_name)
                    else:
                        quads = Path(folder) / "all.nq"
                        written = graph.export(graphs, quads)
                        _write_property_graph(quads, made, format_name, dataset)
                _put(made, target)
        except OSError as error:
            raise IngestError(f"{target}: cannot be written: {error.strerror}") from error
    return len(written)


def _write_property_graph(quads: Path, made: Path, format_name: str, dataset: str) -> None:
    from graph.graphml import write_graphml
    from graph.property_graph import elements, read_quads
    from graph.stores.neptune.neptune_csv import typed_columns, write_csv

    if format_name == "neptune-csv":
        made.mkdir()
        try:
            write_csv(elements(read_quads(quads)), made, dataset, typed_columns(elements(read_quads(quads))))
        except UnsupportedCapability as error:
            raise IngestError(f"{error}; export N-Quads instead") from error
        return
    opened = gzip.open if made.name.endswith(".gz") else open
    with cast(IO[bytes], opened(made, "wb")) as file:
        write_graphml(elements(read_quads(quads)), file, quads.with_name("scratch.sqlite"))


def _put(made: Path, target: Path) -> None:
    if made.is_dir() and target.is_dir():
        target.rmdir()
    shutil.move(made, target)


def _graphs(ledger: Ledger, dataset: str) -> Iterator[str]:
    yield from ledger.record_iris(dataset)
    yield from ledger.derived_graphs(dataset)
