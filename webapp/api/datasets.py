"""Datasets, ingest runs and what was wrong with their sources."""

from typing import Any

from flask import Response

from cohorts.completeness import warnings
from search.errors import NothingPublished
from webapp.answers import datasets as answers
from webapp.answers.shapes import Json
from webapp.api.operation import Operation
from webapp.api.paging import next_offset
from webapp.api.parameters import DatasetParameters, IssueParameters, NoParameters, RecordsParameters, RunParameters, RunsParameters
from webapp.complete import completeness_of_datasets
from webapp.context import Context
from webapp.errors import FieldError, Problem, ProblemError, invalid, not_found
from webapp.library import RunStatus

NDJSON = "application/fhir+ndjson"


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


def completeness(asked: DatasetParameters, context: Context) -> Json:
    """What a dataset holds and lacks."""
    snapshot = context.snapshot
    found = next((one for one in completeness_of_datasets(snapshot, context.library) if one.dataset == asked.dataset), None)
    if found is None:
        raise not_found("dataset", "The published generation holds no such dataset. GET /api/v1/datasets lists those there are.")
    return answers.COMPLETENESS(found, warnings=warnings(found), generation=snapshot.generation)


def terminologies(_: NoParameters, context: Context) -> answers.TerminologyListJson:
    """The terminologies that texts are read with."""
    return {"terminologies": [answers.TERMINOLOGY(one) for one in context.library.terminologies()]}


def records(asked: RecordsParameters, context: Context) -> Response:
    """FHIR records in bulk."""
    if not context.settings.raw_records:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to show the source JSON of records."))
    there = context.library.kinds(asked.dataset)
    if there is None:
        raise not_found("dataset", "GET /api/v1/datasets lists those there are.")
    if missing := [kind for kind in asked.kind if kind not in there]:
        held = ", ".join(sorted(there)) or "no FHIR records"
        raise invalid(FieldError("kind", f"the dataset holds no {', '.join(kind[:80] for kind in missing[:5])}; it holds {held}"))
    response = Response(context.library.ndjson(asked.dataset, asked.kind), content_type=NDJSON)
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.dataset}.ndjson"'
    response.headers["Cache-Control"] = "no-store"
    return response


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
        name="getCompleteness",
        method="GET",
        path="/datasets/{dataset}/completeness",
        tag="Data",
        summary="What a dataset holds and lacks: groups of records, months, notes, dates, references",
        description="What an export does not hold reads as if it had not happened. `warnings` say in words what to know before counting.",
        handler=completeness,
        answer=answers.COMPLETENESS,
        parameters=DatasetParameters,
        problems=(404,),
        example={"dataset": "{dataset}"},
    ),
    Operation(
        name="listTerminologies",
        method="GET",
        path="/terminologies",
        tag="Data",
        summary="The terminologies that texts are read with, with their counts, version and licence",
        handler=terminologies,
        answer=answers.TerminologyListJson,
        parameters=NoParameters,
        by_generation=False,
    ),
    Operation(
        name="exportRecords",
        method="GET",
        path="/datasets/{dataset}/records",
        tag="Data",
        summary="The FHIR records of a dataset in bulk, as they came in",
        description="NDJSON, a record a line, byte for byte as its line of the export was; sent as it is read, all of one "
        "moment. An answer that breaks off is not complete.",
        handler=records,
        answer=bytes,
        media=(NDJSON,),
        parameters=RecordsParameters,
        problems=(403, 404),
        by_generation=False,
        example={"dataset": "{dataset}", "kind": ["Patient"]},
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
