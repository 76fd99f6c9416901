"""Single-class answers as arrays of numbers, which the estimators and agreement figures work on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labels.consolidation.model import Answer

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Vote v is: worker `workers[worker[v]]` gave item `items[item[v]]` the class `classes[label[v]]`. Classes are sorted by name."""

    items: tuple[str, ...]
    workers: tuple[str, ...]
    classes: tuple[str, ...]
    item: Numbers
    worker: Numbers
    label: Numbers

    @property
    def answers(self) -> Numbers:
        """How many answers each item has."""
        return np.bincount(self.item, minlength=len(self.items))

    def tally(self) -> tuple[Numbers, Numbers, Numbers]:
        """Item, class and number of votes of every pair that has any, by item and then class. Memory does not grow with the classes."""
        pairs, counts = np.unique(self.item * len(self.classes) + self.label, return_counts=True)
        item, label = np.divmod(pairs, max(len(self.classes), 1))
        return item, label, counts


def votes_of(answers: Iterable[Answer]) -> Votes:
    """The votes in answers that are single classes, one a worker and item (see `model.latest`)."""
    given = tuple(answers)
    return votes_from([answer.item for answer in given], [answer.worker for answer in given], [str(answer.value) for answer in given])


def votes_from(items: Sequence[str], workers: Sequence[str], classes: Sequence[str]) -> Votes:
    """The votes in three columns of equal length. Raises ValueError where the lengths differ."""
    if not len(items) == len(workers) == len(classes):
        raise ValueError("items, workers and classes must have equal lengths")
    item_names, item = _numbered(items, sort=False)
    worker_names, worker = _numbered(workers, sort=False)
    class_names, label = _numbered(classes, sort=True)
    return Votes(item_names, worker_names, class_names, item, worker, label)


def _numbered(column: Sequence[str], sort: bool) -> tuple[tuple[str, ...], Numbers]:
    """The distinct values (sorted, or in the order met) and the number of each entry among them."""
    distinct = dict.fromkeys(column)
    names = tuple(sorted(distinct) if sort else distinct)
    numbers = dict(zip(names, range(len(names)), strict=True))
    return names, np.fromiter(map(numbers.__getitem__, column), np.int64, len(column))
