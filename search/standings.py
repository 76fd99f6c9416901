"""What of a catalog does not hold: records that do not count as true of a patient, and mentions with what their text asserts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from concepts.model import Assertion
from search.model import Fact
from search.schema import NOT_CHARTED

Rows = Callable[[str, Iterable[Any]], list[Any]]
"""Runs a query."""

FACTS_OF_RECORDS: Final = "record IN ({}) AND relation NOT IN ('label', 'answer', 'broader') ORDER BY fact"


def without_counted(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Record → its first fact, for the records that have no counted one."""
    counted = {fact.record for fact in facts if fact.counted}
    return {fact.record: fact for fact in reversed(facts) if fact.record not in counted}


def count_uncounted(rows: Rows, concept: str, kind: str) -> int:
    """How many records of a kind chart the concept in a way that does not count, and in none that does; 'none known' is no denial of it."""
    query = (
        "SELECT count(DISTINCT u.record) FROM facts u WHERE u.concept = ? AND NOT u.counted AND u.concept IS NOT NULL"
        " AND instr(u.record, ?) > 0 AND NOT (u.assertion = 'negated' AND u.relation IN ('allergy', 'condition') AND u.status <> 'refuted')"
        " AND NOT EXISTS (SELECT 1 FROM facts c WHERE c.record = u.record AND c.counted)"
    )
    return int(rows(query, (concept, f"/{kind}/"))[0][0])


UNCOUNTED_ALONE: Final = (
    "fact IN (SELECT min(u.fact) FROM facts u WHERE u.concept = ? AND NOT u.counted AND u.concept IS NOT NULL"  # noqa: S608 - a fixed list
    f" AND u.relation NOT IN {NOT_CHARTED} AND NOT EXISTS"
    " (SELECT 1 FROM facts c WHERE c.concept = u.concept AND c.subject = u.subject AND c.counted AND c.concept IS NOT NULL)"
    " GROUP BY u.subject) ORDER BY subject LIMIT ?"
)
"""Of each patient who has a concept charted, but never so that it counts: the first such fact."""


def assertions_of(rows: Rows, mentions: Sequence[str]) -> dict[str, Assertion]:
    """Mention → what its text asserts; mentions are found by the record that their IRI begins with."""
    records = sorted({mention.partition("#")[0] for mention in mentions})
    query = (
        "SELECT m.id, m.assertion FROM documents d JOIN mentions m ON m.document = d.row"  # noqa: S608 - only marks
        f" WHERE d.record IN ({','.join('?' * len(records))}) AND m.id IN ({','.join('?' * len(mentions))})"
    )
    return {mention: Assertion(assertion) for mention, assertion in rows(query, (*records, *mentions))}


def codings_of(rows: Rows, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Record → its concepts, for those of the records that chart one thing with several codes."""
    query = (
        f"SELECT DISTINCT record, concept FROM facts WHERE record IN ({','.join('?' * len(records))}) AND concept IS NOT NULL ORDER BY 1, 2"  # noqa: S608
    )
    found: dict[str, list[str]] = {}
    for record, concept in rows(query, records):
        found.setdefault(record, []).append(concept)
    return {record: tuple(concepts) for record, concepts in found.items() if len(concepts) > 1}
