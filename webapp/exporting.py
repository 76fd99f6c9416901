"""A cohort as a file that a browser or a program takes away: what pages and REST answer, bounded and noted."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from unicodedata import category

from flask import Response, current_app, g

from cohorts.errors import ExportRefused
from cohorts.exporting import NAMES, Export, fact_rows, write
from webapp.context import Context
from webapp.saving import read

MOST_ROWS: Final = 2_000_000
"""Rows of the tables of an answer."""
MEDIA: Final = "application/zip"
MOST_NOTICES: Final = 20
_FHIR: Final = "application/fhir+json"
_GROUP: Final = "group.json"
_IN_MEMORY: Final = 8 * 2**20
_PIECE: Final = 2**16


def exported(definition: Any, format_name: str, context: Context, as_it_is: bool = False) -> Response:
    """The cohort of a definition as JSON, in one of cohorts.exporting.FORMATS: a ZIP of its files; a group, `as_it_is`, is that one file.

    Raises ExportRefused, InvalidDefinition, QueryBusy.
    """
    cohorts, meant = context.snapshot.cohorts, read(definition)
    with current_app.extensions["commissure_sparql_slots"].one():
        asked = Export(cohorts, meant, definition, cohorts.count(meant))
        _check(asked, format_name)
        with tempfile.TemporaryDirectory(prefix="commissure-export.") as folder:
            names = NAMES[format_name]
            files = [Path(folder) / name for name in names or (_GROUP,)]
            notices = (*asked.counted.notices, *write(asked, format_name, Path(folder) if names else files[0]))
            file = files[0].open("rb") if as_it_is and not names else _packed(files)
    note_patients(each.patient for each in asked.members())
    if as_it_is and not names:
        return sent(file, _FHIR, _GROUP, notices)
    return sent(file, MEDIA, f"cohort-{format_name}.zip", notices)


def sent(file: IO[bytes], media: str, name: str, notices: tuple[str, ...]) -> Response:
    """A file that is read while it is sent, and closed at its end; what is to be known of it stands in headers."""
    file.seek(0)
    response = Response(_pieces(file), content_type=media)
    response.call_on_close(file.close)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    for notice in notices[:MOST_NOTICES]:
        response.headers.add("Commissure-Notice", _line(notice))
    return response


def _line(notice: str) -> str:
    """A notice as a header holds it: a line of ASCII. It may quote what somebody typed, line breaks and all."""
    shown = "".join(letter for letter in " ".join(notice.split()) if category(letter) != "Cc")
    return shown.encode("ascii", "backslashreplace").decode()


def note_patients(patients: Iterator[str]) -> None:
    """Have the audit log name these patients: in a packed file nobody finds them."""
    g.patients_told = {*g.get("patients_told", ()), *patients}


def _check(asked: Export, format_name: str) -> None:
    """Raises ExportRefused where there would be more rows than an answer holds."""
    rows = asked.counted.events if asked.counted.subjects == "patients" else 0
    if rows and format_name in ("csv", "parquet"):
        rows += len(fact_rows(asked))
    if rows > MOST_ROWS:
        told = f"the tables have {rows:,} rows, and at most {MOST_ROWS:,} are sent"
        raise ExportRefused(f"{told}: ask for fewer patients, or write them by `commissure cohort export`")


def _packed(files: list[Path]) -> IO[bytes]:
    """A ZIP of files, which says nothing of when it was made: of the same cohort it is the same."""
    packed: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
