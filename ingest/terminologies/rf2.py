"""SNOMED CT in Release Format 2: the Snapshot folder of a release, or the ZIP archive as it is shipped.

What the files are known for:

- tab-separated, and a `"` is data;
- ids have up to 18 digits: a file that went through a spreadsheet has lost some, and its rows are rejected;
- concepts that are no longer active still have active descriptions, which are left out;
- records keep the codes of concepts that are no longer active. Historical associations say what took their place: SAME AS and REPLACED BY
  are taken for the same, over any number of steps, where they end at one active concept; WAS A is broader. POSSIBLY EQUIVALENT TO and its
  like are not taken: such a code had several meanings, and to count its records under any of them is to state what nobody wrote;
- Full and Delta hold every state, or the last changes alone: only the Snapshot says how things are;
- the term that people use is a synonym, which the language reference set of the United States (else Great Britain's, else any) prefers;
- the extended map to ICD-10-CM leads to classes: what it maps to is broader, never the same. Rules that ask for age or sex are left out.

Concepts that are words of every text by themselves (qualifiers, persons, places, body structures, units, metadata) are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from concepts.terminology import Broader, Concept, ConceptName, Kind, Mapping, Relation, Statement
from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, files_of, named
from ingest.terminologies.names import fit
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.rows import table
from ingest.terminologies.systems import ICD10, ICD10CM, SNOMED

_FILES: Final = {
    "concepts": r"x?sct2_concept_(.*)snapshot.*\.txt",
    "descriptions": r"x?sct2_description_(.*)snapshot.*\.txt",
    "relationships": r"x?sct2_relationship_(.*)snapshot.*\.txt",
    "languages": r"x?der2_crefset_(.*)languagesnapshot.*\.txt",
    "associations": r"x?der2_crefset_(.*)association(reference)?snapshot.*\.txt",
    "maps": r"x?der2_iisssccrefset_(.*)extendedmapsnapshot.*\.txt",
}
_ELSE: Final = re.compile(r"x?sct2_concept_.*(full|delta).*\.txt")
_RELEASED: Final = re.compile(r"_(\d{8})\.txt\Z")

_FSN, _SYNONYM, _IS_A, _PREFERRED = "900000000000003001", "900000000000013009", "116680003", "900000000000548007"
_LANGUAGES: Final = ("900000000000509007", "900000000000508004")
"""Reference sets of English: of the United States, of Great Britain."""
_SUCCEEDED: Final = frozenset({"900000000000526001", "900000000000527005"})
"""Reference sets of historical associations: REPLACED BY, SAME AS."""
_WAS_A: Final = "900000000000528000"
_MAPS: Final = {"6011000124106": ICD10CM, "447562003": ICD10}
_UNCONDITIONAL: Final = frozenset({"TRUE", "OTHERWISE TRUE"})

_TAG: Final = re.compile(r"\s\(([a-z][a-z /\-]*)\)\Z")
_KINDS: Final = {
    "disorder": Kind.DISORDER,
    "finding": Kind.FINDING,
    "situation": Kind.FINDING,
    "event": Kind.FINDING,
    "morphologic abnormality": Kind.FINDING,
    "observable entity": Kind.MEASUREMENT,
    "assessment scale": Kind.MEASUREMENT,
    "procedure": Kind.PROCEDURE,
    "regime/therapy": Kind.PROCEDURE,
    "substance": Kind.DRUG,
    "product": Kind.DRUG,
    "medicinal product": Kind.DRUG,
    "medicinal product form": Kind.DRUG,
    "clinical drug": Kind.DRUG,
    "real clinical drug": Kind.DRUG,
    "organism": Kind.OTHER,
    "specimen": Kind.OTHER,
}
"""Semantic tags that are taken; a concept without a fully specified name is taken too."""
_TAKEN: Final = tuple(Kind)


def owns(path: Path) -> bool:
    """Whether a path is a folder or an archive with RF2's table of concepts, of whatever kind of release."""
    return bool(named(path, lambda name: re.fullmatch(_FILES["concepts"], name) or _ELSE.fullmatch(name)))


def version(path: Path) -> str:
    """The date of the release as the name of its table of concepts has it."""
    found = (_RELEASED.search(file.name) for file in named(path, lambda name: re.fullmatch(_FILES["concepts"], name)))
    return max((match[1] for match in found if match), default="")


