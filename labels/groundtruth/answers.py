"""What workers answered: the shapes of `answerContent`, whatever the element that holds it is called."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from labels.groundtruth.model import Annotation, Answer, Category, Problem, Region
from labels.groundtruth.shapes import shapes, span
from labels.groundtruth.values import class_name, get, moment, number, text, whole

_DEEPEST: Final = 4
_MOST_NAMES: Final = 5
_SHAPES: Final = ("boundingBoxes", "polygons", "polylines", "lines", "keypoints")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_NO_CLASS: Final = "a class name is expected"
_NO_LIST: Final = "a list is expected"

Found = Iterator[Annotation | Problem]


def decoded(value: Any) -> Any:
    """The JSON that a string holds, decoded at most twice; anything else as it is."""
    for _ in range(2):
        if type(value) is not str or not value.lstrip().startswith(("{", "[", '"')):
            break
        try:
            value = json.loads(value)
        except ValueError:
            break
    return value


def answer_of(values: Mapping[str, Any], element: str | None = None) -> Answer | None:
    """An entry of `answers` (or of a consolidation request); None where nobody is named as its author.

    Its labels are those of its UI elements whose shape is known; where there is none, what lies deeper. What cannot be used is in its
    problems, the rest is kept. `element` names the only UI element to read, where a task has several.
    """
    worker = get(values, "workerId")
    worker = str(worker) if type(worker) is int else text(worker)  # tables of one's own number them
    if not worker:
        return None
    content = values.get("answerContent")
    if content is None:
        data = values.get("annotationData")
        content = data.get("content") if type(data) is dict else None
    content = decoded(content)
    problems: list[Problem] = []
    if type(content) is not dict:
        problems.append(Problem("opaque-answer", "the content is no JSON" if type(content) is str else "the content is not a JSON object"))
        content = {}
    if element is not None:
        content = {element: content[element]} if element in content else {}
    known = _elements(content)
    labels = [label for one in known for label in _labels(one.values, one.name)] if known else list(_labels(content, ""))
    annotations = tuple(one for one in labels if isinstance(one, Annotation))
    problems += (one for one in labels if isinstance(one, Problem))
    if not known and not annotations and not problems:
        names = ", ".join(sorted(content)[:_MOST_NAMES]) or "an empty answer"
        problems.append(Problem("opaque-answer", f"no class, classes, boxes, spans or mask in {names}"))
    first = known[0] if known else _Element("", _any_element(content), "custom")
    submitted, accepted = (_moment(values, key, problems) for key in ("submissionTime", "acceptanceTime"))
    changed = first.values.get("initialValueModified")
    return Answer(
        worker=worker,
        annotations=annotations,
        kind=first.kind,
        submitted=submitted,
        accepted=accepted,
        seconds=_seconds(values.get("timeSpentInSeconds"), problems),
        comment=text(first.values.get("workerComment")).strip(),
        changed=changed if type(changed) is bool else None,
        elements=tuple(one.name for one in known),
        size=_size(first.values),
        mask=_mask(first, problems) if first.kind == "mask" else b"",
        problems=tuple(problems),
    )


def annotations_of(content: Any) -> Iterator[Annotation]:
    """The labels in an answer, found by their shape: classes by name, boxes, outlines, keypoints, spans, mask colours."""
    return (one for one in _labels(content, "") if isinstance(one, Annotation))


def _labels(content: Any, place: str, depth: int = 0) -> Found:
    """The labels in an answer, and what cannot be used of them with its place."""
    content = decoded(content)
    if type(content) is not dict or depth > _DEEPEST:
        return
    found = False
    for one in _own(content):
        if isinstance(one, Problem):
            yield one._replace(field=f"{place}.{one.field}" if place else one.field)
        else:
            found = True
            yield one
    if found:
        return
    everyone = content.get("annotationsFromAllWorkers")
    if type(everyone) is list:
        for each in everyone:
            data = each.get("annotationData") if type(each) is dict else None
            if type(data) is dict:
                yield from _labels(data.get("content"), place, depth + 1)
        return
    for key, inner in content.items():
        if type(inner) is dict or (type(inner) is str and inner.startswith("{")):
            yield from _labels(inner, f"{place}.{key}" if place else key, depth + 1)


def _own(element: Mapping[str, Any]) -> Found:
    """The labels of an element itself, not of what it holds."""
    if "label" in element:
        label = element["label"]
        if name := class_name(label.get("label") if type(label) is dict else label):
            yield Annotation(Category("", name))
            return
        yield Problem("no-class", _NO_CLASS, "label")
    if "labels" in element:
        names = [class_name(each) for each in labels] if type(labels := element["labels"]) is list else None
        yield from (Annotation(Category("", name)) for name in names or () if name)
        yield from _nameless("labels", names)
        if names and any(names):
            return
    if any(type(element.get(key)) is list for key in _SHAPES):
        for key in _SHAPES:
            yield from shapes({key: element.get(key)}, {})
            yield from _unclassed(key, element.get(key))
        return
    yield from (Problem("bad-shape", _NO_LIST, key) for key in _SHAPES if element.get(key) and key != "lines")
    yield from _spans(element.get("entities"))
    for entity in marked if type(marked := element.get("Entities")) is list else ():
        if type(entity) is dict and (name := class_name(entity.get("Type"))):
            yield Annotation(Category("", name))
    yield from _colors(element)


def _nameless(key: str, names: list[str] | None) -> Iterator[Problem]:
    if names is None:
        yield Problem("no-class", "a list of class names is expected", key)
    yield from (Problem("no-class", _NO_CLASS, f"{key}[{place}]") for place, name in enumerate(names or ()) if not name)


def _unclassed(key: str, listed: Any) -> Iterator[Problem]:
    """Shapes without a class."""
    for place, shape in enumerate(listed if type(listed) is list else ()):
        if type(shape) is dict and get(shape, "class-id") is None and not class_name(shape.get("label")):
            yield Problem("no-class", _NO_CLASS, f"{key}[{place}].label")


def _spans(listed: Any) -> Found:
    if listed and type(listed) is not list:
        yield Problem("bad-span", _NO_LIST, "entities")
    for place, entity in enumerate(listed if type(listed) is list else ()):
        here = f"entities[{place}]"
        geometry = span(entity) if type(entity) is dict else None
        if geometry is None:
            yield Problem("bad-span", "whole offsets are expected, the end after the start", here)
            continue
        name = class_name(entity.get("label"))
        yield Annotation(Category("", name) if name else None, geometry=geometry)
        if not name:
            yield Problem("no-class", _NO_CLASS, f"{here}.label")


def _colors(element: Mapping[str, Any]) -> Found:
    """The classes of a mask, or its instances, by their colours."""
    mappings = element.get("labelMappings")
    for name, entry in mappings.items() if type(mappings) is dict else ():
        color = text(get(entry, "color")) if type(entry) is dict else ""
        if name.strip():
            yield Annotation(Category("", name), geometry=Region(color))
        if "labeledImage" in element and not (name.strip() and _COLOR.fullmatch(color)):
            yield Problem("bad-mask", "a class and its colour as #rrggbb are expected", f"labelMappings.{name}")
    for entry in instances if type(instances := element.get("instances")) is list else ():
        if type(entry) is dict and (name := class_name(entry.get("label"))):
            yield Annotation(Category("", name), geometry=Region(text(entry.get("color"))))


class _Element(NamedTuple):
    """A UI element whose shape is known; its name is '' where the content itself is it."""

    name: str
    values: Mapping[str, Any]
    kind: str


def _elements(content: Mapping[str, Any]) -> list[_Element]:
    """The elements of an answer that hold labels."""
    inner = ((name, decoded(value)) for name, value in content.items())
    found = [_Element(name, each, kind) for name, each in inner if type(each) is dict and (kind := _kind(each)) != "custom"]
    return found or ([_Element("", content, kind)] if (kind := _kind(content)) != "custom" else [])


def _any_element(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said beside labels of no known shape stands in the first element."""
    return next((each for value in content.values() if type(each := decoded(value)) is dict), content)


