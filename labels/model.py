"""The one model of labeled data as it is shown: items with what jobs say of them, reports, what a person should look at again.

`labels.groundtruth.model` has what a single line says, places included; here it is with who said it; what is counted over a whole
generation is in `search.labeled`.
`labels.library` supplies it. Offsets are code points, end-exclusive; places in images are pixels from the top left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from labels.groundtruth.model import Frame, Geometry
from search.filters import Filters

if TYPE_CHECKING:
    from search.labeled import ItemPage, LabeledDataset

ReportName: TypeAlias = Literal["annotations", "workers"]
Cell: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Cell, ...]


class Appearance(NamedTuple):
    """Where a thing is in one frame of a sequence."""

    frame: Frame
    geometry: Geometry | None


@dataclass(frozen=True, slots=True)
class ItemAnnotation:
    """One thing that a job says of an item, where it holds (everywhere where there is no geometry).

    A thing in frames has its places in its `appearances`, which are many where it is tracked; its geometry is then None.
    """

    label: str
    concept: str | None
    confidence: float | None = None
    geometry: Geometry | None = None
    appearances: tuple[Appearance, ...] = ()
    track: str = ""
    """What joins its appearances, '' for what is seen in one frame."""
    name: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def frames(self) -> tuple[int, int, int] | None:
        """The first and last frame of what appears in frames, and in how many it does."""
        numbers = {one.frame.number for one in self.appearances}
        return (min(numbers), max(numbers), len(numbers)) if numbers else None


@dataclass(frozen=True, slots=True)
class ItemLabeling:
    """What one job gave one item. `human` is None where the data does not tell; `mask` is the address of a painted label."""

    attribute: str
    job: str
    job_name: str
    task: str
    state: str
    human: bool | None
    created: str | None
    confidence: float | None = None
    failure: str = ""
    annotations: tuple[ItemAnnotation, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()
    frames: int = 0
    mask: str = ""


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """What one worker answered for an item in a job; several classes are several answers."""

    worker: str
    worker_name: str
    job: str
    job_name: str
    label: str
    concept: str | None
    submitted: str | None
    seconds: float | None
    record: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An object that can be shown: its size in pixels, and the address on this server ('' where only its size is known)."""

    width: int
    height: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class LabeledItem:
    """An item with all that is known of it. `source` is the address of its object, `text` the object itself where it is a text."""

    id: str
    dataset: str
    media: str
    title: str
    source: str
    text: str | None
    labelings: tuple[ItemLabeling, ...]
    answers: tuple[WorkerAnswer, ...] = ()
    rest: tuple[tuple[str, str], ...] = ()
    """Keys of the line that are no labels."""
    picture: Picture | None = None
    masks: Mapping[str, str] = field(default_factory=dict)
    """Label attribute → address on this server of the painted label, where it can be read."""
    frames_at: str = ""
    """Of a sequence: the address that the names of its frames are below, with its '/'."""
    about: str | None = None
    """IRI of the clinical record that the line names."""
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """An image that the server may show: `path` as it was found within `folder`, to be opened by `sources.confined.open_within`."""

    path: Path
    folder: Path
    media_type: str
    width: int
    height: int


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    """0 to 1."""


class Column(NamedTuple):
    """A column: its name for programs, its heading for people, what it holds."""

    name: str
    heading: str
    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report. `note` says what a reader must know to read it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def records(self) -> list[dict[str, Cell]]:
        """The rows as objects."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a report as Vega-Lite: the table it draws, and how much of it ('' for all)."""

    name: str
    table: str
    title: str
    spec: dict[str, Any]
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its figures in a nutshell, its tables. `dataset` is '' where it is on files, `charts` are empty until they are drawn."""

    name: ReportName
    title: str
    totals: tuple[tuple[str, Cell], ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    dataset: str = ""

    def table(self, name: str) -> Table:
        """The table of that name. Raises KeyError where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class Why(StrEnum):
    """The kind of a reason to look at an item again."""

    CONFIDENCE = "confidence"
    WORKERS = "workers"
    NEIGHBOURS = "neighbours"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is listed. `strength` is 0 to 1: what is lacking in confidence, the share of workers or of neighbours who disagree."""

    why: Why
    text: str
    strength: float


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An item to look at again. `item` is its IRI ('' where the object of an answer is not known), `label` what it is labeled now."""

    item: str
    title: str
    label: str
    confidence: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The review queue of a dataset, the most doubtful first; `total` over all pages, `notes` on what could not be compared."""

    dataset: str
    total: int
    items: tuple[ReviewItem, ...]
    counts: Mapping[str, int]
    """Kind of reason → items with it."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What a statement found: lines (or the rows of an answer) as they are, how many were read, and whether more were cut."""

    lines: tuple[str, ...]
    truncated: bool
    issues: tuple[str, ...] = ()


class Labels(Protocol):
    """The labeled data of one generation. Methods that take a dataset raise LabelsRefused where there is none of the name."""

    def datasets(self) -> "tuple[LabeledDataset, ...]":
        """Datasets with labeled items, by name."""
        ...

    def items(self, filters: Filters, limit: int, offset: int = 0) -> "ItemPage":
        """Labeled items that the filters allow, newest first."""
        ...

    def labeled(self, items: tuple[str, ...]) -> tuple[LabeledItem, ...]:
        """The items with all that is known of them; those that are not there are left out."""
        ...

    def media(self, address: str) -> MediaFile | None:
        """The image at an address; None where this server may not read it, or it is none."""
        ...

    def report(self, dataset: str, name: ReportName, patience: float | None = None) -> Report | None:
        """A report; None where the dataset holds nothing to report on. Raises StillWorking after `patience` seconds."""
        ...

    def review(self, dataset: str, below: float, limit: int, offset: int = 0, patience: float | None = None, why: str = "") -> Review:
        """What a person should look at again: labels less sure than `below`, disputed ones, strange ones.

        Raises StillWorking after `patience` seconds.
        """
        ...

    def review_lines(self, dataset: str, below: float) -> Iterator[bytes]:
        """The manifest lines of the queue as they were ingested: the input of a verification or adjustment job."""
        ...

    def consolidate(self, dataset: str, method: str | None, job: str = "") -> Mapping[str, Any]:
        """One label for each item from the answers of several workers, as `commissure consolidate --json` prints it.

        `job` names the labeling job whose answers count, '' the only one. Raises LabelsRefused.
        """
        ...

    def export(self, dataset: str, format_name: str, attributes: Sequence[str]) -> Iterator[bytes]:
        """The dataset's manifest lines as `augmented` (as they were ingested), `coco`, `csv` or `parquet`; no attributes means all."""
        ...

    def select(self, dataset: str, statement: str, limit: int) -> Selection:
        """The answer of a statement in the dialect of S3 Select over the dataset's manifest lines."""
        ...
