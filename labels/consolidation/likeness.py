"""How alike two values of one kind are, from 0 to 1."""

import numpy as np

from labels.consolidation.masks import same_pixels
from labels.consolidation.model import Result
from labels.consolidation.parts import THRESHOLD, bounds_of, edges_of, jaccard, overlap
from labels.consolidation.votes import Floats
from labels.values import Boxes, Mask, Spans, Value

DISSENT = 0.5
"""A worker whose value is less alike to the consolidated one disagrees with it."""


def alike(one: Value, other: Value) -> float:
    """How alike two values are.

    Classes: 1 if equal, else 0. Several classes: Jaccard. Boxes and spans: F1 of the parts of equal label that overlap enough, each matched
    once. Masks: share of equal pixels among those either one painted. Two empty values are alike; values of two kinds are not.
    """
    if isinstance(one, str):
        return float(one == other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len({*one} & {*other}) / len({*one, *other}) if one or other else 1.0
    if isinstance(one, Boxes) and isinstance(other, Boxes):
        near = overlap(edges_of(one.parts), edges_of(other.parts))
        return _matched([part.label for part in one.parts], [part.label for part in other.parts], near)
    if isinstance(one, Spans) and isinstance(other, Spans):
        near = jaccard(bounds_of(one.parts), bounds_of(other.parts))
        return _matched([part.label for part in one.parts], [part.label for part in other.parts], near)
    if isinstance(one, Mask) and isinstance(other, Mask):
        return same_pixels(one, other)
    return 0.0


def core(result: Result) -> Value:
    """The parts of a result that at least half of its workers have: what a worker's value is compared with."""
    kept = [2 * count >= result.answers for count in result.support]
    value = result.value
    if isinstance(value, Boxes):
        return Boxes(tuple(box for box, keep in zip(value.parts, kept, strict=True) if keep), value.width, value.height)
    if isinstance(value, Spans):
        return Spans(tuple(span for span, keep in zip(value.parts, kept, strict=True) if keep))
    if isinstance(value, tuple):
        return tuple(name for name, keep in zip(value, kept, strict=True) if keep)
    return value


def _matched(ours: list[str], theirs: list[str], near: Floats) -> float:
    if not ours and not theirs:
        return 1.0
    equal = np.array([[label == other for other in theirs] for label in ours], np.bool_).reshape(near.shape)
    row, column = np.nonzero(equal & (near >= THRESHOLD))
    rows: set[int] = set()
    columns: set[int] = set()
    for place in np.argsort(-near[row, column], kind="stable"):
        if row[place] not in rows and column[place] not in columns:
            rows.add(int(row[place]))
            columns.add(int(column[place]))
    return 2 * len(rows) / (len(ours) + len(theirs))
