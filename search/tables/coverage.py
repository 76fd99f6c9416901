"""How far records reach: of each dataset, how many there are of a kind in each month, and which patients and encounters have none."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from search.tables.schema import NOT_CHARTED
from search.tables.standings import Rows

DOCUMENT: Final = "document"
"""The group of notes and reports, beside the relations of facts."""
_CHARTED: Final = f"relation NOT IN {NOT_CHARTED} AND assertion <> 'family'"
_MONTH: Final = "CASE WHEN {0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]*' THEN substr({0}, 1, 7) END"
_RECORDS: Final = (
    f"SELECT dataset, relation, {_MONTH.format('start')}, count(*), sum(day IS NULL) FROM"  # noqa: S608 - texts of this module
    f" (SELECT dataset, relation, min(start) AS start, min(day) AS day FROM facts WHERE {_CHARTED} GROUP BY record, relation)"
    " GROUP BY 1, 2, 3"
)
_DOCUMENTS: Final = f"SELECT dataset, '{DOCUMENT}', {_MONTH.format('date')}, count(*), sum(date IS NULL) FROM documents GROUP BY 1, 3"  # noqa: S608
_HAVING: Final = (
    "SELECT dataset, relation, count(*) FROM"  # noqa: S608 - texts of this module
    f" (SELECT DISTINCT p.dataset, f.relation, p.id FROM patients p JOIN facts f ON f.subject = p.id WHERE {_CHARTED})"
    " GROUP BY 1, 2"
)
_HAVING_DOCUMENTS: Final = (
    f"SELECT dataset, '{DOCUMENT}', count(*) FROM patients p WHERE EXISTS"  # noqa: S608 - texts of this module
    " (SELECT 1 FROM documents d WHERE d.patient = p.id) GROUP BY 1"
)
_PATIENTS: Final = "SELECT dataset, count(*) FROM patients GROUP BY 1"
_SILENT: Final = (
    "SELECT f.dataset, count(DISTINCT f.record) FROM facts f WHERE f.relation = 'encounter'"
    " AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.encounter = f.record) GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """The records of one group (a relation of facts, or DOCUMENT) in a dataset; `months` '2019-05' → how many began in it.

    Those dated by a year alone are in no month, `undated` ones have no date at all.
    """

    months: Mapping[str, int]
    records: int
    undated: int
    patients: int
    """Patients who have any."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is held of a dataset, by group; `encounters_without_documents` are those that no note or report names."""

    dataset: str
    patients: int
    reach: Mapping[str, Reach]
    encounters_without_documents: int


def read_coverage(rows: Rows) -> tuple[Coverage, ...]:
    """The coverage of every dataset, by name. `rows` runs a query; all facts are read once."""
    months: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for dataset, group, month, count, undated in (*rows(_RECORDS, ()), *rows(_DOCUMENTS, ())):
        records, without = counts.get((dataset, group), (0, 0))
        counts[dataset, group] = records + count, without + undated
        of_group = months[dataset][group]
        if month is not None:
            of_group[month] = count
    having = {(dataset, group): count for dataset, group, count in (*rows(_HAVING, ()), *rows(_HAVING_DOCUMENTS, ()))}
    patients, silent = dict(rows(_PATIENTS, ())), dict(rows(_SILENT, ()))
    return tuple(
        Coverage(
            dataset,
            patients.get(dataset, 0),
            {group: Reach(found, *counts[dataset, group], having.get((dataset, group), 0)) for group, found in months[dataset].items()},
            silent.get(dataset, 0),
        )
        for dataset in sorted({*months, *patients})
    )
