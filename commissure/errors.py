"""The front door's errors, and the exit code of every error a command can end with.

CommissureError
├── BadSetting    a setting has a value it cannot have
├── AddressInUse  the web server's address is taken or not ours
└── OpenToAll     others would reach the web server, and nobody has to sign in
"""

from collections.abc import Iterator
from pathlib import Path

from access.errors import AccessError, AccountMissing, AccountRefused
from cohorts.errors import CohortsError, ExportRefused, InvalidDefinition, ListsProtected, NotImported
from cohorts.saved.errors import SavedChanged, SavedMissing, SavedRefused
from cohorts.views.errors import InvalidView, SuiteUnreadable, ViewError
from graph.errors import GraphError, InvalidDatasetName, QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge
from ingest.errors import (
    BackupRefused,
    DatasetBusy,
    DiskFull,
    IngestError,
    PullRefused,
    RecordsRejected,
    TerminologyMissing,
    TerminologyRefused,
    disk_full,
)
from labels.errors import LabelsError
from search.errors import CollectionUnreadable, InvalidRequest, ModelUnavailable, NothingPublished, SearchError, WordListUnreadable
from sources.errors import SourceDenied, SourceError, SourceNotFound, UnknownDataset, UnsupportedSource


class CommissureError(Exception):
    """Base of the front door's errors."""


class BadSetting(CommissureError):
    """A setting has a value it cannot have."""


class AddressInUse(CommissureError):
    """The web server's address is taken or not ours."""


class OpenToAll(CommissureError):
    """Others would reach the web server, and nobody has to sign in."""


EXIT_CODES: dict[str, tuple[int, str]] = {
    "ok": (0, "everything was done"),
    "failed": (1, "the command failed; the message says why"),
    "usage": (2, "the command line, a setting or a request is wrong"),
    "rejects": (3, "done, but some records were rejected (or, with --strict, warned about): see the issues file"),
    "missing": (4, "the source, the dataset or anything published is not there"),
    "busy": (5, "another process is writing to the data folder"),
    "full": (6, "there is no room to write"),
    "refused": (7, "records were rejected, so nothing was published (--fail-on-error)"),
    "cut": (8, "the answer to a query was cut at its limit of rows or bytes, and --partial was not given"),
    "interrupted": (130, "stopped by the keyboard; the next run takes up what was finished"),
}
"""Name → (exit code, meaning)."""

_BY_ERROR: tuple[tuple[type[Exception], str], ...] = (
    (SourceNotFound, "missing"),
    (SourceDenied, "missing"),
    (UnknownDataset, "missing"),
    (NothingPublished, "missing"),
    (CollectionUnreadable, "missing"),
    (SuiteUnreadable, "missing"),
    (WordListUnreadable, "usage"),
    (TerminologyMissing, "missing"),
    (DatasetBusy, "busy"),
    (DiskFull, "full"),
    (RecordsRejected, "refused"),
    (BadSetting, "usage"),
    (OpenToAll, "usage"),
    (AccountMissing, "missing"),
    (AccountRefused, "usage"),
    (UnsupportedSource, "usage"),
    (TerminologyRefused, "usage"),
    (BackupRefused, "usage"),
    (PullRefused, "usage"),
    (InvalidDatasetName, "usage"),
    (InvalidRequest, "usage"),
    (InvalidDefinition, "usage"),
    (NotImported, "usage"),
    (ExportRefused, "usage"),
    (SavedMissing, "missing"),
    (SavedRefused, "usage"),
    (SavedChanged, "usage"),
    (ListsProtected, "usage"),
    (InvalidView, "usage"),
    (QueryRefused, "usage"),
    (QuerySyntaxError, "usage"),
    (QueryTimeout, "failed"),
    (QueryTooLarge, "failed"),
    (ModelUnavailable, "failed"),
    (CommissureError, "failed"),
    (IngestError, "failed"),
    (LabelsError, "failed"),
    (CohortsError, "failed"),
    (SourceError, "failed"),
    (SearchError, "failed"),
    (ViewError, "failed"),
    (GraphError, "failed"),
    (AccessError, "failed"),
)
EXPECTED = (CommissureError, IngestError, LabelsError, CohortsError, SourceError, SearchError, ViewError, GraphError, AccessError)
"""Errors whose message is for people; anything else is a defect."""


def full(error: Exception) -> DiskFull | None:
    """The DiskFull that an error of any command amounts to; None for anything else."""
    if isinstance(error, DiskFull):
        return None
    name = next((one.filename for one in _chain(error) if isinstance(one, OSError) and isinstance(one.filename, str)), "the disk")
    return disk_full(error, Path(name))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def exit_code(error: Exception) -> int:
    """The exit code an error ends a command with."""
    return next((EXIT_CODES[name][0] for kind, name in _BY_ERROR if isinstance(error, kind)), EXIT_CODES["failed"][0])
