"""How far workers agree: Krippendorff's alpha, each worker with the others and with the outcome, confusions, times."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np

from labels.consolidation.likeness import alike
from labels.consolidation.model import Answer
from labels.consolidation.votes import Floats, Numbers, Votes
from labels.values import Value


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """One worker. Shares are 0 to 1; seconds are of active time, `elapsed_seconds` from acceptance to submission; None is not known.

    `agreement`: mean likeness to the consolidated value; `peers`: to the other answers on the same items; `accuracy`: share of answers that
    equal the truth; `tasks_per_hour`: answers with a time over the sum of their times; `changed`: answers that altered the value
    they began with.
    """

    worker: str
    answers: int
    agreement: float | None = None
    peers: float | None = None
    accuracy: float | None = None
    total_seconds: float | None = None
    mean_seconds: float | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    tasks_per_hour: float | None = None
    elapsed_seconds: float | None = None
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often items of class `reference` were answered with class `answered`."""

    reference: str
    answered: str
    count: int


def krippendorff_alpha(votes: Votes) -> float | None:
    """Krippendorff's alpha for nominal classes; items may lack answers. 1 is full agreement, 0 is chance.

    None where it is not defined: no item has two answers, or all those answers are one class.
    """
    item, label, count = votes.tally()
    return _alpha([(votes.answers[item], label, count)])


def alpha_of_decisions(decisions: Iterable[Votes]) -> float | None:
    """Alpha of *chosen* against *not chosen*, every (item, class) a unit: for answers of several classes."""
    units = []
    for votes in decisions:
        item, label, count = votes.tally()
        units.append((votes.answers[item], label, count))
    return _alpha(units)


def agreeing_pairs(votes: Votes) -> float | None:
    """The share of equal classes among all pairs of answers on one item; None where there are no pairs."""
    _, _, count = votes.tally()
    pairs = int((votes.answers * (votes.answers - 1)).sum())
    return float((count * (count - 1)).sum()) / pairs if pairs else None


def unanimous(votes: Votes) -> int:
    """How many items with two or more answers have only one class."""
    item, _, count = votes.tally()
    return int(((count == votes.answers[item]) & (count > 1)).sum())


def confusions(answers: Iterable[Answer], reference: Mapping[str, str]) -> tuple[Confusion, ...]:
    """The confusion matrix of single-class answers against a reference (truth or consolidated), without empty cells.

    Wrong answers come first, then by falling count, then by name; items without a reference are left out.
    """
    cells = Counter((reference[answer.item], str(answer.value)) for answer in answers if answer.item in reference)
    ordered = sorted(cells.items(), key=lambda cell: (cell[0][0] == cell[0][1], -cell[1], cell[0]))
    return tuple(Confusion(expected, answered, count) for (expected, answered), count in ordered)


def worker_figures(
    answers: Sequence[Answer], consolidated: Mapping[str, Value], truth: Mapping[str, str] | None = None
) -> tuple[WorkerFigures, ...]:
    """The figures of every worker, the busiest first. Answers are one a worker and item."""
    grouped: dict[str, list[Answer]] = defaultdict(list)
    items: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        grouped[answer.worker].append(answer)
        items[answer.item].append(answer)
    peers = _peers(items)
    found = [_figures(worker, own, consolidated, peers.get(worker), truth or {}) for worker, own in grouped.items()]
    return tuple(sorted(found, key=lambda figures: (-figures.answers, figures.worker)))


def mean_likeness(answers: Iterable[Answer]) -> float | None:
    """The mean likeness of two answers on one item, over all such pairs; None where there are none."""
    items: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        items[answer.item].append(answer)
    total, pairs = 0.0, 0
    for given in items.values():
        for one, other in combinations(given, 2):
            total += alike(one.value, other.value)
            pairs += 1
    return total / pairs if pairs else None


def _alpha(units: Sequence[tuple[Numbers, Numbers, Numbers]]) -> float | None:
    """Alpha from (answers of the item, class, votes) of every pair that has votes; classes mean the same in all units."""
    observed = 0.0
    pairable: Floats = np.zeros(0)
    for answers, label, count in units:
        several = answers > 1
        answers, label, count = answers[several], label[several], count[several]
        observed += float((count * (answers - count) / (answers - 1)).sum())
        totals: Floats = np.bincount(label, weights=count).astype(np.float64)
        size = max(len(totals), len(pairable))
        pairable = np.pad(totals, (0, size - len(totals))) + np.pad(pairable, (0, size - len(pairable)))
    total = float(pairable.sum())
    expected = float((pairable * (total - pairable)).sum()) / (total - 1) if total > 1 else 0.0
    return 1 - observed / expected if expected else None


def _peers(items: Mapping[str, Sequence[Answer]]) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    pairs: Counter[str] = Counter()
    for given in items.values():
        for one, other in combinations(given, 2):
            near = alike(one.value, other.value)
            for worker in (one.worker, other.worker):
                totals[worker] += near
                pairs[worker] += 1
    return {worker: totals[worker] / count for worker, count in pairs.items()}


def _figures(
    worker: str, own: Sequence[Answer], consolidated: Mapping[str, Value], peers: float | None, truth: Mapping[str, str]
) -> WorkerFigures:
    near = [alike(answer.value, consolidated[answer.item]) for answer in own if answer.item in consolidated]
    right = [answer.value == truth[answer.item] for answer in own if answer.item in truth]
    times = [answer.seconds for answer in own if answer.seconds is not None]
    elapsed = [seconds for answer in own if (seconds := _between(answer.accepted, answer.submitted)) is not None]
    changed = [answer.changed for answer in own if answer.changed is not None]
    total = sum(times)
    return WorkerFigures(
        worker,
        len(own),
        agreement=sum(near) / len(near) if near else None,
        peers=peers,
        accuracy=sum(right) / len(right) if right else None,
        total_seconds=total if times else None,
        mean_seconds=total / len(times) if times else None,
        min_seconds=min(times, default=None),
        max_seconds=max(times, default=None),
        tasks_per_hour=3600 * len(times) / total if total > 0 else None,
        elapsed_seconds=sum(elapsed) if elapsed else None,
        changed=sum(changed) if changed else None,
    )


def _between(start: str, end: str) -> float | None:
    """Seconds between two ISO 8601 times; None where one is absent or they cannot be compared."""
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):
        return None
