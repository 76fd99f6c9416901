"""What the report on annotations counts, line by line."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from labels.groundtruth.describe import media_of_line
from labels.groundtruth.model import Annotation, Box, Cuboid, Labeling, Line, Media, Outline, Shape, State, TextSpan
from labels.groundtruth.tasks import UNKNOWN, VERIFICATION
from labels.model import Row
from labels.reports.counting import OTHERS, Figures, Values
from labels.reports.model import FrameAttributes, PlacedLine
from labels.values import Spellings

BINS: Final = 20
"""Of confidence: steps of 0.05."""
MOST_TRACKS: Final = 10_000
"""Tracked objects that are listed one by one; all are counted."""
ANNOTATION, FRAME, ITEM = "annotation", "frame", "item"
_JUDGED: Final = frozenset({Shape.BOXES, Shape.MASK})
_DRAWN: Final = {Shape.BOXES: "boxes", Shape.SPANS: "spans", Shape.CUBOIDS: "cuboids", Shape.CLASSES: "classes"}
"""What a label without annotations has none of."""
_NO_CLASS: Final = "(no class)"


@dataclass(slots=True)
class ManifestCounts:
    """A manifest's lines, and the states of items by label attribute."""

    lines: int = 0
    without_labels: int = 0
    attributes: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass(slots=True)
class JobCounts:
    """What a job did."""

    tasks: dict[str, None] = field(default_factory=dict)
    attributes: dict[str, None] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    human: Counter[bool | None] = field(default_factory=Counter)
    annotations: int = 0
    things: int = 0
    confidence: Figures = field(default_factory=Figures)
    first: str = ""
    last: str = ""


@dataclass(slots=True)
class ClassCounts:
    """A class in a job."""

    annotations: int = 0
    things: int = 0
    items: int = 0
    confidence: Figures = field(default_factory=Figures)


@dataclass(slots=True)
class AttributeCounts:
    """Values of one attribute: on how many annotations (frames, items), on how many tracked objects; `having` have any at all."""

    values: Values = field(default_factory=Values)
    things: Counter[str] = field(default_factory=Counter)
    having: int = 0


@dataclass(slots=True)
class AdjustedCounts:
    """Items adjusted by a job; annotations before, after, and those that stayed as they were."""

    items: int = 0
    before: int = 0
    after: int = 0
    kept: int = 0


