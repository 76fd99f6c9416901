"""Values of labeled data: a manifest line with the labels that jobs gave its object, and the answers of workers.

Everything here is as the files say, checked and in one spelling: class ids are strings, dates ISO 8601 in UTC, problems are kept
beside what they concern.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

LABELED: Final = "Labeled "
"""Begins the type of documents of labeled items; what they are follows."""


class Media(StrEnum):
    """What an item is."""

    IMAGE = "image"
    TEXT = "text"
    VIDEO = "video"
    CLOUD = "point cloud"
    DOCUMENT = "document"
    OTHER = "object"


class Shape(StrEnum):
    """What the label of a task is made of."""

    CLASS = "class"
    CLASSES = "classes"
    BOXES = "boxes"
    MASK = "mask"
    SPANS = "spans"
    FRAMES = "frames"
    CUBOIDS = "cuboids"
    CUSTOM = "custom"


class Task(NamedTuple):
    """A row of the table of task types: the name after `groundtruth/`."""

    name: str
    media: Media
    shape: Shape


class Problem(NamedTuple):
    """Something odd about a line: a stable word, words for people, and the key it concerns."""

    code: str
    reason: str
    field: str = ""


class Category(NamedTuple):
    """A label class as one job uses it: the id that labels carry ('' where none is known) and its name."""

    id: str
    name: str


class Box(NamedTuple):
    """A rectangle in pixels, from the top left."""

    left: float
    top: float
    width: float
    height: float


class Outline(NamedTuple):
    """A polygon, polyline or keypoint: its vertices in pixels."""

    kind: str
    vertices: tuple[tuple[float, float], ...]


class Cuboid(NamedTuple):
    """A box in space: centre and size in metres, turned by roll, pitch and yaw in radians."""

    center: tuple[float, float, float]
    size: tuple[float, float, float]
    turned: tuple[float, float, float]


class TextSpan(NamedTuple):
    """Code points [start, end) of the item's text."""

    start: int
    end: int


class Region(NamedTuple):
    """What a class covers in a mask: its colour ('' if the map has none)."""

    color: str


Geometry = Box | Outline | Cuboid | TextSpan | Region


class Frame(NamedTuple):
    """A frame of a sequence: its file and its place there, from 0."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """One thing a job says of an item: the class, and where it holds (everywhere where there is no geometry).

    `track` joins the appearances of one thing over frames; `name` is what the tool calls it (`Car:1`).
    """

    category: Category | None
    confidence: float | None = None
    geometry: Geometry | None = None
    frame: Frame | None = None
    track: str = ""
    name: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def scored(self, confidence: float | None) -> "Annotation":
        """The same with a confidence. (`dataclasses.replace` takes three times as long, and there are many boxes.)"""
        return Annotation(self.category, confidence, self.geometry, self.frame, self.track, self.name, self.attributes)


class State(StrEnum):
    """What became of an item in a job."""

    LABELED = "labeled"
    FAILED = "failed"
    ORPHAN = "orphan"
    """Metadata that no label belongs to."""


class LeftOut(NamedTuple):
    """A part of a label that does not count: as it was found, and what could be read of it."""

    written: Any
    read: Annotation | None = None


@dataclass(frozen=True, slots=True)
class Labeling:
    """What one job gave one item: the pair of `attribute` and `attribute-metadata`.

    `human` is None where the line does not tell; `created` is ISO 8601. `ref` is the file that holds the label, `sequence` how many
    frames it was found to have.
    """

    attribute: str
    job: str
    task: Task
    state: State
    type: str = ""
    human: bool | None = None
    created: str | None = None
    confidence: float | None = None
    adjustment: str = ""
    failure: str = ""
    categories: tuple[Category, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()
    ref: str = ""
    frames: int = 0
    size: tuple[int, int] | None = None
    """Width and height of the image in pixels."""
    left_out: tuple[LeftOut, ...] = ()
    """Spans without a class or beyond the text, and what is no shape, class or span at all: the problems say why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A manifest line. `source` is the URI of its object, `text` the object itself; one of the two is there.

    `rest` holds the keys that are no labels, as found.
    """

    source: str | None
    text: str | None
    labelings: tuple[Labeling, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one worker answered for one object. `worker` is the pseudonym of the file; times are ISO 8601; `seconds` of active work.

    `kind` is `class`, `classes`, `boxes`, `spans`, `mask`, `outlines` or `custom`, by the first of the `elements` that hold labels. Class
    names are as they were written.
    """

    worker: str
    annotations: tuple[Annotation, ...]
    kind: str
    submitted: str | None = None
    accepted: str | None = None
    seconds: float | None = None
    comment: str = ""
    changed: bool | None = None
    """Whether the worker changed the labels that were offered for adjustment."""
    elements: tuple[str, ...] = ()
    """Names of the UI elements that hold labels."""
    size: tuple[int, int] | None = None
    """Width and height in pixels of the image that was shown."""
    mask: bytes = b""
    """The PNG that was painted; its classes are regions among the annotations."""
    problems: tuple[Problem, ...] = ()
    """What of it cannot be used."""
