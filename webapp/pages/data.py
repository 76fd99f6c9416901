"""The data page: what is loaded, how complete it is, and what every ingest run did and refused."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from cohorts.completeness import GROUPS, warnings
from search.model import DatasetSummary
from webapp.complete import completeness_of_datasets
from webapp.context import context
from webapp.errors import not_found
from webapp.library import DatasetStatus, RejectedLine, RunStatus
from webapp.pages.reading import ROWS, library, listed, snapshot_or_none, whole_number
from webapp.pages.state import State

pages = Blueprint("data", __name__)

RUNS = 50


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A dataset as the ledger and as the published generation know it; either may be missing."""

    name: str
    status: DatasetStatus | None
    summary: DatasetSummary | None
    documents: int
    """Documents that a search of it lists: copies of a text once."""
    records: Mapping[str, int]
    """Kinds of records that can be had as they came in, and how many; none where sources may not be shown."""


@dataclass(frozen=True, slots=True)
class DataPage:
    """All the data page shows."""

    generation: int | None
    published: str
    graph_down: bool
    datasets: tuple[DatasetView, ...]
    runs: tuple[RunStatus, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """All the page of one run shows."""

    run: RunStatus
    issues: tuple[RejectedLine, ...]
    severity: str
    code: str
    """The reason that is asked for; '' for all."""
    total: int
    page: int
    pages: int


@pages.get("/data")
def data() -> str:
    """Datasets and runs."""
    opened = snapshot_or_none()
    summaries: Mapping[str, DatasetSummary] = {s.dataset: s for s in opened.catalog.datasets()} if opened else {}
    statuses = {status.dataset: status for status in library().datasets()}
    names = sorted({*summaries, *statuses})
    documents = {name: listed(opened, datasets=(name,)) for name in summaries} if opened else {}
    records = {name: library().kinds(name) or {} for name in statuses} if context().settings.raw_records else {}
    page = DataPage(
        generation=opened.generation if opened else None,
        published=opened.published if opened else "",
        graph_down=opened is not None and opened.graph is None,
        datasets=tuple(
            DatasetView(name, statuses.get(name), summaries.get(name), documents.get(name, 0), records.get(name, {})) for name in names
        ),
        runs=library().runs(RUNS),
    )
    return render_template("data.html", page=page, state=State())


@pages.get("/data/completeness")
def completeness() -> str:
    """What each dataset holds and lacks; `dataset` shows one alone."""
    asked = request.args.get("dataset", "")
    opened = snapshot_or_none()
    found = completeness_of_datasets(opened, library()) if opened else ()
    if asked and not (found := tuple(one for one in found if one.dataset == asked)):
        raise not_found("dataset", "The data page lists all datasets.")
    told = [(one, warnings(one)) for one in found]
    return render_template("completeness.html", told=told, groups=GROUPS, opened=opened, state=State())


@pages.get("/data/terminologies")
def terminologies() -> str:
    """The terminologies that texts are read with: what each holds, whose it is, and how another is added."""
    return render_template("terminologies.html", terminologies=library().terminologies(), state=State())


@pages.get("/data/runs/<run>")
def run(run: str) -> str:
    """One run with what it refused; `severity` keeps rejects or warnings, `code` those of one reason."""
    found = library().run(run)
    if found is None:
        raise not_found("ingest run", "The data page lists all runs.")
    severity = request.args.get("severity", "")
    severity = severity if severity in ("reject", "warning") else ""
    counts = {"reject": sum(found.rejects.values()), "warning": sum(found.warnings.values())}
    by_code = Counter(found.rejects if severity != "warning" else {}) + Counter(found.warnings if severity != "reject" else {})
    code = given if (given := request.args.get("code", "")) in by_code else ""
    total = by_code[code] if code else by_code.total()
    pages_ = max(1, -(-total // ROWS))
    page = min(whole_number("page", 1, 1), pages_)
    issues = library().issues(run, severity=severity or None, code=code or None, limit=ROWS, offset=(page - 1) * ROWS)
    return render_template("run.html", page=RunPage(found, issues, severity, code, total, page, pages_), counts=counts, state=State())
