"""Errors of saved things.

SavedError (a CohortsError)
├── SavedMissing   nothing is saved under this name that may be seen
├── SavedRefused   a name, kind or content that cannot be saved
├── SavedChanged   somebody saved another version meanwhile
└── SavedUnusable  the file with saved things cannot be read or written
"""

from cohorts.errors import CohortsError


class SavedError(CohortsError):
    """Base of the errors of saved things."""


class SavedMissing(SavedError):
    """Nothing is saved under this name that may be seen."""


class SavedRefused(SavedError):
    """A name, kind or content that cannot be saved; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class SavedChanged(SavedError):
    """Somebody saved another version meanwhile."""


class SavedUnusable(SavedError):
    """The file with saved things cannot be read or written."""
