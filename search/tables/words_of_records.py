"""What records call their concepts: a name leads with the words of those who wrote them, the terminology's name comes second.

13 records: "oxaliplatin", RxNorm 1736776 "10 ML oxaliplatin 5 MG/ML Injection" ─▶ oxaliplatin
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Final

from search.tables.schema import NOT_CHARTED

_WORDS: Final = f"""
SELECT f.concept, f.words, coalesce(u.system, ''), u.code FROM (
    SELECT concept, min(label) AS words, sum(times) AS times, sum(sum(times)) OVER (PARTITION BY concept) AS every FROM called
    WHERE relation NOT IN {NOT_CHARTED} AND ?1 IN ('', dataset) GROUP BY concept, lower(label)) f
LEFT JOIN (SELECT concept, max(system) AS system, max(code) AS code FROM uses GROUP BY concept) u ON u.concept = f.concept
WHERE 2 * f.times > f.every
"""  # noqa: S608 - a fixed list


def words_of_records(db: sqlite3.Connection, dataset: str = "") -> dict[str, str]:
    """Concept → what more than half of the records call it that chart it, in one dataset or in all.

    Not where that is only its code, or where it would call several concepts of one system alike: two strengths of a drug, one substance in
    serum and in urine. It asks the table `called` (search.columns.called).
    """
    rows = [row for row in db.execute(_WORDS, (dataset,)) if row[1] and row[1] != row[3]]
    alike = Counter((system, words.casefold()) for _, words, system, _ in rows)
    return {concept: words for concept, words, system, _ in rows if alike[system, words.casefold()] == 1}


def leading(words: str, names: Iterable[str]) -> list[str]:
    """The names, led by the words ('' for none)."""
    return [words, *(name for name in names if name.casefold() != words.casefold())] if words else [*names]
