"""The street scenes as a labeled dataset: chained jobs on one manifest, the classes of the boxes, and which class is a kind of which.

street-scenes         what the picture shows, by workers (`crowd`) or, for a few, by machine
vehicle-boxes         boxes with attributes where the scene was taken for vehicles, people-boxes where it was taken for people
vehicle-boxes-checked an adjustment of some of the boxes
people-boxes-verified a verdict on others
street-conditions     light, weather and what stands there: several classes for a scene
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sample.labels import crowd
from sample.labels.scenes import CLASSES, HEIGHT, PEOPLE, VEHICLES, WIDTH, Scene, Thing
from sample.labels.writing import Line, fail, label
from sample.phrasing import Dice

BUCKET: Final = "s3://commissure-sample"
CLASSIFICATION: Final = "street-scenes"
LAST: Final = "street-conditions"
"""The job whose output manifest it is: the last of the chain."""

_CONDITIONS: Final = ("night", "dusk", "rain", "snow", "fog", "crosswalk", "traffic light")
_VERDICTS: Final = ("good", "bad")
_MACHINE, _FAILED, _UNLABELED = 9, (17,), (26,)
"""One scene in so many is labeled by machine; the numbers of the scenes that failed, and of those the job was stopped before."""
TAXONOMY: Final = (
    ("vehicles", "road user"),
    ("people", "road user"),
    ("motor vehicle", "vehicles"),
    ("car", "motor vehicle"),
    ("bus", "motor vehicle"),
    ("truck", "motor vehicle"),
    ("bicycle", "vehicles"),
    ("pedestrian", "people"),
    ("child", "people"),
)
"""(narrower, broader)."""


@dataclass(frozen=True, slots=True)
class _BoxJob:
    """A job that draws boxes in the scenes of one class. Which of them fail, and which are never reached, is by their place among these."""

    name: str
    within: str
    kinds: tuple[str, ...]
    start: datetime
    failed: int
    unreached: int


_BOX_JOBS: Final = (
    _BoxJob("vehicle-boxes", "vehicles", VEHICLES, datetime(2025, 5, 12, 9, 0), failed=5, unreached=14),
    _BoxJob("people-boxes", "people", PEOPLE, datetime(2025, 5, 15, 9, 0), failed=3, unreached=8),
)


def manifest(scenes: Sequence[Scene], given: Mapping[int, Sequence[crowd.Answer]], seed: int) -> list[Line]:
    """The manifest's lines, one a scene. `given` are the workers' answers by the scene's number (see `asked`)."""
    lines = [_line(scene) for scene in scenes]
    for scene, line in zip(scenes, lines, strict=True):
        _classify(scene, line, given.get(scene.number, ()), seed)
    for job in _BOX_JOBS:
        chosen = [
            (s, line)
            for s, line in zip(scenes, lines, strict=True)
            if line.get(f"{CLASSIFICATION}-metadata", {}).get("class-name") == job.within
        ]
        for place, (scene, line) in enumerate(chosen):
            if place == job.failed:
                fail(line, job.name)
            elif place != job.unreached:
                _box(scene, line, job, place, seed)
    for number, (scene, line) in enumerate(zip(scenes, lines, strict=True)):
        if "vehicle-boxes" in line and number % 2 == 0:
            _adjust(scene, line, seed)
        if "people-boxes" in line and number % 3:
            _verify(scene, line, seed)
        if scene.number not in _UNLABELED:
            _describe(scene, line, seed)
    return lines


def asked(scenes: Sequence[Scene]) -> Iterator[Scene]:
    """The scenes that workers were asked about."""
    return (scene for scene in scenes if scene.number % _MACHINE and scene.number not in (*_FAILED, *_UNLABELED))


def categories() -> Mapping[str, Any]:
    """The label category configuration of the vehicles' boxes."""
    attributes = [
        {"name": "state", "type": "string", "enum": ["moving", "parked"], "description": "Does it stand at the kerb?", "isRequired": True},
        {"name": "hidden", "type": "string", "enum": ["no", "partly"], "description": "Is a fifth of it or more covered?"},
    ]
    return {
        "document-version": "2020-03-01",
        "labels": [{"label": kind, "categoryAttributes": attributes} for kind in VEHICLES],
        "instructions": {
            "shortInstruction": "Draw a box around every vehicle.",
            "fullInstruction": "Boxes touch what can be seen of the vehicle. Leave out what is smaller than ten pixels.",
        },
    }


def _line(scene: Scene) -> Line:
    taken = datetime(2025, 4, 14, 7, 0) + timedelta(hours=5 * scene.number)
    return {
        "source-ref": f"{BUCKET}/street/images/{scene.name}.png",
        "camera": "along the street" if scene.along else "across the street",
        "captured": taken.isoformat() + "Z",
    }


def _classify(scene: Scene, line: Line, given: Sequence[crowd.Answer], seed: int) -> None:
    dice = Dice(f"{seed}/street/{scene.number}/scene")
    if scene.number in _FAILED:
        fail(line, CLASSIFICATION)
    elif scene.number not in _UNLABELED:
        if given:
            name, confidence = crowd.majority(given)
            created = given[-1].submitted + timedelta(seconds=90)
        else:
            name, confidence = scene.truth, dice.number(0.81, 0.94, 2)
            created = datetime(2025, 5, 8, 3, 10) + timedelta(seconds=dice.number(0, 900, 3))
        details = {"class-name": name, "confidence": confidence}
        label(line, CLASSIFICATION, CLASSES.index(name), details, "image-classification", created, human=bool(given))


