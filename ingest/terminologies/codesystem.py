"""FHIR CodeSystem and ValueSet in JSON: nested concepts, designations, the properties `parent` and `child`; expansions and enumerations.

English designations are names. Concepts that are inactive, retired or deprecated are left out. What lies in one another in a CodeSystem
is narrower, unless its hierarchy means parts; in the expansion of a ValueSet it is said to mean nothing, and is taken for nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Statement
from graph.identifiers import canonical_system
from ingest.terminologies.fhir_json import Event, events, holds, json_files, resources
from ingest.terminologies.files import File
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.systems import HPO, ICD10, ICD10CM, LOINC, MEDDRA, RXNORM

_TYPES: Final = ("CodeSystem", "ValueSet")
_KEYS: Final = frozenset({"resourceType", "url", "version", "hierarchyMeaning", "supplements"})
_CONCEPT: Final = re.compile(
    r"(?:concept\.item|expansion\.contains\.item|compose\.include\.item\.concept\.item)"
    r"(?:\.(?:concept|contains)\.item)*\Z"
)
_KINDS: Final = {
    RXNORM: Kind.DRUG,
    LOINC: Kind.MEASUREMENT,
    ICD10CM: Kind.DISORDER,
    ICD10: Kind.DISORDER,
    HPO: Kind.FINDING,
    MEDDRA: Kind.FINDING,
    "http://hl7.org/fhir/sid/cvx": Kind.DRUG,
    "http://hl7.org/fhir/sid/ndc": Kind.DRUG,
    "http://www.whocc.no/atc": Kind.DRUG,
}
_GONE: Final = frozenset({"retired", "deprecated", "inactive", "withdrawn"})
_MOST_VALUES: Final = 10_000


def owns(path: Path) -> bool:
    """Whether a path is, or holds, a CodeSystem or a ValueSet."""
    return holds(path, _TYPES)


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """What the resources say of codes. Raises TerminologyUnreadable where there is none, or a file is no JSON."""
    for file in json_files(path, _TYPES):
        about = resources(file, _KEYS)
        for number, each in enumerate(about):
            if each.get("resourceType") == "CodeSystem" and not each.get("url"):
                rejects.reject(file, 0, f"CodeSystem {number + 1} of the file has no url")
        yield from _concepts(file, about, rejects)


@dataclass(slots=True)
class _Frame:
    """A concept while it is read."""

    path: str
    line: int
    code: str = ""
    display: str = ""
    system: str = ""
    gone: bool = False
    names: list[tuple[int, str]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    language: str = ""
    property: str = ""
    value: str = ""


def _concepts(file: File, about: list[dict[str, str]], rejects: Rejects) -> Iterator[Statement]:
    open_: list[_Frame] = []
    included = ""
    """System of the part of a ValueSet's definition that is read, where its list of concepts comes behind it."""
    for event in events(file):
        of = about[event.resource] if 0 <= event.resource < len(about) else {}
        if of.get("resourceType") not in _TYPES:
            continue
        if event.path == "compose.include.item":
            included = ""
        elif event.path == "compose.include.item.system" and event.what == "string":
            included = event.value
        if event.what == "start_map" and _CONCEPT.match(event.path):
            open_.append(_Frame(event.path, event.line))
        elif open_ and event.path == open_[-1].path and event.what == "end_map":
            frame = open_.pop()
            yield from _said(frame, open_, of, included, file, rejects)
        elif open_:
            _learn(open_[-1], event)


def _learn(frame: _Frame, event: Event) -> None:
    element = event.path[len(frame.path) + 1 :]
    if event.what == "string" and element in {"code", "display", "system"}:
        setattr(frame, element, event.value)
    elif element == "inactive" and event.value is True:
        frame.gone = True
    elif element == "designation.item":
        if (
            event.what == "end_map"
            and frame.value
            and frame.language.partition("-")[0].lower() in {"", "en"}
            and len(frame.names) < _MOST_VALUES
        ):
            frame.names.append((event.line, frame.value))
        frame.language = frame.value = ""
    elif element == "designation.item.language" and event.what == "string":
        frame.language = event.value
    elif element == "designation.item.value" and event.what == "string":
        frame.value = event.value
    elif element == "property.item":
        if event.what == "end_map":
            _property(frame)
        frame.property = frame.value = ""
    elif element == "property.item.code" and event.what == "string":
        frame.property = event.value
    elif (
        element.startswith("property.item.value") and event.what in {"string", "boolean"} and not element.endswith((".system", ".display"))
    ):
        frame.value = "true" if event.value is True else "" if event.value is False else event.value


def _property(frame: _Frame) -> None:
    name, value = frame.property, frame.value
    if (name in {"inactive", "notActive"} and value == "true") or (name == "status" and value.lower() in _GONE):
        frame.gone = True
    elif name in {"parent", "subsumedBy"} and value and len(frame.above) < _MOST_VALUES:
        frame.above.append(value)
    elif name == "child" and value and len(frame.below) < _MOST_VALUES:
        frame.below.append(value)


def _said(frame: _Frame, open_: list[_Frame], of: dict[str, str], included: str, file: File, rejects: Rejects) -> Iterator[Statement]:
    whole = of.get("resourceType") == "CodeSystem"
    stated = (of.get("supplements") or of.get("url", "")).partition("|")[0] if whole else frame.system or included
    if not frame.code or not stated:
        if frame.code or whole:  # a heading of an expansion has no code
            rejects.reject(file, frame.line, "the concept has no code, or nothing names its code system")
        return
    if frame.gone:
        return
    system, code = canonical_system(stated), frame.code
    if whole and open_ and of.get("hierarchyMeaning") != "part-of":
        (open_[-1].below if not open_[-1].code else frame.above).append(code if not open_[-1].code else open_[-1].code)
    label = fit(frame.display, file, frame.line, rejects) if frame.display else ""
    names = [name for line, text in frame.names if (name := fit(text, file, line, rejects))]
    label = label or next(iter(names), "")
    if label:
        yield Concept(system, code, label, _KINDS.get(system, Kind.OTHER))
    for name in dict.fromkeys(names):
        if name != label:
            yield ConceptName(system, code, name)
    for above in dict.fromkeys(frame.above):
        if above != code:
            yield Broader(system, code, above)
        else:
            rejects.reject(file, frame.line, "the concept is said to be broader than itself")
    for below in dict.fromkeys(frame.below):
        if below != code:
            yield Broader(system, below, code)
