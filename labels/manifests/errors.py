"""Errors of the manifest tools.

IngestError
├── StatementError  an S3 Select statement or expression is wrong or outside the dialect
└── ManifestError   what was asked cannot be done with these manifests
"""

from ingest.errors import IngestError


class StatementError(IngestError):
    """An S3 Select statement is wrong; `position` counts its characters from 0."""

    def __init__(self, reason: str, statement: str, position: int) -> None:
        before = statement[:position]
        line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
        super().__init__(f"in the statement, line {line}, column {column}: {reason}")
        self.position = position


class ManifestError(IngestError):
    """What was asked cannot be done with these manifests."""
