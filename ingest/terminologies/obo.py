"""OBO: stanzas of terms, as the Human Phenotype, Disease and MONDO ontologies come.

EXACT and NARROW synonyms are names; BROAD and RELATED ones would find what a term is not. Of the Human Phenotype Ontology only what
lies below "Phenotypic abnormality" is taken: its other branches hold words like "All", "Left" and "Severe".

Cross references to SNOMED CT, UMLS and MeSH are the same thing, unless the file says otherwise of them; one to a class of ICD is,
where it is the term's only one. Former ids (`alt_id`, `replaced_by`) are the same as what stands for them now.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import lines
from ingest.terminologies.systems import system_of

_SYNONYM: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s+(EXACT|NARROW)\b\s*([^\[{]*)')
_ID: Final = re.compile(r"([A-Za-z][A-Za-z0-9_.\-]*):([^\s:,{}!]+)")
_ESCAPES: Final = {"n": "\n", "W": " ", "t": "\t"}
_ROOTS: Final = {"HP": "HP:0000118"}
"""Prefix of ids → the term below which terms are taken."""
_KINDS: Final = {"HP": Kind.FINDING, "MP": Kind.FINDING, "SYMP": Kind.FINDING, "DOID": Kind.DISORDER, "MONDO": Kind.DISORDER}
_MORE_KINDS: Final = {"CHEBI": Kind.DRUG, "MESH": Kind.DISORDER, "OMIM": Kind.DISORDER, "ORPHA": Kind.DISORDER, "MAXO": Kind.PROCEDURE}
_SAME: Final = {
    "SNOMEDCT_US": "snomed",
    "SNOMEDCT": "snomed",
    "SCTID": "snomed",
    "UMLS": "umls",
    "UMLS_CUI": "umls",
    "MESH": "mesh",
    "MSH": "mesh",
}
_OF_ICD: Final = {"ICD10CM": "icd10cm", "ICD10": "icd10", "ICD-10": "icd10", "ICD9CM": "icd9cm"}
_MOST_VALUES: Final = 10_000
_RETIRED: Final = "obsolete_synonym"


def owns(path: Path) -> bool:
    """Whether a file begins as OBO does."""
    return any(_is_obo(file) for file in named(path, lambda name: name.endswith((".obo", ".obo.gz"))) or ([path] if path.is_file() else []))


def _is_obo(file: File) -> bool:
    start = head(file, 1 << 20).removeprefix(b"\xef\xbb\xbf")
    return start.lstrip().startswith(b"format-version:") or (b"\n[Term]" in start and b"\nid:" in start)


def version(path: Path) -> str:
    """The release that the head of the file names."""
    for file in files_of(path):
        for raw in head(file).splitlines():
            key, _, value = raw.partition(b":")
            if key == b"data-version":
                return value.strip().decode("utf-8", "replace")
    return ""


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The terms, their names, parents and cross references. Raises TerminologyUnreadable where no file is OBO."""
    files = [file for file in files_of(path) if _is_obo(file)]
    if not files:
        raise TerminologyUnreadable(f"{path}: is no OBO: no [Term] is in it")
    for file in files:
        taken = _below_roots(file)
        for term in _terms(file, rejects):
            yield from _said(term, taken, file, rejects)


@dataclass(slots=True)
class _Term:
    """A stanza: its first line, and the values of each key with their lines."""

    line: int
    values: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def first(self, key: str) -> str:
        return self.values[key][0][1] if self.values.get(key) else ""


_KEYS: Final = frozenset({"id", "name", "synonym", "is_a", "xref", "is_obsolete", "replaced_by", "alt_id"})


def _terms(file: File, rejects: Rejects) -> Iterator[_Term]:
    """The stanzas of terms, each as a whole."""
    term: _Term | None = None
    for number, line in lines(file, rejects):
        if line.startswith("["):
            if term is not None:
                yield term
            term = _Term(number) if line.strip() == "[Term]" else None
        elif term is not None and line:
            key, colon, value = line.partition(":")
            if not colon:
                rejects.reject(file, number, "the line is no key and value; at the end of a file it is cut off")
            elif key in _KEYS:
                term.count += 1
                if term.count <= _MOST_VALUES:
                    term.values[key].append((number, value.strip()))
                else:
                    rejects.reject(file, number, f"the term has more than {_MOST_VALUES:,} names, parents and references")
    if term is not None:
        yield term


