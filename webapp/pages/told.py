"""Numbers of patients on pages, as they may be told; where they are protected, pages that list patients are refused."""

from typing import Final

from flask import request

from cohorts.errors import ListsProtected
from cohorts.protection import Told
from webapp.context import context
from webapp.pages import wording

LISTS: Final = frozenset(
    {
        *("patients.patients", "patients.conditions", "cohort.patients", "cohort_files.files", "search.search_as_table", "node.neighbours"),
        *("canvas.canvas", "canvas.drawn_as_json", "canvas.drawn_as_table"),
    }
)
"""Endpoints that list patients, or count them at will."""


def told(number: int) -> Told:
    """A number of patients."""
    return context().protection.count(number)


def count_of(count: Told, one: str, many: str | None = None) -> str:
    """'1 hit', '<11 patients'."""
    if one == "patient" and isinstance(count, int):
        count = told(count)
    return f"{count} {many or one + 's'}" if isinstance(count, str) else wording.count_of(count, one, many)


def refuse_lists() -> None:
    """Raises ListsProtected where the page would list patients and their number is protected."""
    if request.endpoint in LISTS and context().protection.on:
        raise ListsProtected
