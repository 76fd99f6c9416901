"""The overviews of a catalog's patients: what each has charted, in one reading of the facts."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from search.model import ChartedCondition, PatientOverview, PatientSummary

_PATIENTS: Final = "SELECT id, dataset, label, sex, born, died, source, line FROM patients ORDER BY label, id"
_DOCUMENTS: Final = "SELECT patient, count(*) FROM documents WHERE patient IS NOT NULL GROUP BY patient"
_RECORDS: Final = "SELECT subject, count(DISTINCT record) FROM facts WHERE relation NOT IN ('label', 'answer', 'broader') GROUP BY subject"
_CONDITIONS: Final = (
    "SELECT DISTINCT subject, record, label, concept FROM facts WHERE relation = 'condition' AND counted ORDER BY subject, record, label"
)


def read_overviews(rows: Callable[[str], list[Any]]) -> tuple[PatientOverview, ...]:
    """All patients that a record describes, by label. `rows` runs a query."""
    documents: dict[str, int] = dict(rows(_DOCUMENTS))
    records: dict[str, int] = dict(rows(_RECORDS))
    conditions = {subject: merged(row[1:] for row in charted) for subject, charted in groupby(rows(_CONDITIONS), key=itemgetter(0))}
    return tuple(
        PatientOverview(PatientSummary(*row), documents.get(row[0], 0), records.get(row[0], 0), conditions.get(row[0], ()))
        for row in rows(_PATIENTS)
    )


def merged(charted: Iterable[tuple[str, str, str | None]]) -> tuple[ChartedCondition, ...]:
    """The conditions of one patient out of (record, words, concept), by record: its codings are one thing, and so are equal words."""
    things: list[tuple[str, set[str]]] = []
    for _, group in groupby(charted, key=lambda row: row[:2]):
        rows = list(group)
        label, concepts = rows[0][1], {concept for _, _, concept in rows if concept}
        same = next((thing for thing in things if concepts & thing[1] or thing[0].casefold() == label.casefold()), None)
        if same is None:
            things.append((label, concepts))
        else:
            same[1].update(concepts)
    return tuple(sorted((ChartedCondition(label, tuple(sorted(found))) for label, found in things), key=lambda one: one.label.casefold()))