def read(path: Path, rejects: Rejects) -> Iterator[Statement]:
    """The concepts, English names, what is broader, what former codes are now, and the maps to ICD-10-CM.

    Raises TerminologyUnreadable where it is no Snapshot.
    """
    files = files_of(path)
    of = {role: [file for file in files if re.fullmatch(pattern, file.name.lower())] for role, pattern in _FILES.items()}
    if not of["concepts"] or not of["descriptions"]:
        told = "holds the Full or Delta files of a release" if any(_ELSE.fullmatch(file.name.lower()) for file in files) else "holds no RF2"
        raise TerminologyUnreadable(f"{path}: {told}: give the folder Snapshot, with the files sct2_Concept_… and sct2_Description_…")
    known = _Known()
    for file in of["concepts"]:
        _concepts(file, known, rejects)
    preferred = _preferred(of["languages"], rejects)
    for file in of["descriptions"]:
        _tags(file, known, preferred, rejects)
    for file in of["descriptions"]:
        yield from _names(file, known, preferred, rejects)
    for file in of["relationships"]:
        yield from _relationships(file, known, rejects)
    yield from _history(of["associations"], known, rejects)
    for file in of["maps"]:
        yield from _maps(file, known, rejects)


@dataclass(slots=True)
class _Known:
    """Concepts by their ids as numbers."""

    kinds: dict[int, int] = field(default_factory=dict)
    """Active concept → its kind, as a place in _TAKEN; -1: is not taken, -2: no fully specified name was seen yet."""
    former: set[int] = field(default_factory=set)
    """Concepts that are no longer active."""
    preferred: set[int] = field(default_factory=set)
    """Concepts that the language prefers a synonym of."""
    labelled: set[int] = field(default_factory=set)

    def kind(self, concept: int) -> Kind | None:
        """The kind of a concept that is taken."""
        kind = self.kinds.get(concept, -1)
        return None if kind == -1 else Kind.OTHER if kind == -2 else _TAKEN[kind]


def _concepts(file: File, known: _Known, rejects: Rejects) -> None:
    seen: set[int] = set()
    for line, (concept, active) in table(file, ("id", "active"), rejects):
        number = _id(concept, file, line, rejects)
        if not number:
            continue
        if number in seen:
            rejects.reject(file, line, "the concept stands there twice: is it the Full release?")
            continue
        seen.add(number)
        if active == "1":
            known.kinds[number] = -2
        else:
            known.former.add(number)


def _preferred(files: list[File], rejects: Rejects) -> set[int]:
    """The descriptions that the language prefers."""
    found: dict[str, set[int]] = {}
    columns = ("active", "refsetId", "referencedComponentId", "acceptabilityId")
    for file in files:
        for line, (active, refset, description, acceptability) in table(file, columns, rejects):
            if active == "1" and acceptability == _PREFERRED and (number := _id(description, file, line, rejects)):
                found.setdefault(refset, set()).add(number)
    first = next((found[refset] for refset in _LANGUAGES if refset in found), None)
    return first if first is not None else set().union(*found.values())


_DESCRIPTION: Final = ("id", "active", "conceptId", "languageCode", "typeId", "term")


def _tags(file: File, known: _Known, preferred: set[int], rejects: Rejects) -> None:
    """Learn from the fully specified names what kind of thing the concepts are."""
    for _, (number, active, concept, language, kind, term) in table(file, _DESCRIPTION, Rejects()):
        if active != "1" or not language.startswith("en") or not (concept.isascii() and concept.isdigit()):
            continue
        of = int(concept)
        if of not in known.kinds:
            continue
        if kind == _FSN:
            tag = _TAG.search(term)
            known.kinds[of] = _TAKEN.index(_KINDS[tag[1]]) if tag and tag[1] in _KINDS else -1 if tag else _TAKEN.index(Kind.OTHER)
        elif number.isascii() and number.isdigit() and int(number) in preferred:
            known.preferred.add(of)


