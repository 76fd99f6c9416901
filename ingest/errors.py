"""The ingest package's errors.

IngestError
├── SourceNotFound     nothing is at the path or URL, or it cannot be read
├── UnsupportedSource  it is there, but in a format no reader knows
├── DatasetBusy        another process is writing to the data folder
├── UnknownDataset     no dataset of that name
├── LedgerDamaged      the ledger cannot be read or is of another version
└── DiskFull           there is no room to write
"""


class IngestError(Exception):
    """Base of every error the ingest package raises."""


class SourceNotFound(IngestError):
    """Nothing is at the path or URL, or it cannot be read."""


class UnsupportedSource(IngestError):
    """It is there, but in a format no reader knows."""


class DatasetBusy(IngestError):
    """Another process is writing to the data folder."""


class UnknownDataset(IngestError):
    """No dataset of that name."""


class LedgerDamaged(IngestError):
    """The ledger cannot be read or is of another version."""


class DiskFull(IngestError):
    """There is no room to write."""
