"""The cohort of the page as files: tables, a FHIR Group, tables of OMOP."""

from typing import Final

from flask import Blueprint, Response, request

from cohorts.exporting import FORMATS
from webapp.context import context
from webapp.errors import FieldError, invalid
from webapp.exporting import exported
from webapp.pages.cohort import asked_definition
from webapp.pages.cohort_rows import rows_of

pages = Blueprint("cohort_files", __name__)

OFFERED: Final = (
    ("csv", "Tables as CSV", "patients, and what is charted of them"),
    ("parquet", "Tables as Parquet", "the same, typed"),
    ("group", "FHIR Group", "its members by name, of one dataset"),
    ("omop", "OMOP as CSV", "cohort, cohort_definition, and who each subject is"),
    ("omop-parquet", "OMOP as Parquet", "the same, typed"),
)
"""Format, name and what it is, as the page offers them."""


@pages.get("/cohort/export")
def files() -> Response:
    """The members as files."""
    format_name = request.args.get("format", FORMATS[0])
    if format_name not in FORMATS:
        raise invalid(FieldError("format", f"is none of {', '.join(FORMATS)}"))
    return exported(asked_definition(rows_of(request.args)), format_name, context(), as_it_is=True)
