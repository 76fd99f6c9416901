"""Reports on labeled data with their charts, tables and downloads, and the queue of items that a person should look at again."""

from dataclasses import dataclass
from itertools import chain

from flask import Blueprint, Response, make_response, render_template, request

from labels.errors import StillWorking
from labels.model import Cell, Chart, Kind, Report, ReportName, Review, Table
from labels.reports.written import csv_of, visible
from search.labeled import LabeledDataset
from webapp.errors import not_found
from webapp.pages.reading import required, snapshot, whole_number
from webapp.pages.state import State, confidence
from webapp.pages.wording import address, number

pages = Blueprint("reports", __name__)

MOST_ROWS = 100
"""Rows of a table on the page; the CSV has all."""
PATIENCE = 3.0
"""Seconds that a page waits for what takes long the first time; then it says so and asks again."""
AGAIN = 3
"""Seconds until it asks again."""
QUEUE = 50
"""Items of a page of the review queue."""
BELOW = 0.95
NAMES: dict[ReportName, str] = {"annotations": "Annotations", "workers": "Workers"}
REASONS = {"confidence": "Unsure", "workers": "Disputed", "neighbours": "Unlike its neighbours"}
"""Kind of a reason → its name."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as the page shows it: only columns that have a value, cells in words."""

    name: str
    title: str
    note: str
    headings: tuple[tuple[str, bool], ...]
    """(heading, whether numbers stand there)"""
    rows: tuple[tuple[str, ...], ...]
    total: int
    charts: tuple[Chart, ...]
    url: str


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """All the reports page shows. `report` is None where the dataset holds nothing of the kind."""

    dataset: str
    name: ReportName
    datasets: tuple[LabeledDataset, ...]
    report: Report | None
    totals: tuple[tuple[str, str], ...]
    tables: tuple[TableView, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All the review page shows."""

    dataset: str
    datasets: tuple[LabeledDataset, ...]
    review: Review
    below: str
    why: str
    """The kind of reason that is asked for; '' for all."""
    page: int
    pages: int


@pages.get("/reports")
def reports() -> str | Response:
    """A report on a dataset: `report` is annotations or workers."""
    dataset, datasets = _dataset()
    name: ReportName = "workers" if request.args.get("report") == "workers" else "annotations"
    try:
        found = snapshot().labels.report(dataset, name, PATIENCE)
    except StillWorking:
        return _waiting(f"{NAMES[name]} of {dataset}", dataset)
    tables = tuple(_table(found, table) for table in found.tables if table.rows) if found else ()
    page = ReportsPage(
        dataset=dataset,
        name=name,
        datasets=datasets,
        report=found,
        totals=tuple((words, shown(value, Kind.NUMBER)) for words, value in found.totals if value is not None) if found else (),
        tables=tables,
        empty=tuple(table.title for table in found.tables if not table.rows) if found else (),
    )
    return render_template("reports.html", page=page, names=NAMES, state=State())


@pages.get("/reports.csv")
def report_as_table() -> Response:
    """A table of a report as CSV: numbers as they are, an empty cell for what is not known."""
    dataset, _ = _dataset()
    name: ReportName = "workers" if request.args.get("report") == "workers" else "annotations"
    found = snapshot().labels.report(dataset, name)
    wanted = required("table")
    table = next((one for one in found.tables if one.name == wanted), None) if found else None
    if table is None:
        raise not_found("table", "The reports page links to those there are.")
    answer = Response(csv_of(table).encode("utf-8", "replace"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return answer


def _waiting(title: str, dataset: str) -> Response:
    """A page that asks again by itself."""
    answer = make_response(render_template("waiting.html", title=title, dataset=dataset, state=State()), 202)
    answer.headers["Refresh"] = str(AGAIN)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/review")
def review() -> str | Response:
    """What a person should look at again; `why` keeps what is there for one kind of reason."""
    dataset, datasets = _dataset()
    below = _below()
    why = given if (given := request.args.get("why", "")) in REASONS else ""
    page = whole_number("page", 1, 1, 100_000)
    try:
        found = snapshot().labels.review(dataset, below, QUEUE, (page - 1) * QUEUE, PATIENCE, why)
    except StillWorking:
        return _waiting(f"Review queue of {dataset}", dataset)
    shown_page = ReviewPage(dataset, datasets, found, f"{below:g}", why, page, -(-found.total // QUEUE))
    return render_template("review.html", page=shown_page, reasons=REASONS, state=State())


@pages.get("/review.manifest")
def review_manifest() -> Response:
    """The lines of the queue as they were ingested, to be the input of a verification or adjustment job."""
    dataset, _ = _dataset()
    lines = snapshot().labels.review_lines(dataset, _below())
    first = next(lines, b"")  # what is damaged is told before the answer begins
    answer = Response(chain((first,), lines), content_type="application/jsonl")
    answer.headers["Content-Disposition"] = 'attachment; filename="review.manifest"'
    return answer


def _below() -> float:
    found = confidence("below", request.args.get("below", "").strip())
    return BELOW if found is None else round(found, 3)


def _dataset() -> tuple[str, tuple[LabeledDataset, ...]]:
    """The dataset of the address, or the only one."""
    datasets = snapshot().labels.datasets()
    given = request.args.get("dataset", "").strip()
    if not given and datasets:
        given = datasets[0].dataset
    if given not in {one.dataset for one in datasets}:
        raise not_found("dataset with labels", "The labels page lists those there are.")
    return given, datasets


def _table(report: Report, table: Table) -> TableView:
    columns, rows = visible(table)
    url = address("/reports.csv", [("dataset", report.dataset), ("report", report.name), ("table", table.name)])
    return TableView(
        name=table.name,
        title=table.title,
        note=table.note,
        headings=tuple((column.heading, column.kind not in (Kind.TEXT, Kind.DATE)) for column in columns),
        rows=tuple(tuple(shown(cell, column.kind) for cell, column in zip(row, columns, strict=True)) for row in rows[:MOST_ROWS]),
        total=len(table.rows),
        charts=tuple(chart for chart in report.charts if chart.table == table.name),
        url=url,
    )


def shown(cell: Cell, kind: Kind) -> str:
    """A cell in words."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell[:10] if kind is Kind.DATE else cell
    if kind is Kind.SHARE:
        return f"{cell:.1%}"
    return f"{cell:.4g}" if isinstance(cell, float) and abs(cell) < 1 else number(cell)
