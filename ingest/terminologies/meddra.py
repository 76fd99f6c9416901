"""MedDRA: llt.asc, pt.asc, mdhier.asc and the tables of its groups, in the folder MedAscii of a release or packed: `$` between fields, no
header.

Lowest level terms that are still current are concepts below their preferred term.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, Kind, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import lines
from ingest.terminologies.systems import MEDDRA

_GROUPS: Final = ("pt.asc", "hlt.asc", "hlgt.asc", "soc.asc")


def owns(path: Path) -> bool:
    """Whether a path is, or lies in, a folder with MedDRA's tables of terms."""
    return any(head(file, 2048).split(b"\n", 1)[0].count(b"$") >= 9 for file in named(_folder(path), "llt.asc".__eq__))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """Terms of all levels. Raises TerminologyUnreadable where pt.asc or llt.asc is not there."""
    of = {file.name.lower(): file for file in files_of(_folder(path))}
    if missing := [name for name in ("pt.asc", "llt.asc") if name not in of]:
        raise TerminologyUnreadable(f"{path}: there is no {' and no '.join(missing)} of MedDRA in it")
    for name in _GROUPS:
        if name in of:
            for line, row in _rows(of[name], 2, rejects):
                if label := fit(row[1], of[name], line, rejects):
                    yield Concept(MEDDRA, row[0], label, Kind.FINDING)
    yield from _lowest(of["llt.asc"], rejects)
    if "mdhier.asc" in of:
        yield from _hierarchy(of["mdhier.asc"], rejects)


def _folder(path: Path) -> Path:
    return path.parent if path.suffix.lower() == ".asc" else path


def _lowest(file: File, rejects: Rejects) -> Iterator[Statement]:
    for line, row in _rows(file, 10, rejects):
        code, text, preferred, current = row[0], row[1], row[2], row[9]
        if code == preferred or current != "Y":
            continue
        if label := fit(text, file, line, rejects):
            yield Concept(MEDDRA, code, label, Kind.FINDING)
            yield Broader(MEDDRA, code, preferred)


def _hierarchy(file: File, rejects: Rejects) -> Iterator[Statement]:
    last: list[str] = []
    for line, row in _rows(file, 4, rejects):
        path = row[:4]
        if not all(code.isascii() and code.isdigit() for code in path):
            rejects.reject(file, line, "a code is no number")
            continue
        for place in range(3):
            if path[place] != path[place + 1] and path[place : place + 2] != last[place : place + 2]:
                yield Broader(MEDDRA, path[place], path[place + 1])
        last = path


def _rows(file: File, fields: int, rejects: Rejects) -> Iterator[tuple[int, list[str]]]:
    for line, text in lines(file, rejects):
        row = text.split("$")
        if len(row) < fields:
            if text:
                rejects.reject(file, line, f"the row has fewer than {fields} fields; at the end of a file it is cut off")
        elif not (row[0].isascii() and row[0].isdigit()):
            rejects.reject(file, line, "a code is no number")
        else:
            yield line, row
