"""What reports count: manifest lines, answers for an object, events of the worker activity log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from labels.groundtruth.model import Answer, Line
from labels.values import Value

FrameAttributes: TypeAlias = Mapping[tuple[str, str], int]
"""(name, value) → how many frames of a sequence have it."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A manifest line in its place: the manifest's address, its number there (from 0), and what the line says.

    `frames` has the attributes of frames, by label attribute, where the label is a sequence whose file was read.
    """

    manifest: str
    index: int
    line: Line
    frames: Mapping[str, FrameAttributes] = field(default_factory=dict)


class Given(NamedTuple):
    """An answer and the iteration of the job it was given in ('' where the path does not tell)."""

    answer: Answer
    iteration: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """All that workers answered for one object of a job. `final` is the label that the job made of it, None where it is not known.

    `truth` is the class that the object truly has, where somebody says so.
    """

    job: str
    item: str
    given: tuple[Given, ...]
    final: Value | None = None
    truth: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """An event of the worker activity log: `TasksSubmitted`, `TasksReturned` …"""

    worker: str
    job: str
    event: str
    day: str = ""
