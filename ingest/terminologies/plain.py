"""A table of one's own: columns system, code, label, synonyms, broader, maps, kind; code and label must be there.

Comma, semicolon or tab between the fields, which may be quoted. Several synonyms, broader codes or maps stand behind one another with `|`
between them, or on several rows of one code. `system` is a URL or a name like ICD10CM (none: the file's own name makes one). A map is
`SYSTEM:CODE` or `URL#CODE`; `broader` or `ingredient` and a blank before it say how the other one relates, else both are the same.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import lines, quoted
from ingest.terminologies.systems import system_of

_SUFFIXES: Final = (".csv", ".tsv", ".txt")


def owns(path: Path) -> bool:
    """Whether a path is a file whose header names a code and a label."""
    if not path.is_file() or path.suffix.lower() not in _SUFFIXES:
        return False
    names = _header(path)
    return {"code", "label"} <= names


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """What the table says. Raises TerminologyUnreadable where it has no column code or label."""
    if not path.is_file():
        raise TerminologyUnreadable(f"{path}: is no file; a table of one's own is a CSV file")
    if missing := sorted({"code", "label"} - _header(path)):
        raise TerminologyUnreadable(f"{path}: its first line names no column {', '.join(missing)}")
    own = f"urn:terminology:{quote(path.stem.lower())}"
    for line, row in quoted(path, rejects, _delimiter(path)):
        code, label = row["code"].strip(), row["label"].strip()
        named = row.get("system", "").strip()
        system = (system_of(named) or f"urn:terminology:{quote(named.lower())}") if named else own
        if not code:
            rejects.reject(path, line, "the code is empty")
            continue
        if label:
            yield Concept(system, code, label, _kind(row.get("kind", "")))
        for name in _several(row.get("synonyms", "")):
            yield ConceptName(system, code, name)
        for broader in _several(row.get("broader", "")):
            yield Broader(system, code, broader)
        for stated in _several(row.get("maps", "")):
            mapping = _mapping(system, code, stated)
            if mapping is None:
                rejects.reject(path, line, "a map is not SYSTEM:CODE or URL#CODE of a system that is known by that name")
            else:
                yield mapping


def _mapping(system: str, code: str, stated: str) -> Mapping | None:
    relation = Relation.EQUIVALENT
    first, blank, rest = stated.partition(" ")
    if blank and first.lower() in tuple(Relation):
        relation, stated = Relation(first.lower()), rest.strip()
    name, mark, other = stated.rpartition("#") if "#" in stated else stated.partition(":")
    found = system_of(name.strip()) if mark else None
    return Mapping(system, code, relation, found, other.strip()) if found and other.strip() else None


def _kind(name: str) -> Kind:
    try:
        return Kind(name.strip().lower())
    except ValueError:
        return Kind.OTHER


def _several(field: str) -> list[str]:
    return [part for part in (each.strip() for each in field.split("|")) if part]


def _delimiter(path: Path) -> str:
    _, header = next(lines(path, Rejects()), (0, ""))
    return max(("\t", ";", ","), key=header.count)


def _header(path: Path) -> set[str]:
    try:
        _, header = next(lines(path, Rejects()), (0, ""))
    except TerminologyUnreadable:
        return set()
    return {name.strip().strip('"').lower() for name in header.split(max(("\t", ";", ","), key=header.count))}
