"""Values that can be compared and consolidated, made of the labels of an answer or of a manifest line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from labels.groundtruth import model as labels
from labels.groundtruth.model import Annotation, Answer, Labeling, Region, Shape, State, TextSpan
from labels.groundtruth.offsets import in_code_points


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from the top left corner of the image."""

    label: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes on one image; its size in pixels where it is known, else 0."""

    parts: tuple[Box, ...]
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, `end` exclusive."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans in one text."""

    parts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A painted image: the bytes of a PNG, and (class, colour as #rrggbb) for every class; other colours are background."""

    png: bytes
    colors: tuple[tuple[str, str], ...]


Value: TypeAlias = str | tuple[str, ...] | Boxes | Spans | Mask
"""One class, several classes (sorted, none twice), boxes, spans, or a painted image."""


class Spellings:
    """Names of classes as they are first written: names that differ only in the blanks around them are one class, as in the graph."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def of(self, name: str) -> str:
        """How the class is written."""
        return self._first.setdefault(name.strip(), name)


def renamed(value: Value, name: Callable[[str], str]) -> Value:
    """The value with other names of its classes; of several classes none twice."""
    if isinstance(value, str):
        return name(value)
    if isinstance(value, tuple):
        return tuple(sorted({name(each) for each in value}))
    if isinstance(value, Mask):
        return replace(value, colors=tuple((name(each), color) for each, color in value.colors))
    if isinstance(value, Boxes):
        return replace(value, parts=tuple(replace(box, label=name(box.label)) for box in value.parts))
    return Spans(tuple(replace(span, label=name(span.label)) for span in value.parts))


def in_characters(value: Value, words: str) -> Value:
    """The value with its spans of a text in code points; they may have been in UTF-16 units."""
    if not isinstance(value, Spans):
        return value
    placed = in_code_points([TextSpan(span.start, span.end) for span in value.parts], words)
    return Spans(tuple(Span(span.label, *place) for span, place in zip(value.parts, placed, strict=True)))


def names_in(value: Value) -> tuple[str, ...]:
    """The classes that a value names, in its order."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple):
        return value
    return tuple(name for name, _ in value.colors) if isinstance(value, Mask) else tuple(part.label for part in value.parts)


def value_of(kind: str, annotations: Sequence[Annotation], size: tuple[int, int] | None = None, mask: bytes = b"") -> Value | None:
    """The value of labels of a kind (`class`, `classes`, `boxes`, `spans`, `mask`) on an image of a size, painted as the PNG `mask`.

    None for kinds that are not compared, for no class, and where no label has the form of its kind.
    """
    match kind:
        case Shape.CLASS:
            return _name(annotations[0]) or None if annotations else None
        case Shape.CLASSES:
            return tuple(sorted({name for one in annotations if (name := _name(one))}))
        case Shape.BOXES:
            boxes = tuple(Box(_name(one), *one.geometry) for one in annotations if isinstance(one.geometry, labels.Box))
            return Boxes(boxes, *size or (0, 0)) if boxes or not annotations else None
        case Shape.SPANS:
            spans = tuple(Span(_name(one), *one.geometry) for one in annotations if isinstance(one.geometry, labels.TextSpan))
            return Spans(spans) if spans or not annotations else None
        case Shape.MASK if mask:
            return Mask(mask, tuple((_name(one), one.geometry.color.lower()) for one in annotations if isinstance(one.geometry, Region)))
    return None


def value_of_answer(answer: Answer) -> Value | None:
    """The value of what a worker answered; None where it is of a kind that is not compared."""
    return value_of(answer.kind, answer.annotations, answer.size, answer.mask)


def value_of_labeling(labeling: Labeling) -> Value | None:
    """The value of what a job gave an item; None where it failed or is of a kind that is not compared."""
    if labeling.state is not State.LABELED:
        return None
    kind = labeling.task.shape if labeling.task.shape is not Shape.CUSTOM else _kind(labeling.annotations)
    return value_of(kind, labeling.annotations)


def _kind(annotations: Sequence[Annotation]) -> str:
    """What the labels of a custom job are, by their geometry."""
    kinds = {type(one.geometry) for one in annotations}
    if kinds == {labels.Box}:
        return Shape.BOXES
    if kinds == {labels.TextSpan}:
        return Shape.SPANS
    return Shape.CLASS if kinds == {type(None)} and len(annotations) == 1 else Shape.CUSTOM


def _name(one: Annotation) -> str:
    return one.category.name if one.category is not None else ""
