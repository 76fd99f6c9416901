"""Labeled data: classes, items, reports, the review queue, consolidation and selection."""

from typing import Annotated, Any, Literal, cast

from flask import Response
from pydantic import Field, StringConstraints

from search.filters import FILTERS
from search.masks import no_dataset
from webapp.answers import labels as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.paging import cursor_after, offset_of
from webapp.api.parameters import Confidence, Cursor, Filtered, Limit, Offset, Parameters, Word, with_filters
from webapp.api.values import WHOLE
from webapp.context import Context
from webapp.errors import not_found

_EXPORTS = {
    "augmented": ("manifest", "application/jsonl"),
    "coco": ("coco.json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
}
"""Format → ending and media type of its file."""


class LabelParameters(Parameters):
    """Which classes to list."""

    dataset: Word | None = None
    """Only this dataset."""


class ItemPage(Filtered):
    """Labeled items. Values of one filter are alternatives, but classes are all required; all filters but the dataset hold for one label
    at a time.
    """

    limit: Limit = 25
    """Items of this page."""
    cursor: Cursor | None = None
    """Where the page before ended, as its answer said. Keep the other parameters as they were."""


ItemParameters = with_filters("ItemParameters", ItemPage, [row for row in FILTERS if row.of_labels or row.name in ("dataset", "concept")])


class DatasetParameters(Parameters):
    """A dataset with labels."""

    dataset: Word
    """The dataset."""


class ReportParameters(DatasetParameters):
    """Which report."""

    report: Literal["annotations", "workers"]
    """annotations or workers."""


class ReviewParameters(DatasetParameters):
    """A page of the review queue."""

    below: Confidence = 0.95
    """Labels less sure than this are listed."""
    limit: Limit = 50
    """Items of this page."""
    offset: Offset = 0
    """Items to pass over."""


class ConsolidateBody(DatasetParameters):
    """Which answers to consolidate, and how."""

    method: Literal["dawid-skene", "majority", "union", "iou", "jaccard", "pixel-vote"] | None = None
    """How; the default fits the kind of the answers."""
    job: Annotated[str, StringConstraints(max_length=500)] = Field(default="", examples=["street-scenes"])
    """The labeling job whose answers to take, by its name; needed where the dataset holds those of several."""


class SelectBody(DatasetParameters):
    """A statement over the manifest lines of a dataset."""

    query: Annotated[str, StringConstraints(min_length=1, max_length=10_000)] = Field(examples=["select * from s3object s limit 5"])
    """In the dialect of S3 Select, over `s3object`."""
    limit: Annotated[int, Field(ge=1, le=1000), WHOLE] = 100
    """Lines to return."""


class ExportParameters(DatasetParameters):
    """Manifest lines of a dataset, as a file."""

    format: Literal["augmented", "coco", "csv", "parquet"] = "augmented"
    """As they were ingested, as COCO boxes, or as a table with a row for each box, span or class."""
    attribute: tuple[Word, ...] = Field(default=(), max_length=100, examples=[["source-ref"]])
    """Only these attributes; labels bring their metadata."""


def labels(asked: LabelParameters, context: Context) -> answers.LabelListJson:
    """Datasets with labels, their jobs and classes."""
    found = context.snapshot.labels.datasets()
    there = [one.dataset for one in context.snapshot.catalog.datasets()]
    if asked.dataset is not None and asked.dataset not in there:
        raise no_dataset(asked.dataset, there)
    listed = [answers.LABELED_DATASET(one) for one in found if asked.dataset in (None, one.dataset)]
    return {"datasets": listed, "generation": context.snapshot.generation}


def items(asked: ItemPage, context: Context) -> answers.ItemListJson:
    """A page of labeled items."""
    snapshot = context.snapshot
    offset = offset_of(asked.cursor, snapshot.generation)
    page = snapshot.labels.items(asked.filters(), asked.limit, offset)
    found = snapshot.labels.labeled(tuple(one.id for one in page.items))
    end = offset + len(page.items)
    return {
        "total": page.total,
        "items": [answers.ITEM(one) for one in found],
        "facets": answers.facets(page.facets),
        "cursor": cursor_after(snapshot.generation, end, page.total) if page.items else None,
        "generation": snapshot.generation,
    }


def report(asked: ReportParameters, context: Context) -> Json:
    """A report on a dataset."""
    _known(asked.dataset, context)
    found = context.snapshot.labels.report(asked.dataset, asked.report)
    if found is None:
        raise not_found("report", f"The dataset holds nothing to report on under {asked.report}: GET /api/v1/labels lists what there is.")
    return answers.REPORT(found, generation=context.snapshot.generation)


def review(asked: ReviewParameters, context: Context) -> Json:
    """A page of the review queue of a dataset."""
    _known(asked.dataset, context)
    found = context.snapshot.labels.review(asked.dataset, round(asked.below, 3), asked.limit, asked.offset)
    end = asked.offset + asked.limit
    return answers.REVIEW(found, next_offset=end if end < found.total else None, generation=context.snapshot.generation)


def consolidate(asked: ConsolidateBody, context: Context) -> answers.ConsolidationJson:
    """One label for each item from the answers of several workers."""
    _known(asked.dataset, context)
    return cast(answers.ConsolidationJson, dict(context.snapshot.labels.consolidate(asked.dataset, asked.method, asked.job)))


def select(asked: SelectBody, context: Context) -> Json:
    """The answer of a statement."""
    _known(asked.dataset, context)
    found = context.snapshot.labels.select(asked.dataset, asked.query, asked.limit)
    return answers.SELECTION(found)


def export(asked: ExportParameters, context: Context) -> Response:
    """The lines as a file."""
    _known(asked.dataset, context)
    pieces = context.snapshot.labels.export(asked.dataset, asked.format, asked.attribute)
    ending, media = _EXPORTS[asked.format]
    response = Response(pieces, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.dataset}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _known(dataset: str, context: Context) -> None:
    if dataset not in {one.dataset for one in context.snapshot.labels.datasets()}:
        raise not_found("dataset with labels", "GET /api/v1/labels lists those there are.")


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="listLabels",
        method="GET",
        path="/labels",
        tag="Labels",
        summary="Label classes with their counts, by dataset and job",
        handler=labels,
        answer=answers.LabelListJson,
        parameters=LabelParameters,
    ),
    Operation(
        name="listItems",
        method="GET",
        path="/items",
        tag="Labels",
        summary="Labeled items with their annotations, newest first",
        description="The filters of the search that concern labels, without words: every item that has such a label, copies included.",
        handler=items,
        answer=answers.ItemListJson,
        parameters=ItemParameters,
        example={"limit": 5},
    ),
    Operation(
        name="getReport",
        method="GET",
        path="/reports/{report}",
        tag="Labels",
        summary="A report on annotations or workers: tables, and charts as Vega-Lite",
        handler=report,
        answer=answers.REPORT,
        parameters=ReportParameters,
        problems=(404,),
        example={"report": "annotations", "dataset": "{labeled}"},
    ),
    Operation(
        name="review",
        method="GET",
        path="/review",
        tag="Labels",
        summary="What a person should look at again, with the reasons",
        description="Labels of low confidence, items whose workers disagree, texts that are labeled unlike their nearest neighbours.",
        handler=review,
        answer=answers.REVIEW,
        parameters=ReviewParameters,
        problems=(404,),
        example={"dataset": "{labeled}", "limit": 5},
    ),
    Operation(
        name="consolidate",
        method="POST",
        path="/consolidate",
        tag="Labels",
        summary="One label for each item from the answers of several workers",
        description="Nothing is stored; `commissure consolidate` writes results back as a manifest.",
        handler=consolidate,
        answer=answers.ConsolidationJson,
        parameters=ConsolidateBody,
        problems=(404,),
        by_generation=False,
        example={"dataset": "{labeled}"},
    ),
    Operation(
        name="selectLines",
        method="POST",
        path="/manifests/select",
        tag="Labels",
        summary="Manifest lines by a statement in the dialect of S3 Select",
        description="Over all manifest lines of a dataset. Lines come back as they were ingested.",
        handler=select,
        answer=answers.SELECTION,
        parameters=SelectBody,
        problems=(404,),
        by_generation=False,
        example={"dataset": "{labeled}", "query": "select * from s3object s limit 5"},
    ),
    Operation(
        name="exportLines",
        method="GET",
        path="/manifests/export",
        tag="Labels",
        summary="The manifest lines of a dataset as a file: as ingested, as COCO, or as a table",
        description="Without attributes, `augmented` gives every line byte by byte as it was ingested, manifest after manifest.",
        handler=export,
        answer=bytes,
        media=tuple(media.partition(";")[0] for _, media in _EXPORTS.values()),
        parameters=ExportParameters,
        problems=(404,),
        by_generation=False,
        example={"dataset": "{labeled}"},
    ),
)
