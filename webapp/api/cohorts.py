"""Cohorts: patients by definitions, counted and listed."""

from typing import Any, Literal

from flask import Response
from pydantic import Field

from cohorts.definition import FORMAT, Definition
from cohorts.json_schema import SCHEMA
from webapp.answers import cohorts as answers
from webapp.api.operation import Operation
from webapp.api.paging import next_offset
from webapp.api.parameters import Limit, NoParameters, Offset, Parameters
from webapp.context import Context
from webapp.exporting import MEDIA, exported
from webapp.saving import read

EXAMPLE: dict[str, Any] = {
    "format": FORMAT,
    "sets": {"diabetes": [{"code": "http://snomed.info/id/44054006", "descendants": True}]},
    "entry": {"any": [{"event": "condition", "in": "diabetes", "first": True}]},
    "rules": [{"name": "adult", "age": [18, None]}],
}
_DESCRIPTION = (
    "A definition says who enters on which day and which rules they must meet; docs/cohorts.md explains it, `/cohorts/schema` is its JSON "
    "Schema. What is wrong with one is told by its path."
)


class CohortBody(Parameters):
    """A cohort to count."""

    definition: dict[str, Any] = Field(examples=[EXAMPLE])
    """The definition, of the format commissure-cohort/1."""

    def read(self) -> Definition:
        """The definition, with all that it names of what is saved. Raises InvalidDefinition."""
        return read(self.definition)


class CohortExportBody(CohortBody):
    """A cohort to take away."""

    format: Literal["csv", "parquet", "group", "omop", "omop-parquet"] = "csv"
    """Tables of patients and of what is charted of them; a FHIR Group; or tables of OMOP."""


class CohortRunBody(CohortBody):
    """A cohort to list."""

    limit: Limit = 50
    """Index events of this page."""
    offset: Offset = 0
    """Index events to pass over."""


def count(asked: CohortBody, context: Context) -> answers.CohortCountJson:
    """Who is left after each rule."""
    cohorts = context.snapshot.cohorts
    return answers.count_answer(cohorts.count(asked.read()), cohorts)


def run(asked: CohortRunBody, context: Context) -> answers.CohortRunJson:
    """A page of who is in the cohort."""
    cohorts = context.snapshot.cohorts
    counted = cohorts.count(asked.read())
    told = answers.count_answer(counted, cohorts)
    return {
        **told,
        "patients": [answers.MEMBER(member) for member in cohorts.members(counted, asked.offset, asked.limit)],
        "next_offset": next_offset(asked.offset, asked.limit, counted.events - asked.offset),
    }


def export(asked: CohortExportBody, context: Context) -> Response:
    """The cohort as files."""
    return exported(asked.definition, asked.format, context)


def schema(_: NoParameters, __: Context) -> answers.CohortSchemaJson:
    """What a definition looks like."""
    return {"format": FORMAT, "schema": SCHEMA}


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        name="countCohort",
        method="POST",
        path="/cohorts/count",
        tag="Patients",
        summary="How many patients a definition describes, and how many are left after each of its rules",
        description=_DESCRIPTION,
        handler=count,
        answer=answers.CohortCountJson,
        parameters=CohortBody,
        problems=(503,),
        example={"definition": EXAMPLE},
    ),
    Operation(
        name="runCohort",
        method="POST",
        path="/cohorts/run",
        tag="Patients",
        summary="The patients that a definition describes, with the day on which each enters, page by page",
        description=_DESCRIPTION,
        handler=run,
        answer=answers.CohortRunJson,
        parameters=CohortRunBody,
        problems=(503,),
        example={"definition": EXAMPLE, "limit": 10},
    ),
    Operation(
        name="exportCohort",
        method="POST",
        path="/cohorts/export",
        tag="Patients",
        summary="The patients that a definition describes, for other programs: tables, a FHIR Group, or tables of OMOP",
        description="A ZIP of CSV or Parquet files, or with a Group as JSON; docs/cohorts.md names their columns. What they could not "
        "hold stands in the header Commissure-Notice.",
        handler=export,
        answer=bytes,
        media=(MEDIA,),
        parameters=CohortExportBody,
        problems=(403, 503),
        by_generation=False,
        example={"definition": EXAMPLE, "format": "omop"},
    ),
    Operation(
        name="getCohortSchema",
        method="GET",
        path="/cohorts/schema",
        tag="Patients",
        summary="The JSON Schema of definitions",
        handler=schema,
        answer=answers.CohortSchemaJson,
        parameters=NoParameters,
        by_generation=False,
    ),
)
