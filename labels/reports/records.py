"""What both reports read: records of labeled data, out of files or out of a dataset that was ingested.

Everything comes as `labels.groundtruth.reader` makes it, so that a report over files and one over a dataset say the same.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from sources.model import Issue, Severity

MOST_ISSUES: Final = 1000
"""Issues that are kept to be shown; all are counted."""
OTHER_REPORT: Final = frozenset({"not-a-manifest", "not-answers"})
"""Issues of files that belong to the other report."""


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
