"""Results as an augmented manifest: the object's line, the label, and metadata that name the method."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labels.consolidation.consolidate import Consolidation
from labels.consolidation.masks import BACKGROUND
from labels.consolidation.model import Kind, Result
from labels.consolidation.truth import Sources
from labels.values import Boxes, Mask, Spans, names_in
from sources.errors import UnsupportedSource

_MOST_SURE = 0.95
"""Ground Truth writes no higher confidence for one class."""
_ATTRIBUTE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_LONGEST_ATTRIBUTE = 127


@dataclass(frozen=True, slots=True)
class Labeling:
    """How results are written: the label attribute, the job's name, the time (UTC), and the classes by index where they are given."""

    attribute: str
    job: str
    created: datetime
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The lines of a manifest, and the mask files beside it by name."""

    lines: tuple[dict[str, Any], ...]
    masks: Mapping[str, bytes]


def manifest_of(
    done: Consolidation, sources: Sources, labeling: Labeling, masks: str = "masks", only: Collection[str] | None = None
) -> Written:
    """One line for each object that has a result: its own line with the attribute and its metadata added, in the order of the sources.

    With `only`, the lines of these items: the input of a verification or an adjustment job over a review queue, which shows the workers
    what the attribute holds. Masks are named `MASKS/ITEM.png`. Raises UnsupportedSource where the attribute's name is not allowed or taken,
    a class is not among the labeling's, or the object of a result is not known.
    """
    _check(labeling.attribute, done.kind)
    classes = _classes(done, labeling)
    results = {result.item: result for result in done.results if only is None or result.item in only}
    if missing := [item for item in results if item not in sources]:
        raise UnsupportedSource(
            f"the objects of {len(missing):,} items are not known (first: {missing[0]}): name the manifest their job ran on (--manifest)"
        )
    lines, files = [], {}
    for item, source in sources.items():
        if (result := results.get(item)) is None:
            continue
        if labeling.attribute in source:
            raise UnsupportedSource(f"item {item} already has an attribute {labeling.attribute!r}: choose another name")
        if isinstance(result.value, Mask):
            name = f"{masks}/{re.sub(r'[^A-Za-z0-9._-]', '_', item)}.png"
            if name in files:
                raise UnsupportedSource(f"item {item}: another item's mask is called {name} too")
            files[name] = result.value.png
            label: object = name
        else:
            label = _label(result, classes)
        metadata = {
            **_details(result, classes, source),
            "job-name": f"labeling-job/{labeling.job.lower()}",
            "human-annotated": "yes",
            "creation-date": labeling.created.replace(tzinfo=None).isoformat(timespec="microseconds"),
            "consolidation-method": done.method,
            "answers": result.answers,
        }
        lines.append({**source, labeling.attribute: label, f"{labeling.attribute}-metadata": metadata})
    return Written(tuple(lines), files)


def encoded(lines: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The lines as JSON Lines."""
    import orjson

    for line in lines:
        yield orjson.dumps(line) + b"\n"


def _check(attribute: str, kind: Kind) -> None:
    if not _ATTRIBUTE.fullmatch(attribute) or len(attribute) > _LONGEST_ATTRIBUTE or attribute.endswith("-metadata"):
        raise UnsupportedSource(
            f"{attribute!r}: an attribute is letters and digits with hyphens between them, at most 127 characters, not ending in -metadata"
        )
    if attribute in ("source", "source-ref"):
        raise UnsupportedSource(f"{attribute!r} names the object: choose another attribute")
    if attribute.endswith("-ref") != (kind is Kind.MASK):
        raise UnsupportedSource(f"{attribute!r}: attributes of masks end in -ref, and no others do")


def _classes(done: Consolidation, labeling: Labeling) -> dict[str, int]:
    """The index of each class: its place in the labeling's, or else by name."""
    used = {name.strip(): name for result in done.results if not isinstance(result.value, Mask) for name in names_in(result.value)}
    given = [name.strip() for name in labeling.classes]
    if given and (unknown := sorted(used.keys() - set(given))):
        raise UnsupportedSource(f"classes {', '.join(unknown)} are not among those given")
    return {name: index for index, name in enumerate([used.get(name, name) for name in given] or sorted(used.values()))}


def _label(result: Result, classes: Mapping[str, int]) -> object:
    value = result.value
    if isinstance(value, str):
        return classes[value]
    if isinstance(value, tuple):
        return [classes[name] for name in value]
    if isinstance(value, Boxes):
        return {
            "image_size": [{"width": value.width, "height": value.height, "depth": 3}] if value.width else [],
            "annotations": [
                {"class_id": classes[box.label], "left": box.left, "top": box.top, "width": box.width, "height": box.height}
                for box in value.parts
            ],
        }
    assert isinstance(value, Spans)  # noqa: S101 - masks are files
    return {
        "annotations": {
            "labels": [{"label": name} for name in classes],
            "entities": [{"label": span.label, "startOffset": span.start, "endOffset": span.end} for span in value.parts],
        }
    }


def _details(result: Result, classes: Mapping[str, int], source: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata that differ by kind."""
    value, scores = result.value, [{"confidence": round(score, 4)} for score in result.scores]
    about = "image" if "source-ref" in source else "text"
    if isinstance(value, str):
        sure = min(result.confidence, _MOST_SURE)
        return {"class-name": value, "confidence": round(sure, 4), "type": f"groundtruth/{about}-classification"}
    if isinstance(value, tuple):
        return {
            "class-map": {str(classes[name]): name for name in value},
            "confidence-map": {str(classes[name]): round(score, 4) for name, score in zip(value, result.scores, strict=True)},
            "type": f"groundtruth/{about}-classification-multilabel",
        }
    if isinstance(value, Boxes):
        used = {str(classes[box.label]): box.label for box in value.parts}
        return {"objects": scores, "class-map": used, "type": "groundtruth/object-detection"}
    if isinstance(value, Spans):
        return {"entities": scores, "type": "groundtruth/text-span"}
    colors = {
        str(index): {
            "class-name": name,
            "hex-color": color,
            "confidence": 0 if name == BACKGROUND else round(result.confidence, 4),
        }
        for index, (name, color) in enumerate(value.colors)
    }
    return {"internal-color-map": colors, "type": "groundtruth/semantic-segmentation"}
