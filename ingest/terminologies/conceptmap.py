"""FHIR ConceptMap in JSON, of R4 (`equivalence`) and of R5 (`relationship`).

What is equivalent, and what is broader on one side, are mappings; what is related, inexact, unmatched or disjoint says nothing that a
search may rely on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from concepts.terminology import Concept, Mapping, Relation, Statement
from graph.identifiers import canonical_system
from ingest.terminologies.fhir_json import Event, events, holds, json_files
from ingest.terminologies.files import File
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects

_TYPES: Final = ("ConceptMap",)
_SAME: Final = frozenset({"equivalent", "equal"})
_TARGET_IS_BROADER: Final = frozenset({"wider", "subsumes", "source-is-narrower-than-target"})
_SOURCE_IS_BROADER: Final = frozenset({"narrower", "specializes", "source-is-broader-than-target"})
_NOTHING: Final = frozenset({"relatedto", "related-to", "inexact", "unmatched", "disjoint", "not-related-to"})
_GROUP, _ELEMENT, _TARGET = "group.item", "group.item.element.item", "group.item.element.item.target.item"


def owns(path: Path) -> bool:
    """Whether a path is, or holds, a ConceptMap."""
    return holds(path, _TYPES)


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The mappings of all maps, and how they call the codes. Raises TerminologyUnreadable where there is none, or a file is no JSON."""
    for file in json_files(path, _TYPES):
        yield from _maps(file, _groups(file), rejects)


def _groups(file: File) -> list[tuple[str, str]]:
    """The systems that each group leads from and to, whatever the order of its elements."""
    found: list[tuple[str, str]] = []
    for event in events(file):
        if event.path == _GROUP and event.what == "start_map":
            found.append(("", ""))
        elif event.what == "string" and found and event.path in {f"{_GROUP}.source", f"{_GROUP}.target"}:
            system = canonical_system(event.value.partition("|")[0])
            found[-1] = (system, found[-1][1]) if event.path.endswith("source") else (found[-1][0], system)
    return found


@dataclass(slots=True)
class _Target:
    line: int
    code: str = ""
    display: str = ""
    relation: str = ""


def _maps(file: File, groups: list[tuple[str, str]], rejects: Rejects) -> Iterator[Statement]:
    group, source, display, line = -1, "", "", 0
    targets: list[_Target] = []
    for event in events(file):
        if event.what == "start_map":
            if event.path == _GROUP:
                group += 1
            elif event.path == _ELEMENT:
                source, display, targets, line = "", "", [], event.line
            elif event.path == _TARGET and len(targets) < 10_000:
                targets.append(_Target(event.line))
        elif event.what == "end_map" and event.path == _ELEMENT:
            if source and group >= 0 and all(groups[group]):
                yield from _said(source, display, line, targets, groups[group], file, rejects)
            else:
                rejects.reject(file, line, "the element has no code, or its group no source or target")
        elif event.what == "string":
            if event.path == f"{_ELEMENT}.code":
                source = event.value
            elif event.path == f"{_ELEMENT}.display":
                display = event.value
            elif targets and event.path.startswith(f"{_TARGET}."):
                _learn(targets[-1], event)


def _learn(target: _Target, event: Event) -> None:
    match event.path[len(_TARGET) + 1 :]:
        case "code":
            target.code = event.value
        case "display":
            target.display = event.value
        case "equivalence" | "relationship":
            target.relation = event.value


def _said(
    source: str, display: str, line: int, targets: list[_Target], systems: tuple[str, str], file: File, rejects: Rejects
) -> Iterator[Statement]:
    here, there = systems
    if display and (label := fit(display, file, line, rejects)):
        yield Concept(here, source, label)
    for target in targets:
        if target.relation in _NOTHING:
            continue
        if not target.code or target.relation not in _SAME | _TARGET_IS_BROADER | _SOURCE_IS_BROADER:
            rejects.reject(file, target.line, "the target has no code, or says with no known word how it relates to the source")
            continue
        if target.display and (label := fit(target.display, file, target.line, rejects)):
            yield Concept(there, target.code, label)
        if target.relation in _SOURCE_IS_BROADER:
            yield Mapping(there, target.code, Relation.BROADER, here, source)
        else:
            yield Mapping(here, source, Relation.EQUIVALENT if target.relation in _SAME else Relation.BROADER, there, target.code)
