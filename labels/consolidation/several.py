"""Several classes for each item: the union of what the workers chose, each class with a score."""

from collections.abc import Sequence
from itertools import repeat

import numpy as np

from labels.consolidation.classes import posteriors
from labels.consolidation.model import Answer, Result
from labels.consolidation.votes import Numbers, Votes, votes_from

_CHOSEN, _NOT = 1, 0


def union(answers: Sequence[Answer]) -> list[Result]:
    """Every class that any worker chose, scored by the share of the item's workers who chose it; 0 where one worker answered alone."""
    return _results(answers, estimate=False)


def dawid_skene(answers: Sequence[Answer]) -> list[Result]:
    """The same union, each class scored by the two-prior Dawid-Skene posterior of *chosen* over *not chosen*, one class at a time."""
    return _results(answers, estimate=True)


def decisions(answers: Sequence[Answer]) -> list[Votes]:
    """A binary vote of every answer on every class of the job: one `Votes` a class, by name; label 1 is *chosen*."""
    items, workers = [answer.item for answer in answers], [answer.worker for answer in answers]
    base = votes_from(items, workers, list(repeat("", len(items))))
    values = [answer.value if isinstance(answer.value, tuple) else () for answer in answers]
    chosen: dict[str, Numbers] = {name: np.zeros(len(answers), np.int64) for name in sorted({name for value in values for name in value})}
    for row, value in enumerate(values):
        for name in value:
            chosen[name][row] = _CHOSEN
    return [Votes(base.items, base.workers, (f"not {name}", name), base.item, base.worker, labels) for name, labels in chosen.items()]


def _results(answers: Sequence[Answer], estimate: bool) -> list[Result]:
    given: dict[str, int] = {}
    for answer in answers:
        given[answer.item] = given.get(answer.item, 0) + 1
    found: dict[str, list[tuple[str, float, int]]] = {item: [] for item in given}
    for votes in decisions(answers):
        name = votes.classes[_CHOSEN]
        counts = np.bincount(votes.item, weights=votes.label, minlength=len(votes.items)).astype(np.int64)
        shares = posteriors(votes)[0][:, _CHOSEN] if estimate else counts / votes.answers
        for row in np.flatnonzero(counts):
            item = votes.items[row]
            found[item].append((name, float(shares[row]) if given[item] > 1 else 0.0, int(counts[row])))
    return [
        Result(
            item,
            tuple(name for name, _, _ in classes),
            _confidence([score for _, score, _ in classes], given[item]),
            given[item],
            tuple(score for _, score, _ in classes),
            tuple(count for _, _, count in classes),
        )
        for item, classes in found.items()
    ]


def _confidence(scores: Sequence[float], answers: int) -> float:
    """How sure the least sure decision is, chosen or not: a class that one of five chose is as settled as one that four of five chose."""
    if answers < 2:
        return 0.0
    return min((max(score, 1 - score) for score in scores), default=1.0)
