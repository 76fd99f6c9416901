"""LOINC: LoincTableCore.csv or Loinc.csv, alone, in the folder of a release or packed, read by the names of its columns.

RELATEDNAMES2 is left out: its list holds words like "Point in time" and "Blood" beside synonyms.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, has_columns, header_of, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import quoted
from ingest.terminologies.systems import LOINC

_COLUMNS: Final = ("loinc_num", "component", "long_common_name", "status")
_GONE: Final = frozenset({"DEPRECATED"})
_CLASSES: Final = frozenset({"", "1", "2"})
"""Laboratory and clinical terms; claims attachments and surveys are words of every text."""
_MEASURED: Final = "LP"


def owns(path: Path) -> bool:
    """Whether a path is, or holds, a table of LOINC."""
    return any(has_columns(file, ",", _COLUMNS) for file in named(path, _is_table))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The terms with their long, short and consumer names. Raises TerminologyUnreadable where there is no table."""
    tables = [file for file in files_of(path) if path.is_file() or _is_table(file.name.lower())]
    whole = [file for file in tables if has_columns(file, ",", _COLUMNS)]
    if not whole:
        missing = sorted(set(_COLUMNS) - set(header_of(tables[0], ","))) if tables else list(_COLUMNS)
        raise TerminologyUnreadable(f"{path}: no table of LOINC is in it: no first line names {', '.join(missing).upper()}")
    best = min(whole, key=lambda file: "core" in file.name.lower())
    yield from _terms(best, rejects)
    for file in files_of(path) if not path.is_file() or len(files_of(path)) > 1 else []:
        if file.name.lower() == "componenthierarchybysystem.csv":
            yield from _hierarchy(file, rejects)


def _is_table(name: str) -> bool:
    return name in {"loinc.csv", "loinctablecore.csv", "loinc.csv.gz", "loinctablecore.csv.gz"}


def _terms(file: File, rejects: Rejects) -> Iterator[Statement]:
    seen: set[str] = set()
    for line, row in quoted(file, rejects):
        code, status = row["loinc_num"].strip(), row["status"].strip().upper()
        if status in _GONE or row.get("classtype", "") not in _CLASSES:
            continue
        number, dash, check = code.partition("-")
        if not (dash and number.isascii() and number.isdigit() and check.isascii() and check.isdigit()):
            rejects.reject(file, line, "the code is not digits, a dash and a check digit: has the file been through a spreadsheet?")
            continue
        if code in seen:
            rejects.reject(file, line, "the code stands there twice")
            continue
        seen.add(code)
        label = fit(row["long_common_name"] or row["component"], file, line, rejects)
        if not label:
            continue
        yield Concept(LOINC, code, label, Kind.MEASUREMENT)
        for column in ("shortname", "consumer_name", "displayname"):
            text = row.get(column, "").strip()
            if text and text != label and (name := fit(text, file, line, rejects)):
                yield ConceptName(LOINC, code, name)


def _hierarchy(file: File, rejects: Rejects) -> Iterator[Statement]:
    """The hierarchy of parts that LOINC ships beside its table: PATH_TO_ROOT, SEQUENCE, IMMEDIATE_PARENT, CODE, CODE_TEXT."""
    if not has_columns(file, ",", ("immediate_parent", "code", "code_text")):
        rejects.reject(file, 1, "the first line does not name IMMEDIATE_PARENT, CODE and CODE_TEXT")
        return
    for line, row in quoted(file, rejects):
        code, above = row["code"].strip(), row["immediate_parent"].strip()
        if code.startswith(_MEASURED) and (label := fit(row["code_text"], file, line, rejects)):
            yield Concept(LOINC, code, label, Kind.MEASUREMENT)
        if code and above and code != above:
            yield Broader(LOINC, code, above)
