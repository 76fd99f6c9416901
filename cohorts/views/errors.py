"""What can be wrong with a view.

ViewError
├── InvalidView      the ViewDefinition is wrong, or asks for what is not supported
├── ViewRefused      a record, or what the view makes of the records, is not what the view says
├── NotRunnable      DuckDB does not take what the view became: a defect of the compiler
└── SuiteUnreadable  a folder of tests cannot be read
"""

from typing import Final

_LONGEST: Final = 200


class ViewError(Exception):
    """Base of the errors of views."""


class InvalidView(ViewError):
    """The ViewDefinition is wrong, or asks for what is not supported: where in it, and why."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where or "ViewDefinition", reason
        super().__init__(f"{self.where}: {reason}")


class ViewRefused(ViewError):
    """A record, or the number of rows, is not what the view can be run over."""


class NotRunnable(ViewError):
    """DuckDB does not take what the view became: a defect of the compiler."""


class SuiteUnreadable(ViewError):
    """A folder of tests, or a file of it, cannot be read."""


def shown(text: str) -> str:
    """A text of the definition as an error may quote it: on one line, and not all of a long one."""
    line = "".join(each if each.isprintable() else "·" for each in text)
    return repr(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…")
