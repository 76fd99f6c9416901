"""What workers answered and what is made of it. An answer and a result hold the same kinds of value."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from labels.groundtruth.values import is_before
from labels.values import Boxes, Mask, Spans, Value
from sources.errors import UnsupportedSource


class Kind(StrEnum):
    """What a task asks for."""

    CLASS = "class"
    CLASSES = "classes"
    BOXES = "boxes"
    SPANS = "spans"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one worker answered for one item.

    `seconds` is the active time; `accepted` and `submitted` are ISO 8601; `changed` says whether the worker altered the value an adjustment
    task began with (None where the task does not say).
    """

    item: str
    worker: str
    value: Value
    seconds: float | None = None
    submitted: str = ""
    accepted: str = ""
    changed: bool | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The consolidated value of one item, with the confidence in it (0 to 1; 0 where a single answer left nothing to compare).

    A value of several parts (classes, boxes, spans) has a score and a number of workers for each part, in the order of the parts.
    """

    item: str
    value: Value
    confidence: float
    answers: int
    scores: tuple[float, ...] = ()
    support: tuple[int, ...] = ()


_KINDS: dict[type, Kind] = {str: Kind.CLASS, tuple: Kind.CLASSES, Boxes: Kind.BOXES, Spans: Kind.SPANS, Mask: Kind.MASK}


def kind_of(answers: Iterable[Answer]) -> Kind:
    """The kind of value all answers have. Raises UnsupportedSource where they differ or there are none."""
    kinds = {_KINDS[kind] for kind in {type(answer.value) for answer in answers}}
    if len(kinds) == 1:
        return kinds.pop()
    if not kinds:
        raise UnsupportedSource("there are no worker answers to consolidate")
    raise UnsupportedSource(f"answers of several kinds ({', '.join(sorted(kinds))}): consolidate one labeling job at a time")


def latest(answers: Iterable[Answer]) -> tuple[tuple[Answer, ...], int]:
    """One answer a worker and item, the one submitted last (undated ones first, then the order given); and how many others differed."""
    given = tuple(answers)
    if len({(answer.item, answer.worker) for answer in given}) == len(given):
        return given, 0
    kept: dict[tuple[str, str], Answer] = {}
    differed = 0
    for answer in given:
        key = (answer.item, answer.worker)
        known = kept.get(key)
        if known is None:
            kept[key] = answer
            continue
        differed += known.value != answer.value
        if not is_before(answer.submitted, known.submitted):
            kept[key] = answer
    return tuple(kept.values()), differed
