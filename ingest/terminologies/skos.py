"""SKOS in Turtle, RDF/XML or N-Triples (also N-Quads and TriG), parsed as a stream, read twice: what codes are, then what is said of them.

Preferred and alternative labels without a language or in English are names, hidden ones are not. What is broader or narrower, and
exact, broad and narrow matches are taken; close and related ones are not. A code is the notation, else the end of the IRI; its system
is that of the IRI (SNOMED CT, MeSH and others have IRIs of their own), else the scheme.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from graph.identifiers import system_and_code
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, head, named, opened
from ingest.terminologies.markup import root_of
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.systems import system_of

_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_FORMATS: Final = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".skos": RdfFormat.RDF_XML,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
}
_LINEWISE: Final = frozenset({RdfFormat.N_TRIPLES, RdfFormat.N_QUADS})
_OBO: Final = re.compile(r"http://purl\.obolibrary\.org/obo/([A-Za-z]+)_(\w+)")
_ENTITY: Final = re.compile(rb"<!ENTITY\s+%?\s*[^\s>]+\s+(?:SYSTEM|PUBLIC|\"[^\"]*&|'[^']*&)")


def owns(path: Path) -> bool:
    """Whether a path is, or holds, an RDF file that speaks of SKOS near its beginning."""
    return any(b"2004/02/skos/core#" in head(file) for file in named(path, _is_rdf))


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """Concepts, names, what is broader, matches. Raises TerminologyUnreadable, with the line, where a file is not what its name says."""
    files = [file for file in files_of(path) if _is_rdf(file.name.lower())]
    if not files:
        raise TerminologyUnreadable(f"{path}: there is no RDF in it: .ttl, .rdf, .nt, .nq or .trig")
    known = _Known()
    for file in files:
        for subject, predicate, value in _triples(file, rejects):
            known.learn(subject, predicate, value)
    for file in files:
        yield from _said(file, known, rejects)


class _Known:
    """Notations and schemes of concepts, by their IRIs."""

    def __init__(self) -> None:
        self._notations: dict[str, str] = {}
        self._schemes: dict[str, str] = {}
        self._concepts: set[str] = set()

    def learn(self, subject: str, predicate: str, value: Any) -> None:
        """Take what a triple says of what a code is."""
        match predicate:
            case "notation" if isinstance(value, Literal):
                self._notations.setdefault(subject, value.value.strip())
            case "inScheme" | "topConceptOf" if isinstance(value, NamedNode):
                self._schemes.setdefault(subject, value.value)
            case "prefLabel":
                self._concepts.add(subject)

    def __contains__(self, iri: str) -> bool:
        return iri in self._concepts

    def key(self, iri: str) -> tuple[str, str]:
        """System and code of an IRI."""
        official = system_and_code(iri)
        if official is not None:
            return official
        if (obo := _OBO.fullmatch(iri)) and (system := system_of(obo[1])):
            return system, f"{obo[1]}:{obo[2]}"
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        code = self._notations.get(iri) or iri[cut:] or iri
        return self._schemes.get(iri) or iri[:cut].rstrip("#/") or iri, code


class _Triple(NamedTuple):
    """A triple about SKOS: `predicate` is the local name."""

    subject: str
    predicate: str
    value: Any


def _triples(file: File, rejects: Rejects) -> Iterator[_Triple]:
    form = _format(file)
    if form == RdfFormat.RDF_XML:
        if not root_of(file):
            raise TerminologyUnreadable(f"{file}, line 1: is no XML, or its first element stands far behind its beginning")
        if _ENTITY.search(head(file)):
            raise TerminologyUnreadable(f"{file}: declares entities of entities or of other files, which are not read")
    with opened(file) as stream:
        triples, last = parse(stream, form, base_iri="urn:file:"), -1
        while True:
            try:
                quad = next(triples, None)
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None) or 0
                if form not in _LINEWISE:
                    raise TerminologyUnreadable(f"{file}, line {line}: is no {form.name}, or is cut off") from error
                if line != last:
                    rejects.reject(file, line, f"the line is no {form.name}; at the end of a file it is cut off")
                last = line
                continue
            if quad is None:
                return
            subject, predicate = quad.subject, quad.predicate.value
            if predicate.startswith(_SKOS) and isinstance(subject, NamedNode):
                yield _Triple(subject.value, predicate[len(_SKOS) :], quad.object)


_NARROWER: Final = frozenset({"narrower", "narrowerTransitive", "narrowMatch"})
_BROADER: Final = frozenset({"broader", "broadMatch"})


def _said(file: File, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    labelled: set[str] = set()
    for subject, predicate, value in _triples(file, Rejects()):
        key = known.key(subject)
        if isinstance(value, Literal) and predicate in {"prefLabel", "altLabel"}:
            if (value.language or "en").partition("-")[0].lower() != "en":
                continue
            name = fit(value.value, file, 0, rejects)
            if name and predicate == "prefLabel" and subject not in labelled:
                labelled.add(subject)
                yield Concept(*key, name, Kind.OTHER)
            elif name:
                yield ConceptName(*key, name)
        elif isinstance(value, NamedNode):
            other = known.key(value.value)
            if predicate in _BROADER | _NARROWER and subject == value.value:
                rejects.reject(file, 0, "the concept is said to be broader than itself")
            elif predicate in _BROADER:
                yield _above(key, other)
            elif predicate in _NARROWER:
                yield _above(other, key)
            elif predicate == "exactMatch" and key != other:
                yield Mapping(*key, Relation.EQUIVALENT, *other)


def _above(below: tuple[str, str], above: tuple[str, str]) -> Statement:
    if below[0] == above[0]:
        return Broader(*below, above[1])
    return Mapping(*below, Relation.BROADER, *above)


def _is_rdf(name: str) -> bool:
    return Path(name.removesuffix(".gz")).suffix in _FORMATS


def _format(file: File) -> RdfFormat:
    return _FORMATS[Path(file.name.lower().removesuffix(".gz")).suffix]
