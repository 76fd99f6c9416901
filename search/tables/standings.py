"""What of a catalog holds and what does not: records that do not count, what texts assert, and how widely a concept is meant how."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from concepts.model import Assertion
from search.model import ConceptStanding, Fact, Held
from search.tables.connections import padded
from search.tables.schema import NOT_CHARTED

Rows = Callable[[str, Iterable[Any]], list[Any]]
"""Runs a query."""

UNCOUNTED_AMONG: Final = (
    "SELECT DISTINCT record FROM facts WHERE record IN ({}) AND NOT counted AND relation NOT IN ('label', 'answer', 'broader')"
)
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
    records, mentions = padded(sorted({mention.partition("#")[0] for mention in mentions})), padded(mentions)
    query = (
        "SELECT m.id, m.assertion FROM documents d JOIN mentions m ON m.document = d.row"  # noqa: S608 - only marks
        f" WHERE d.record IN ({','.join('?' * len(records))}) AND m.id IN ({','.join('?' * len(mentions))})"
    )
    return {mention: Assertion(assertion) for mention, assertion in rows(query, (*records, *mentions))}


MEANT: Final = "SELECT concept FROM concepts WHERE ordinal IN (SELECT value FROM json_each(?))"
_OF_TEXTS: Final = f"""
SELECT m.assertion, d.patient, count(DISTINCT m.document) FROM mentions m JOIN documents d ON d.row = m.document
WHERE m.concept IN ({MEANT}) GROUP BY m.assertion, d.patient
"""  # noqa: S608 - texts of this module
TO_SUBSTANCES: Final = "(relation = 'allergy' AND concept IN (SELECT concept FROM allergens))"
"""Facts of allergies that are coded by what they are to."""
_COUNTED: Final = f"counted AND concept IS NOT NULL AND relation NOT IN {NOT_CHARTED} AND concept IN ({MEANT})"
COUNTED: Final = f"{_COUNTED} AND NOT {TO_SUBSTANCES}"
"""Facts by which concepts are had."""
ALLERGIC: Final = f"{_COUNTED} AND {TO_SUBSTANCES}"
"""Facts of allergies to concepts, which are no facts of having these."""
_CHARTED: Final = f"SELECT count(DISTINCT subject) FROM facts WHERE {COUNTED}"  # noqa: S608 - texts of this module
_OF_VISITS: Final = f"""
SELECT count(*) FROM documents WHERE encounter IN (SELECT encounter FROM facts WHERE {COUNTED} AND encounter IS NOT NULL)
"""  # noqa: S608 - texts of this module
_TELLING: Final = f"SELECT document FROM mentions WHERE concept IN ({MEANT}) AND assertion = 'allergy'"  # noqa: S608 - texts of this module
OF_ALLERGIES: Final = f"""row IN ({_TELLING}) OR encounter IN (SELECT encounter FROM facts WHERE {ALLERGIC} AND encounter IS NOT NULL)
"""  # noqa: S608 - texts of this module
"""Documents whose texts tell of an allergy to concepts, or whose encounters chart one."""
_ALLERGIC: Final = f"SELECT DISTINCT subject FROM facts WHERE {ALLERGIC}"  # noqa: S608 - texts of this module
_ALLERGIC_DOCUMENTS: Final = f"SELECT count(*) FROM documents WHERE {OF_ALLERGIES}"  # noqa: S608 - texts of this module


def standing_of(rows: Rows, concept: str, meant: Sequence[int], known_as: Callable[[str], str]) -> ConceptStanding:
    """How concepts, given by their ordinals, are charted and meant in texts, together. `known_as` tells who a patient is now."""
    if not meant:
        return ConceptStanding(concept)
    given = (json.dumps(list(meant)),)
    patients: dict[str, set[str]] = defaultdict(set)
    documents: dict[str, int] = defaultdict(int)
    for assertion, patient, count in rows(_OF_TEXTS, given):
        documents[assertion] += count
        if patient is not None:
            patients[assertion].add(known_as(patient))
    held = {assertion: Held(len(patients[assertion]), count) for assertion, count in documents.items()}
    allergic = patients[Assertion.ALLERGY] | {subject for (subject,) in rows(_ALLERGIC, given)}
    return ConceptStanding(
        concept,
        concepts=len(meant),
        charted=Held(rows(_CHARTED, given)[0][0], rows(_OF_VISITS, given)[0][0]),
        affirmed=held.get(Assertion.AFFIRMED, Held()),
        denied=held.get(Assertion.NEGATED, Held()),
        possible=held.get(Assertion.POSSIBLE, Held()),
        hypothetical=held.get(Assertion.HYPOTHETICAL, Held()),
        historical=held.get(Assertion.HISTORICAL, Held()),
        family=held.get(Assertion.FAMILY, Held()),
        not_in_family=held.get(Assertion.NOT_IN_FAMILY, Held()),
        allergy=Held(len(allergic), rows(_ALLERGIC_DOCUMENTS, given * 2)[0][0]),
        no_allergy=held.get(Assertion.NO_ALLERGY, Held()),
    )