def _kind(element: Mapping[str, Any]) -> str:
    for keys, kind in (
        (("label",), "class"),
        (("labels",), "classes"),
        (("boundingBoxes",), "boxes"),
        (("entities", "Entities"), "spans"),
        (("labeledImage",), "mask"),
        (_SHAPES, "outlines"),
    ):
        if any(key in element for key in keys):
            return kind
    return "custom"


def _mask(element: _Element, problems: list[Problem]) -> bytes:
    """The painted PNG; empty for instances, whose classes its colours do not tell."""
    if "instances" in element.values:
        return b""
    image = element.values.get("labeledImage")
    try:
        if type(image) is dict and type(element.values.get("labelMappings")) is dict:
            return base64.b64decode(text(image.get("pngImageData")), validate=True)
    except (binascii.Error, ValueError):
        pass
    place = f"{element.name}.labeledImage" if element.name else "labeledImage"
    problems.append(Problem("bad-mask", "pngImageData in base64 and labelMappings are expected", place))
    return b""


def _size(element: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height of the image that was shown, in pixels; None where the answer does not tell."""
    given = element.get("inputImageProperties")
    width, height = (whole(given.get(side)) for side in ("width", "height")) if type(given) is dict else (None, None)
    return (width, height) if width and height and min(width, height) > 0 else None


def _moment(values: Mapping[str, Any], key: str, problems: list[Problem]) -> str | None:
    said = values.get(key)
    when = moment(said) if type(said) is str else None
    if when is None and said not in (None, ""):
        problems.append(Problem("bad-date", "the time is in no known form: left out", key))
    return when


def _seconds(value: Any, problems: list[Problem]) -> float | None:
    found = number(value)
    if (found is None and value not in (None, "")) or (found is not None and found < 0):
        problems.append(Problem("bad-seconds", "a number of at least 0 is expected: left out", "timeSpentInSeconds"))
        return None
    return found
