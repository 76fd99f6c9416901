"""Patients of a generation by their code."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

_PATIENTS: Final = "SELECT value, code FROM dictionary WHERE field = 'patient' ORDER BY code"
_FORMER: Final = "SELECT id, min(patient) FROM former GROUP BY id"


def patients_by_iri(rows: Callable[[str, Sequence[Any]], Iterable[Any]]) -> dict[str, int]:
    """IRI → code; a record of a patient that another one replaced stands for the patient. `rows` runs a query on the catalog."""
    known: dict[str, int] = dict(rows(_PATIENTS, ()))
    if list(rows("SELECT 1 FROM sqlite_master WHERE name = 'former'", ())):
        known |= {former: known[patient] for former, patient in rows(_FORMER, ()) if patient in known}
    return known
