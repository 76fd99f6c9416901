"""Tables by SQL on FHIR: a ViewDefinition over the records that the reader may see."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import IO, Any, Literal

from flask import Response, current_app
from pydantic import Field

from cohorts.definition import Definition
from cohorts.errors import InvalidDefinition
from cohorts.patient_ids import patient_ids
from cohorts.views.belonging import of_nobody
from cohorts.views.compile import View, compile_view
from cohorts.views.definition import read_definition
from cohorts.views.errors import ViewRefused
from cohorts.views.output import MEDIA, write
from cohorts.views.run import run
from graph.identifiers import record_iri
from webapp.api.cohorts import EXAMPLE
from webapp.api.operation import Operation
from webapp.api.parameters import Parameters, Word
from webapp.api.sparql import Slots
from webapp.context import Context
from webapp.errors import FieldError, Problem, ProblemError, invalid, not_found
from webapp.exporting import note_patients, sent
from webapp.saving import read

MOST_ROWS = 500_000
"""Rows of an answer."""
MOST_BYTES = 512 * 2**20
"""Bytes of its rows before they are written in a format."""
PATIENCE = 60.0
"""Seconds that a view may take."""
_IN_MEMORY = 8 * 2**20


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
    cohort: dict[str, Any] | None = Field(default=None, examples=[EXAMPLE])
    """The definition of a cohort (commissure-cohort/1): only records of its patients, which name them by id."""

    def read_cohort(self) -> Definition | None:
        """Whose records are asked for. Raises ProblemError."""
        try:
            return None if self.cohort is None else read(self.cohort)
        except InvalidDefinition as error:
            raise _invalid(error) from error


def run_view(asked: ViewBody, context: Context) -> Response:
    """The table of a view."""
    if not context.settings.raw_records:
        raise ProblemError(Problem("disabled", 403, "Not offered here", "This server is set not to show the source JSON of records."))
    cohort = asked.read_cohort()
    view = compile_view(read_definition(asked.view), of_patients=cohort is not None)
    records = _records(view, asked.dataset, context)
    slots: Slots = current_app.extensions["commissure_sparql_slots"]
    table: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    try:
        with slots.one():
            if cohort is None:
                batches: Iterable[Any] = run(view, _lines(records), threads=1, patience=PATIENCE)
                notices = view.notices
            else:
                batches, notices = _of_cohort(view, cohort, records, context)
            write(view, _bounded(batches), asked.format, table)
    except BaseException:
        table.close()
        raise
    return sent(table, MEDIA[asked.format], f"view.{asked.format}", notices)


def _of_cohort(
    view: View, cohort: Definition, records: Mapping[str, Callable[[], Iterable[bytes]]], context: Context
) -> tuple[Iterable[Any], tuple[str, ...]]:
    """The rows of a cohort's patients, a dataset after the other: an id means somebody else in each; and what is to be known of them."""
    cohorts = context.snapshot.cohorts
    try:
        counted = cohorts.count(cohort)
        patients = patient_ids(cohorts, counted)
    except InvalidDefinition as error:
        raise _invalid(error) from error
    note_patients(record_iri(name, "Patient", one) for name in records for one in patients.get(name, ()))
    nobody = of_nobody(view.resource, _lines(records), threads=1, patience=PATIENCE)
    left_out = (f"{nobody:,} records of {view.resource} name no patient by id: they are left out",) if nobody else ()

    def rows() -> Iterator[Any]:
        for name, lines in (records or {"": tuple}).items():
            yield from run(view, lines(), patients.get(name, ()), threads=1, patience=PATIENCE)

    return rows(), (*view.notices, *counted.notices, *left_out)


def _lines(records: Mapping[str, Callable[[], Iterable[bytes]]]) -> Iterator[bytes]:
    return (line for lines in records.values() for line in lines())


def _invalid(error: InvalidDefinition) -> ProblemError:
    return invalid(FieldError(f"cohort.{error.path}".rstrip("."), error.message))


def _records(view: View, dataset: str | None, context: Context) -> dict[str, Callable[[], Iterable[bytes]]]:
    """Dataset → what reads its records of the view's type. Raises ProblemError for a dataset that is not there."""
    library = context.library
    if dataset is not None and library.kinds(dataset) is None:
        raise not_found("dataset", "GET /api/v1/datasets lists those there are.")
    names = [dataset] if dataset is not None else sorted(one.dataset for one in library.datasets())
    held = [name for name in names if view.resource in (library.kinds(name) or {})]
    return {name: partial(library.ndjson, name, (view.resource,)) for name in held}


def _bounded(batches: Iterable[Any]) -> Iterator[Any]:
    rows = size = 0
    for batch in batches:
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows > MOST_ROWS or size > MOST_BYTES:
            told = f"the table has more than {MOST_ROWS:,} rows or {MOST_BYTES >> 20} MB"
            raise ViewRefused(f"{told}: narrow it with where, or make it with `commissure view run`")
        yield batch


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="runView",
        method="POST",
        path="/views/run",
        tag="Data",
        summary="The table that a ViewDefinition of SQL on FHIR makes of FHIR records",
        description="NDJSON, CSV or Parquet. What is wrong in the view, or not supported, is a problem with its place, and nothing runs. "
        "An element that R4 does not have counts as empty; the header Commissure-Notice says so. With `cohort` only records that name its "
        "patients by id.",
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
