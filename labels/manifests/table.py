"""The labels of a line as rows of a table: one for each box, span or class, one for an answer that is empty, failed or of another kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import orjson

from labels.manifests.lines import Line

_METADATA = "-metadata"


@dataclass(frozen=True, slots=True)
class Row:
    """One annotation. Boxes have left to height (pixels), spans start to end (characters) and text; other answers are in `value`."""

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


COLUMNS = tuple(column.name for column in fields(Row))


def label_names(content: Mapping[str, Any]) -> list[str]:
    """The label attributes of a line: those whose metadata has a type or a failure."""
    names = (key.removesuffix(_METADATA) for key in content if key.endswith(_METADATA))
    return [name for name in names if name and metadata_of(content, name)]


def metadata_of(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A label's metadata with hyphens in its keys; empty if the attribute is no label."""
    found = content.get(name + _METADATA)
    if not isinstance(found, dict):
        return {}
    metadata = {key.replace("_", "-"): value for key, value in found.items()}
    return metadata if isinstance(metadata.get("type"), str) or "failure-reason" in metadata else {}


def item_of(content: Mapping[str, Any]) -> str:
    """What the line is about: its object's URI, or its text."""
    for key in ("source-ref", "source"):
        if isinstance(content.get(key), str):
            return str(content[key])
    return ""


def rows(line: Line, names: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of some label attributes of a line; of all of them if none are named."""
    for name in label_names(line.content) if names is None else names:
        metadata = metadata_of(line.content, name)
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
        "text-span": _spans,
        "image-classification-multilabel": _classes,
        "text-classification-multilabel": _classes,
    }.get(row.type)
    found = read(row, value, metadata) if read else None
    if found is not None:
        yield from found or [row]
    elif isinstance(metadata.get("class-name"), str) and isinstance(value, int | str):
        yield replace(row, class_name=metadata["class-name"], class_id=str(value), confidence=_number(metadata.get("confidence")))
    else:
        yield replace(row, value=value if isinstance(value, str) else orjson.dumps(value).decode())


def _boxes(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    boxes = value.get("annotations") if isinstance(value, dict) else None
    if not isinstance(boxes, list) or not all(isinstance(box, dict) for box in boxes):
        return None
    names, confidences = _mapping(metadata.get("class-map")), _confidences(metadata.get("objects"), len(boxes))
    found = []
    for box, confidence in zip(boxes, confidences, strict=True):
        class_id = box.get("class_id", box.get("class-id"))
        sides = {side: _number(box.get(side)) for side in ("left", "top", "width", "height")}
        name = names.get(str(class_id))
        found.append(replace(row, class_name=name, class_id=None if class_id is None else str(class_id), confidence=confidence, **sides))  # type: ignore[arg-type]
    return found


def _spans(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    annotations = value.get("annotations") if isinstance(value, dict) else None
    spans = annotations.get("entities") if isinstance(annotations, dict) else None
    if not isinstance(spans, list) or not all(isinstance(span, dict) for span in spans):
        return None
    found = []
    for span, confidence in zip(spans, _confidences(metadata.get("entities"), len(spans)), strict=True):
        start, end = (at if isinstance(at, int) else None for at in (span.get("startOffset"), span.get("endOffset")))
        inside = start is not None and end is not None and 0 <= start <= end <= len(row.item)
        text = row.item[start:end] if inside else None
        found.append(replace(row, class_name=_text(span.get("label")), confidence=confidence, start=start, end=end, text=text))
    return found


def _classes(row: Row, value: Any, metadata: Mapping[str, Any]) -> list[Row] | None:
    if not isinstance(value, list):
        return None
    names, confidences = _mapping(metadata.get("class-map")), _mapping(metadata.get("confidence-map"))
    return [
        replace(row, class_name=names.get(str(found)), class_id=str(found), confidence=_number(confidences.get(str(found))))
        for found in value
    ]


def _confidences(found: Any, length: int) -> list[float | None]:
    """Confidences by position; none at all where the lengths do not agree."""
    if not isinstance(found, list) or len(found) != length:
        return [None] * length
    return [_number(_mapping(entry).get("confidence")) for entry in found]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any, prefix: str = "") -> str | None:
    return value.removeprefix(prefix) if isinstance(value, str) else None
