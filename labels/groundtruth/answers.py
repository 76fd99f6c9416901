"""What workers answered: the shapes of `answerContent`, whatever the element that holds it is called."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from labels.groundtruth.model import Annotation, Answer, Category, Region
from labels.groundtruth.shapes import shapes, span
from labels.groundtruth.values import class_name, get, moment, number, text

_DEEPEST: Final = 4
_SHAPES: Final = ("boundingBoxes", "polygons", "polylines", "lines", "keypoints")


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


def answer_of(values: Mapping[str, Any]) -> Answer | None:
    """An entry of `answers` (or of a consolidation request); None where nobody is named as its author."""
    worker = text(get(values, "workerId"))
    if not worker:
        return None
    content = values.get("answerContent")
    if content is None:
        data = values.get("annotationData")
        content = data.get("content") if type(data) is dict else None
    content = decoded(content)
    element = _inner(content)
    times = (text(values.get(key)) for key in ("submissionTime", "acceptanceTime"))
    submitted, accepted = (moment(said) if said else None for said in times)
    changed = element.get("initialValueModified")
    return Answer(
        worker=worker,
        annotations=tuple(annotations_of(content)),
        kind=_kind(element),
        submitted=submitted,
        accepted=accepted,
        seconds=number(values.get("timeSpentInSeconds")),
        comment=text(element.get("workerComment")).strip(),
        changed=changed if type(changed) is bool else None,
    )


def annotations_of(content: Any, depth: int = 0) -> Iterator[Annotation]:
    """The labels in an answer, found by their shape: classes by name, boxes, outlines, keypoints, spans, mask colours."""
    content = decoded(content)
    if type(content) is not dict or depth > _DEEPEST:
        return
    found = False
    for one in _own(content):
        found = True
        yield one
    if found:
        return
    everyone = content.get("annotationsFromAllWorkers")
    if type(everyone) is list:
        for each in everyone:
            data = each.get("annotationData") if type(each) is dict else None
            if type(data) is dict:
                yield from annotations_of(data.get("content"), depth + 1)
        return
    for inner in content.values():
        if type(inner) is dict or (type(inner) is str and inner.startswith("{")):
            yield from annotations_of(inner, depth + 1)


def _own(element: Mapping[str, Any]) -> Iterator[Annotation]:
    """The labels of an element itself, not of what it holds."""
    label = element.get("label")
    if type(label) is dict:
        label = label.get("label")
    if name := class_name(label):
        yield Annotation(Category("", name))
        return
    labels = element.get("labels")
    if type(labels) is list and all(type(each) is str for each in labels):
        yield from (Annotation(Category("", each)) for each in labels if each.strip())
        return
    if any(type(element.get(key)) is list for key in _SHAPES):
        yield from (one for one in shapes({key: element.get(key) for key in _SHAPES}, {}) if isinstance(one, Annotation))
        return
    for entity in entities if type(entities := element.get("entities")) is list else ():
        if type(entity) is dict and (geometry := span(entity)) is not None:
            name = class_name(entity.get("label"))
            yield Annotation(Category("", name) if name else None, geometry=geometry)
    for entity in marked if type(marked := element.get("Entities")) is list else ():
        if type(entity) is dict and (name := class_name(entity.get("Type"))):
            yield Annotation(Category("", name))
    mappings = element.get("labelMappings")
    for name, entry in mappings.items() if type(mappings) is dict else ():
        yield Annotation(Category("", name), geometry=Region(text(get(entry, "color")) if type(entry) is dict else ""))
    for entry in instances if type(instances := element.get("instances")) is list else ():
        if type(entry) is dict and (name := class_name(entry.get("label"))):
            yield Annotation(Category("", name), geometry=Region(text(entry.get("color"))))


def _inner(content: Any) -> Mapping[str, Any]:
    """The element of an answer that holds the labels: the first one whose shape is known, else the first."""
    if type(content) is not dict:
        return {}
    elements = [element for value in content.values() if type(element := decoded(value)) is dict]
    return next((element for element in elements if _kind(element) != "custom"), elements[0] if elements else content)


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