def _box(scene: Scene, line: Line, job: _BoxJob, place: int, seed: int) -> None:
    """Boxes averaged over several workers: fractions of pixels, what is small or hidden sometimes missed."""
    dice = Dice(f"{seed}/street/{scene.number}/{job.name}")
    seen = [t for t in scene.things if t.kind in job.kinds and not (dice.chance(0.5) if t.hidden else t.area < 700 and dice.chance(0.4))]
    boxes = [_annotation(thing, job, dice) for thing in seen]
    scores = [dice.number(0.52, 0.8, 2) if thing.hidden or thing.area < 900 else dice.number(0.78, 0.97, 2) for thing in seen]
    created = job.start + timedelta(days=place // 8, minutes=23 * (place % 8), seconds=dice.number(0, 600, 3))
    _write_boxes(line, job.name, job.kinds, boxes, scores, created, {})


def _adjust(scene: Scene, line: Line, seed: int) -> None:
    """A second look at boxes: they are left as they are, or drawn as they should be, missed ones too."""
    dice = Dice(f"{seed}/street/{scene.number}/adjustment")
    job = _BOX_JOBS[0]
    before = line[job.name]["annotations"]
    scores = [each["confidence"] for each in line[f"{job.name}-metadata"]["objects"]]
    things = [thing for thing in scene.things if thing.kind in job.kinds]
    adjusted = len(things) > len(before) or min(scores, default=1.0) < 0.7
    boxes = [_annotation(thing, job, None) for thing in things] if adjusted else before
    found = [dice.number(0.86, 0.97, 2) for _ in boxes] if adjusted else scores
    created = datetime(2025, 5, 20, 13, 0) + timedelta(hours=5 * (scene.number % 9), seconds=dice.number(0, 3000, 3))
    details = {"adjustment-status": "adjusted" if adjusted else "unadjusted"}
    _write_boxes(line, f"{job.name}-checked", job.kinds, boxes, found, created, details)


def _write_boxes(
    line: Line, job: str, kinds: Sequence[str], boxes: Sequence[Line], scores: Sequence[float], created: datetime, details: Line
) -> None:
    used = sorted({box["class_id"] for box in boxes})
    value = {"image_size": [{"width": WIDTH, "height": HEIGHT, "depth": 3}], "annotations": boxes}
    said = {"objects": [{"confidence": score} for score in scores], "class-map": {str(each): kinds[each] for each in used}, **details}
    label(line, job, value, said, "object-detection", created)


def _annotation(thing: Thing, job: _BoxJob, dice: Dice | None) -> Line:
    """The box of a thing: as it is, or as the mean of five workers' boxes where there are dice."""
    off = [dice.number(0.0, 2.4, 1) if dice else 0 for _ in range(4)]
    left, top = thing.left + off[0], thing.top + off[1]
    sides = {
        "left": left,
        "top": top,
        "width": min(thing.left + thing.width - off[2], WIDTH) - left,
        "height": min(thing.top + thing.height - off[3], HEIGHT) - top,
    }
    attributes = {"state": "moving" if thing.moves else "parked"} if thing.kind in VEHICLES else {}
    attributes["hidden"] = "partly" if thing.hidden else "no"
    return {
        "class_id": job.kinds.index(thing.kind),
        **{name: round(value, 1) for name, value in sides.items()},
        "label-category-attributes": attributes,
    }


def _verify(scene: Scene, line: Line, seed: int) -> None:
    dice = Dice(f"{seed}/street/{scene.number}/verification")
    missed = sum(thing.kind in PEOPLE for thing in scene.things) > len(line["people-boxes"]["annotations"])
    unsure = any(each["confidence"] < 0.65 for each in line["people-boxes-metadata"]["objects"])
    verdict = int(missed or unsure)
    details: Line = {"class-name": _VERDICTS[verdict], "confidence": dice.number(0.84, 0.95, 2)}
    if verdict:
        details["worker-feedback"] = [{"comment": "Somebody in the picture has no box." if missed else "A box is too wide."}]
    created = datetime(2025, 5, 22, 9, 30) + timedelta(minutes=17 * scene.number, seconds=dice.number(0, 60, 3))
    label(line, "people-boxes-verified", str(verdict), details, "label-verification", created)


def _describe(scene: Scene, line: Line, seed: int) -> None:
    dice = Dice(f"{seed}/street/{scene.number}/conditions")
    found = [_CONDITIONS.index(name) for name in scene.conditions]
    details = {
        "class-map": {str(each): _CONDITIONS[each] for each in found},
        "confidence-map": {str(each): dice.number(0.66, 0.95, 2) for each in found},
    }
    created = datetime(2025, 5, 26, 10, 0) + timedelta(minutes=13 * scene.number, seconds=dice.number(0, 60, 3))
    label(line, LAST, found, details, "image-classification-multilabel", created)
