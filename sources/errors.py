"""The errors of sources.

SourceError
├── SourceNotFound     nothing is at the path or URL, or it cannot be read
├── SourceDenied       it lies outside the places that may be read
├── SourceTooLarge     it holds more than is read at once
├── UnsupportedSource  it is there, but in a format no reader knows
└── UnknownDataset     nothing was ever ingested under that name
"""

import errno


class SourceError(Exception):
    """Base of every error the sources package raises."""


class SourceNotFound(SourceError):
    """Nothing is at the path or URL, or it cannot be read."""


class SourceDenied(SourceError, PermissionError):
    """A file lies outside the places that may be read. An OSError too, so that whoever copes with unreadable files copes with it."""

    def __init__(self, path: str, reason: str = "leads outside the places that may be read") -> None:
        super().__init__(errno.EACCES, reason, path)

    def __reduce__(self) -> tuple[type["SourceDenied"], tuple[str, str]]:
        return type(self), (str(self.filename), str(self.strerror))

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


class SourceTooLarge(SourceError):
    """It holds more than is read at once."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the file holds more than {most} bytes")


class UnsupportedSource(SourceError):
    """It is there, but in a format no reader knows."""


class UnknownDataset(SourceError):
    """Nothing was ever ingested under that name."""

    def __init__(self, dataset: str) -> None:
        super().__init__(f"no dataset is called {dataset!r}; `commissure datasets` lists those there are")
