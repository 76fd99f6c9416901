"""One class for each item: majority vote, and Dawid-Skene with two priors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labels.consolidation.votes import Floats, Numbers, Votes

ROUNDS = 2
"""Rounds of the two-prior Dawid-Skene: Ground Truth's own number. More of them follow few answers too far."""
_START = 0.7
"""How often a worker is assumed to be right before anything is known."""
_TOLERANCE = 1e-6
"""Rounds end when no posterior moves by more."""
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The class of each item (a number of `Votes.classes`) and the confidence in it; `tied` items had several classes at the top."""

    label: Numbers
    confidence: Floats
    tied: NDArray[np.bool_]
    rounds: int = 0


def majority(votes: Votes) -> Chosen:
    """The class with most votes; a tie goes to the tied class with most votes in the whole job, then to the one whose name sorts first.

    Confidence is the share of the item's votes, and 0 where an item has a single one.
    """
    item, label, count = votes.tally()
    preferred = _by_preference(votes)
    place = np.empty(len(preferred), np.int64)
    place[preferred] = np.arange(len(preferred) - 1, -1, -1)
    start = np.flatnonzero(np.diff(item, prepend=-1))
    if not len(start):
        return Chosen(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_))
    top = np.maximum.reduceat(count * len(preferred) + place[label], start)
    most, chosen = np.divmod(top, len(preferred))
    tied = np.bincount(item[count == most[item]], minlength=len(start)) > 1
    answers = votes.answers
    return Chosen(preferred[::-1][chosen], np.where(answers > 1, most / answers, 0.0), tied)


def dawid_skene(votes: Votes, rounds: int = ROUNDS, tolerance: float = _TOLERANCE) -> Chosen:
    """Dawid-Skene with two priors on each worker's confusion matrix: the worker's own accuracy, and half as strong the mean of all workers.

    Ends after `rounds` rounds, or when no posterior moved by more than `tolerance`. Posteriors equal to 9 digits are a tie, settled
    as in `majority`. Confidence is the posterior of the class; an item with a single answer keeps it, with confidence 0.
    """
    posterior, done = posteriors(votes, rounds, tolerance)
    answers = votes.answers
    best = posterior.max(axis=1, initial=0.0)
    near = posterior >= best[:, None] - 1e-9
    preferred = _by_preference(votes)
    label = preferred[np.argmax(near[:, preferred], axis=1)] if len(preferred) else np.zeros(0, np.int64)
    single = answers[votes.item] == 1
    label[votes.item[single]] = votes.label[single]
    return Chosen(label, np.where(answers > 1, best, 0.0), (near.sum(axis=1) > 1) & (answers > 1), done)


def posteriors(votes: Votes, rounds: int = ROUNDS, tolerance: float = _TOLERANCE) -> tuple[Floats, int]:
    """P(class | answers) as items × classes, and the rounds done.

    Each round: class prior = mean posterior; posterior ∝ prior · Π over the item's votes of M_worker[class, answer]; then
    M_j[t, l] = (E_j[t, l] + n_j·P(a_j)[t, l] + ½·n_j·P(ā)[t, l]) / row sum, with E the expected counts, n_j the worker's answers, a_j the
    worker's expected share of right answers, ā the mean of a over workers, and P(a) = a where t = l, else (1 − a) / (K − 1).

    Only the columns (worker, answer) that occur are kept, so memory is items × classes + answers × classes and not workers × classes².
    """
    items, classes = len(votes.items), len(votes.classes)
    if classes < 2:
        return np.ones((items, classes)), 0
    columns, column = np.unique(votes.worker * classes + votes.label, return_inverse=True)
    worker, answered = np.divmod(columns, classes)
    given = np.bincount(votes.worker, minlength=len(votes.workers)).astype(np.float64)
    posterior = np.full((items, classes), 1.0 / classes)
    matrix = np.full((len(columns), classes), (1 - _START) / (classes - 1))
    matrix[np.arange(len(columns)), answered] = _START
    done = 0
    for done in range(1, rounds + 1):  # noqa: B007 - reported
        before = posterior
        posterior = _posterior(votes, column, matrix, posterior.mean(axis=0))
        if np.abs(posterior - before).max(initial=0.0) <= tolerance:
            break
        matrix = _matrix(votes, column, worker, answered, given, posterior)
    return posterior, done


def _by_preference(votes: Votes) -> Numbers:
    """The classes in the order in which a tie is settled: most votes in the whole job first, then by name."""
    return np.argsort(-np.bincount(votes.label, minlength=len(votes.classes)), kind="stable")


def _posterior(votes: Votes, column: Numbers, matrix: Floats, prior: Floats) -> Floats:
    logs = np.log(np.maximum(matrix, _SMALLEST))
    score = np.empty((len(votes.items), len(votes.classes)))
    for true, share in enumerate(np.log(np.maximum(prior, _SMALLEST))):  # one class at a time: the temporaries stay at one number a vote
        score[:, true] = share + np.bincount(votes.item, weights=logs[column, true], minlength=len(votes.items))
    score -= score.max(axis=1, keepdims=True)
    np.exp(score, out=score)
    score /= score.sum(axis=1, keepdims=True)
    return score


def _matrix(votes: Votes, column: Numbers, worker: Numbers, answered: Numbers, given: Floats, posterior: Floats) -> Floats:
    classes = len(votes.classes)
    right = np.bincount(votes.worker, weights=posterior[votes.item, votes.label], minlength=len(given))
    accuracy = np.divide(right, given, out=np.zeros_like(right), where=given > 0)
    mean = float(accuracy.mean())
    own = given[worker]
    hit = own * accuracy[worker] + 0.5 * own * mean
    miss = (own * (1 - accuracy[worker]) + 0.5 * own * (1 - mean)) / (classes - 1)
    matrix = np.empty((len(worker), classes))
    for true in range(classes):
        expected = np.bincount(column, weights=posterior[votes.item, true], minlength=len(worker))
        row = np.bincount(worker, weights=expected, minlength=len(given))
        matrix[:, true] = (expected + np.where(answered == true, hit, miss)) / (row[worker] + 1.5 * own)
    return matrix
