"""Labeled data as JSON-ready dicts: the stable keys of the REST interface, beside those of `webapp.answers`."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from labels import model as labels
from webapp.answers import FacetValueJson


class LabelClassJson(TypedDict):
    """A class of a labeling job and how many items have it."""

    concept: str
    """IRI of the class."""
    label: str
    dataset: str
    job: str
    """IRI of the labeling job; empty for a class that only a taxonomy names."""
    items: int
    """Items that have it or something narrower."""
    own: int
    """Items that have the class itself."""
    machine: int
    """Items that have it by a machine's word."""
    broader: list[str]
    """IRIs of the classes above it."""


class LabelJobJson(TypedDict):
    """A labeling job."""

    job: str
    """IRI of the job."""
    name: str
    items: int
    """Items it worked on."""
    failed: int
    """Items it has no label for."""


class LabeledDatasetJson(TypedDict):
    """A dataset with labels."""

    dataset: str
    items: int
    workers: int
    """Workers whose answers it holds."""
    unlabeled: dict[str, int]
    """Document type → items that no job has labeled; the search finds them by it."""
    jobs: list[LabelJobJson]
    classes: list[LabelClassJson]


class LabelListJson(TypedDict):
    """Datasets with labels: their jobs, and their classes with counts, most items first."""

    datasets: list[LabeledDatasetJson]
    generation: int


class ItemAnnotationJson(TypedDict):
    """One thing that a job says of an item."""

    label: str
    concept: str | None
    """IRI of the class."""
    confidence: float | None
    box: list[float] | None
    """left, top, width, height in pixels."""
    outline: str | None
    """polygon, polyline, line or keypoint, where it is none of a box."""
    points: list[list[float]]
    """Its vertices in pixels."""
    start: int | None
    """First code point of a span of the item's text."""
    end: int | None
    frames: list[int] | None
    """First and last frame of a tracked thing, and in how many it appears."""
    attributes: dict[str, str]


class ItemLabelingJson(TypedDict):
    """What one job gave one item."""

    attribute: str
    job: str
    """IRI of the job."""
    task: str
    state: str
    """labeled, adjusted, unadjusted, empty, failed or orphan."""
    human: bool | None
    """Whether people labeled it; null where the data does not tell."""
    created: str | None
    confidence: float | None
    failure: str
    annotations: list[ItemAnnotationJson]
    attributes: dict[str, str]


class WorkerAnswerJson(TypedDict):
    """What one worker answered."""

    worker: str
    """IRI of the worker, by the pseudonym of the files."""
    job: str
    label: str
    concept: str | None
    submitted: str | None
    seconds: float | None


class ItemJson(TypedDict):
    """A labeled item."""

    id: str
    """IRI of the item."""
    title: str
    dataset: str
    media: str
    """image, text, video, point cloud, document or object."""
    source: str
    """Address of the object; empty where the item is a text."""
    text: str | None
    labelings: list[ItemLabelingJson]
    answers: list[WorkerAnswerJson]


class ItemListJson(TypedDict):
    """A page of labeled items, newest first."""

    total: int
    """How many there are over all pages."""
    items: list[ItemJson]
    facets: dict[str, list[FacetValueJson]]
    """job, agent, state, attribute and worker of everything found."""
    cursor: str | None
    """Ask for the next page with it; null at the end."""
    generation: int


class ReportTableJson(TypedDict):
    """A table of a report."""

    name: str
    title: str
    note: str
    columns: dict[str, str]
    """Name of a column → its heading."""
    rows: list[dict[str, str | int | float | None]]


class ReportChartJson(TypedDict):
    """A chart of a report."""

    name: str
    table: str
    """The table it draws."""
    title: str
    shown: str
    """How much of the table it shows; empty for all."""
    spec: dict[str, Any]
    """Vega-Lite, with its data."""


class ReportJson(TypedDict):
    """A report on a dataset."""

    report: str
    dataset: str
    totals: dict[str, str | int | float | None]
    tables: list[ReportTableJson]
    charts: list[ReportChartJson]
    generation: int


class ReviewReasonJson(TypedDict):
    """Why an item is listed."""

    why: str
    """confidence, workers or neighbours."""
    text: str
    strength: float
    """0 to 1."""


class ReviewItemJson(TypedDict):
    """An item to look at again."""

    item: str
    """IRI of the item."""
    title: str
    label: str
    confidence: float | None
    reasons: list[ReviewReasonJson]


class ReviewJson(TypedDict):
    """The review queue of a dataset, the most doubtful first."""

    dataset: str
    total: int
    items: list[ReviewItemJson]
    counts: dict[str, int]
    """Kind of reason → items with it."""
    notes: list[str]
    """What could not be compared, in words."""
    next_offset: int | None
    generation: int


