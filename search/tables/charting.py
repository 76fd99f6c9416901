"""What is charted and mentioned, as lists: each thing that a record says once, whatever it is coded in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from search.model import Fact
from search.tables.schema import NOT_CHARTED
from search.tables.standings import Rows

OF_LABELS: Final = ("label", "answer", "broader")
"""Relations of facts of which each stands for itself."""
THING: Final = (
    "record, subject, relation, label, coalesce(start, ''), coalesce(value, ''), number, coalesce(unit, ''), comparator,"
    f" CASE WHEN relation IN {OF_LABELS} THEN fact END"
)
"""Facts that agree in these are codings of one thing; of labels each stands for itself."""
_BY: Final = {
    "dataset": "dataset = ? AND relation <> 'record'",
    "concept": "concept = ? AND relation <> 'record'",
    "patient": f"subject = ? AND relation NOT IN {NOT_CHARTED}",
}
_NEWEST_FIRST: Final = "start DESC, 1"
_ORDER: Final = {"dataset": _NEWEST_FIRST, "concept": _NEWEST_FIRST, "patient": "start IS NULL, start, record, 1"}


def count_things(rows: Rows, field: str, value: str) -> int:
    """How many things a dataset or a patient's chart holds, or are coded by a concept."""
    query = f"SELECT count(*) FROM (SELECT 1 FROM facts WHERE {_BY[field]} GROUP BY {THING})"  # noqa: S608 - texts of this module
    return int(rows(query, (value,))[0][0])


def things_of(
    rows: Rows, facts: Callable[[str, Sequence[Any]], tuple[Fact, ...]], field: str, value: str, limit: int, offset: int
) -> tuple[tuple[Fact, ...], ...]:
    """Things of a dataset or a concept, newest first, or of a patient, oldest first: of each the facts that code it.

    `facts` reads facts by a condition.
    """
    query = f"SELECT min(fact) FROM facts WHERE {_BY[field]} GROUP BY {THING} ORDER BY {_ORDER[field]} LIMIT ? OFFSET ?"  # noqa: S608
    firsts = [fact for (fact,) in rows(query, (value, limit, offset))]
    read = facts(f"fact IN ({','.join('?' * len(firsts))}) ORDER BY fact", firsts)
    found = dict(zip(sorted(firsts), read, strict=True))
    records = sorted({fact.record for fact in found.values() if fact.job is None})
    charted = facts(f"record IN ({','.join('?' * len(records))}) AND relation NOT IN {NOT_CHARTED} ORDER BY fact", records)
    same = {_thing(codings[0]): codings for codings in by_thing(charted)}
    return tuple(same.get(_thing(found[first]), (found[first],)) for first in firsts)


def by_thing(facts: Iterable[Fact]) -> tuple[tuple[Fact, ...], ...]:
    """Facts of charts by the thing that they code, in order."""
    found: dict[tuple[object, ...], list[Fact]] = {}
    for fact in facts:
        found.setdefault(_thing(fact), []).append(fact)
    return tuple(map(tuple, found.values()))


def _thing(fact: Fact) -> tuple[object, ...]:
    told = fact.start or "", fact.value or "", fact.number, fact.unit or "", fact.comparator
    return fact.record, fact.subject, fact.relation, fact.label, *told


MENTIONS: Final = (
    "SELECT d.id, m.id, m.start, m.stop, m.text, m.concept, m.label, m.assertion, m.score, m.concept_score, m.source FROM documents d"
    " JOIN mentions m ON m.document = d.row WHERE d.dataset = ? ORDER BY d.row, m.start, m.stop, m.id LIMIT ? OFFSET ?"
)
"""Mentions of a dataset's documents, each after the IRI of its document."""