def _names(file: File, known: _Known, preferred: set[int], rejects: Rejects) -> Iterator[Statement]:
    for line, (number, active, concept, language, kind, term) in table(file, _DESCRIPTION, rejects):
        description, of = _id(number, file, line, rejects), _id(concept, file, line, rejects)
        if active != "1" or not language.startswith("en") or not description or not of:
            continue
        what = known.kind(of)
        if what is None or kind not in {_FSN, _SYNONYM}:
            continue
        name = fit(term, file, line, rejects)
        if not name:
            continue
        best = description in preferred and kind == _SYNONYM
        first = best if of in known.preferred else kind == _FSN or known.kinds[of] == -2
        if first and of not in known.labelled:
            known.labelled.add(of)
            yield Concept(SNOMED, concept, name, what)
        else:
            yield ConceptName(SNOMED, concept, name)


def _relationships(file: File, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    for line, (active, source, destination, kind) in table(file, ("active", "sourceId", "destinationId", "typeId"), rejects):
        if active != "1" or kind != _IS_A:
            continue
        below, above = _id(source, file, line, rejects), _id(destination, file, line, rejects)
        if below and below == above:
            rejects.reject(file, line, "the concept is said to be broader than itself")
        elif known.kind(below) and known.kind(above):
            yield Broader(SNOMED, source, destination)


def _history(files: list[File], known: _Known, rejects: Rejects) -> Iterator[Statement]:
    """What the codes of concepts that are no longer active are the same as now, and what they were narrower than."""
    succeeded: dict[int, set[int]] = {}
    was: list[tuple[int, int]] = []
    columns = ("active", "refsetId", "referencedComponentId", "targetComponentId")
    for file in files:
        for line, (active, refset, concept, target) in table(file, columns, rejects):
            if active != "1" or (refset != _WAS_A and refset not in _SUCCEEDED):
                continue
            former, now = _id(concept, file, line, rejects), _id(target, file, line, rejects)
            if former and former == now:
                rejects.reject(file, line, "the concept is said to have taken its own place")
            elif now and former in known.former:
                if refset == _WAS_A:
                    was.append((former, now))
                else:
                    succeeded.setdefault(former, set()).add(now)
    successor = _successors(succeeded)
    for former, now in sorted(successor.items()):
        if known.kind(now):
            yield Mapping(SNOMED, str(former), Relation.EQUIVALENT, SNOMED, str(now))
    for former, broader in sorted(set(was)):
        now = successor.get(broader, broader)
        if known.kind(now) and now != successor.get(former):
            yield Mapping(SNOMED, str(former), Relation.BROADER, SNOMED, str(now))


def _successors(succeeded: dict[int, set[int]]) -> dict[int, int]:
    """Former concept → the one that all ways from it end at; it may be no active one. Of what ends at several nobody knows what it is now,
    and what leads round in a circle ends nowhere: these are left out.

    From the ends back, each concept is come to twice at most: a chain as long as the file costs no more than its rows.
    """
    before: dict[int, list[int]] = {}
    for former, targets in succeeded.items():
        for target in targets:
            before.setdefault(target, []).append(former)
    waiting = [(end, end) for end in before.keys() - succeeded.keys()]
    found: dict[int, int] = {}
    while waiting:
        at, end = waiting.pop()
        for former in before.get(at, ()):
            one = end if found.get(former, end) == end else 0
            if found.get(former) != one:
                found[former] = one
                waiting.append((former, one))
    return {former: end for former, end in found.items() if end}


def _maps(file: File, known: _Known, rejects: Rejects) -> Iterator[Statement]:
    columns = ("active", "refsetId", "referencedComponentId", "mapRule", "mapTarget")
    for line, (active, refset, concept, rule, target) in table(file, columns, rejects):
        system = _MAPS.get(refset)
        target = target.strip().rstrip("?").rstrip(".")
        if active != "1" or system is None or not target or rule not in _UNCONDITIONAL:
            continue
        if known.kind(_id(concept, file, line, rejects)):
            yield Mapping(SNOMED, concept, Relation.BROADER, system, target)


def _id(text: str, file: File, line: int, rejects: Rejects) -> int:
    """The number of an id; 0 where it is none, which is rejected."""
    if 6 <= len(text) <= 18 and text.isascii() and text.isdigit():
        return int(text)
    rejects.reject(file, line, "an id is not 6 to 18 digits: has the file been through a spreadsheet?")
    return 0
