"""Codings and CodeableConcepts: the concepts they name and the words they use for them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from concepts.model import ConceptUse
from graph.identifiers import canonical_system, concept_iri, iri_term, literal_term, notation

_SHORT = 200


class Code(NamedTuple):
    """A coding in the graph: the node it links to (`term`, with `use`), or only words (`term` is then a literal, `use` is None)."""

    term: str
    use: ConceptUse | None
    text: str


@lru_cache(maxsize=65536)
def concept(system: str, code: str, display: str) -> Code:
    """The concept a system's code names."""
    iri = concept_iri(system, code)
    return Code(iri_term(iri), ConceptUse(iri, canonical_system(system), notation(system, code), display), display or code)


@lru_cache(maxsize=16384)
def attribute(system: str, code: str, display: str) -> Code:
    """What an element that orders records rather than describing a patient ('category', 'class') says.

    FHIR's own code systems give words: as nodes they would join every vital sign to every other. Anything else is a concept.
    """
    if system.startswith(("http://terminology.hl7.org/", "http://hl7.org/fhir/")) and not system.startswith("http://hl7.org/fhir/sid/"):
        return Code(literal_term(display or code), None, display or code)
    return concept(system, code, display)


@lru_cache(maxsize=65536)
def words(text: str) -> Code:
    """A code given in words only."""
    return Code(literal_term(text), None, text)


def codes(value: Any, administrative: bool = False) -> Iterator[Code]:
    """What a CodeableConcept or Coding (or a list of them) says: its codings, or its words where no coding has system and code."""
    if type(value) is list:
        for item in value:
            yield from codes(item, administrative)
        return
    if type(value) is not dict:
        return
    understood = False
    read = attribute if administrative else concept
    for coding in codings(value):
        system, code, display = coding.get("system"), coding.get("code"), coding.get("display")
        if system and code and type(system) is str and type(code) is str:
            understood = True
            yield read(system, code, display if type(display) is str else "")
    if not understood:
        text = text_of(value)
        if text:
            yield words(text)


def codings(value: Any) -> Sequence[Mapping[str, Any]]:
    """The codings of a CodeableConcept, or the Coding itself."""
    if type(value) is not dict:
        return ()
    found = value.get("coding")
    if type(found) is list:
        return dicts(found)
    return (value,) if "code" in value or "display" in value else ()


def text_of(value: Any) -> str:
    """The words of a CodeableConcept or Coding (the first of a list that has any): its text, a display, a code, or ''."""
    if type(value) is list:
        return next((text for item in value if (text := text_of(item))), "")
    if type(value) is not dict:
        return ""
    stated = value.get("text")
    if isinstance(stated, str) and stated:
        return stated
    found = codings(value)
    candidates = (*(c.get("display") for c in found), *(c.get("code") for c in found))
    return next((text for text in candidates if text and type(text) is str), "")


def code_of(value: Any) -> str:
    """The first code of a CodeableConcept, '' if it has none."""
    return next((coding["code"] for coding in codings(value) if type(coding.get("code")) is str), "")


def dicts(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of a list, or the object itself."""
    if type(value) is list:
        return [item for item in value if type(item) is dict]
    return (value,) if type(value) is dict else ()


def short(text: str, limit: int = _SHORT) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
