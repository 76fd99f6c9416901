"""Bulk-load jobs as Neptune describes them: what is asked, the status words, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from typing import Literal as Choice

from graph.errors import GraphError

Mode = Choice["NEW", "RESUME", "AUTO"]
Parallelism = Choice["LOW", "MEDIUM", "HIGH", "OVERSUBSCRIBE"]

RUNNING: Final = frozenset({"LOAD_NOT_STARTED", "LOAD_IN_QUEUE", "LOAD_IN_PROGRESS"})
"""The job has not ended."""
COMPLETED: Final = "LOAD_COMPLETED"
CANCELLED: Final = "LOAD_CANCELLED_BY_USER"
PASSING: Final = frozenset({"LOAD_DATA_DEADLOCK", "LOAD_COMMITTED_W_WRITE_CONFLICTS", "LOAD_S3_READ_ERROR", "LOAD_UNEXPECTED_ERROR"})
"""The job failed for a reason that a second run need not meet."""
WORDS: Final = frozenset(
    {
        *RUNNING,
        *PASSING,
        COMPLETED,
        CANCELLED,
        "LOAD_FAILED",
        "LOAD_CANCELLED_DUE_TO_ERRORS",
        "LOAD_S3_ACCESS_DENIED_ERROR",
        "LOAD_DATA_FAILED_DUE_TO_FEED_MODIFIED_OR_DELETED",
        "LOAD_FAILED_BECAUSE_DEPENDENCY_NOT_SATISFIED",
        "LOAD_FAILED_INVALID_REQUEST",
    }
)
"""Every status that a job or one of its feeds can have."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One job: load all objects whose names begin with `source` (s3://bucket/prefix)."""

    source: str
    format: Choice["nquads", "csv"]
    mode: Mode = "NEW"
    fail_on_error: bool = True
    parallelism: Parallelism = "HIGH"
    queue: bool = True
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadError:
    """One entry that the loader could not take. `record` counts a file's lines (N-Quads) or rows (CSV) from 1.

    `file` is the staged object, or the part it was made of where that is known. `message` is the server's and may quote the data:
    it belongs among an ingest run's rejects, and into no log.
    """

    code: str
    message: str
    file: str
    record: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One file of a job, or the job as a whole, with Neptune's counts."""

    source: str
    status: str
    records: int = 0
    duplicates: int = 0
    parsing_errors: int = 0
    datatype_errors: int = 0
    insert_errors: int = 0
    seconds: int = 0
    run: int = 1
    retry: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How a job stands. `feeds` counts its files by status word."""

    id: str
    overall: Feed
    feeds: Mapping[str, int] = field(default_factory=dict)
    failed: tuple[Feed, ...] = ()
    errors: tuple[LoadError, ...] = ()

    @property
    def status(self) -> str:
        """The job's status word."""
        return self.overall.status

    @property
    def ended(self) -> bool:
        """Whether the job is over."""
        return self.status not in RUNNING

    @property
    def passing(self) -> bool:
        """Whether the job failed for reasons that a second run need not meet."""
        if self.status == "LOAD_FAILED" and self.failed:
            return all(feed.status in PASSING for feed in self.failed)
        return self.status in PASSING


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class LoaderSettings:
    """How a store loads in bulk.

    `staging` is s3://bucket/prefix in the cluster's region, which this process writes and the role `role` (an ARN attached to the
    cluster) lets Neptune read. Changes below `small` quads do not take the loader. `mode` AUTO and RESUME take up a former load of the
    same parts, and are right only where nothing was removed since; NEW loads all. `stop` is asked between polls: true cancels.
    `report` is told of every job that ended, so that its errors reach the run's rejects.
    """

    staging: str
    role: str
    mode: Mode = "NEW"
    fail_on_error: bool = True
    parallelism: Parallelism = "HIGH"
    small: int = 20_000
    attempts: int = 4
    first_poll: float = 0.5
    last_poll: float = 15.0
    outage: float = 120.0
    stop: Callable[[], bool] = _never
    report: Callable[[LoadReport], None] | None = None


class LoadFailed(GraphError):
    """A bulk load ended without having loaded everything; `report` says how far it came and what was wrong."""

    def __init__(self, message: str, report: LoadReport) -> None:
        super().__init__(message)
        self.report = report


class LoadCancelled(LoadFailed):
    """A bulk load was cancelled, by us or by somebody else."""