def _below_roots(file: File) -> frozenset[str] | None:
    """The terms below the root of an ontology that has one here; None where every term is taken."""
    narrower: dict[str, list[str]] = defaultdict(list)
    roots: set[str] = set()
    for term in _terms(file, Rejects()):
        name = term.first("id")
        if _ROOTS.get(name.partition(":")[0]) == name:
            roots.add(name)
        for _, value in term.values.get("is_a", ()):
            narrower[_reference(value)].append(name)
    if not roots:
        return None
    found, waiting = set(roots), list(roots)
    while waiting:
        below = [name for name in narrower[waiting.pop()] if name not in found]
        found.update(below)
        waiting.extend(below)
    return frozenset(found - roots)


def _said(term: _Term, taken: frozenset[str] | None, file: File, rejects: Rejects) -> Iterator[Statement]:
    identifier = term.first("id")
    found = _ID.fullmatch(identifier)
    if not found:
        rejects.reject(file, term.line, "the term has no id of a prefix, a colon and a local name")
        return
    system = _system(found[1])
    code = _code(system, found)
    if term.first("is_obsolete").startswith("true"):
        yield from _replaced(term, "replaced_by", system, code, taken)
        return
    if taken is not None and identifier not in taken:
        return
    label = fit(_plain(_value(term.first("name"))), file, term.line, rejects)
    if not label:
        return
    yield Concept(system, code, label, _KINDS.get(found[1]) or _MORE_KINDS.get(found[1], Kind.OTHER))
    for number, value in term.values.get("synonym", ()):
        synonym = _SYNONYM.match(value)
        if synonym and _RETIRED not in synonym[3] and (name := fit(_plain(synonym[1]), file, number, rejects)) and name != label:
            yield ConceptName(system, code, name)
    for number, value in term.values.get("is_a", ()):
        above = _reference(value)
        other = _ID.fullmatch(above)
        if other is None:
            rejects.reject(file, number, "what is said to be broader has no id of a prefix, a colon and a local name")
        elif above == identifier:
            rejects.reject(file, number, "the concept is said to be broader than itself")
        elif taken is None or above in taken:
            yield _above(system, code, _system(other[1]), _code(_system(other[1]), other))
    yield from _references(term, system, code)
    for _, value in term.values.get("alt_id", ()):
        if former := _ID.fullmatch(_reference(value)):
            yield Mapping(_system(former[1]), _code(_system(former[1]), former), Relation.EQUIVALENT, system, code)


def _replaced(term: _Term, key: str, system: str, code: str, taken: frozenset[str] | None) -> Iterator[Statement]:
    values = [_reference(value) for _, value in term.values.get(key, ())]
    now = _ID.fullmatch(values[0]) if len(values) == 1 else None
    if now and (taken is None or values[0] in taken):
        yield Mapping(system, code, Relation.EQUIVALENT, _system(now[1]), _code(_system(now[1]), now))


def _references(term: _Term, system: str, code: str) -> Iterator[Statement]:
    of_icd: dict[str, list[str]] = defaultdict(list)
    for _, value in term.values.get("xref", ()):
        found = _ID.match(value)
        if found is None or not _is_same(value):
            continue
        prefix = found[1].upper()
        if prefix in _SAME and (other := system_of(_SAME[prefix])) and other != system:
            yield Mapping(system, code, Relation.EQUIVALENT, other, found[2])
        elif prefix in _OF_ICD and (other := system_of(_OF_ICD[prefix])):
            of_icd[other].append(found[2])
    for other, codes in of_icd.items():
        if len(codes) == 1 and "-" not in codes[0]:
            yield Mapping(system, code, Relation.EQUIVALENT, other, codes[0])


def _is_same(value: str) -> bool:
    """Whether a cross reference is to the same thing: MONDO says of each what it is to the term."""
    _, brace, modifiers = value.partition("{")
    return not brace or "MONDO:" not in modifiers or "MONDO:equivalentTo" in modifiers


def _above(system: str, code: str, other_system: str, other: str) -> Statement:
    if system == other_system:
        return Broader(system, code, other)
    return Mapping(system, code, Relation.BROADER, other_system, other)


def _system(prefix: str) -> str:
    return system_of(prefix) or f"http://purl.obolibrary.org/obo/{prefix.lower()}.owl"


def _code(system: str, found: "re.Match[str]") -> str:
    """The code as its system spells it: the ontologies' own keep their prefix, others have none."""
    bare = found[1].upper() in {*_SAME, *_OF_ICD, "OMIM"}
    return found[2] if bare else found[0]


def _reference(value: str) -> str:
    return value.partition("!")[0].partition("{")[0].strip()


def _value(value: str) -> str:
    return value.partition(" {")[0]


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda escaped: _ESCAPES.get(escaped[1], escaped[1]), text) if "\\" in text else text
