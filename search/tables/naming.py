"""Concepts by the words of their names, as a catalog's tables of words have them."""

import re
from collections.abc import Iterable
from itertools import islice

from search.tables.standings import Rows

_WORD = re.compile(r"[^\W_]+")


def beginning(text: str) -> tuple[str, tuple[str, ...]]:
    """The query for the ordinals of concepts whose names have words that begin so, or whose code it is; and its values."""
    by_name = "SELECT n.concept FROM name_words w JOIN names n ON n.name = w.rowid WHERE name_words MATCH ?"
    by_code = "SELECT ordinal FROM concepts WHERE code = ? COLLATE NOCASE"
    words = _WORD.findall(text)
    if not words:
        return by_code, (text.strip(),)
    return f"{by_name} UNION {by_code}", (" AND ".join(f'"{word}"*' for word in words), text.strip())


def concepts_named(rows: Rows, words: Iterable[str], limit: int = 60) -> dict[str, float]:
    """Concepts with a name that has some of the words (stemmed) → how well it matches: 1 for the best, none below a half."""
    known = list(dict.fromkeys(part.casefold() for word in islice(words, 64) for part in _WORD.findall(word)))
    if not known:
        return {}
    found = rows(
        "SELECT c.concept, s.rank FROM (SELECT rowid, rank FROM name_stems WHERE name_stems MATCH ? ORDER BY rank LIMIT ?) s"
        " JOIN names n ON n.name = s.rowid JOIN concepts c ON c.ordinal = n.concept ORDER BY s.rank, c.concept",
        (" OR ".join(f'"{word}"' for word in known), limit),
    )
    named: dict[str, float] = {}
    for concept, rank in found:
        strength = rank / found[0][1]
        if strength >= 0.5:
            named.setdefault(concept, strength)
    return named
