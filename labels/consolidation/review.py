"""What a person should look at again, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labels.consolidation.consolidate import Consolidation
from labels.consolidation.likeness import DISSENT, alike, core
from labels.consolidation.model import Result
from labels.model import Reason, Why
from labels.values import Value

BELOW = 0.95
"""Ground Truth writes no higher confidence for a class: what stays below it was in doubt."""
_BLOCK = 1024
"""Rows compared with all others at once."""
_FEWEST = 3
"""Neighbours; fewer tell nothing of an item."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An item to look at again."""

    item: str
    value: Value
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Stranger:
    """An item whose label few of its nearest neighbours share: `agree` of `neighbours` do, `usual` is the label most of them have."""

    item: str
    label: str
    usual: str
    agree: int
    neighbours: int


def unsure(results: Iterable[Result], below: float = BELOW) -> dict[str, Reason]:
    """Items whose confidence is below a bound, by item; those with a single answer are not: nothing was compared."""
    return {
        result.item: Reason(Why.CONFIDENCE, f"confidence {result.confidence:.2f} is below {below:g}", 1 - result.confidence)
        for result in results
        if result.answers > 1 and result.confidence < below
    }


def disputed(done: Consolidation, least: float = 0.0) -> dict[str, Reason]:
    """Items where a share of workers greater than `least` disagrees with the result (see `likeness.DISSENT`), by item."""
    outcomes = {result.item: core(result) for result in done.results}
    against: dict[str, list[str]] = defaultdict(list)
    for answer in done.answers:
        if alike(answer.value, outcomes[answer.item]) < DISSENT:
            against[answer.item].append(answer.worker)
    found = {}
    for result in done.results:
        workers = against.get(result.item, [])
        if workers and len(workers) / result.answers > least:
            text = f"{len(workers)} of {result.answers} workers disagree: {', '.join(workers)}"
            found[result.item] = Reason(Why.WORKERS, text, len(workers) / result.answers)
    return found


def strangers(
    items: Sequence[str], vectors: NDArray[np.floating], labels: Sequence[str], k: int = 10, threshold: float = 0.2
) -> tuple[Stranger, ...]:
    """Items whose label at most a `threshold` share of the `k` nearest others has, the strangest first.

    `vectors` is items × dimensions; nearest is by cosine, of equal ones the earlier item. Exact, in blocks: time grows with the
    square of the items. Raises ValueError where lengths differ or a vector is not finite.
    """
    if not len(items) == len(labels) == len(vectors):
        raise ValueError("items, vectors and labels must have equal lengths")
    near = min(k, len(items) - 1)
    if near < _FEWEST:
        return ()
    unit = np.asarray(vectors, np.float32)
    if not np.isfinite(unit).all():
        raise ValueError("vectors must be finite")
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    names = sorted({*labels})
    number = {name: place for place, name in enumerate(names)}
    label = np.array([number[name] for name in labels], np.int64)
    found: list[Stranger] = []
    for start in range(0, len(items), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(items)))
        cosine = unit[rows] @ unit.T
        cosine[np.arange(len(rows)), rows] = -np.inf
        nearest = label[np.argsort(-cosine, axis=1, kind="stable")[:, :near]]
        agree = (nearest == label[rows, None]).sum(axis=1)
        for row in np.flatnonzero(agree <= threshold * near):
            usual = names[int(np.bincount(nearest[row]).argmax())]
            if usual != labels[rows[row]]:
                found.append(Stranger(items[rows[row]], labels[rows[row]], usual, int(agree[row]), near))
    return tuple(sorted(found, key=lambda stranger: (stranger.agree, stranger.item)))


def unlike_neighbours(found: Iterable[Stranger]) -> dict[str, Reason]:
    """The reasons of `strangers`, by item."""
    return {
        one.item: Reason(
            Why.NEIGHBOURS,
            f"{one.agree} of its {one.neighbours} nearest neighbours are {one.label!r} too; most are {one.usual!r}",
            1 - one.agree / one.neighbours,
        )
        for one in found
    }


def queue(results: Iterable[Result], *reasons: dict[str, Reason]) -> tuple[Doubt, ...]:
    """Every item that has a reason, with all of its reasons; the strongest sum of reasons first, then in the order of the results."""
    listed = []
    for result in results:
        own = tuple(found[result.item] for found in reasons if result.item in found)
        if own:
            listed.append(Doubt(result.item, result.value, result.confidence, own))
    return tuple(sorted(listed, key=lambda doubt: -sum(reason.strength for reason in doubt.reasons)))
