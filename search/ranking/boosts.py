"""What documents gain beside meaning and words, as settings say; nothing by default.

    title=0.1                    times the share of the question's words that the title has
    type:Discharge summary=0.05  documents of this type; less than 0 takes away
    fresh:365=0.1                documents of the newest day, and half as much for each 365 days of age

A gain is on the scale of fused scores (search.ranking.fusion). It orders what is ranked, within what answers alike: what lacks part of the
question stays behind what answers all of it, and what matches loosely behind what matches well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.catalog import SqliteCatalog
from search.columns.documents import Columns
from search.lexical.analysis import tokenize_with_spans
from search.protocols import Scores
from search.ranking.fusion import ARRAYS, RankedDocuments
from search.ranking.polarity import frames

MOST: Final = 1.0
"""The largest weight: as much as meaning alone gives."""
_LONGEST: Final = 100_000
"""Days."""


@dataclass(frozen=True, slots=True)
class Boosts:
    """Weights by field: of titles, of types by name, of freshness with the days in which it halves."""

    title: float = 0.0
    types: tuple[tuple[str, float], ...] = ()
    fresh: float = 0.0
    days: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.title or self.types or self.fresh)


NO_BOOSTS: Final = Boosts()


@dataclass(frozen=True, slots=True)
class About:
    """What boosts look at of documents, one value each: title, type, day as YYYYMMDD (0 where it is not known)."""

    titles: Sequence[str]
    types: Sequence[str]
    days: NDArray[np.integer]
    newest: int
    """The newest day of all documents, likewise."""

    def at(self, places: NDArray[np.integer]) -> "About":
        """Of some documents, by their places among these."""
        rows = places.tolist()
        return About([self.titles[row] for row in rows], [self.types[row] for row in rows], self.days[places], self.newest)


def boosts_of(words: str) -> Boosts:
    """Boosts as a setting writes them: 'title=0.1; type:Discharge summary=0.05; fresh:365=0.1'. Raises ValueError for other words."""
    boosts = NO_BOOSTS
    for each in filter(None, (one.strip() for one in words.split(";"))):
        name, _, weight = each.rpartition("=")
        field, _, of = (part.strip() for part in name.partition(":"))
        value = _number(weight, each, -MOST, MOST)
        if field == "title" and not of:
            boosts = replace(boosts, title=value)
        elif field == "type" and of:
            boosts = replace(boosts, types=(*boosts.types, (of, value)))
        elif field == "fresh" and of:
            boosts = replace(boosts, fresh=value, days=_number(of, each, 1, _LONGEST))
        else:
            raise ValueError(f"{each!r} is none of title=WEIGHT, type:NAME=WEIGHT and fresh:DAYS=WEIGHT")
    return boosts


def _number(words: str, where: str, least: float, most: float) -> float:
    try:
        number = float(words)
    except ValueError:
        number = np.nan
    if not least <= number <= most:
        raise ValueError(f"{where!r}: {words.strip()!r} is no number from {least:g} to {most:g}")
    return number


def gains(boosts: Boosts, question: str, about: About) -> dict[str, Scores]:
    """Boost, as people read it → what each document gains by it."""
    found: dict[str, Scores] = {}
    if boosts.title:
        asked = _terms(question)
        shares = [len(asked & _terms(title)) / max(len(asked), 1) for title in about.titles]
        found["title boost"] = np.asarray(shares, dtype=np.float32) * np.float32(boosts.title)
    if boosts.types:
        weights = {name.casefold(): weight for name, weight in boosts.types}
        found["type boost"] = np.asarray([weights.get(each.casefold(), 0.0) for each in about.types], dtype=np.float32)
    if boosts.fresh:
        found["freshness boost"] = (boosts.fresh * _fresh(about, boosts.days)).astype(np.float32)
    return found


def boosted(ranked: RankedDocuments, gained: Mapping[str, Scores]) -> RankedDocuments:
    """Ranked documents in the order of what they have with what they gained."""
    if not gained or not len(ranked):
        return ranked
    scores = ranked.scores + np.sum(list(gained.values()), axis=0, dtype=np.float32)
    order = np.lexsort((ranked.documents, -scores, ranked.tiers))
    arrays = {name: getattr(ranked, name)[order] for name in ARRAYS}
    return replace(ranked, **{**arrays, "scores": scores[order]}, gains={name: values[order] for name, values in gained.items()})


@dataclass(frozen=True)
class Booster:
    """Boosts of the documents of one generation."""

    boosts: Boosts
    columns: Columns
    catalog: SqliteCatalog

    def applied(self, ranked: RankedDocuments, question: str) -> RankedDocuments:
        """What was ranked with what it gains. Without boosts it is left as it is, and nothing is looked up."""
        if not self.boosts or not len(ranked):
            return ranked
        rows = self.columns.rowids[ranked.documents].tolist()
        told, newest = self.catalog.titles_and_types(rows), self.columns.newest(datetime.now(UTC).date())
        titles, types = [told[row][0] for row in rows], [told[row][1] for row in rows]
        about = About(titles, types, self.columns.first_days[ranked.documents], int(f"{newest:%Y%m%d}") if newest else 0)
        return boosted(ranked, gains(self.boosts, question, about))


def _fresh(about: About, days: float) -> NDArray[np.float64]:
    """1 for the newest day or a later one, halved for each so many days before; 0 where no day is known."""
    written = np.asarray(about.days, dtype=np.int64)
    ages = _counted(np.asarray(about.newest, dtype=np.int64)) - _counted(written)
    return np.where(written > 0, 0.5 ** (np.maximum(ages, 0) / max(days, 1)), 0.0)


def _counted(written: NDArray[np.int64]) -> NDArray[np.float64]:
    """Days since the year 0 of days as YYYYMMDD, near enough to weigh by: an open month or day is its first."""
    return np.asarray(written // 10_000 * 365.2425 + np.maximum(written // 100 % 100, 1) * 30.44 + np.maximum(written % 100, 1))


def _terms(text: str) -> frozenset[str]:
    return frozenset(term for term, _, _ in tokenize_with_spans(text) if not frames(term))
