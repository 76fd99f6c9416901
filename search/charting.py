"""What is charted and mentioned, as lists: each thing that a record says once, whatever it is coded in."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from search.model import Fact
from search.schema import NOT_CHARTED
from search.standings import Rows

_OF_LABELS: Final = "('label', 'answer', 'broader')"
THING: Final = (
    f"record, relation, label, coalesce(start, ''), coalesce(value, ''), number, CASE WHEN relation IN {_OF_LABELS} THEN fact END"
)
"""Facts that agree in these are codings of one thing; of labels each stands for itself."""
_BY: Final = {"dataset": "dataset = ? AND relation <> 'record'", "concept": "concept = ? AND relation <> 'record'"}


def count_things(rows: Rows, field: str, value: str) -> int:
    """How many things a dataset holds, or are coded by a concept."""
    query = f"SELECT count(*) FROM (SELECT 1 FROM facts WHERE {_BY[field]} GROUP BY {THING})"  # noqa: S608 - texts of this module
    return int(rows(query, (value,))[0][0])


def things_of(
    rows: Rows, facts: Callable[[str, Sequence[Any]], tuple[Fact, ...]], field: str, value: str, limit: int, offset: int
) -> tuple[tuple[Fact, ...], ...]:
    """Things of a dataset or a concept, newest first: of each the facts that code it. `facts` reads facts by a condition."""
    query = f"SELECT min(fact) FROM facts WHERE {_BY[field]} GROUP BY {THING} ORDER BY start DESC, 1 LIMIT ? OFFSET ?"  # noqa: S608
    firsts = [fact for (fact,) in rows(query, (value, limit, offset))]
    found = {fact: facts("fact = ?", (fact,))[0] for fact in firsts}
    records = sorted({fact.record for fact in found.values() if fact.job is None})
    same: dict[tuple[object, ...], list[Fact]] = {}
    for fact in facts(f"record IN ({','.join('?' * len(records))}) AND relation NOT IN {NOT_CHARTED} ORDER BY fact", records):
        same.setdefault(_key(fact), []).append(fact)
    return tuple(tuple(same.get(_key(fact), (fact,))) for fact in found.values())


def _key(fact: Fact) -> tuple[object, ...]:
    return fact.record, fact.relation, fact.label, fact.start or "", fact.value or "", fact.number


MENTIONS: Final = (
    "SELECT d.id, m.id, m.start, m.stop, m.text, m.concept, m.label, m.assertion, m.score, m.concept_score, m.source FROM documents d"
    " JOIN mentions m ON m.document = d.row WHERE d.dataset = ? ORDER BY d.row, m.start, m.stop, m.id LIMIT ? OFFSET ?"
)
"""Mentions of a dataset's documents, each after the IRI of its document."""
