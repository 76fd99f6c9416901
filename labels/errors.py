"""The errors of labeled data.

LabelsError
├── StatementError     an S3 Select statement or expression is wrong or outside the dialect
├── ManifestError      what was asked cannot be done with these manifests
├── NotDrawn           a chart cannot be drawn
├── LabelsRefused      what was asked of labeled data cannot be done
├── RecordsUnreadable  what was ingested cannot be read back
└── StillWorking       it takes longer than the patience allowed
"""


class LabelsError(Exception):
    """Base of every error the labels package raises."""


class StatementError(LabelsError):
    """An S3 Select statement is wrong; `position` counts its characters from 0."""

    def __init__(self, reason: str, statement: str, position: int) -> None:
        before = statement[:position]
        line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
        super().__init__(f"in the statement, line {line}, column {column}: {reason}")
        self.position = position


class ManifestError(LabelsError):
    """What was asked cannot be done with these manifests."""


class NotDrawn(LabelsError):
    """A chart cannot be drawn."""


class LabelsRefused(LabelsError):
    """What was asked of labeled data cannot be done; the message says why and what to do. `field` names the parameter at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class RecordsUnreadable(LabelsError):
    """What was ingested cannot be read back, because what holds it is damaged."""


class StillWorking(LabelsError):
    """What was asked of labeled data takes longer than the patience allowed; it is being worked out, ask again."""
