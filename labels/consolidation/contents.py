"""The value inside a worker's `answerContent`, told by its shape: the UI element around it has any name."""

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from labels.consolidation.masks import indices_of
from labels.values import Box, Boxes, Mask, Span, Spans, Value
from sources.errors import UnsupportedSource

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class Unreadable(ValueError):
    """An answer that has not the form it should have; the message says what and where."""


def value_of(content: object, element: str | None = None) -> tuple[Value, bool | None]:
    """The value, and whether the worker changed the one it began with (None where the task does not say).

    `element` names the UI element to read where several hold answers. Raises Unreadable where none or several have a known shape, or the
    value is not as it should be.
    """
    for _ in range(2):  # tools of one's own encode it a second time
        if isinstance(content, str):
            content = _decoded(content)
    if not isinstance(content, dict):
        raise Unreadable("the content is not a JSON object")
    elements = {name: inner for name, inner in content.items() if isinstance(inner, dict) and element in (None, name)}
    known = [(name, inner, shape) for name, inner in elements.items() if (shape := _shape(inner))]
    if not known and element is None and (shape := _shape(content)):
        known = [("answer", content, shape)]
    if not known:
        raise Unreadable(f"no class, classes, boxes, spans or mask in {', '.join(sorted(content)) or 'an empty answer'}")
    if len(known) > 1:
        raise Unreadable(f"several elements hold an answer ({', '.join(name for name, _, _ in known)}): choose one with --element")
    name, inner, shape = known[0]
    changed = inner.get("initialValueModified")
    return _SHAPES[shape](inner, f"{name}.{shape}"), changed if isinstance(changed, bool) else None


def class_of(value: object, place: str) -> str:
    """A class name. Raises Unreadable where it is no text or empty."""
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{place}: a class name is expected")
    return value


def classes_of(value: object, place: str) -> tuple[str, ...]:
    """Class names, sorted, none twice. Raises Unreadable where it is not a list of texts."""
    return tuple(sorted({class_of(name, f"{place}[{number}]") for number, name in enumerate(_list(value, place))}))


def number_of(value: object, place: str, least: float = -math.inf) -> float:
    """A finite number that is not below `least`. Raises Unreadable for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
        raise Unreadable(f"{place}: a number{'' if least == -math.inf else f' of at least {least:g}'} is expected")
    return value


def _shape(inner: Mapping[str, Any]) -> str | None:
    if "instances" in inner:  # instances of one class are told apart by colour: no vote over classes fits
        return None
    return next((key for key in _SHAPES if key in inner), None)


def _class(inner: Mapping[str, Any], place: str) -> str:
    return class_of(inner["label"], place)


def _classes(inner: Mapping[str, Any], place: str) -> tuple[str, ...]:
    return classes_of(inner["labels"], place)


def _boxes(inner: Mapping[str, Any], place: str) -> Boxes:
    boxes = []
    for number, box in enumerate(_objects(inner["boundingBoxes"] or [], place)):
        here = f"{place}[{number}]"
        left, top = (number_of(box.get(side), f"{here}.{side}") for side in ("left", "top"))
        width, height = (number_of(box.get(side), f"{here}.{side}", 0) for side in ("width", "height"))
        boxes.append(Box(class_of(box.get("label"), f"{here}.label"), left, top, width, height))
    return Boxes(tuple(boxes), *_size(inner))


def _spans(inner: Mapping[str, Any], place: str) -> Spans:
    spans = []
    for number, span in enumerate(_objects(inner["entities"] or [], place)):
        here = f"{place}[{number}]"
        start, end = (number_of(span.get(side), f"{here}.{side}", 0) for side in ("startOffset", "endOffset"))
        if start != int(start) or end != int(end) or start >= end:
            raise Unreadable(f"{here}: whole offsets are expected, the end after the start")
        spans.append(Span(class_of(span.get("label"), f"{here}.label"), int(start), int(end)))
    return Spans(tuple(spans))


def _mask(inner: Mapping[str, Any], place: str) -> Mask:
    image, mappings = inner["labeledImage"], inner.get("labelMappings")
    if not isinstance(image, dict) or not isinstance(image.get("pngImageData"), str) or not isinstance(mappings, dict):
        raise Unreadable(f"{place}: pngImageData and labelMappings are expected")
    colors = []
    for name, entry in mappings.items():
        color = entry.get("color") if isinstance(entry, dict) else None
        if not isinstance(color, str) or not _COLOR.fullmatch(color):
            raise Unreadable(f"labelMappings.{name}: a colour as #rrggbb is expected")
        colors.append((name, color.lower()))
    try:
        mask = Mask(base64.b64decode(image["pngImageData"], validate=True), tuple(colors))
        height, width = indices_of(mask, ()).shape
    except (binascii.Error, UnsupportedSource) as error:
        raise Unreadable(f"{place}: {error}") from error
    if (size := _size(inner)) not in ((0, 0), (width, height)):
        raise Unreadable(f"{place}: a mask of {width} × {height} pixels for an image of {size[0]} × {size[1]}")
    return mask


_SHAPES: Mapping[str, Callable[[Mapping[str, Any], str], Value]] = {
    "boundingBoxes": _boxes,
    "entities": _spans,
    "labeledImage": _mask,
    "labels": _classes,
    "label": _class,
}
"""What tells a shape → its reader."""


def _size(inner: Mapping[str, Any]) -> tuple[int, int]:
    given = inner.get("inputImageProperties")
    if not isinstance(given, dict):
        return 0, 0
    width, height = given.get("width"), given.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) and min(width, height) > 0 else (0, 0)


def _list(value: object, place: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise Unreadable(f"{place}: a list is expected")
    return value


def _objects(value: object, place: str) -> list[Mapping[str, Any]]:
    objects: list[Mapping[str, Any]] = []
    for number, entry in enumerate(_list(value, place)):
        if not isinstance(entry, dict):
            raise Unreadable(f"{place}[{number}]: an object is expected")
        objects.append(entry)
    return objects


def _decoded(content: str) -> object:
    try:
        return orjson.loads(content)
    except ValueError as error:
        raise Unreadable(f"the content is not JSON ({error})") from error