class AnnotationTally:
    """Adds up items. Its size depends on jobs, classes, days and attribute values, not on the number of lines."""

    def __init__(self) -> None:
        self.manifests: dict[str, ManifestCounts] = defaultdict(ManifestCounts)
        self.jobs: dict[str, JobCounts] = defaultdict(JobCounts)
        self.classes: dict[tuple[str, str], ClassCounts] = defaultdict(ClassCounts)
        self.days: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.density: dict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
        self.tracks: list[tuple[str, int, Row]] = []
        self.lengths: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.attributes: dict[tuple[str, str, str, str], AttributeCounts] = defaultdict(AttributeCounts)
        self.frames: Counter[str] = Counter()
        self.adjusted: dict[tuple[str, str, str], AdjustedCounts] = defaultdict(AdjustedCounts)
        self.audits: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.confidence: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.failures: dict[str, Values] = defaultdict(Values)
        self.problems: Counter[str] = Counter()
        self._spellings: dict[str, Spellings] = defaultdict(Spellings)

    def add(self, item: PlacedLine) -> None:
        """Take in an item."""
        line = item.line
        manifest = self.manifests[item.manifest]
        manifest.lines += 1
        manifest.without_labels += not line.labelings
        self.problems.update({problem.code for problem in line.problems})
        media = str(media_of_line(line))
        for labeling in line.labelings:
            state = state_of(labeling)
            manifest.attributes.setdefault(labeling.attribute, Counter())[state] += 1
            self._job(labeling, state)
            if labeling.state is State.FAILED:
                self.failures[labeling.attribute].add(labeling.failure)
                continue
            self._annotations(labeling)
            self._count(labeling, media)
            things = _tracks_of(labeling)
            self._follow(item, labeling, things)
            self._describe(labeling, things, item.frames.get(labeling.attribute, {}))
            self._judge(line, labeling)

    def _job(self, labeling: Labeling, state: str) -> None:
        job = self.jobs[labeling.job]
        job.attributes[labeling.attribute] = None
        job.states[state] += 1
        job.human[labeling.human] += labeling.state is not State.FAILED
        if labeling.task is not UNKNOWN or labeling.type:
            job.tasks[labeling.type or labeling.task.name] = None
        if labeling.created:
            job.first = min(job.first or labeling.created, labeling.created)
            job.last = max(job.last, labeling.created)
        if labeling.state is not State.FAILED:
            day = self.days[labeling.job, (labeling.created or "")[:10]]
            day[0] += len(labeling.annotations)
            day[1] += 1

    def _annotations(self, labeling: Labeling) -> None:
        job = self.jobs[labeling.job]
        job.annotations += len(labeling.annotations)
        confidences = self.confidence[labeling.job, _by(labeling.human)]
        used = set()
        for one in labeling.annotations:
            name = self._class_name(labeling.job, one)
            found = self.classes[labeling.job, name]
            found.annotations += 1
            if name not in used:
                used.add(name)
                found.items += 1
            if one.confidence is None:
                confidences[-1] += 1
            else:
                job.confidence.add(one.confidence)
                found.confidence.add(one.confidence)
                confidences[bin_of(one.confidence)] += 1

    def _count(self, labeling: Labeling, media: str) -> None:
        """Boxes, cuboids, spans … on each item and on each frame."""
        counts: Counter[str] = Counter()
        frames: dict[str, Counter[str]] = defaultdict(Counter)
        for one in labeling.annotations:
            shape = _shape_of(one) or ("classes" if labeling.task.shape is Shape.CLASSES else "")
            if not shape:
                continue
            if one.frame is None:
                counts[shape] += 1
            else:
                frames[shape][one.frame.name] += 1
        if not counts and not frames and not labeling.frames and state_of(labeling) == "empty" and labeling.task.shape in _DRAWN:
            counts[_DRAWN[labeling.task.shape]] = 0
        for shape, count in counts.items():
            self.density[labeling.job, media, shape][count] += 1
        if labeling.frames:
            self.frames[labeling.job] += labeling.frames
            if not frames:
                frames["cuboids" if labeling.task.media is Media.CLOUD else "boxes"] = Counter()
        for shape, held in frames.items():
            density = self.density[labeling.job, FRAME, shape]
            density.update(held.values())
            if labeling.frames > len(held):
                density[0] += labeling.frames - len(held)

    def _follow(self, item: PlacedLine, labeling: Labeling, things: Mapping[str, list[Annotation]]) -> None:
        """Tracked objects, and how long each is seen."""
        self.jobs[labeling.job].things += len(things)
        for track, seen in things.items():
            name = self._class_name(labeling.job, seen[0])
            numbers = {one.frame.number for one in seen if one.frame is not None}
            self.classes[labeling.job, name].things += 1
            self.lengths[labeling.job, name][len(numbers)] += 1
            if len(self.tracks) < MOST_TRACKS:
                called = next((one.name for one in seen if one.name), "")
                row = (labeling.job, name, called, track, len(numbers), min(numbers), max(numbers))
                self.tracks.append((item.manifest, item.index, row))

    def _describe(self, labeling: Labeling, things: Mapping[str, list[Annotation]], frames: FrameAttributes) -> None:
        """Attributes that workers gave to annotations, frames and items."""
        job = labeling.job
        for one in labeling.annotations:
            name = self._class_name(labeling.job, one)
            for attribute in {key for key, _ in one.attributes}:
                self.attributes[job, ANNOTATION, name, attribute].having += 1
            for attribute, value in one.attributes:
                self.attributes[job, ANNOTATION, name, attribute].values.add(value)
        for seen in things.values():
            name = self._class_name(labeling.job, seen[0])
            for attribute, value in dict.fromkeys(chain.from_iterable(one.attributes for one in seen)):
                found = self.attributes[job, ANNOTATION, name, attribute]
                found.things[value if value in found.values.counts else OTHERS] += 1
        for (attribute, value), count in frames.items():
            found = self.attributes[job, FRAME, "", attribute]
            found.values.add(value, count)
            found.having += count
        for attribute, value in labeling.attributes:
            if (attribute, value) not in frames:
                found = self.attributes[job, ITEM, "", attribute]
                found.values.add(value)
                found.having += 1

    def _class_name(self, job: str, one: Annotation) -> str:
        return self._spellings[job].of(_class_name(one))

    def _judge(self, line: Line, labeling: Labeling) -> None:
        """What an adjustment or a verification made of an earlier job's label."""
        judged = judged_by(line, labeling)
        about = judged.job if judged is not None else ""
        if labeling.task is VERIFICATION:
            for one in labeling.annotations:
                audit = self.audits[labeling.job, about, self._class_name(labeling.job, one)]
                audit[0] += 1
                audit[1] += bool(labeling.comments)
        elif labeling.adjustment:
            found = self.adjusted[labeling.job, about, labeling.adjustment]
            found.items += 1
            found.after += len(labeling.annotations)
            if judged is not None:
                found.before += len(judged.annotations)
                found.kept += (_drawings(judged) & _drawings(labeling)).total()


