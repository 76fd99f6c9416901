"""The main flow: answers in, one result an item out, with the figures of agreement."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from labels.consolidation import classes, several
from labels.consolidation.agreement import (
    Confusion,
    WorkerFigures,
    agreeing_pairs,
    alpha_of_decisions,
    confusions,
    krippendorff_alpha,
    mean_likeness,
    unanimous,
    worker_figures,
)
from labels.consolidation.likeness import core
from labels.consolidation.masks import palette_of, vote
from labels.consolidation.model import Answer, Kind, Result, kind_of, latest
from labels.consolidation.parts import labels_in, merge_boxes, merge_spans
from labels.consolidation.votes import Votes, votes_of
from labels.values import Boxes, Mask, Spans
from sources.errors import UnsupportedSource


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the workers agree. `alpha` is Krippendorff's (nominal; None where not defined), `pairs` the mean likeness of two answers."""

    alpha: float | None
    pairs: float | None
    unanimous: int | None
    tied: int | None
    workers: int
    answers: int
    superseded: int
    """Answers that a later, different answer of the same worker on the same item replaced."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many results equal the truth; `unknown` entries of the truth name no item that has answers."""

    right: int
    of: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What came of a set of answers. `answers` are those that counted, one a worker and item."""

    kind: Kind
    method: str
    results: tuple[Result, ...]
    agreement: Agreement
    answers: tuple[Answer, ...]


def methods() -> dict[Kind, tuple[str, ...]]:
    """The names of the methods of each kind, the default first."""
    return {kind: tuple(known) for kind, known in METHODS.items()}


def consolidate(answers: Sequence[Answer], method: str | None = None) -> Consolidation:
    """Consolidate the answers of one labeling job; items come in the order in which they are first answered.

    Raises UnsupportedSource for no answers, answers of several kinds, or a method that does not fit the kind.
    """
    kind = kind_of(answers)
    known = METHODS[kind]
    name = method or next(iter(known))
    if name not in known:
        raise UnsupportedSource(f"method {name!r} does not fit answers of kind {str(kind)!r}: use {' or '.join(known)}")
    counted, superseded = latest(answers)
    merged = known[name](counted)
    return Consolidation(kind, name, tuple(merged.results), _agreement(kind, counted, merged, superseded), counted)


def workers_of(done: Consolidation, truth: Mapping[str, str] | None = None) -> tuple[WorkerFigures, ...]:
    """The figures of every worker: agreement with the parts of a result that half of its workers have, peers, truth, times."""
    return worker_figures(done.answers, {result.item: core(result) for result in done.results}, truth)


def confusions_of(done: Consolidation, truth: Mapping[str, str] | None = None) -> tuple[Confusion, ...]:
    """Answers against the truth, or against the consolidated classes; empty for other kinds than single classes."""
    if done.kind is not Kind.CLASS:
        return ()
    return confusions(done.answers, truth if truth is not None else {result.item: str(result.value) for result in done.results})


def score(done: Consolidation, truth: Mapping[str, str]) -> Score:
    """How many results equal the truth (item → class). Raises UnsupportedSource where items have no single class."""
    if done.kind is not Kind.CLASS:
        raise UnsupportedSource(f"a truth of item and class fits single classes, not answers of kind {str(done.kind)!r}")
    judged = [(result.value, truth[result.item]) for result in done.results if result.item in truth]
    return Score(sum(value == expected for value, expected in judged), len(judged), len(truth) - len(judged))


class _Merged(NamedTuple):
    """The results, how many items had a tie (None where there is no such thing), and the votes they come from, of single classes."""

    results: Sequence[Result]
    tied: int | None = None
    votes: Votes | None = None


def _agreement(kind: Kind, answers: Sequence[Answer], merged: _Merged, superseded: int) -> Agreement:
    alpha, same = None, None
    if (votes := merged.votes) is not None:
        alpha, pairs, same = krippendorff_alpha(votes), agreeing_pairs(votes), unanimous(votes)
    else:
        pairs = mean_likeness(answers)
        if kind is Kind.CLASSES:
            alpha = alpha_of_decisions(several.decisions(answers))
    return Agreement(alpha, pairs, same, merged.tied, len({answer.worker for answer in answers}), len(answers), superseded)


def _by_item(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    items: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        items[answer.item].append(answer)
    return items


def _classes(estimate: Callable[..., classes.Chosen]) -> Callable[[Sequence[Answer]], _Merged]:
    def merged(answers: Sequence[Answer]) -> _Merged:
        votes = votes_of(answers)
        chosen = estimate(votes)
        rows = zip(votes.items, chosen.label.tolist(), chosen.confidence.tolist(), votes.answers.tolist(), strict=True)
        results = [Result(item, votes.classes[label], confidence, count) for item, label, confidence, count in rows]
        return _Merged(results, int(chosen.tied.sum()), votes)

    return merged


def _boxes(answers: Sequence[Answer]) -> _Merged:
    values = {item: [cast(Boxes, answer.value) for answer in given] for item, given in _by_item(answers).items()}
    overall = labels_in(value for given in values.values() for value in given)
    return _Merged([merge_boxes(item, given, overall) for item, given in values.items()])


def _spans(answers: Sequence[Answer]) -> _Merged:
    values = {item: [cast(Spans, answer.value) for answer in given] for item, given in _by_item(answers).items()}
    overall = labels_in(value for given in values.values() for value in given)
    return _Merged([merge_spans(item, given, overall) for item, given in values.items()])


def _masks(answers: Sequence[Answer]) -> _Merged:
    values = {item: [cast(Mask, answer.value) for answer in given] for item, given in _by_item(answers).items()}
    palette = palette_of([mask for given in values.values() for mask in given])
    return _Merged([vote(item, given, palette) for item, given in values.items()])


METHODS: Mapping[Kind, Mapping[str, Callable[[Sequence[Answer]], _Merged]]] = {
    Kind.CLASS: {"dawid-skene": _classes(classes.dawid_skene), "majority": _classes(classes.majority)},
    Kind.CLASSES: {
        "union": lambda answers: _Merged(several.union(answers)),
        "dawid-skene": lambda answers: _Merged(several.dawid_skene(answers)),
    },
    Kind.BOXES: {"iou": _boxes},
    Kind.SPANS: {"jaccard": _spans},
    Kind.MASK: {"pixel-vote": _masks},
}
"""For each kind its methods, the default first."""
