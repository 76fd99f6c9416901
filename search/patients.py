"""The overviews of a catalog's patients: what each has charted, in one reading of the facts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from search.model import ChartedCondition, FormerPatient, PatientOverview, PatientSummary
from search.schema import NOT_CHARTED

_PATIENTS: Final = "SELECT id, dataset, label, sex, born, died, source, line FROM patients ORDER BY label, id"
_FORMER: Final = "SELECT record, id, patient, dataset, label, source, line FROM former ORDER BY label, id, record <> id, record"
_DOCUMENTS: Final = "SELECT patient, count(*) FROM documents WHERE patient IS NOT NULL GROUP BY patient"
_RECORDS: Final = f"SELECT subject, count(DISTINCT record) FROM facts WHERE relation NOT IN {NOT_CHARTED} GROUP BY subject"  # noqa: S608
_CONDITIONS: Final = (
    "SELECT DISTINCT subject, record, label, concept FROM facts WHERE relation = 'condition' AND counted ORDER BY subject, record, label"
)


def read_former(rows: Callable[[str], list[Any]]) -> dict[str, FormerPatient]:
    """Every record of a person that another one replaced, by label: what the record says of itself before what others say of it."""
    if not rows("SELECT 1 FROM sqlite_master WHERE name = 'former'"):
        return {}
    found: dict[str, FormerPatient] = {}
    for row in rows(_FORMER):
        one = FormerPatient(*row)
        if one.record == one.id or one.id not in found:
            found[one.id] = one
    return found


def known_as(patient: str, former: Mapping[str, FormerPatient]) -> str:
    """The record under which a patient is known; itself where none replaced it."""
    found = former.get(patient)
    return found.patient if found else patient


def read_overviews(rows: Callable[[str], list[Any]], former: Iterable[FormerPatient] = ()) -> tuple[PatientOverview, ...]:
    """All patients that a record describes, by label; `former` are the records that others replaced. `rows` runs a query."""
    replaced: dict[str, list[FormerPatient]] = defaultdict(list)
    for one in former:
        replaced[one.patient].append(one)
    current = {one.id: one.patient for some in replaced.values() for one in some}
    documents: Counter[str] = Counter()
    for patient, count in rows(_DOCUMENTS):
        documents[current.get(patient, patient)] += count
    records: dict[str, int] = dict(rows(_RECORDS))
    conditions = {subject: merged(row[1:] for row in charted) for subject, charted in groupby(rows(_CONDITIONS), key=itemgetter(0))}
    return tuple(
        PatientOverview(
            PatientSummary(*row), documents[row[0]], records.get(row[0], 0), conditions.get(row[0], ()), tuple(replaced.get(row[0], ()))
        )
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
