"""Datasets, ingest runs and what was wrong with their sources."""

from typing import Any

from search.errors import NothingPublished
from webapp.answers import datasets as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.paging import next_offset
from webapp.api.parameters import IssueParameters, NoParameters, RunParameters, RunsParameters
from webapp.context import Context
from webapp.errors import not_found
from webapp.library import RunStatus


def datasets(_: NoParameters, context: Context) -> answers.DatasetListJson:
    """All datasets: what the ledger holds, and what of it is published."""
    try:
        snapshot = context.snapshot
    except NothingPublished:
        return {
            "datasets": [answers.DATASET(one, published=None) for one in context.library.datasets()],
            "generation": None,
            "published": None,
        }
    contents = {one.dataset: one for one in snapshot.catalog.datasets()}
    return {
        "datasets": [answers.DATASET(one, published=contents.get(one.dataset)) for one in context.library.datasets()],
        "generation": snapshot.generation,
        "published": snapshot.published,
    }


def runs(asked: RunsParameters, context: Context) -> answers.RunListJson:
    """Ingest runs, newest first."""
    return {"runs": [answers.RUN(one) for one in context.library.runs(asked.limit)]}


def run(asked: RunParameters, context: Context) -> Json:
    """One ingest run."""
    return answers.RUN(_run(asked.run, context))


def issues(asked: IssueParameters, context: Context) -> answers.IssueListJson:
    """A run's rejects and warnings, in source order."""
    _run(asked.run, context)
    found = context.library.issues(asked.run, severity=asked.severity, limit=asked.limit + 1, offset=asked.offset)
    return {
        "run": asked.run,
        "issues": [answers.ISSUE(one) for one in found[: asked.limit]],
        "next_offset": next_offset(asked.offset, asked.limit, len(found)),
    }


def _run(run: str, context: Context) -> RunStatus:
    found = context.library.run(run)
    if found is None:
        raise not_found("ingest run", "There is no ingest run of this id. List them with /api/v1/runs.")
    return found


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="listDatasets",
        method="GET",
        path="/datasets",
        tag="Data",
        summary="All datasets: what was ingested, and what of it is published",
        handler=datasets,
        answer=answers.DatasetListJson,
        parameters=NoParameters,
        by_generation=False,
    ),
    Operation(
        name="listRuns",
        method="GET",
        path="/runs",
        tag="Data",
        summary="Ingest runs, newest first",
        handler=runs,
        answer=answers.RunListJson,
        parameters=RunsParameters,
        by_generation=False,
        example={"limit": 10},
    ),
    Operation(
        name="getRun",
        method="GET",
        path="/runs/{run}",
        tag="Data",
        summary="One ingest run",
        handler=run,
        answer=answers.RUN,
        parameters=RunParameters,
        problems=(404,),
        by_generation=False,
        example={"run": "{run}"},
    ),
    Operation(
        name="listIssues",
        method="GET",
        path="/runs/{run}/issues",
        tag="Data",
        summary="A run's rejects and warnings, with file, line and reason",
        handler=issues,
        answer=answers.IssueListJson,
        parameters=IssueParameters,
        problems=(404,),
        by_generation=False,
        example={"run": "{run}", "severity": "reject"},
    ),
)
