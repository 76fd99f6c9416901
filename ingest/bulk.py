"""FHIR records of a dataset in bulk, as they came in: NDJSON, a record a line."""

from collections.abc import Collection, Iterator
from typing import Final

from ingest.errors import IngestError
from ingest.formats import of_kind
from ingest.ledger import Ledger
from ingest.staging import Part
from ingest.workspace import Workspace
from sources.errors import UnknownDataset

_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")
"""JSON holds line breaks only between its tokens: as blanks they leave every token as it was."""


def kinds(dataset: str, workspace: Workspace) -> dict[str, int]:
    """How many FHIR records of each kind the dataset holds. Raises UnknownDataset."""
    with workspace.reading() as ledger:
        return _kinds(_known(ledger, dataset), dataset)


def ndjson(dataset: str, workspace: Workspace, wanted: Collection[str] = ()) -> Iterator[bytes]:
    """The dataset's FHIR records of these kinds (of all where none are named), each with its line break, by source.

    All are of one moment, whatever is ingested meanwhile. Raises UnknownDataset, and IngestError where a record is gone before it is read:
    the answer is then not complete.
    """
    with workspace.reading() as opened:
        ledger = _known(opened, dataset)
        ledger.db.execute("begin")
        there = _kinds(ledger, dataset)
        chosen = sorted(kind for kind in there if not wanted or kind in wanted)
        for key in ledger.parts_of_kinds(dataset, chosen):
            held = ledger.iris_in_part(key, dataset, chosen)
            part, found = Part(workspace.parts_folder(dataset) / key), 0
            try:
                for raw in part.raws_of(held):
                    found += 1
                    line = raw.strip()
                    yield (line.translate(_ONE_LINE) if b"\n" in line or b"\r" in line else line) + b"\n"
            except OSError as error:
                raise IngestError(
                    f"{dataset}: records cannot be read further ({error.strerror}); was it ingested again meanwhile?"
                ) from error
            if found != len(held):
                raise IngestError(f"{dataset}: {len(held) - found:,} records are not where the ledger says; `commissure verify` tells more")


def _known(ledger: Ledger | None, dataset: str) -> Ledger:
    if ledger is None or dataset not in ledger.datasets():
        raise UnknownDataset(dataset)
    return ledger


def _kinds(ledger: Ledger, dataset: str) -> dict[str, int]:
    return {kind: count for kind, count in ledger.kinds(dataset).items() if of_kind(kind) == "fhir"}
