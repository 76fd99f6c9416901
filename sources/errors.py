"""The errors of sources.

SourceError
├── SourceNotFound     nothing is at the path or URL, or it cannot be read
└── UnsupportedSource  it is there, but in a format no reader knows
"""


class SourceError(Exception):
    """Base of every error the sources package raises."""


class SourceNotFound(SourceError):
    """Nothing is at the path or URL, or it cannot be read."""


class UnsupportedSource(SourceError):
    """It is there, but in a format no reader knows."""
