"""Who and what is behind the numbers of a concept's standing: its patients and its documents."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from concepts.model import Assertion
from graph.vocabulary import local_name
from search.model import PatientSummary
from search.tables.standings import ALLERGIC, COUNTED, MEANT, OF_ALLERGIES, Rows

Column = Literal[
    "charted", "affirmed", "denied", "possible", "hypothetical", "historical", "family", "not_in_family", "allergy", "no_allergy"
]
"""A number of `search.model.ConceptStanding`."""

ASSERTIONS: Final[Mapping[Column, Assertion]] = {
    "affirmed": Assertion.AFFIRMED,
    "denied": Assertion.NEGATED,
    "possible": Assertion.POSSIBLE,
    "hypothetical": Assertion.HYPOTHETICAL,
    "historical": Assertion.HISTORICAL,
    "family": Assertion.FAMILY,
    "not_in_family": Assertion.NOT_IN_FAMILY,
    "allergy": Assertion.ALLERGY,
    "no_allergy": Assertion.NO_ALLERGY,
}
"""Column → what the texts behind it say; those of 'charted' are the documents of visits."""

_NEWEST: Final = "ORDER BY d.date DESC, d.kind DESC, d.id LIMIT ? OFFSET ?"
_SAYING: Final = (
    "SELECT d.row FROM documents d WHERE d.row IN"  # noqa: S608 - texts of this package
    f" (SELECT document FROM mentions WHERE concept IN ({MEANT}) AND assertion = ?) {_NEWEST}"
)
_CHARTING: Final = (
    "SELECT d.row FROM documents d WHERE d.encounter IN"  # noqa: S608 - texts of this package
    f" (SELECT encounter FROM facts WHERE {COUNTED} AND encounter IS NOT NULL) {_NEWEST}"
)
_OF_ALLERGIES: Final = f"SELECT d.row FROM documents d WHERE d.row IN (SELECT row FROM documents WHERE {OF_ALLERGIES}) {_NEWEST}"  # noqa: S608
_PLACES: Final = (
    "SELECT d.id, m.start, m.stop FROM documents d JOIN mentions m ON m.document = d.row"  # noqa: S608 - texts of this package
    f" WHERE d.id IN (SELECT value FROM json_each(?)) AND m.concept IN ({MEANT}) AND m.assertion = ?"
    " ORDER BY m.start DESC, m.stop DESC"
)
_OF_TEXTS: Final = (
    "SELECT d.patient, min(d.dataset) FROM mentions m JOIN documents d ON d.row = m.document"  # noqa: S608 - texts of this package
    f" WHERE m.concept IN ({MEANT}) AND m.assertion = ? AND d.patient IS NOT NULL GROUP BY d.patient"
)
_OF_CHARTS: Final = f"SELECT subject, min(dataset) FROM facts WHERE {COUNTED} GROUP BY subject"  # noqa: S608 - texts of this package
_OF_ALLERGIC: Final = f"SELECT subject, min(dataset) FROM facts WHERE {ALLERGIC} GROUP BY subject"  # noqa: S608 - texts of this package
_KNOWN: Final = (
    "SELECT id, dataset, label, sex, born, died, source, line, race, race_codes, ethnicity, ethnicity_codes FROM patients"
    " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY label, id"
)


def documents_of(rows: Rows, meant: Sequence[int], column: Column, limit: int, offset: int) -> list[int]:
    """The rows of the documents behind a number of concepts that are given by their ordinals, newest first."""
    given = json.dumps(list(meant))
    if column == "charted":
        found = rows(_CHARTING, (given, limit, offset))
    elif column == "allergy":
        found = rows(_OF_ALLERGIES, (given, given, limit, offset))
    else:
        found = rows(_SAYING, (given, ASSERTIONS[column].value, limit, offset))
    return [row for (row,) in found]


def places_of(rows: Rows, meant: Sequence[int], column: Column, documents: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Document → (start, end) of the first words for which it is behind a number; none where a visit is the reason."""
    if column == "charted":
        return {}
    found = rows(_PLACES, (json.dumps(list(documents)), json.dumps(list(meant)), ASSERTIONS[column].value))
    return {document: (start, end) for document, start, end in found}


def patients_of(
    rows: Rows, meant: Sequence[int], column: Column, known_as: Callable[[str], str], limit: int, offset: int
) -> tuple[PatientSummary, ...]:
    """The patients behind a number, by label; those that no record describes by their id, after the others."""
    given = json.dumps(list(meant))
    charts = {"charted": _OF_CHARTS, "allergy": _OF_ALLERGIC}.get(column)
    whose = dict(rows(charts, (given,))) if charts else {}
    if column != "charted":
        told = rows(_OF_TEXTS, (given, ASSERTIONS[column].value))
        whose = {**{known_as(patient): dataset for patient, dataset in told}, **whose}
    known = [PatientSummary(*row) for row in rows(_KNOWN, (json.dumps(sorted(whose)),))]
    described = {one.id for one in known}
    others = [PatientSummary(patient, whose[patient], local_name(patient)) for patient in sorted(whose) if patient not in described]
    return tuple([*known, *others][offset : offset + limit])
