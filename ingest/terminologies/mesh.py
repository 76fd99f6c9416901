"""MeSH: the XML of descriptors (desc2026.xml, also .gz or .zip) and of supplementary records (supp2026.xml), record by record.

A descriptor takes the terms of its concepts, those of broader ones left out; terms that stand turned ("Neoplasms, Lung") are names as
they are spoken too. What is broader is said by the tree: the number without its last step. Only the trees of organisms, diseases,
chemicals and drugs, techniques, and psychiatry are taken; the others (anatomy, places, persons, publications) are words of every text.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, named
from ingest.terminologies.markup import End, Start, elements, root_of
from ingest.terminologies.names import fit, turned
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.systems import MESH

_ROOTS: Final = ("DescriptorRecordSet", "SupplementalRecordSet")
_RECORDS: Final = {"DescriptorRecord": "Descriptor", "SupplementalRecord": "SupplementalRecord"}
_TREES: Final = (
    ("C23", Kind.FINDING),
    ("C", Kind.DISORDER),
    ("F03", Kind.DISORDER),
    ("D", Kind.DRUG),
    ("E", Kind.PROCEDURE),
    ("F", Kind.OTHER),
    ("B", Kind.OTHER),
)
"""Beginnings of tree numbers that are taken, the most telling first."""
_CLASSES: Final = {"1": Kind.DRUG, "2": Kind.DRUG, "3": Kind.DISORDER, "4": Kind.OTHER}
"""Classes of supplementary records: chemicals, protocols, diseases, organisms."""
_MOST_PARTS: Final = 100_000


def owns(path: Path) -> bool:
    """Whether a path is, or holds, a set of MeSH records."""
    return any(root_of(file) in _ROOTS for file in named(path, _is_xml))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The records of all files, then what is broader. Raises TerminologyUnreadable where a file is none, or is cut off."""
    files = [file for file in files_of(path) if path.is_file() or _is_xml(file.name.lower())]
    found = [file for file in files if root_of(file) in _ROOTS]
    if not found:
        raise TerminologyUnreadable(f"{path}: there is no DescriptorRecordSet or SupplementalRecordSet of MeSH in it")
    trees: dict[str, str] = {}
    for file in found:
        for record in _records(file, rejects):
            yield from _said(record, trees, file, rejects)
    for number, code in trees.items():
        above = trees.get(number.rpartition(".")[0])
        if above is not None and above != code:
            yield Broader(MESH, code, above)


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".xml.gz", ".gz"))


@dataclass(slots=True)
class _Record:
    line: int
    code: str = ""
    name: str = ""
    kind: str = ""
    trees: list[str] = field(default_factory=list)
    mapped: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    terms: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """Place of a concept in `concepts` → its terms with their lines."""
    related: dict[str, str] = field(default_factory=dict)
    """Concept → how it relates to the preferred one."""
    relation: str = ""
    parts: int = 0


def _records(file: File, rejects: Rejects) -> Iterator[_Record]:
    record: _Record | None = None
    for event in elements(file):
        name = event.path[1] if len(event.path) > 1 else ""
        if name not in _RECORDS:
            continue
        if isinstance(event, Start):
            if len(event.path) == 2:
                record = _Record(event.line, kind=event.attributes.get("SCRClass", ""))
            elif record is not None and event.path[-1] == "Concept":
                record.concepts.append("")
            elif record is not None and event.path[-1] == "ConceptRelation":
                record.relation = event.attributes.get("RelationName", "")
        elif record is not None and len(event.path) == 2:
            yield record
            record = None
        elif record is not None and event.text:
            record.parts += 1
            if record.parts == _MOST_PARTS:
                rejects.reject(file, event.line, f"the record has more than {_MOST_PARTS:,} parts")
            elif record.parts < _MOST_PARTS:
                _learn(record, event, _RECORDS[name])


def _learn(record: _Record, event: End, prefix: str) -> None:
    match event.path[2:]:
        case (name,) if name == f"{prefix}UI":
            record.code = event.text
        case (name, "String") if name == f"{prefix}Name":
            record.name = event.text
        case ("TreeNumberList", "TreeNumber"):
            record.trees.append(event.text)
        case ("HeadingMappedToList", "HeadingMappedTo", "DescriptorReferredTo", "DescriptorUI"):
            record.mapped.append(event.text.lstrip("*"))
        case ("ConceptList", "Concept", "ConceptUI"):
            record.concepts[-1] = event.text
        case ("ConceptList", "Concept", "ConceptRelationList", "ConceptRelation", "Concept2UI"):
            record.related.setdefault(event.text, record.relation)
        case ("ConceptList", "Concept", "TermList", "Term", "String"):
            record.terms[len(record.concepts) - 1].append((event.line, event.text))


def _said(record: _Record, trees: dict[str, str], file: File, rejects: Rejects) -> Iterator[Statement]:
    code = record.code
    if not (code[:1] in {"D", "C"} and code[1:].isascii() and code[1:].isdigit()):
        rejects.reject(file, record.line, "the record has no identifier of D or C and digits")
        return
    kind = _kind(record)
    if kind is None:
        return
    label = fit(record.name, file, record.line, rejects)
    if not label:
        return
    yield Concept(MESH, code, label, kind)
    said = {label}
    for place, terms in record.terms.items():
        if record.related.get(record.concepts[place] if place >= 0 else "") == "BRD":
            continue
        for line, text in terms:
            name = fit(text, file, line, rejects)
            for spelling in (name, "" if kind is Kind.DRUG else turned(name)):
                if spelling and spelling not in said:
                    said.add(spelling)
                    yield ConceptName(MESH, code, spelling)
    if kind is not Kind.DRUG and (spoken := turned(label)) and spoken not in said:
        yield ConceptName(MESH, code, spoken)
    for number in record.trees:
        trees[number] = code
    for above in dict.fromkeys(record.mapped):
        if above != code:
            yield Broader(MESH, code, above)


def _kind(record: _Record) -> Kind | None:
    """The kind of a record that is taken."""
    if not record.trees:
        return _CLASSES.get(record.kind) if record.kind else None
    return next((kind for start, kind in _TREES if any(number.startswith(start) for number in record.trees)), None)
