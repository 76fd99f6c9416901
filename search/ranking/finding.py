"""What a search found: documents by number, best first, copies folded, and how well each matches."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.model import Match
from search.protocols import Mask, Rows
from search.ranking.fusion import RankedDocuments
from search.ranking.relevance import WELL


@dataclass(frozen=True, slots=True)
class Found:
    """Found documents by number, best first, copies folded; `everything` are all of them, `copies` counts those folded into each."""

    documents: Rows
    copies: NDArray[np.int64]
    everything: Rows
    ranked: RankedDocuments | None
    places: NDArray[np.int64]
    """Position of each of `documents` in `ranked`."""
    exact: bool
    well: int = 0
    """How many of `documents` match well: they come first."""


def folded(documents: Rows, ranked: RankedDocuments | None, copies: NDArray[np.integer], labeled: Mask, *, exact: bool) -> Found:
    """Fold documents of a patient that have the same text into the first of them that is no labeled copy, or the first of all.

    `copies` is the text of each document, by number. A copy that matches well stands for those that do so only loosely, labeled or not.
    """
    loose = np.zeros(len(documents), dtype=np.bool_) if ranked is None else ranked.relevance < WELL
    order = np.lexsort((labeled[documents], loose))
    _, first, group = np.unique(copies[documents[order]], return_index=True, return_inverse=True)
    kept = np.sort(order[first])
    group[order] = group.copy()
    count = np.bincount(group, minlength=len(first))[group[kept]] - 1
    well = 0 if ranked is None else int(np.count_nonzero(ranked.relevance[kept] >= WELL))
    return Found(documents[kept], count, documents, ranked, kept, exact, well)


def matching(found: Found, match: Match | None) -> Found:
    """What was found, of the documents that match so: of `everything` the copies that do, which need not match as those they are folded
    into do, for what is charted and labeled beside a text, and its date, are a copy's own.
    """
    if match is None or found.ranked is None:
        return found
    part = slice(0, found.well) if match is Match.WELL else slice(found.well, None)
    of_all = (found.ranked.relevance >= WELL) == (match is Match.WELL)
    return replace(
        found,
        documents=found.documents[part],
        copies=found.copies[part],
        places=found.places[part],
        everything=found.everything[of_all],
        well=found.well if match is Match.WELL else 0,
    )


def counted(found: Found, match: Match | None) -> Found:
    """The documents that facets count: those that match as asked, else those that match well where there are any."""
    return matching(found, match or (Match.WELL if found.well else None))


def well_apart(found: Found, match: Match | None) -> tuple[Rows, Rows] | None:
    """Where only loose matches are asked for: the documents that match well, and those of them that stand for copies."""
    well = matching(found, Match.WELL) if match is Match.LOOSELY and found.well else None
    return (well.everything, well.documents) if well is not None else None


def scores_of(found: Found, index: int) -> tuple[float, dict[str, float], int]:
    """Fused score, the score of each ranker that found the document and what it gained beside, and its best unit (-1 when browsing)."""
    ranked = found.ranked
    if ranked is None:
        return 0.0, {}, -1
    place = int(found.places[index])
    given = {"semantic": float(ranked.semantic[place]), "lexical": float(ranked.lexical[place])}
    told = {name: score for name, score in given.items() if score == score}
    gained = {name: float(values[place]) for name, values in ranked.gains.items() if values[place]}
    return float(ranked.scores[place]), {**told, **gained}, int(ranked.best_units[place])
