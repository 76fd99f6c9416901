"""Shapes that labels draw: boxes, outlines, cuboids, spans, as JSON has them."""

from collections.abc import Iterator, Mapping
from typing import Any

from labels.groundtruth.model import Annotation, Box, Category, Cuboid, Frame, Outline, Problem, TextSpan
from labels.groundtruth.values import class_name, get, number, pairs, scalar, text, whole

Names = Mapping[str, str]
"""Class id → name."""


def category(names: Names, identifier: Any) -> Category:
    """The class of an id; an id that the map lacks is its own name."""
    said = scalar(identifier)
    return Category(said, names.get(said, class_name(identifier)))


def names_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The `class-map` of a job's metadata, names as they are written."""
    found = get(metadata, "class-map")
    if type(found) is not dict:
        return {}
    return {str(key): name for key, name in found.items() if type(name) is str and name.strip()}


def box(shape: Mapping[str, Any]) -> Box | None:
    """A box, also one told by its right and bottom; None where a side is missing or the box is turned inside out."""
    left, top = number(shape.get("left")), number(shape.get("top"))
    if left is None or top is None:
        return None
    width, height = _extent(shape, "width", left, "right"), _extent(shape, "height", top, "bottom")
    if width is None or height is None or width < 0 or height < 0:
        return None
    return Box(left, top, width, height)


def _extent(shape: Mapping[str, Any], side: str, start: float, end: str) -> float | None:
    if side in shape:
        return number(shape[side])
    last = number(shape.get(end))
    return None if last is None else last - start


def size_of(label: Any) -> tuple[int, int] | None:
    """Width and height of the image that a label tells in `image_size`, an object or a list of one; None where it does not."""
    value = get(label, "image-size") if type(label) is dict else None
    first = value[0] if type(value) is list and value else value
    width, height = (number(first.get(side)) for side in ("width", "height")) if type(first) is dict else (None, None)
    return (int(width), int(height)) if width and height and min(width, height) >= 1 else None


def outline(kind: str, shape: Mapping[str, Any]) -> Outline | None:
    """A polygon, polyline or keypoint; None where it has no vertices."""
    points = shape.get("vertices") if "vertices" in shape else [shape]
    found = []
    for point in points if type(points) is list else []:
        x, y = (number(point.get(axis)) for axis in ("x", "y")) if type(point) is dict else (None, None)
        if x is None or y is None:
            return None
        found.append((x, y))
    return Outline(kind, tuple(found)) if found else None


def cuboid(shape: Mapping[str, Any]) -> Cuboid | None:
    """A cuboid; None where its centre or size is missing. One that is not turned has angles of 0."""
    center = [number(shape.get(f"center-{axis}")) for axis in "xyz"]
    size = [number(shape.get(side)) for side in ("length", "width", "height")]
    turned = [number(shape.get(angle)) or 0.0 for angle in ("roll", "pitch", "yaw")]
    if None in center or None in size:
        return None
    return Cuboid(tuple(center), tuple(size), tuple(turned))  # type: ignore[arg-type]


def span(entity: Mapping[str, Any]) -> TextSpan | None:
    """A span of text, also one given by start and length; None where it is none."""
    start, end = (whole(get(entity, key)) for key in ("startOffset", "endOffset"))
    if start is None:
        start, length = whole(get(entity, "start-index")), whole(entity.get("length"))
        end = start + length if start is not None and length is not None else None
    if start is None or end is None or not 0 <= start < end:
        return None
    return TextSpan(start, end)


_FORMS = (("annotations", "box"), ("polygons", "polygon"), ("polylines", "polyline"), ("lines", "polyline"), ("keypoints", "keypoint"))
"""Key of a list of shapes → what they are."""


def shapes(holder: Mapping[str, Any], names: Names, frame: Frame | None = None) -> Iterator[Annotation | Problem]:
    """The shapes of a label, a frame or an answer; class by id (manifests) or by name (answers)."""
    for key, kind in (*_FORMS, ("boundingBoxes", "box")):
        listed = holder.get(key)
        for place, shape in enumerate(listed if type(listed) is list else []):
            if type(shape) is not dict:
                yield Problem("bad-shape", "the shape is not an object", f"{key}[{place}]")
                continue
            geometry = (cuboid(shape) if "center-x" in shape else box(shape)) if kind == "box" else outline(kind, shape)
            if geometry is None:
                yield Problem(
                    "bad-shape", f"the {kind} lacks coordinates, or they are no numbers or end before they begin", f"{key}[{place}]"
                )
            yield Annotation(
                _class_of(shape, names),
                geometry=geometry,
                frame=frame,
                track=text(get(shape, "object-id")),
                name=text(get(shape, "object-name")),
                attributes=pairs(get(shape, "label-category-attributes")),
            )


def _class_of(shape: Mapping[str, Any], names: Names) -> Category | None:
    identifier = get(shape, "class-id")
    if identifier is not None:
        found = category(names, identifier)
        # Tools call things `Car:1`: the class by its name, where no map tells it.
        called, counted, _ = text(get(shape, "object-name")).rpartition(":")
        return found._replace(name=called.strip()) if counted and called.strip() and found.id not in names else found
    name = class_name(shape.get("label"))
    return Category("", name) if name else None
