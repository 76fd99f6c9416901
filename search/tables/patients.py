"""The overviews of a catalog's patients: what each has charted, in one reading of the facts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from graph.vocabulary import local_name
from search.model import ChartedCondition, FormerPatient, PatientOverview, PatientSummary
from search.tables.charting import THING
from search.tables.placing import PLACED
from search.tables.schema import NOT_CHARTED
from search.tables.standings import TO_SUBSTANCES, Rows

PATIENT: Final = f"id, dataset, label, sex, born, died, {PLACED}, line, race, race_codes, ethnicity, ethnicity_codes"
"""The columns of a PatientSummary."""
_PATIENTS: Final = f"SELECT {PATIENT} FROM patients ORDER BY label, id"  # noqa: S608 - a fixed name
_FORMER: Final = f"SELECT record, id, patient, dataset, label, {PLACED}, line FROM former ORDER BY label, id, record <> id, record"  # noqa: S608
_DOCUMENTS: Final = "SELECT patient, count(*) FROM documents WHERE patient IS NOT NULL GROUP BY patient"
_THINGS: Final = (
    "SELECT subject, count(*) FROM"  # noqa: S608 - texts of this package
    f" (SELECT subject FROM facts WHERE relation NOT IN {NOT_CHARTED} GROUP BY subject, {THING}) GROUP BY subject"
)
_CONDITIONS: Final = (
    "SELECT DISTINCT subject, record, label, concept FROM facts WHERE relation = 'condition' AND counted ORDER BY subject, record, label"
)


_WITH_CONCEPT: Final = (
    "SELECT s.subject, s.dataset, p.id, p.dataset, p.label, p.sex, p.born, p.died, placed(p.dataset, p.source), p.line, p.race,"  # noqa: S608
    " p.race_codes, p.ethnicity, p.ethnicity_codes FROM"
    " (SELECT subject, min(dataset) AS dataset FROM facts WHERE concept = ? AND counted AND concept IS NOT NULL"
    f" AND NOT {TO_SUBSTANCES} GROUP BY subject) s"
    " LEFT JOIN patients p ON p.id = s.subject ORDER BY coalesce(p.label, s.subject), s.subject LIMIT ? OFFSET ?"
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
    things: dict[str, int] = dict(rows(_THINGS))
    conditions = {subject: merged(row[1:] for row in charted) for subject, charted in groupby(rows(_CONDITIONS), key=itemgetter(0))}
    return tuple(
        PatientOverview(
            PatientSummary(*row), documents[row[0]], things.get(row[0], 0), conditions.get(row[0], ()), tuple(replaced.get(row[0], ()))
        )
        for row in rows(_PATIENTS)
    )


def with_concept(rows: Rows, concept: str, limit: int, offset: int) -> tuple[PatientSummary, ...]:
    """Patients who have the concept charted as a counted fact, by label; those that no record describes by their id."""
    found = rows(_WITH_CONCEPT, (concept, limit, offset))
    return tuple(PatientSummary(*row[2:]) if row[2] else PatientSummary(row[0], row[1], local_name(row[0])) for row in found)


def merged(charted: Iterable[tuple[str, str, str | None]]) -> tuple[ChartedCondition, ...]:
    """The conditions of one patient out of (record, words, concept), by record: its codings are one thing, and so are equal words."""
    things = []
    for (_, label), group in groupby(charted, key=lambda row: row[:2]):
        things.append((label, [concept for _, _, concept in group if concept]))
    conditions = []
    for same in alike(things):
        concepts = {concept for place in same for concept in things[place][1]}
        conditions.append(ChartedCondition(things[same[0]][0], tuple(sorted(concepts))))
    return tuple(sorted(conditions, key=lambda one: one.label.casefold()))


def alike(things: Sequence[tuple[str, Iterable[str]]]) -> list[list[int]]:
    """The places of (words, concepts) that are one thing, in order: equal words, or a concept in common, also by way of others."""
    groups: list[tuple[set[str], list[int]]] = []
    for place, (label, concepts) in enumerate(things):
        marks = {f"={label.casefold()}", *concepts}
        met = [group for group in groups if marks & group[0]]
        groups = [group for group in groups if not marks & group[0]]
        groups.append((marks.union(*(each for each, _ in met)), sorted([place, *(other for _, places in met for other in places)])))
    return sorted((places for _, places in groups), key=lambda places: places[0])
