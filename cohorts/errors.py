"""The cohorts package's errors.

CohortsError
├── InvalidDefinition   a definition of a cohort cannot be read or makes no sense (names the path in it)
├── NotImported         a definition of another tool cannot be carried over (says of what)
├── ExportRefused       a cohort cannot be written as it is asked for, or where
└── ListsProtected      numbers of patients are protected, so lists of patients do not leave
"""


class CohortsError(Exception):
    """Base of every error the cohorts package raises."""


class InvalidDefinition(CohortsError):
    """A definition of a cohort cannot be read or makes no sense; `path` leads to the place in it: `rules[2].start`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'the definition'}: {message}")
        self.path, self.message = path, message


class NotImported(CohortsError):
    """A definition of another tool cannot be carried over: `reasons` say of what, by its path there."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class ExportRefused(CohortsError):
    """A cohort cannot be written as it is asked for, or not there; the message says why."""


class ListsProtected(CohortsError):
    """Numbers of patients are protected here: who the patients are does not leave."""

    def __init__(self) -> None:
        super().__init__(
            "numbers of patients are protected here (settings protect_below, protect_rounding): how many is told, not who they are"
        )
