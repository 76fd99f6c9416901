"""Sequences: the labels of their frames (SeqLabel.json), and the input files that list the frames."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from labels.groundtruth.model import Annotation, Frame, Problem
from labels.groundtruth.shapes import Names, shapes
from labels.groundtruth.values import get, pairs, text, whole

LISTS: Final = ("detection-annotations", "tracking-annotations")
_CLOUD_ENDING: Final = ".pcd"


@dataclass(frozen=True, slots=True)
class FrameLabels:
    """The labels of a sequence. `frames` counts those listed; `attributes` are those that workers gave to frames."""

    frames: int
    annotations: tuple[Annotation, ...]
    attributes: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FrameList:
    """An input sequence: the full addresses of its frames, in order."""

    frames: tuple[str, ...]
    problems: tuple[Problem, ...]


def is_labels(content: Any) -> bool:
    """Whether a JSON document is a SeqLabel file."""
    return type(content) is dict and (any(key in content for key in LISTS) or "lidar" in content)


def inline(value: Any) -> dict[str, Any] | None:
    """The labels of frames that stand in a manifest line itself, as a SeqLabel file holds them; None for any other value.

    They are such an object, the list of its frames, or the shapes of the only frame.
    """
    if is_labels(value):
        return dict(value)
    if type(value) is list and value and all(type(each) is dict and type(each.get("annotations")) is list for each in value):
        return {LISTS[0]: value}
    if type(value) is dict and type(value.get("annotations")) is list:
        listed = value["annotations"]
        # Frames, each with shapes of its own, or the shapes of one frame.
        framed = listed and all(type(each) is dict and type(each.get("annotations")) is list for each in listed)
        return {LISTS[0]: listed if framed else [value]}
    return None


def is_frames(content: Any) -> bool:
    """Whether a JSON document is a sequence file."""
    return type(content) is dict and type(content.get("frames")) is list and "prefix" in content


def frame_labels(content: Mapping[str, Any], names: Names) -> FrameLabels:
    """The labels of every frame. Sequences with several sensors tell by the frame's name which one saw it (`camera-0/1.jpg`)."""
    annotations: list[Annotation] = []
    problems: list[Problem] = []
    attributes: dict[tuple[str, str], None] = {}
    count = 0
    for sensor, listed in _sensors(content):
        for place, entry in enumerate(listed):
            if type(entry) is not dict:
                problems.append(Problem("bad-frame", "the frame is not an object", f"{sensor}[{place}]"))
                continue
            if sensor in ("", "lidar"):
                count += 1
            frame = _frame(entry, place, sensor)
            attributes |= dict.fromkeys(pairs(get(entry, "frame-attributes")))
            for one in shapes(entry, names, frame):
                if isinstance(one, Annotation):
                    annotations.append(one)
                else:
                    problems.append(one._replace(field=f"{frame.name}.{one.field}"))
    unknown = sorted({a.category.id for a in annotations if a.category and a.category.id and names and a.category.id not in names})
    if unknown:
        problems.append(Problem("unknown-class", f"class {', '.join(unknown[:5])} is not in the class map", "class-map"))
    return FrameLabels(count, tuple(annotations), tuple(attributes), tuple(problems))


def frame_list(content: Mapping[str, Any]) -> FrameList:
    """The frames that a sequence file lists."""
    prefix = text(content.get("prefix"))
    frames = [text(each.get("frame")) for each in content["frames"] if type(each) is dict]
    problems = []
    if not prefix.endswith("/"):
        problems.append(Problem("bad-sequence", "`prefix` must end in /", "prefix"))
    stated = whole(get(content, "number-of-frames"))
    if stated != len(content["frames"]):
        problems.append(Problem("length-mismatch", f"{len(content['frames'])} frames, but `number-of-frames` is {stated}", "frames"))
    if len(frames) < len(content["frames"]) or not all(frames):
        problems.append(Problem("bad-sequence", "a frame has no name", "frames"))
    return FrameList(tuple(prefix + frame for frame in frames if frame), tuple(problems))


def _sensors(content: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    if "lidar" not in content:
        yield from (("", content[key]) for key in LISTS if type(content.get(key)) is list)
        return
    for sensor, inner in content.items():
        if type(inner) is dict:
            yield from ((sensor, inner[key]) for key in LISTS if type(inner.get(key)) is list)


def _frame(entry: Mapping[str, Any], place: int, sensor: str) -> Frame:
    name = text(entry.get("frame")) or text(get(entry, "frame-name")).removesuffix(_CLOUD_ENDING)
    stated = whole(get(entry, "frame-no"))
    if stated is None:
        stated = whole(get(entry, "frame-number"))
    number = place if stated is None else stated
    return Frame(f"{sensor}/{name}" if sensor not in ("", "lidar") else name or str(number), number)
