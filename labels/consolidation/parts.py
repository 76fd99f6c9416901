"""Boxes and spans: the parts that workers drew around the same thing become one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median_low

import numpy as np

from labels.consolidation.clusters import groups, most_frequent
from labels.consolidation.model import Result
from labels.consolidation.votes import Floats
from labels.values import Box, Boxes, Span, Spans

THRESHOLD = 0.5
"""Two parts are of the same thing from this overlap on."""


def merge_boxes(item: str, answers: Sequence[Boxes], overall: dict[str, int], threshold: float = THRESHOLD) -> Result:
    """Boxes of different workers matched by intersection over union (see `clusters.groups`), their edges averaged, the label voted.

    Score of a box: share of the item's workers who drew it × mean IoU of theirs with the merged one; 0 where one worker answered.
    """
    drawn = [(number, box) for number, answer in enumerate(answers) for box in answer.parts]
    edges = edges_of([box for _, box in drawn])
    labels = [box.label for _, box in drawn]
    boxes, scores, support = [], [], []
    for members in groups([number for number, _ in drawn], labels, overlap(edges, edges), threshold):
        left, top, right, bottom = map(float, edges[members].mean(axis=0))
        box = Box(most_frequent([labels[part] for part in members], overall), left, top, right - left, bottom - top)
        near = float(overlap(edges[members], edges_of([box])).mean())
        boxes.append(box)
        support.append(len(members))
        scores.append(_score(len(members), len(answers), near))
    width = max((answer.width for answer in answers), default=0)
    height = max((answer.height for answer in answers), default=0)
    return _result(item, Boxes(tuple(boxes), width, height), scores, support, len(answers))


def merge_spans(item: str, answers: Sequence[Spans], overall: dict[str, int], threshold: float = THRESHOLD) -> Result:
    """Spans of different workers matched by Jaccard similarity of their characters (see `clusters.groups`), the label voted.

    Each boundary is the mode of theirs, without a clear one the median (the lower of two). Score of a span: share of the item's workers who
    marked it × mean Jaccard of theirs with the merged one; 0 where one worker answered.
    """
    marked = [(number, span) for number, answer in enumerate(answers) for span in answer.parts]
    edges = bounds_of([span for _, span in marked])
    labels = [span.label for _, span in marked]
    spans, scores, support = [], [], []
    for members in groups([number for number, _ in marked], labels, jaccard(edges, edges), threshold):
        start, end = (_mode(edges[members, side].astype(int).tolist()) for side in (0, 1))
        span = Span(most_frequent([labels[part] for part in members], overall), start, end)
        near = float(jaccard(edges[members], bounds_of([span])).mean())
        spans.append(span)
        support.append(len(members))
        scores.append(_score(len(members), len(answers), near))
    return _result(item, Spans(tuple(spans)), scores, support, len(answers))


def labels_in(answers: Iterable[Boxes | Spans]) -> dict[str, int]:
    """How often each label occurs on the parts of all answers."""
    return Counter(part.label for answer in answers for part in answer.parts)


def edges_of(boxes: Sequence[Box]) -> Floats:
    """Left, top, right and bottom of each box, one row a box."""
    rows = [(box.left, box.top, box.left + box.width, box.top + box.height) for box in boxes]
    return np.array(rows, np.float64).reshape(len(rows), 4)


def bounds_of(spans: Sequence[Span]) -> Floats:
    """Start and end of each span, one row a span."""
    return np.array([(span.start, span.end) for span in spans], np.float64).reshape(len(spans), 2)


def overlap(one: Floats, other: Floats) -> Floats:
    """Intersection over union of every box of `one` with every box of `other` (rows of `edges_of`)."""
    sides = np.minimum(one[:, None, 2:], other[None, :, 2:]) - np.maximum(one[:, None, :2], other[None, :, :2])
    shared = np.maximum(sides, 0.0).prod(axis=2)
    areas = ((one[:, 2:] - one[:, :2]).prod(axis=1), (other[:, 2:] - other[:, :2]).prod(axis=1))
    return _share(shared, areas[0][:, None] + areas[1][None, :] - shared)


def jaccard(one: Floats, other: Floats) -> Floats:
    """Characters shared over characters covered, of every span of `one` with every span of `other` (rows of `bounds_of`)."""
    shared = np.maximum(np.minimum(one[:, None, 1], other[None, :, 1]) - np.maximum(one[:, None, 0], other[None, :, 0]), 0.0)
    lengths = (one[:, 1] - one[:, 0], other[:, 1] - other[:, 0])
    return _share(shared, lengths[0][:, None] + lengths[1][None, :] - shared)


def _share(shared: Floats, union: Floats) -> Floats:
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _score(members: int, workers: int, near: float) -> float:
    return members / workers * near if workers > 1 else 0.0


def _result(item: str, value: Boxes | Spans, scores: list[float], support: list[int], workers: int) -> Result:
    confidence = min(scores, default=1.0) if workers > 1 else 0.0
    return Result(item, value, confidence, workers, tuple(scores), tuple(support))


def _mode(places: Sequence[int]) -> int:
    (place, count), *others = Counter(places).most_common(2)
    return median_low(places) if others and others[0][1] == count else place
