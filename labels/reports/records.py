"""What both reports read: records of labeled data, out of files or out of a dataset that was ingested.

Everything comes as `labels.groundtruth.reader` makes it, so that a report over files and one over a dataset say the same.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sources.files import SourceFile
from sources.model import Issue, Severity

MOST_ISSUES: Final = 1000
"""Issues that are kept to be shown; all are counted."""
OTHER_REPORT: Final = frozenset({"not-a-manifest", "not-answers"})
"""Issues of files that belong to the other report."""
IN_REQUESTS: Final = "/consolidation-request/"
IN_RESPONSES: Final = "/consolidation-response/"
ANSWERS: Final = re.compile(r"(?:([^/]+)/)?(?:annotations/)?worker-response/([^/]+)/([^/]+)/(?:(.+)/)?([^/]+)\Z")
"""Job, iteration, object, and the folder and file of a frame, in the path of a worker response."""


@dataclass(slots=True)
class Problems:
    """What was wrong with the sources: all counted by code, the first ones kept."""

    shown: list[Issue] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    def add(self, issue: Issue) -> None:
        """Take in an issue."""
        self.counts[issue.code] += 1
        self.rejected += issue.severity is Severity.REJECT
        if len(self.shown) < MOST_ISSUES:
            self.shown.append(issue)

    def take(self, others: "Problems") -> None:
        """Take in what others have."""
        self.shown += others.shown[: MOST_ISSUES - len(self.shown)]
        self.counts += others.counts
        self.rejected += others.rejected


class Key(NamedTuple):
    """What answers are for: the folder of the job, the object's id, and the frame of a sequence ('' for all of it)."""

    job: str
    object: str
    frame: str = ""


def key_of(address: str) -> Key | None:
    """What the answers in a file are for, by its path; None where the path does not tell."""
    found = ANSWERS.search(address.replace("\\", "/"))
    return Key(found[1] or "", found[3], f"{found[4]}/{found[5]}" if found[4] else "") if found else None


def is_of_answers(file: SourceFile) -> bool:
    """Whether the path says that a file holds answers, or what was made of them."""
    path = file.uri.replace("\\", "/")
    return ANSWERS.search(path) is not None or IN_REQUESTS in path or IN_RESPONSES in path
