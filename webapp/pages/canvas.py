"""The canvas: begin with anything, show what is around it kind by kind, hide, pin and put together; the list beside it holds the same."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request

from graph.errors import StoreUnavailable
from graph.store import GraphReader
from graph.vocabulary import SUBJECT
from search.formulas import cell
from search.model import ConceptSummary
from webapp.pages.canvas_view import ALL, LAYOUTS, MOST_BEGINNINGS, CanvasView, Step, view_of_request
from webapp.pages.drawing import TOGETHER, Drawing, Line, Offer, Point, as_json, drawing_of, offers_of, picture_of
from webapp.pages.node import page_of
from webapp.pages.reading import snapshot
from webapp.pages.state import State
from webapp.pages.wording import GROUP_NAMES, address, group_order

pages = Blueprint("canvas", __name__)

LISTED: Final = 30
"""Nodes of one page of the list."""
MOST_LINES: Final = 3
"""Lines that the row of a node tells; the chosen node tells all of its own."""
MOST_CHOSEN: Final = 60
SUGGESTED: Final = 12
EXAMPLES: Final = 3
SAID_OF: Final = 10
"""Neighbours of each beginning that a canvas of hits shows at first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line as the row of one of its nodes tells it."""

    line: Line
    other: Point
    outwards: bool
    evidence: str
    """The address of the record that says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """A node of the list."""

    point: Point
    page: str
    """The address of its own page; '' for a group that stands as one."""
    told: tuple[Told, ...]
    more: int
    """Lines that it does not tell."""


@dataclass(frozen=True, slots=True)
class GroupTurn:
    """A kind of what is drawn: how many, and the address that puts them together or apart."""

    group: str
    count: int
    url: str
    together: bool


@dataclass(frozen=True, slots=True)
class CanvasPage:
    """All the canvas shows."""

    view: CanvasView
    drawing: Drawing
    picture: dict[str, object]
    chosen: Row | None
    offers: tuple[Offer, ...]
    groups: tuple[GroupTurn, ...]
    rows: tuple[Row, ...]
    found: tuple[str, ...]
    """Nodes that are called as was asked."""
    listed: int
    page: int
    pages: int
    layouts: tuple[tuple[str, str, str, bool], ...]
    """(name, words, address, whether it is chosen)."""
    suggested: tuple[tuple[ConceptSummary, str], ...]
    examples: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, str], ...]


@pages.get("/canvas")
def canvas() -> str:
    """The canvas that the address says."""
    view = view_of_request()
    graph = _graph()
    drawing = drawing_of(view, graph, snapshot().catalog)
    return render_template("canvas.html", page=canvas_page(view, drawing, graph), state=State(), most=MOST_BEGINNINGS)


@pages.get("/canvas.json")
def drawn_as_json() -> Response:
    """The nodes and lines of the canvas for a program."""
    return jsonify(as_json(drawing_of(view_of_request(), _graph(), snapshot().catalog)))