def state_of(labeling: Labeling) -> str:
    """What became of an item in a job: labeled, empty (nothing was found), elsewhere (in a file that was not read), failed or orphan."""
    if labeling.state is not State.LABELED:
        return str(labeling.state)
    if labeling.annotations or labeling.frames:
        return "labeled" if labeling.annotations else "empty"
    if labeling.ref:
        return "elsewhere"
    return "empty" if labeling.task.shape in _DRAWN else "labeled"


def judged_by(line: Line, labeling: Labeling) -> Labeling | None:
    """The labeling that a verification or an adjustment is about: the latest one before it that fits. None for other jobs."""
    if labeling.task is not VERIFICATION and not labeling.adjustment:
        return None
    fits = [
        other
        for other in line.labelings
        if other is not labeling
        and (other.created or "") <= (labeling.created or "")
        and (other.task.shape in _JUDGED if labeling.task is VERIFICATION else other.task is labeling.task)
    ]
    return fits[-1] if fits else None


def bin_of(confidence: float) -> int:
    """The place of a confidence among the bins; the last one holds 1 too."""
    return min(int(confidence * BINS + 1e-9), BINS - 1)


def _by(human: bool | None) -> str:
    return {True: "people", False: "machine", None: "not said"}[human]


def _class_name(one: Annotation) -> str:
    return one.category.name if one.category is not None and one.category.name.strip() else _NO_CLASS


def _shape_of(one: Annotation) -> str:
    if isinstance(one.geometry, Outline):
        return f"{one.geometry.kind}s"
    return next((word for kind, word in ((Box, "boxes"), (Cuboid, "cuboids"), (TextSpan, "spans")) if isinstance(one.geometry, kind)), "")


def _tracks_of(labeling: Labeling) -> dict[str, list[Annotation]]:
    """The annotations of each thing that is followed over frames."""
    things: dict[str, list[Annotation]] = {}
    for one in labeling.annotations:
        if one.track and one.frame is not None:
            things.setdefault(one.track, []).append(one)
    return things


def _drawings(labeling: Labeling) -> Counter[tuple[object, ...]]:
    """Annotations as they are compared between a job and its adjustment."""
    return Counter((_class_name(one).strip(), one.geometry, one.frame, one.track, one.attributes) for one in labeling.annotations)
