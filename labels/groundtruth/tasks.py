"""The types of labeling tasks: what the `type` of label metadata means."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from labels.groundtruth.model import Media, Shape, Task
from labels.groundtruth.values import text

_TASKS: Final = {
    task.name: task
    for task in (
        Task("image-classification", Media.IMAGE, Shape.CLASS),
        Task("text-classification", Media.TEXT, Shape.CLASS),
        Task("video-classification", Media.VIDEO, Shape.CLASS),
        Task("label-verification", Media.OTHER, Shape.CLASS),
        Task("image-classification-multilabel", Media.IMAGE, Shape.CLASSES),
        Task("text-classification-multilabel", Media.TEXT, Shape.CLASSES),
        Task("object-detection", Media.IMAGE, Shape.BOXES),
        Task("semantic-segmentation", Media.IMAGE, Shape.MASK),
        Task("text-span", Media.TEXT, Shape.SPANS),
        Task("video-object-detection", Media.VIDEO, Shape.FRAMES),
        Task("video-object-tracking", Media.VIDEO, Shape.FRAMES),
        Task("point-cloud-object-detection", Media.CLOUD, Shape.CUBOIDS),
        Task("point-cloud-object-tracking", Media.CLOUD, Shape.FRAMES),
        Task("point-cloud-single-frame-semantic-segmentation", Media.CLOUD, Shape.MASK),
        Task("custom", Media.OTHER, Shape.CUSTOM),
    )
}
UNKNOWN: Final = Task("unknown", Media.OTHER, Shape.CUSTOM)
"""Of a label whose type is not in the table: it is kept as it is."""
VERIFICATION: Final = _TASKS["label-verification"]
CLASSIFYING: Final = frozenset({Shape.CLASS, Shape.CLASSES})
"""Shapes of labels that hold for the whole item."""

_MEDIA: Final = {
    Media.IMAGE: (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".dcm"),
    Media.VIDEO: (".mp4", ".mov", ".avi", ".mkv", ".webm"),
    Media.TEXT: (".txt", ".csv", ".md", ".html"),
    Media.DOCUMENT: (".pdf", ".docx"),
    Media.CLOUD: (".bin", ".pcd", ".las", ".ply"),
}


def task_of(type_: Any) -> Task:
    """The task that a `type` names, in any case and with '_' or '-'; UNKNOWN for one that is not in the table."""
    name = text(type_).lower().rpartition("/")[2].replace("_", "-")
    return _TASKS.get(name, UNKNOWN)


def media_of(source: str) -> Media:
    """What an object is by the ending of its name."""
    ending = PurePosixPath(source).suffix.lower()
    return next((media for media, endings in _MEDIA.items() if ending in endings), Media.OTHER)


_SUFFIX: Final = "-metadata"
_BOX: Final = frozenset({"left", "top", "class_id", "class-id"})
_FRAMED: Final = ("detection-annotations", "tracking-annotations")


def type_of_shape(value: Any) -> str:
    """The `type` of a label that nothing else tells, by its shape; '' for a value that is no label."""
    if type(value) is not dict:
        return ""
    for key in _FRAMED:
        if type(value.get(key)) is list:
            return f"groundtruth/video-object-{key.partition('-')[0]}"
    inner = value.get("annotations")
    if type(inner) is dict and type(inner.get("entities")) is list:
        return "groundtruth/text-span"
    if type(inner) is list and (any(key in value for key in ("image_size", "image-size")) or _has_boxes(inner)):
        return "groundtruth/object-detection"
    return ""


def _has_boxes(listed: list[Any]) -> bool:
    return any(type(each) is dict and not _BOX.isdisjoint(each) for each in listed)


def labels_of(values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """(attribute, metadata, whether they tell what the label is) of the labels of a line.

    A label whose metadata is missing, or lacks its type, is one still where its shape tells what it is.
    """
    for key, value in values.items():
        if key.endswith(_SUFFIX) and type(value) is dict and ("type" in value or "failure-reason" in value):
            yield key.removesuffix(_SUFFIX), value, True
        elif (type_ := type_of_shape(value)) and not key.endswith(_SUFFIX):
            metadata = values.get(key + _SUFFIX)
            if type(metadata) is not dict:
                yield key, {"type": type_}, False
            elif "type" not in metadata and "failure-reason" not in metadata:
                yield key, {**metadata, "type": type_}, False
