"""ICD-10-CM: the tabular list in XML as the CDC publishes it, by itself or in the package `simple-icd-10-cm`, whose code is left alone.

A class takes its title, its inclusion terms and what it includes ("high blood pressure" stands there), without the words in brackets
that may be there or not. Codes get their seventh characters as the list defines them for what lies below. What is excluded names no
class.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, named
from ingest.terminologies.markup import Start, elements, root_of
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.systems import ICD10CM

_ROOT: Final = "ICD10CM.tabular"
_LEVELS: Final = frozenset({"chapter", "section", "diag"})
_CODE: Final = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_RANGE: Final = re.compile(r"\s*\([A-Z]\d[0-9A-Z.]*-[A-Z]\d[0-9A-Z.]*\)\Z")
_CODES: Final = re.compile(r"\b[A-Z]\d[0-9A-Z](?:\.[0-9A-Z-]*|-)|\(with\b|[:;]\Z|\bcodes?\b")
"""In a note: what makes it a remark about codes and no name."""
_EXCEPT: Final = re.compile(r"7th characters ([A-Z]) and ([A-Z]) do not apply to codes .* with 6th character (\w)\b.*\bor (\w)\b")
_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_KINDS: Final = {"R": Kind.FINDING, "Z": Kind.OTHER, "V": Kind.OTHER, "W": Kind.OTHER, "X": Kind.OTHER, "Y": Kind.OTHER}
"""First letter of codes that are no disorders: symptoms, circumstances, causes."""


def owns(path: Path) -> bool:
    """Whether a path is, or holds, the tabular list."""
    return any(root_of(file) == _ROOT for file in named(path, lambda name: name.endswith(".xml")))


def version(path: Path) -> str:
    """The year that the list names."""
    for file in named(path, lambda name: name.endswith(".xml")):
        if root_of(file) == _ROOT:
            for event in elements(file):
                if event.path == (_ROOT, "version") and not isinstance(event, Start):
                    return event.text
    return ""


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """Chapters, blocks and classes, with their names. Raises TerminologyUnreadable where there is no tabular list, or it is cut off."""
    found = [file for file in files_of(path) if file.name.lower().endswith(".xml") and root_of(file) == _ROOT]
    if not found:
        raise TerminologyUnreadable(f"{path}: there is no tabular list of ICD-10-CM in it (XML, {_ROOT})")
    for file in found:
        yield from _classes(file, rejects)


@dataclass(slots=True)
class _Class:
    """A chapter, a block or a class, while it is read."""

    line: int
    code: str = ""
    label: str = ""
    names: list[tuple[int, str]] = field(default_factory=list)
    sevenths: dict[str, str] = field(default_factory=dict)
    without: dict[str, frozenset[str]] = field(default_factory=dict)
    """Sixth character of codes below → seventh characters that they do not get."""
    said: bool = False
    narrower: bool = False
    """Whether classes lie below it."""


def _classes(file: File, rejects: Rejects) -> Iterator[Statement]:
    open_: list[_Class] = []
    seventh = ""
    for event in elements(file):
        tag, parent = event.path[-1], event.path[-2] if len(event.path) > 1 else ""
        if isinstance(event, Start):
            if tag in _LEVELS:
                if open_:
                    open_[-1].narrower = True
                    yield from _said(open_, file, rejects)
                open_.append(_Class(event.line, event.attributes.get("id", "") if tag == "section" else ""))
            elif tag == "extension":
                seventh = event.attributes.get("char", "")
        elif tag in _LEVELS and open_:
            yield from _said(open_, file, rejects)
            yield from _with_sevenths(open_)
            open_.pop()
        elif open_ and event.text:
            if tag == "name" and parent in _LEVELS:
                open_[-1].code = event.text
            elif tag == "desc" and parent in _LEVELS:
                open_[-1].label = _RANGE.sub("", event.text)
            elif tag == "note" and parent in {"inclusionTerm", "includes"} and event.path[-3] == "diag":
                open_[-1].names.append((event.line, event.text))
            elif tag == "note" and parent in {"sevenChrNote", "notes"} and (rule := _EXCEPT.search(event.text)):
                open_[-1].without = dict.fromkeys(rule.group(3, 4), frozenset(rule.group(1, 2)))
            elif tag == "extension" and len(seventh) == 1:
                open_[-1].sevenths[seventh] = event.text


def _said(open_: list[_Class], file: File, rejects: Rejects) -> Iterator[Statement]:
    """What is known of the innermost class; what lies in it comes after its own elements, so this is all."""
    of = open_[-1]
    if of.said:
        return
    of.said = True
    label = fit(of.label, file, of.line, rejects)
    if not label or not of.code:
        rejects.reject(file, of.line, "the class has no code or no title")
        return
    yield Concept(ICD10CM, of.code, label, _kind(of.code))
    names = {label}
    for line, text in of.names:
        for name in _spoken(text, file, line, rejects):
            if name not in names:
                names.add(name)
                yield ConceptName(ICD10CM, of.code, name)
    if len(open_) > 1 and open_[-2].code and open_[-2].code != of.code:
        yield Broader(ICD10CM, of.code, open_[-2].code)


def _spoken(text: str, file: File, line: int, rejects: Rejects) -> Iterator[str]:
    """The names that a note holds: itself, and without the brackets."""
    if _CODES.search(text):
        return
    name = fit(text, file, line, rejects)
    if name:
        yield name
        bare = " ".join(_BRACKETS.sub("", name).split())
        if len(bare) > 2 and bare != name:
            yield bare


def _with_sevenths(open_: list[_Class]) -> Iterator[Statement]:
    """The codes of a class that nothing lies below, with each seventh character that is defined for it."""
    of = open_[-1]
    if of.narrower or not _CODE.fullmatch(of.code) or not of.label:
        return
    defined = next((each.sevenths for each in reversed(open_) if each.sevenths), None)
    if not defined or len(of.code) > 7:
        return
    head, _, tail = of.code.partition(".")
    padded = f"{head}.{tail.ljust(3, 'X')}"
    without = next((each.without for each in reversed(open_) if each.without), {}).get(padded[-1], frozenset())
    for character, meaning in defined.items():
        if character in without:
            continue
        code = padded + character
        yield Concept(ICD10CM, code, f"{of.label}, {meaning}"[:1000], _kind(of.code))
        yield Broader(ICD10CM, code, of.code)


def _kind(code: str) -> Kind:
    return _KINDS.get(code[:1], Kind.DISORDER)
