"""Labeled data as JSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from typing_extensions import TypedDict

from labels import model as labels
from labels.groundtruth.model import Box, Outline, TextSpan
from labels.model import Cell
from search import labeled
from webapp.answers.search import FACET_VALUE, FacetValueJson
from webapp.answers.shapes import Added, Json, Shape


def _attributes(value: Any) -> dict[str, str]:
    return dict(value.attributes)


def _drawn(value: labels.ItemAnnotation, what: str) -> Any:
    """Of a place in an image: its box, its kind where it is none, its vertices."""
    match value.geometry, what:
        case Box() as box, "box":
            return list(box)
        case Outline(kind, vertices), _ if what != "box":
            return kind if what == "outline" else [list(point) for point in vertices]
    return [] if what == "points" else None


def _span(value: labels.ItemAnnotation) -> tuple[int, int] | tuple[None, None]:
    return (value.geometry.start, value.geometry.end) if isinstance(value.geometry, TextSpan) else (None, None)


LABEL_CLASS = Shape(
    labeled.LabelClass,
    words={
        "concept": "IRI of the class.",
        "job": "IRI of the labeling job; empty for a class that only a taxonomy names.",
        "items": "Items that have it or something narrower.",
        "own": "Items that have the class itself.",
        "machine": "Items that have it by a machine's word.",
        "broader": "IRIs of the classes above it.",
    },
    says="A class of a labeling job and how many items have it.",
)
LABEL_JOB = Shape(
    labeled.LabelJob,
    without=("dataset",),
    words={
        "job": "IRI of the job.",
        "items": "Items it worked on.",
        "failed": "Items it has no label for.",
    },
    says="A labeling job.",
)
LABELED_DATASET = Shape(
    labeled.LabeledDataset,
    words={
        "workers": "Workers whose answers it holds.",
        "unlabeled": "Document type → items that no job has labeled; the search finds them by it.",
    },
    says="A dataset with labels.",
)
ITEM_ANNOTATION = Shape(
    labels.ItemAnnotation,
    without=("geometry", "appearances", "track", "name"),
    added={
        "box": Added(list[float] | None, "left, top, width, height in pixels.", lambda value: _drawn(value, "box")),
        "outline": Added(
            str | None, "polygon, polyline, line or keypoint, where it is none of a box.", lambda value: _drawn(value, "outline")
        ),
        "points": Added(list[list[float]], "Its vertices in pixels.", lambda value: _drawn(value, "points")),
        "start": Added(int | None, "First code point of a span of the item's text.", lambda value: _span(value)[0]),
        "end": Added(int | None, "", lambda value: _span(value)[1]),
        "frames": Added(
            list[int] | None,
            "First and last frame of a tracked thing, and in how many it appears.",
            lambda value: list(value.frames) if value.frames else None,
        ),
        "attributes": Added(dict[str, str], "", _attributes),
    },
    words={
        "concept": "IRI of the class.",
    },
    says="One thing that a job says of an item.",
)
ITEM_LABELING = Shape(
    labels.ItemLabeling,
    without=("job_name", "comments", "frames", "mask"),
    added={"attributes": Added(dict[str, str], "", _attributes)},
    words={
        "job": "IRI of the job.",
        "state": "labeled, adjusted, unadjusted, empty, failed or orphan.",
        "human": "Whether people labeled it; null where the data does not tell.",
    },
    says="What one job gave one item.",
)
WORKER_ANSWER = Shape(
    labels.WorkerAnswer,
    without=("worker_name", "job_name", "record"),
    words={
        "worker": "IRI of the worker, by the pseudonym of the files.",
    },
    says="What one worker answered.",
)
ITEM = Shape(
    labels.LabeledItem,
    "Item",
    without=("rest", "picture", "masks", "frames_at", "about", "patient"),
    words={
        "id": "IRI of the item.",
        "media": "image, text, video, point cloud, document or object.",
        "source": "Address of the object; empty where the item is a text.",
    },
    says="A labeled item.",
)
REPORT_TABLE = Shape(
    labels.Table,
    "ReportTable",
    added={
        "columns": Added(
            dict[str, str], "Name of a column → its heading.", lambda table: {column.name: column.heading for column in table.columns}
        ),
        "rows": Added(
            list[dict[str, Cell]],
            "",
            lambda table: table.records(),
        ),
    },
)
REPORT_CHART = Shape(
    labels.Chart,
    "ReportChart",
    words={
        "table": "The table it draws.",
        "shown": "How much of the table it shows; empty for all.",
        "spec": "Vega-Lite, with its data.",
    },
    says="A chart of a report.",
)
REPORT = Shape(
    labels.Report,
    without=("name", "title"),
    added={
        "report": Added(str, "", lambda report: report.name),
        "totals": Added(dict[str, Cell], "", lambda report: dict(report.totals)),
        "generation": Added(int),
    },
    says="A report on a dataset.",
)
REVIEW_REASON = Shape(
    labels.Reason,
    "ReviewReason",
    added={"why": Added(str, "", lambda reason: str(reason.why))},
    words={
        "why": "confidence, workers or neighbours.",
        "strength": "0 to 1.",
    },
    says="Why an item is listed.",
)
REVIEW_ITEM = Shape(
    labels.ReviewItem,
    words={
        "item": "IRI of the item.",
    },
    says="An item to look at again.",
)
REVIEW = Shape(
    labels.Review,
    added={"next_offset": Added(int | None), "generation": Added(int)},
    words={
        "counts": "Kind of reason → items with it.",
        "notes": "What could not be compared, in words.",
    },
    says="The review queue of a dataset, the most doubtful first.",
)
SELECTION = Shape(
    labels.Selection,
    words={
        "lines": "Lines as they were ingested, or the rows of the answer as JSON.",
        "truncated": "Whether there are more than the limit.",
        "issues": "Lines that could not be read.",
    },
    says="What a statement found.",
)
LabeledDatasetJson = Annotated[Json, LABELED_DATASET]
ItemJson = Annotated[Json, ITEM]


class LabelListJson(TypedDict):
    """Datasets with labels: their jobs, and their classes with counts, most items first."""

    datasets: list[LabeledDatasetJson]
    generation: int


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


def facets(found: Mapping[str, tuple[Any, ...]]) -> dict[str, list[FacetValueJson]]:
    """Facets by their name."""
    return {name: [FACET_VALUE(one) for one in values] for name, values in found.items()}