@pages.get("/canvas.csv")
def drawn_as_table() -> Response:
    """The lines of the canvas as CSV, each with the record that says so."""
    drawing = drawing_of(view_of_request(), _graph(), snapshot().catalog)
    points = {point.id: point for point in drawing.points}
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(("from", "from label", "relation", "to", "to label", "said as", "records", "evidence"))
    for line in drawing.lines:
        source, target = points[line.source], points[line.target]
        told = (source.id, source.label, line.label, target.id, target.label, line.style, line.records, line.evidence)
        writer.writerow([cell(value) for value in told])
    answer = Response(lines.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="canvas.csv"'
    return answer


def canvas_url(nodes: Iterable[str], relations: Sequence[tuple[str, str]] = ()) -> str:
    """The address of a canvas that begins with some nodes and shows their neighbours over some relations, each with the kind of these."""
    steps = tuple(Step(ALL, "out", kind, relation, SAID_OF) for relation, kind in relations)
    return CanvasView(begin=tuple(dict.fromkeys(nodes))[:MOST_BEGINNINGS], steps=steps).url()


def canvas_of_records(records: Iterable[str]) -> str:
    """The address of a canvas of records, with their patients."""
    return canvas_url(records, [(SUBJECT, "Patient")])


def canvas_page(view: CanvasView, drawing: Drawing, graph: GraphReader) -> CanvasPage:
    """Arrange a drawing for the page."""
    told = _told(drawing)
    words = view.find.casefold().split()
    found = tuple(p for p in drawing.points if words and all(word in f"{p.label} {' '.join(p.codes)}".casefold() for word in words))
    listed = found if words and found else drawing.points
    pages_ = max(1, -(-len(listed) // LISTED))
    page = min(view.page, pages_)
    chosen = drawing.point(view.chosen) if view.chosen else None
    picture = picture_of(drawing)
    picture.update(found=[p.id for p in found], layout=view.layout, chosen=chosen.id if chosen else "")
    offered = view.chosen if chosen and not chosen.id.startswith(TOGETHER) else ALL
    return CanvasPage(
        view=view,
        drawing=drawing,
        picture=picture,
        chosen=_row(chosen, told.get(chosen.id, ()), MOST_CHOSEN) if chosen else None,
        offers=offers_of(view, offered, graph) if view.begin else (),
        groups=_groups(view, drawing),
        rows=tuple(_row(point, told.get(point.id, ()), MOST_LINES) for point in listed[(page - 1) * LISTED : page * LISTED]),
        found=tuple(p.id for p in found),
        listed=len(listed),
        page=page,
        pages=pages_,
        layouts=tuple((name, said, view.url(layout=name, page=view.page), name == view.layout) for name, said in LAYOUTS.items()),
        suggested=_suggested(view),
        examples=() if view.begin else _examples(),
        ways=(("Lines as CSV", view.url("/canvas.csv")), ("JSON", view.url("/canvas.json"))) if view.begin else (),
    )


def _graph() -> GraphReader:
    graph = snapshot().graph
    if graph is None:
        raise StoreUnavailable("the graph store cannot be reached")
    return graph


def _told(drawing: Drawing) -> dict[str, tuple[Told, ...]]:
    """Node → its lines, as its row tells them."""
    points = {point.id: point for point in drawing.points}
    told: dict[str, list[Told]] = {}
    for line in drawing.lines:
        evidence = address("/record", [("id", line.evidence)]) if line.evidence else ""
        told.setdefault(line.source, []).append(Told(line, points[line.target], True, evidence))
        told.setdefault(line.target, []).append(Told(line, points[line.source], False, evidence))
    return {node: tuple(lines) for node, lines in told.items()}


def _row(point: Point, told: Sequence[Told], most: int) -> Row:
    single = not point.id.startswith(TOGETHER)
    return Row(
        point,
        page_of(point.kind, point.id) if single else "",
        tuple(told[:most]),
        max(0, len(told) - most),
    )


def _groups(view: CanvasView, drawing: Drawing) -> tuple[GroupTurn, ...]:
    counts: dict[str, int] = {}
    for point in drawing.points:
        counts[point.group] = counts.get(point.group, 0) + point.count
    known = [group for group in sorted(counts, key=group_order) if group in GROUP_NAMES]
    return tuple(GroupTurn(group, counts[group], view.turned(group), group in view.grouped) for group in known)


def _suggested(view: CanvasView) -> tuple[tuple[ConceptSummary, str], ...]:
    """Concepts that the words for something to begin with may mean."""
    asked = request.args.get("add", "").strip()[:100]
    found = snapshot().catalog.suggest_concepts(asked, SUGGESTED) if asked else ()
    return tuple((one, view.url(begin=tuple(dict.fromkeys((*view.begin, one.concept))), chosen=one.concept)) for one in found)


def _examples() -> tuple[tuple[str, str], ...]:
    """Canvases to begin with: the patients with the most charted, and what most patients have."""
    catalog = snapshot().catalog
    overviews = sorted(catalog.patient_overviews(), key=lambda one: (-one.facts, one.patient.label))[:EXAMPLES]
    return tuple((one.patient.label, CanvasView(begin=(one.patient.id,), chosen=one.patient.id).url()) for one in overviews)
