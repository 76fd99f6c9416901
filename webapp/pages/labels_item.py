"""The item page: the object with its labels drawn, what each job and each worker said of it, where that comes from, and its graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from graph.errors import StoreUnavailable
from labels.groundtruth.model import Box, Outline, Region, TextSpan
from labels.model import ItemLabeling, LabeledItem, WorkerAnswer
from search.model import Document, DocumentSummary
from webapp.errors import not_found
from webapp.library import RecordSource
from webapp.pages.labels_drawing import (
    Drawing,
    LabelChip,
    chips_of_facts,
    color_of,
    drawing_of,
    frames_words,
    marked_text,
    safe_color,
    who_of,
)
from webapp.pages.labels_frames import Strip, colors_of_tracks, strip_of
from webapp.pages.node import Group, groups_of
from webapp.pages.reading import library, required, snapshot, whole_number
from webapp.pages.state import State

pages = Blueprint("item", __name__)

MOST_ROWS = 200
"""Annotations of a job that are listed."""


@dataclass(frozen=True, slots=True)
class Row:
    """An annotation as the table of its job lists it."""

    number: int
    label: str
    concept: str | None
    color: str
    """Of a mask: its colour there, '' for none."""
    swatch: int
    """The number of its colour: a tracked thing has its own, others that of their class."""
    confidence: float | None
    where: str
    span_url: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class JobView:
    """What one job said."""

    labeling: ItemLabeling
    who: str
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """All the item page shows. `item` is None where the record cannot be read; then `chips` say what the facts know."""

    document: Document
    item: LabeledItem | None
    drawing: Drawing | None
    jobs: tuple[JobView, ...]
    shown: str
    """The job whose labels alone are drawn, '' for all."""
    job: str
    """Its IRI."""
    chips: tuple[LabelChip, ...]
    strip: Strip | None
    """Of a sequence: the frames from the one that was asked for."""
    answers: tuple[tuple[str, tuple[WorkerAnswer, ...]], ...]
    """What workers answered, by class, the most frequent first."""
    about: tuple[DocumentSummary, ...]
    groups: tuple[Group, ...]
    graph_down: bool
    record: RecordSource | None


@pages.get("/item")
def item() -> str:
    """One item; `job` draws the labels of one job alone, `start` and `end` mark a span of its text, `frame` begins the strip of frames."""
    page = item_page(required("id"), request.args.get("job", ""))
    return render_template("item.html", page=page, state=State(query=request.args.get("q", "")), frames_words=frames_words)


def item_page(identifier: str, job: str) -> ItemPage:
    """Arrange an item for its page."""
    opened = snapshot()
    document = opened.catalog.document(identifier)
    if document is None:
        raise not_found("item", "The labels page lists the labeled items of the published data.")
    found = next(iter(opened.labels.labeled((identifier,))), None)
    groups: tuple[Group, ...] = ()
    graph_down = opened.graph is None
    try:
        groups = groups_of(opened.graph, opened.catalog, identifier, is_concept=False) if opened.graph is not None else ()
    except StoreUnavailable:
        graph_down = True
    facts = opened.catalog.facts_of_patient(identifier, 500)
    colors = colors_of_tracks(found) if found is not None else {}
    return ItemPage(
        document=document,
        item=found,
        drawing=_drawing(found, job) if found is not None else None,
        jobs=tuple(_job(labeling, found, colors) for labeling in found.labelings) if found is not None else (),
        shown=next((one.job_name for one in found.labelings if one.job == job), "") if found is not None and job else "",
        job=job if found is not None and any(one.job == job for one in found.labelings) else "",
        chips=chips_of_facts(facts),
        strip=strip_of(found, _chosen(found, job), colors, whole_number("frame", 0), opened.labels.media) if found is not None else None,
        answers=_answers(found.answers) if found is not None else (),
        about=opened.catalog.documents_of_record(found.about) if found is not None and found.about else (),
        groups=groups,
        graph_down=graph_down,
        record=library().record(identifier),
    )


def _chosen(found: LabeledItem, job: str) -> Sequence[ItemLabeling]:
    """The labelings that are drawn: of one job, or all."""
    return [one for one in found.labelings if one.job == job] or found.labelings


def _drawing(found: LabeledItem, job: str) -> Drawing:
    labelings = _chosen(found, job)
    drawn = drawing_of(found, labelings)
    start, end = whole_number("start", 0), whole_number("end", 0)
    if found.text is None or end <= start:
        return drawn
    text = marked_text(found, labelings, span=(start, end))
    return Drawing(drawn.picture, drawn.masks, drawn.shapes, text, drawn.said, drawn.cut)


def _job(labeling: ItemLabeling, found: LabeledItem, colors: Mapping[tuple[str, int], int]) -> JobView:
    rows = []
    for number, one in enumerate(labeling.annotations[:MOST_ROWS], 1):
        where, link, color = "", "", ""
        match one.geometry:
            case TextSpan(start, end):
                words = (found.text or "")[start:end]
                where = f"“{words[:80]}{'…' if len(words) > 80 else ''}”, characters {start}–{end}"
                link = f"{start}-{end}"
            case Box(left, top, width, height):
                where = f"{width:g} × {height:g} at {left:g}, {top:g}"
            case Outline(kind, vertices):
                where = f"{kind} of {len(vertices)} points" if len(vertices) > 1 else kind
            case Region():
                color = safe_color(one.geometry.color)
            case _ if one.frames is not None:
                where = frames_words(one.frames)
        swatch = colors.get((labeling.attribute, number), color_of(one.concept or one.label))
        rows.append(Row(number, one.label, one.concept, color, swatch, one.confidence, where, link, one.attributes))
    return JobView(labeling, who_of(labeling.human), tuple(rows), max(0, len(labeling.annotations) - MOST_ROWS))


def _answers(given: tuple[WorkerAnswer, ...]) -> tuple[tuple[str, tuple[WorkerAnswer, ...]], ...]:
    by_label: dict[str, list[WorkerAnswer]] = {}
    for answer in given:
        by_label.setdefault(answer.label, []).append(answer)
    return tuple((label, tuple(answers)) for label, answers in sorted(by_label.items(), key=lambda found: (-len(found[1]), found[0])))
