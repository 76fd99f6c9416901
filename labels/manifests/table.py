"""The labels of a line as rows of a table: one for each box, span or class, one for an answer that is empty, failed or of another kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import orjson

from labels.groundtruth.lines import line_of
from labels.groundtruth.model import Annotation, Box, Labeling, Line, Shape, State, TextSpan
from labels.groundtruth.sequences import inline
from labels.manifests.lines import Entry

_IN_PARTS = frozenset({Shape.CLASS, Shape.CLASSES, Shape.BOXES, Shape.SPANS})
_NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class Row:
    """One annotation. Boxes have left to height (pixels), spans start to end (characters) and text; other answers are in `value`,

    and so is a box that cannot be used, as it was written. Boxes of a video name their `frame` and, where they are tracked, what they show.
    """

    file: str = ""
    line: int = 0
    item: str = ""
    attribute: str = ""
    type: str = ""
    job: str | None = None
    created: str | None = None
    human: bool | None = None
    adjusted: bool | None = None
    failure: str | None = None
    class_name: str | None = None
    class_id: str | None = None
    confidence: float | None = None
    left: float | None = None
    top: float | None = None
    width: float | None = None
    height: float | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    value: str | None = None
    frame: str | None = None
    track: str | None = None


COLUMNS = tuple(column.name for column in fields(Row))


@dataclass(frozen=True, slots=True)
class Labels:
    """A line as the reader of manifests reads it, with its labels by attribute in the order of the line."""

    entry: Entry
    line: Line
    by_name: dict[str, Labeling]

    @classmethod
    def of(cls, entry: Entry) -> "Labels":
        """The labels of a line."""
        line = line_of(entry.content, entry.scales)
        found = {labeling.attribute: labeling for labeling in line.labelings if labeling.attribute}
        order = {name.removesuffix("-metadata"): place for place, name in reversed([*enumerate(entry.content)])}
        return cls(entry, line, {name: found[name] for name in sorted(found, key=lambda name: order.get(name, 0))})

    @property
    def item(self) -> str:
        """What the line is about: its object's URI, or its text."""
        return self.line.source if self.line.source is not None else self.line.text or ""

    def value(self, name: str) -> Any:
        """A label as it is written."""
        return self.entry.content.get(name)


def rows(labels: Labels, names: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of some label attributes of a line; of all of them if none are named."""
    for name in labels.by_name if names is None else names:
        if (labeling := labels.by_name.get(name)) is not None:
            yield from _rows(_about(labels, labeling), labels, labeling)


def task_of(labeling: Labeling) -> str:
    """The task in a label's `type`: `object-detection` of `groundtruth/object-detection`."""
    return labeling.type.lower().removeprefix("groundtruth/")


def _about(labels: Labels, labeling: Labeling) -> Row:
    return Row(
        labels.entry.source,
        labels.entry.number,
        labels.item,
        labeling.attribute,
        task_of(labeling),
        labeling.job,
        labeling.created,
        labeling.human,
        {"adjusted": True, "unadjusted": False}.get(labeling.adjustment),
        (labeling.failure or _NO_REASON) if labeling.state is State.FAILED else labeling.failure or None,
    )


def _rows(row: Row, labels: Labels, labeling: Labeling) -> Iterator[Row]:
    if labeling.state is not State.LABELED:
        yield row
        return
    value, text, shape = labels.value(labeling.attribute), labels.line.text or "", labeling.task.shape
    is_class = shape is Shape.CUSTOM and not isinstance(value, dict | list) and labeling.annotations
    if shape not in _IN_PARTS and not is_class and not (shape is Shape.FRAMES and inline(value) is not None):
        yield replace(row, value=_written(value))
        return
    drawn = iter([each for each in value["annotations"] if isinstance(each, dict)] if shape is Shape.BOXES and labeling.annotations else ())
    for one in labeling.annotations:
        part = _part(row, one, text)
        shape_written = next(drawn, None)
        if one.geometry is None and shape in (Shape.BOXES, Shape.FRAMES):
            part = replace(part, value="" if shape_written is None else _written(shape_written))
        yield part
    for left in labeling.left_out:
        part = row if left.read is None else _part(row, left.read, text)
        yield part if part.start is not None else replace(part, value=_written(left.written))
    if not labeling.annotations and not labeling.left_out:
        yield row


def _part(row: Row, one: Annotation, text: str) -> Row:
    """The row of a class, a box or a span."""
    row = replace(
        row,
        class_name=(one.category.name or None) if one.category is not None else None,
        class_id=(one.category.id or None) if one.category is not None else None,
        confidence=one.confidence,
        frame=one.frame.name if one.frame is not None else None,
        track=one.track or None,
    )
    match one.geometry:
        case Box() as box:
            return replace(row, **box._asdict())
        case TextSpan(start, end):
            return replace(row, start=start, end=end, text=text[start:end] if end <= len(text) else None)
        case None:
            return row
        case other:
            return replace(row, value=_written(other._asdict()))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
