"""Tables by SQL on FHIR: a ViewDefinition over the records that the reader may see."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Literal

from flask import Response, current_app
from pydantic import Field

from cohorts.views.compile import View, compile_view
from cohorts.views.definition import read_definition
from cohorts.views.errors import ViewRefused
from cohorts.views.output import MEDIA, write
from cohorts.views.run import run
from webapp.api.operation import Operation
from webapp.api.parameters import Parameters, Word
from webapp.api.sparql import Slots
from webapp.context import Context
from webapp.errors import Problem, ProblemError, not_found

MOST_ROWS = 500_000
"""Rows of an answer."""
MOST_BYTES = 512 * 2**20
"""Bytes of its rows before they are written in a format."""
PATIENCE = 60.0
"""Seconds that a view may take."""
MOST_NOTICES = 20
_IN_MEMORY = 8 * 2**20
_PIECE = 2**16


class ViewBody(Parameters):
    """A view, and of which records in which format its table is wanted."""

    view: dict[str, Any] = Field(
        examples=[{"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}, {"name": "born", "path": "birthDate"}]}]}]
    )
    """A ViewDefinition of SQL on FHIR v2."""
    dataset: Word | None = None
    """Only records of this dataset; without it of all."""
    format: Literal["ndjson", "csv", "parquet"] = "ndjson"
    """How the table is written."""


def run_view(asked: ViewBody, context: Context) -> Response:
    """The table of a view."""
    if not context.settings.raw_records:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to show the source JSON of records."))
    view = compile_view(read_definition(asked.view))
    lines = _lines(view, asked.dataset, context)
    slots: Slots = current_app.extensions["commissure_sparql_slots"]
    table: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    try:
        with slots.one():
            write(view, _bounded(run(view, lines, threads=1, patience=PATIENCE)), asked.format, table)
    except BaseException:
        table.close()
        raise
    table.seek(0)
    response = Response(_pieces(table), content_type=MEDIA[asked.format])
    response.call_on_close(table.close)
    response.headers["Content-Disposition"] = f'attachment; filename="view.{asked.format}"'
    response.headers["Cache-Control"] = "no-store"
    for notice in view.notices[:MOST_NOTICES]:
        response.headers.add("Commissure-Notice", notice.encode("ascii", "backslashreplace").decode())
    return response


def _lines(view: View, dataset: str | None, context: Context) -> Iterable[bytes]:
    """The records of the view's type. Raises ProblemError for a dataset that is not there."""
    library = context.library
    if dataset is not None and library.kinds(dataset) is None:
        raise not_found("dataset", "GET /api/v1/datasets lists those there are.")
    names = [dataset] if dataset is not None else sorted(one.dataset for one in library.datasets())
    held = [name for name in names if view.resource in (library.kinds(name) or {})]
    return (line for name in held for line in library.ndjson(name, (view.resource,)))


def _bounded(batches: Iterable[Any]) -> Iterator[Any]:
    rows = size = 0
    for batch in batches:
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows > MOST_ROWS or size > MOST_BYTES:
            told = f"the table has more than {MOST_ROWS:,} rows or {MOST_BYTES >> 20} MB"
            raise ViewRefused(f"{told}: narrow it with where, or make it with `commissure view run`")
        yield batch


def _pieces(table: IO[bytes]) -> Iterator[bytes]:
    while piece := table.read(_PIECE):
        yield piece


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="runView",
        method="POST",
        path="/views/run",
        tag="Data",
        summary="The table that a ViewDefinition of SQL on FHIR makes of FHIR records",
        description="NDJSON, CSV or Parquet. What is wrong in the view, or not supported, is a problem with its place, and nothing runs. "
        "An element that R4 does not have counts as empty; the header Commissure-Notice says so.",
        handler=run_view,
        answer=bytes,
        media=("application/vnd.apache.parquet", "application/x-ndjson", "text/csv"),
        parameters=ViewBody,
        problems=(403, 404, 422, 503),
        by_generation=False,
        example={
            "view": {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}, {"name": "born", "path": "birthDate"}]}]},
            "dataset": "{dataset}",
        },
    ),
)
