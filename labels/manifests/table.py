"""The labels of a line as rows of a table: one for each box, span or class, one for an answer that is empty, failed or of another kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

import orjson

from labels.groundtruth.model import Box
from labels.groundtruth.offsets import in_code_points
from labels.groundtruth.scales import Scales
from labels.groundtruth.scores import in_unit
from labels.groundtruth.sequences import frame_labels, inline
from labels.groundtruth.shapes import box, span
from labels.groundtruth.tasks import labels_of
from labels.groundtruth.values import class_name, get, job_name, number, whole
from labels.manifests.lines import Entry

_METADATA = "-metadata"


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


def label_names(content: Mapping[str, Any]) -> list[str]:
    """The label attributes of a line: those whose metadata has a type or a failure, or whose shape tells that they are labels."""
    return [name for name, _, _ in labels_of(content) if name and metadata_of(content, name)]


def metadata_of(content: Mapping[str, Any], name: str, scales: Scales = MappingProxyType({})) -> dict[str, Any]:
    """A label's metadata with hyphens in its keys and confidences of 0 to 1; empty if the attribute is no label."""
    own = {key: content[key] for key in (name, name + _METADATA) if key in content}
    found = next((metadata for attribute, metadata, _ in labels_of(own) if attribute == name), {})
    job = job_name(get(found, "job-name")) or name
    metadata = {key.replace("_", "-"): value for key, value in in_unit(found, scales.get(job))[0].items()}
    return metadata if isinstance(metadata.get("type"), str) or "failure-reason" in metadata else {}


def item_of(content: Mapping[str, Any]) -> str:
    """What the line is about: its object's URI, or its text."""
    for key in ("source-ref", "source"):
        if isinstance(content.get(key), str):
            return str(content[key])
    return ""


def rows(line: Entry, names: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of some label attributes of a line; of all of them if none are named."""
    for name in label_names(line.content) if names is None else names:
        metadata = metadata_of(line.content, name, line.scales)
        if not metadata:
            continue
        row = Row(
            line.source,
            line.number,
            item_of(line.content),
            name,
            task_of(metadata),
            _text(metadata.get("job-name"), "labeling-job/"),
            _text(metadata.get("creation-date")),
            {"yes": True, "true": True, "no": False}.get(str(metadata.get("human-annotated")).lower()),
            {"adjusted": True, "unadjusted": False}.get(str(metadata.get("adjustment-status"))),
        )
        if "failure-reason" in metadata:
            yield replace(row, failure=str(metadata["failure-reason"]))
        elif name in line.content:
            yield from _answers(row, line.content[name], metadata)
        else:
            yield row


def task_of(metadata: Mapping[str, Any]) -> str:
    """The task in a label's `type`: `object-detection` of `groundtruth/object-detection`."""
    return str(metadata.get("type", "")).lower().removeprefix("groundtruth/")


def _answers(row: Row, value: Any, metadata: Mapping[str, Any]) -> Iterator[Row]:
    read = {
        "object-detection": _boxes,
        "video-object-detection": _frames,
        "video-object-tracking": _frames,
        "text-span": _spans,
        "image-classification-multilabel": _classes,
        "text-classification-multilabel": _classes,
    }.get(row.type)
    found = read(row, value, metadata) if read else None
    if found is not None:
        yield from found or [row]
    elif (name := _class_of(row, value, metadata)) is not None:
        yield replace(row, class_name=name, class_id=str(value), confidence=_number(metadata.get("confidence")))
    else:
        yield replace(row, value=value if isinstance(value, str) else orjson.dumps(value).decode())


def _class_of(row: Row, value: Any, metadata: Mapping[str, Any]) -> str | None:
    """The class that a label of one class names; None where it is none."""
    if not isinstance(value, int | str):
        return None
    if isinstance(name := metadata.get("class-name"), str):
        return name
    named = class_name(_mapping(metadata.get("class-map")).get(str(value))) or (value if isinstance(value, str) else "")
    return named or None if row.type in ("image-classification", "text-classification") else None


def _boxes(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    boxes = value.get("annotations") if isinstance(value, dict) else None
    if not isinstance(boxes, list) or (boxes and not any(isinstance(each, dict) for each in boxes)):
        return None
    names, confidences = _mapping(metadata.get("class-map")), _confidences(metadata.get("objects"), len(boxes))
    return [_box(row, each, names, confidence) for each, confidence in zip(boxes, confidences, strict=True)]


def _box(row: Row, shape: Any, names: Mapping[str, Any], confidence: float | None) -> Row:
    if not isinstance(shape, dict):
        return replace(row, value=orjson.dumps(shape).decode())
    class_id = shape.get("class_id", shape.get("class-id"))
    row = replace(row, class_name=names.get(str(class_id)), class_id=None if class_id is None else str(class_id), confidence=confidence)
    geometry = box(shape)
    if geometry is None:
        return replace(row, value=orjson.dumps(shape).decode())
    return replace(row, left=geometry.left, top=geometry.top, width=geometry.width, height=geometry.height)


def _frames(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    """The boxes of a video's frames that stand in the line itself."""
    content = inline(value)
    if content is None:
        return None
    names = _mapping(metadata.get("class-map"))
    found = []
    for one in frame_labels(content, names).annotations:
        category = one.category
        known = names.get(category.id) if category is not None and category.id else None
        about = replace(
            row,
            class_name=known or (category.name if category is not None else None),
            class_id=category.id or None if category is not None else None,
            frame=one.frame.name if one.frame is not None else None,
            track=one.track or None,
        )
        if isinstance(one.geometry, Box):
            found.append(replace(about, **one.geometry._asdict()))
        else:
            found.append(replace(about, value=str(one.geometry or "")))
    return found


def _spans(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    annotations = value.get("annotations") if isinstance(value, dict) else None
    spans = annotations.get("entities") if isinstance(annotations, dict) else None
    if not isinstance(spans, list) or not all(isinstance(each, dict) for each in spans):
        return None
    given = [span(each) for each in spans]
    placed = iter(in_code_points([each for each in given if each is not None], row.item))
    found = []
    for each, place, confidence in zip(spans, given, _confidences(metadata.get("entities"), len(spans)), strict=True):
        if place is not None:
            start, end = next(placed)
        else:
            start, end = whole(each.get("startOffset")), whole(each.get("endOffset"))  # type: ignore[assignment]
        inside = place is not None and end <= len(row.item)
        text = row.item[start:end] if inside else None
        found.append(replace(row, class_name=_text(each.get("label")), confidence=confidence, start=start, end=end, text=text))
    return found


def _classes(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    if not isinstance(value, list):
        return None
    names, confidences = _mapping(metadata.get("class-map")), _mapping(metadata.get("confidence-map"))
    found = []
    for each in value:
        identifier = str(each)
        name = names.get(identifier) or (each if isinstance(each, str) else None)
        found.append(replace(row, class_name=name, class_id=identifier, confidence=_number(confidences.get(identifier))))
    return found


def _confidences(found: Any, length: int) -> list[float | None]:
    """Confidences by position; none at all where the lengths do not agree."""
    if not isinstance(found, list) or len(found) != length:
        return [None] * length
    return [_number(_mapping(entry).get("confidence")) for entry in found]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    return number(value)


def _text(value: Any, prefix: str = "") -> str | None:
    return value.removeprefix(prefix) if isinstance(value, str) else None