class ConsolidationJson(TypedDict):
    """One label for each item from the answers of several workers, as `commissure consolidate --json` prints it."""

    method: str
    kind: str
    """class, classes, boxes, spans or mask."""
    items: list[dict[str, Any]]
    """item, class (or its parts by kind), confidence, answers."""
    agreement: dict[str, Any]
    """Krippendorff's alpha, pairs that agree, confusions …"""
    truth: dict[str, Any] | None
    workers: list[dict[str, Any]]
    review: list[dict[str, Any]]
    issues: list[dict[str, Any]]


class SelectionJson(TypedDict):
    """What a statement found."""

    lines: list[str]
    """Lines as they were ingested, or the rows of the answer as JSON."""
    truncated: bool
    """Whether there are more than the limit."""
    issues: list[str]
    """Lines that could not be read."""


def label_class(value: labels.LabelClass) -> LabelClassJson:
    """A class with its counts."""
    return {
        "concept": value.concept,
        "label": value.label,
        "dataset": value.dataset,
        "job": value.job,
        "items": value.items,
        "own": value.own,
        "machine": value.machine,
        "broader": list(value.broader),
    }


def labeled_dataset(value: labels.LabeledDataset) -> LabeledDatasetJson:
    """A dataset with its jobs and classes."""
    return {
        "dataset": value.dataset,
        "items": value.items,
        "workers": value.workers,
        "unlabeled": dict(value.unlabeled),
        "jobs": [{"job": one.job, "name": one.name, "items": one.items, "failed": one.failed} for one in value.jobs],
        "classes": [label_class(one) for one in value.classes],
    }


def annotation(value: labels.ItemAnnotation) -> ItemAnnotationJson:
    """One thing that a job says of an item."""
    drawn = value.outline
    return {
        "label": value.label,
        "concept": value.concept,
        "confidence": value.confidence,
        "box": list(drawn.box) if drawn is not None and drawn.box is not None else None,
        "outline": drawn.kind if drawn is not None and drawn.box is None else None,
        "points": [list(point) for point in drawn.points] if drawn is not None else [],
        "start": value.span[0] if value.span else None,
        "end": value.span[1] if value.span else None,
        "frames": list(value.frames) if value.frames else None,
        "attributes": dict(value.attributes),
    }


def item(value: labels.LabeledItem) -> ItemJson:
    """A labeled item."""
    return {
        "id": value.id,
        "title": value.title,
        "dataset": value.dataset,
        "media": value.media,
        "source": value.source,
        "text": value.text,
        "labelings": [
            {
                "attribute": one.attribute,
                "job": one.job,
                "task": one.task,
                "state": one.state,
                "human": one.human,
                "created": one.created,
                "confidence": one.confidence,
                "failure": one.failure,
                "annotations": [annotation(each) for each in one.annotations],
                "attributes": dict(one.attributes),
            }
            for one in value.labelings
        ],
        "answers": [
            {
                "worker": one.worker,
                "job": one.job,
                "label": one.label,
                "concept": one.concept,
                "submitted": one.submitted,
                "seconds": one.seconds,
            }
            for one in value.answers
        ],
    }


def facets(found: Mapping[str, tuple[Any, ...]]) -> dict[str, list[FacetValueJson]]:
    """Facets by their name."""
    return {name: [{"value": one.value, "label": one.label, "count": one.count} for one in values] for name, values in found.items()}


def report(value: labels.Report, generation: int) -> ReportJson:
    """A report with its tables and charts."""
    return {
        "report": value.name,
        "dataset": value.dataset,
        "totals": dict(value.totals),
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "note": table.note,
                "columns": {column.name: column.heading for column in table.columns},
                "rows": [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows],
            }
            for table in value.tables
        ],
        "charts": [
            {"name": chart.name, "table": chart.table, "title": chart.title, "shown": chart.shown, "spec": dict(chart.spec)}
            for chart in value.charts
        ],
        "generation": generation,
    }


def review(value: labels.Review, next_offset: int | None, generation: int) -> ReviewJson:
    """A page of a review queue."""
    return {
        "dataset": value.dataset,
        "total": value.total,
        "items": [
            {
                "item": one.item,
                "title": one.title,
                "label": one.label,
                "confidence": one.confidence,
                "reasons": [{"why": reason.why, "text": reason.text, "strength": reason.strength} for reason in one.reasons],
            }
            for one in value.items
        ],
        "counts": dict(value.counts),
        "notes": list(value.notes),
        "next_offset": next_offset,
        "generation": generation,
    }
