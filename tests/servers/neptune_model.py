"""What a stand-in for Neptune speaks of: files and jobs of its loader, keys, refusals, and what a test wants to go wrong."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/NeptuneLoadFromS3"
REGION = "eu-west-1"


@dataclass
class Faults:
    """What goes wrong next. Counts go down as they are used; outcomes are used up job by job."""

    throttled: int = 0
    """Requests of any kind that are answered 429."""
    conflicts: int = 0
    """SPARQL updates that meet another writer."""
    outcomes: list[str] = field(default_factory=list)
    """Status words with which jobs end instead of loading their last file."""
    tamper: Callable[[str, bytes], bytes] | None = None
    """Changes what the loader reads of an object (its URI, its content unpacked)."""
    hold: threading.Event | None = None
    """Jobs wait for it before they load."""


@dataclass
class Key:
    """What a signature may be made with."""

    secret: str
    token: str | None = None
    expired: bool = False


class Refused(Exception):
    """An answer with an error of Neptune's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Feed:
    """One file of a job."""

    uri: str
    status: str = "LOAD_NOT_STARTED"
    records: int = 0
    parsing: int = 0
    insert: int = 0


@dataclass
class Job:
    """One load."""

    id: str
    asked: Mapping[str, Any]
    status: str = "LOAD_IN_QUEUE"
    run: int = 1
    started: float = field(default_factory=time.time)
    feeds: list[Feed] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    cancelled: bool = False

    def entry(self, uri: str, status: str, feeds: Sequence[Feed]) -> dict[str, Any]:
        """As Neptune describes a job or a feed."""
        return {
            "fullUri": uri,
            "runNumber": self.run,
            "retryNumber": 0,
            "status": status,
            "totalTimeSpent": int(time.time() - self.started),
            "startTime": int(self.started),
            "totalRecords": sum(feed.records for feed in feeds),
            "totalDuplicates": 0,
            "parsingErrors": sum(feed.parsing for feed in feeds),
            "datatypeMismatchErrors": 0,
            "insertErrors": sum(feed.insert for feed in feeds),
        }
